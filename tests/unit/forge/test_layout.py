"""Service areas and circuits in the plane: disjoint ground, no crossing lines, room for what is wanted."""

import math
from itertools import combinations

import numpy as np
import pytest

from grid.forge.circuit_layout import Wanted, draw_circuit
from grid.forge.draft import LARGE, SINGLE, THREE, Draft, free_length
from grid.forge.service_areas import Region, Sector, sectors, service_area
from grid.forge.sites import Site, Sites

OPEN = Region(np.zeros((0, 2)), np.zeros(0), 2_000.0)


def site_at(position: int, lon: float, lat: float, transformers: int = 200) -> Site:
    return Site(
        position,
        f"SUB-{position}",
        "ZONE-1",
        str(position),
        "A",
        "A",
        "TX",
        lon,
        lat,
        50.0,
        1_000,
        transformers,
    )


def neighbours() -> Sites:
    chosen = (site_at(0, -95.40, 29.70), site_at(1, -95.37, 29.70), site_at(2, -95.39, 29.73))
    return Sites(
        chosen=chosen,
        bounds=(-96.0, 29.0, -95.0, 30.0),
        all_lon=np.array([s.lon for s in chosen]),
        all_lat=np.array([s.lat for s in chosen]),
        all_ids=[s.substation_id for s in chosen],
    )


def crossing(a: tuple, b: tuple) -> bool:
    """Return whether two segments cross inside both (independent of the code under test)."""
    (p, q), (r, s) = np.array(a), np.array(b)
    matrix = np.array([q - p, r - s]).T
    if abs(np.linalg.det(matrix)) < 1e-9:
        return False
    t, u = np.linalg.solve(matrix, r - p)
    return bool(1e-6 < t < 1 - 1e-6 and 1e-6 < u < 1 - 1e-6)


def segments(draft: Draft) -> list[tuple]:
    return [(draft.points[span.start], draft.points[span.end]) for span in draft.spans]


def test_the_reach_of_a_region_is_the_distance_to_its_border() -> None:
    region = OPEN.cut(np.array([[1.0, 0.0]]), np.array([500.0]))

    assert region.reach((0.0, 0.0), (1.0, 0.0)) == pytest.approx(500.0)
    assert region.reach((0.0, 0.0), (-1.0, 0.0)) == pytest.approx(2_000.0)
    assert region.reach((0.0, 0.0), (math.sqrt(0.5), math.sqrt(0.5))) == pytest.approx(500.0 * math.sqrt(2.0))
    assert region.reach((600.0, 0.0), (1.0, 0.0)) == 0.0
    assert region.rotated(math.pi / 2).reach((0.0, 0.0), (0.0, -1.0)) == pytest.approx(500.0)


def test_points_belong_to_the_nearest_substation_only() -> None:
    sites = neighbours()
    areas = [service_area(site, sites) for site in sites.chosen]
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(-95.43, -95.34, 400), rng.uniform(29.68, 29.75, 400)
    inside = []
    for site, area in zip(sites.chosen, areas, strict=True):
        x, y = site.plane.to_xy(lon, lat)
        within = (area.normals @ np.array([x, y]) <= area.offsets[:, None]).all(axis=0)
        inside.append(within & (np.hypot(x, y) <= area.radius_m))
    inside_of = np.array(inside)

    assert (inside_of.sum(axis=0) <= 1).all()
    assert inside_of.any(axis=1).all()
    gap = np.array([np.hypot(*site.plane.to_xy(lon, lat)) for site in sites.chosen])
    owner = inside_of.argmax(axis=0)
    served = inside_of.any(axis=0)
    assert (gap[:, served].argmin(axis=0) == owner[served]).all()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_sectors_share_the_ground_without_overlap(count: int) -> None:
    area = service_area(neighbours().chosen[0], neighbours())
    found = sectors(area, count, np.random.default_rng(4))
    rng = np.random.default_rng(5)
    points = rng.uniform(-3_000, 3_000, (4_000, 2))

    def within(region: Region) -> np.ndarray:
        return (points @ region.normals.T <= region.offsets).all(axis=1) & (
            np.hypot(*points.T) <= region.radius_m
        )

    whole = within(area)
    parts = np.array([within(sector.region) for sector in found])
    assert len(found) == count
    assert (parts.sum(axis=0) == whole).all()
    shares = parts.sum(axis=1) / whole.sum()
    assert shares.min() > 0.4 / count
    assert shares.max() < 1.8 / count


