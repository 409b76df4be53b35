"""How likely an action is to stop a cascade, given that people need time and may fail."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.decisions.repair_times import RepairTime, sample_h

MAX_SAMPLES = 100_000


@dataclass(frozen=True, kw_only=True)
class Response:
    """Hold how operators respond. None of it has a default: only the user knows it.

    Attributes:
        delay: time from the initial outages until the action is done.
        success_frac: chance that the action works when it is done, 0 to 1.
        wave_interval_h: hours from the initial outages to the first trips, and from wave to wave.

    Raises:
        InvalidDecisionInput: naming the field.
    """

    delay: RepairTime
    success_frac: float
    wave_interval_h: float

    def __post_init__(self) -> None:
        """Check the response."""
        if not 0.0 <= self.success_frac <= 1.0:
            raise InvalidDecisionInput(
                field="success_frac", message=f"is {self.success_frac}; allowed: 0 to 1"
            )
        if not (math.isfinite(self.wave_interval_h) and self.wave_interval_h > 0.0):
            raise InvalidDecisionInput(
                field="wave_interval_h", message=f"is {self.wave_interval_h}; allowed: above 0"
            )


@dataclass(frozen=True, kw_only=True)
class Containment:
    """Hold the chance of stopping the cascade, and what is lost in the mean.

    Attributes:
        probability: share of the samples in which nothing tripped after the action.
        standard_error: of the probability, from the number of samples.
        expected_lost_mw: mean load lost.
    """

    probability: float
    standard_error: float
    expected_lost_mw: float


def containment(
    outcome_after: Callable[[int], tuple[float, bool]],
    *,
    n_waves: int,
    lost_without_mw: float,
    response: Response,
    samples: int,
    rng: np.random.Generator,
) -> Containment:
    """Return the chance that an action stops a cascade, by Monte Carlo over its delay and success.

    The waves trip at wave_interval_h, twice that, and so on. An action meets the state that the waves before
    it have left; one done after the last wave, or without success, changes nothing.

    Args:
        outcome_after: given k, the load lost in the end and whether nothing trips any more if the action is
            done when k waves have tripped. Asked at most once for each k.
        n_waves: waves with trips without the action.
        lost_without_mw: load lost without the action.
        response: how operators respond.
        samples: 1 to 100,000.
        rng: where chance comes from.

    Raises:
        InvalidDecisionInput: naming the field.
    """
    if not 1 <= samples <= MAX_SAMPLES:
        raise InvalidDecisionInput(field="samples", message=f"is {samples}; allowed: 1 to {MAX_SAMPLES}")
    delay = sample_h([response.delay], samples=samples, rng=rng)[0]
    works = rng.random(samples) < response.success_frac
    waves_before = np.floor(delay / response.wave_interval_h)
    lost_mw = np.full(samples, lost_without_mw)
    contained = np.zeros(samples, dtype=np.bool_)
    for k in range(n_waves):
        met = works & (waves_before == k)
        if met.any():
            lost_mw[met], contained[met] = outcome_after(k)
    probability = float(contained.mean())
    return Containment(
        probability=probability,
        standard_error=math.sqrt(probability * (1.0 - probability) / samples),
        expected_lost_mw=float(lost_mw.mean()),
    )
