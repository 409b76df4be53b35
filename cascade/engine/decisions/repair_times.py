"""How long repairs take: lognormal times by kind of damage."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from cascade.engine.decisions.ranges import InvalidDecisionInput
from grid.powerflow.arrays import FloatArray

_STANDARD_NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True)
class RepairTime:
    """Hold a lognormal time: ln T is normal with mean ln(median) and deviation sigma.

    Attributes:
        median_h: median, hours, > 0.
        sigma: deviation of ln T, >= 0; 0 is a time without spread.

    Raises:
        InvalidDecisionInput: naming the field.
    """

    median_h: float
    sigma: float

    def __post_init__(self) -> None:
        """Check the parameters."""
        if not (math.isfinite(self.median_h) and self.median_h > 0.0):
            raise InvalidDecisionInput(field="median_h", message=f"is {self.median_h}; allowed: above 0")
        if not (math.isfinite(self.sigma) and 0.0 <= self.sigma <= 5.0):
            raise InvalidDecisionInput(field="sigma", message=f"is {self.sigma}; allowed: 0 to 5")

    @property
    def mean_h(self) -> float:
        """Return the mean, median · e^(σ²/2)."""
        return self.median_h * math.exp(self.sigma**2 / 2.0)

    def quantile_h(self, probability: float) -> float:
        """Return a quantile, median · e^(zσ).

        Raises:
            InvalidDecisionInput: if the probability is not between 0 and 1.
        """
        if not 0.0 < probability < 1.0:
            raise InvalidDecisionInput(
                field="probability", message=f"is {probability}; allowed: between 0 and 1, both excluded"
            )
        return self.median_h * math.exp(self.sigma * _STANDARD_NORMAL.inv_cdf(probability))


def sample_h(times: list[RepairTime], *, samples: int, rng: np.random.Generator) -> FloatArray:
    """Return independent samples, a row for each time and a column for each sample."""
    median_h = np.array([time.median_h for time in times])[:, None]
    sigma = np.array([time.sigma for time in times])[:, None]
    return median_h * np.exp(sigma * rng.standard_normal((len(times), samples)))
