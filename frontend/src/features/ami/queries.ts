import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

/** The newest hour of which enough was metered: where a period ends unless another is asked for. */
export const NewestHourQuery = graphql(`
  query AmiNewestHour {
    kpis(keys: ["loadMw"]) {
      key
      dataAsOf
    }
  }
`);

export const UsageSeriesQuery = graphql(`
  query AmiUsageSeries($firstDay: Date!, $lastDay: Date!, $bucket: UsageBucket!, $filters: MeterScope!) {
    usageSeries(firstDay: $firstDay, lastDay: $lastDay, bucket: $bucket, filters: $filters) {
      usageKwh
      meterCount
      coveragePct
      estimatedPct
      outageMinutes
      isPartial
      points {
        start
        end
        usageKwh
        coveragePct
        estimatedPct
        outageMinutes
        isPartial
      }
    }
  }
`);
export type UsageSeries = ResultOf<typeof UsageSeriesQuery>['usageSeries'];
export type UsageSpan = UsageSeries['points'][number];

export const UsageBreakdownQuery = graphql(`
  query AmiUsageBreakdown($by: UsageGroup!, $firstDay: Date!, $lastDay: Date!, $limit: Int!, $filters: MeterScope!) {
    usageBreakdown(by: $by, firstDay: $firstDay, lastDay: $lastDay, limit: $limit, filters: $filters) {
      groupCount
      totalKwh
      groups {
        key
        name
        usageKwh
        sharePct
        meterCount
        coveragePct
        estimatedPct
        isPartial
      }
    }
  }
`);
export type UsageOfGroup = ResultOf<typeof UsageBreakdownQuery>['usageBreakdown']['groups'][number];

export const UsageComparisonQuery = graphql(`
  query AmiUsageComparison(
    $firstDay: Date!
    $lastDay: Date!
    $baseFirstDay: Date!
    $baseLastDay: Date!
    $bucket: UsageBucket!
    $filters: MeterScope!
  ) {
    usageComparison(
      firstDay: $firstDay
      lastDay: $lastDay
      baseFirstDay: $baseFirstDay
      baseLastDay: $baseLastDay
      bucket: $bucket
      filters: $filters
    ) {
      current {
        usageKwh
        kwhPerDay
        dayCount
        coveragePct
        isPartial
      }
      base {
        usageKwh
        kwhPerDay
        dayCount
        coveragePct
        isPartial
      }
      differenceKwh
      differencePct
      coverageDiffers
      points {
        current {
          start
          usageKwh
          isPartial
        }
        base {
          start
          usageKwh
          isPartial
        }
        differenceKwh
        differencePct
      }
    }
  }
`);
export type UsageComparison = ResultOf<typeof UsageComparisonQuery>['usageComparison'];
export type ComparedSpan = UsageComparison['points'][number];

export const EnergyCostsQuery = graphql(`
  query AmiEnergyCosts($start: DateTime!, $end: DateTime!, $bucket: CostBucket!) {
    energyCosts(start: $start, end: $end, bucket: $bucket) {
      at
      energyKwh
      pricedKwh
      costUsd
    }
  }
`);
export type EnergyCost = ResultOf<typeof EnergyCostsQuery>['energyCosts'][number];

export const LoadProfileQuery = graphql(`
  query AmiLoadProfile($firstDay: Date!, $lastDay: Date!, $filters: MeterScope!) {
    loadProfile(firstDay: $firstDay, lastDay: $lastDay, filters: $filters) {
      meanKw
      peakKw
      peakAt
      loadFactorPct
      meterCount
      hourCount
      leftOutHours
      hours {
        isWeekend
        hour
        meanKw
        p10Kw
        p50Kw
        p90Kw
        maxKw
        hourCount
      }
    }
  }
`);
export type ProfileHour = ResultOf<typeof LoadProfileQuery>['loadProfile']['hours'][number];

export const CoincidenceQuery = graphql(`
  query AmiCoincidence($members: PeakMember!, $firstDay: Date!, $lastDay: Date!, $filters: MeterScope!) {
    coincidence(members: $members, firstDay: $firstDay, lastDay: $lastDay, filters: $filters) {
      memberCount
      memberPeaksKw
      groupPeakKw
      groupPeakAt
      coincidenceFactor
    }
  }
`);

export const VoltageQualityQuery = graphql(`
  query AmiVoltageQuality($firstDay: Date!, $lastDay: Date!, $filters: MeterScope!) {
    voltageQuality(firstDay: $firstDay, lastDay: $lastDay, filters: $filters) {
      belowBCount
      bLowCount
      inACount
      bHighCount
      aboveBCount
      belowBPct
      bLowPct
      inAPct
      bHighPct
      aboveBPct
      judgedCount
      unknownCount
    }
  }
`);
export type VoltageBands = ResultOf<typeof VoltageQualityQuery>['voltageQuality'];

export const WorstVoltagesQuery = graphql(`
  query AmiWorstVoltages($by: UsageGroup!, $firstDay: Date!, $lastDay: Date!, $limit: Int!, $filters: MeterScope!) {
    worstVoltages(by: $by, firstDay: $firstDay, lastDay: $lastDay, limit: $limit, filters: $filters) {
      groupCount
      groups {
        key
        name
        meterCount
        bands {
          belowBPct
          bLowPct
          inAPct
          bHighPct
          aboveBPct
          judgedCount
          unknownCount
        }
      }
    }
  }
`);
export type VoltageOfGroup = ResultOf<typeof WorstVoltagesQuery>['worstVoltages']['groups'][number];

export const MeterVoltageQuery = graphql(`
  query AmiMeterVoltage($assetId: String!, $start: DateTime!, $end: DateTime!, $bucket: UsageBucket!) {
    meterUsage(assetId: $assetId, start: $start, end: $end, bucket: $bucket) {
      at
      usageKwh
      minVoltageV
      meanVoltageV
      maxVoltageV
      readingCount
    }
  }
`);
export type MeterVoltage = ResultOf<typeof MeterVoltageQuery>['meterUsage'][number];
