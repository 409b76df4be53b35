"""Brings trees out of a raster of canopy heights into the warehouse, those near overhead lines only.

The raster is a GeoTIFF of one band, heights in metres above the ground, in any reference system: the canopy
height models of Meta and WRI (CC BY 4.0), or one derived from LiDAR. It is read tile by tile with a margin,
so that a tree at the edge of a tile is found once. What a raster does not tell is null: the species and the
growth.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import rasterio
from django.db import connection
from rasterio.errors import RasterioError
from rasterio.transform import xy
from rasterio.warp import transform
from rasterio.windows import Window

from flux_site.api.errors import BadInput
from grid.selectors.vegetation.params import vegetation_params
from grid.selectors.warehouse import get_warehouse
from grid.standards.tree_tops import TALLEST_M, crown_radius_m, tree_tops
from grid.warehouse import Expected, WarehouseConflict
from grid.warehouse.arrow import pa_schema
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import trees

TILE_PIXELS = 1_024
_ATTEMPTS = 5
MOST_PIXEL_M = 3.0
"""A coarser raster does not tell trees apart."""

_NEAR = """
SELECT p.number FROM unnest(%s::int[], %s::float8[], %s::float8[]) AS p (number, lon, lat)
WHERE EXISTS (SELECT 1 FROM grid_vegetationline l
    WHERE ST_DWithin(l.route, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)::geography, %s))"""


@dataclass(frozen=True, kw_only=True)
class CanopyImported:
    """How many trees were found, how many of them stand near a line, and were written."""

    found: int
    near_lines: int


def import_canopy(
    path: Path, *, progress: Callable[[float, str], None], name: str | None = None
) -> CanopyImported:
    """Find trees in a raster and put those near lines in place of the ones this raster gave before.

    Their ids are made of the name of the file and their place, so that a second import gives them the same.
    Trees of other sources stay. The next sync of the layer ``trees`` brings them into the cache. Nothing is
    written where the warehouse holds the very trees already, and nothing before the whole raster was read.

    Args:
        path: where the file is.
        progress: takes the share done and what is being done; what it raises ends the import.
        name: what the file is called, if not as its path says.

    Raises:
        BadInput: if the file is no raster of canopy heights, or no assessment has listed the lines yet.
        WarehouseError: if the warehouse fails; nothing is changed.
    """
    shown = name or path.name
    check_lines()
    with _opened(path, shown) as raster:
        rows, found = _trees_of(raster, shown, progress)
    _write(_prefix(shown), rows)
    return CanopyImported(found=found, near_lines=len(rows))


def check_lines() -> None:
    """Refuse an import before any assessment: it is told by the lines which trees matter.

    Raises:
        BadInput: if no overhead lines are known.
    """
    if not _has_lines():
        raise BadInput(
            "No overhead lines are known yet; run the assessment of trees once first.", field="file"
        )


def check_raster(path: Path, *, name: str) -> None:
    """Look whether a file is a raster of canopy heights.

    Raises:
        BadInput: if it is not; says why.
    """
    with _opened(path, name) as raster:
        _pixel_m(raster)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Any]:
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            yield raster
    except RasterioError as error:
        reason = str(error).replace(str(path), name)
        raise BadInput(f"{name} cannot be read as a raster: {reason}", field="file") from error


def _write(prefix: str, rows: list[dict[str, Any]]) -> None:
    """Put trees in place of those of the same prefix, again if somebody else wrote trees meanwhile."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _write_once(prefix, rows)
        except WarehouseConflict:
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def _write_once(prefix: str, rows: list[dict[str, Any]]) -> None:
    warehouse = get_warehouse()
    version = warehouse.version(trees)
    kept = warehouse.select_rows(reading_as_empty(trees.select(), trees))
    own = {row["tree_id"]: row for row in kept if row["tree_id"].startswith(prefix)}
    if own == {row["tree_id"]: dict.fromkeys(trees.c.keys()) | row for row in rows}:
        return
    others = [row for row in kept if row["tree_id"] not in own]
    schema = pa_schema(trees)
    columns = {name: [row.get(name) for row in [*others, *rows]] for name in schema.names}
    table = pa.Table.from_arrays([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)
    batch_id = f"canopy/{prefix}{_hash(rows)}/{version}"
    warehouse.replace(trees, table, batch_id, expected=Expected(version))


def _trees_of(
    raster: Any, name: str, progress: Callable[[float, str], None]
) -> tuple[list[dict[str, Any]], int]:
    pixel_m = _pixel_m(raster)
    margin = math.ceil(float(crown_radius_m(TALLEST_M)) / pixel_m) + 1
    rows: list[dict[str, Any]] = []
    found = done = 0
    tiles = list(_tiles(raster.width, raster.height))
    for column, row in tiles:
        progress(done / len(tiles), f"{len(rows)} trees near lines")
        done += 1
        left, top = max(column - margin, 0), max(row - margin, 0)
        right = min(column + TILE_PIXELS + margin, raster.width)
        bottom = min(row + TILE_PIXELS + margin, raster.height)
        band = raster.read(1, window=Window(left, top, right - left, bottom - top), masked=True)
        tops = tree_tops(band.astype(np.float64).filled(np.nan), pixel_m=pixel_m)
        at_row, at_column = tops.row + top, tops.column + left
        inside = (at_row >= row) & (at_row < row + TILE_PIXELS)
        inside &= (at_column >= column) & (at_column < column + TILE_PIXELS)
        if not inside.any():
            continue
        found += int(inside.sum())
        x, y = xy(raster.transform, at_row[inside], at_column[inside])
        lon, lat = (np.asarray(each) for each in transform(raster.crs, "EPSG:4326", x, y))
        heights, crowns = tops.height_m[inside], tops.crown_radius_m[inside]
        places = [
            f"{down:.0f}-{across:.0f}" for down, across in zip(at_row[inside], at_column[inside], strict=True)
        ]
        rows += [
            {
                "tree_id": f"{_prefix(name)}{places[each]}",
                "latitude": round(float(lat[each]), 7),
                "longitude": round(float(lon[each]), 7),
                "height_m": round(float(heights[each]), 2),
                "crown_radius_m": round(float(crowns[each]), 2),
            }
            for each in _near_lines(lon, lat)
        ]
    return rows, found


def _pixel_m(raster: Any) -> float:
    """Return the side of a pixel on the ground, m.

    Raises:
        BadInput: if the raster has no reference system, several bands, or pixels that tell no trees apart.
    """
    if raster.crs is None:
        raise BadInput("The raster names no reference system.", field="file")
    if raster.count != 1:
        raise BadInput(f"The raster has {raster.count} bands; it must have one, of heights.", field="file")
    middle_x, middle_y = raster.xy(raster.height / 2, raster.width / 2)
    step_x, step_y = raster.transform.a, raster.transform.e
    lon, lat = transform(
        raster.crs,
        "EPSG:4326",
        [middle_x, middle_x + step_x, middle_x],
        [middle_y, middle_y, middle_y + step_y],
    )
    across = math.radians(abs(lon[1] - lon[0])) * math.cos(math.radians(lat[0])) * 6_371_008.8
    along = math.radians(abs(lat[2] - lat[0])) * 6_371_008.8
    side = math.sqrt(across * along)
    if not 0.0 < side <= MOST_PIXEL_M:
        raise BadInput(
            f"A pixel is {side:.2f} m wide; at most {MOST_PIXEL_M:g} m, to tell trees apart.", field="file"
        )
    return side


def _tiles(width: int, height: int) -> Iterator[tuple[int, int]]:
    for row in range(0, height, TILE_PIXELS):
        for column in range(0, width, TILE_PIXELS):
            yield column, row


def _near_lines(lon: Any, lat: Any) -> list[int]:
    with connection.cursor() as cursor:
        numbers = list(range(len(lon)))
        cursor.execute(_NEAR, [numbers, lon.tolist(), lat.tolist(), vegetation_params().search_m])
        return sorted(row[0] for row in cursor.fetchall())


def _has_lines() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM grid_vegetationline)")
        return bool(cursor.fetchone()[0])


def _prefix(name: str) -> str:
    return f"CHM-{hashlib.sha256(name.encode()).hexdigest()[:8]}-"


def _hash(rows: list[dict[str, Any]]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:24]
