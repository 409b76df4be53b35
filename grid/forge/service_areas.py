"""Which ground each circuit may use: the substation's Voronoi cell within a radius, cut into sectors.

Circuits keep to their own sector and substations to their own cell, so lines of different circuits cannot
cross except where they leave the substation and at tie lines.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray
from grid.forge.sites import Site, Sites

BORDER_M = 120.0
"""Free strip inside the territory's edge: meters stand up to 50 m from a line."""

CELL_MARGIN_M = 30.0
"""Distance of lines from the border of their cell or sector."""

NEIGHBOURS = 40
"""Substations around whose borders are drawn; farther ones cannot bound a cell of a few kilometres."""

LEAST_DENSITY_PER_KM2 = 8.0
"""Transformers per km²: bounds the area a substation spreads over where its neighbours are far."""

RADIUS_M = (700.0, 6000.0)
"""Smallest and largest service radius."""


@dataclass(frozen=True, eq=False)
class Region:
    """Hold the points p with ``normals · p <= offsets`` and ``|p| <= radius_m``; convex, holds the origin."""

    normals: FloatArray
    offsets: FloatArray
    radius_m: float

    def reach(self, point: tuple[float, float], direction: tuple[float, float]) -> float:
        """Return how far a ray from a point inside can go, m; 0 if the point is outside."""
        px, py = point
        dx, dy = direction
        to_circle = px * dx + py * dy
        inside = self.radius_m**2 - px * px - py * py
        if inside < 0.0:
            return 0.0
        far = -to_circle + math.sqrt(to_circle**2 + inside)
        room = self.offsets - self.normals[:, 0] * px - self.normals[:, 1] * py
        if room.size and float(room.min()) < 0.0:
            return 0.0
        speed = self.normals[:, 0] * dx + self.normals[:, 1] * dy
        ahead = speed > 1e-9
        if ahead.any():
            far = min(far, float((room[ahead] / speed[ahead]).min()))
        return far

    def cut(self, normals: FloatArray, offsets: FloatArray) -> Region:
        """Return the part that also satisfies further half-planes."""
        return Region(
            np.concatenate([self.normals, normals]), np.concatenate([self.offsets, offsets]), self.radius_m
        )

    def rotated(self, angle: float) -> Region:
        """Return the region as seen from axes turned by ``angle`` (radians, counter-clockwise)."""
        c, s = math.cos(angle), math.sin(angle)
        turned = np.column_stack(
            [
                c * self.normals[:, 0] + s * self.normals[:, 1],
                -s * self.normals[:, 0] + c * self.normals[:, 1],
            ]
        )
        return Region(turned, self.offsets, self.radius_m)


@dataclass(frozen=True, eq=False)
class Sector:
    """Hold one circuit's ground: its region, the direction of its backbone and half its opening, radians."""

    region: Region
    direction: float
    half_angle: float


def service_area(site: Site, sites: Sites) -> Region:
    """Return the ground of one substation, in metres around it."""
    plane = site.plane
    x, y = plane.to_xy(sites.all_lon, sites.all_lat)
    distance = np.hypot(x, y)
    own = sites.all_ids.index(site.substation_id)
    nearest = [i for i in np.argsort(distance, kind="stable")[: NEIGHBOURS + 1].tolist() if i != own][
        :NEIGHBOURS
    ]
    normals, offsets = [], []
    for i in nearest:
        gap = float(distance[i])
        if gap < 1.0:  # two substations on one spot share the ground east and west by their ids
            sign = 1.0 if sites.all_ids[i] > site.substation_id else -1.0
            normals.append((sign, 0.0))
            offsets.append(0.0)
        else:
            normals.append((float(x[i]) / gap, float(y[i]) / gap))
            offsets.append(gap / 2.0 - CELL_MARGIN_M)
    west, south, east, north = sites.bounds
    edge_x, edge_y = plane.to_xy(np.array([west, east]), np.array([south, north]))
    normals += [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)]
    offsets += [
        -float(edge_x[0]) - BORDER_M,
        float(edge_x[1]) - BORDER_M,
        -float(edge_y[0]) - BORDER_M,
        float(edge_y[1]) - BORDER_M,
    ]
    radius = 1000.0 * math.sqrt(site.transformers / (math.pi * LEAST_DENSITY_PER_KM2))
    return Region(
        np.array(normals), np.maximum(np.array(offsets), 1.0), min(max(radius, RADIUS_M[0]), RADIUS_M[1])
    )


def sectors(area: Region, count: int, rng: np.random.Generator) -> list[Sector]:
    """Cut a service area into sectors of equal ground around the substation, none wider than half a turn.

    Args:
        area: the substation's ground.
        count: number of circuits.
        rng: turns the first border.
    """
    turn = 2.0 * math.pi
    angles = np.linspace(0.0, turn, 721)
    reach = np.array([area.reach((0.0, 0.0), (math.cos(a), math.sin(a))) for a in angles.tolist()])
    if count == 1:
        return [Sector(area, float(angles[int(np.argmax(reach))]), math.pi)]
    ground = np.concatenate([[0.0], np.cumsum((reach[1:] ** 2 + reach[:-1] ** 2) / 4.0 * (turn / 720))])
    start = float(rng.uniform(0.0, turn))
    if count == 2:
        borders = [_halving_angle(angles, ground), 0.0]
        borders[1] = borders[0] + math.pi
    else:
        base = float(np.interp(start, angles, ground))
        shares = base + ground[-1] * np.arange(count) / count
        wraps, rest = np.divmod(shares, ground[-1])
        borders = (np.interp(rest, ground, angles) + turn * wraps).tolist()
        widths = np.diff([*borders, borders[0] + turn])
        if widths.max() > 0.95 * math.pi or widths.min() < 0.35 * turn / count:
            borders = (start + turn * np.arange(count) / count).tolist()
    found = []
    for left, right in zip(borders, [*borders[1:], borders[0] + turn], strict=True):
        normals = np.array([[math.sin(left), -math.cos(left)], [-math.sin(right), math.cos(right)]])
        middle, half = (left + right) / 2.0, (right - left) / 2.0
        found.append(Sector(area.cut(normals, np.zeros(2)), middle, half))
    return found


def _halving_angle(angles: FloatArray, ground: FloatArray) -> float:
    """Return the direction of the straight line through the substation that best halves the ground."""
    half = ground[360:] - ground[:361]
    return float(angles[int(np.argmin(np.abs(half - ground[-1] / 2.0)))])
