import type { Theme } from '@mui/material/styles';

import { SERIES } from '../../ui/palette';

import type { ChartLook } from './chartSpec';

export function chartLook(theme: Theme): ChartLook {
  return {
    background: theme.palette.background.paper,
    text: theme.palette.text.primary,
    muted: theme.palette.text.secondary,
    line: theme.palette.divider,
    series: SERIES[theme.palette.mode],
  };
}
