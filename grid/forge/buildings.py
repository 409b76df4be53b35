"""Buildings on the lots of a substation: first those of its meters, then those that have no meter."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from grid.forge.arrays import BoolArray, FloatArray, Int8Array, IntArray
from grid.forge.building_sizes import (
    COMMERCIAL,
    INDUSTRIAL,
    OUTBUILDING,
    RESIDENTIAL,
    USE_OF_KIND,
    BuildingParams,
    floor_area_m2,
    heights_m,
    likely_floors,
)
from grid.forge.fleet import NONE, Fleet
from grid.forge.lots import BUILDING, FREE, LOT_M, Lots

BLOCKS = ((6, 6), (6, 4), (4, 4), (4, 3), (3, 3), (3, 2), (2, 2), (2, 1), (1, 1))
"""Rectangles of lots that a building may take, the largest first."""

YARD_M = {1: (1.0, 2.8), 2: (1.2, 3.0)}
"""Least and most that a building keeps from the edge of its lots: houses, larger ones."""

SHED_SIDE_M = (3.0, 7.0)

REACH_M = (3.5, 40.0)
"""Nearest and farthest edge of a meter's lots from its transformer."""


@dataclass(eq=False)
class Buildings:
    """Hold the buildings of one substation, in metres along its streets.

    Attributes:
        u: centre.
        v: centre.
        width: size along u.
        depth: size along v.
        notch_u: part of the width that is cut out at one corner; 0 for a rectangle.
        notch_v: part of the depth.
        corner: which corner: 0 for low u and v, 1 for high u, 2 for high v, 3 for both.
        use: index into :data:`grid.forge.building_sizes.USE_NAMES`.
        floors: number of floors.
        height_m: height.
    """

    u: FloatArray
    v: FloatArray
    width: FloatArray
    depth: FloatArray
    notch_u: FloatArray
    notch_v: FloatArray
    corner: Int8Array
    use: Int8Array
    floors: IntArray
    height_m: FloatArray

    def __len__(self) -> int:
        return len(self.u)

    @property
    def footprint_m2(self) -> FloatArray:
        """Area of each footprint."""
        return self.width * self.depth * (1.0 - self.notch_u * self.notch_v)

    def followed_by(self, others: Buildings) -> Buildings:
        """Return these buildings and others after them."""
        joined = {
            f.name: np.concatenate([getattr(self, f.name), getattr(others, f.name)]) for f in fields(self)
        }
        return Buildings(**joined)


@dataclass(frozen=True, eq=False)
class Seated:
    """Hold a substation's meters in buildings.

    Attributes:
        buildings: one per meter or per house of several.
        building: building of each meter, counted from the substation's first; NONE where there was no room.
        u: place of each meter: on the wall that faces its transformer.
        v: the same across.
    """

    buildings: Buildings
    building: IntArray
    u: FloatArray
    v: FloatArray


@dataclass(eq=False)
class _Claims:
    """Collect the lots that meters take: their block's first row and column and its size."""

    row: IntArray
    column: IntArray
    rows: IntArray
    columns: IntArray

    @classmethod
    def none(cls, count: int) -> _Claims:
        return cls(np.full(count, NONE), np.full(count, NONE), np.zeros(count, int), np.zeros(count, int))


def seat_meters(
    *, lots: Lots, fleet: Fleet, span: slice, rng: np.random.Generator, params: BuildingParams
) -> Seated:
    """Give each meter of a substation a building near its transformer, the largest first.

    A home for which no lot is left joins another home of its transformer.

    Args:
        lots: the substation's lots; those taken are marked.
        fleet: the grown system.
        span: the substation's meters.
        rng: random stream of the substation's buildings.
        params: what buildings are like.
    """
    meters = fleet.meters
    transformer = meters.transformer[span]
    tu, tv = lots.axes.to_uv(fleet.transformers.lon[transformer], fleet.transformers.lat[transformer])
    mu, mv = lots.axes.to_uv(meters.lon[span], meters.lat[span])
    kind = meters.kind[span]
    use = np.array([USE_OF_KIND[k] for k in range(len(USE_OF_KIND))], dtype=np.int8)[kind]
    area = floor_area_m2(meters, span, params)
    floors = likely_floors(use, area)
    is_house = area == 0.0
    floors[is_house] = np.where(rng.random(int(is_house.sum())) < params.two_floor_frac, 2, 1)
    wanted = _block_wanted(area / floors)
    claims = _Claims.none(len(kind))
    for index, block in enumerate(BLOCKS):
        waiting = np.flatnonzero((wanted <= index) & (claims.row == NONE))
        turned = rng.random(len(waiting)) < 0.5
        shapes = [block] if block[0] == block[1] else [block, block[::-1]]
        for shape in shapes:
            mine = waiting if len(shapes) == 1 else waiting[turned == (shape is shapes[1])]
            _claim(lots, claims, mine, shape, (tu, tv), (mu, mv))
    seated = np.flatnonzero(claims.row != NONE)
    buildings = _on_blocks(lots, claims, seated, use[seated], floors[seated], area[seated], rng, params)
    _face(buildings, tu[seated], tv[seated])
    building = np.full(len(kind), NONE, dtype=np.int64)
    building[seated] = np.arange(len(seated))
    _join(building, transformer, use)
    at = building != NONE
    mu[at], mv[at] = _wall(buildings, building[at], tu[at], tv[at])
    return Seated(buildings, building, mu, mv)


