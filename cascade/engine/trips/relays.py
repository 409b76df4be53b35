"""Overload relays that collect overload over time (Eppstein, Hines 2012)."""

from __future__ import annotations

import numpy as np

from cascade.engine.options import OverloadRelay
from cascade.engine.trip import TripCause
from cascade.engine.trips.choice import Choice, Loading
from grid.powerflow.arrays import FloatArray

SAME_MOMENT_FRAC = 1e-9
"""A relay this close to its threshold (as a share of it) has reached it: twins trip at the same moment."""


class RelayBank:
    """Carry what the relay of every branch has collected, and the time."""

    def __init__(self, *, relay: OverloadRelay, n_branches: int) -> None:
        """Start with nothing collected."""
        self._relay = relay
        self._collected_mws: FloatArray = np.zeros(n_branches)
        self._time_s = 0.0

    def choose(self, loading: Loading, *, at_once: bool) -> Choice:
        """Return the branches whose relays act next, and how long that takes.

        Time runs to the first moment a relay acts; all relays collect until then.
        """
        none = np.empty(0, dtype=np.int64)
        over = loading.overloaded
        instant = self._instant(loading)
        excess_mw = loading.size_mw[over] - loading.threshold_mva[over]
        threshold_mws = self._relay.overload_frac * loading.rate_mva[over] * self._relay.delay_s
        left_mws = threshold_mws - self._collected_mws[over]
        if at_once or len(instant):
            wait_s = 0.0
        elif len(over):
            wait_s = max(float(np.min(left_mws / excess_mw)), 0.0)
        else:
            return Choice(branches=none, causes=())
        horizon_s = self._relay.horizon_s
        if horizon_s is not None and self._time_s + wait_s > horizon_s * (1.0 + SAME_MOMENT_FRAC):
            return Choice(branches=none, causes=(), held_back=True)
        self._time_s += wait_s
        self._collected_mws[over] += excess_mw * wait_s
        acting = over[left_mws - excess_mw * wait_s <= SAME_MOMENT_FRAC * threshold_mws]
        branches = np.union1d(acting, instant)
        at_once_set = set(instant.tolist())
        return Choice(
            branches=branches,
            causes=tuple(
                TripCause.SHORT_TIME_RATING if branch in at_once_set else TripCause.RELAY_TIMER
                for branch in branches.tolist()
            ),
            wait_s=wait_s,
        )

    def _instant(self, loading: Loading) -> np.ndarray:
        """Return the branches above the limit at which nothing is waited for."""
        if self._relay.instant_frac is None:
            return np.empty(0, dtype=np.int64)
        limited = loading.live_on & np.isfinite(loading.threshold_mva)
        return np.flatnonzero(limited & (loading.size_mw > loading.rate_mva * self._relay.instant_frac))
