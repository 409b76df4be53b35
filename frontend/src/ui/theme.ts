import { createTheme } from '@mui/material/styles';

import { SIGNAL, SURFACE } from './palette';

const focusRing = { outline: `2px solid ${SIGNAL.accent}`, outlineOffset: 1 };

/** Dark, dense and calm: hue is kept for state, numbers line up, focus is always visible. */
export const theme = createTheme({
  palette: {
    mode: 'dark',
    background: { default: SURFACE.page, paper: SURFACE.panel },
    primary: { main: SIGNAL.accent, contrastText: '#06222c' },
    success: { main: SIGNAL.good },
    warning: { main: SIGNAL.warn },
    error: { main: SIGNAL.bad },
    text: { primary: SURFACE.text, secondary: SURFACE.muted },
    divider: SURFACE.line,
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
          backgroundColor: SURFACE.panel,
          border: `1px solid ${SURFACE.line}`,
          boxShadow: 'none',
          '& button + button': { borderTop: `1px solid ${SURFACE.line}` },
          '& .maplibregl-ctrl-icon': { filter: 'invert(0.85)' },
          '& button:not(:disabled):hover': { backgroundColor: SURFACE.raised },
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
        root: { padding: '3px 8px', borderColor: SURFACE.line },
        head: { color: SURFACE.muted, fontWeight: 500, whiteSpace: 'nowrap', backgroundColor: SURFACE.panel },
      },
    },
    MuiTooltip: {
      defaultProps: { enterDelay: 250, disableInteractive: true },
      styleOverrides: {
        tooltip: {
          backgroundColor: '#22313c',
          border: `1px solid ${SURFACE.line}`,
          color: SURFACE.text,
          fontSize: '0.75rem',
          maxWidth: 340,
        },
      },
    },
  },
});
