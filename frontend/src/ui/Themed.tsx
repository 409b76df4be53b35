import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { schemeForPaper, usePreferences } from '../lib/preferences';
import { useStore } from '../lib/store';

import { themeOf } from './theme';

/** The theme that one chose, or that of the operating system. */
export function Themed({ children }: { children: ReactNode }) {
  const { scheme } = usePreferences();
  const isSystemLight = useMediaQuery('(prefers-color-scheme: light)', { noSsr: true });
  const forPaper = useStore(schemeForPaper);
  const chosen = forPaper ?? (scheme === 'system' ? (isSystemLight ? 'light' : 'dark') : scheme);
  const theme = useMemo(() => themeOf(chosen), [chosen]);
  return (
    <ThemeProvider theme={theme}>
      <CssBaseline enableColorScheme />
      {children}
    </ThemeProvider>
  );
}
