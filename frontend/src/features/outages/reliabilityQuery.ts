import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const ReliabilityQuery = graphql(`
  query OutageReliability($firstDay: Date!, $lastDay: Date!, $planned: PlannedInterruptions!) {
    reliability(firstDay: $firstDay, lastDay: $lastDay, planned: $planned) {
      firstDay
      lastDay
      customersServed
      isPartial
      recordFirstDay
      asOf
      customersOut
      indices {
        key
        name
        unit
        definition
        withMajorEventDays {
          value
          reason
        }
        withoutMajorEventDays {
          value
          reason
        }
      }
    }
    majorEventDays(firstDay: $firstDay, lastDay: $lastDay) {
      days {
        day
        saidiMin
        tMedMin
        totals {
          customerInterruptions
          customerMinutes
        }
      }
      thresholds {
        year
        tMedMin
        dayCount
        yearCount
        reason
      }
    }
  }
`);

export type Reliability = ResultOf<typeof ReliabilityQuery>;
