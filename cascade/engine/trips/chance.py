"""Chance, drawn so that the same settings draw the same on every machine and in any order of work."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from grid.powerflow.arrays import FloatArray


class Stream(IntEnum):
    """Name what a draw is for, so that one does not depend on another."""

    RANDOM_TRIPS = 1
    HIDDEN_FAILURES = 2


def draws(*, seed: int, stream: Stream, wave: int, count: int) -> FloatArray:
    """Return one number from 0 to 1 (not 1 itself) for each branch.

    It is ``numpy.random.default_rng([seed, stream, wave]).random(count)``: a wave's draws depend on nothing
    that was drawn before it.
    """
    return np.random.default_rng([seed, int(stream), wave]).random(count)