def fill_up(
    *, lots: Lots, count: int, sheds: int, rng: np.random.Generator, params: BuildingParams, shop_frac: float
) -> Buildings:
    """Return buildings without a meter, most of them near those there are.

    Args:
        lots: the substation's lots; those taken are marked. At least ``count`` are free.
        count: buildings wanted.
        sheds: how many of them are outbuildings, at most.
        rng: random stream of the substation's other buildings.
        params: what buildings are like.
        shop_frac: part of the others that is commercial.
    """
    row, column = np.nonzero(lots.state == FREE)
    away = lots.steps_to_building()[row, column] + rng.exponential(4.0, len(row))
    chosen = np.argpartition(away, count - 1)[:count] if count else np.zeros(0, dtype=np.int64)
    chosen = chosen[np.argsort(away[chosen], kind="stable")]
    row, column = row[chosen], column[chosen]
    lots.state[row, column] = BUILDING
    use = np.where(rng.random(count) < shop_frac, COMMERCIAL, RESIDENTIAL).astype(np.int8)
    use[: min(sheds, count)] = OUTBUILDING
    floors = np.where((use == RESIDENTIAL) & (rng.random(count) < params.two_floor_frac), 2, 1)
    claims = _Claims(row, column, np.ones(count, int), np.ones(count, int))
    made = _on_blocks(lots, claims, np.arange(count), use, floors, np.zeros(count), rng, params)
    small = use == OUTBUILDING
    made.width[small] = rng.uniform(*SHED_SIDE_M, int(small.sum()))
    made.depth[small] = rng.uniform(*SHED_SIDE_M, int(small.sum()))
    made.notch_u[small] = made.notch_v[small] = 0.0
    return made


def _block_wanted(footprint_m2: FloatArray) -> IntArray:
    """Return the index of the smallest block whose building has at least a footprint, the largest if none."""
    room = np.array([(rows * LOT_M - 4.0) * (columns * LOT_M - 4.0) for rows, columns in BLOCKS])
    fits = room[None, :] >= footprint_m2[:, None]
    return np.where(fits.any(axis=1), len(BLOCKS) - 1 - np.argmax(fits[:, ::-1], axis=1), 0)


def _claim(
    lots: Lots,
    claims: _Claims,
    meters: IntArray,
    shape: tuple[int, int],
    transformer: tuple[FloatArray, FloatArray],
    place: tuple[FloatArray, FloatArray],
) -> None:
    """Let meters take the free block of a shape nearest to their place; of two that want one, the first."""
    rows, columns = shape
    free = lots.blocks_free(rows, columns)
    tall, wide = rows * LOT_M, columns * LOT_M
    base_row = np.floor((place[1] - lots.corner[1]) / tall).astype(np.int64)
    base_column = np.floor((place[0] - lots.corner[0]) / wide).astype(np.int64)
    waiting = meters
    for down, across in _offsets(tall, wide):
        if not len(waiting):
            return
        row, column = base_row[waiting] + down, base_column[waiting] + across
        known = (row >= 0) & (row < free.shape[0]) & (column >= 0) & (column < free.shape[1])
        low_u: FloatArray = np.asarray(lots.corner[0] + column * wide, dtype=np.float64)
        low_v: FloatArray = np.asarray(lots.corner[1] + row * tall, dtype=np.float64)
        tu, tv = transformer[0][waiting], transformer[1][waiting]
        gap = np.hypot(_outside(tu, low_u, low_u + wide), _outside(tv, low_v, low_v + tall))
        known &= (gap >= REACH_M[0]) & (gap <= REACH_M[1])
        known[known] = free[row[known], column[known]]
        asking = np.flatnonzero(known)
        _, first = np.unique(row[asking] * free.shape[1] + column[asking], return_index=True)
        got = asking[first]
        free[row[got], column[got]] = False
        winners = waiting[got]
        claims.row[winners], claims.column[winners] = row[got] * rows, column[got] * columns
        claims.rows[winners], claims.columns[winners] = rows, columns
        for i in range(rows):
            for j in range(columns):
                lots.state[row[got] * rows + i, column[got] * columns + j] = BUILDING
        waiting = np.delete(waiting, got)


