import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { formatNumber, plural } from '../../lib/format';
import { formatAirTemperature, formatRain, formatWind } from '../../lib/units';
import type { UnitSystem } from '../../lib/units';
import { css, SERIES, useColours } from '../../ui/palette';

import { COLOURS } from './layers';
import type { StormWeather } from './queries';
import { HOUR_MS } from './timeline';
import { instantOf } from './words';

interface Props {
  startMs: number;
  endMs: number;
  /** What comes after it is not known. */
  knownMs: number;
  atMs: number;
  curve: readonly { atMs: number; customersOut: number }[];
  peak: { customers: number; atMs: number } | null;
  weather: readonly StormWeather[] | null;
  units: UnitSystem;
  timeZone: string;
  onMoment: (atMs: number) => void;
}

/** Units of the drawing; it is stretched to the width there is. */
const WIDTH = 1_000;

/** Customers out over the time of a replay with the weather of the same hours under it, and where in it one is. */
export function ReplayCurve({ startMs, endMs, knownMs, atMs, curve, peak, weather, units, timeZone, onMoment }: Props) {
  const { mode } = useTheme().palette;
  const { surface } = useColours();
  const most = peak?.customers ?? 0;
  const x = useMemo(() => (ms: number): number => (WIDTH * (ms - startMs)) / (endMs - startMs), [startMs, endMs]);
  const area = useMemo(() => stepsPath(curve, Math.min(knownMs, endMs), x, most), [curve, knownMs, endMs, x, most]);
  const hours = weather ?? [];
  const label =
    peak === null
      ? 'Customers out: nobody is known to have been.'
      : `Customers out from ${instantOf(startMs, timeZone)} to ${instantOf(endMs, timeZone)}: at most ${plural(most, 'customer')}, at ${instantOf(peak.atMs, timeZone)}.`;
  const [, wind, temperature] = SERIES[mode];
  const rain = css(COLOURS[mode].back);
  return (
    <Box
      data-testid="replay-curve"
      // By the keyboard the slider of the player does the same.
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        onMoment(startMs + ((event.clientX - box.left) / box.width) * (endMs - startMs));
      }}
      sx={{ position: 'relative', cursor: 'crosshair', mb: 1 }}
    >
      <Strip title="Customers out" most={most > 0 ? formatNumber(most) : '0'} heightPx={96} label={label}>
        <path d={area} fill={css(COLOURS[mode].out)} fillOpacity={0.35} stroke={css(COLOURS[mode].out)} strokeWidth={1.5} vectorEffect="non-scaling-stroke" />
      </Strip>
      {weather !== null && (
        <>
          <Line title="Wind, the strongest station" hours={hours} startMs={startMs} x={x} valueOf={(hour) => hour.windSpeedMaxMps ?? null} isFromZero format={(value) => formatWind(value, units)} colour={wind ?? surface.text} />
          <Line title="Temperature" hours={hours} startMs={startMs} x={x} valueOf={(hour) => hour.temperatureC ?? null} format={(value) => formatAirTemperature(value, units)} colour={temperature ?? surface.text} />
          <Line title="Rain" hours={hours} startMs={startMs} x={x} valueOf={(hour) => hour.precipitationMm ?? null} isFromZero format={(value) => formatRain(value, units)} colour={rain} />
        </>
      )}
      <Box
        aria-hidden
        style={{ left: `${x(atMs) / 10}%` }}
        sx={{ position: 'absolute', top: 0, bottom: 18, width: 0, borderLeft: '2px solid', borderColor: 'text.primary', pointerEvents: 'none' }}
      />
      <Box aria-hidden sx={{ display: 'flex', justifyContent: 'space-between', height: 18 }}>
        {[startMs, endMs].map((ms) => (
          <Typography key={ms} variant="caption" color="textSecondary" sx={{ fontSize: '0.6875rem' }}>
            {instantOf(ms, timeZone)}
          </Typography>
        ))}
      </Box>
    </Box>
  );
}

/** A step function as a filled path: each number holds until the next. */
export function stepsPath(curve: Props['curve'], endMs: number, x: (ms: number) => number, most: number): string {
  const y = (customers: number): number => (most > 0 ? 100 - (94 * customers) / most : 100);
  const [first] = curve;
  if (first === undefined) return '';
  const parts = curve.map(({ atMs, customersOut }, i) => `${i === 0 ? 'L' : 'H'}${x(atMs)} ${i === 0 ? '' : 'V'}${y(customersOut)}`);
  return `M${x(first.atMs)} 100${parts.join('')}H${x(endMs)}V100Z`;
}

interface LineProps {
  title: string;
  hours: readonly StormWeather[];
  startMs: number;
  x: (ms: number) => number;
  valueOf: (hour: StormWeather) => number | null;
  isFromZero?: boolean;
  format: (value: number) => string;
  colour: string;
}

function Line({ title, hours, startMs, x, valueOf, isFromZero = false, format, colour }: LineProps) {
  const known = hours.flatMap((hour) => valueOf(hour) ?? []);
  const high = known.length === 0 ? null : Math.max(...known);
  const low = high === null ? null : isFromZero ? 0 : Math.min(...known);
  if (high === null || low === null) return <Strip title={`${title}: not on record`} most="" heightPx={18} label={`${title}: not on record`} />;
  const span = high - low || 1;
  // Each value holds for its hour; an hour without one is a gap.
  const path = hours
    .flatMap((hour) => {
      const value = valueOf(hour);
      const at = Date.parse(hour.at);
      return value === null ? [] : [`M${x(Math.max(at, startMs))} ${94 - (88 * (value - low)) / span}H${x(at + HOUR_MS)}`];
    })
    .join('');
  const range = isFromZero ? `up to ${format(high)}` : `${format(low)} to ${format(high)}`;
  return (
    <Strip title={title} most={range} heightPx={34} label={`${title} by the hour: ${range}`}>
      <path d={path} fill="none" stroke={colour} strokeWidth={2} vectorEffect="non-scaling-stroke" />
    </Strip>
  );
}

function Strip({ title, most, heightPx, label, children }: { title: string; most: string; heightPx: number; label: string; children?: ReactNode }) {
  return (
    <Box sx={{ borderBottom: 1, borderColor: 'divider', mb: 0.25 }}>
      <Box sx={{ display: 'flex', justifyContent: 'space-between' }}>
        {[title, most].map((text) => (
          <Typography key={text} variant="caption" color="textSecondary" sx={{ fontSize: '0.6875rem', lineHeight: 1.3 }}>
            {text}
          </Typography>
        ))}
      </Box>
      {children !== undefined && (
        <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} 100`} preserveAspectRatio="none" style={{ display: 'block', width: '100%', height: heightPx, overflow: 'hidden' }}>
          {children}
        </svg>
      )}
    </Box>
  );
}
