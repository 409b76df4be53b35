"""Questions about the readings of many meters, from a sample over both changes of the clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from grid.standards.service_voltage import VoltageBand
from grid.standards.transformer_thermal import equivalent_ageing_factor, loss_of_life_pct
from grid.warehouse import Warehouse, tables
from grid.warehouse.queries import Scope
from tests.ami_sample import CHICAGO, Reading, Sample, sums
from tests.api.ami_questions import (
    AUTUMN,
    AUTUMN_HOURS,
    BREAKDOWN,
    COINCIDENCE,
    COMPARISON,
    OVERLOADS,
    PROFILE,
    SERIES,
    SPRING,
    VOLTAGE,
    WORST,
    days,
    kwh,
)
from tests.clients import Api


def test_days_say_what_was_used_and_how_much_of_it_is_known(
    viewer_api: Api, loaded: Warehouse, sample: Sample
) -> None:
    found = viewer_api.data(SERIES, **AUTUMN)["usageSeries"]

    assert [(point["start"], point["end"]) for point in found["points"]] == [
        ("2025-11-01T05:00:00+00:00", "2025-11-02T05:00:00+00:00"),
        ("2025-11-02T05:00:00+00:00", "2025-11-03T06:00:00+00:00"),
        ("2025-11-03T06:00:00+00:00", "2025-11-04T06:00:00+00:00"),
    ]
    for number, (point, hours) in enumerate(zip(found["points"], (24, 25, 24), strict=True)):
        day = date(2025, 11, 1) + timedelta(days=number)
        mine = sums(sample.of(Scope(), day, day))
        assert point["usageKwh"] == pytest.approx(float(mine["usage_kwh"]), abs=1e-9)
        assert point["coveragePct"] == pytest.approx(100 * mine["metered_minutes"] / (10 * hours * 60))
        assert point["estimatedPct"] == pytest.approx(100 * mine["estimated_count"] / mine["reading_count"])
        assert point["outageMinutes"] == mine["outage_minutes"]
        assert (point["meterCount"], point["isPartial"]) == (10, True)
    total = sums(sample.of(Scope(), *days(AUTUMN)))
    assert found["usageKwh"] == pytest.approx(float(total["usage_kwh"]))
    assert found["coveragePct"] == pytest.approx(100 * total["metered_minutes"] / (10 * AUTUMN_HOURS * 60))


def test_hours_stay_distinct_when_the_clock_repeats_one(
    viewer_api: Api, loaded: Warehouse, sample: Sample
) -> None:
    day = {"first": "2025-11-02", "last": "2025-11-02"}

    points = viewer_api.data(SERIES, bucket="HOUR", **day)["usageSeries"]["points"]

    assert len({point["start"] for point in points}) == len(points) == 25
    for point in points:
        at = datetime.fromisoformat(point["start"]).astimezone(UTC).replace(tzinfo=None)
        assert point["usageKwh"] == pytest.approx(
            kwh([each for each in sample.readings if each.hour == at]), abs=1e-9
        )


def test_months_are_the_sums_of_their_days(viewer_api: Api, loaded: Warehouse) -> None:
    period = {"first": "2025-10-20", "last": "2025-12-10"}
    by_day = viewer_api.data(SERIES, **period)["usageSeries"]
    by_month = viewer_api.data(SERIES, bucket="MONTH", **period)["usageSeries"]

    assert [point["start"] for point in by_month["points"]] == [
        "2025-10-20T05:00:00+00:00",
        "2025-11-01T05:00:00+00:00",
        "2025-12-01T06:00:00+00:00",
    ]
    used = [point["usageKwh"] for point in by_month["points"]]
    assert used == [None, by_day["usageKwh"], None]
    assert used[1] == pytest.approx(sum(point["usageKwh"] or 0.0 for point in by_day["points"]))


def test_a_span_without_readings_is_unknown_and_not_zero(viewer_api: Api, loaded: Warehouse) -> None:
    found = viewer_api.data(SERIES, first="2025-06-01", last="2025-06-01")["usageSeries"]

    assert found["points"] == [
        {
            "start": "2025-06-01T05:00:00+00:00",
            "end": "2025-06-02T05:00:00+00:00",
            "usageKwh": None,
            "meterCount": 10,
            "coveragePct": 0.0,
            "estimatedPct": None,
            "outageMinutes": None,
            "isPartial": True,
        }
    ]


@pytest.mark.parametrize(
    ("filters", "scope"),
    [
        ({"circuitIds": ["CKT-1", "CKT-3"]}, Scope(circuit_ids=("CKT-1", "CKT-3"))),
        ({"transformerIds": ["XFMR-2"]}, Scope(transformer_ids=("XFMR-2",))),
        ({"meterIds": ["MTR-3", "MTR-4"]}, Scope(meter_ids=("MTR-3", "MTR-4"))),
        ({"customerClasses": ["COMMERCIAL"]}, Scope(customer_classes=("COMMERCIAL",))),
        ({"zoneIds": ["ZONE-2"], "substationIds": ["SUB-3"]}, Scope(zone_ids=("ZONE-2",))),
        ({"circuitIds": []}, Scope()),
    ],
)
@pytest.mark.parametrize("bucket", ["HOUR", "DAY", "MONTH"])
def test_filters_choose_the_meters(
    viewer_api: Api, loaded: Warehouse, sample: Sample, filters: Any, scope: Scope, bucket: str
) -> None:
    found = viewer_api.data(SERIES, bucket=bucket, filters=filters, **SPRING)["usageSeries"]

    assert found["usageKwh"] == pytest.approx(kwh(sample.of(scope, *days(SPRING))))
    assert found["meterCount"] == len(sample.chosen(scope))
    assert found["usageKwh"] == pytest.approx(sum(point["usageKwh"] or 0.0 for point in found["points"]))


def test_shares_of_groups_add_up(viewer_api: Api, loaded: Warehouse, sample: Sample) -> None:
    found = viewer_api.data(BREAKDOWN, by="CIRCUIT", **AUTUMN)["usageBreakdown"]

    assert (found["groupCount"], len(found["groups"])) == (4, 4)
    assert sum(group["sharePct"] for group in found["groups"]) == pytest.approx(100.0)
    assert found["totalKwh"] == pytest.approx(kwh(sample.of(Scope(), *days(AUTUMN))))
    for group in found["groups"]:
        mine = sample.of(Scope(circuit_ids=(group["key"],)), *days(AUTUMN))
        assert group["usageKwh"] == pytest.approx(kwh(mine))
        assert group["name"] == f"Feeder {group['key']}"
        metered = sums(mine)["metered_minutes"]
        capacity = group["meterCount"] * AUTUMN_HOURS * 60
        assert group["coveragePct"] == pytest.approx(100 * metered / capacity)


def test_customers_without_a_city_are_a_group_of_their_own(
    viewer_api: Api, loaded: Warehouse, sample: Sample
) -> None:
    found = viewer_api.data(BREAKDOWN, by="CITY", **AUTUMN)["usageBreakdown"]["groups"]

    expected = {meter.city for meter in sample.meters}
    assert {group["key"] for group in found} == expected
    assert None in expected


def test_periods_are_compared_per_day_and_by_place(
    viewer_api: Api, loaded: Warehouse, sample: Sample
) -> None:
    base = {"baseFirst": "2025-03-08", "baseLast": "2025-03-09"}
    found = viewer_api.data(COMPARISON, **AUTUMN, **base)["usageComparison"]

    ours = kwh(sample.of(Scope(), *days(AUTUMN)))
    theirs = kwh(sample.of(Scope(), date(2025, 3, 8), date(2025, 3, 9)))
    assert (found["current"]["dayCount"], found["base"]["dayCount"]) == (3, 2)
    assert found["current"]["kwhPerDay"] == pytest.approx(ours / 3)
    assert found["differenceKwh"] == pytest.approx(ours - theirs)
    assert found["differencePct"] == pytest.approx(100 * (ours / 3 - theirs / 2) / (theirs / 2))
    assert found["coverageDiffers"] == (
        abs(found["current"]["coveragePct"] - found["base"]["coveragePct"]) > 1.0
    )
    pairs = [
        (each["current"] and each["current"]["start"][:10], each["base"] and each["base"]["start"][:10])
        for each in found["points"]
    ]
    assert pairs == [
        ("2025-11-01", "2025-03-08"),
        ("2025-11-02", "2025-03-09"),
        ("2025-11-03", None),
    ]
    assert (found["points"][2]["differenceKwh"], found["points"][2]["differencePct"]) == (None, None)


def test_hours_are_compared_by_the_local_clock(viewer_api: Api, loaded: Warehouse) -> None:
    one_day = {
        "first": "2025-11-02",
        "last": "2025-11-02",
        "baseFirst": "2025-03-09",
        "baseLast": "2025-03-09",
    }
    points = viewer_api.data(COMPARISON, bucket="HOUR", **one_day)["usageComparison"]["points"]

    def clock(span: Any) -> int | None:
        return None if span is None else datetime.fromisoformat(span["start"]).astimezone(CHICAGO).hour

    pairs = [(clock(point["current"]), clock(point["base"])) for point in points]
    # The second one o'clock of autumn has no partner, nor has two o'clock, which spring skips.
    assert pairs == [(0, 0), (1, 1), (1, None), (2, None), *((hour, hour) for hour in range(3, 24))]


def test_a_change_from_nothing_known_is_unknown(viewer_api: Api, loaded: Warehouse) -> None:
    base = {"baseFirst": "2025-06-01", "baseLast": "2025-06-03"}
    found = viewer_api.data(COMPARISON, **AUTUMN, **base)["usageComparison"]

    assert (found["differenceKwh"], found["differencePct"], found["coverageDiffers"]) == (None, None, True)


def test_a_profile_is_made_of_the_hours_that_are_known(
    viewer_api: Api, loaded: Warehouse, sample: Sample
) -> None:
    scope = Scope(circuit_ids=("CKT-1",))
    meters = len(sample.chosen(scope))
    hours: dict[datetime, list[Reading]] = {}
    for each in sample.of(scope, *days(AUTUMN)):
        hours.setdefault(each.hour, []).append(each)
    known = {
        at: kwh(found)
        for at, found in hours.items()
        if 100 * sum(each.minutes for each in found) / (60 * meters) >= 95
    }

    found = viewer_api.data(PROFILE, min=95, filters={"circuitIds": ["CKT-1"]}, **AUTUMN)["loadProfile"]

    assert 0 < found["hourCount"] == len(known) < AUTUMN_HOURS
    assert found["leftOutHours"] == AUTUMN_HOURS - len(known)
    assert found["meanKw"] == pytest.approx(sum(known.values()) / len(known))
    assert found["peakKw"] == pytest.approx(max(known.values()))
    assert found["loadFactorPct"] == pytest.approx(100 * found["meanKw"] / found["peakKw"])
    for each in found["hours"]:
        mine = [
            value
            for at, value in known.items()
            if (local := at.replace(tzinfo=UTC).astimezone(CHICAGO)).hour == each["hour"]
            and (local.weekday() >= 5) == each["isWeekend"]
        ]
        assert (len(mine), max(mine)) == (each["hourCount"], pytest.approx(each["maxKw"]))
        assert each["p50Kw"] == pytest.approx(np.median(mine))
        assert each["p90Kw"] == pytest.approx(np.percentile(mine, 90))


def test_a_coincidence_factor_is_the_peak_over_the_peaks(viewer_api: Api, loaded: Warehouse) -> None:
    found = viewer_api.data(COINCIDENCE, members="TRANSFORMER", **AUTUMN)["coincidence"]

    assert found["memberCount"] == 6
    assert 0.0 < found["coincidenceFactor"] < 1.0
    assert found["coincidenceFactor"] == pytest.approx(found["groupPeakKw"] / found["memberPeaksKw"])
    alone = viewer_api.data(COINCIDENCE, members="METER", filters={"meterIds": ["MTR-1"]}, **AUTUMN)[
        "coincidence"
    ]
    assert (alone["memberCount"], alone["coincidenceFactor"]) == (1, pytest.approx(1.0))


def test_voltages_are_sorted_into_bands(viewer_api: Api, loaded: Warehouse, sample: Sample) -> None:
    found = viewer_api.data(VOLTAGE, **AUTUMN)["voltageQuality"]

    readings = sample.of(Scope(), *days(AUTUMN))
    counts = [sum(each.band == name for each in readings) for name in VoltageBand]
    names = ("belowB", "bLow", "inA", "bHigh", "aboveB")
    assert [found[f"{name}Count"] for name in names] == counts
    assert found["judgedCount"] == sum(counts)
    assert found["unknownCount"] == len(readings) - sum(counts)
    assert [found[f"{name}Pct"] for name in names] == pytest.approx(
        [100 * count / sum(counts) for count in counts]
    )


def test_the_worst_voltages_come_first(viewer_api: Api, loaded: Warehouse) -> None:
    found = viewer_api.data(WORST, by="METER", **AUTUMN)["worstVoltages"]

    assert found["groupCount"] == 10
    outside = [
        None
        if each["bands"]["belowBPct"] is None
        else each["bands"]["belowBPct"] + each["bands"]["aboveBPct"]
        for each in found["groups"]
    ]
    assert outside[-1] is None  # MTR-6, whose nominal voltage is unknown
    assert outside[:-1] == sorted(outside[:-1], reverse=True)
    assert found["groups"][-1]["bands"]["inACount"] is None


def test_overloads_age_as_the_standard_says(viewer_api: Api, loaded: Warehouse) -> None:
    rows = viewer_api.data(OVERLOADS, order="AGEING", **AUTUMN)["overloadedTransformers"]

    assert [row["lossOfLifePct"] for row in rows] == sorted(
        (row["lossOfLifePct"] for row in rows), reverse=True
    )
    hourly = loaded.select_rows(tables.transformer_hourly_load.select())
    for row in rows:
        mine = [
            each
            for each in hourly
            if each["transformer_id"] == row["assetId"] and each["load_hour"] >= datetime(2025, 11, 1, 5)
        ]
        spots = [each["hot_spot_c"] for each in mine if each["hot_spot_c"] is not None]
        ones = [1.0] * len(spots)
        assert row["agedHours"] == len(spots)
        assert row["equivalentAgeingFactor"] == pytest.approx(equivalent_ageing_factor(spots, ones))
        assert row["lossOfLifePct"] == pytest.approx(
            loss_of_life_pct(row["equivalentAgeingFactor"], len(spots))
        )
        assert row["peakHotSpotC"] == max(spots)
        assert row["coveragePct"] == pytest.approx(sum(each["coverage_pct"] for each in mine) / AUTUMN_HOURS)
