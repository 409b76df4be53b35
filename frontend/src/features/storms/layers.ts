import type { Layer } from '@deck.gl/core';

import type { Rgb } from '../../lib/colourScale';
import type { PointColumns } from '../../lib/columns/layers';
import { faded } from '../../lib/draw/faded';
import { paint, pointLayer } from '../../lib/draw/points';
import type { Placement } from '../../lib/draw/points';
import { symbolScale } from '../../lib/draw/zoomScale';
import type { ColourScheme } from '../../lib/preferences';

import { HOUR_MS } from './timeline';
import type { Active, Moment, Played } from './timeline';

/** Amber against blue: told apart also by those who confuse red and green, and by size and ring besides. */
export const COLOURS: Readonly<Record<ColourScheme, { out: Rgb; back: Rgb }>> = {
  dark: { out: [255, 176, 46], back: [120, 170, 235] },
  light: { out: [176, 92, 0], back: [36, 92, 170] },
};

/** For so long after its end an outage fades, to a dot that stays. */
const FADES_MS = 6 * HOUR_MS;
const LEAST_ALPHA = 60;
const BACK_PX = 3;
const PULSE_MS = 1_800;
const GROWTH = 0.9;
const TOLERANCE_PX = 4;

interface Style {
  zoom: number;
  scheme: ColourScheme;
  placement: Placement;
}

/** By the root, so that areas compare; unknown customers have the size of a few. */
export function radiusPx(customersOut: number | null): number {
  return customersOut === null ? 6 : 5 + Math.min(24, Math.sqrt(customersOut) * 0.9);
}

type Placed = Played & { outage: { lon: number; lat: number } };

function isPlaced(played: Played): played is Placed {
  return played.outage.lon != null && played.outage.lat != null;
}

function columnsOf(rows: readonly Placed[]): PointColumns {
  return {
    ids: rows.map(({ outage }) => outage.outageId),
    lon: Float64Array.from(rows, ({ outage }) => outage.lon),
    lat: Float64Array.from(rows, ({ outage }) => outage.lat),
  };
}

function placedActive(moment: Moment): { played: Placed; customersOut: number | null }[] {
  return moment.active.flatMap(({ played, customersOut }) => (isPlaced(played) ? [{ played, customersOut }] : []));
}

/** The outages in force by their customers out, and those that are over as dots that fade. */
export function replayLayers(played: readonly Played[], moment: Moment, atMs: number, { zoom, scheme, placement }: Style): Layer[] {
  const { out, back } = COLOURS[scheme];
  const over = played.filter(isPlaced).filter(({ endedMs }) => endedMs <= atMs);
  const active = placedActive(moment);
  return [
    pointLayer({
      id: 'replay-restored',
      columns: columnsOf(over),
      style: {
        radiiPx: BACK_PX,
        radiusScale: symbolScale(zoom),
        fill: paint(over.length, (i) => {
          const sinceMs = atMs - (over[i]?.endedMs ?? atMs);
          return [...back, Math.round(Math.max(LEAST_ALPHA, 230 * (1 - sinceMs / FADES_MS)))];
        }),
      },
      placement,
    }),
    pointLayer({
      id: 'replay-active',
      columns: columnsOf(active.map((each) => each.played)),
      style: {
        radiiPx: Float32Array.from(active, ({ customersOut }) => radiusPx(customersOut)),
        radiusScale: symbolScale(zoom),
        // Hollow: how many are out is not on record.
        fill: paint(active.length, (i) => [...out, active[i]?.customersOut === null ? 0 : 110]),
        outline: [...out, 255],
        outlinePx: 2,
      },
      placement,
    }),
  ];
}

/** A ring that leaves each outage in force and fades. */
export function replayPulse(moment: Moment, elapsedMs: number, { zoom, scheme, placement }: Style): Layer[] {
  const phase = (elapsedMs % PULSE_MS) / PULSE_MS;
  const active = placedActive(moment);
  return [
    faded(
      pointLayer({
        id: 'replay-pulse',
        columns: columnsOf(active.map((each) => each.played)),
        style: {
          radiiPx: Float32Array.from(active, ({ customersOut }) => radiusPx(customersOut)),
          radiusScale: symbolScale(zoom) * (1 + GROWTH * phase),
          fill: [0, 0, 0, 0],
          outline: [...COLOURS[scheme].out, 255],
          outlinePx: 2,
        },
        placement,
      }),
      (1 - phase) ** 2,
    ),
  ];
}

/** The outage in force under a place of the map, the nearest of several. */
export function activeAt(moment: Moment, at: { lng: number; lat: number; zoom: number }): Active | null {
  const perDegree = (512 * 2 ** at.zoom) / 360;
  const stretch = 1 / Math.cos((at.lat * Math.PI) / 180);
  let best: { active: Active; distance: number } | null = null;
  for (const active of placedActive(moment)) {
    const { lon, lat } = active.played.outage;
    const distance = perDegree * Math.hypot(lon - at.lng, (lat - at.lat) * stretch);
    const reach = radiusPx(active.customersOut) * symbolScale(at.zoom) + TOLERANCE_PX;
    if (distance <= reach && (best === null || distance < best.distance)) best = { active, distance };
  }
  return best?.active ?? null;
}
