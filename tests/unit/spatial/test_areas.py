"""Areas: what they cover on the ground, and everything about them that is refused by name."""

import math
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from hypothesis import given, settings
from hypothesis import strategies as st

from flux_site.api.errors import BadInput
from grid.selectors.spatial.areas import (
    AreaSpec,
    Circle,
    Corridor,
    area_km2,
    around,
    check_position,
    local_plane,
    parse_area,
)
from tests.geodesics import BUNINYONG, FLINDERS_PEAK, FLINDERS_TO_BUNINYONG_M, vincenty_m

SQUARE = [[-95.5, 29.5], [-95.4, 29.5], [-95.4, 29.6], [-95.5, 29.6], [-95.5, 29.5]]
NAN, INFINITE = float("nan"), float("inf")
LONS = st.floats(-170, 170)
LATS = st.floats(-80, 80)


def polygon(*rings: Any, **more: Any) -> AreaSpec:
    return AreaSpec(polygon={"type": "Polygon", "coordinates": list(rings), **more})


def fault(spec: AreaSpec) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse_area(spec)
    return caught.value


def test_vincenty_gives_the_published_length() -> None:
    assert vincenty_m(*FLINDERS_PEAK, *BUNINYONG) == pytest.approx(FLINDERS_TO_BUNINYONG_M, abs=0.001)


def test_the_local_plane_keeps_the_published_distance() -> None:
    there, _ = local_plane(*FLINDERS_PEAK)

    other = Point(*BUNINYONG, srid=4326).transform(there, clone=True)

    assert math.hypot(other.x, other.y) == pytest.approx(FLINDERS_TO_BUNINYONG_M, abs=0.001)


@given(lon=LONS, lat=LATS, radius_m=st.floats(1, 90_000))
@settings(max_examples=40, deadline=None)
def test_every_corner_of_a_circle_is_its_radius_away(lon: float, lat: float, radius_m: float) -> None:
    area = parse_area(AreaSpec(circle=Circle(lon=lon, lat=lat, radius_m=radius_m)))

    lengths = [vincenty_m(lon, lat, *corner) for corner in area.coords[0]]

    assert min(lengths) == pytest.approx(radius_m, rel=1e-6, abs=0.001)
    assert max(lengths) == pytest.approx(radius_m, rel=1e-6, abs=0.001)
    assert area.valid


@given(lon=LONS, lat=LATS, distance_m=st.floats(1, 50_000), bearing=st.floats(0, 2 * math.pi))
@settings(max_examples=100, deadline=None)
def test_whatever_is_within_the_distance_is_in_the_rectangle(
    lon: float, lat: float, distance_m: float, bearing: float
) -> None:
    _, back = local_plane(lon, lat)
    reached = Point(distance_m * math.sin(bearing), distance_m * math.cos(bearing))
    reached.transform(back)

    west, south, east, north = around(lon, lat, distance_m)

    assert west <= reached.x <= east
    assert south <= reached.y <= north


def test_a_corridor_is_half_its_width_wide_on_each_side() -> None:
    path = [[-95.50, 29.70], [-95.45, 29.70]]
    area = parse_area(AreaSpec(corridor=Corridor(path=path, width_m=200.0)))
    north = [y for x, y in area.coords[0] if abs(x + 95.475) < 0.025]
    ends = [x for x, _ in area.coords[0]]

    assert vincenty_m(-95.5, 29.70, -95.5, max(north)) == pytest.approx(100.0, abs=0.01)
    assert vincenty_m(-95.5, 29.70, min(ends), 29.70) == pytest.approx(100.0, abs=0.01)
    length_m = vincenty_m(*path[0], *path[1])
    assert area_km2(area) * 1e6 == pytest.approx(200.0 * length_m + math.pi * 100.0**2, rel=0.005)


