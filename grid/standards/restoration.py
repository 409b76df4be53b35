"""How long restoration takes: lognormal times, given what is known so far.

Restoration and repair times of distribution equipment are close to lognormal (R. E. Brown, Electric Power
Distribution Reliability, 2nd ed., CRC Press 2009, ch. 3). A lognormal is told by its median and the standard
deviation sigma of the logarithm: its quantile at p is median * exp(sigma * z(p)), its mean
median * exp(sigma² / 2).

An estimate is two quantiles and no point: by P50 the customers are back as likely as not, by P80 four times
in five. Whoever has waited t hours has seen the short ones pass: with F the distribution function, the total
time then has the quantile F⁻¹(F(t) + p (1 - F(t))), a truncated lognormal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, fmean, stdev

_NORMAL = NormalDist()
MIN_SAMPLE = 30
"""Restored outages of a kind from which their own times are trusted more than the published ones."""

MIN_SIGMA = 0.05
"""Times that all but agree still leave doubt."""


class RestorationKind(StrEnum):
    """What kind of device an outage lies behind."""

    SERVICE = "SERVICE"
    TRANSFORMER = "TRANSFORMER"
    FUSE = "FUSE"
    SWITCH = "SWITCH"
    FEEDER = "FEEDER"
    CABLE = "CABLE"


@dataclass(frozen=True, kw_only=True)
class Lognormal:
    """A lognormal of hours.

    Raises:
        ValueError: unless median and sigma are positive and finite.
    """

    median_h: float
    sigma: float

    def __post_init__(self) -> None:
        """Check the parameters."""
        for name, value in (("median_h", self.median_h), ("sigma", self.sigma)):
            if not (value > 0.0 and math.isfinite(value)):
                raise ValueError(f"{name} of a lognormal is {value}; it must be positive and finite")

    @property
    def mean_h(self) -> float:
        """The mean, h."""
        return self.median_h * math.exp(self.sigma**2 / 2.0)

    def quantile_h(self, p: float) -> float:
        """Return the time not exceeded with probability ``p`` (0 < p < 1), h."""
        return self.median_h * math.exp(self.sigma * _NORMAL.inv_cdf(p))

    def exceeded_frac(self, hours: float) -> float:
        """Return the probability that it takes longer than ``hours``."""
        if hours <= 0.0:
            return 1.0
        z = (math.log(hours) - math.log(self.median_h)) / self.sigma
        return 0.5 * math.erfc(z / math.sqrt(2.0))  # exact far out, where 1 - F would be 0

    def quantile_given_h(self, p: float, elapsed_h: float) -> float:
        """Return the total time not exceeded with probability ``p``, known to exceed ``elapsed_h``, h.

        The result is never below ``elapsed_h``.
        """
        if elapsed_h <= 0.0:
            return self.quantile_h(p)
        # In terms of what is exceeded, S = 1 - F: S(x) = (1 - p) S(t); precise far out in the tail too.
        exceeded = (1.0 - p) * self.exceeded_frac(elapsed_h)
        if exceeded < 1e-300:
            return elapsed_h  # so far out that nothing is known but that it is not over
        return max(elapsed_h, self.median_h * math.exp(-self.sigma * _NORMAL.inv_cdf(exceeded)))


PUBLISHED_REPAIRS: dict[RestorationKind, Lognormal] = {
    RestorationKind.SERVICE: Lognormal(median_h=1.0, sigma=0.6),
    RestorationKind.TRANSFORMER: Lognormal(median_h=2.5, sigma=0.6),
    RestorationKind.FUSE: Lognormal(median_h=1.0, sigma=0.6),
    RestorationKind.SWITCH: Lognormal(median_h=3.0, sigma=0.6),
    RestorationKind.FEEDER: Lognormal(median_h=2.5, sigma=0.7),
    RestorationKind.CABLE: Lognormal(median_h=8.0, sigma=0.7),
}
"""Repair times from the arrival of the crew: service or fuse, pole transformer, recloser or switch, overhead
span (the common fault behind a breaker), underground cable. Engineering estimates in the range of Brown's
typical times to repair; to be replaced by a utility's own as soon as it has enough of them."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A lognormal fitted to so many times."""

    times: Lognormal
    sample_count: int


