import { useCallback, useEffect, useMemo, useState } from 'react';

import { fieldOf, nearestHour, useWeatherGrid, useWeatherHours, valueAt, WEATHER_MEASURES, WeatherBar, weatherLayers } from '../../features/weather';
import type { MeasureLook } from '../../features/weather';
import { formatInstant } from '../../lib/format';
import { hourText } from '../../lib/layerDisplay';
import { useUnits } from '../../lib/preferences';
import { useReducedMotion } from '../../ui/useReducedMotion';

import { useOverlay, useStage } from './context';
import type { Overlay } from './overlays';

/** A slider that is dragged asks for where it comes to rest. */
const SETTLE_MS = 180;

/** Lays the weather of the address upon the map; nothing for a measure that there is not. */
export function WeatherOverlay({ measure: asked, at }: { measure: string; at: string | null }) {
  const measure = WEATHER_MEASURES.find(({ key }) => key === asked);
  return measure === undefined ? null : <Shown measure={measure} at={at} />;
}

function Shown({ measure, at }: { measure: MeasureLook; at: string | null }) {
  const { site, view, patchView, style } = useStage();
  const { timeZone } = site;
  const units = useUnits();
  const isStill = useReducedMotion();
  const { times, problem: hoursProblem, retry } = useWeatherHours();
  /** The hour chosen here that the address does not have yet. */
  const [chosen, setChosen] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(2);
  const atMs = chosen ?? (at === null ? null : Date.parse(at));
  const index = times === null ? 0 : nearestHour(times, atMs);
  const timeMs = times?.[index] ?? null;
  const wantedMs = useSettled(timeMs, isPlaying ? 0 : SETTLE_MS);
  const next = isPlaying ? (times?.[index + 1] ?? null) : null;
  const weather = useWeatherGrid(wantedMs, measure, next);
  const { grid } = weather;
  const { display } = view;

  const show = useCallback(
    (weatherShown: { measure: string; at: string | null } | null) => patchView({ display: { ...display, weather: weatherShown } }),
    [patchView, display],
  );
  // The address follows once the hour has come to rest: it holds what one would share.
  useEffect(() => {
    if (chosen === null || isPlaying) return undefined;
    const timer = setTimeout(() => show({ measure: measure.key, at: hourText(chosen) }), 2 * SETTLE_MS);
    return () => clearTimeout(timer);
  }, [chosen, isPlaying, measure.key, show]);

  const isShown = grid !== null && timeMs !== null && Date.parse(grid.at) === timeMs;
  useEffect(() => {
    if (!isPlaying || times === null || !isShown) return undefined;
    const following = times[index + 1];
    const timer = setTimeout(() => {
      if (following === undefined) setPlaying(false);
      else setChosen(following);
    }, 1_000 / speed);
    return () => clearTimeout(timer);
  }, [isPlaying, times, index, isShown, speed]);

  useOverlay(
    'weather',
    useMemo((): Overlay => {
      const field = grid === null ? null : fieldOf(grid, measure);
      return {
        below: grid === null ? [] : weatherLayers(grid, measure, style.placement),
        isPending: !isPlaying && (weather.isLoading || (times === null && hoursProblem === null)),
        describe: (pointer) => {
          const value = grid === null || field === null ? null : valueAt(grid, field, pointer.lng, pointer.lat);
          if (grid === null || value === null) return null;
          return { title: measure.format(value, units), kind: measure.title, facts: [{ label: 'Hour', value: formatInstant(grid.at, timeZone) }] };
        },
        bottom: (
          <WeatherBar
            times={times ?? []}
            index={index}
            measure={measure}
            field={field}
            units={units}
            timeZone={timeZone}
            isLoading={weather.isLoading}
            problem={hoursProblem ?? weather.problem}
            isPlaying={isPlaying}
            playRefusal={isStill ? 'Your system asks for reduced motion: step by hand.' : null}
            speed={speed}
            onIndex={(to) => {
              setPlaying(false);
              setChosen(times?.[to] ?? null);
            }}
            onPlaying={setPlaying}
            onSpeed={setSpeed}
            onRetry={retry}
            onClose={() => show(null)}
          />
        ),
      };
    }, [grid, measure, weather, units, timeZone, times, index, hoursProblem, isPlaying, isStill, speed, retry, show, style.placement]),
  );
  return null;
}

/** A value once it has not changed for a while. */
function useSettled<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}
