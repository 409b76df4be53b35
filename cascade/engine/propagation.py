"""How a cascade spread: from loss to trip to trip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cascade.engine.trip import Trip, TripCause


@dataclass(frozen=True, kw_only=True)
class Link:
    """Hold that one loss led to one trip.

    Attributes:
        parent_id: the branch or unit that was lost; None if nothing lost raised the flow of the branch.
        parent_wave: the wave it was lost in; None without a parent.
        branch_id: the branch that tripped.
        wave: the wave it tripped in, > ``parent_wave``.
        cause: why it tripped.
        rise_mw: what the loss added to its |flow|; None for a hidden failure or without a parent.
    """

    parent_id: str | None
    parent_wave: int | None
    branch_id: str
    wave: int
    cause: TripCause
    rise_mw: float | None


@dataclass(frozen=True, kw_only=True)
class Propagation:
    """Hold the links of a cascade, one for each trip, wave by wave.

    Every trip has one parent at most and a parent is lost before its child, so the links form trees. Their
    roots are what was taken out at the start, or branches that tripped without a parent.
    """

    links: tuple[Link, ...]

    @property
    def roots(self) -> tuple[str, ...]:
        """Return where the paths begin, in the order of the links."""
        tripped = {link.branch_id for link in self.links}
        found: dict[str, None] = {}
        for link in self.links:
            start = link.branch_id if link.parent_id is None else link.parent_id
            if link.parent_id is None or start not in tripped:
                found.setdefault(start)
        return tuple(found)

    def children(self) -> dict[str, tuple[str, ...]]:
        """Return what each loss led to directly; losses that led to nothing are left out."""
        below: dict[str, list[str]] = {}
        for link in self.links:
            if link.parent_id is not None:
                below.setdefault(link.parent_id, []).append(link.branch_id)
        return {parent: tuple(found) for parent, found in below.items()}

    def paths(self) -> tuple[tuple[str, ...], ...]:
        """Return every path from a root to a trip that led to nothing more, in the order of the roots."""
        below = self.children()
        found: list[tuple[str, ...]] = []
        open_paths: list[tuple[str, ...]] = [(root,) for root in reversed(self.roots)]
        while open_paths:
            path = open_paths.pop()
            onward = below.get(path[-1], ())
            if onward:
                open_paths.extend((*path, branch_id) for branch_id in reversed(onward))
            else:
                found.append(path)
        return tuple(found)

    def spread(self) -> dict[str, int]:
        """Return how many trips each loss led to, directly or through others; most first."""
        parent = {link.branch_id: link.parent_id for link in self.links}
        count: dict[str, int] = {}
        # Latest first: what follows from a branch is then complete when its own parent is given it.
        for link in reversed(self.links):
            above = parent[link.branch_id]
            if above is not None:
                count[above] = count.get(above, 0) + 1 + count.get(link.branch_id, 0)
        return dict(sorted(count.items(), key=lambda entry: (-entry[1], entry[0])))


def trace(waves: Iterable[tuple[int, tuple[Trip, ...]]]) -> Propagation:
    """Return the links of the trips of each wave."""
    return Propagation(
        links=tuple(
            Link(
                parent_id=trip.parent_id,
                parent_wave=trip.parent_wave,
                branch_id=trip.branch_id,
                wave=wave,
                cause=trip.cause,
                rise_mw=trip.parent_rise_mw,
            )
            for wave, trips in waves
            for trip in trips
        )
    )
