"""The ground of one substation as lots: squares along its street grid, each free or taken.

A building takes one lot or a rectangle of lots, so buildings cannot overlap. Lots that a line crosses,
that touch water or reach beyond the substation's cell are taken from the start: no building stands under a
line, in water or on the ground of another substation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_cdt

from grid.forge.arrays import BoolArray, FloatArray, Int8Array, IntArray
from grid.forge.fleet import Fleet
from grid.forge.geodesy import LocalPlane
from grid.forge.service_areas import service_area
from grid.forge.sites import Site, Sites
from grid.forge.water import Water, inside, samples

LOT_M = 15.0
"""Side of a lot."""

RIGHT_OF_WAY_M = 4.0
"""Lots nearer than about this to a line stay free of buildings."""

FRINGE_M = 300.0
"""How far beyond its outermost line a substation's ground reaches."""

BEYOND_RADIUS_M = 150.0
"""How far beyond its service radius."""

LINE_STEP_M = 4.0
SHORE_STEP_M = 2.0

FREE, LINE, WATER, BUILDING, OUTSIDE = 0, 1, 2, 3, 4
"""What a lot holds."""


@dataclass(frozen=True, slots=True)
class StreetAxes:
    """Map degrees to metres along and across the streets of one substation."""

    plane: LocalPlane
    angle: float

    def to_uv(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return metres along both street directions."""
        x, y = self.plane.to_xy(lon, lat)
        c, s = math.cos(self.angle), math.sin(self.angle)
        return c * x + s * y, -s * x + c * y

    def to_lonlat(self, u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return degrees."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        return self.plane.to_lonlat(c * u - s * v, s * u + c * v)


@dataclass(eq=False)
class Lots:
    """Hold the lots of one substation, (along v, along u); ``corner`` is the outer corner of the first."""

    axes: StreetAxes
    corner: tuple[float, float]
    state: Int8Array

    def at(self, u: FloatArray, v: FloatArray) -> tuple[IntArray, IntArray]:
        """Return row and column of the lots that points lie on; they may lie outside."""
        row = np.floor((v - self.corner[1]) / LOT_M).astype(np.int64)
        return row, np.floor((u - self.corner[0]) / LOT_M).astype(np.int64)

    def state_at(self, u: FloatArray, v: FloatArray) -> Int8Array:
        """Return what the lots of points hold; OUTSIDE beyond them."""
        row, column = self.at(u, v)
        rows, columns = self.state.shape
        known = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        found = np.full(len(u), OUTSIDE, dtype=np.int8)
        found[known] = self.state[row[known], column[known]]
        return found

    def somewhere(
        self, row: IntArray, column: IntArray, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Return a random point of each of some lots."""
        u = self.corner[0] + (column + rng.random(len(column))) * LOT_M
        return u, self.corner[1] + (row + rng.random(len(row))) * LOT_M

    def blocks_free(self, rows: int, columns: int) -> BoolArray:
        """Return which blocks of so many lots, laid side by side from the corner, are wholly free."""
        down, across = self.state.shape[0] // rows, self.state.shape[1] // columns
        used = self.state[: down * rows, : across * columns] != FREE
        return np.asarray(~used.reshape(down, rows, across, columns).any(axis=(1, 3)))

    def steps_to_building(self) -> IntArray:
        """Return how many lots each lot is away from the nearest building, diagonals counting one."""
        built = self.state == BUILDING
        if not built.any():
            return np.zeros(self.state.shape, dtype=np.int64)
        return np.asarray(distance_transform_cdt(~built, metric="chessboard"), dtype=np.int64)


def lay_out_lots(*, site: Site, sites: Sites, fleet: Fleet, water: Water) -> Lots:
    """Return the lots of one substation, before any building stands.

    Args:
        site: the substation.
        sites: the substations around.
        fleet: the grown system.
        water: the water bodies.
    """
    circuits = np.flatnonzero(fleet.circuits.site == site.position)
    axes = StreetAxes(site.plane, float(fleet.circuits.street_angle[circuits[0]]))
    nodes, lines = fleet.nodes, fleet.lines
    own = (nodes.circuit >= circuits[0]) & (nodes.circuit <= circuits[-1])
    u, v = axes.to_uv(nodes.lon[own], nodes.lat[own])
    corner = (float(u.min()) - FRINGE_M, float(v.min()) - FRINGE_M)
    columns = math.ceil((float(u.max()) + FRINGE_M - corner[0]) / LOT_M)
    rows = math.ceil((float(v.max()) + FRINGE_M - corner[1]) / LOT_M)
    lots = Lots(axes, corner, np.zeros((rows, columns), dtype=np.int8))
    _close_outside(lots, site, sites)
    reach = math.hypot(rows, columns) * LOT_M
    for ring in _near_water(water, lots, reach):
        _flood(lots, *axes.to_uv(ring[:, 0], ring[:, 1]))
    wide = reach / site.plane.metres_per_degree_lon
    near = np.abs(nodes.lon[lines.start] - site.lon) < wide
    near |= np.abs(nodes.lon[lines.end] - site.lon) < wide
    _clear_ways(lots, fleet, np.flatnonzero(near))
    return lots


def _close_outside(lots: Lots, site: Site, sites: Sites) -> None:
    """Take the lots that are not wholly on the substation's own ground."""
    region = service_area(site, sites).rotated(lots.axes.angle)
    rows, columns = lots.state.shape
    u = lots.corner[0] + np.arange(columns + 1) * LOT_M
    v = lots.corner[1] + np.arange(rows + 1) * LOT_M
    good = np.hypot(u[None, :], v[:, None]) <= region.radius_m + BEYOND_RADIUS_M
    for (nu, nv), offset in zip(region.normals.tolist(), region.offsets.tolist(), strict=True):
        good &= nu * u[None, :] + nv * v[:, None] <= offset - 1.0
    whole = good[:-1, :-1] & good[1:, :-1] & good[:-1, 1:] & good[1:, 1:]
    lots.state[~whole] = OUTSIDE


def _near_water(water: Water, lots: Lots, reach: float) -> list[FloatArray]:
    x, y = lots.axes.plane.to_xy(water.lon, water.lat)
    return [water.rings[i] for i in np.flatnonzero(np.hypot(x, y) < reach + water.radius_m).tolist()]


def _flood(lots: Lots, u: FloatArray, v: FloatArray) -> None:
    """Take the lots that a ring of corners touches or encloses."""
    along = np.arange(len(u))
    shore_u, shore_v = samples(u, v, along, np.roll(along, -1), SHORE_STEP_M)
    _mark(lots, shore_u, shore_v, WATER)
    rows, columns = lots.state.shape
    r0, c0 = (int(axis[0]) for axis in lots.at(np.array([u.min()]), np.array([v.min()])))
    r1, c1 = (int(axis[0]) + 1 for axis in lots.at(np.array([u.max()]), np.array([v.max()])))
    r0, r1, c0, c1 = max(r0, 0), min(r1, rows), max(c0, 0), min(c1, columns)
    if r0 >= r1 or c0 >= c1:
        return
    middle_u = lots.corner[0] + (np.arange(c0, c1) + 0.5) * LOT_M
    middle_v = lots.corner[1] + (np.arange(r0, r1) + 0.5) * LOT_M
    across, down = np.meshgrid(middle_u, middle_v)
    lots.state[r0:r1, c0:c1][inside(across, down, u, v)] = WATER


def _clear_ways(lots: Lots, fleet: Fleet, lines: IntArray) -> None:
    """Take the lots along lines."""
    nodes = fleet.nodes
    u, v = lots.axes.to_uv(nodes.lon, nodes.lat)
    start, end = fleet.lines.start[lines], fleet.lines.end[lines]
    length = np.maximum(np.hypot(u[end] - u[start], v[end] - v[start]), 1e-9)
    aside_u = -(v[end] - v[start]) / length * RIGHT_OF_WAY_M
    aside_v = (u[end] - u[start]) / length * RIGHT_OF_WAY_M
    for side in (-1.0, 0.0, 1.0):
        from_u, to_u = u[start] + side * aside_u, u[end] + side * aside_u
        from_v, to_v = v[start] + side * aside_v, v[end] + side * aside_v
        count = len(lines)
        at_u, at_v = samples(
            np.concatenate([from_u, to_u]),
            np.concatenate([from_v, to_v]),
            np.arange(count),
            np.arange(count) + count,
            LINE_STEP_M,
        )
        _mark(lots, at_u, at_v, LINE)


def _mark(lots: Lots, u: FloatArray, v: FloatArray, state: int) -> None:
    row, column = lots.at(u, v)
    rows, columns = lots.state.shape
    known = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    lots.state[row[known], column[known]] = state