def test_sections_of_a_circuit_do_not_cross() -> None:
    for seed in range(6):
        rng = np.random.default_rng(seed)
        count = int(rng.integers(1, 9))
        for sector in sectors(OPEN, count, rng):
            wanted = Wanted(large=int(rng.integers(0, 12)), three=10, single=int(rng.integers(5, 60)))
            draft = draw_circuit(
                sector=sector, street_angle=float(rng.uniform(-0.2, 0.2)), wanted=wanted, rng=rng
            )
            lines = [
                s
                for s, span in zip(segments(draft), draft.spans, strict=True)
                if span.line_class != "SERVICE"
            ]
            assert not any(crossing(a, b) for a, b in combinations(lines, 2))


def test_a_circuit_stays_in_its_sector() -> None:
    rng = np.random.default_rng(9)
    for sector in sectors(OPEN, 5, rng):
        draft = draw_circuit(sector=sector, street_angle=0.1, wanted=Wanted(6, 10, 30), rng=rng)
        points = np.array(draft.points)
        c, s = math.cos(0.1), math.sin(0.1)
        xy = np.column_stack([c * points[:, 0] - s * points[:, 1], s * points[:, 0] + c * points[:, 1]])
        for span in draft.spans:
            if span.line_class != "SERVICE":
                assert (sector.region.normals @ xy[span.end] <= sector.region.offsets + 1e-6).all()
        assert np.hypot(*xy.T).max() <= sector.region.radius_m


def test_a_circuit_has_the_transformers_it_was_asked_for() -> None:
    (sector,) = sectors(OPEN, 1, np.random.default_rng(1))
    draft = draw_circuit(
        sector=sector, street_angle=0.0, wanted=Wanted(7, 12, 40), rng=np.random.default_rng(1)
    )
    purposes = [place.purpose for place in draft.places]

    assert [purposes.count(purpose) for purpose in (LARGE, THREE, SINGLE)] == [7, 12, 40]
    assert len({place.node for place in draft.places}) == 59
    assert all(place.phases == "ABC" for place in draft.places if place.purpose != SINGLE)
    assert all(draft.has_pole[place.node] == place.on_pole for place in draft.places)


def test_scarce_ground_holds_fewer_small_transformers_but_all_large_ones() -> None:
    small = Region(np.zeros((0, 2)), np.zeros(0), 260.0)
    sector = Sector(small, 0.3, math.pi)

    draft = draw_circuit(
        sector=sector, street_angle=0.0, wanted=Wanted(9, 30, 200), rng=np.random.default_rng(1)
    )

    assert sum(place.purpose == LARGE for place in draft.places) == 9
    assert 0 < len(draft.places) < 239
    assert np.hypot(*np.array(draft.points).T).max() < 300.0


def test_devices_stand_in_order_on_the_backbone() -> None:
    (sector,) = sectors(OPEN, 1, np.random.default_rng(1))
    draft = draw_circuit(
        sector=sector, street_angle=0.0, wanted=Wanted(2, 4, 20), rng=np.random.default_rng(1)
    )
    kinds = [switch.kind for switch in draft.switches if switch.kind != "FUSE"]

    assert kinds == ["RECLOSER", "SECTIONALIZER"]


def test_a_ray_stops_before_a_line() -> None:
    wall = ((100.0, -50.0), (100.0, 50.0))

    assert free_length((0.0, 0.0), (1.0, 0.0), 500.0, [wall]) == pytest.approx(60.0)
    assert free_length((0.0, 0.0), (-1.0, 0.0), 500.0, [wall]) == 500.0
    assert free_length((0.0, 120.0), (1.0, 0.0), 500.0, [wall]) == 500.0
    assert free_length((0.0, 0.0), (1.0, 0.0), 500.0, [((200.0, 0.0), (300.0, 0.0))]) == pytest.approx(160.0)
