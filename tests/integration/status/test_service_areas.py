"""Service areas: who is inside, and that nobody's ground is anybody else's."""

import math
import random

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from grid import models
from grid.services.service_areas import CORNERS_PER_QUARTER, METERS_PER_DEGREE, REACH_M, draw_service_areas
from tests.factories.grid import make_circuit, make_line_section, make_meter, make_transformer

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
LON, LAT = -95.4, 29.75
LARGEST_OVERLAP_M2 = 0.1
"""Corners are rounded to 0.1 mm: along a border of a kilometre that is 0.1 m² at most."""


def at(east_m: float, north_m: float) -> Point:
    """Return a point so far from the middle of the tests' town."""
    lon = LON + east_m / METERS_PER_DEGREE / math.cos(math.radians(LAT))
    return Point(lon, LAT + north_m / METERS_PER_DEGREE, srid=4326)


def disc_km2(radius_m: float) -> float:
    """Return the area of the polygon that stands for a circle."""
    corners = 4 * CORNERS_PER_QUARTER
    return 0.5 * corners * math.sin(2 * math.pi / corners) * radius_m**2 / 1e6


def asked(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_a_transformer_alone_serves_the_ground_around_it() -> None:
    transformer = make_transformer(location=at(0, 0))

    drawn = draw_service_areas()

    area = models.ServiceArea.objects.get()
    assert (area.pk, area.circuit_id, area.transformer_count) == (
        transformer.circuit_id,
        transformer.circuit_id,
        1,
    )
    assert area.zone_id == transformer.zone_id
    assert area.area_km2 == pytest.approx(disc_km2(REACH_M), rel=0.01)
    assert drawn.area_km2 == pytest.approx(area.area_km2)


def test_a_far_meter_widens_the_ground() -> None:
    transformer = make_transformer(location=at(0, 0))
    make_meter(transformer=transformer, location=at(0, 120))

    draw_service_areas()

    assert models.ServiceArea.objects.get().area_km2 == pytest.approx(disc_km2(REACH_M + 120), rel=0.01)


def test_neighbours_meet_halfway() -> None:
    left, right = make_transformer(location=at(-100, 0)), make_transformer(location=at(100, 0))

    draw_service_areas()

    areas = {area.pk: area for area in models.ServiceArea.objects.all()}
    assert areas[left.circuit_id].area_km2 == pytest.approx(areas[right.circuit_id].area_km2, rel=1e-3)
    assert areas[left.circuit_id].boundary.extent[2] == pytest.approx(LON, abs=1e-8)
    assert areas[right.circuit_id].boundary.extent[0] == pytest.approx(LON, abs=1e-8)


def test_two_transformers_of_one_circuit_serve_one_ground() -> None:
    circuit = make_circuit()
    for east_m in (-100, 100):
        make_transformer(circuit=circuit, line=make_line_section(circuit=circuit), location=at(east_m, 0))

    draw_service_areas()

    area = models.ServiceArea.objects.get()
    assert (area.boundary.num_geom, area.transformer_count) == (1, 2)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_transformer_is_in_its_circuits_ground_and_no_ground_is_shared(seed: int) -> None:
    rng = random.Random(seed)
    lines = [make_line_section() for _ in range(6)]
    for _ in range(150):
        place = at(rng.gauss(0, 1200), rng.gauss(0, 1200))
        make_transformer(line=rng.choice(lines), location=place)

    draw_service_areas()

    assert models.ServiceArea.objects.count() == 6
    assert (
        asked(
            "SELECT t.id FROM grid_transformer t LEFT JOIN grid_servicearea a ON a.id = t.circuit_id"
            " AND ST_Covers(a.boundary, t.location) WHERE a.id IS NULL"
        )
        == []
    )
    ((largest_m2,),) = asked(
        "SELECT max(ST_Area(ST_Intersection(a.boundary, b.boundary)::geography))"
        " FROM grid_servicearea a JOIN grid_servicearea b ON a.id < b.id"
    )
    assert isinstance(largest_m2, float)
    assert largest_m2 < LARGEST_OVERLAP_M2
    assert asked("SELECT id FROM grid_servicearea WHERE NOT ST_IsValid(boundary)") == []


def test_without_transformers_there_is_no_ground_and_old_ground_goes() -> None:
    make_transformer(location=at(0, 0))
    draw_service_areas()
    models.Transformer.objects.all().delete()

    assert draw_service_areas().count == 0
    assert not models.ServiceArea.objects.exists()
