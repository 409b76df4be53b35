"""States of a grid: load, weather, unavailable units, dispatch by a DC optimal power flow, and ratings.

Number i of a seed is the same state on every machine with the same solver, whatever else is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.checks import check_number
from cascade.engine.native.base import NativeBase, native_base
from cascade.engine.native.sensitivities import ptdf
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.study_grids import StudyGrid
from grid.powerflow.arrays import FloatArray, sum_by
from grid.powerflow.network import Network

MAX_ROUNDS = 12
"""Rounds of adding violated limits to the dispatch; a handful is usual."""
BINDING_FRAC = 1.0005
"""Flow over rating from which a limit is added to the dispatch."""


@dataclass(frozen=True, kw_only=True)
class StateParams:
    """Hold how states are drawn, stored with every data set.

    Attributes:
        load_low: lowest factor on the load of the case.
        load_high: highest.
        zone_noise: standard deviation of the logarithm of each zone's own factor.
        bus_noise: the same of each bus.
        rating_low: lowest factor on all ratings, for a hot and still hour.
        rating_high: highest, for a cold or windy one.
        unit_outage_share: probability that a unit is not available.
        rating_spread: standard deviation of the logarithm of a factor on each single rating; 0 leaves the
            ratings of the case. Other than 0 it makes many grids of one, for training.
        cost_spread: standard deviation of the logarithm of a factor on each unit's cost.
        reserve_frac: share of the capacity of available units that is kept free.
        base_margin: a rating is at least this times the flow of the dispatched state.
        trip_threshold_frac: flow over rating from which a branch trips, an emergency rating.
        lost_share: share of the demand from which a loss counts as a cascade.
        overload_penalty: cost of each MW of flow above a rating in the dispatch.
    """

    load_low: float = 0.9
    load_high: float = 1.3
    zone_noise: float = 0.06
    bus_noise: float = 0.03
    rating_low: float = 0.8
    rating_high: float = 1.15
    unit_outage_share: float = 0.04
    rating_spread: float = 0.0
    cost_spread: float = 0.1
    reserve_frac: float = 0.03
    base_margin: float = 1.05
    trip_threshold_frac: float = 1.15
    lost_share: float = 0.01
    overload_penalty: float = 5000.0

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            InvalidParams: naming the field.
        """
        for field, lowest, highest in (
            ("load_low", 0.1, 3.0),
            ("load_high", self.load_low, 3.0),
            ("zone_noise", 0.0, 1.0),
            ("bus_noise", 0.0, 1.0),
            ("rating_low", 0.1, 3.0),
            ("rating_high", self.rating_low, 3.0),
            ("unit_outage_share", 0.0, 0.9),
            ("rating_spread", 0.0, 1.0),
            ("cost_spread", 0.0, 1.0),
            ("reserve_frac", 0.0, 0.5),
            ("base_margin", 1.0, 3.0),
            ("trip_threshold_frac", 1.0, 3.0),
            ("lost_share", 1e-6, 0.9),
            ("overload_penalty", 1.0, 1e9),
        ):
            check_number(field, getattr(self, field), lowest=lowest, highest=highest)


@dataclass(frozen=True, eq=False, kw_only=True)
class GridState:
    """Hold one state.

    Attributes:
        network: the network with the state's loads, outputs and capacities; a branch's rate is its
            *limit*, the rating times the threshold from which it trips.
        load_factor: demand over that of the case.
        rating_factor: factor of the weather on the ratings.
        reserve_frac: free capacity of available units over demand.
    """

    network: Network
    load_factor: float
    rating_factor: float
    reserve_frac: float


