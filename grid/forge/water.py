"""Ponds, lakes, reservoirs and bayous, where no line stands.

Areas follow the power law of lakes: the number of those above an area falls with its 1.06th power (Downing et
al., *Limnology and Oceanography* 51, 2006). Outlines are smooth waves around a circle; bayous are winding
ribbons. Both are simple polygons by construction: the former are stars seen from their centre, the latter
graphs over their axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.ndimage import distance_transform_edt

from grid.forge.arrays import BoolArray, Float32Array, FloatArray, IntArray
from grid.forge.errors import ForgeConfigError
from grid.forge.fleet import Fleet
from grid.forge.geodesy import LocalPlane
from grid.forge.outlines import polygon_wkt, ring_area
from grid.forge.seeds import stream
from grid.forge.sites import Sites
from grid.forge.words import NATURE
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import water_bodies

POND, LAKE, RESERVOIR, BAYOU = "POND", "LAKE", "RESERVOIR", "BAYOU"
_NAMED = {LAKE: "Lake", RESERVOIR: "Reservoir", BAYOU: "Bayou"}


@dataclass(frozen=True, slots=True)
class WaterParams:
    """Set the water.

    Attributes:
        least_m2: smallest area.
        most_m2: largest area.
        tail: exponent of the areas' power law.
        lake_from_m2: standing water from this area on is a lake (20 acres, a usual limit of ponds).
        reservoir_from_m2: and from this one on a reservoir.
        bayou_frac: part of the bodies below ``lake_from_m2`` that are stretches of bayous.
        line_gap_m: least distance from every line, so that what the line serves finds room too.
        near_m: what is nearer to a line than this counts as developed ground.
        near_frac: part of the bodies that lie on developed ground, as detention ponds do.
        margin_m: how far beyond the outermost lines water is drawn.
        cell_m: resolution at which room is looked for.
    """

    least_m2: float = 600.0
    most_m2: float = 6.0e6
    tail: float = 1.06
    lake_from_m2: float = 81_000.0
    reservoir_from_m2: float = 1.0e6
    bayou_frac: float = 0.12
    line_gap_m: float = 60.0
    near_m: float = 500.0
    near_frac: float = 0.7
    margin_m: float = 3_000.0
    cell_m: float = 50.0


@dataclass(frozen=True, eq=False)
class Water:
    """Hold the water bodies: kinds, names, areas, centres, radii of circles around them, rings in degrees."""

    kind: list[str]
    name: list[str | None]
    area_m2: FloatArray
    lon: FloatArray
    lat: FloatArray
    radius_m: FloatArray
    rings: list[FloatArray]


def forge_water(*, fleet: Fleet, sites: Sites, count: int, seed: int, params: WaterParams) -> Water:
    """Place water bodies, the largest first; one that finds no room becomes smaller.

    Args:
        fleet: the grown system.
        sites: its substations and the territory.
        count: bodies to place.
        seed: the configuration's seed.
        params: what water is like.

    Raises:
        ForgeConfigError: if the territory has no room for them between its lines.
    """
    rng = stream(seed, "water")
    room = _Room.around(fleet, sites, rng, params)
    area = np.sort(_areas(count, rng, params))[::-1]
    kind: list[str] = []
    rings: list[FloatArray] = []
    placed = np.zeros((count, 3))
    sizes = np.zeros(count)
    for index in range(count):
        size = float(area[index])
        is_bayou = size < params.lake_from_m2 and rng.random() < params.bayou_frac
        shape = _ribbon(rng) if is_bayou else _star(size, rng)
        reach = float(np.hypot(shape[:, 0], shape[:, 1]).max())
        while True:
            radius = reach * np.sqrt(size)
            spot = room.find(radius, placed[:index])
            if spot is not None:
                break
            size *= 0.6
            if size < params.least_m2 / 10.0:
                raise ForgeConfigError(
                    field="territory", problem=f"has room for {index} of {count} water bodies"
                )
        placed[index] = (*spot, radius)
        sizes[index] = size
        lon, lat = room.plane.to_lonlat(np.array([spot[0]]), np.array([spot[1]]))
        corners = LocalPlane(float(lon[0]), float(lat[0])).to_lonlat(*(shape * np.sqrt(size)).T)
        rings.append(np.column_stack(corners))
        kind.append(BAYOU if is_bayou else _kind(size, params))
    lon, lat = room.plane.to_lonlat(placed[:, 0], placed[:, 1])
    names = water_names(kind, stream(seed, "water names"))
    return Water(kind, names, sizes, lon, lat, placed[:, 2], rings)


def water_id(number: int) -> str:
    """Return the key of a water body by its position among all, 0 first."""
    return f"WAT-{number + 1:06d}"


def water_names(kinds: list[str], rng: np.random.Generator) -> list[str | None]:
    """Return a name for each water body of a kind; ponds have none. A name may be given more than once."""
    words = rng.permutation(np.array(NATURE, dtype=object))
    named = np.cumsum([kind in _NAMED for kind in kinds]) - 1
    return [
        f"{words[at % len(words)]} {_NAMED[kind]}" if kind in _NAMED else None
        for kind, at in zip(kinds, named.tolist(), strict=True)
    ]


def water_table(water: Water) -> pa.Table:
    """Return the water bodies as a warehouse table."""
    schema = pa_schema(water_bodies)
    columns: dict[str, object] = {
        "water_id": [water_id(number) for number in range(len(water.kind))],
        "water_name": water.name,
        "water_kind": water.kind,
        "area_m2": np.round(water.area_m2, 2),
        "latitude": np.round(water.lat, 7),
        "longitude": np.round(water.lon, 7),
        "outline_wkt": [polygon_wkt(ring[:, 0], ring[:, 1]) for ring in water.rings],
    }
    return pa.Table.from_arrays([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)


class _Room:
    """Find free ground: cells by their distance from the nearest line or border, the freest first."""

    TRIES = 60
    MOST_CELLS = 400_000

    def __init__(
        self,
        plane: LocalPlane,
        corner: tuple[float, float],
        free_m: Float32Array,
        rng: np.random.Generator,
        params: WaterParams,
    ) -> None:
        self.plane = plane
        self._corner, self._rng, self._params = corner, rng, params
        flat = free_m.ravel()
        self._columns = free_m.shape[1]
        usable = np.flatnonzero(flat > self._margin)
        near = usable[flat[usable] < params.near_m]
        self._pools = [self._pool(near, flat), self._pool(usable, flat)]

    @classmethod
    def around(cls, fleet: Fleet, sites: Sites, rng: np.random.Generator, params: WaterParams) -> _Room:
        west, south, east, north = sites.bounds
        plane = LocalPlane((west + east) / 2.0, (south + north) / 2.0)
        x, y = plane.to_xy(fleet.nodes.lon, fleet.nodes.lat)
        low, high = plane.to_xy(np.array([west, east]), np.array([south, north]))
        x0, x1 = max(x.min() - params.margin_m, low[0]), min(x.max() + params.margin_m, low[1])
        y0, y1 = max(y.min() - params.margin_m, high[0]), min(y.max() + params.margin_m, high[1])
        cell = params.cell_m
        free = np.ones((int((y1 - y0) / cell) + 1, int((x1 - x0) / cell) + 1), dtype=np.bool_)
        free[[0, -1], :] = False
        free[:, [0, -1]] = False
        at_x, at_y = samples(x, y, fleet.lines.start, fleet.lines.end, cell / 2.0)
        free[((at_y - y0) / cell).astype(np.int64), ((at_x - x0) / cell).astype(np.int64)] = False
        away = (distance_transform_edt(free) * cell).astype(np.float32)
        return cls(plane, (float(x0), float(y0)), away, rng, params)

    def find(self, radius: float, placed: FloatArray) -> tuple[float, float] | None:
        """Return the centre of a free circle, None if none was found."""
        first = 0 if self._rng.random() < self._params.near_frac else 1
        for cells, taken_m in self._pools[first:]:
            most = int(np.searchsorted(taken_m, -(radius + self._margin)))
            if not most:
                continue
            for _ in range(self.TRIES):
                cell = int(cells[self._rng.integers(most)])
                x = self._corner[0] + (cell % self._columns + self._rng.random()) * self._params.cell_m
                y = self._corner[1] + (cell // self._columns + self._rng.random()) * self._params.cell_m
                apart = np.hypot(placed[:, 0] - x, placed[:, 1] - y) - placed[:, 2]
                if apart.min(initial=np.inf) > radius + 5.0:
                    return float(x), float(y)
        return None

    @property
    def _margin(self) -> float:
        """Gap to keep from a line, plus what two places in their cells may be off."""
        return self._params.line_gap_m + 2.0 * self._params.cell_m * math.sqrt(0.5)

    def _pool(self, cells: IntArray, free_m: Float32Array) -> tuple[IntArray, Float32Array]:
        """Return some of the cells, the freest first, and their distances with the sign turned: rising."""
        if len(cells) > self.MOST_CELLS:
            cells = cells[self._rng.integers(0, len(cells), self.MOST_CELLS)]
        cells = cells[np.argsort(-free_m[cells], kind="stable")]
        return cells, -free_m[cells]


def _areas(count: int, rng: np.random.Generator, params: WaterParams) -> FloatArray:
    """Draw areas from the truncated power law by its inverse."""
    least = (params.least_m2 / params.most_m2) ** params.tail
    return np.asarray(params.least_m2 * (1.0 - rng.random(count) * (1.0 - least)) ** (-1.0 / params.tail))


def _star(area_m2: float, rng: np.random.Generator) -> FloatArray:
    """Return a wavy circle of area 1 around the origin, counter-clockwise."""
    corners = int(np.clip(10.0 + np.sqrt(area_m2) / 12.0, 12, 48))
    angle = np.arange(corners) * (2.0 * np.pi / corners)
    radius = np.ones(corners)
    for wave in (2, 3, 4):
        radius += rng.uniform(0.0, 0.30 / wave) * np.cos(wave * angle + rng.uniform(0.0, 2.0 * np.pi))
    return _of_area_one(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


def _ribbon(rng: np.random.Generator) -> FloatArray:
    """Return a winding ribbon of area 1, its middle at the origin, counter-clockwise."""
    along = np.linspace(-0.5, 0.5, 17)
    width = 1.0 / rng.uniform(20.0, 45.0)
    waves, swing = rng.uniform(1.0, 2.5), rng.uniform(0.02, 0.07)
    middle = swing * np.sin(2.0 * np.pi * waves * along + rng.uniform(0.0, 2.0 * np.pi))
    lower = np.column_stack([along, middle - width / 2.0])
    upper = np.column_stack([along, middle + width / 2.0])[::-1]
    turn = rng.uniform(0.0, np.pi)
    c, s = np.cos(turn), np.sin(turn)
    return _of_area_one(np.concatenate([lower, upper]) @ np.array([[c, s], [-s, c]]))


def _of_area_one(corners: FloatArray) -> FloatArray:
    return np.asarray(corners / np.sqrt(ring_area(corners[:, 0], corners[:, 1])))


def _kind(area_m2: float, params: WaterParams) -> str:
    if area_m2 >= params.reservoir_from_m2:
        return RESERVOIR
    return LAKE if area_m2 >= params.lake_from_m2 else POND


def samples(
    x: FloatArray, y: FloatArray, start: IntArray, end: IntArray, step_m: float
) -> tuple[FloatArray, FloatArray]:
    """Return points along straight sections, ends included, no farther apart than a step."""
    count = np.ceil(np.hypot(x[end] - x[start], y[end] - y[start]) / step_m).astype(np.int64) + 1
    which = np.repeat(np.arange(len(start)), count)
    position = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    share = position / np.maximum(count[which] - 1, 1)
    a, b = start[which], end[which]
    return x[a] + share * (x[b] - x[a]), y[a] + share * (y[b] - y[a])


def inside(px: FloatArray, py: FloatArray, ring_x: FloatArray, ring_y: FloatArray) -> BoolArray:
    """Return which points lie inside a ring (even-odd rule)."""
    found = np.zeros(px.shape, dtype=np.bool_)
    for ax, ay, bx, by in zip(ring_x, ring_y, np.roll(ring_x, -1), np.roll(ring_y, -1), strict=True):
        if ay == by:
            continue
        crosses = (ay > py) != (by > py)
        found ^= crosses & (px < ax + (py - ay) * (bx - ax) / (by - ay))
    return found
