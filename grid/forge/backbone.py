"""The three-phase backbone of a circuit: from the substation outwards along the streets, in steps."""

from __future__ import annotations

import math
from itertools import pairwise

from grid.forge.draft import Point, along, distance, unit
from grid.forge.service_areas import Region, Sector

REACH_FRAC = 0.88
"""How far towards the border of its ground a backbone goes."""

GETAWAY_M = 120.0
"""Length of the cable that leads from the breaker past the other circuits to the riser pole."""

STEP_M = (90.0, 500.0)
"""Shortest and longest advance between two turns."""

ROOM_M = 15.0
SLIVER_M = 25.0
"""Sideways moves below this are left out."""


def backbone_path(sector: Sector, region: Region, direction: float) -> list[Point]:
    """Return the turning points of a backbone, the riser pole first.

    Steps grow with the width of the sector, so that the staircase stays well inside it.

    Args:
        sector: the circuit's sector, for its width.
        region: its ground in street axes.
        direction: where it leads, in street axes, radians.
    """
    towards = (math.cos(direction), math.sin(direction))
    length = max(REACH_FRAC * region.reach((0.0, 0.0), towards), 60.0)
    gone = min(GETAWAY_M, 0.25 * length)
    point = along((0.0, 0.0), towards, gone)
    path = [point]
    slope = math.sin(min(sector.half_angle, math.pi / 2.0))
    u_first = True
    while gone < length - 1.0:
        step = min(max(0.8 * gone * slope, STEP_M[0]), STEP_M[1])
        gone = length if length - gone - step < 0.6 * STEP_M[0] else gone + step
        target = along((0.0, 0.0), towards, gone)
        corner = _corner(region, point, target, u_first)
        if corner is not None and corner != target:
            path.append(corner)
            u_first = not u_first
        point = target if corner != target else corner
        path.append(point)
    return _snapped(path)


def legs(path: list[Point]) -> list[tuple[Point, Point]]:
    """Return the straight pieces of a path."""
    return list(pairwise(path))


def point_on(path: list[Point], s: float) -> tuple[Point, Point]:
    """Return the point at a distance along a path and the direction there."""
    for a, b in legs(path):
        size = distance(a, b)
        if s <= size or b == path[-1]:
            return along(a, unit(a, b), min(s, size)), unit(a, b)
        s -= size
    raise ValueError("an empty path has no points")


def path_length(path: list[Point]) -> float:
    """Return the length of a path."""
    return sum(distance(a, b) for a, b in legs(path))


def _corner(region: Region, point: Point, target: Point, u_first: bool) -> Point | None:
    """Return the corner between a point and a target along the streets, None where only the diagonal fits."""
    du, dv = target[0] - point[0], target[1] - point[1]
    if abs(du) < SLIVER_M or abs(dv) < SLIVER_M:
        return target
    first, second = (target[0], point[1]), (point[0], target[1])
    for corner in (first, second) if u_first else (second, first):
        if _has_room(region, corner):
            return corner
    return None


def _has_room(region: Region, point: Point) -> bool:
    room = region.offsets - region.normals @ point
    return bool(room.min(initial=math.inf) >= ROOM_M) and math.hypot(*point) <= region.radius_m - ROOM_M


def _snapped(path: list[Point]) -> list[Point]:
    """Drop points that do not advance."""
    kept = [path[0]]
    for point in path[1:]:
        if distance(kept[-1], point) > 1.0:
            kept.append(point)
    return kept
