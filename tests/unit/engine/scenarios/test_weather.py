"""Wind, fragility and demand by temperature against hand calculation and scipy's distributions."""

import numpy as np
import pytest
from scipy import stats

from cascade.engine.scenarios.spec import LoadCurve, StormTrack, TrackPoint
from cascade.engine.scenarios.weather import failure_probability, fit_load_curve, load_of, storm_gust
from grid.standards.circuit_rating import distance_km

near = pytest.approx


def storm(*points: TrackPoint, **options: float) -> StormTrack:
    return StormTrack(points=points, **options)


def test_the_wind_of_harvey_is_what_was_published() -> None:
    # 64 kt at 40 miles and 34 kt at 140 miles follow from 115 kt at 19.94 km with v ~ r^-0.5.
    track = storm(TrackPoint(hour=0.0, lat=0.0, lon=0.0, max_wind_mps=115.0, max_wind_radius_km=19.94))
    degree_km = float(distance_km(np.float64(0.0), np.float64(0.0), np.float64(1.0), np.float64(0.0)))
    away = np.array([19.94, 40.0 * 1.609344, 140.0 * 1.609344, 19.94 / 2.0]) / degree_km

    assert storm_gust(track, lon=away, lat=np.zeros(4)) == near([115.0, 64.0, 34.2, 57.5], rel=2e-3)


def test_the_strongest_wind_on_the_way_counts() -> None:
    track = storm(
        TrackPoint(hour=0.0, lat=28.0, lon=-97.0, max_wind_mps=50.0, max_wind_radius_km=20.0),
        TrackPoint(hour=12.0, lat=29.0, lon=-97.0, max_wind_mps=30.0, max_wind_radius_km=40.0),
        gust_factor=1.2,
    )
    lat = np.array([28.0, 28.5, 29.0])

    gust = storm_gust(track, lon=np.full(3, -97.2), lat=lat)

    assert gust[0] > gust[1] > gust[2]
    assert gust.max() <= 50.0 * 1.2 + 1e-9


@pytest.mark.parametrize(("median", "beta"), [(60.0, 0.2), (45.0, 0.35)])
def test_fragility_is_the_lognormal_distribution(median: float, beta: float) -> None:
    gust = np.array([0.0, 10.0, 43.4, median, 90.0])

    found = failure_probability(gust, median_mps=median, beta=beta)

    assert found == near(stats.lognorm.cdf(gust, s=beta, scale=median))
    assert found[3] == near(0.5)
    assert failure_probability(np.array([np.nan]), median_mps=median, beta=beta) == near([0.0])


def test_a_curve_is_found_again_from_its_own_hours() -> None:
    truth = LoadCurve(
        base=1.2, heating_per_c=0.05, heating_below_c=15.0, cooling_per_c=0.08, cooling_above_c=22.0
    )
    at = np.arange(-10.0, 41.0, 0.5)  # 25 change points are tried: every second degree
    rng = np.random.default_rng(7)
    measured = load_of(truth, at) + rng.normal(0.0, 0.02, len(at))

    found = fit_load_curve(at, measured, source="test")

    assert load_of(found, at) == near(load_of(truth, at), rel=0.05)
    assert found.rmse_frac == near(0.02 / measured.mean(), rel=0.5)
    assert (found.sample_count, found.min_c, found.max_c) == (len(at), -10.0, 40.5)


def test_too_few_hours_fit_nothing() -> None:
    with pytest.raises(ValueError, match="24 hours"):
        fit_load_curve(np.arange(23.0), np.ones(23), source="test")
    with pytest.raises(ValueError, match="24 hours"):
        fit_load_curve(np.full(50, 20.0), np.ones(50), source="test")
