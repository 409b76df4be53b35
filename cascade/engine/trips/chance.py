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


def row_seed(seed: int, number: int) -> int:
    """Return the seed of one cascade of a batch, from that of the batch and the cascade's number in it.

    It is the first 64-bit word of ``numpy.random.SeedSequence([seed, number])`` less its lowest bit, so 0 to
    2^63 - 1: the cascades of a batch are independent draws, however the batch is split.
    """
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0] >> np.uint64(1))
