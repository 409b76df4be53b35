"""The questions about the readings of many meters that several tests ask."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from tests.ami_sample import Reading
from tests.clients import Api
from tests.factories.grid import grant_zone

MEASURE = "usageKwh meterCount coveragePct estimatedPct outageMinutes isPartial"
SERIES = f"""query ($first: Date!, $last: Date!, $bucket: UsageBucket! = DAY, $filters: MeterScope) {{
    usageSeries(firstDay: $first, lastDay: $last, bucket: $bucket, filters: $filters) {{
        {MEASURE} points {{ start end {MEASURE} }} }} }}"""
BREAKDOWN = f"""query ($by: UsageGroup!, $first: Date!, $last: Date!, $limit: Int! = 20,
                      $filters: MeterScope) {{
    usageBreakdown(by: $by, firstDay: $first, lastDay: $last, limit: $limit, filters: $filters) {{
        groupCount totalKwh groups {{ key name sharePct {MEASURE} }} }} }}"""
COMPARISON = f"""query ($first: Date!, $last: Date!, $baseFirst: Date!, $baseLast: Date!,
                        $bucket: UsageBucket! = DAY, $filters: MeterScope) {{
    usageComparison(firstDay: $first, lastDay: $last, baseFirstDay: $baseFirst, baseLastDay: $baseLast,
                    bucket: $bucket, filters: $filters) {{
        current {{ firstDay lastDay dayCount kwhPerDay {MEASURE} }}
        base {{ firstDay lastDay dayCount kwhPerDay {MEASURE} }}
        differenceKwh differencePct coverageDiffers
        points {{ current {{ start usageKwh }} base {{ start usageKwh }}
                  differenceKwh differencePct }} }} }}"""
PROFILE = """query ($first: Date!, $last: Date!, $min: Float! = 90, $filters: MeterScope) {
    loadProfile(firstDay: $first, lastDay: $last, minCoveragePct: $min, filters: $filters) {
        hours { isWeekend hour meanKw p10Kw p50Kw p90Kw maxKw hourCount }
        meanKw peakKw peakAt loadFactorPct meterCount hourCount leftOutHours } }"""
COINCIDENCE = """query ($members: PeakMember!, $first: Date!, $last: Date!, $filters: MeterScope) {
    coincidence(members: $members, firstDay: $first, lastDay: $last, filters: $filters) {
        memberCount memberPeaksKw groupPeakKw groupPeakAt coincidenceFactor } }"""
BANDS = """belowBCount bLowCount inACount bHighCount aboveBCount judgedCount unknownCount
           belowBPct bLowPct inAPct bHighPct aboveBPct"""
VOLTAGE = f"""query ($first: Date!, $last: Date!, $filters: MeterScope) {{
    voltageQuality(firstDay: $first, lastDay: $last, filters: $filters) {{ {BANDS} }} }}"""
WORST = f"""query ($by: UsageGroup!, $first: Date!, $last: Date!, $limit: Int! = 20, $filters: MeterScope) {{
    worstVoltages(by: $by, firstDay: $first, lastDay: $last, limit: $limit, filters: $filters) {{
        groupCount groups {{ key name meterCount bands {{ {BANDS} }} }} }} }}"""
OVERLOADS = """query ($first: Date!, $last: Date!, $order: OverloadOrder! = PEAK_LOADING, $limit: Int! = 20,
                      $filters: TransformerScope) {
    overloadedTransformers(firstDay: $first, lastDay: $last, orderBy: $order, limit: $limit,
                           filters: $filters) {
        assetId name circuitId substationId ratedKva energyKwh peakLoadKva peakLoadingPct peakAt hourCount
        hoursOver100 hoursOver120 hoursOver150 coveragePct peakHotSpotC equivalentAgeingFactor lossOfLifePct
        agedHours } }"""
AUTUMN = {"first": "2025-11-01", "last": "2025-11-03"}
SPRING = {"first": "2025-03-08", "last": "2025-03-10"}
AUTUMN_HOURS = 73
EVERY = [SERIES, BREAKDOWN, COMPARISON, PROFILE, COINCIDENCE, VOLTAGE, WORST]
ARGUMENTS: dict[str, Any] = AUTUMN | {
    "by": "CIRCUIT",
    "members": "CIRCUIT",
    "baseFirst": "2025-03-08",
    "baseLast": "2025-03-10",
}


def limited(user: User, zone_id: str) -> Api:
    """Return the client of a user limited to a zone."""
    from grid.models import Zone

    grant_zone(user=user, zone=Zone.objects.get(pk=zone_id))
    return Api(User.objects.get(pk=user.pk))


def days(period: dict[str, str]) -> tuple[date, date]:
    return date.fromisoformat(period["first"]), date.fromisoformat(period["last"])


def kwh(readings: list[Reading]) -> float:
    return float(sum((each.kwh for each in readings), Decimal()))
