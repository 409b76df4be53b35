import type { Rgb } from './colourScale';

/** Loading of a branch or transformer against its rating, in the classes of the map legend. */
export type LoadingClassKey = 'light' | 'moderate' | 'heavy' | 'overload' | 'unknown';

export interface LoadingClass {
  key: LoadingClassKey;
  label: string;
  colour: Rgb;
  /** Line width in pixels: classes differ in width as well as hue. */
  widthPx: number;
}

const LIGHT: LoadingClass = { key: 'light', label: 'below 60%', colour: [72, 148, 176], widthPx: 1.4 };
const MODERATE: LoadingClass = { key: 'moderate', label: '60 to 80%', colour: [226, 208, 92], widthPx: 2 };
const HEAVY: LoadingClass = { key: 'heavy', label: '80 to 100%', colour: [245, 146, 55], widthPx: 2.8 };
const OVERLOAD: LoadingClass = { key: 'overload', label: 'above 100%', colour: [240, 66, 84], widthPx: 3.6 };
const UNRATED: LoadingClass = { key: 'unknown', label: 'unknown', colour: [104, 118, 130], widthPx: 1.2 };

export const LOADING_CLASSES: readonly LoadingClass[] = [LIGHT, MODERATE, HEAVY, OVERLOAD, UNRATED];

/**
 * The class of a loading in percent of rating: <60, 60 to <80, 80 to 100, >100; exactly 100 % is not
 * an overload. Null and NaN are unknown, never light.
 */
export function loadingClass(loadingPct: number | null | undefined): LoadingClass {
  if (loadingPct === null || loadingPct === undefined || Number.isNaN(loadingPct)) return UNRATED;
  const size = Math.abs(loadingPct);
  if (size < 60) return LIGHT;
  if (size < 80) return MODERATE;
  return size <= 100 ? HEAVY : OVERLOAD;
}
