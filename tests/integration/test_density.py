"""Clusters by density: against brute force and against PostGIS."""

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.selectors.spatial import density
from grid.selectors.spatial.areas import local_plane
from grid.selectors.spatial.density import Floats, Numbers, by_density, on_plane

CENTRE = (-95.37, 29.76)
WHOLE = st.integers(0, 12)
"""Whole metres: what is exactly as far as the distance, and what lies on one place, comes often."""


def brute(x: Floats, y: Floats, distance_m: float, min_points: int) -> tuple[set[frozenset[int]], set[int]]:
    """Return the cores of each cluster, and the noise."""
    near = [set(np.flatnonzero(np.hypot(x - x[n], y - y[n]) <= distance_m).tolist()) for n in range(len(x))]
    cores = {n for n, others in enumerate(near) if len(others) >= min_points}
    left, groups = set(cores), set()
    while left:
        group: set[int] = set()
        edge = {left.pop()}
        while edge:
            group |= edge
            edge = {other for n in edge for other in near[n] & cores} - group
        left -= group
        groups.add(frozenset(group))
    return groups, {n for n, others in enumerate(near) if not others & cores}


def assert_clustered(x: Floats, y: Floats, distance_m: float, min_points: int, number: Numbers) -> None:
    groups, noise = brute(x, y, distance_m, min_points)
    cores = frozenset().union(*groups)
    members = [frozenset(np.flatnonzero(number == n).tolist()) for n in range(number.max() + 1)]
    assert {each & cores for each in members} == groups
    assert set(np.flatnonzero(number < 0).tolist()) == noise
    for each in members:  # what is no core lies within reach of a core of its own cluster
        own = list(each & cores)
        for n in each:
            assert np.hypot(x[own] - x[n], y[own] - y[n]).min() <= distance_m


@given(
    places=st.lists(st.tuples(WHOLE, WHOLE), min_size=1, max_size=60),
    distance_m=st.sampled_from([1.0, 2.0, 3.0]),
    min_points=st.integers(2, 6),
)
def test_clusters_are_those_of_brute_force(
    places: list[tuple[int, int]], distance_m: float, min_points: int
) -> None:
    x, y = np.array(places, dtype=float).T

    number = by_density(x, y, distance_m=distance_m, min_points=min_points)

    assert_clustered(x, y, distance_m, min_points, number)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(WHOLE, WHOLE), min_size=1, max_size=60), min_points=st.integers(2, 6))
def test_postgis_which_is_asked_where_pairs_are_too_many_finds_the_same(
    db: None, places: list[tuple[int, int]], min_points: int
) -> None:
    x, y = np.array(places, dtype=float).T

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(density, "MOST_PAIRS", 0)
        number = by_density(x, y, distance_m=2.0, min_points=min_points)

    assert_clustered(x, y, 2.0, min_points, number)


def test_points_on_the_plane_are_where_each_by_itself_would_be() -> None:
    rng = np.random.default_rng(3)
    lon, lat = CENTRE[0] + rng.uniform(-1, 1, 50), CENTRE[1] + rng.uniform(-1, 1, 50)
    there, _ = local_plane(*CENTRE)

    x, y = on_plane(lon, lat, *CENTRE)

    for n in range(len(lon)):
        alone = Point(lon[n], lat[n], srid=4326).transform(there, clone=True)
        assert (x[n], y[n]) == pytest.approx((alone.x, alone.y), abs=1e-6)
