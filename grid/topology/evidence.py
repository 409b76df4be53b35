"""What meters said of their supply, reduced to the newest moment of each kind.

Merging takes the later moment of each kind, so neither the order of events nor their repetition matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.topology.arrays import BoolArray, FloatArray, IntArray

NEVER = float("-inf")


@dataclass(frozen=True, eq=False, kw_only=True)
class Evidence:
    """Hold one row per meter that was heard. Moments are seconds of one clock; ``NEVER`` if not heard.

    Attributes:
        meter: position of the meter in the network, each at most once.
        dark_at: its last last gasp.
        restored_at: its last report that its supply has come back.
        lit_at: the last moment it is known to have had supply, by a reading.
    """

    meter: IntArray
    dark_at: FloatArray
    restored_at: FloatArray
    lit_at: FloatArray

    @property
    def alive_at(self) -> FloatArray:
        """The last moment each is known to have had supply."""
        return np.maximum(self.restored_at, self.lit_at)

    @property
    def is_dark(self) -> BoolArray:
        """Whether nothing was heard of each meter since its last gasp."""
        return self.dark_at > self.alive_at


def merge(*parts: Evidence) -> Evidence:
    """Return what several pieces of evidence say together."""
    meter = np.concatenate([part.meter for part in parts])
    distinct, row = np.unique(meter, return_inverse=True)

    def latest(name: str) -> FloatArray:
        newest = np.full(len(distinct), NEVER)
        np.maximum.at(newest, row, np.concatenate([getattr(part, name) for part in parts]))
        return newest

    return Evidence(
        meter=distinct,
        dark_at=latest("dark_at"),
        restored_at=latest("restored_at"),
        lit_at=latest("lit_at"),
    )
