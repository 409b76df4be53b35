/** Colours of the levels of the present risk; the level is always written, too. */
export const RISK_LEVEL_COLOURS = { NORMAL: 'success.main', ELEVATED: 'primary.main', HIGH: 'warning.main', CRITICAL: 'error.main' } as const;
