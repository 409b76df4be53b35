import { formatAge, humanize } from '../../../lib/format';

import type { SyncAlert, SyncLayer } from './queries';

const STATUS_COLOURS: Readonly<Record<string, 'success' | 'error' | 'info' | 'warning' | 'default'>> = {
  FRESH: 'success',
  STALE: 'warning',
  RUNNING: 'info',
  FAILED: 'error',
  PAUSED: 'warning',
  NEVER_SYNCED: 'default',
};

export function layerColour(status: string): 'success' | 'error' | 'info' | 'warning' | 'default' {
  return STATUS_COLOURS[status] ?? 'default';
}

const MODES: Readonly<Record<string, string>> = {
  FULL: 'In full',
  WATERMARK: 'By watermark',
  CHANGES: 'By changes',
};

export function modeText(mode: string | null | undefined): string {
  return mode == null ? '–' : (MODES[mode] ?? humanize(mode));
}

const REASONS: Readonly<Record<string, string>> = {
  PAUSED: 'it is paused',
  RUN_FAILED: 'its last run failed',
  NOT_CONFIRMED: 'nothing has confirmed that it equals its source',
};

/** Why and by how much a layer is too old, as a sentence. */
export function alertText(alert: SyncAlert): string {
  const why = REASONS[alert.reason] ?? humanize(alert.reason).toLowerCase();
  return `${formatAge(alert.ageS)} old when raised, at most ${formatAge(alert.maxAgeS)} allowed: ${why}.`;
}

/** The age of a layer, or that it was never synced. */
export function ageText(layer: Pick<SyncLayer, 'ageS'>): string {
  return layer.ageS == null ? 'never synced' : formatAge(layer.ageS);
}

/** How many layers are in each state, those that need attention first. */
export function statesOf(layers: readonly SyncLayer[]): { status: string; count: number }[] {
  const order = ['FAILED', 'STALE', 'PAUSED', 'NEVER_SYNCED', 'RUNNING', 'FRESH'];
  return order.flatMap((status) => {
    const count = layers.filter((layer) => layer.status === status).length;
    return count === 0 ? [] : [{ status, count }];
  });
}
