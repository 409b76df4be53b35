"""Forged energy prices: the sun, the demand, and prices that follow from the real plants."""

import csv
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from grid.forge.build import Forged
from grid.forge.clock import Period
from grid.forge.energy_prices import PriceParams, Supply, demand_shape, hourly_prices
from grid.forge.profiles import ARCHETYPES
from grid.forge.solar import sine_of_elevation
from grid.forge.source_files import default_data_dir
from tests.unit.forge.network import Frames

START = datetime(2025, 6, 21)


def period(hours: int) -> Period:
    return Period(START, hours * 4, np.zeros(hours * 4), np.zeros(hours * 4))


def supply(**changed: object) -> Supply:
    """Return 100 MW of wind of which 40 blow, 50 MW of sun at Houston, and gas from 20 USD up."""
    values: dict[str, object] = {
        "zone_ids": ["ZONE-1"],
        "demand_mw": 200.0,
        "fuel": ["wind", "solar", "ng"],
        "p_mw": np.array([40.0, 0.0, 100.0]),
        "p_max_mw": np.array([100.0, 50.0, 300.0]),
        "c1": np.array([0.0, 0.0, 20.0]),
        "c2": np.array([0.0, 0.0, 0.05]),
        "lon": np.array([-95.0, -95.0, -95.0]),
        "lat": np.array([30.0, 30.0, 30.0]),
    }
    return Supply(**(values | changed))  # type: ignore[arg-type]


def test_at_night_gas_meets_what_the_wind_leaves() -> None:
    """5 h UTC is 23 h in Houston: 200 MW - 40 MW of wind, 20 + 2 · 0.05 · 160 = 36 USD."""
    shape = np.ones(24)

    price = hourly_prices(supply(), shape=shape, period=period(24), params=PriceParams())

    assert price[5] == pytest.approx(36.0)
    assert price.argmin() == 18  # the sun stands highest at 95° west at about 18:20 UTC
    high = 50.0 * np.sin(np.radians(90.0 - 30.0 + 23.4))
    assert price[18] == pytest.approx(20.0 + 0.1 * (160.0 - high), abs=0.05)


def test_wind_gives_no_more_than_it_can_and_surplus_costs_nothing() -> None:
    shape = np.full(6, 0.1)

    price = hourly_prices(supply(), shape=shape, period=period(6), params=PriceParams())
    capped = supply(p_mw=np.array([140.0, 0.0, 0.0]))

    assert price.tolist() == [0.0] * 6
    night = hourly_prices(capped, shape=np.ones(6), period=period(6), params=PriceParams())
    assert night[5] == pytest.approx(20.0 + 0.1 * 100.0)


def test_without_enough_plants_the_price_is_the_cap() -> None:
    short = supply(demand_mw=500.0)

    price = hourly_prices(short, shape=np.ones(6), period=period(6), params=PriceParams())

    assert price[5] == PriceParams().cap_usd_per_mwh


@pytest.mark.parametrize(
    ("at", "lat", "lon", "degrees"),
    [  # solar noon and midnight by the textbook: 90° - |latitude - declination|
        (datetime(2025, 3, 20, 12, 7), 0.0, 0.0, 90.0),
        (datetime(2025, 6, 21, 12, 2), 50.0, 0.0, 90.0 - 50.0 + 23.44),
        (datetime(2025, 12, 21, 12, 0), 50.0, 0.0, 90.0 - 50.0 - 23.44),
        (datetime(2025, 6, 21, 18, 22), 30.0, -95.0, 90.0 - 30.0 + 23.44),
        (datetime(2025, 6, 21, 0, 2), 50.0, 0.0, -(90.0 - 50.0 - 23.44)),
    ],
)
def test_the_sun_stands_where_the_textbook_says(at: datetime, lat: float, lon: float, degrees: float) -> None:
    found = sine_of_elevation(at=[at], lon=np.array([lon]), lat=np.array([lat]))

    assert np.degrees(np.arcsin(found[0, 0])) == pytest.approx(degrees, abs=0.6)


def test_day_and_night_are_of_equal_length_at_the_equinox() -> None:
    at = [datetime(2025, 3, 20) + timedelta(minutes=5 * step) for step in range(288)]

    up = sine_of_elevation(at=at, lon=np.array([10.0]), lat=np.array([40.0]))[0] > 0.0

    assert up.mean() == pytest.approx(0.5, abs=0.01)


def test_demand_peaks_at_one_and_weighs_the_classes() -> None:
    powers = np.ones((len(ARCHETYPES), 16))
    powers[:8, 4:8] = 2.0  # homes double in the second hour

    shape = demand_shape([powers], PriceParams(class_shares=(0.5, 0.25, 0.25)))

    assert shape.tolist() == pytest.approx([1 / 1.5, 1.0, 1 / 1.5, 1 / 1.5])


def test_every_zone_and_hour_has_a_price_and_all_zones_the_same(tiny: Forged, frames: Frames) -> None:
    prices = frames["energy_prices_hourly"]
    zones = frames["load_zones"].zone_id

    assert len(prices) == len(zones) * tiny.period.hours
    assert not prices.duplicated(["zone_id", "price_hour"]).any()
    assert set(prices.zone_id) == set(zones)
    assert (prices.groupby("price_hour").price_usd_per_mwh.nunique() == 1).all()
    assert prices.price_hour.min() == pd.Timestamp(tiny.period.start)
    assert prices.price_hour.max() == pd.Timestamp(tiny.period.end) - pd.Timedelta(hours=1)
    assert set(prices.method) == {"MERIT_ORDER"}


def test_prices_are_marginal_costs_of_real_plants(frames: Frames) -> None:
    """Of the Texan plants in service that burn something, some runs at each price, and the price moves."""
    folder = default_data_dir()
    with (folder / "gencost.csv").open() as file:
        costs = {row["plant_id"]: row for row in csv.DictReader(file)}
    ranges = []
    with (folder / "plant.csv").open() as file:
        for row in csv.DictReader(file):
            if row["interconnect"] == "Texas" and row["status"] == "1" and float(row["Pmax"]) > 0.0:
                c1, c2 = float(costs[row["plant_id"]]["c1"]), float(costs[row["plant_id"]]["c2"])
                ranges.append((c1, c1 + 2.0 * c2 * float(row["Pmax"])))
    prices = frames["energy_prices_hourly"].price_usd_per_mwh.unique()

    assert len(prices) > 20
    assert all(any(low - 1e-4 <= each <= high + 1e-4 for low, high in ranges) for each in prices)
