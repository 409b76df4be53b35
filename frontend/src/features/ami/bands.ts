/** The bands of ANSI C84.1, from low to high voltage. */
export interface Band {
  label: string;
  /** Of the nominal voltage, for services up to 600 V. */
  limits: string;
  count: 'belowBCount' | 'bLowCount' | 'inACount' | 'bHighCount' | 'aboveBCount';
  pct: 'belowBPct' | 'bLowPct' | 'inAPct' | 'bHighPct' | 'aboveBPct';
  colour: string;
}

export const BANDS: readonly Band[] = [
  { label: 'below range B', limits: 'below 91.7 %', count: 'belowBCount', pct: 'belowBPct', colour: 'error.main' },
  { label: 'range B, low', limits: '91.7 % to below 95 %', count: 'bLowCount', pct: 'bLowPct', colour: 'warning.main' },
  { label: 'range A', limits: '95 to 105 %', count: 'inACount', pct: 'inAPct', colour: 'success.main' },
  { label: 'range B, high', limits: 'above 105 to 105.8 %', count: 'bHighCount', pct: 'bHighPct', colour: 'warning.main' },
  { label: 'above range B', limits: 'above 105.8 %', count: 'aboveBCount', pct: 'aboveBPct', colour: 'error.main' },
];
