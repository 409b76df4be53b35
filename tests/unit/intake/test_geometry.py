"""Points and lines from WKB and WKT, against bytes written by hand and by GDAL."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.intake.geometry import BadGeometry, parse_wkb, parse_wkt, read_shapes, wkt_line

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


def points(*values: Any, kind: pa.DataType | None = None) -> tuple[list[Any], list[str | None]]:
    shapes = read_shapes(pa.array(values, kind), "POINT", None)
    return [None if each is None else each.tolist() for each in shapes.coordinates], shapes.problems


def test_points_are_read_in_every_form() -> None:
    little = struct.pack("<BIdd", 1, 1, 1.5, 2.5)
    big = struct.pack(">BIdd", 0, 1, 1.5, 2.5)
    high = struct.pack("<BIddd", 1, 1001, 1.5, 2.5, 9.0)
    extended = struct.pack("<BIIddd", 1, 0xA0000001, 4326, 1.5, 2.5, 9.0)
    multi = struct.pack("<BII", 1, 4, 1) + little
    expected = [[1.5, 2.5]]

    assert points(little, little) == ([expected, expected], [None, None])
    assert points(little, big, high, extended, multi)[0] == [expected] * 5
    texts = ("POINT (1.5 2.5)", "point(1.5 2.5 9)", "POINT Z (1.5 2.5 9)", "SRID=4326;POINT(1.5 2.5)")
    assert points(*texts, "MULTIPOINT ((1.5 2.5))", little.hex())[0] == [expected] * 6


def test_no_geometry_is_no_fault() -> None:
    empty = struct.pack("<BIdd", 1, 1, np.nan, np.nan)

    assert points(None, b"", empty, kind=pa.binary()) == ([None] * 3, [None] * 3)
    assert points(None, "", "  ", "POINT EMPTY") == ([None] * 4, [None] * 4)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (struct.pack("<BIdd", 1, 1, np.inf, 1.0), "not finite"),
        (struct.pack("<BIdd", 1, 1, 1.0, 1.0)[:-1], "no well-formed WKB"),
        (struct.pack("<BIdd", 7, 1, 1.0, 1.0), "no well-formed WKB"),
        (struct.pack("<BII", 1, 2, 2) + struct.pack("<4d", 0, 0, 1, 1), "is a LINESTRING, must be a POINT"),
        (struct.pack("<BII", 1, 3, 0), "is a POLYGON"),
        (struct.pack("<BIIdd", 1, 0x20000001, 2278, 1.0, 1.0), "reference system 2278"),
        ("POINT (1)", "no well-formed WKT"),
        ("POINT (a b)", "no well-formed WKT"),
        ("nonsense", "neither WKT nor WKB"),
        ("POLYGON ((0 0, 1 1, 1 0, 0 0))", "is a POLYGON"),
        ("MULTIPOINT (1 2, 3 4)", "of 2 parts"),
    ],
)
def test_what_is_no_point_is_refused(value: Any, said: str) -> None:
    found, problems = points(value)

    assert found == [None]
    assert said in (problems[0] or "")


def test_lines_need_two_different_points() -> None:
    texts = ["LINESTRING (0 0, 0 0)", "LINESTRING (0 0, 1 1)", "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"]
    shapes = read_shapes(
        pa.array(texts),
        "LINESTRING",
        None,
    )

    assert shapes.problems[0] == "is a line without two different points"
    assert shapes.problems[1] is None
    assert "of 2 parts" in (shapes.problems[2] or "")


def test_a_place_without_an_image_is_told() -> None:
    def only_positive(x: Any, y: Any) -> Any:
        return np.where(x > 0, x, np.nan), y

    shapes = read_shapes(pa.array(["POINT (1 1)", "POINT (-1 1)", None]), "POINT", only_positive)

    assert [each is None for each in shapes.coordinates] == [False, True, True]
    assert shapes.problems[1] == "lies where its reference system has no place on the Earth"
    assert shapes.problems[2] is None


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=8))
def test_a_line_written_as_text_reads_back_exactly(rows: list[tuple[float, float]]) -> None:
    coordinates = np.array(rows, dtype=np.float64)

    name, parts, srid = parse_wkt(wkt_line(coordinates))

    assert (name, srid, len(parts)) == ("LINESTRING", 0, 1)
    assert parts[0].tolist() == coordinates.tolist()


@given(st.binary(max_size=60))
def test_any_bytes_are_a_geometry_or_refused(data: bytes) -> None:
    with suppress(BadGeometry):
        parse_wkb(data)


def test_a_geometry_nested_without_end_is_refused() -> None:
    with pytest.raises(BadGeometry):
        parse_wkb(struct.pack("<BII", 1, 4, 1) * 5000)
