"""Hours of load beside their temperature by hand, and a curve found again from them, on both backends."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from cascade.engine.scenarios.spec import LoadCurve
from cascade.engine.scenarios.weather import fit_load_curve, load_of
from grid.warehouse import Warehouse
from grid.warehouse.queries.load_temperature import load_and_temperature
from grid.warehouse.tables import circuit_hourly_usage, weather_hourly
from tests.warehouse_rows import fill, filled

pytestmark = pytest.mark.integration

near = pytest.approx
MIDNIGHT = datetime(2026, 7, 1)


def hour(number: float) -> datetime:
    return MIDNIGHT + timedelta(hours=number)


def usage(number: int, circuit: str, kwh: str, metered_minutes: int) -> dict[str, Any]:
    at = hour(number)
    return filled(
        circuit_hourly_usage,
        {
            "circuit_id": circuit,
            "usage_hour": at,
            "usage_date": at.date(),
            "usage_kwh": Decimal(kwh),
            "metered_minutes": metered_minutes,
        },
    )


def air(number: int, station: str, celsius: float | None) -> dict[str, Any]:
    return filled(
        weather_hourly, {"station_id": station, "observed_at": hour(number), "temperature_c": celsius}
    )


def answer(warehouse: Warehouse, first: float, last: float) -> list[tuple[Any, Any, Any]]:
    rows = warehouse.select_rows(load_and_temperature(hour(first), hour(last)))
    return [(row["at"], row["kw_per_meter"], row["temperature_c"]) for row in rows]


def test_power_per_meter_stands_beside_the_mean_temperature(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        circuit_hourly_usage,
        [
            # Two meters through the hour use 3 kWh, one for half an hour 1 kWh: 4 kWh in 150 meter-minutes.
            usage(0, "CKT-A", "3", 120),
            usage(0, "CKT-B", "1", 30),
            usage(1, "CKT-A", "2.5", 60),
            usage(2, "CKT-A", "9", 60),  # no temperature
            usage(3, "CKT-A", "0", 0),  # nothing was metered
            usage(23, "CKT-A", "1", 60),
            usage(24, "CKT-A", "2", 60),  # the next day
        ],
    )
    fill(
        warehouse,
        weather_hourly,
        [
            air(0, "WX-1", 20.0),
            air(0, "WX-2", 30.0),
            air(0, "WX-3", None),
            air(1, "WX-1", -5.5),
            air(2, "WX-1", None),
            air(3, "WX-1", 10.0),
            air(4, "WX-1", 10.0),  # no load
            air(23, "WX-1", 11.0),
            air(24, "WX-1", 12.0),
        ],
    )

    assert answer(warehouse, 0, 24) == [
        (hour(0), near(4.0 * 60.0 / 150.0), near(25.0)),
        (hour(1), near(2.5), near(-5.5)),
        (hour(23), near(1.0), near(11.0)),
    ]
    # From the start to before the end, across midnight.
    assert answer(warehouse, 23, 25) == [
        (hour(23), near(1.0), near(11.0)),
        (hour(24), near(2.0), near(12.0)),
    ]
    assert answer(warehouse, 1.5, 3.5) == []


def test_the_curve_behind_the_hours_is_found_again(warehouse: Warehouse) -> None:
    truth = LoadCurve(
        base=1.0, heating_per_c=0.05, heating_below_c=14.0, cooling_per_c=0.08, cooling_above_c=22.0
    )
    # Every degree from -4 to 40, so that both change points are among those that are tried.
    celsius = np.arange(-4.0, 41.0)
    kw = load_of(truth, celsius)
    fill(
        warehouse,
        circuit_hourly_usage,
        [usage(n, "CKT-A", f"{10.0 * each:.6f}", 600) for n, each in enumerate(kw.tolist())],
    )
    fill(warehouse, weather_hourly, [air(n, "WX-1", each) for n, each in enumerate(celsius.tolist())])

    rows = answer(warehouse, 0, len(celsius))
    found = fit_load_curve(
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([row[1] for row in rows], dtype=np.float64),
        source="test",
    )

    assert found.sample_count == len(celsius)
    assert load_of(found, celsius) == near(kw, rel=0.02)
    assert (found.min_c, found.max_c) == (-4.0, 40.0)
    assert found.rmse_frac is not None
    assert found.rmse_frac < 0.01