def fit(hours: Iterable[float]) -> Fitted | None:
    """Return the lognormal of maximum likelihood: exp of the mean, and the deviation, of the logarithms.

    Times that are not positive are left out. None with fewer than ``MIN_SAMPLE`` times.
    """
    logs = [math.log(value) for value in hours if value > 0.0 and math.isfinite(value)]
    if len(logs) < MIN_SAMPLE:
        return None
    sigma = max(stdev(logs), MIN_SIGMA)
    return Fitted(times=Lognormal(median_h=math.exp(fmean(logs)), sigma=sigma), sample_count=len(logs))


class Basis(StrEnum):
    """What an estimate rests on."""

    OWN_RESTORATIONS = "OWN_RESTORATIONS"
    OWN_REPAIRS = "OWN_REPAIRS"
    PUBLISHED_REPAIRS = "PUBLISHED_REPAIRS"


@dataclass(frozen=True, kw_only=True)
class Experience:
    """What a utility's own outages of one kind, in one kind of weather, tell.

    Attributes:
        restorations: from the start of an outage to its end.
        repairs: the hours that crews worked on one.
    """

    restorations: Fitted | None = None
    repairs: Fitted | None = None


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """When customers will be back, in hours from now."""

    p50_h: float
    p80_h: float
    basis: Basis
    sample_count: int | None


def estimate(
    *, kind: RestorationKind, experience: Experience, out_h: float, working_h: float | None
) -> Estimate:
    """Return when an outage will be over.

    - A crew works on it: repair times, given the hours worked. The utility's own if there are enough.
    - Nobody works on it yet: the utility's own times from start to end, given the hours out. Without those,
      published repair times counted from now, as if work began at once: the earliest that can be said.

    Args:
        kind: of the device.
        experience: the utility's own times.
        out_h: since the outage began.
        working_h: since work on it began; None: it has not.
    """
    if working_h is None and experience.restorations is not None:
        return _given(experience.restorations, out_h, Basis.OWN_RESTORATIONS)
    if working_h is not None and experience.repairs is not None:
        return _given(experience.repairs, working_h, Basis.OWN_REPAIRS)
    if working_h is not None and experience.restorations is not None:
        return _given(experience.restorations, out_h, Basis.OWN_RESTORATIONS)
    published = Fitted(times=PUBLISHED_REPAIRS[kind], sample_count=0)
    return _given(published, working_h or 0.0, Basis.PUBLISHED_REPAIRS)


def _given(fitted: Fitted, elapsed_h: float, basis: Basis) -> Estimate:
    elapsed = max(elapsed_h, 0.0)
    p50, p80 = (fitted.times.quantile_given_h(p, elapsed) - elapsed for p in (0.5, 0.8))
    return Estimate(
        p50_h=p50,
        p80_h=p80,
        basis=basis,
        sample_count=None if basis is Basis.PUBLISHED_REPAIRS else fitted.sample_count,
    )


STORM_BETAS = 2.5


def storm_threshold(daily_counts: Iterable[int]) -> float | None:
    """Return the number of outages a day above which a day counts as a storm; None with too few days.

    It is the 2.5β rule of IEEE Std 1366 for major event days, applied to the number of outages: alpha and
    beta are mean and standard deviation of the logarithms over days with outages, the threshold is
    exp(alpha + 2.5 beta).
    """
    logs = [math.log(count) for count in daily_counts if count > 0]
    if len(logs) < MIN_SAMPLE:
        return None
    return math.exp(fmean(logs) + STORM_BETAS * stdev(logs))
