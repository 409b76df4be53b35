"""Voltages by transformer, by day and of a week, against the standard's own function, reading by reading."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from grid.layers import LAYERS
from grid.layers.voltages import WEEK_DAYS
from grid.standards.service_voltage import VoltageBand
from grid.warehouse import Warehouse
from grid.warehouse.tables import transformer_daily_voltage
from tests.ami_sample import PERIODS, UNITS, Reading, Sample
from tests.integration.ami.test_voltages import bands, counts

pytestmark = pytest.mark.integration

NEWEST = PERIODS[-1][-1]
OUTSIDE_B = {VoltageBand.BELOW_B, VoltageBand.ABOVE_B}


def of_unit(sample: Sample, unit: str, first: date, last: date) -> list[Reading]:
    return [each for each in sample.readings if each.meter.transformer == unit and first <= each.day <= last]


def test_each_day_holds_its_readings_by_band(warehouse: Warehouse, sample: Sample) -> None:
    rows = warehouse.select_rows(transformer_daily_voltage.select())

    found = {(row["transformer_id"], row["usage_date"]): row for row in rows}
    assert found.keys() == {(each.meter.transformer, each.day) for each in sample.readings}
    for (unit, day), row in found.items():
        readings = of_unit(sample, unit, day, day)
        assert counts(row) == bands(readings)
        assert row["reading_count"] == len(readings)
        assert row["meter_count"] == len({each.meter for each in readings})


def test_the_layer_is_the_newest_week(warehouse: Warehouse, sample: Sample) -> None:
    rows = warehouse.select_rows(LAYERS["transformer_voltage"].source)

    assert {row["id"] for row in rows} == set(UNITS)
    for row in rows:
        readings = of_unit(sample, row["id"], NEWEST - timedelta(days=WEEK_DAYS - 1), NEWEST)
        judged = [each.band for each in readings if each.band is not None]
        days = {each.day for each in readings}
        assert counts(row) == bands(readings)
        assert (row["transformer_id"], row["zone_id"]) == (row["id"], UNITS[row["id"]][2])
        assert (row["first_day"], row["last_day"], row["day_count"]) == (min(days), max(days), len(days))
        assert (row["reading_count"], row["judged_count"]) == (len(readings), len(judged))
        assert row["outside_b_pct"] == _share_pct([each in OUTSIDE_B for each in judged])
        assert row["outside_a_pct"] == _share_pct([each != VoltageBand.A for each in judged])


def _share_pct(is_outside: list[bool]) -> Any:
    return pytest.approx(100.0 * sum(is_outside) / len(is_outside)) if is_outside else None


def test_a_transformer_whose_meters_cannot_be_judged_has_no_share(warehouse: Warehouse) -> None:
    # XFMR-6 has a secondary that no nominal voltage is known of.
    rows = {row["id"]: row for row in warehouse.select_rows(LAYERS["transformer_voltage"].source)}

    assert rows["XFMR-6"]["reading_count"] > 0
    assert counts(rows["XFMR-6"]) == (None,) * 5
    assert (rows["XFMR-6"]["judged_count"], rows["XFMR-6"]["outside_a_pct"]) == (0, None)
