"""What a batch of cascades reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from cascade.engine.errors import CascadeInputError
from cascade.engine.params import CascadeParams
from cascade.engine.result import Termination
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

ENDINGS: tuple[Termination | None, ...] = (
    Termination.STABLE,
    Termination.BLACKOUT,
    Termination.WAVE_LIMIT,
    None,
    Termination.TIME_LIMIT,
    Termination.SPARED,
)
"""What the numbers in ``BatchResult.ending`` stand for; None is unsolved."""


class EnginePath(StrEnum):
    """Say which code ran a contingency."""

    COMPILED = "COMPILED"
    """The compiled loop."""
    REFERENCE = "REFERENCE"
    """:func:`cascade.engine.cascade.simulate`: asked for by the settings, or needed for a sound solution."""


class UnlikeResults(CascadeInputError):
    """Report results that are not parts of one batch."""

    code = "UNLIKE_RESULTS"


@dataclass(frozen=True, eq=False, kw_only=True)
class BatchResult:
    """Hold one row per contingency, and one per trip.

    Attributes:
        params: the settings.
        network_digest: sha256 of the network as it was given.
        demand_mw: load asked for, load multiplier applied.
        base_shed_mw: of that, what the balanced intact network does not serve; in no row.
        shed_mw: load lost at the end; NaN where unsolved.
        n_waves: waves in which branches tripped; -1 where unsolved.
        n_tripped: branches tripped, those taken out not counted; -1 where unsolved.
        ending: index into :data:`ENDINGS`.
        closest_margin: smallest ||flow|/rate - 1| met in any wave; NaN where there is none.
        first_loading_frac: largest |flow|/rate right after the outages; NaN where no rated branch is live.
        first_loaded_branch: the branch that has it; -1 where there is none.
        by_reference: rows run by the reference path.
        trip_start: the trips of row i are those from ``trip_start[i]`` to ``trip_start[i + 1]``.
        trip_wave: wave of every trip, from 1.
        trip_branch: branch of every trip; ascending within a wave.
        trip_flow_mw: the flow that tripped it, positive from its from end.
        bus_served_mw: load served at the end per contingency and bus; None unless asked for; NaN where
            unsolved.
    """

    params: CascadeParams
    network_digest: str
    demand_mw: float
    base_shed_mw: float
    shed_mw: FloatArray
    n_waves: IntArray
    n_tripped: IntArray
    ending: IntArray
    closest_margin: FloatArray
    first_loading_frac: FloatArray
    first_loaded_branch: IntArray
    by_reference: BoolArray
    trip_start: IntArray
    trip_wave: IntArray
    trip_branch: IntArray
    trip_flow_mw: FloatArray
    bus_served_mw: FloatArray | None

    def __len__(self) -> int:
        """Count the contingencies."""
        return len(self.shed_mw)

    @property
    def solved(self) -> BoolArray:
        """Return whether the power flow of each row had a unique solution throughout."""
        return self.n_waves >= 0

    @property
    def path(self) -> EnginePath:
        """Return the code that ran the rows: the compiled loop, unless every row needed the other."""
        return EnginePath.REFERENCE if len(self) and self.by_reference.all() else EnginePath.COMPILED

    @property
    def trip_contingency(self) -> IntArray:
        """Return the row of every trip."""
        return np.repeat(np.arange(len(self)), np.diff(self.trip_start))

    def termination(self, row: int) -> Termination | None:
        """Return why a cascade ended; None if it was not solved."""
        return ENDINGS[int(self.ending[row])]

    def waves(self, row: int) -> list[IntArray]:
        """Return the branches that tripped in each wave of a row, wave 1 first."""
        trips = slice(self.trip_start[row], self.trip_start[row + 1])
        wave, branch = self.trip_wave[trips], self.trip_branch[trips]
        return [branch[wave == index] for index in range(1, int(self.n_waves[row]) + 1)]


_SCALARS = ("params", "network_digest", "demand_mw", "base_shed_mw")
_ROWS = (
    "shed_mw",
    "n_waves",
    "n_tripped",
    "ending",
    "closest_margin",
    "first_loading_frac",
    "first_loaded_branch",
    "by_reference",
    "trip_wave",
    "trip_branch",
    "trip_flow_mw",
)


def merge(results: Sequence[BatchResult]) -> BatchResult:
    """Return the results of parts of a batch, in order, as that of the whole.

    Raises:
        UnlikeResults: if there are none, or they are of different networks or settings.
    """
    if not results:
        raise UnlikeResults(field="results", message="are none; allowed: at least one")
    first = results[0]
    for name in _SCALARS:
        if any(getattr(each, name) != getattr(first, name) for each in results):
            raise UnlikeResults(field=name, message="differs between the parts")
    served = [each.bus_served_mw for each in results if each.bus_served_mw is not None]
    if served and len(served) != len(results):
        raise UnlikeResults(field="bus_served_mw", message="is in some of the parts only")
    counts = np.concatenate([np.diff(each.trip_start) for each in results])
    values: dict[str, Any] = {name: getattr(first, name) for name in _SCALARS}
    values |= {name: np.concatenate([getattr(each, name) for each in results]) for name in _ROWS}
    return BatchResult(
        **values,
        trip_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        bus_served_mw=np.concatenate(served) if served else None,
    )
