"""A circuit while it is being drawn: nodes, line sections, switches and places for transformers, in metres.

The axes are those of the local street grid; the substation is the origin. Node 0 is the load side of the
breaker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

Point = tuple[float, float]

BACKBONE, LATERAL, SERVICE = "BACKBONE", "LATERAL", "SERVICE"
BREAKER, RECLOSER, SECTIONALIZER, FUSE, TIE = "BREAKER", "RECLOSER", "SECTIONALIZER", "FUSE", "TIE"
LARGE, THREE, SINGLE = 0, 1, 2
"""What a transformer place is meant for: one large customer, small business on three phases, homes on one."""

SUBSTATION_NODE = -1

CLEARANCE_M = 40.0
"""Least distance kept between parallel or meeting lines of one circuit that are not joined."""


@dataclass(slots=True)
class Span:
    """Hold one line section between two nodes."""

    start: int
    end: int
    line_class: str
    phases: str
    is_cable: bool


@dataclass(slots=True)
class DraftSwitch:
    """Hold one closed switch between two nodes at one spot."""

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class Place:
    """Hold a node where a transformer will stand."""

    node: int
    phases: str
    on_pole: bool
    purpose: int


@dataclass(slots=True)
class Draft:
    """Collect a circuit."""

    points: list[Point] = field(default_factory=list)
    has_pole: list[bool] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    switches: list[DraftSwitch] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    tail: int = 0
    """Node at the end of the backbone, where ties meet."""

    def node(self, point: Point, *, pole: bool) -> int:
        """Add a node and return its number."""
        self.points.append(point)
        self.has_pole.append(pole)
        return len(self.points) - 1

    def extend(
        self, start: int, point: Point, *, line_class: str, phases: str, cable: bool, pole: bool
    ) -> int:
        """Add a node joined to ``start`` by a line section and return its number."""
        end = self.node(point, pole=pole)
        self.spans.append(Span(start, end, line_class, phases, cable))
        return end

    def switch(self, kind: str, start: int) -> int:
        """Add a closed switch at a node and return the node behind it."""
        end = self.node(self.points[start], pole=False)
        self.switches.append(DraftSwitch(kind, start, end))
        return end


def along(point: Point, direction: Point, distance: float) -> Point:
    """Return the point at a distance in a direction (unit vector)."""
    return point[0] + direction[0] * distance, point[1] + direction[1] * distance


def distance(a: Point, b: Point) -> float:
    """Return the distance of two points."""
    return math.hypot(b[0] - a[0], b[1] - a[1])


def unit(a: Point, b: Point) -> Point:
    """Return the direction from a to b."""
    length = distance(a, b)
    return (b[0] - a[0]) / length, (b[1] - a[1]) / length


def free_length(start: Point, direction: Point, length: float, lines: list[tuple[Point, Point]]) -> float:
    """Return how far a ray may go before it comes near one of the lines.

    Each line is lengthened by the clearance at both ends; the ray stops the clearance before it.
    """
    sx, sy = start
    dx, dy = direction
    for a, b in lines:
        ex, ey = b[0] - a[0], b[1] - a[1]
        size = math.hypot(ex, ey)
        if size < 1e-6:
            continue
        cross = dx * ey - dy * ex
        wx, wy = a[0] - sx, a[1] - sy
        if abs(cross) < 1e-9 * size:  # parallel: in the way only if almost in line and ahead
            if abs(wx * dy - wy * dx) < CLEARANCE_M:
                ahead = [t for t in (wx * dx + wy * dy, wx * dx + wy * dy + ex * dx + ey * dy) if t > 0.0]
                if ahead:
                    length = min(length, max(min(ahead) - CLEARANCE_M, 0.0))
            continue
        t = (wx * ey - wy * ex) / cross
        u = (wx * dy - wy * dx) / cross * size
        if t > 0.0 and -CLEARANCE_M <= u <= size + CLEARANCE_M:
            length = min(length, max(t - CLEARANCE_M, 0.0))
    return length
