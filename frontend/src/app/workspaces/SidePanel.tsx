import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useId } from 'react';
import type { ReactNode } from 'react';

import { ErrorBoundary } from '../../ui/ErrorBoundary';

const WIDTH_PX = 384;

export interface SideTab {
  key: string;
  label: string;
  /** For the message if it fails. */
  name: string;
}

interface Props {
  tabs: readonly SideTab[];
  tab: string;
  onTab: (key: string) => void;
  /** Its own, where it holds more than a card. */
  width?: string;
  children: ReactNode;
}

/** The column right of the map. Always there, so nothing jumps. */
export function SidePanel({ tabs, tab, onTab, width, children }: Props) {
  const id = useId();
  const shown = tabs.find((each) => each.key === tab) ?? tabs[0];
  if (shown === undefined) return null;
  return (
    <Box
      component="aside"
      aria-label="Details"
      sx={{
        width: width ?? WIDTH_PX,
        flexShrink: 0,
        display: 'flex',
        flexDirection: 'column',
        borderLeft: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
      }}
    >
      <Tabs
        value={shown.key}
        onChange={(_event, next: string) => onTab(next)}
        variant="fullWidth"
        aria-label="Details"
        sx={{ minHeight: 38, borderBottom: 1, borderColor: 'divider', '& .MuiTab-root': { minHeight: 38, minWidth: 0, py: 0, px: 1 } }}
      >
        {tabs.map(({ key, label }) => (
          <Tab key={key} label={label} value={key} id={`${id}-${key}`} aria-controls={`${id}-panel`} data-testid={`tab-${key}`} />
        ))}
      </Tabs>
      <Box
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${shown.key}`}
        tabIndex={0}
        sx={{ flex: 1, minHeight: 0, overflowY: 'auto', scrollbarGutter: 'stable', p: 1.75 }}
      >
        <ErrorBoundary key={shown.key} name={shown.name}>
          {children}
        </ErrorBoundary>
      </Box>
    </Box>
  );
}
