"""Buildings as rows of the warehouse."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.building_sizes import USE_NAMES
from grid.forge.buildings import Buildings
from grid.forge.fleet import NONE
from grid.forge.ids import FleetIds
from grid.forge.lots import StreetAxes
from grid.forge.outlines import polygon_wkts
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import building_footprints, meter_buildings

_SIGNS = np.array([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
"""Where each corner of a footprint lies from its centre, by number."""


def building_batch(buildings: Buildings, *, axes: StreetAxes, first: int, zone_id: str) -> pa.RecordBatch:
    """Return the buildings of one substation as rows.

    Args:
        buildings: the buildings.
        axes: the streets that they stand along.
        first: position of the first among all buildings.
        zone_id: load zone of the substation.
    """
    schema = pa_schema(building_footprints)
    lon, lat = axes.to_lonlat(buildings.u, buildings.v)
    wkt = np.empty(len(buildings), dtype=object)
    for is_notched, corners in ((False, _rectangles), (True, _angles)):
        mine = np.flatnonzero((buildings.notch_u > 0.0) == is_notched)
        u, v = corners(buildings, mine)
        wkt[mine] = polygon_wkts(*axes.to_lonlat(u, v))
    columns: dict[str, object] = {
        "building_id": [building_id(number) for number in range(first, first + len(buildings))],
        "zone_id": [zone_id] * len(buildings),
        "building_use": np.array(USE_NAMES, dtype=object)[buildings.use],
        "height_m": buildings.height_m,
        "floor_count": buildings.floors,
        "footprint_m2": np.round(buildings.footprint_m2, 2),
        "latitude": np.round(lat, 7),
        "longitude": np.round(lon, 7),
        "footprint_wkt": wkt,
    }
    arrays = [pa.array(columns[field.name], type=field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def building_id(number: int) -> str:
    """Return the key of a building by its position among all, 0 first."""
    return f"BLD-{number + 1:07d}"


def meter_building_table(*, ids: FleetIds, building: IntArray) -> pa.Table:
    """Return which building each meter stands at; meters at none have no row.

    Args:
        ids: the keys of the fleet.
        building: position of each meter's building among all, NONE where it stands at none.
    """
    at = np.flatnonzero(building != NONE)
    columns: dict[str, object] = {
        "meter_id": [ids.meters[meter] for meter in at.tolist()],
        "building_id": [building_id(number) for number in building[at].tolist()],
    }
    schema = pa_schema(meter_buildings)
    return pa.Table.from_arrays([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)


def _rectangles(buildings: Buildings, which: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the corners of rectangles, counter-clockwise, (buildings, 4)."""
    u, v = buildings.u[which, None], buildings.v[which, None]
    half_u, half_v = buildings.width[which, None] / 2.0, buildings.depth[which, None] / 2.0
    return u + half_u * np.array([-1.0, 1.0, 1.0, -1.0]), v + half_v * np.array([-1.0, -1.0, 1.0, 1.0])


def _angles(buildings: Buildings, which: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the corners of L-shapes, counter-clockwise, (buildings, 6).

    The shape with its notch at high u and v is mirrored so that the notch comes to its corner; where one axis
    alone is mirrored the order is turned round again.
    """
    cut_u, cut_v = 1.0 - 2.0 * buildings.notch_u[which], 1.0 - 2.0 * buildings.notch_v[which]
    one = np.ones(len(which))
    u = np.column_stack([-one, one, one, cut_u, cut_u, -one])
    v = np.column_stack([-one, -one, cut_v, cut_v, one, one])
    sign = _SIGNS[buildings.corner[which]]
    u, v = u * sign[:, :1], v * sign[:, 1:]
    mirrored = sign[:, 0] * sign[:, 1] < 0.0
    u[mirrored], v[mirrored] = u[mirrored, ::-1], v[mirrored, ::-1]
    half_u, half_v = buildings.width[which, None] / 2.0, buildings.depth[which, None] / 2.0
    return buildings.u[which, None] + half_u * u, buildings.v[which, None] + half_v * v
