"""What open devices leave without supply, and when each part of it has supply again."""

from __future__ import annotations

from collections.abc import Iterator

from grid.forge.outages import Piece


class Zone:
    """Hold a range of transformers that an open device leaves without supply.

    Attributes:
        end: minute when the device was closed, or a tie.
        parts: what it was divided into by a tie.
        later: the zone of a larger device that was still open then.
    """

    __slots__ = ("end", "hi", "is_backbone", "later", "lo", "parts")

    def __init__(self, lo: int, hi: int, *, is_backbone: bool) -> None:
        self.lo, self.hi, self.is_backbone = lo, hi, is_backbone
        self.end: int | None = None
        self.parts: list[Zone] = []
        self.later: Zone | None = None

    def leaves(self, lo: int, hi: int) -> Iterator[tuple[int, int, Zone]]:
        """Yield what a range within it is divided into."""
        if not self.parts:
            yield lo, hi, self
        for part in self.parts:
            if part.lo < hi and lo < part.hi:
                yield from part.leaves(max(lo, part.lo), min(hi, part.hi))

    def pieces(self, lo: int, hi: int, not_before: int | None = None) -> Iterator[Piece]:
        """Yield when a range within it has supply again."""
        for first, last, leaf in self.leaves(lo, hi):
            if leaf.end is None:
                raise RuntimeError("an outage was never repaired")
            end = leaf.end if not_before is None else max(leaf.end, not_before)
            if leaf.later is None:
                yield Piece(first, last, end)
            else:
                yield from leaf.later.pieces(first, last, end)


def without(lo: int, hi: int, zones: list[Zone]) -> list[tuple[int, int]]:
    """Return what of a range is in none of some zones."""
    return gaps(lo, hi, [(zone.lo, zone.hi) for zone in zones])


def gaps(lo: int, hi: int, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what of a range is in none of the others."""
    found = []
    at = lo
    for first, last in sorted(taken):
        if last <= at or first >= hi:
            continue
        if first > at:
            found.append((at, first))
        at = max(at, last)
    if at < hi:
        found.append((at, hi))
    return found
