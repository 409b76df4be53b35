"""The protection of all branches: from what they carry to which of them trip next."""

from __future__ import annotations

import copy
from typing import Protocol

import numpy as np

from cascade.engine.options import TripSelection
from cascade.engine.params import CascadeParams
from cascade.engine.trip import TripCause
from cascade.engine.trips.chance import Stream, draws
from cascade.engine.trips.choice import Choice, Loading
from cascade.engine.trips.random_trips import RandomProtection
from cascade.engine.trips.relays import RelayBank
from grid.powerflow.arrays import BoolArray, IntArray
from grid.powerflow.network import Network

EQUAL_LOADING_FRAC = 1e-9
"""Loadings closer than this count as equal: parallel twins differ by rounding only."""


class Chooser(Protocol):
    """Choose among loaded branches."""

    def choose(self, loading: Loading, *, at_once: bool) -> Choice:
        """Return what trips; if ``at_once``, only what trips without waiting."""


class EveryOverloaded:
    """Trip every overloaded branch."""

    def choose(self, loading: Loading, *, at_once: bool) -> Choice:
        """Return all of them."""
        return Choice(branches=loading.overloaded, causes=(TripCause.OVERLOAD,) * len(loading.overloaded))


class MostOverloaded:
    """Trip the overloaded branch with the highest loading."""

    def choose(self, loading: Loading, *, at_once: bool) -> Choice:
        """Return it; of branches equally loaded but for rounding, the first."""
        over = loading.overloaded
        if len(over) == 0:
            return Choice(branches=over, causes=())
        share = loading.size_mw[over] / loading.rate_mva[over]
        worst = int(np.argmax(share >= share.max() * (1.0 - EQUAL_LOADING_FRAC)))
        return Choice(branches=over[worst : worst + 1], causes=(TripCause.OVERLOAD,))


class Protection:
    """Decide after each wave which branches trip next. Remembers, so one serves one cascade only."""

    def __init__(self, *, network: Network, params: CascadeParams) -> None:
        """Set up what the settings ask for."""
        self._network = network
        self._chooser: Chooser
        if params.relay is not None:
            self._chooser = RelayBank(relay=params.relay, n_branches=network.n_branches)
        elif params.random_trips is not None:
            self._chooser = RandomProtection(
                chances=params.random_trips, seed=params.seed, n_branches=network.n_branches
            )
        elif params.trip_selection is TripSelection.MOST_OVERLOADED:
            self._chooser = MostOverloaded()
        else:
            self._chooser = EveryOverloaded()
        self._defective: BoolArray | None = None
        if params.hidden_failures is not None:
            drawn = draws(seed=params.seed, stream=Stream.HIDDEN_FAILURES, wave=0, count=network.n_branches)
            self._defective = drawn < params.hidden_failures.defect_prob

    def copy(self) -> Protection:
        """Return an independent copy, with what is remembered so far."""
        other = copy.copy(self)
        other._chooser = copy.deepcopy(self._chooser)
        return other

    def spare(self, branch: int) -> None:
        """Let the protection of a branch have no defect."""
        if self._defective is not None:
            self._defective = self._defective.copy()
            self._defective[branch] = False

    def choose(self, loading: Loading) -> Choice:
        """Return what trips next."""
        failing = self._failing(loading)
        choice = self._chooser.choose(loading, at_once=len(failing) > 0)
        failing = failing[~np.isin(failing, choice.branches)]
        if len(failing) == 0:
            return choice
        branches = np.concatenate([choice.branches, failing])
        causes = (*choice.causes, *((TripCause.HIDDEN_FAILURE,) * len(failing)))
        order = np.argsort(branches, kind="stable")
        return Choice(
            branches=branches[order],
            causes=tuple(causes[place] for place in order),
            wait_s=choice.wait_s,
        )

    def _failing(self, loading: Loading) -> IntArray:
        """Return the defective branches that the losses of this wave expose."""
        if self._defective is None or len(loading.lost) == 0:
            return np.empty(0, dtype=np.int64)
        network = self._network
        touched = np.zeros(network.n_buses, dtype=np.bool_)
        touched[network.branch_from[loading.lost]] = True
        touched[network.branch_to[loading.lost]] = True
        exposed = touched[network.branch_from] | touched[network.branch_to]
        return np.flatnonzero(self._defective & exposed & loading.live_on)
