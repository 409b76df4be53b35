"""Checking Arrow batches: what is refused and why, and the CSV of what is not."""

from __future__ import annotations

import csv
import io
import re
import struct
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.gis.geos import GEOSGeometry
from hypothesis import given
from hypothesis import strategies as st

from grid.services.sync.checking import check_batch
from grid.services.sync.columns import Column, Kind
from grid.services.sync.errors import SourceMismatch
from grid.services.sync.geometry import LINE_PATTERN, ewkb_points, ewkt_lines

KEY = Column(name="id", kind=Kind.TEXT, is_key=True, max_length=8)


def column(kind: Kind, **fields: Any) -> Column:
    return Column(name="v", kind=kind, **({"is_required": False} | fields))


def check(values: list[Any], kind: pa.DataType, wanted: Column) -> tuple[list[str], dict[str, str]]:
    """Return the accepted keys and, by key, the reasons of the others, for one column of values."""
    keys = [f"K{n}" for n in range(len(values))]
    batch = pa.RecordBatch.from_arrays([pa.array(keys), pa.array(values, kind)], names=["id", "v"])
    checked = check_batch(batch, [KEY, wanted])
    accepted = [row[0] for row in csv.reader(io.StringIO(checked.csv.decode()))]
    assert checked.accepted_count == len(accepted) == len(values) - len(checked.rejects)
    return accepted, {reject.row_key or "": reject.reason.value for reject in checked.rejects}


NAN, INF = float("nan"), float("inf")


TEXT, FLOAT, TIME = pa.string(), pa.float64(), pa.timestamp("us")
ENDS_OF_TIME = [253_402_300_800_000_000, -62_135_596_800_000_001]  # the first moments beyond, in microseconds
OUT = "OUT_OF_RANGE"


@pytest.mark.parametrize(
    ("wanted", "kind", "values", "refused"),
    [
        (column(Kind.FLOAT), FLOAT, [1.0, None, NAN, INF, -INF], {"K3": "NOT_FINITE", "K4": "NOT_FINITE"}),
        (
            column(Kind.FLOAT, is_required=True),
            FLOAT,
            [1.0, None, NAN],
            {"K1": "MISSING_VALUE", "K2": "NOT_FINITE"},
        ),
        (
            column(Kind.INTEGER),
            pa.int64(),
            [2**31 - 1, 2**31, -(2**31), -(2**31) - 1, None],
            {"K1": OUT, "K3": OUT},
        ),
        (column(Kind.INTEGER, bits=64), pa.int64(), [2**63 - 1, -(2**63)], {}),
        (column(Kind.INTEGER, bits=16), pa.int32(), [32767, 32768], {"K1": OUT}),
        (column(Kind.TEXT, max_length=3), TEXT, ["äöü", "äöüß", "", None], {"K1": "TEXT_TOO_LONG"}),
        (column(Kind.TEXT), TEXT, ["a\0", "\\.", "a\n\\.\nb", '"', ",", "\r\n"], {"K0": "BAD_TEXT"}),
        (
            column(Kind.TEXT, choices=("A", "B")),
            TEXT,
            ["A", "a", "", None],
            {"K1": "BAD_CHOICE", "K2": "BAD_CHOICE"},
        ),
        (column(Kind.BOOLEAN, is_required=True), pa.bool_(), [True, None], {"K1": "MISSING_VALUE"}),
        (column(Kind.DATE), pa.date32(), [date(1, 1, 1), date(9999, 12, 31), None], {}),
        (column(Kind.TIMESTAMP), TIME, [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59), None], {}),
        (column(Kind.TIMESTAMP), TIME, ENDS_OF_TIME, {"K0": OUT, "K1": OUT}),
    ],
)
def test_values_are_accepted_or_refused(
    wanted: Column, kind: pa.DataType, values: list[Any], refused: dict[str, str]
) -> None:
    accepted, reasons = check(values, kind, wanted)

    assert reasons == refused
    assert accepted == [f"K{n}" for n in range(len(values)) if f"K{n}" not in refused]


def test_the_first_fault_of_a_row_is_its_reason() -> None:
    batch = pa.RecordBatch.from_pydict(
        {"id": [None, "K1"], "v": [INF, INF]}, pa.schema({"id": pa.string(), "v": pa.float64()})
    )

    rejects = check_batch(batch, [KEY, column(Kind.FLOAT)]).rejects

    assert [(reject.row_key, reject.reason, reject.detail) for reject in rejects] == [
        (None, "MISSING_KEY", "id is null or blank: None"),
        ("K1", "NOT_FINITE", "v is infinite: inf"),
    ]


def test_csv_tells_null_from_empty_text_and_keeps_every_digit() -> None:
    wanted = [
        KEY,
        Column(name="t", kind=Kind.TEXT, is_required=False),
        Column(name="f", kind=Kind.FLOAT),
        Column(name="b", kind=Kind.BOOLEAN),
        Column(name="at", kind=Kind.TIMESTAMP),
    ]
    at = datetime(2025, 3, 9, 8, 30, 0, 123456)
    rows = [
        {"id": "K0", "t": None, "f": 0.1 + 0.2, "b": True, "at": at},
        {"id": "K1", "t": "", "f": 1e22, "b": False, "at": at},
        {"id": "K2", "t": 'say "no",\nplease', "f": 5e-324, "b": True, "at": at},
    ]

    text = check_batch(pa.RecordBatch.from_pylist(rows), wanted).csv.decode()

    moment = "2025-03-09 08:30:00.123456Z"
    assert text == (
        f'"K0",,0.30000000000000004,true,{moment}\n'
        f'"K1","",1e+22,false,{moment}\n'
        f'"K2","say ""no"",\nplease",5e-324,true,{moment}\n'
    )


