"""Ratings of circuits by the hour's weather, and the margin they leave, worked by hand."""

from datetime import datetime

import numpy as np
import pytest

from grid.standards.circuit_rating import (
    LimitedBy,
    LineRatings,
    LinesToRate,
    NoRating,
    Observations,
    WeatherRatingParams,
    current_a,
    distance_km,
    margin_of,
    rate_lines,
)
from grid.standards.conductors import CATALOGUE
from grid.standards.line_rating import ampacity_a

PARAMS = WeatherRatingParams()
NIGHT = datetime(2025, 7, 1, 6)  # 23:38 solar time at 95.4° W
NOON = datetime(2025, 7, 1, 18)  # its middle is at 12:08
ACSR, CABLE = "ACSR 336.4 26/7", "XLPE AL 500"
NAN = float("nan")


def observations(*stations: tuple[str, float, float, float, float]) -> Observations:
    columns = list(zip(*stations, strict=True)) if stations else [(), (), (), (), ()]
    return Observations(
        station_id=list(columns[0]),
        lon=np.array(columns[1], float),
        lat=np.array(columns[2], float),
        temperature_c=np.array(columns[3], float),
        wind_mps=np.array(columns[4], float),
    )


HERE = observations(("WX-1", -95.4, 29.8, 30.0, 5.0))


def rated(*lines: tuple[str, float, float], seen: Observations = HERE, hour: datetime = NIGHT) -> LineRatings:
    return rate_lines(
        LinesToRate(
            conductor=[name for name, _, _ in lines],
            rated_a=np.array([static for _, static, _ in lines]),
            other_limit_a=np.array([limit for _, _, limit in lines]),
            lon=np.full(len(lines), -95.4),
            lat=np.full(len(lines), 29.8),
        ),
        hour=hour,
        observations=seen,
        params=PARAMS,
    )


def test_a_conductor_is_rated_with_the_hours_temperature_and_the_conservative_wind() -> None:
    found = rated((ACSR, 530.0, NAN))

    expected = ampacity_a(CATALOGUE[ACSR], ambient_c=30.0, sun_w_per_m2=0.0, params=PARAMS.line)
    assert found.weather_rated_a[0] == pytest.approx(float(expected))
    assert found.sun_w_per_m2[0] == 0.0
    assert (found.limited_by, found.missing) == ([LimitedBy.CONDUCTOR], [None])
    assert (found.station[0], found.ambient_c[0]) == (0, 30.0)


def test_the_sun_at_noon_lowers_the_rating_and_an_observed_breeze_raises_it() -> None:
    at_noon, at_night = rated((ACSR, 530.0, NAN), hour=NOON), rated((ACSR, 530.0, NAN))

    assert at_noon.sun_w_per_m2[0] == pytest.approx(1030.0, rel=0.02)
    assert at_noon.weather_rated_a[0] < at_night.weather_rated_a[0]
    # 5 m/s at 45°, against 0.61 m/s across the line.
    expected = ampacity_a(
        CATALOGUE[ACSR],
        ambient_c=30.0,
        sun_w_per_m2=at_noon.sun_w_per_m2[0],
        wind_mps=5.0,
        wind_angle_deg=45.0,
        params=PARAMS.line,
    )
    assert at_noon.wind_rated_a[0] == pytest.approx(float(expected))
    assert at_noon.wind_rated_a[0] > at_noon.weather_rated_a[0]


def test_without_an_observed_wind_there_is_no_wind_rating() -> None:
    found = rated((ACSR, 530.0, NAN), seen=observations(("WX-1", -95.4, 29.8, 30.0, NAN)))

    assert found.weather_rated_a[0] > 0.0
    assert np.isnan(found.wind_rated_a[0])


def test_what_is_in_series_limits_a_cold_conductor() -> None:
    cold = observations(("WX-1", -95.4, 29.8, -5.0, 5.0))

    found = rated((ACSR, 530.0, 600.0), (ACSR, 530.0, 5000.0), (ACSR, 400.0, 600.0), seen=cold)

    assert found.weather_rated_a[0] == 600.0  # the breaker
    assert found.weather_rated_a[1] > 700.0
    assert found.weather_rated_a[2] == 400.0  # below conductor and breaker: something that is not on record
    assert found.limited_by == [LimitedBy.EQUIPMENT, LimitedBy.CONDUCTOR, LimitedBy.EQUIPMENT]


def test_a_cable_keeps_its_rating_in_any_weather() -> None:
    found = rated((CABLE, 430.0, NAN), seen=observations())

    assert (found.weather_rated_a[0], found.wind_rated_a[0]) == (430.0, 430.0)
    assert (found.limited_by, found.missing) == ([LimitedBy.CABLE], [None])


def test_what_is_not_known_is_not_rated_and_says_why() -> None:
    far = observations(("WX-1", -90.0, 29.8, 30.0, 5.0), ("WX-2", -95.4, 29.8, NAN, 5.0))

    assert rated(("COPPER #4", 200.0, NAN)).missing == [NoRating.UNKNOWN_CONDUCTOR]
    for seen in (far, observations()):
        found = rated((ACSR, 530.0, NAN), seen=seen)
        assert found.missing == [NoRating.NO_WEATHER]
        assert np.isnan(found.weather_rated_a[0])
        assert found.limited_by == [None]
        assert (found.station[0], np.isnan(found.ambient_c[0])) == (-1, True)


def test_the_nearest_station_with_a_temperature_counts() -> None:
    seen = observations(
        ("WX-1", -95.4, 29.8, NAN, 5.0), ("WX-2", -95.5, 29.8, 33.0, 5.0), ("WX-3", -95.4, 29.7, 31.0, 5.0)
    )

    found = rated((ACSR, 530.0, NAN), seen=seen)

    # A tenth of a degree: 11.1 km to the south, but 9.6 km to the west.
    assert (found.station[0], found.ambient_c[0]) == (1, 33.0)
    assert found.station_km[0] == pytest.approx(9.65, abs=0.01)


def test_distances_are_those_of_the_sphere() -> None:
    # One degree of a great circle of 6371.0088 km.
    assert float(distance_km(0.0, 0.0, 0.0, 1.0)) == pytest.approx(111.195, abs=1e-3)
    assert float(distance_km(10.0, 60.0, 11.0, 60.0)) == pytest.approx(111.195 / 2, abs=0.01)


def test_the_current_of_a_load() -> None:
    # 10 MVA at 12.47 kV: 10000 / (1.7320508 * 12.47).
    assert float(current_a(10_000.0, 12.47)) == pytest.approx(462.99, abs=0.01)


def test_the_margin_of_circuits_counts_what_is_known() -> None:
    found = margin_of(
        load_mva=np.array([8.0, 9.0, 12.0, NAN, 5.0]), rated_mva=np.array([10.0, 10.0, 10.0, 10.0, NAN])
    )

    assert (found.circuit_count, found.over_85_count, found.over_100_count) == (3, 2, 1)
    assert found.load_mva == 29.0
    assert found.margin_pct == pytest.approx(100.0 / 30.0)
    assert found.left_mva == pytest.approx(1.0)


def test_without_any_known_circuit_the_margin_is_unknown() -> None:
    found = margin_of(load_mva=np.array([NAN]), rated_mva=np.array([1.0]))

    assert (found.margin_pct, found.left_mva, found.circuit_count) == (None, None, 0)
