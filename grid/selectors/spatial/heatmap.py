"""A measure on the cells of H3, a grid of hexagons over the whole globe (h3geo.org).

A row counts for the cell that holds its place. What is not known of any row of a cell is null there, and no
cell is given where there is no row.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from flux_site.api.errors import BadInput
from flux_site.api.prepared import fetch_columns
from grid.selectors.spatial.areas import AreaSpec
from grid.selectors.spatial.measures import MEASURES, Combine, HeatMeasure, Measure
from grid.selectors.spatial.measuring import Region
from grid.selectors.spatial.placed_rows import chosen, placed_rows, points_query
from grid.selectors.spatial.policy import check_first, check_size, from_postgis, require_views
from grid.selectors.spatial.row_arrays import Cells, Floats, Positions

MIN_RESOLUTION, MAX_RESOLUTION = 3, 11
MOST_CELLS = 20_000
MOST_ROWS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class HeatCell:
    """A cell of H3.

    Attributes:
        cell: its index, hexadecimal.
        lon: of its centre, degrees.
        value: None if it is known of none of its rows.
        row_count: rows in it.
        known_count: of how many the value is known.
    """

    cell: str
    lon: float
    lat: float
    value: float | None
    row_count: int
    known_count: int


@dataclass(frozen=True, kw_only=True)
class Heatmap:
    """The cells that hold a row, the highest value first, unknown ones last.

    Attributes:
        cell_count: all of them; ``cells`` are at most as many as were asked for.
        minimum: of all cells; None if no value is known.
    """

    measure: Measure
    resolution: int
    cell_count: int
    row_count: int
    minimum: float | None
    maximum: float | None
    cells: list[HeatCell]


def heatmap(
    *, measure: HeatMeasure, resolution: int, area: AreaSpec | None, limit: int, user: Any
) -> Heatmap:
    """Return a measure on the cells of H3, of an area or of everything the user may see.

    Args:
        resolution: of the cells, 3 (about 12,400 km² each) to 11 (about 2,150 m²).
        limit: how many cells at most are listed.

    Raises:
        BadInput: naming the field.
        LimitExceeded: if too many rows are in the area.
        PermissionRefused, NeverSynced, DatabaseUnavailable: if it cannot be answered.
    """
    shown = MEASURES[HeatMeasure(measure)]
    if not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION:
        raise BadInput(
            f"resolution is {resolution}; it must be {MIN_RESOLUTION} to {MAX_RESOLUTION}.",
            field="resolution",
        )
    check_first(limit, most=MOST_CELLS, field="limit")
    require_views(user, shown.models)
    region = None if area is None else Region.of(area)

    def ask() -> Heatmap:
        kept = placed_rows(shown, most=MOST_ROWS)
        if kept is None:
            return _on_cells(shown, resolution, limit, *_read(shown, region, resolution, user))
        at = chosen(kept, region, user)
        value, weight = (kept.value, kept.weight) if at is None else (kept.value[at], kept.weight[at])
        return _on_cells(shown, resolution, limit, kept.cells(resolution, at), value, weight)

    return from_postgis(field="heatmap", layers=shown.layers, ask=ask)


def read_anew(
    *, measure: HeatMeasure, resolution: int, area: AreaSpec | None, limit: int, user: Any
) -> Heatmap:
    """Return the same from rows that PostGIS finds for this question alone, which takes longer."""
    shown = MEASURES[HeatMeasure(measure)]
    region = None if area is None else Region.of(area)
    return _on_cells(shown, resolution, limit, *_read(shown, region, resolution, user))


def _read(
    measure: Measure, region: Region | None, resolution: int, user: Any
) -> tuple[Cells, Floats, Floats]:
    """Return the cells, values and weights of a measure's rows, read for this question alone."""
    import h3.api.numpy_int as h3

    rows: QuerySet[Any] = measure.rows().visible_to(user)
    if region is not None:
        rows = region.holding(rows, measure.place)
    check_size(rows, most=MOST_ROWS, what="rows", field="area")
    sql, params = points_query(measure, rows).query.sql_with_params()
    empty = np.empty(0)
    lon, lat, value, weight = (
        empty if each is None else each for each in fetch_columns(sql, params, count=4)
    )
    at = [h3.latlng_to_cell(y, x, resolution) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    return np.array(at, dtype=np.uint64), value, weight


def _on_cells(
    measure: Measure, resolution: int, limit: int, cell_of: Cells, value: Floats, weight: Floats
) -> Heatmap:
    import h3.api.numpy_int as h3

    cells, of_row = np.unique(cell_of, return_inverse=True)
    values, known = _combined(measure.combine, of_row, len(cells), value, weight)
    rows = np.bincount(of_row, minlength=len(cells))
    order = np.lexsort((cells, -np.where(np.isnan(values), -np.inf, values)))[:limit]
    listed = []
    for n in order.tolist():
        cell = int(cells[n])
        centre_lat, centre_lon = h3.cell_to_latlng(cell)
        listed.append(
            HeatCell(
                cell=h3.int_to_str(cell),
                lon=centre_lon,
                lat=centre_lat,
                value=None if np.isnan(values[n]) else float(values[n]),
                row_count=int(rows[n]),
                known_count=int(known[n]),
            )
        )
    told = values[~np.isnan(values)]
    return Heatmap(
        measure=measure,
        resolution=resolution,
        cell_count=len(cells),
        row_count=len(cell_of),
        minimum=float(told.min()) if told.size else None,
        maximum=float(told.max()) if told.size else None,
        cells=listed,
    )


def corners_of(cell: str) -> list[float]:
    """Return the corners of a cell of H3 in order, longitude and latitude in turn, degrees to 6 decimals."""
    import h3

    return [round(degrees, 6) for lat, lon in h3.cell_to_boundary(cell) for degrees in (lon, lat)]


def _combined(
    combine: Combine, of_row: Positions, count: int, value: Floats, weight: Floats
) -> tuple[Floats, Positions]:
    """Return each cell's value, NaN where it is not known, and of how many rows it is."""
    is_known = ~np.isnan(value)
    if combine is Combine.RATIO:
        is_known &= ~np.isnan(weight)
    cell, value, weight = of_row[is_known], value[is_known], weight[is_known]
    known = np.bincount(cell, minlength=count)
    if combine is Combine.MAX:
        values = np.full(count, -np.inf)
        np.maximum.at(values, cell, value)
    else:
        values = np.bincount(cell, value, minlength=count)
        if combine is not Combine.SUM:
            parts = known if combine is Combine.MEAN else np.bincount(cell, weight, minlength=count)
            values = np.divide(values, parts, out=np.full(count, np.nan), where=parts > 0)
    return np.where(known > 0, values, np.nan), known
