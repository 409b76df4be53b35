"""What a choice of trips is made from, and what it is."""

from __future__ import annotations

from dataclasses import dataclass

from cascade.engine.trip import TripCause
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Loading:
    """Hold what the branches carry after a wave.

    Attributes:
        wave: index of the wave.
        size_mw: |flow| per branch.
        rate_mva: rating in force; 0 stands for unlimited.
        threshold_mva: rating · trip threshold; infinite where unlimited.
        live_on: branches in service in live islands.
        overloaded: indices of the branches above their threshold (and tolerance), ascending.
        lost: indices of the branches that went out in this wave.
    """

    wave: int
    size_mw: FloatArray
    rate_mva: FloatArray
    threshold_mva: FloatArray
    live_on: BoolArray
    overloaded: IntArray
    lost: IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Choice:
    """Hold what trips next.

    Attributes:
        branches: indices, ascending.
        causes: why, one for each.
        wait_s: seconds until then; 0 where waves have no duration.
        held_back: whether overloaded branches are left, and only the horizon of the relays keeps them in.
    """

    branches: IntArray
    causes: tuple[TripCause, ...]
    wait_s: float = 0.0
    held_back: bool = False
