import { rememberedStore } from './remembered';
import { createStore, useStore } from './store';
import type { UnitSystem } from './units';

export type ColourScheme = 'dark' | 'light';

/** How one wants to see the product on this machine. */
export interface Preferences {
  /** `system`: as the operating system is set. */
  scheme: ColourScheme | 'system';
  units: UnitSystem;
}

const SCHEMES: readonly Preferences['scheme'][] = ['dark', 'light', 'system'];
const UNITS: readonly UnitSystem[] = ['us', 'metric'];
/** A control room is dark, and the product comes from where feet and Fahrenheit are read. */
export const DEFAULT_PREFERENCES: Preferences = { scheme: 'dark', units: 'us' };

/** What was kept; whatever in it is not understood is the default. */
export function readPreferences(kept: unknown): Preferences {
  const { scheme, units } = (typeof kept === 'object' && kept !== null ? kept : {}) as Record<string, unknown>;
  return {
    scheme: SCHEMES.find((each) => each === scheme) ?? DEFAULT_PREFERENCES.scheme,
    units: UNITS.find((each) => each === units) ?? DEFAULT_PREFERENCES.units,
  };
}

/** The preferences of this browser. */
export const preferences = rememberedStore('flux.preferences', DEFAULT_PREFERENCES, readPreferences);

export function usePreferences(): Preferences {
  return useStore(preferences);
}

export function useUnits(): UnitSystem {
  return usePreferences().units;
}

/** Colours that paper needs, for as long as a report is made; null: those that one chose. */
export const schemeForPaper = createStore<ColourScheme | null>(null);
