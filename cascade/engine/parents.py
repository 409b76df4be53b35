"""Finding the parent of each trip while a cascade runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.attribution import After, Losses, flow_parts
from cascade.engine.prepared import Prepared
from cascade.engine.state import CascadeState
from cascade.engine.trip import Trip, TripCause
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

LEAST_RISE_MW = 1e-6
"""A loss that added less than this to a flow is rounding, not a parent."""


@dataclass(frozen=True, kw_only=True)
class Parent:
    """Hold what led to a trip.

    Attributes:
        asset_id: the branch or unit that was lost.
        wave: when.
        rise_mw: what that added to the |flow|; None for a hidden failure.
    """

    asset_id: str
    wave: int
    rise_mw: float | None


class ParentFinder:
    """Follow a cascade wave by wave and remember why each branch became overloaded.

    Call :meth:`losses` when something has gone out, before the state settles, and :meth:`settled` after.
    """

    def __init__(self, *, prepared: Prepared, base_flow_mw: FloatArray, base_overloaded: BoolArray) -> None:
        """Start from the intact network. What is overloaded there has no parent."""
        self._prepared = prepared
        self._flow_mw = base_flow_mw
        self._over = base_overloaded
        self._known: dict[int, Parent | None] = {}

    def losses(
        self, *, branches: IntArray, units: IntArray, unit_p_mw: FloatArray, injection_mw: FloatArray
    ) -> Losses:
        """Return what went out with the state before it: the injections given, the flows last settled."""
        return Losses(
            branches=branches,
            units=units,
            unit_p_mw=unit_p_mw,
            flow_mw=self._flow_mw,
            injection_mw=injection_mw,
        )

    def settled(self, state: CascadeState, losses: Losses, *, wave: int) -> None:
        """Find the parents of the branches that became overloaded, or are due though they are not."""
        over = np.zeros_like(self._over)
        over[state.overloaded] = True
        due = np.zeros_like(over)
        due[state.due] = True
        failing = np.array(
            [
                branch
                for branch, cause in zip(state.due.tolist(), state.causes, strict=True)
                if cause is TripCause.HIDDEN_FAILURE
            ],
            dtype=np.int64,
        )
        due[failing] = False
        asked = np.flatnonzero((over & ~self._over) | (due & ~over))
        if len(asked):
            self._find(state, asked, losses, wave)
        for branch in failing.tolist():
            self._known[branch] = self._neighbour(branch, losses, wave)
        self._over = over
        self._flow_mw = state.flow_mw

    def parent_of(self, branch: int) -> Parent | None:
        """Return what led to the trip of a branch that is due."""
        return self._known.get(branch)

    def _neighbour(self, branch: int, losses: Losses, wave: int) -> Parent:
        """Return the lost branch at one of the ends that carried most; of equals the first."""
        network, lost = self._prepared.network, losses.branches
        ends = (network.branch_from[branch], network.branch_to[branch])
        beside = lost[np.isin(network.branch_from[lost], ends) | np.isin(network.branch_to[lost], ends)]
        first = beside[np.argmax(np.abs(losses.flow_mw[beside]))]
        return Parent(asset_id=network.branch_ids[first], wave=wave, rise_mw=None)

    def _find(self, state: CascadeState, asked: IntArray, losses: Losses, wave: int) -> None:
        network = self._prepared.network
        parts = flow_parts(
            after=After(
                model=self._prepared.model,
                solver=state.solver,
                islands=state.islands,
                live_bus=~state.bus_dead,
                injection_mw=state.injection_mw,
                load_mw=state.bus_load_mw,
            ),
            losses=losses,
            branches=asked,
        )
        rise_mw = parts.part_mw * np.sign(state.flow_mw[asked])[:, None]
        ids = [network.branch_ids[branch] for branch in losses.branches]
        ids += [network.unit_ids[unit] for unit in losses.units]
        for row, branch in enumerate(asked.tolist()):
            self._known[branch] = None
            if len(ids) == 0:
                continue
            most = int(np.argmax(rise_mw[row]))
            if rise_mw[row, most] > LEAST_RISE_MW:
                self._known[branch] = Parent(asset_id=ids[most], wave=wave, rise_mw=float(rise_mw[row, most]))


def make_trips(state: CascadeState, finder: ParentFinder | None) -> tuple[Trip, ...]:
    """Return the trips that are due, each with its cause and its parent."""
    network = state.network
    trips = []
    for branch, cause in zip(state.due.tolist(), state.causes, strict=True):
        parent = None if finder is None else finder.parent_of(branch)
        trips.append(
            Trip(
                branch=branch,
                branch_id=network.branch_ids[branch],
                cause=cause,
                flow_mw=float(state.flow_mw[branch]),
                rate_mva=float(state.rate_mva[branch]),
                parent_id=None if parent is None else parent.asset_id,
                parent_wave=None if parent is None else parent.wave,
                parent_rise_mw=None if parent is None else parent.rise_mw,
            )
        )
    return tuple(trips)
