"""Normally open ties between the backbone ends of neighbouring circuits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from grid.forge.circuits import GrownCircuit
from grid.forge.draft import BACKBONE, Point
from grid.forge.geodesy import LocalPlane
from grid.forge.sites import Sites

REACH_M = 2200.0
"""Longest distance bridged by a tie line."""

MOST_TIES = 2
"""Ties that meet at one backbone end."""

STRAIGHT_M = 4.0


@dataclass(frozen=True, slots=True)
class Tie:
    """Hold one tie: the tie line hangs on ``circuit``, the open switch stands at ``other``'s backbone end.

    Attributes:
        circuit: position of the circuit that energises the tie line.
        other: position of the circuit behind the switch.
        node: node of ``circuit`` at the switch.
        span: section of ``circuit`` that ends there.
    """

    circuit: int
    other: int
    node: int
    span: int


def add_ties(*, grown: list[GrownCircuit], sites: Sites) -> list[Tie]:
    """Draw tie lines between near backbone ends of the same voltage, shortest first, and return the ties."""
    middle = LocalPlane(
        float(np.mean([site.lon for site in sites.chosen])),
        float(np.mean([site.lat for site in sites.chosen])),
    )
    tails = [_to_lonlat(circuit, sites, circuit.draft.points[circuit.draft.tail]) for circuit in grown]
    x, y = middle.to_xy(np.array([lon for lon, _ in tails]), np.array([lat for _, lat in tails]))
    pairs = cKDTree(np.column_stack([x, y])).query_pairs(REACH_M, output_type="ndarray")
    gaps = np.hypot(x[pairs[:, 0]] - x[pairs[:, 1]], y[pairs[:, 0]] - y[pairs[:, 1]])
    order = np.lexsort((pairs[:, 1], pairs[:, 0], gaps))
    meeting = np.zeros(len(grown), dtype=np.int64)
    ties = []
    for a, b in pairs[order].tolist():
        if grown[a].kv != grown[b].kv or max(meeting[a], meeting[b]) >= MOST_TIES:
            continue
        target = _to_street_axes(grown[a], sites, tails[b])
        path = _tie_path(grown[a], target, sites)
        if path is None:
            continue
        draft = grown[a].draft
        node = draft.tail
        for k, point in enumerate(path):
            last = k == len(path) - 1
            node = draft.extend(node, point, line_class=BACKBONE, phases="ABC", cable=False, pole=not last)
        ties.append(Tie(a, b, node, len(draft.spans) - 1))
        meeting[[a, b]] += 1
    return ties


def _tie_path(circuit: GrownCircuit, target: Point, sites: Sites) -> list[Point] | None:
    """Return the way along the streets that crosses fewer of the circuit's own lines, None if it leaves the
    territory.
    """
    draft = circuit.draft
    tail = draft.points[draft.tail]
    du, dv = abs(target[0] - tail[0]), abs(target[1] - tail[1])
    if math.hypot(du, dv) < STRAIGHT_M:
        return None
    if min(du, dv) < STRAIGHT_M:
        return [target]
    corners = [(target[0], tail[1]), (tail[0], target[1])]
    lines = [(draft.points[span.start], draft.points[span.end]) for span in draft.spans]
    corners.sort(key=lambda corner: _crossings([(tail, corner), (corner, target)], lines))
    for corner in corners:
        lon, lat = _to_lonlat(circuit, sites, corner)
        west, south, east, north = sites.bounds
        if west < lon < east and south < lat < north:
            return [corner, target]
    return None


def _crossings(path: list[tuple[Point, Point]], lines: list[tuple[Point, Point]]) -> int:
    return sum(_cross(leg, line) for leg in path for line in lines)


def _cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    a, b = first
    c, d = second
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _to_lonlat(circuit: GrownCircuit, sites: Sites, point: Point) -> Point:
    c, s = math.cos(circuit.street_angle), math.sin(circuit.street_angle)
    x, y = c * point[0] - s * point[1], s * point[0] + c * point[1]
    lon, lat = sites.chosen[circuit.site].plane.to_lonlat(np.array([x]), np.array([y]))
    return float(lon[0]), float(lat[0])


def _to_street_axes(circuit: GrownCircuit, sites: Sites, lonlat: Point) -> Point:
    x, y = sites.chosen[circuit.site].plane.to_xy(np.array([lonlat[0]]), np.array([lonlat[1]]))
    c, s = math.cos(circuit.street_angle), math.sin(circuit.street_angle)
    return float(c * x[0] + s * y[0]), float(-s * x[0] + c * y[0])
