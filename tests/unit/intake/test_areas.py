"""Polygons of files: read in whole columns, measured, refused with a reason, never repaired."""

import math

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from grid.intake.areas import read_areas
from grid.intake.checking import Checker
from grid.intake.guessing import guess_mapping
from grid.intake.sources import GEOMETRY
from grid.warehouse import tables

SQUARE = "POLYGON ((-95 29, -94 29, -94 30, -95 30, -95 29))"
BOWTIE = "POLYGON ((-95 29, -94 30, -94 29, -95 30, -95 29))"


def read(*texts: str | None, may_be_several: bool = True) -> tuple[list[str | None], list[str | None]]:
    found = read_areas(pa.array(texts, pa.string()), None, may_be_several=may_be_several)
    return found.wkt().to_pylist(), found.problems


def test_a_size_is_that_of_the_ellipsoid_within_its_promise() -> None:
    """One degree square from 29 to 30 north: 10,706.9 km² by PostGIS's ST_Area(geography)."""
    (size,) = read_areas(pa.array([SQUARE]), None, may_be_several=False).area_m2()

    assert size == pytest.approx(10_706.9e6, rel=0.006)
    band = 2 * math.pi * 6_371_007.1809**2 * (math.sin(math.radians(30)) - math.sin(math.radians(29)))
    assert size == pytest.approx(band / 360, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOWTIE, "is not valid (Self-intersection)"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 1))", "has a ring that is not closed"),
        ("POLYGON ((0 0, 1 0", "is no well-formed WKT or WKB"),
        ("POINT (1 2)", "is a POINT, must be a POLYGON or MULTIPOLYGON"),
        ("LINESTRING (0 0, 1 1)", "is a LINESTRING, must be a POLYGON or MULTIPOLYGON"),
        ("POLYGON ((0 0, 181 0, 181 1, 0 0))", "leaves -180 to 180, -90 to 90 degrees"),
        ("SRID=3857;" + SQUARE, "names the reference system 3857; state it for the whole file instead"),
        ("SRID=x;" + SQUARE, "names the reference system -1; state it for the whole file instead"),
    ],
)
def test_what_is_no_area_is_refused_with_its_reason(text: str, problem: str) -> None:
    assert read(SQUARE, text) == ([SQUARE, None], [None, problem])


def test_blank_and_empty_geometries_are_none_given() -> None:
    assert read(None, "  ", "POLYGON EMPTY") == ([None] * 3, [None] * 3)


def test_several_parts_are_one_area_only_where_they_may_be() -> None:
    one, two = (
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
    )

    assert read(one, two) == (["POLYGON ((0 0, 1 0, 1 1, 0 0))", two], [None, None])
    assert read(one, two, may_be_several=False)[1] == [None, "is a MULTIPOLYGON of 2 parts, must be of one"]


def test_a_third_dimension_is_left_out_and_a_transform_moves_every_ring() -> None:
    text = "POLYGON Z ((0 0 5, 9 0 5, 9 9 5, 0 0 5), (5 1 5, 8 1 5, 8 3 5, 5 1 5))"
    column = pa.array([shapely.to_wkb(shapely.from_wkt(text), output_dimension=3)], pa.binary())

    moved = read_areas(column, lambda x, y: (x / 10, y / 10), may_be_several=False)
    lost = read_areas(column, lambda x, y: (x * np.nan, y), may_be_several=False)

    assert moved.wkt().to_pylist() == [
        "POLYGON ((0 0, 0.9 0, 0.9 0.9, 0 0), (0.5 0.1, 0.8 0.1, 0.8 0.3, 0.5 0.1))"
    ]
    assert lost.problems == ["lies where its reference system has no place on the Earth"]


@given(
    corners=st.lists(
        st.tuples(st.integers(-170_000, 170_000), st.integers(-80_000, 80_000)),
        min_size=3,
        max_size=8,
        unique=True,
    )
)
def test_each_polygon_comes_back_exactly_or_with_a_reason(corners: list[tuple[int, int]]) -> None:
    shape = shapely.Polygon([(x / 1000, y / 1000) for x, y in corners])
    found = read_areas(pa.array([shapely.to_wkb(shape)], pa.binary()), None, may_be_several=False)

    assert (found.shapes[0] is None) == (found.problems[0] is not None) == (not shape.is_valid)
    if shape.is_valid:
        again = shapely.from_wkt(found.wkt()[0].as_py())
        assert shapely.equals_identical(again, shape)
        assert shape.covers(shapely.Point(found.inner_points()[0]))


def test_a_building_takes_outline_place_and_size_from_its_geometry() -> None:
    columns = ("BUILD_ID", "HEIGHT", "OCC_CLS")
    mapping = guess_mapping(table=tables.building_footprints, columns=columns, has_geometry=True)
    checker = Checker(
        table=tables.building_footprints, mapping=mapping, choices={"building_use": ("RESIDENTIAL",)}
    )
    batch = pa.RecordBatch.from_pydict(
        {
            "BUILD_ID": ["B1", "B2", "B3"],
            "HEIGHT": [6.5, None, 3.0],
            "OCC_CLS": ["RESIDENTIAL", None, "CASTLE"],
            GEOMETRY: [shapely.to_wkb(shapely.from_wkt(text)) for text in (SQUARE, BOWTIE, SQUARE)],
        }
    )

    found = checker.check(batch, first_row=1)

    (row,) = found.rows.to_pylist()
    assert (row["building_id"], row["height_m"], row["footprint_wkt"]) == ("B1", 6.5, SQUARE)
    assert (row["longitude"], row["latitude"]) == (-94.5, 29.5)
    assert row["footprint_m2"] == pytest.approx(10_706.9e6, rel=0.006)
    assert [(each.row_number, each.reason.value) for each in found.refused] == [
        (2, "BAD_GEOMETRY"),
        (3, "BAD_CHOICE"),
    ]


def test_the_columns_of_a_flood_map_are_known_by_name() -> None:
    mapping = guess_mapping(
        table=tables.flood_zones,
        columns=("FLD_AR_ID", "FLD_ZONE", "ZONE_SUBTY", "STATIC_BFE"),
        has_geometry=True,
    )

    assert mapping.as_json() == {
        "flood_zone_id": {"column": "FLD_AR_ID"},
        "zone_code": {"column": "FLD_ZONE"},
        "zone_subtype": {"column": "ZONE_SUBTY"},
        "annual_chance_pct": {"computed": True},
        "outline_wkt": {"geometry": True},
    }
