"""Flood zones along the bayous, as a flood map shows them; see :mod:`grid.forge.flooding` for how wide.

Zone AE is the ground that floods with a chance of 1 % a year. Zone X with FEMA's words for the 0.2 % flood is
all ground that this flood covers, so it holds zone AE and the bayou. Streams that drain less than a square
mile have no zone, as on most flood maps, nor has standing water: no stream is forged that would raise it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from grid.forge.arrays import FloatArray
from grid.forge.flooding import (
    FIFTH_PERCENT,
    KM2_PER_SQUARE_MILE,
    ONE_PERCENT,
    FloodParams,
    PeakFlow,
    drainage_km2,
    reach_m,
)
from grid.forge.geodesy import LocalPlane
from grid.forge.outlines import polygon_wkt
from grid.forge.water import BAYOU, Water, water_id
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import flood_zones

ZONES: tuple[tuple[str, str | None, PeakFlow], ...] = (
    ("AE", None, ONE_PERCENT),
    ("X", "0.2 PCT ANNUAL CHANCE FLOOD HAZARD", FIFTH_PERCENT),
)
LEAST_DRAINAGE_KM2 = KM2_PER_SQUARE_MILE
WRITTEN_DEG = 1e-7
"""What outlines are rounded to in the warehouse's text."""


def flood_zone_table(water: Water, params: FloodParams) -> pa.Table:
    """Return the flood zones of water bodies as a warehouse table, the likelier zone of each bayou first.

    Args:
        water: the water bodies.
        params: the ground that floods.
    """
    rows: dict[str, list[object]] = {name: [] for name in flood_zones.c.keys()}  # noqa: SIM118 - no mapping
    for number in range(len(water.kind)):
        if water.kind[number] != BAYOU:
            continue
        plane = LocalPlane(float(water.lon[number]), float(water.lat[number]))
        banks = water.rings[number]
        bed = shapely.Polygon(np.column_stack(plane.to_xy(banks[:, 0], banks[:, 1])))
        width = 2.0 * bed.area / bed.length  # of a ribbon: its area over half of what runs round it
        if drainage_km2(width, params) < LEAST_DRAINAGE_KM2:
            continue
        for code, subtype, peak in ZONES:
            ground = bed.buffer(reach_m(width, peak, params), quad_segs=params.corners)
            ring = _ring(ground.simplify(params.tolerance_m), plane)
            rows["flood_zone_id"].append(f"FLD-{water_id(number).removeprefix('WAT-')}-{code}")
            rows["zone_code"].append(code)
            rows["zone_subtype"].append(subtype)
            rows["annual_chance_pct"].append(peak.annual_chance_pct)
            rows["base_flood_elevation_m"].append(None)
            rows["base_flood_depth_m"].append(None)
            rows["outline_wkt"].append(polygon_wkt(ring[:, 0], ring[:, 1]))
    schema = pa_schema(flood_zones)
    return pa.Table.from_arrays([pa.array(rows[f.name], type=f.type) for f in schema], schema=schema)


def _ring(ground: shapely.Polygon, plane: LocalPlane) -> FloatArray:
    """Return the outer corners in degrees, rounded as they will be written but still a simple ring."""
    east, north = shapely.get_coordinates(ground.exterior).T
    outline = shapely.Polygon(np.column_stack(plane.to_lonlat(east, north)))
    return np.asarray(shapely.get_coordinates(shapely.set_precision(outline, WRITTEN_DEG).exterior)[:-1])
