import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const WeatherHoursQuery = graphql(`
  query MapWeatherHours($start: DateTime, $end: DateTime) {
    weatherHours(start: $start, end: $end) {
      at
      stationCount
    }
  }
`);

export const WeatherGridQuery = graphql(`
  query MapWeatherGrid($at: DateTime!, $measures: [WeatherMeasure!], $resolution: Int!) {
    weatherGrid(at: $at, measures: $measures, resolution: $resolution) {
      at
      bbox
      columnCount
      rowCount
      method
      maxDistanceKm
      fields {
        measure
        unit
        values
        minimum
        maximum
        stationCount
        leaveOneOutRmse
        reason
      }
    }
  }
`);

export type WeatherGrid = ResultOf<typeof WeatherGridQuery>['weatherGrid'];
export type WeatherField = WeatherGrid['fields'][number];
export type WeatherMeasure = WeatherField['measure'];
