"""The state of a running cascade: what is in service, and what it carries."""

from __future__ import annotations

import copy

import numpy as np

from cascade.engine.conditions import AS_STORED, Conditions, InvalidConditions
from cascade.engine.dispatch import Dispatcher, LimitedBalance
from cascade.engine.errors import CascadeInputError
from cascade.engine.options import DispatchRule, TripSelection
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.trip import TripCause
from cascade.engine.trips.choice import Choice, Loading
from cascade.engine.trips.protection import Protection
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray, sum_by
from grid.powerflow.balance import Balance, balance_islands
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.flow_updates import FlowSolver
from grid.powerflow.network import Network

ROUNDING_FRAC = 1e-7
"""Less than this between load and output of an island, as a share of its load, is rounding of an action."""


class CascadeState:
    """Carry the state from wave to wave; nothing is ever put back.

    Construction balances the intact network. Then :meth:`take_out` once, and :meth:`settle` and :meth:`trip`
    in turn. To act in between, :meth:`solve` instead of settling, :meth:`change`, and :meth:`choose`.
    """

    def __init__(
        self, *, prepared: Prepared, params: CascadeParams, conditions: Conditions = AS_STORED
    ) -> None:
        """Scale loads and ratings and balance the intact network.

        Raises:
            InvalidConditions: if the conditions are of another network, or lack what the settings need.
        """
        network = prepared.network
        conditions.check_fits(prepared.source)
        self._prepared = prepared
        self._params = params
        self.solver = FlowSolver(prepared.model, factor=prepared.factor)
        self.rate_mva: FloatArray = network.rate_mva * params.rating_multiplier
        if conditions.branch_rating_frac is not None:
            known = ~np.isnan(conditions.branch_rating_frac)
            self.rate_mva = self.rate_mva * np.where(known, conditions.branch_rating_frac, 1.0)
        self._threshold_mva = np.where(prepared.rated, self.rate_mva * params.trip_threshold_frac, np.inf)
        self.limit_mva: FloatArray = np.where(
            prepared.rated, self._threshold_mva * (1.0 + params.overload_tolerance_frac), np.inf
        )
        self._divisor_mva = np.where(prepared.rated, self._threshold_mva, 1.0)
        self._protection = _protection(prepared, params)
        self._dispatcher = _dispatcher(prepared, params, conditions)
        self._intact = True
        self._wave = -1
        self._lost: IntArray = np.empty(0, dtype=np.int64)
        self.stopped_units: IntArray = np.empty(0, dtype=np.int64)
        self._bus_blocks: IntArray = np.zeros(network.n_buses, dtype=np.int64)
        self.tripped_units: IntArray = np.empty(0, dtype=np.int64)
        self.blocks_shed = 0
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
        """Return an independent copy: what happens to one does not happen to the other."""
        other = copy.copy(self)
        other.branch_on = self.branch_on.copy()  # the only array changed in place
        other.solver = FlowSolver(self._prepared.model, factor=self._prepared.factor)
        other._protection = None if self._protection is None else self._protection.copy()
        return other

    def hold(self, branch: int) -> None:
        """Let a branch never trip, whatever it carries and however its protection is."""
        self._threshold_mva = self._threshold_mva.copy()
        self.limit_mva = self.limit_mva.copy()
        self._threshold_mva[branch] = self.limit_mva[branch] = np.inf
        if self._protection is not None:
            self._protection.spare(branch)

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
        if outages.unit_out is not None and len(outages.unit_out) != self._prepared.source.n_units:
            raise CascadeInputError(
                field="outages",
                message=f"are of a network with {len(outages.unit_out)} units; this one has"
                f" {self._prepared.source.n_units}",
            )
        if outages.unit_out is not None and outages.unit_out.any():
            self._stop_units(outages.unit_out)
        self.branch_on &= ~outages.branch_out
        if outages.bus_out.any():
            touched = outages.bus_out[network.branch_from] | outages.bus_out[network.branch_to]
            self.branch_on &= ~touched
            # Without branches and load the bus is a dead island of its own: the balance stops its units.
            self.bus_load_mw = np.where(outages.bus_out, 0.0, self.bus_load_mw)
            self.n_buses_out = int(np.count_nonzero(outages.bus_out))
            self._unbalanced = True
        self._lost = np.flatnonzero(~self.branch_on)
        self._intact = False

    def settle(self) -> None:
        """Find the islands, balance each, solve the flows and choose what trips next.

        Raises:
            SingularIsland: if a live island's equations have no unique solution.
        """
        self.solve()
        self.choose()

    def solve(self) -> None:
        """Begin a wave: find the islands, balance each and solve the flows.

        Raises:
            SingularIsland: if a live island's equations have no unique solution.
        """
        self.tripped_units, self.blocks_shed = self.tripped_units[:0], 0
        self._wave += 1
        self._solve()

    def change(
        self,
        *,
        load_change_mw: FloatArray | None = None,
        unit_change_mw: FloatArray | None = None,
        rate_factor: FloatArray | None = None,
        opened: tuple[int, ...] = (),
    ) -> None:
        """Act within a wave that is solved, before it is chosen what trips; then solve it once more.

        Args:
            load_change_mw: per bus; no load goes below 0.
            unit_change_mw: per unit; no output leaves 0 .. capacity.
            rate_factor: per branch, on its rating.
            opened: branches to open.

        Raises:
            SingularIsland: if a live island's equations have no unique solution then.
        """
        if load_change_mw is not None:
            self.bus_load_mw = np.maximum(self.bus_load_mw + load_change_mw, 0.0)
        if unit_change_mw is not None:
            self.unit_p_mw = np.clip(self.unit_p_mw + unit_change_mw, 0.0, self.unit_pmax_mw)
        if rate_factor is not None:
            for name in ("rate_mva", "_threshold_mva", "limit_mva"):
                setattr(self, name, getattr(self, name) * rate_factor)
            self._divisor_mva = np.where(self._prepared.rated, self._threshold_mva, 1.0)
        if opened:
            self.branch_on[list(opened)] = False
            self._lost = np.union1d(self._lost, opened)
        self._round_off()
        self._unbalanced = True
        self._solve()

    def _round_off(self) -> None:
        """Take away what rounding left between load and output of an island, lest load be shed for it."""
        n = self.islands.count
        at_unit = self.islands.label[self.network.unit_bus]
        load = sum_by(self.islands.label, self.bus_load_mw, n)
        output = sum_by(at_unit, self.unit_p_mw, n)
        near = (load > 0.0) & (output > 0.0) & (np.abs(load - output) <= ROUNDING_FRAC * load)
        less = np.ones(n)
        np.divide(output, load, out=less, where=near & (output < load))
        self.bus_load_mw = self.bus_load_mw * less[self.islands.label]
        less = np.ones(n)
        np.divide(load, output, out=less, where=near & (load < output))
        self.unit_p_mw = self.unit_p_mw * less[at_unit]

    def _solve(self) -> None:
        islands = self._prepared.finder.find(self.branch_on)
        # Islands only split, so an equal count means the same islands, and those are balanced already.
        if self._unbalanced or islands.count != self.islands.count:
            self.islands = islands
            self._balance()
            self._unbalanced = False
        self.live_on: BoolArray = self.branch_on & ~self.bus_dead[self._prepared.network.branch_from]
        solution = self.solver.solve(
            islands=self.islands,
            alive=self._alive,
            branch_on=self.branch_on,
            live_on=self.live_on,
            injection_mw=self.injection_mw,
        )
        self.flow_mw: FloatArray = solution.flow_mw
        self.mismatch_mw = solution.mismatch_mw
        self._size_mw = np.abs(self.flow_mw)
        self.overloaded: IntArray = np.flatnonzero(self._size_mw > self.limit_mva)
        self.choice: Choice | None = None

    def choose(self) -> None:
        """Choose what trips next. Protection remembers it, so once in each wave."""
        if self._protection is not None:
            self.choice = self._protection.choose(
                Loading(
                    wave=self._wave,
                    size_mw=self._size_mw,
                    rate_mva=self.rate_mva,
                    threshold_mva=self._threshold_mva,
                    live_on=self.live_on,
                    overloaded=self.overloaded,
                    lost=self._lost,
                )
            )

    @property
    def threshold_mva(self) -> FloatArray:
        """Return what each branch may carry: rating · trip threshold; infinite where unlimited."""
        return self._threshold_mva

    @property
    def due(self) -> IntArray:
        """Return the branches that trip next: with plain settings all that are overloaded."""
        return self.overloaded if self.choice is None else self.choice.branches

    @property
    def causes(self) -> tuple[TripCause, ...]:
        """Return why each of them trips."""
        return (TripCause.OVERLOAD,) * len(self.overloaded) if self.choice is None else self.choice.causes

    @property
    def network(self) -> Network:
        """Return the normalised network."""
        return self._prepared.network

    def intact_flows(self) -> tuple[FloatArray, BoolArray] | None:
        """Return the flows before anything is taken out, and which branches they overload.

        None if the power flow of the intact network has no unique solution.
        """
        if self._prepared.factor is None:
            return None
        live_on = self.branch_on & ~self.bus_dead[self._prepared.network.branch_from]
        try:
            solution = FlowSolver(self._prepared.model, factor=self._prepared.factor).solve(
                islands=self.islands,
                alive=self._alive,
                branch_on=self.branch_on,
                live_on=live_on,
                injection_mw=self.injection_mw,
            )
        except SingularIsland:
            return None
        return solution.flow_mw, np.abs(solution.flow_mw) > self.limit_mva

    def trip(self) -> None:
        """Take out every branch that is due at once."""
        self._lost = self.due
        self.branch_on[self._lost] = False

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

    def _stop_units(self, unit_out: BoolArray) -> None:
        """Take units out for themselves; a pump takes its consumption with it."""
        source, network = self._prepared.source, self._prepared.network
        pumping = source.unit_p_mw < 0.0
        stopped = np.zeros(network.n_units, dtype=np.bool_)
        generating = unit_out[~pumping]
        stopped[: len(generating)] = generating  # normalising keeps their order and puts infeeds after them
        self.stopped_units = np.flatnonzero(stopped)
        self.unit_p_mw = np.where(stopped, 0.0, self.unit_p_mw)
        self.unit_pmax_mw = np.where(stopped, 0.0, self.unit_pmax_mw)
        still = unit_out & pumping
        if still.any():
            pumped_mw = sum_by(source.unit_bus[still], -source.unit_p_mw[still], network.n_buses)
            # A pump that feeds on an infeed at its own bus is not in the load there.
            in_load = np.minimum(pumped_mw, network.bus_load_mw)
            share = np.divide(in_load, network.bus_load_mw, out=np.zeros_like(in_load), where=in_load > 0.0)
            self.bus_load_mw = self.bus_load_mw * (1.0 - share)
        self._unbalanced = True

    def _balance(self) -> None:
        if self._dispatcher is not None:
            limited = self._dispatcher.balance(
                islands=self.islands,
                bus_load_mw=self.bus_load_mw,
                unit_p_mw=self.unit_p_mw,
                unit_pmax_mw=self.unit_pmax_mw,
                bus_blocks=self._bus_blocks,
                intact=self._intact,
            )
            self.unit_pmax_mw, self._bus_blocks = limited.unit_pmax_mw, limited.bus_blocks
            self.tripped_units, self.blocks_shed = limited.tripped_units, limited.blocks_shed
            self._take(limited)
            return
        network = self._prepared.network
        balance = balance_islands(
            islands=self.islands,
            bus_load_mw=self.bus_load_mw,
            unit_bus=network.unit_bus,
            unit_p_mw=self.unit_p_mw,
            unit_pmax_mw=self.unit_pmax_mw,
        )
        self._take(balance)

    def _take(self, balance: Balance | LimitedBalance) -> None:
        self.bus_load_mw = balance.bus_load_mw
        self.unit_p_mw = balance.unit_p_mw
        self._alive = balance.alive
        self.bus_dead: BoolArray = ~balance.alive[self.islands.label]
        self.balance_residual_mw = balance.largest_residual_mw
        self.served_mw = float(self.bus_load_mw.sum())
        self.generated_mw = float(self.unit_p_mw.sum())
        self.injection_mw: FloatArray = self._prepared.model.injections(
            bus_load_mw=self.bus_load_mw, unit_p_mw=self.unit_p_mw
        )


