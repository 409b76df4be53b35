import type { ResultOf } from '../../gql/graphql';
import { formatNumber, formatQuantity, UNKNOWN } from '../../lib/format';

import type { ForecastRunQuery } from './queries';

export type ForecastRun = ResultOf<typeof ForecastRunQuery>['transformerForecastRuns'][number];

/** An hour of the local day, 0 to 23. */
export function hourWords(hour: number | null | undefined): string {
  return hour == null ? UNKNOWN : `${String(hour).padStart(2, '0')}:00`;
}

/** What the forecast rests on; or why there is none. */
export function forecastRunWords(run: ForecastRun | null): string {
  if (run === null) return 'Not known: the next day has never been forecast here.';
  if (run.reason != null) return `Not known: ${run.reason}`;
  const air = run.air === 'AS_YESTERDAY' ? ' The air is taken as yesterday’s, hour by hour: no weather forecast is on record.' : '';
  return (
    `Forecast, not observed. Of ${formatNumber(run.transformerCount)} transformers, ` +
    `${formatQuantity(run.expectedOverloads, '')} are expected above ${formatQuantity(run.overloadPu * 100, '%', 0)} of their rating, ` +
    `${formatQuantity(run.expectedHot, '')} with a hot spot above ${formatQuantity(run.hotC, '°C', 0)}.${air}`
  );
}
