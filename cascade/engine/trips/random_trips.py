"""Trips by chance, after OPA (Dobson, Carreras, Lynch, Newman 2007)."""

from __future__ import annotations

import numpy as np

from cascade.engine.options import RandomTrips
from cascade.engine.trip import TripCause
from cascade.engine.trips.chance import Stream, draws
from cascade.engine.trips.choice import Choice, Loading


class RandomProtection:
    """Draw in every wave which loaded branches trip."""

    def __init__(self, *, chances: RandomTrips, seed: int, n_branches: int) -> None:
        """Take the chances and what to draw from."""
        self._chances = chances
        self._seed = seed
        self._n_branches = n_branches

    def choose(self, loading: Loading, *, at_once: bool) -> Choice:
        """Return the branches drawn: one number per branch and wave, below the chance of its kind."""
        chances = self._chances
        number = draws(seed=self._seed, stream=Stream.RANDOM_TRIPS, wave=loading.wave, count=self._n_branches)
        overloaded = np.zeros(self._n_branches, dtype=np.bool_)
        overloaded[loading.overloaded] = True
        near = (
            loading.live_on
            & np.isfinite(loading.threshold_mva)
            & (loading.size_mw >= chances.near_limit_frac * loading.threshold_mva)
            & ~overloaded
        )
        drawn = np.flatnonzero(
            (overloaded & (number < chances.overloaded_prob)) | (near & (number < chances.near_limit_prob))
        )
        return Choice(
            branches=drawn,
            causes=tuple(
                TripCause.RANDOM_OVERLOAD if overloaded[branch] else TripCause.RANDOM_NEAR_LIMIT
                for branch in drawn
            ),
        )
