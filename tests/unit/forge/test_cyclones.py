"""Cyclones come as often as on record, and their wind field is the one that is cited."""

import math

import numpy as np
import pytest

from grid.forge.cyclones import SEASON, Cyclone, CycloneParams, cyclone_weather, draw_cyclones

YEARS = 20_000
KNOTS_64, KNOTS_96 = 32.9, 49.4


@pytest.fixture(scope="module")
def storms() -> tuple[list[Cyclone], np.ndarray]:
    month = np.tile(np.arange(12).repeat(730), YEARS // 10)[: YEARS // 10 * 8760]
    return draw_cyclones(np.random.default_rng(3), month, CycloneParams()), month


def test_return_periods_are_those_of_the_coast(storms: tuple[list[Cyclone], np.ndarray]) -> None:
    """Galveston, within 50 nautical miles: a hurricane in 9 years, a major one in 25."""
    found, month = storms
    years = len(month) / 8766.0
    hurricanes = sum(storm.peak_mps >= KNOTS_64 for storm in found)
    major = sum(storm.peak_mps >= KNOTS_96 for storm in found)

    assert years / hurricanes == pytest.approx(9.0, rel=0.15)
    assert years / major == pytest.approx(25.0, rel=0.25)
    assert all(abs(storm.offset_km) <= 92.6 for storm in found)


def test_they_come_in_their_season(storms: tuple[list[Cyclone], np.ndarray]) -> None:
    found, month = storms
    seen = np.bincount(month[[storm.hour for storm in found]], minlength=12) / len(found)

    assert seen == pytest.approx(SEASON / SEASON.sum(), abs=0.05)
    assert seen[[0, 1, 2, 3, 11]].sum() == 0.0


def test_the_wind_is_largest_at_its_radius_and_falls_on_both_sides() -> None:
    """At closest approach, four hours inland: V = 13.8 + (0.9 V0 - 13.8) exp(-0.38), times 0.75 on land."""
    storm = Cyclone(hour=10, offset_km=0.0, bearing_rad=0.0, peak_mps=50.0, radius_km=40.0)
    east_km = np.array([-20.0, 20.0, -40.0, 40.0, -80.0, 80.0])
    lat = np.full(6, 30.0)
    lon = -95.0 + east_km / (111.195 * math.cos(math.radians(30.0)))

    wind, rain = cyclone_weather(storm, hours=np.array([10]), lon=lon, lat=lat, params=CycloneParams())

    peak = 0.75 * (13.8 + (45.0 - 13.8) * math.exp(-0.38))
    shape = np.array([0.5, 0.5, 1.0, 1.0, 2.0**-0.6, 2.0**-0.6])
    assert wind[:, 0] == pytest.approx(peak * shape, rel=1e-3)
    assert (np.diff(rain[[1, 3, 5], 0]) < 0).all()


def test_it_passes_and_fades() -> None:
    storm = Cyclone(hour=40, offset_km=10.0, bearing_rad=-0.3, peak_mps=45.0, radius_km=40.0)
    hours = np.arange(80)

    wind, _ = cyclone_weather(
        storm, hours=hours, lon=np.array([-95.0]), lat=np.array([30.0]), params=CycloneParams()
    )

    at = int(wind[0].argmax())
    assert abs(at - 40) <= 4
    assert wind[0, 0] < 0.4 * wind[0, at]
    assert wind[0, -1] < 0.4 * wind[0, at]
    assert wind.max() <= 0.75 * 45.0
