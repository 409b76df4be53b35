"""Voltage bands against the standard's own function, reading by reading."""

from __future__ import annotations

from typing import Any

import pytest

from grid.standards.service_voltage import VoltageBand
from grid.warehouse import Warehouse
from grid.warehouse.queries import Scope, UsageGroup, voltage_by_group, voltage_totals
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS
from tests.ami_sample import GROUP_OF, PERIODS, Reading, Sample
from tests.integration.ami.test_usage import SCOPES

pytestmark = pytest.mark.integration


def bands(readings: list[Reading]) -> tuple[int | None, ...]:
    """Return the counts by band; none of meters whose nominal voltage is unknown."""
    judged = [each for each in readings if each.meter.nominal_v is not None]
    if not judged:
        return (None,) * 5
    return tuple(sum(each.band == name for each in judged) for name in VoltageBand)


def counts(row: dict[str, Any]) -> tuple[int | None, ...]:
    return tuple(row[name] for name in VOLTAGE_COUNTS)


@pytest.mark.parametrize("scope", SCOPES)
def test_the_totals_are_the_readings_by_band(warehouse: Warehouse, sample: Sample, scope: Scope) -> None:
    for first, last in PERIODS:
        found = sample.of(scope, first, last)
        (row,) = warehouse.select_rows(voltage_totals(scope=scope, first=first, last=last))

        assert counts(row) == bands(found)
        assert row["reading_count"] == (len(found) or None)


def test_every_band_occurs_in_the_sample(sample: Sample) -> None:
    found = bands(sample.of(Scope(), *PERIODS[0]))
    assert all(count and count > 20 for count in found)


@pytest.mark.parametrize("group", list(UsageGroup))
def test_the_worst_come_first(warehouse: Warehouse, sample: Sample, group: UsageGroup) -> None:
    first, last = PERIODS[1]
    rows = warehouse.select_rows(
        voltage_by_group(scope=Scope(), group=group, first=first, last=last, limit=100)
    )
    key_of = GROUP_OF[group]
    readings = sample.of(Scope(), first, last)
    expected = {
        key: bands([each for each in readings if key_of(each.meter) == key])
        for key in {key_of(meter) for meter in sample.meters}
    }

    assert {row["key"]: counts(row) for row in rows} == expected

    def badness(row: dict[str, Any]) -> tuple[float, ...]:
        below, b_low, in_a, b_high, above = counts(row)
        if below is None or b_low is None or in_a is None or b_high is None or above is None:
            return (-1.0, -1.0)
        total = below + b_low + in_a + b_high + above
        return ((below + above) / total, (b_low + b_high) / total)

    shares = [badness(row) for row in rows]
    assert shares == sorted(shares, reverse=True)


def test_a_meter_of_unknown_nominal_voltage_is_judged_by_none(warehouse: Warehouse) -> None:
    rows = warehouse.select_rows(
        voltage_by_group(
            scope=Scope(meter_ids=("MTR-6",)),
            group=UsageGroup.METER,
            first=PERIODS[0][0],
            last=PERIODS[0][1],
            limit=1,
        )
    )
    assert counts(rows[0]) == (None,) * 5
    assert rows[0]["reading_count"] > 200


def test_the_nominal_voltage_on_record_counts_before_that_of_the_transformer(
    warehouse: Warehouse, sample: Sample
) -> None:
    # MTR-7 hangs between one leg and neutral of a transformer of 240 V.
    (row,) = warehouse.select_rows(
        voltage_totals(scope=Scope(meter_ids=("MTR-7",)), first=PERIODS[0][0], last=PERIODS[0][1])
    )
    assert counts(row) == bands(sample.of(Scope(meter_ids=("MTR-7",)), *PERIODS[0]))
    assert row["in_a_count"] > 0
