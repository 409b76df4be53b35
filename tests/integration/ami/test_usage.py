"""Use of many meters against sums over the single readings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest

from grid.pipeline.periods import hour_spans
from grid.warehouse import Warehouse
from grid.warehouse.queries import Scope, UsageGroup, meter_count, usage_by_group, usage_days, usage_hours
from tests.ami_sample import CHICAGO, GROUP_OF, PERIODS, Reading, Sample, sums

pytestmark = pytest.mark.integration

SCOPES = [
    Scope(),
    Scope(zone_ids=("ZONE-1",)),
    Scope(substation_ids=("SUB-1", "SUB-3")),
    Scope(circuit_ids=("CKT-1", "CKT-4"), customer_classes=("RESIDENTIAL", "INDUSTRIAL")),
    Scope(transformer_ids=("XFMR-1", "XFMR-5")),
    Scope(zone_ids=("ZONE-1",), meter_ids=("MTR-1", "MTR-5", "MTR-8")),
    Scope(zone_ids=("ZONE-2",), substation_ids=("SUB-1",)),  # nobody
]
SUMS = ("usage_kwh", "reading_count", "estimated_count", "metered_minutes", "outage_minutes")


def taken(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in SUMS}


def by(readings: list[Reading], key: str) -> dict[Any, dict[str, Any]]:
    ordered = sorted(readings, key=lambda each: getattr(each, key))
    return {value: sums(found) for value, found in groupby(ordered, lambda each: getattr(each, key))}


@pytest.mark.parametrize("scope", SCOPES)
def test_hours_are_the_sums_of_their_readings(warehouse: Warehouse, sample: Sample, scope: Scope) -> None:
    for first, last in PERIODS:
        spans = hour_spans(first, last, CHICAGO)
        rows = warehouse.select_rows(usage_hours(scope=scope, since=spans[0].start, until=spans[-1].end))

        assert {row["at"]: taken(row) for row in rows} == by(sample.of(scope, first, last), "hour")
        assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


@pytest.mark.parametrize("scope", SCOPES)
def test_days_are_the_utilitys_own(warehouse: Warehouse, sample: Sample, scope: Scope) -> None:
    for first, last in PERIODS:
        rows = warehouse.select_rows(usage_days(scope=scope, first=first, last=last))

        assert {row["day"]: taken(row) for row in rows} == by(sample.of(scope, first, last), "day")


def test_the_repeated_hour_of_autumn_stays_two_hours(warehouse: Warehouse) -> None:
    since = datetime(2025, 11, 2, 6)  # 1 o'clock in summer time; an hour later it is 1 o'clock again
    rows = warehouse.select_rows(usage_hours(scope=Scope(), since=since, until=since + timedelta(hours=2)))
    assert [row["at"] for row in rows] == [since, since + timedelta(hours=1)]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("group", list(UsageGroup))
def test_groups_are_ranked_by_their_use(
    warehouse: Warehouse, sample: Sample, scope: Scope, group: UsageGroup
) -> None:
    first, last = PERIODS[1]
    key_of = GROUP_OF[group]
    meters = sample.chosen(scope)
    expected: dict[Any, Any] = {}
    for key in {key_of(meter) for meter in meters}:
        members = [meter for meter in meters if key_of(meter) == key]
        found = [each for each in sample.of(scope, first, last) if key_of(each.meter) == key]
        expected[key] = (len(members), sums(found))

    rows = warehouse.select_rows(usage_by_group(scope=scope, group=group, first=first, last=last, limit=100))

    assert {row["key"]: (row["meter_count"], taken(row)) for row in rows} == expected
    used = [row["usage_kwh"] for row in rows]
    assert used == sorted(used, reverse=True)
    if rows:
        total = sum((row["usage_kwh"] for row in rows), Decimal())
        assert {(row["total_kwh"], row["group_count"]) for row in rows} == {(total, len(expected))}
        # Sums over groups are the sum over the days.
        days = warehouse.select_rows(usage_days(scope=scope, first=first, last=last))
        assert total == sum((row["usage_kwh"] for row in days), Decimal())


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (UsageGroup.TRANSFORMER, "Bank XFMR-2"),
        (UsageGroup.CIRCUIT, "Feeder CKT-2"),
        (UsageGroup.SUBSTATION, "Station SUB-2"),
        (UsageGroup.ZONE, "Area ZONE-2"),
        (UsageGroup.METER, None),
        (UsageGroup.CITY, None),
    ],
)
def test_groups_have_names(warehouse: Warehouse, group: UsageGroup, name: str | None) -> None:
    rows = warehouse.select_rows(
        usage_by_group(scope=Scope(), group=group, first=PERIODS[0][0], last=PERIODS[0][1], limit=20)
    )
    assert name in {row["name"] for row in rows}


def test_only_the_first_groups_are_listed_and_all_are_counted(warehouse: Warehouse, sample: Sample) -> None:
    first, last = PERIODS[0]
    (row,) = warehouse.select_rows(
        usage_by_group(scope=Scope(), group=UsageGroup.METER, first=first, last=last, limit=1)
    )
    total = sums(sample.of(Scope(), first, last))["usage_kwh"]
    assert (row["group_count"], row["total_kwh"]) == (10, total)


def test_a_group_without_readings_is_listed_last_and_unknown(warehouse: Warehouse) -> None:
    never = date(2025, 6, 1)
    rows = warehouse.select_rows(
        usage_by_group(scope=Scope(), group=UsageGroup.CIRCUIT, first=never, last=never, limit=9)
    )
    assert [(row["key"], row["usage_kwh"], row["total_kwh"]) for row in rows] == [
        (f"CKT-{n}", None, None) for n in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize("scope", SCOPES)
def test_meters_are_counted(warehouse: Warehouse, sample: Sample, scope: Scope) -> None:
    assert warehouse.select_rows(meter_count(scope)) == [{"meter_count": len(sample.chosen(scope))}]