def _offsets(tall: float, wide: float) -> list[tuple[int, int]]:
    """Return steps to the blocks around, the nearest first, as far as a meter may be from its place."""
    span_m = REACH_M[1] + 45.0
    down, across = int(span_m / tall) + 1, int(span_m / wide) + 1
    steps = [(i, j) for i in range(-down, down + 1) for j in range(-across, across + 1)]
    return sorted(steps, key=lambda step: ((step[0] * tall) ** 2 + (step[1] * wide) ** 2, step))


def _outside(value: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return how far values lie outside their ranges, 0 inside."""
    return np.maximum(np.maximum(low - value, value - high), 0.0)


def _on_blocks(
    lots: Lots,
    claims: _Claims,
    which: IntArray,
    use: Int8Array,
    floors: IntArray,
    area_m2: FloatArray,
    rng: np.random.Generator,
    params: BuildingParams,
) -> Buildings:
    """Return a building on each block, with the floors that give the wanted area unless it would be a needle.

    What of a floor area does not fit stands in other buildings of the customer.
    """
    count = len(which)
    rows, columns = claims.rows[which], claims.columns[which]
    single = (rows == 1) & (columns == 1)
    low = np.where(single, YARD_M[1][0], YARD_M[2][0])
    high = np.where(single, YARD_M[1][1], YARD_M[2][1])
    west, east, south, north = (rng.uniform(low, high) for _ in range(4))
    u0 = lots.corner[0] + claims.column[which] * LOT_M
    v0 = lots.corner[1] + claims.row[which] * LOT_M
    width, depth = columns * LOT_M - west - east, rows * LOT_M - south - north
    is_notched = rng.random(count) < params.notch_frac
    notch_u = np.where(is_notched, rng.uniform(0.25, 0.48, count), 0.0)
    notch_v = np.where(is_notched, rng.uniform(0.25, 0.48, count), 0.0)
    wanted = np.rint(area_m2 / (width * depth * (1.0 - notch_u * notch_v)))
    most = params.slenderness * np.minimum(width, depth) / np.array(params.floor_m)[use]
    given = (area_m2 == 0.0) | (use == INDUSTRIAL)
    floors = np.where(given, floors, np.maximum(np.minimum(wanted, np.floor(most)), 1)).astype(np.int64)
    return Buildings(
        u=u0 + west + width / 2.0,
        v=v0 + south + depth / 2.0,
        width=width,
        depth=depth,
        notch_u=notch_u,
        notch_v=notch_v,
        corner=rng.integers(0, 4, count).astype(np.int8),
        use=use,
        floors=floors,
        height_m=heights_m(use, floors, rng, params),
    )


def _face(buildings: Buildings, tu: FloatArray, tv: FloatArray) -> None:
    """Turn the notches away from the transformers, so that the wall that faces them is whole."""
    buildings.corner = ((tu < buildings.u) + 2 * (tv < buildings.v)).astype(np.int8)


def _join(building: IntArray, transformer: IntArray, use: Int8Array) -> None:
    """Put homes without a building into that of another home of their transformer, in place."""
    home = use == RESIDENTIAL
    hosts = np.flatnonzero(home & (building != NONE))
    at, first = np.unique(transformer[hosts], return_index=True)
    for_whom = np.flatnonzero(home & (building == NONE))
    slot = np.searchsorted(at, transformer[for_whom])
    found: BoolArray = slot < len(at)
    found[found] = at[slot[found]] == transformer[for_whom[found]]
    building[for_whom[found]] = building[hosts[first[slot[found]]]]


def _wall(
    buildings: Buildings, building: IntArray, tu: FloatArray, tv: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the points of buildings' walls nearest to transformers."""
    half_u, half_v = buildings.width[building] / 2.0, buildings.depth[building] / 2.0
    u, v = buildings.u[building], buildings.v[building]
    return np.clip(tu, u - half_u, u + half_u), np.clip(tv, v - half_v, v + half_v)
