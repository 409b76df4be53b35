"""The state of a running cascade: what is in service, and what it carries."""

from __future__ import annotations

import copy

import numpy as np

from cascade.engine.errors import CascadeInputError
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.balance import balance_islands
from grid.powerflow.flow_updates import FlowSolver


class CascadeState:
    """Carry the state from wave to wave; nothing is ever put back.

    Construction balances the intact network. Then :meth:`take_out` once, and :meth:`settle` and :meth:`trip`
    in turn.
    """

    def __init__(self, *, prepared: Prepared, params: CascadeParams) -> None:
        """Scale loads and ratings and balance the intact network."""
        network = prepared.network
        self._prepared = prepared
        self._solver = FlowSolver(prepared.model, factor=prepared.factor)
        self.rate_mva: FloatArray = network.rate_mva * params.rating_multiplier
        self._limit_mva = np.where(
            prepared.rated, self.rate_mva * (1.0 + params.overload_tolerance_frac), np.inf
        )
        self._divisor_mva = np.where(prepared.rated, self.rate_mva, 1.0)
        self.branch_on: BoolArray = np.ones(network.n_branches, dtype=np.bool_)
        self.n_buses_out = 0
        self.bus_load_mw: FloatArray = network.bus_load_mw * params.load_multiplier
        self.unit_p_mw: FloatArray = network.unit_p_mw
        self.unit_pmax_mw: FloatArray = network.unit_pmax_mw
        self.demand_mw = float(self.bus_load_mw.sum())
        self.islands = prepared.islands
        self._balance()
        self.base_served_mw = self.served_mw
        self._unbalanced = False

    def fork(self) -> CascadeState:
        """Return an independent copy of a state nothing has been taken out of yet."""
        other = copy.copy(self)
        other.branch_on = self.branch_on.copy()  # the only array changed in place
        other._solver = FlowSolver(self._prepared.model, factor=self._prepared.factor)
        return other

    def take_out(self, outages: Outages) -> None:
        """Apply the initial outages.

        Raises:
            CascadeInputError: if the outages are of another network.
        """
        network = self._prepared.network
        if len(outages.branch_out) != network.n_branches or len(outages.bus_out) != network.n_buses:
            raise CascadeInputError(
                field="outages",
                message=f"are of a network with {len(outages.branch_out)} branches and"
                f" {len(outages.bus_out)} buses; this one has {network.n_branches} and {network.n_buses}",
            )
        self.branch_on &= ~outages.branch_out
        if outages.bus_out.any():
            touched = outages.bus_out[network.branch_from] | outages.bus_out[network.branch_to]
            self.branch_on &= ~touched
            # Without branches and load the bus is a dead island of its own: the balance stops its units.
            self.bus_load_mw = np.where(outages.bus_out, 0.0, self.bus_load_mw)
            self.n_buses_out = int(np.count_nonzero(outages.bus_out))
            self._unbalanced = True

    def settle(self) -> None:
        """Find the islands, balance each and solve the flows.

        Raises:
            SingularIsland: if a live island's equations have no unique solution.
        """
        islands = self._prepared.finder.find(self.branch_on)
        # Islands only split, so an equal count means the same islands, and those are balanced already.
        if self._unbalanced or islands.count != self.islands.count:
            self.islands = islands
            self._balance()
            self._unbalanced = False
        self.live_on: BoolArray = self.branch_on & ~self.bus_dead[self._prepared.network.branch_from]
        solution = self._solver.solve(
            islands=self.islands,
            alive=self._alive,
            branch_on=self.branch_on,
            live_on=self.live_on,
            injection_mw=self._injection_mw,
        )
        self.flow_mw: FloatArray = solution.flow_mw
        self.mismatch_mw = solution.mismatch_mw
        self._size_mw = np.abs(self.flow_mw)
        self.overloaded: IntArray = np.flatnonzero(self._size_mw > self._limit_mva)

    def trip(self) -> None:
        """Take out every overloaded branch at once."""
        self.branch_on[self.overloaded] = False

    @property
    def n_alive(self) -> int:
        """Count the live islands."""
        return int(np.count_nonzero(self._alive))

    @property
    def n_dead(self) -> int:
        """Count the dead islands; buses taken out are none."""
        return self.islands.count - self.n_alive - self.n_buses_out

    @property
    def closest_margin(self) -> float:
        """Return the smallest ||flow|/rate - 1| of the rated live branches; NaN if there is none."""
        judged = self.live_on & self._prepared.rated
        margin = np.abs(self._size_mw / self._divisor_mva - 1.0)
        smallest = float(np.min(margin, where=judged, initial=np.inf))
        return smallest if smallest < np.inf else float("nan")

    def _balance(self) -> None:
        network = self._prepared.network
        balance = balance_islands(
            islands=self.islands,
            bus_load_mw=self.bus_load_mw,
            unit_bus=network.unit_bus,
            unit_p_mw=self.unit_p_mw,
            unit_pmax_mw=self.unit_pmax_mw,
        )
        self.bus_load_mw = balance.bus_load_mw
        self.unit_p_mw = balance.unit_p_mw
        self._alive = balance.alive
        self.bus_dead: BoolArray = ~balance.alive[self.islands.label]
        self.balance_residual_mw = balance.largest_residual_mw
        self.served_mw = float(self.bus_load_mw.sum())
        self.generated_mw = float(self.unit_p_mw.sum())
        self._injection_mw = self._prepared.model.injections(
            bus_load_mw=self.bus_load_mw, unit_p_mw=self.unit_p_mw
        )
