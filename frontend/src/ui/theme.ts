import { createTheme } from '@mui/material/styles';
import type { Theme } from '@mui/material/styles';

import type { ColourScheme } from '../lib/preferences';

import { COLOURS } from './palette';

/** Dense and calm: hue is kept for state, numbers line up, focus is always visible. */
export function themeOf(scheme: ColourScheme): Theme {
  const { surface, signal } = COLOURS[scheme];
  const focusRing = { outline: `2px solid ${signal.accent}`, outlineOffset: 1 };
  return createTheme({
    palette: {
      mode: scheme,
      background: { default: surface.page, paper: surface.panel },
      // The darker one, under the pointer, is ours: MUI's own would leave a label on it below 4.5 to 1.
      primary: { main: signal.accent, dark: signal.accentHover, contrastText: scheme === 'dark' ? '#06222c' : '#ffffff' },
      success: { main: signal.good },
      warning: { main: signal.warn },
      error: { main: signal.bad },
      text: { primary: surface.text, secondary: surface.muted },
      divider: surface.line,
    },
    shape: { borderRadius: 4 },
    typography: {
      fontFamily: 'Roboto, "Segoe UI", sans-serif',
      fontSize: 13,
      htmlFontSize: 16,
      button: { textTransform: 'none', fontWeight: 500 },
      h1: { fontSize: '1.25rem', fontWeight: 500 },
      h2: { fontSize: '0.9375rem', fontWeight: 500, lineHeight: 1.35 },
      h3: { fontSize: '0.8125rem', fontWeight: 500, lineHeight: 1.4 },
      overline: { fontSize: '0.6875rem', letterSpacing: '0.06em', lineHeight: 1.6 },
      caption: { fontSize: '0.75rem', lineHeight: 1.4 },
    },
    transitions: { create: () => 'none' },
    components: {
      MuiCssBaseline: {
        styleOverrides: {
          html: { height: '100%' },
          body: { height: '100%', fontVariantNumeric: 'tabular-nums', overflow: 'hidden' },
          '#root': { height: '100%' },
          ':focus-visible': focusRing,
          // MapLibre's buttons, in the app's colours.
          '.maplibregl-ctrl.maplibregl-ctrl-group': {
            backgroundColor: surface.panel,
            border: `1px solid ${surface.line}`,
            boxShadow: 'none',
            '& button + button': { borderTop: `1px solid ${surface.line}` },
            '& .maplibregl-ctrl-icon': { filter: scheme === 'dark' ? 'invert(0.85)' : 'none' },
            '& button:not(:disabled):hover': { backgroundColor: surface.raised },
          },
        },
      },
      MuiButtonBase: {
        defaultProps: { disableRipple: true },
        styleOverrides: { root: { '&:focus-visible': focusRing } },
      },
      MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
      MuiButton: { defaultProps: { size: 'small', disableElevation: true } },
      MuiIconButton: { defaultProps: { size: 'small' } },
      MuiTextField: { defaultProps: { size: 'small' } },
      MuiInputBase: { styleOverrides: { root: { fontSize: '0.875rem' } } },
      MuiChip: { defaultProps: { size: 'small' }, styleOverrides: { root: { borderRadius: 4 } } },
      MuiTable: { defaultProps: { size: 'small' } },
      MuiTableCell: {
        styleOverrides: {
          root: { padding: '3px 8px', borderColor: surface.line },
          head: { color: surface.muted, fontWeight: 500, whiteSpace: 'nowrap', backgroundColor: surface.panel },
        },
      },
      MuiTooltip: {
        defaultProps: { enterDelay: 250, disableInteractive: true },
        styleOverrides: {
          tooltip: {
            backgroundColor: scheme === 'dark' ? '#22313c' : surface.panel,
            border: `1px solid ${surface.line}`,
            color: surface.text,
            fontSize: '0.75rem',
            maxWidth: 340,
          },
        },
      },
    },
  });
}
