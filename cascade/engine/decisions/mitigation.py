"""What would have stopped a cascade: actions after the initial outages, each tried by simulating again.

An action is carried out after the initial outages, or after a wave of trips, and before the next. It changes
the state (outputs of units, loads, ratings, further branches opened); the cascade then goes on from there, by
the same rules, with what relays have collected, blocks of load that went and draws of chance as they were.
What it saves is the difference, not an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from cascade.engine.cascade import go_on, simulate
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.decisions.corrective_dispatch import Dispatch, corrective_dispatch
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.result import CascadeResult
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network

SAVING_TOLERANCE_MW = 1e-6


class ActionKind(StrEnum):
    """The kinds of actions that are tried."""

    REDISPATCH = "REDISPATCH"
    """Move output between units, without shedding."""
    SHED = "SHED"
    """Shed least load, units only lowered to follow it."""
    REDISPATCH_AND_SHED = "REDISPATCH_AND_SHED"
    """Move output, and shed what that cannot relieve."""
    SWITCH_LINE = "SWITCH_LINE"
    """Open one more branch, so that flows take other ways."""
    EMERGENCY_RATING = "EMERGENCY_RATING"
    """Hold the overloaded branches at a short-time rating while something lasting is done."""
    TRANSFER_LOAD = "TRANSFER_LOAD"
    """Move load from one bus to another through a tie of the distribution network."""


@dataclass(frozen=True, kw_only=True)
class LoadTransfer:
    """Hold a tie that can move load between two buses.

    Attributes:
        id: the tie.
        from_bus: index of the bus relieved.
        to_bus: index of the bus that takes over.
        mw: how much at most.
    """

    id: str
    from_bus: int
    to_bus: int
    mw: float


@dataclass(frozen=True, kw_only=True)
class MitigationParams:
    """Hold how actions are searched.

    Attributes:
        emergency_factor: short-time rating over the rating, > 1.
        max_switched: how many branches are tried for opening.
        max_choke_points: how many tripped branches are examined.
    """

    emergency_factor: float = 1.15
    max_switched: int = 20
    max_choke_points: int = 20

    def __post_init__(self) -> None:
        """Check the settings.

        Raises:
            InvalidDecisionInput: naming the field.
        """
        if not 1.0 < self.emergency_factor <= 10.0:
            raise InvalidDecisionInput(
                field="emergency_factor", message=f"is {self.emergency_factor}; allowed: above 1, up to 10"
            )
        for name in ("max_switched", "max_choke_points"):
            if not 0 <= getattr(self, name) <= 500:
                raise InvalidDecisionInput(field=name, message=f"is {getattr(self, name)}; allowed: 0 to 500")


@dataclass(frozen=True, eq=False, kw_only=True)
class Action:
    """Hold an action as changes of the network.

    Attributes:
        kind: its kind.
        targets: ids of what it acts on, most first.
        unit_change_mw: per unit of the normalised network, change of output; empty for none.
        load_change_mw: per bus, change of load; empty for none. Shedding is negative.
        opened: branches opened.
        rate_factor: per branch, factor on the rating; empty for none.
    """

    kind: ActionKind
    targets: tuple[str, ...]
    unit_change_mw: FloatArray = field(default_factory=lambda: np.empty(0))
    load_change_mw: FloatArray = field(default_factory=lambda: np.empty(0))
    opened: tuple[int, ...] = ()
    rate_factor: FloatArray = field(default_factory=lambda: np.empty(0))

    @property
    def shed_mw(self) -> float:
        """Return the load that the action itself sheds; a transfer sheds nothing."""
        return float(max(-self.load_change_mw.sum(), 0.0))

    @property
    def moved_mw(self) -> float:
        """Return the output moved, half the sum of all changes."""
        return float(np.abs(self.unit_change_mw).sum() / 2.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """Hold what an action achieved when tried.

    Attributes:
        action: the action.
        lost_mw: load lost in the end, what the action shed included.
        saved_mw: less than without the action, by so much; negative if it makes things worse.
        n_tripped: branches that tripped.
        is_contained: whether nothing tripped after it.
        bus_served_mw: load served per bus in the end.
    """

    action: Action
    lost_mw: float
    saved_mw: float
    n_tripped: int
    is_contained: bool
    bus_served_mw: FloatArray = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ChokePoint:
    """Hold a branch whose trip mattered: what is saved if it alone had held.

    Attributes:
        branch_id: the branch.
        wave: the wave it tripped in.
        saved_mw: load saved had it held.
        trips_avoided: trips fewer, its own not counted.
    """

    branch_id: str
    wave: int
    saved_mw: float
    trips_avoided: int


class Situation:
    """Hold a network in the midst of a cascade, before the next branches trip, and that cascade.

    Attributes:
        prepared: the network.
        outages: the initial outages.
        params: the settings.
        conditions: ratings and costs of the hour.
        result: the cascade as it goes without any action.
        waves_before: waves that have tripped already; 0 is right after the initial outages.
        network: the normalised network in the units of the run: multipliers applied.
        state: the state reached, settled.
    """

    def __init__(
        self,
        network: Network | Prepared,
        outages: Outages,
        params: CascadeParams,
        *,
        conditions: Conditions = AS_STORED,
        waves_before: int = 0,
        result: CascadeResult | None = None,
    ) -> None:
        """Simulate the cascade without any action, up to the wave and to its end.

        Raises:
            CascadeInputError: if the outages are of another network.
            SingularIsland: if the power flow has no unique solution.
        """
        self.prepared = network if isinstance(network, Prepared) else prepare(network)
        self.outages, self.params, self.conditions = outages, params, conditions
        self.result = result or simulate(
            network=self.prepared, outages=outages, params=params, conditions=conditions
        )
        self.waves_before = waves_before
        state = CascadeState(prepared=self.prepared, params=params, conditions=conditions)
        self.network = replace(
            self.prepared.network,
            bus_load_mw=self.prepared.network.bus_load_mw * params.load_multiplier,
            rate_mva=state.rate_mva,
        )
        state.take_out(outages)
        state.solve()
        for _ in range(waves_before):
            state.choose()
            state.trip()
            state.solve()
        self._before_choice = state
        self.state = state.fork()
        self.state.choose()

    @property
    def source(self) -> Network:
        """Return the network as it was given."""
        return self.prepared.source

    def after(self, waves: int) -> Situation:
        """Return the situation when so many waves have tripped."""
        return Situation(
            self.prepared,
            self.outages,
            self.params,
            conditions=self.conditions,
            waves_before=waves,
            result=self.result,
        )

    @property
    def overloaded(self) -> IntArray:
        """Return the branches that are overloaded or trip next."""
        return np.union1d(self.state.overloaded, self.state.due)

    def try_action(self, action: Action) -> Outcome:
        """Return what an action achieves, by simulating the rest of the cascade with it.

        Raises:
            SingularIsland: if the power flow has no unique solution then.
        """
        state = self._before_choice.fork()
        state.change(
            load_change_mw=_given(action.load_change_mw),
            unit_change_mw=_given(action.unit_change_mw),
            rate_factor=_given(action.rate_factor),
            opened=action.opened,
        )
        state.choose()
        course = go_on(state, self.params, waves=self.waves_before)
        lost_mw = self.result.base_served_mw - course.served_mw
        tripped_before = sum(len(wave.tripped) for wave in self.result.waves[: self.waves_before + 1])
        return Outcome(
            action=action,
            lost_mw=lost_mw,
            saved_mw=self.result.shed_mw - lost_mw,
            n_tripped=tripped_before + len(course.tripped),
            is_contained=len(course.tripped) == 0,
            bus_served_mw=course.bus_served_mw,
        )


def _given(values: FloatArray) -> FloatArray | None:
    return values if len(values) else None


def search(
    situation: Situation, params: MitigationParams, *, transfers: Sequence[LoadTransfer] = ()
) -> list[Outcome]:
    """Return the actions that save load, best first, each tried by simulating.

    Where nothing is overloaded after the outages there is nothing to stop, and the list is empty.
    """
    if len(situation.overloaded) == 0:
        return []
    outcomes = []
    for action in (
        *_dispatches(situation),
        *_switchings(situation, params.max_switched),
        _emergency(situation, params.emergency_factor),
        *(_transfer(situation, transfer) for transfer in transfers),
    ):
        try:
            outcome = situation.try_action(action)
        except SingularIsland:
            continue  # what cannot be computed is not recommended
        if outcome.saved_mw > SAVING_TOLERANCE_MW:
            outcomes.append(outcome)
    return sorted(outcomes, key=lambda outcome: (-outcome.saved_mw, outcome.action.shed_mw))


def repeat_later(situation: Situation, action: Action) -> Outcome | None:
    """Return what the same action achieves in a later situation; None if it is not possible there.

    Changes of output and shedding are worked out anew for what is overloaded then; the other kinds are done
    as they are.
    """
    if len(situation.overloaded) == 0:
        return None
    again: list[Action] = [action]
    if action.kind in _DISPATCHES:
        again = [each for each in _dispatches(situation) if each.kind is action.kind]
    elif action.kind is ActionKind.EMERGENCY_RATING:
        again = [_emergency(situation, float(action.rate_factor.max()))]
    elif any(not situation.state.live_on[branch] for branch in action.opened):
        return None
    try:
        return situation.try_action(again[0]) if again else None
    except SingularIsland:
        return None


def choke_points(situation: Situation, params: MitigationParams) -> list[ChokePoint]:
    """Return the tripped branches whose holding would have saved most, the first trips examined first.

    Each is tried alone: the cascade is simulated with that branch in service whatever it carries.
    """
    network, result = situation.source, situation.result
    intact = CascadeState(
        prepared=situation.prepared, params=situation.params, conditions=situation.conditions
    )
    found: list[ChokePoint] = []
    for wave in result.waves[1:]:
        for branch in wave.tripped.tolist():
            if len(found) >= params.max_choke_points:
                break
            state = intact.fork()
            state.hold(branch)
            state.take_out(situation.outages)
            state.settle()
            held = go_on(state, situation.params, waves=0)
            found.append(
                ChokePoint(
                    branch_id=network.branch_ids[branch],
                    wave=wave.index,
                    saved_mw=held.served_mw - result.served_mw,
                    trips_avoided=len(result.tripped) - 1 - len(held.tripped),
                )
            )
    return sorted(found, key=lambda each: -each.saved_mw)


_DISPATCHES = {
    ActionKind.REDISPATCH: (True, False),
    ActionKind.SHED: (False, True),
    ActionKind.REDISPATCH_AND_SHED: (True, True),
}
"""Whether units may be raised, and whether load may be shed."""


def _dispatches(situation: Situation) -> list[Action]:
    actions = []
    for kind, (may_raise, may_shed) in _DISPATCHES.items():
        found = corrective_dispatch(
            situation.network,
            situation.state,
            situation.params,
            may_raise=may_raise,
            may_shed=may_shed,
        )
        if found is None or (kind is ActionKind.REDISPATCH_AND_SHED and found.shed_mw <= SAVING_TOLERANCE_MW):
            continue  # not possible, or no other than without shedding
        actions.append(_dispatch_action(situation, kind, found))
    return actions


def _dispatch_action(situation: Situation, kind: ActionKind, found: Dispatch) -> Action:
    network = situation.network
    units = np.argsort(-np.abs(found.unit_change_mw))
    buses = np.argsort(found.load_change_mw)
    targets = [
        *(network.bus_ids[bus] for bus in buses if found.load_change_mw[bus] < -SAVING_TOLERANCE_MW),
        *(network.unit_ids[unit] for unit in units if abs(found.unit_change_mw[unit]) > SAVING_TOLERANCE_MW),
    ]
    return Action(
        kind=kind,
        targets=tuple(targets),
        unit_change_mw=found.unit_change_mw,
        load_change_mw=found.load_change_mw,
    )


def _switchings(situation: Situation, most: int) -> list[Action]:
    """Return branches to open: those in service at the ends of the overloaded ones, most loaded first."""
    network, state = situation.network, situation.state
    ends = np.zeros(network.n_buses, dtype=np.bool_)
    ends[network.branch_from[state.overloaded]] = True
    ends[network.branch_to[state.overloaded]] = True
    near: BoolArray = state.live_on & (ends[network.branch_from] | ends[network.branch_to])
    candidates = np.flatnonzero(near)
    by_flow = candidates[np.argsort(-np.abs(state.flow_mw[candidates]), kind="stable")]
    return [
        Action(kind=ActionKind.SWITCH_LINE, targets=(network.branch_ids[branch],), opened=(branch,))
        for branch in by_flow[:most].tolist()
    ]


def _emergency(situation: Situation, factor: float) -> Action:
    network = situation.network
    factors = np.ones(network.n_branches)
    factors[situation.overloaded] = factor
    return Action(
        kind=ActionKind.EMERGENCY_RATING,
        targets=tuple(network.branch_ids[branch] for branch in situation.overloaded),
        rate_factor=factors,
    )


def _transfer(situation: Situation, transfer: LoadTransfer) -> Action:
    moved_mw = min(transfer.mw, float(situation.state.bus_load_mw[transfer.from_bus]))
    change = np.zeros(situation.network.n_buses)
    change[transfer.from_bus] -= moved_mw
    change[transfer.to_bus] += moved_mw
    return Action(kind=ActionKind.TRANSFER_LOAD, targets=(transfer.id,), load_change_mw=change)
