"""Points and lines from WKB or WKT, in whole columns where the form allows it."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

FloatArray = npt.NDArray[np.float64]
Transform = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
"""Brings x and y of the file to longitude and latitude in WGS 84; NaN where it cannot."""

_NAMES = {
    1: "POINT",
    2: "LINESTRING",
    3: "POLYGON",
    4: "MULTIPOINT",
    5: "MULTILINESTRING",
    6: "MULTIPOLYGON",
    7: "GEOMETRYCOLLECTION",
}
_MULTI = {"MULTIPOINT": "POINT", "MULTILINESTRING": "LINESTRING"}
_WKB_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")], align=False)
_WKT = re.compile(
    r"^\s*(?:SRID=(?P<srid>\d+);)?\s*(?P<name>[A-Za-z]+)\s*(?P<dims>ZM|Z|M)?\s*\((?P<body>.*)\)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_WGS84_SRIDS = (0, 4326)


class BadGeometry(Exception):
    """A geometry cannot be read, or is of another kind than wanted; the text says which."""


@dataclass(frozen=True)
class Shapes:
    """The geometries of a batch, by row: their coordinates, (n, 2); or None with the reason in ``problems``.

    A row without geometry has neither.
    """

    coordinates: list[FloatArray | None]
    problems: list[str | None]


def read_shapes(column: pa.Array, wanted: str, transform: Transform | None) -> Shapes:
    """Return the geometries of a column, transformed.

    Args:
        column: WKB (binary) or WKT or hexadecimal WKB (text).
        wanted: POINT or LINESTRING; a multi-geometry of one part counts as that part.
        transform: None if they are in WGS 84 already.

    Raises:
        TypeError: if the column is neither binary nor text.
    """
    is_binary = _is_binary(column)
    fast = _plain_points(column) if is_binary and wanted == "POINT" else None
    found: list[FloatArray | None] = []
    problems: list[str | None] = [None] * len(column)
    if fast is not None:
        found = list(fast)
    else:
        for number, value in enumerate(column.to_pylist()):
            try:
                found.append(None if _is_blank(value) else _read(value, wanted))
            except BadGeometry as error:
                found.append(None)
                problems[number] = str(error)
    if transform is not None:
        _apply(found, problems, transform)
    return Shapes(found, problems)


def geometry_values(column: pa.Array) -> list[bytes | str | None]:
    """Return the WKB or trimmed text of each row; None where a row has no geometry.

    Raises:
        TypeError: if the column is neither binary nor text.
    """
    _is_binary(column)
    return [
        None if _is_blank(value) else value.strip() if isinstance(value, str) else value
        for value in column.to_pylist()
    ]


def _is_binary(column: pa.Array) -> bool:
    """Return whether a column holds WKB rather than text.

    Raises:
        TypeError: if it holds neither.
    """
    kinds = pa.types
    is_text = kinds.is_string(column.type) or kinds.is_large_string(column.type)
    is_binary: bool = kinds.is_binary(column.type) or kinds.is_large_binary(column.type)
    if not is_text and not is_binary:
        raise TypeError(f"holds {column.type}, not WKT or WKB")
    return is_binary


def wkt_line(coordinates: FloatArray) -> str:
    """Return a LINESTRING whose numbers read back as exactly these."""
    return f"LINESTRING ({', '.join(f'{x!r} {y!r}' for x, y in coordinates.tolist())})"


def parse_wkb(data: bytes) -> tuple[str, list[FloatArray], int]:
    """Return the name, the parts and the SRID (0: none) of a geometry in WKB, ISO or extended.

    Parts are given for points and lines and their multi-geometries only.

    Raises:
        BadGeometry: if it is no WKB.
    """
    try:
        name, parts, srid, end = _parse_wkb(data, 0)
    except (struct.error, ValueError, IndexError, RecursionError) as error:
        raise BadGeometry("is no well-formed WKB") from error
    if end != len(data) and parts:
        raise BadGeometry("is no well-formed WKB")
    return name, parts, srid


def parse_wkt(text: str) -> tuple[str, list[FloatArray], int]:
    """Return the name, the parts and the SRID (0: none) of a geometry in WKT; see ``parse_wkb``.

    Raises:
        BadGeometry: if it is no WKT.
    """
    match = _WKT.match(text)
    if match is None:
        raise BadGeometry("is neither WKT nor WKB")
    name, body = match["name"].upper(), match["body"]
    if name.endswith(("Z", "M")) and name.rstrip("ZM") in _NAMES.values():
        name = name.rstrip("ZM")
    if name not in _NAMES.values():
        raise BadGeometry("is neither WKT nor WKB")
    srid = int(match["srid"] or 0)
    if name not in _MULTI and name not in _MULTI.values():
        return name, [], srid
    pieces = re.findall(r"\(([^()]*)\)", body) if "(" in body else [body]
    if name == "MULTIPOINT" and "(" not in body:
        pieces = body.split(",")
    try:
        return name, [_numbers(piece) for piece in pieces], srid
    except ValueError as error:
        raise BadGeometry("is no well-formed WKT") from error


def _numbers(text: str) -> FloatArray:
    rows = [[float(number) for number in pair.split()] for pair in text.split(",")]
    if any(len(row) not in {2, 3, 4} for row in rows):
        raise ValueError("a coordinate has two to four numbers")
    return np.array([row[:2] for row in rows], dtype=np.float64)


def _parse_wkb(data: bytes, at: int) -> tuple[str, list[FloatArray], int, int]:
    order = {0: ">", 1: "<"}[data[at]] if data[at] in {0, 1} else _refuse()
    (code,) = struct.unpack_from(f"{order}I", data, at + 1)
    at += 5
    srid = 0
    if code & 0x20000000:
        (srid,) = struct.unpack_from(f"{order}I", data, at)
        at += 4
    iso = (code & 0x0FFFFFFF) // 1000
    extra = (1 if code & 0x80000000 else 0) + (1 if code & 0x40000000 else 0)
    dimensions = 2 + (extra or {0: 0, 1: 1, 2: 1, 3: 2}[iso] if iso <= 3 else _refuse())
    name = _NAMES.get((code & 0x0FFFFFFF) % 1000)
    if name is None:
        raise ValueError("unknown kind")
    if name in _MULTI:
        (count,) = struct.unpack_from(f"{order}I", data, at)
        at += 4
        parts: list[FloatArray] = []
        for _ in range(count):
            inner, found, _srid, at = _parse_wkb(data, at)
            if inner != _MULTI[name]:
                raise ValueError("a part of another kind")
            parts += found
        return name, parts, srid, at
    if name not in _MULTI.values():
        return name, [], srid, len(data)
    count = 1
    if name == "LINESTRING":
        (count,) = struct.unpack_from(f"{order}I", data, at)
        at += 4
    end = at + count * dimensions * 8
    if end > len(data):
        raise ValueError("cut off")
    numbers = np.frombuffer(data[at:end], dtype=f"{order}f8").reshape(count, dimensions)
    return name, [numbers[:, :2].astype(np.float64)], srid, end


def _refuse() -> int:
    raise ValueError("no WKB")


def _is_blank(value: bytes | str | None) -> bool:
    return value is None or len(value) == 0 or (isinstance(value, str) and not value.strip())


def _read(value: bytes | str, wanted: str) -> FloatArray | None:
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"(?:[0-9A-Fa-f]{2}){9,}", text):
            name, parts, srid = parse_wkb(bytes.fromhex(text))
        elif re.fullmatch(r"(?i)(SRID=\d+;)?\s*[a-z]+\s*(ZM|Z|M)?\s*EMPTY", text):
            return None
        else:
            name, parts, srid = parse_wkt(text)
    else:
        name, parts, srid = parse_wkb(value)
    if srid not in _WGS84_SRIDS:
        raise BadGeometry(f"names the reference system {srid}; state it for the whole file instead")
    if _MULTI.get(name, name) != wanted:
        raise BadGeometry(f"is a {name}, must be a {wanted}")
    if len(parts) != 1:
        raise BadGeometry(f"is a {name} of {len(parts)} parts, must be of one")
    coordinates = parts[0]
    if wanted == "POINT" and np.isnan(coordinates).all():
        return None  # an empty point, in WKB
    if not np.isfinite(coordinates).all():
        raise BadGeometry("has a coordinate that is not finite")
    if wanted == "LINESTRING" and len(np.unique(coordinates, axis=0)) < 2:
        raise BadGeometry("is a line without two different points")
    return coordinates


def _plain_points(column: pa.Array) -> FloatArray | None:
    """Return the points of a column of plain little-endian WKB points, (n, 1, 2); None if any is not."""
    if column.null_count or not len(column):
        return None
    data = column.cast(pa.binary())
    size = _WKB_POINT.itemsize
    offsets = np.frombuffer(data.buffers()[1], dtype=np.int32)[data.offset : data.offset + len(data) + 1]
    if not (np.diff(offsets) == size).all():
        return None
    raw = np.frombuffer(data.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    points = np.frombuffer(raw.tobytes(), dtype=_WKB_POINT)
    if not ((points["order"] == 1).all() and (points["type"] == 1).all()):
        return None
    coordinates = np.stack([points["x"], points["y"]], axis=1).astype(np.float64)
    if not np.isfinite(coordinates).all():
        return None
    return coordinates[:, None, :]


def _apply(found: list[FloatArray | None], problems: list[str | None], transform: Transform) -> None:
    rows = [number for number, shape in enumerate(found) if shape is not None]
    if not rows:
        return
    together = np.concatenate([shape for shape in found if shape is not None])
    x, y = transform(together[:, 0], together[:, 1])
    moved = np.stack([x, y], axis=1)
    sizes = [len(shape) for shape in found if shape is not None]
    for number, shape in zip(rows, np.split(moved, np.cumsum(sizes)[:-1]), strict=True):
        found[number] = shape
        if not np.isfinite(shape).all():
            found[number] = None
            problems[number] = "lies where its reference system has no place on the Earth"
