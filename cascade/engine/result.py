"""What a cascade reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from cascade.engine.params import CascadeParams
from cascade.engine.propagation import Propagation, trace
from cascade.engine.trip import Trip
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


class Termination(StrEnum):
    """Say why a cascade ended."""

    STABLE = "STABLE"
    """No branch is overloaded."""
    BLACKOUT = "BLACKOUT"
    """No island is alive."""
    WAVE_LIMIT = "WAVE_LIMIT"
    """The bound on waves was reached with branches still overloaded."""
    TIME_LIMIT = "TIME_LIMIT"
    """The next trip would come after the horizon of the relays."""
    SPARED = "SPARED"
    """Branches are overloaded still, but chance let none of them trip."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Wave:
    """Hold one wave: what tripped, and the state after islands, balance and power flow.

    Wave 0 is the initial outages; it has no trips of its own. The branches overloaded at the end of a wave
    are the ones that trip in the next.

    Attributes:
        index: 0 for the initial outages, then 1, 2, …
        tripped: indices of the branches that tripped, ascending.
        tripped_ids: their ids.
        tripped_flow_mw: the flow that tripped each, positive from its from end.
        tripped_rate_mva: the rating in force for each.
        trips: the same trips once more, each with its cause and its parent.
        time_s: seconds since the initial outages, with relays; None without: waves then have no duration.
        tripped_units: ids of the units that stopped because their island could not take their output.
        ufls_steps: blocks of load that went in this wave, summed over the islands.
        bus_base_served_mw: load served per bus before anything failed; the same array in all waves.
        dead_buses: indices of the buses that went dead in this wave (or out, in wave 0), ascending.
        bus_served_mw: load served per bus after this wave.
        shed_mw: load lost since the balanced intact network, in all waves so far.
        shed_increment_mw: load lost in this wave.
        served_mw: load served after this wave.
        generated_mw: output after this wave.
        islands_alive: islands with capacity and load.
        islands_dead: the other islands; buses taken out are not counted.
        n_overloads: branches overloaded after this wave.
        closest_margin: smallest ||flow|/rate - 1| of a rated live branch; NaN if there is none.
        balance_residual_mw: largest |generation - load| of an island (rounding).
        mismatch_mw: largest |injection - flows| of a bus (rounding).
    """

    index: int
    tripped: IntArray
    tripped_ids: tuple[str, ...]
    tripped_flow_mw: FloatArray
    tripped_rate_mva: FloatArray
    dead_buses: IntArray
    bus_served_mw: FloatArray
    shed_mw: float
    shed_increment_mw: float
    served_mw: float
    generated_mw: float
    islands_alive: int
    islands_dead: int
    n_overloads: int
    closest_margin: float
    balance_residual_mw: float
    mismatch_mw: float
    trips: tuple[Trip, ...] = ()
    time_s: float | None = None
    tripped_units: tuple[str, ...] = ()
    ufls_steps: int = 0
    bus_base_served_mw: FloatArray | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class CascadeResult:
    """Hold the outcome of a cascade.

    Attributes:
        params: the settings.
        network_digest: sha256 of the network as it was given.
        demand_mw: load asked for, load multiplier applied.
        base_shed_mw: of that, what the balanced intact network does not serve; not part of any wave.
        base_served_mw: what it does serve.
        bus_base_served_mw: the same per bus.
        outage_branches: indices of the branches taken out at the start, those of outaged buses among them.
        outage_buses: indices of the buses taken out at the start.
        outage_units: indices, in the network as given, of the units taken out for themselves at the start.
        waves: the waves, the initial outages first.
        termination: why it ended.
        base_flow_mw: flow per branch of the balanced intact network; None if that has no unique solution.
        flow_mw: final flow per branch, positive from its from end; 0 out of service and in dead islands.
        rate_mva: rating in force per branch, rating multiplier applied; 0 stands for unlimited.
        branch_in_service: branches neither taken out nor tripped.
        bus_dead: buses taken out or in dead islands.
        bus_served_mw: final load served per bus.
    """

    params: CascadeParams
    network_digest: str
    demand_mw: float
    base_shed_mw: float
    base_served_mw: float
    bus_base_served_mw: FloatArray
    outage_branches: IntArray
    outage_buses: IntArray
    waves: tuple[Wave, ...]
    termination: Termination
    flow_mw: FloatArray
    rate_mva: FloatArray
    branch_in_service: BoolArray
    bus_dead: BoolArray
    bus_served_mw: FloatArray
    base_flow_mw: FloatArray | None = None
    outage_units: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def n_waves(self) -> int:
        """Count the waves in which branches tripped."""
        return len(self.waves) - 1

    @property
    def tripped(self) -> IntArray:
        """Return the indices of all branches that tripped, wave by wave."""
        return np.concatenate([wave.tripped for wave in self.waves])

    def propagation(self) -> Propagation:
        """Return which loss led to which trip, and the paths the cascade took."""
        return trace([(wave.index, wave.trips) for wave in self.waves])

    @property
    def shed_mw(self) -> float:
        """Return the load lost since the balanced intact network."""
        return self.waves[-1].shed_mw

    @property
    def served_mw(self) -> float:
        """Return the load still served."""
        return self.waves[-1].served_mw

    @property
    def closest_margin(self) -> float:
        """Return the smallest ||flow|/rate - 1| met in any wave; NaN if no rated branch was ever
        live.

        A small value says that the outcome hangs on a hair: a slightly other load or rating changes it.
        """
        margins = np.array([wave.closest_margin for wave in self.waves])
        return float(np.nanmin(margins)) if not np.isnan(margins).all() else float("nan")

    @property
    def balance_residual_mw(self) -> float:
        """Return the largest imbalance of an island or a bus in any wave (rounding)."""
        return max(max(wave.balance_residual_mw, wave.mismatch_mw) for wave in self.waves)
