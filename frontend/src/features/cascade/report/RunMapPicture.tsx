import { useMemo } from 'react';

import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import { css } from '../../../ui/palette';
import type { CascadeResult } from '../result';
import { DEAD_COLOUR, LOST_LOAD_COLOUR, waveColour } from '../waveColours';

const WIDTH = 900;
const INITIAL = '#ffffff';
/** Dark, since the colours of the waves begin pale; drawn, since browsers print no backgrounds. */
const GROUND = '#111a21';

interface Props {
  branches: BranchColumns;
  substations: SubstationColumns;
  result: CascadeResult;
  lastWave: number;
}

/** The outcome of a run as a drawing: sharp at any size, also on paper. */
export function RunMapPicture({ branches, substations, result, lastWave }: Props) {
  const drawn = useMemo(() => draw(branches, substations, result, lastWave), [branches, substations, result, lastWave]);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${drawn.height}`} role="img" aria-label="Map of the run: lines by the wave they tripped in, and substations that lost load" style={{ width: '100%', maxHeight: 560 }}>
      <rect width={WIDTH} height={drawn.height} fill={GROUND} />
      <path d={drawn.inService} stroke="#607688" strokeWidth={0.6} fill="none" />
      {drawn.waves.map(({ wave, d, colour }) => (
        <path key={wave} d={d} stroke={colour} strokeWidth={1.8} fill="none" />
      ))}
      {drawn.points.map(({ id, x, y, radius, colour, isDead }) => (
        <circle key={id} cx={x} cy={y} r={radius} fill={isDead ? colour : 'none'} fillOpacity={0.6} stroke={colour} strokeWidth={1} />
      ))}
    </svg>
  );
}

function draw(branches: BranchColumns, substations: SubstationColumns, result: CascadeResult, lastWave: number) {
  const lons = [...substations.lon].filter(Number.isFinite);
  const lats = [...substations.lat].filter(Number.isFinite);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  // Degrees of longitude are shorter than those of latitude: equirectangular about the middle.
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = (WIDTH - 20) / Math.max((east - west) * squeeze, 0.01);
  const height = Math.round((north - south) * scale + 20);
  const at = (lon: number, lat: number): [number, number] => [
    Math.round((10 + (lon - west) * squeeze * scale) * 10) / 10,
    Math.round((10 + (north - lat) * scale) * 10) / 10,
  ];
  const wavesOf = new Map(result.branches.ids.map((id, i) => [id, result.branches.tripWave[i] ?? Number.NaN]));
  const paths = new Map<number, string[]>();
  branches.ids.forEach((id, i) => {
    const wave = wavesOf.get(id) ?? Number.NaN;
    const key = Number.isNaN(wave) ? -1 : wave;
    const [x0, y0] = at(branches.coords[4 * i] ?? Number.NaN, branches.coords[4 * i + 1] ?? Number.NaN);
    const [x1, y1] = at(branches.coords[4 * i + 2] ?? Number.NaN, branches.coords[4 * i + 3] ?? Number.NaN);
    if (![x0, y0, x1, y1].every(Number.isFinite)) return;
    const list = paths.get(key) ?? [];
    list.push(`M${x0} ${y0}L${x1} ${y1}`);
    paths.set(key, list);
  });
  const rows = new Map(substations.ids.map((id, i) => [id, i]));
  const points = result.substations.ids.flatMap((id, i) => {
    const row = rows.get(id);
    if (row === undefined) return [];
    const [x, y] = at(substations.lon[row] ?? Number.NaN, substations.lat[row] ?? Number.NaN);
    const lost = result.substations.lostMw[i] ?? 0;
    const isDead = result.substations.isDead[i] === 1;
    return [{ id, x, y, radius: 1.5 + Math.min(5, Math.sqrt(Math.max(0, lost)) / 5), colour: css(isDead ? DEAD_COLOUR : LOST_LOAD_COLOUR), isDead }];
  });
  const waves = [...paths.keys()]
    .filter((wave) => wave >= 0)
    .sort((first, second) => first - second)
    .map((wave) => ({ wave, d: (paths.get(wave) ?? []).join(''), colour: wave === 0 ? INITIAL : css(waveColour(wave, lastWave)) }));
  return { height, inService: (paths.get(-1) ?? []).join(''), waves, points };
}
