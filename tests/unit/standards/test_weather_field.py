"""The field between stations: cases worked by hand, an independent course, and what must always hold."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.circuit_rating import distance_km
from grid.standards.weather_field import Field, Raster, interpolate

NAN = math.nan


def field(points: list[tuple[float, float]], *stations: tuple[float, float, float], **changed: Any) -> Field:
    lon, lat = (np.array(each, float) for each in zip(*points, strict=True))
    at_lon, at_lat, observed = (np.array([each[n] for each in stations], float) for n in range(3))
    given = {"max_distance_km": 1000.0} | changed
    return interpolate(lon=lon, lat=lat, station_lon=at_lon, station_lat=at_lat, observed=observed, **given)


def test_the_weight_falls_with_the_square_of_the_distance() -> None:
    # On the equator: 1° from the first, 2° from the second; weights 4 to 1.
    found = field([(0.0, 0.0)], (-1.0, 0.0, 10.0), (2.0, 0.0, 20.0))

    assert found.values[0] == pytest.approx((4 * 10 + 1 * 20) / 5)
    assert found.nearest_km[0] == pytest.approx(111.195, abs=1e-3)
    assert found.station_count == 2


def test_at_a_station_it_is_the_stations_own() -> None:
    assert field([(1.0, 5.0)], (1.0, 5.0, 10.0), (1.1, 5.0, 99.0)).values.tolist() == [10.0]


def test_beyond_the_reach_of_stations_it_is_unknown() -> None:
    found = field([(0.0, 0.0), (0.0, 1.0)], (0.0, 0.0, 10.0), max_distance_km=100.0)

    assert found.values[0] == 10.0
    assert math.isnan(found.values[1])
    assert found.nearest_km[1] == pytest.approx(111.195, abs=1e-3)


def test_stations_that_did_not_observe_do_not_count() -> None:
    found = field([(0.0, 0.0)], (0.0, 0.0, NAN), (1.0, 0.0, 7.0))
    nothing = field([(0.0, 0.0)], (0.0, 0.0, NAN))

    assert (found.values[0], found.station_count) == (pytest.approx(7.0), 1)
    assert (math.isnan(nothing.values[0]), nothing.station_count) == (True, 0)
    assert (found.leave_one_out_rmse, nothing.leave_one_out_rmse) == (None, None)


def test_the_error_is_that_of_stations_left_out() -> None:
    # On the equator at 0°, 1° and 2°: the outer ones are told 4 to 1, the middle one from both alike.
    found = field([(0.0, 0.0)], (0.0, 0.0, 0.0), (1.0, 0.0, 10.0), (2.0, 0.0, 5.0))

    errors = [(4 * 10 + 5) / 5 - 0, (0 + 5) / 2 - 10, (4 * 10 + 0) / 5 - 5]
    assert found.leave_one_out_rmse == pytest.approx(math.sqrt(sum(each**2 for each in errors) / 3))


def test_cells_go_row_by_row_from_the_north_west() -> None:
    lon, lat = Raster(west=0.0, south=10.0, east=4.0, north=12.0, column_count=2, row_count=2).centres()

    assert lon.tolist() == [1.0, 3.0, 1.0, 3.0]
    assert lat.tolist() == [11.5, 11.5, 10.5, 10.5]


STATION = st.tuples(st.floats(-96.0, -94.0), st.floats(29.0, 31.0), st.floats(-20.0, 45.0))


@given(
    stations=st.lists(STATION, min_size=1, max_size=6),
    lon=st.floats(-97.0, -93.0),
    lat=st.floats(28.0, 32.0),
)
def test_it_never_leaves_what_was_observed_and_equals_the_plain_sum(
    stations: list[tuple[float, float, float]], lon: float, lat: float
) -> None:
    found = float(field([(lon, lat)], *stations).values[0])

    values = [value for _, _, value in stations]
    assert min(values) - 1e-9 <= found <= max(values) + 1e-9
    away = [float(distance_km(lon, lat, at_lon, at_lat)) for at_lon, at_lat, _ in stations]
    if min(away) > 1e-3:
        weights = [1 / each**2 for each in away]
        plain = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
        assert found == pytest.approx(plain, rel=1e-9, abs=1e-9)