def test_a_polygon_with_a_hole_and_heights_stays_as_it_is() -> None:
    hole = [[-95.47, 29.53], [-95.43, 29.53], [-95.43, 29.57], [-95.47, 29.57], [-95.47, 29.53]]
    outer = [[*corner, 12.5] for corner in SQUARE]

    area = parse_area(polygon(outer, hole, crs={"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}))

    assert [[list(corner) for corner in ring] for ring in area.coords] == [SQUARE, hole]
    assert area.srid == 4326


def test_a_square_degree_at_the_equator_has_the_size_of_the_sphere() -> None:
    area = parse_area(AreaSpec(bbox=[0.0, 0.0, 1.0, 1.0]))

    assert area_km2(area) == pytest.approx(12_363.7, rel=0.0005)


def test_parts_of_a_multipolygon_add_up() -> None:
    far = [[lon + 1.0, lat] for lon, lat in SQUARE]
    both = {"type": "MultiPolygon", "coordinates": [[SQUARE], [far]]}

    assert area_km2(parse_area(AreaSpec(polygon=both))) == pytest.approx(
        2 * area_km2(parse_area(polygon(SQUARE)))
    )


BOW_TIE = [[-95.5, 29.5], [-95.4, 29.6], [-95.4, 29.5], [-95.5, 29.6], [-95.5, 29.5]]
OVER = [[179.9, 10], [-179.9, 10], [-179.9, 10.1], [179.9, 10.1], [179.9, 10]]
MANY = [[-95.0 + 0.1 * math.cos(a / 1600), 29 + 0.1 * math.sin(a / 1600)] for a in range(10_050)]


@pytest.mark.parametrize(
    ("spec", "field", "word"),
    [
        (AreaSpec(), "area", "nothing"),
        (
            AreaSpec(bbox=[0, 0, 1, 1], circle=Circle(lon=0, lat=0, radius_m=1)),
            "area",
            "bbox and circle",
        ),
        (AreaSpec(polygon="POLYGON((0 0,1 0,1 1,0 0))"), "area.polygon", "str"),
        (AreaSpec(polygon={"type": "Point", "coordinates": [0, 0]}), "area.polygon", "Point"),
        (AreaSpec(polygon={"type": "Polygon"}), "area.polygon", "list of rings"),
        (polygon(), "area.polygon", "list of rings"),
        (polygon([]), "area.polygon", "positions"),
        (polygon(SQUARE[:-1]), "area.polygon", "not closed"),
        (polygon([[0, 0], [1, 1], [0, 0]]), "area.polygon", "not closed"),
        (polygon(BOW_TIE), "area.polygon", "Self-intersection"),
        (polygon([[0, 0], [1, 0], [2, 0], [0, 0]]), "area.polygon", "not valid"),
        (polygon(SQUARE, [[lon + 3, lat] for lon, lat in SQUARE]), "area.polygon", "Hole lies outside"),
        (polygon(OVER), "area.polygon", "antimeridian"),
        (polygon(MANY), "area.polygon", "10000"),
        (polygon([[NAN, 29.5], *SQUARE[1:]]), "area.polygon", "finite"),
        (polygon([[INFINITE, 29.5], *SQUARE[1:]]), "area.polygon", "finite"),
        (polygon([[10**400, 29.5], *SQUARE[1:]]), "area.polygon", "finite"),
        (polygon([["-95.5", 29.5], *SQUARE[1:]]), "area.polygon", "finite"),
        (polygon([[True, 29.5], *SQUARE[1:]]), "area.polygon", "finite"),
        (polygon([[29.5, -95.5], *SQUARE[1:]]), "area.polygon", "-90 to 90"),
        (polygon([[-95.5], *SQUARE[1:]]), "area.polygon", "position"),
        (polygon(["'); DROP TABLE grid_meter; --", *SQUARE[1:]]), "area.polygon", "position"),
        (polygon(SQUARE, crs={"properties": {"name": "EPSG:3857"}}), "area.polygon.crs", "EPSG:3857"),
        (polygon(SQUARE, crs=3857), "area.polygon.crs", "3857"),
        (polygon(SQUARE, srid=3857), "area.polygon.srid", "4326"),
        (polygon([[0, 0], [60, 0], [60, 60], [0, 60], [0, 0]]), "area.polygon", "km across"),
        (AreaSpec(bbox=[0, 0, 1]), "area.bbox", "3 numbers"),
        (AreaSpec(bbox=[0, 0, 1, NAN]), "area.bbox", "finite"),
        (AreaSpec(bbox=[170, 0, -170, 1]), "area.bbox", "antimeridian"),
        (AreaSpec(bbox=[0, 1, 1, 0]), "area.bbox", "south below north"),
        (AreaSpec(bbox=[0, 0, 0, 1]), "area.bbox", "west must be below"),
        (AreaSpec(bbox=[-180, -90, 180, 90]), "area.bbox", "km across"),
        (AreaSpec(circle=Circle(lon=0, lat=91, radius_m=1)), "area.circle.lat", "-90 to 90"),
        (AreaSpec(circle=Circle(lon=NAN, lat=0, radius_m=1)), "area.circle.lon", "-180 to 180"),
        (AreaSpec(circle=Circle(lon=0, lat=0, radius_m=0)), "area.circle.radiusM", "above 0"),
        (AreaSpec(circle=Circle(lon=0, lat=0, radius_m=-5)), "area.circle.radiusM", "above 0"),
        (AreaSpec(circle=Circle(lon=0, lat=0, radius_m=NAN)), "area.circle.radiusM", "above 0"),
        (AreaSpec(circle=Circle(lon=0, lat=0, radius_m=1e9)), "area.circle.radiusM", "at most"),
        (AreaSpec(circle=Circle(lon=179.99, lat=0, radius_m=5000)), "area.circle", "antimeridian"),
        (AreaSpec(circle=Circle(lon=0, lat=89.99, radius_m=5000)), "area.circle", "pole"),
        (AreaSpec(corridor=Corridor(path=[[0, 0]], width_m=10)), "area.corridor.path", "two or more"),
        (AreaSpec(corridor=Corridor(path=[[0, 0], [0, 0]], width_m=10)), "area.corridor.path", "lead"),
        (AreaSpec(corridor=Corridor(path=[[0, 0], [0, 99]], width_m=10)), "area.corridor.path", "-90"),
        (
            AreaSpec(corridor=Corridor(path=[[179, 0], [-179, 0]], width_m=10)),
            "area.corridor.path",
            "antimeridian",
        ),
        (AreaSpec(corridor=Corridor(path=[[0, 0], [1, 0]], width_m=0)), "area.corridor.widthM", "above 0"),
        (AreaSpec(corridor=Corridor(path=[[0, 0], [90, 0]], width_m=9)), "area.corridor", "km across"),
        (
            AreaSpec(corridor=Corridor(path=[[179.9, 0], [179.999, 0]], width_m=900)),
            "area.corridor",
            "antimeridian",
        ),
    ],
)
def test_what_is_no_area_is_refused_by_name(spec: AreaSpec, field: str, word: str) -> None:
    error = fault(spec)

    assert error.field == field
    assert word in error.message
    assert len(error.message) < 400


@pytest.mark.parametrize(("lon", "lat", "field"), [(181, 0, "lon"), (0, -90.1, "lat"), (NAN, 0, "lon")])
def test_a_position_out_of_range_is_refused(lon: float, lat: float, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_position(lon, lat)

    assert caught.value.field == field


def test_the_limit_of_size_is_a_setting(settings: Any) -> None:
    settings.AREA_MAX_SIDE_KM = 5

    assert "at most 5 km" in fault(AreaSpec(bbox=[-95.5, 29.5, -95.4, 29.6])).message
