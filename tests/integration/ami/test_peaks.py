"""Coincidence of peaks and overloads of transformers, by brute force."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from grid.pipeline.periods import hour_spans
from grid.warehouse import PartitionedWarehouse, Warehouse
from grid.warehouse.queries import (
    OverloadOrder,
    PeakMember,
    Scope,
    coincidence,
    overloaded_transformers,
)
from grid.warehouse.tables import transformer_hourly_load
from tests.ami_sample import CHICAGO, PERIODS, UNITS, Sample

pytestmark = pytest.mark.integration

MEMBER = {
    PeakMember.METER: lambda meter: meter.id,
    PeakMember.TRANSFORMER: lambda meter: meter.transformer,
    PeakMember.CIRCUIT: lambda meter: meter.circuit,
}


@pytest.mark.parametrize(
    ("members", "scope"),
    [
        (PeakMember.CIRCUIT, Scope()),
        (PeakMember.CIRCUIT, Scope(zone_ids=("ZONE-1",), customer_classes=("COMMERCIAL", "INDUSTRIAL"))),
        (PeakMember.TRANSFORMER, Scope()),
        (PeakMember.TRANSFORMER, Scope(substation_ids=("SUB-1",), circuit_ids=("CKT-1",))),
        (PeakMember.METER, Scope(transformer_ids=("XFMR-1", "XFMR-3"))),
        (PeakMember.METER, Scope(meter_ids=("MTR-2",))),
    ],
)
def test_the_peak_of_the_sum_is_set_against_the_sum_of_the_peaks(
    warehouse: Warehouse, sample: Sample, members: PeakMember, scope: Scope
) -> None:
    for first, last in PERIODS:
        by_member: dict[Any, dict[datetime, float]] = defaultdict(lambda: defaultdict(float))
        by_hour: dict[datetime, float] = defaultdict(float)
        for each in sample.of(scope, first, last):
            by_member[MEMBER[members](each.meter)][each.hour] += float(each.kwh)
            by_hour[each.hour] += float(each.kwh)
        spans = hour_spans(first, last, CHICAGO)

        (row,) = warehouse.select_rows(
            coincidence(scope=scope, members=members, since=spans[0].start, until=spans[-1].end)
        )

        peaks = sum(max(hours.values()) for hours in by_member.values())
        assert row["member_count"] == len(by_member)
        assert row["member_peaks_kwh"] == pytest.approx(peaks)
        assert row["group_peak_kwh"] == pytest.approx(max(by_hour.values()))
        assert by_hour[row["group_peak_at"]] == pytest.approx(row["group_peak_kwh"])
        assert row["group_peak_kwh"] <= row["member_peaks_kwh"] + 1e-9


def test_without_readings_a_coincidence_is_unknown(warehouse: Warehouse) -> None:
    (row,) = warehouse.select_rows(
        coincidence(
            scope=Scope(),
            members=PeakMember.CIRCUIT,
            since=datetime(2025, 6, 1),
            until=datetime(2025, 6, 2),
        )
    )
    assert row == {
        "member_count": 0,
        "member_peaks_kwh": None,
        "group_peak_kwh": None,
        "group_peak_at": None,
    }


def hours_of(rolled_up: PartitionedWarehouse, first: Any, last: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the hourly load by transformer, of the hours that begin on the local days given."""
    found = defaultdict(list)
    for row in rolled_up.select_rows(transformer_hourly_load.select()):
        if first <= row["load_hour"].replace(tzinfo=UTC).astimezone(CHICAGO).date() <= last:
            found[row["transformer_id"]].append(row)
    return found


def known(values: Any) -> list[Any]:
    return [value for value in values if value is not None]


@pytest.mark.parametrize("order", list(OverloadOrder))
def test_overloads_are_those_of_the_hours(
    warehouse: Warehouse, rolled_up: PartitionedWarehouse, order: OverloadOrder
) -> None:
    for first, last in PERIODS:
        hours = hours_of(rolled_up, first, last)
        rows = warehouse.select_rows(
            overloaded_transformers(scope=Scope(), first=first, last=last, order=order, limit=10)
        )

        assert {row["transformer_id"] for row in rows} == set(hours) == set(UNITS)
        for row in rows:
            mine = hours[row["transformer_id"]]
            pct = [each["loading_pct"] for each in mine]
            assert row["peak_loading_pct"] == max(pct)
            assert row["peak_at"] == min(h["load_hour"] for h in mine if h["loading_pct"] == max(pct))
            assert row["peak_load_kva"] == max(each["load_kva"] for each in mine)
            assert row["hour_count"] == len(mine)
            for limit in (100, 120, 150):
                assert row[f"hours_over_{limit}"] == sum(each > limit for each in pct)
            assert row["energy_kwh"] == pytest.approx(sum(each["energy_kwh"] for each in mine))
            assert row["covered_hours"] == pytest.approx(sum(h["coverage_pct"] / 100.0 for h in mine))
            factors = known(each["ageing_factor"] for each in mine)
            assert row["aged_hours"] == len(factors)
            assert 0 < len(factors) < len(mine)
            assert row["ageing_h"] == pytest.approx(sum(factors))
            assert row["peak_hot_spot_c"] == max(known(each["hot_spot_c"] for each in mine))
        column = {
            OverloadOrder.PEAK_LOADING: "peak_loading_pct",
            OverloadOrder.HOURS_OVER_RATING: "hours_over_100",
            OverloadOrder.PEAK_HOT_SPOT: "peak_hot_spot_c",
            OverloadOrder.AGEING: "ageing_h",
        }[order]
        values = [row[column] for row in rows]
        assert values == sorted(values, reverse=True)
        assert rows[0]["transformer_name"] == f"Bank {rows[0]['transformer_id']}"


def test_overloads_are_of_the_scope(warehouse: Warehouse) -> None:
    first, last = PERIODS[0]
    rows = warehouse.select_rows(
        overloaded_transformers(
            scope=Scope(zone_ids=("ZONE-1",), circuit_ids=("CKT-1", "CKT-4")),
            first=first,
            last=last,
            order=OverloadOrder.PEAK_LOADING,
            limit=1,
        )
    )
    assert [row["circuit_id"] for row in rows] == ["CKT-1"]