class StateSource:
    """Draw the states of one grid. Takes 8 bytes per bus and rated branch."""

    def __init__(self, grid: StudyGrid, params: StateParams) -> None:
        """Solve what all states share.

        Raises:
            InvalidTrainingData: if the grid is not in one piece.
        """
        self.grid = grid
        self.params = params
        self._base: NativeBase = native_base(prepare(grid.network), CascadeParams())
        if self._base.prepared.islands.count != 1:
            raise InvalidTrainingData(field=grid.name, message="is in more than one piece")
        self._rated = np.flatnonzero(grid.rated)
        self._ptdf = ptdf(self._base, self._rated)
        model = self._base.prepared.model
        shift_mw = model.shift_flow_mw
        network = grid.network
        self._shift_injection = sum_by(network.branch_from, shift_mw, network.n_buses) - sum_by(
            network.branch_to, shift_mw, network.n_buses
        )
        self._shift_mw = shift_mw[self._rated]

    def draw(self, seed: int, index: int) -> GridState:
        """Return one state."""
        grid, params = self.grid, self.params
        network = grid.network
        rng = np.random.default_rng([seed, index])
        level = rng.uniform(params.load_low, params.load_high)
        zone = np.exp(params.zone_noise * rng.standard_normal(len(grid.zone_names)))
        bus = np.exp(params.bus_noise * rng.standard_normal(network.n_buses))
        load_mw = network.bus_load_mw * level * zone[grid.bus_zone] * bus
        rating_factor = rng.uniform(params.rating_low, params.rating_high)
        spread = np.exp(params.rating_spread * rng.standard_normal(network.n_branches))
        available = rng.random(network.n_units) >= params.unit_outage_share
        weather = rng.beta(1.6, 2.4, size=len(grid.zone_names))[grid.bus_zone[network.unit_bus]]
        share = np.where(grid.unit_is_variable, weather, 1.0) * available
        pmax_mw = network.unit_pmax_mw * share
        cost = grid.unit_cost * np.exp(params.cost_spread * rng.standard_normal(network.n_units))
        usable_mw = float(pmax_mw.sum()) * (1.0 - params.reserve_frac)
        load_mw = load_mw * min(1.0, usable_mw / float(load_mw.sum()))
        rate_mva = network.rate_mva * rating_factor * spread
        p_mw = self._dispatch(load_mw, pmax_mw, cost, rate_mva[self._rated])
        flow_mw = self._flows(sum_by(network.unit_bus, p_mw, network.n_buses) - load_mw)
        rate_mva[self._rated] = np.maximum(rate_mva[self._rated], params.base_margin * np.abs(flow_mw))
        demand_mw = float(load_mw.sum())
        return GridState(
            network=replace(
                network,
                bus_load_mw=load_mw,
                unit_p_mw=p_mw,
                unit_pmax_mw=pmax_mw,
                rate_mva=rate_mva * params.trip_threshold_frac,
            ),
            load_factor=demand_mw / float(network.bus_load_mw.sum()),
            rating_factor=rating_factor,
            reserve_frac=(float(pmax_mw.sum()) - demand_mw) / demand_mw,
        )

    def _flows(self, injection_mw: FloatArray) -> FloatArray:
        """Return the flows of the rated branches."""
        flows: FloatArray = self._ptdf @ (injection_mw + self._shift_injection) - self._shift_mw
        return flows

    def _dispatch(
        self, load_mw: FloatArray, pmax_mw: FloatArray, cost: FloatArray, rate_mva: FloatArray
    ) -> FloatArray:
        """Return the cheapest outputs within the ratings, as far as they can be kept.

        A linear program over the outputs; the limits of branches join it as they are violated, and can be
        broken at a price. A dispatch that still breaks a limit after the last round is taken as it is: its
        branches get ratings that hold their flow.

        Raises:
            InvalidTrainingData: if the solver finds no dispatch.
        """
        from scipy.optimize import linprog

        network, n = self.grid.network, len(pmax_mw)
        none = np.zeros(network.n_buses)
        without_units = self._flows(none - load_mw)
        watched: list[int] = []
        p_mw = np.zeros(n)
        for _ in range(MAX_ROUNDS):
            k = len(watched)
            at_units = self._ptdf[watched][:, network.unit_bus]
            slack = np.eye(k)
            result = linprog(
                np.concatenate([cost, np.full(k, self.params.overload_penalty)]),
                A_ub=np.block([[at_units, -slack], [-at_units, -slack]]) if k else None,
                b_ub=np.concatenate(
                    [rate_mva[watched] - without_units[watched], rate_mva[watched] + without_units[watched]]
                )
                if k
                else None,
                A_eq=np.concatenate([np.ones(n), np.zeros(k)])[None, :],
                b_eq=[float(load_mw.sum())],
                bounds=[(0.0, top) for top in pmax_mw.tolist()] + [(0.0, np.inf)] * k,
                method="highs-ds",
            )
            if result.x is None:
                raise InvalidTrainingData(field="dispatch", message=f"was not found: {result.message}")
            p_mw = np.clip(result.x[:n], 0.0, pmax_mw)
            flow_mw = self._flows(sum_by(network.unit_bus, p_mw, network.n_buses) - load_mw)
            worse = np.flatnonzero(np.abs(flow_mw) > BINDING_FRAC * rate_mva)
            added = [each for each in worse.tolist() if each not in set(watched)]
            if not added:
                break
            watched += added
        return p_mw
