"""Which hour the load of the system is taken of, while meters still report."""

from __future__ import annotations

from datetime import datetime

import pytest

from grid.warehouse import Warehouse
from grid.warehouse.queries import latest_load
from grid.warehouse.tables import (
    meter_infrastructure,
    substations,
    transformer_hourly_load,
    transformer_metadata,
)
from tests.integration.warehouse.rows import table_of
from tests.integration.warehouse.test_queries import hour

pytestmark = pytest.mark.integration


def fill_hours(warehouse: Warehouse, coverages: dict[tuple[str, datetime], float | None]) -> None:
    """Fill hours of transformers A (6 meters, zone 1) and B (4 meters, zone 2), each of 10 kWh."""
    meters = {"A": 6, "B": 4}
    fleet = [
        {"meter_id": f"{unit}-{n}", "transformer_id": f"XFMR-{unit}", "substation_id": f"SUB-{unit}"}
        for unit, count in meters.items()
        for n in range(count)
    ]
    warehouse.replace(meter_infrastructure, table_of(meter_infrastructure, *fleet), "b")
    units = [{"transformer_id": f"XFMR-{unit}", "substation_id": f"SUB-{unit}"} for unit in meters]
    warehouse.replace(transformer_metadata, table_of(transformer_metadata, *units), "b")
    stations = [
        {"substation_id": f"SUB-{unit}", "zone_id": f"ZONE-{n}"} for n, unit in enumerate(meters, start=1)
    ]
    warehouse.replace(substations, table_of(substations, *stations), "b")
    hours = [
        hour(f"XFMR-{unit}", at, 10.0, 50.0) | {"coverage_pct": coverage, "meter_count": meters.get(unit, 50)}
        for (unit, at), coverage in coverages.items()
    ]
    warehouse.replace(transformer_hourly_load, table_of(transformer_hourly_load, *hours), "b")


ONE, TWO, THREE = (datetime(2024, 7, 2, n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("coverages", "at", "load_mw", "coverage_pct"),
    [
        # The newest hour of which 90 % is metered, though newer ones were begun: 6 + 0.75 * 4 = 9 of 10.
        (
            {("A", ONE): 100.0, ("B", ONE): 100.0, ("A", TWO): 100.0, ("B", TWO): 75.0, ("A", THREE): 100.0},
            TWO,
            0.02,
            90.0,
        ),
        # None reaches 90 %: the best, 6 of 10 against 5.
        ({("A", ONE): 100.0, ("A", TWO): 50.0, ("B", TWO): 50.0}, ONE, 0.01, 60.0),
        # Of equal ones the newest.
        ({("A", ONE): 50.0, ("A", TWO): 50.0}, TWO, 0.01, 30.0),
        # What was never determined counts as whole, and is not said.
        ({("A", ONE): 100.0, ("A", TWO): None, ("B", TWO): None}, TWO, 0.02, None),
        # A transformer that is not known fills no hour.
        ({("A", ONE): 100.0, ("B", ONE): 100.0, ("unknown", TWO): 100.0}, ONE, 0.02, 100.0),
        # Hours of other dates than the two newest do not come back.
        ({("A", datetime(2024, 6, 1)): 100.0, ("B", datetime(2024, 6, 1)): 100.0, ("A", ONE): 10.0,
          ("A", datetime(2024, 7, 1, 5)): 10.0}, ONE, 0.01, 6.0),
    ],
)  # fmt: skip
def test_the_load_is_that_of_the_newest_hour_most_meters_reported(
    warehouse: Warehouse,
    coverages: dict[tuple[str, datetime], float | None],
    at: datetime,
    load_mw: float,
    coverage_pct: float | None,
) -> None:
    fill_hours(warehouse, coverages)

    (found,) = warehouse.select_rows(latest_load())
    assert (found["load_at"], found["load_mw"]) == (at, pytest.approx(load_mw))
    assert found["load_coverage_pct"] == pytest.approx(coverage_pct)


def test_the_hour_of_a_zone_is_that_of_the_system(warehouse: Warehouse) -> None:
    fill_hours(warehouse, {("A", ONE): 100.0, ("B", ONE): 100.0, ("B", TWO): 100.0})

    (found,) = warehouse.select_rows(latest_load(["ZONE-2"]))
    assert (found["load_at"], found["load_coverage_pct"]) == (ONE, pytest.approx(100.0))