def _protection(prepared: Prepared, params: CascadeParams) -> Protection | None:
    """Return what chooses the trips; None where every overloaded branch trips and nothing else."""
    plain = (
        params.trip_selection is TripSelection.ALL
        and params.relay is None
        and params.random_trips is None
        and params.hidden_failures is None
    )
    return None if plain else Protection(network=prepared.network, params=params)


def _dispatcher(prepared: Prepared, params: CascadeParams, conditions: Conditions) -> Dispatcher | None:
    """Return what balances the islands; None where the proportional rules do."""
    by_merit = params.dispatch is DispatchRule.MERIT_ORDER
    if not by_merit and params.ramp is None and params.ufls is None:
        return None
    unit_cost: FloatArray | None = None
    if by_merit:
        given = conditions.unit_cost_usd_per_mwh
        if given is None:
            raise InvalidConditions(
                field="unit_cost_usd_per_mwh",
                message="is not given; allowed: the cost of each unit, which merit order needs",
            )
        kept = given[prepared.source.unit_p_mw >= 0.0]
        infeeds = np.full(prepared.network.n_units - len(kept), np.nan)
        unit_cost = np.concatenate([kept, infeeds])
    return Dispatcher(params=params, unit_bus=prepared.network.unit_bus, unit_cost=unit_cost)
