"""Ambient-adjusted ratings of transmission lines: published ratios, and the worse end decides."""

from datetime import datetime

import numpy as np
import pytest

from grid.standards.branch_rating import BranchRatingParams, ambient_multiplier, rate_branches
from grid.standards.circuit_rating import Observations
from grid.standards.conductors import BACKBONE
from grid.standards.line_rating import RatingParams

PARAMS = BranchRatingParams()
AMBIENT_C = (-20, -10, 0, 10, 20, 25, 30, 35, 40, 45, 50)
BY_DAY = (1.435, 1.375, 1.312, 1.244, 1.170, 1.130, 1.089, 1.046, 1.000, 0.951, 0.899)
BY_NIGHT = (1.512, 1.456, 1.396, 1.332, 1.263, 1.227, 1.189, 1.149, 1.108, 1.064, 1.018)
"""Drake at 100 °C by the full IEEE 738, over its rating at 40 °C in the sun of the standard's example; worked
out apart from this code."""


def stations(*places: tuple[float, float, float]) -> Observations:
    lon, lat, temperature_c = (np.array(column, dtype=float) for column in zip(*places, strict=True))
    return Observations(
        station_id=[f"W{n}" for n in range(len(places))],
        lon=lon,
        lat=lat,
        temperature_c=temperature_c,
        wind_mps=np.full(len(places), np.nan),
    )


def rate(observations: Observations, *, ends: tuple[float, float, float, float], hour: datetime):
    from_lon, from_lat, to_lon, to_lat = (np.array([value]) for value in ends)
    return rate_branches(
        from_lon=from_lon,
        from_lat=from_lat,
        to_lon=to_lon,
        to_lat=to_lat,
        hour=hour,
        observations=observations,
        params=PARAMS,
    )


@pytest.mark.parametrize(
    ("sun_w_per_m2", "published"), [(PARAMS.static_sun_w_per_m2, BY_DAY), (0.0, BY_NIGHT)]
)
def test_ratios_are_those_worked_out_for_drake(sun_w_per_m2: float, published: tuple[float, ...]) -> None:
    found = ambient_multiplier(np.array(AMBIENT_C, dtype=float), sun_w_per_m2, params=PARAMS)

    assert found == pytest.approx(np.array(published), rel=0.005)


def test_the_ratio_hardly_depends_on_the_conductor() -> None:
    ambient = np.array(AMBIENT_C, dtype=float)
    drake = ambient_multiplier(ambient, 0.0, params=PARAMS)

    for conductor in BACKBONE:
        found = ambient_multiplier(ambient, 0.0, params=BranchRatingParams(conductor=conductor))
        assert found == pytest.approx(drake, rel=0.017), conductor.name


def test_the_hotter_end_decides() -> None:
    night = datetime(2026, 7, 1, 7)
    both = stations((-95.0, 29.0, 20.0), (-96.0, 30.0, 35.0))

    found = rate(both, ends=(-95.0, 29.0, -96.0, 30.0), hour=night)
    turned = rate(both, ends=(-96.0, 30.0, -95.0, 29.0), hour=night)

    assert found.multiplier[0] == pytest.approx(1.149, rel=0.005)
    assert (found.ambient_c[0], found.station[0]) == (35.0, 1)
    assert found.multiplier[0] == turned.multiplier[0]
    assert turned.station[0] == 1


def test_an_end_without_a_station_near_leaves_the_rating_unknown() -> None:
    found = rate(
        stations((-95.0, 29.0, 20.0)), ends=(-95.0, 29.0, -100.0, 32.0), hour=datetime(2026, 7, 1, 7)
    )

    assert np.isnan(found.multiplier[0])
    assert found.station[0] == -1
    assert np.isnan(found.ambient_c[0])


def test_nothing_may_flow_in_air_as_hot_as_the_conductor() -> None:
    assert ambient_multiplier(100.0, 0.0, params=PARAMS) == 0.0
    assert BranchRatingParams(line=RatingParams(max_conductor_c=75.0)).line.max_conductor_c == 75.0