def test_decimals_and_dictionaries_of_other_drivers_are_read() -> None:
    from decimal import Decimal

    assert check([Decimal("1.50"), None], pa.decimal128(10, 2), column(Kind.FLOAT)) == (["K0", "K1"], {})
    assert check(["A", None], pa.dictionary(pa.int8(), pa.string()), column(Kind.TEXT)) == (["K0", "K1"], {})


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        (pa.string(), ["x"], column(Kind.FLOAT)),
        (pa.float64(), [1.5], column(Kind.INTEGER)),
        (pa.string(), ["yesterday"], column(Kind.TIMESTAMP)),
    ],
)
def test_a_column_of_another_type_is_no_matter_of_rows(
    kind: pa.DataType, values: list[Any], wanted: Column
) -> None:
    with pytest.raises(SourceMismatch, match="Column v of the source is"):
        check(values, kind, wanted)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(SourceMismatch, match="The source has no column lon"):
        check_batch(
            pa.RecordBatch.from_pydict({"id": ["K0"]}), [KEY, Column(name="location", kind=Kind.POINT)]
        )


def test_an_empty_batch_gives_nothing() -> None:
    batch = pa.RecordBatch.from_pylist(
        [], schema=pa.schema({"id": pa.string(), "lon": pa.float64(), "lat": pa.float64()})
    )

    checked = check_batch(batch, [KEY, Column(name="location", kind=Kind.POINT)])

    assert (checked.csv, checked.accepted_count, checked.rejects) == (b"", 0, [])


@given(st.lists(st.tuples(st.none() | st.floats(-180, 180), st.none() | st.floats(-90, 90)), max_size=20))
def test_points_are_what_geos_writes(pairs: list[tuple[float | None, float | None]]) -> None:
    lon = pa.array([pair[0] for pair in pairs], pa.float64())
    lat = pa.array([pair[1] for pair in pairs], pa.float64())

    written = ewkb_points(lon, lat).to_pylist()

    for (x, y), text in zip(pairs, written, strict=True):
        if x is None or y is None:
            assert text is None
            continue
        point = GEOSGeometry(memoryview(bytes.fromhex(text)))
        assert (point.srid, point.geom_type, struct.pack("<dd", *point.coords)) == (
            4326,
            "Point",
            struct.pack("<dd", x, y),
        )


@pytest.mark.parametrize(
    "wkt",
    [
        "LINESTRING(0 0, 1 1)",
        "linestring (0 0,1 1)",
        " LINESTRING ( -95.5 29.5 , +1.5e1 .5 , 3. 4 ) ",
        "LINESTRING(-1E-3 0,1 1)",
    ],
)
def test_lines_that_match_are_read_by_geos(wkt: str) -> None:
    assert re.match(LINE_PATTERN, wkt)
    assert ewkt_lines(pa.array([wkt, None])).to_pylist() == [f"SRID=4326;{wkt}", None]
    assert GEOSGeometry(wkt.strip(), srid=4326).geom_type == "LineString"


@pytest.mark.parametrize(
    "wkt",
    [
        "LINESTRING(0 0)",
        "LINESTRING(0 0, 1)",
        "LINESTRING(0 0 0, 1 1 1)",
        "LINESTRING(0 0, 1 1",
        "LINESTRING(0 0, 1 1) x",
        "LINESTRING(0 0; 1 1)",
        "LINESTRING(0 0, inf 1)",
        "MULTILINESTRING((0 0, 1 1))",
        "SRID=3857;LINESTRING(0 0, 1 1)",
        "",
    ],
)
def test_other_lines_are_refused(wkt: str) -> None:
    line = Column(name="route", kind=Kind.LINE, is_required=False)
    batch = pa.RecordBatch.from_pydict(
        {"id": ["K0", "K1"], "route_wkt": [wkt, None]},
        pa.schema({"id": pa.string(), "route_wkt": pa.string()}),
    )

    checked = check_batch(batch, [KEY, line])

    assert [(reject.row_key, reject.reason) for reject in checked.rejects] == [("K0", "BAD_GEOMETRY")]
    assert checked.csv == b'"K1",\n'


def test_times_are_taken_for_utc() -> None:
    aware = pa.array([datetime(2025, 1, 1, 6, tzinfo=UTC)], pa.timestamp("us", tz="America/Chicago"))
    naive = pa.array([datetime(2025, 1, 1, 6)], pa.timestamp("ns"))
    wanted = [KEY, Column(name="v", kind=Kind.TIMESTAMP)]

    written = {
        check_batch(pa.RecordBatch.from_arrays([pa.array(["K0"]), array], names=["id", "v"]), wanted).csv
        for array in (aware, naive)
    }

    assert written == {b'"K0",2025-01-01 06:00:00.000000Z\n'}
