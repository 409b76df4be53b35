import { useEffect, useMemo } from 'react';
import { useClient, useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';

import { timesOf } from './hours';
import type { MeasureLook } from './measures';
import { WeatherGridQuery, WeatherHoursQuery } from './queries';
import type { WeatherGrid } from './queries';

const RESOLUTION = 40;
const DAY_MS = 86_400_000;
/** The longest span of hours the server lists. */
const SPAN_DAYS = 92;

/** The hours with weather of the last 92 days on record, rising; null while they are unknown. */
export function useWeatherHours(): { times: readonly number[] | null; problem: string | null; retry: () => void } {
  const [{ data, error, fetching }, refetch] = useQuery({ query: WeatherHoursQuery, variables: {} });
  const recent = useMemo(() => (data === undefined ? null : timesOf(data.weatherHours)), [data]);
  const newest = recent?.at(-1);
  const span = useMemo(
    () =>
      newest === undefined
        ? {}
        : { start: new Date(newest - SPAN_DAYS * DAY_MS + 3_600_000).toISOString(), end: new Date(newest + 3_600_000).toISOString() },
    [newest],
  );
  const [all] = useQuery({ query: WeatherHoursQuery, variables: span, pause: newest === undefined });
  const longer = all.data?.weatherHours;
  const times = useMemo(() => (longer === undefined ? recent : timesOf(longer)), [longer, recent]);
  return useMemo(
    () => ({
      times,
      problem: error === undefined || fetching ? null : problemOf(error).message,
      retry: () => refetch({ requestPolicy: 'network-only' }),
    }),
    [times, error, fetching, refetch],
  );
}

export interface Weather {
  /** The last that came; `at` says of which hour it is. */
  grid: WeatherGrid | null;
  isLoading: boolean;
  problem: string | null;
}

/** The field of a measure in an hour; `nextMs` is fetched ahead. */
export function useWeatherGrid(atMs: number | null, measure: MeasureLook, nextMs: number | null): Weather {
  const client = useClient();
  const variables = useMemo(() => variablesOf(atMs ?? 0, measure), [atMs, measure]);
  const [{ data, fetching, error }] = useQuery({ query: WeatherGridQuery, variables, pause: atMs === null });
  useEffect(() => {
    if (nextMs === null || fetching) return undefined;
    const ahead = client.query(WeatherGridQuery, variablesOf(nextMs, measure)).subscribe(() => undefined);
    return () => ahead.unsubscribe();
  }, [client, nextMs, measure, fetching]);
  const grid = data?.weatherGrid ?? null;
  const problem = error === undefined || fetching ? null : problemOf(error).message;
  return useMemo(() => ({ grid, isLoading: fetching, problem }), [grid, fetching, problem]);
}

function variablesOf(atMs: number, measure: MeasureLook) {
  return { at: new Date(atMs).toISOString(), measures: [measure.key], resolution: RESOLUTION };
}
