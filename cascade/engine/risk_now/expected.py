"""Expected customer-hours within a horizon: the formulas of the parts.

Times to restore are lognormal, told by their median and the deviation sigma of their logarithm (sigma 0: no
spread). With S the probability that one takes longer than t, an interruption that runs now loses, within the
horizon H,

    E[min(T, H)] = ∫₀ᴴ S(t) dt,

and one that begins at an even chance within it

    1/H ∫₀ᴴ E[min(T, H - u)] du = E[min(T, H)] - E[min(T, H)²] / (2 H).

Failures are rare, so that their expected number in the horizon is rate times H; a second failure of the same
asset is left out.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from cascade.engine.risk_now.parts import HORIZON_H, HOURS_PER_YEAR, MINUTES_PER_HOUR
from grid.powerflow.arrays import FloatArray

_Z80 = NormalDist().inv_cdf(0.8)
_NO_SPREAD = 1e-9


def running_h(median_h: npt.ArrayLike, sigma: npt.ArrayLike, *, horizon_h: float = HORIZON_H) -> FloatArray:
    """Return the hours that an interruption running now still lasts within the horizon, in the mean."""
    return _moment(median_h, sigma, horizon_h, 1)


def begun_within_h(
    median_h: npt.ArrayLike, sigma: npt.ArrayLike, *, horizon_h: float = HORIZON_H
) -> FloatArray:
    """Return the hours within the horizon of an interruption that begins in it at an even chance."""
    first = _moment(median_h, sigma, horizon_h, 1)
    return np.asarray(first - _moment(median_h, sigma, horizon_h, 2) / (2.0 * horizon_h))


def spread(p50_h: npt.ArrayLike, p80_h: npt.ArrayLike) -> FloatArray:
    """Return the sigma of the lognormal with these quantiles; 0 where the second is unknown or not above."""
    first, second = np.asarray(p50_h, dtype=np.float64), np.asarray(p80_h, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(second / first) / _Z80
    return np.asarray(np.where(np.isfinite(found) & (found > 0.0), found, 0.0))


def outages(
    *, customers_out: FloatArray, p50_h: FloatArray, p80_h: FloatArray, horizon_h: float = HORIZON_H
) -> FloatArray:
    """Return the customer-hours that outages running now still cost.

    Args:
        customers_out: customers not yet restored.
        p50_h: hours from now by which they are restored with a probability of a half, > 0; NaN: not known.
        p80_h: the same for four fifths; NaN: not known, the first is then taken as certain.
        horizon_h: what is later does not count.
    """
    known = np.where(p50_h > 0.0, p50_h, np.nan)
    return np.asarray(customers_out * running_h(known, spread(known, p80_h), horizon_h=horizon_h))


def failures(
    *,
    failures_per_year: FloatArray,
    customers: FloatArray,
    lost_h: FloatArray | float,
    ageing_factor: FloatArray | float = 1.0,
    most_ageing: float = 1.0,
    horizon_h: float = HORIZON_H,
) -> FloatArray:
    """Return the customer-hours that failures of assets are expected to cost.

    Args:
        failures_per_year: of each asset; NaN: not known.
        customers: behind each; NaN: not known.
        lost_h: hours within the horizon that one failure costs a customer, see :func:`begun_within_h`.
        ageing_factor: how fast the insulation ages, 1 at a hot spot of 110 °C (IEEE C57.91). Above 1 it
            multiplies the rate; below, and where it is NaN, the rate is as it is.
        most_ageing: it multiplies at most by so much.
        horizon_h: within which they happen.
    """
    hotter = np.clip(np.nan_to_num(ageing_factor, nan=1.0), 1.0, max(most_ageing, 1.0))
    expected = failures_per_year * hotter * horizon_h / HOURS_PER_YEAR
    return np.asarray(expected * customers * lost_h)


def overloads(
    *, loading_pct: FloatArray, customers: FloatArray, overload_h: float, horizon_h: float = HORIZON_H
) -> FloatArray:
    """Return the customer-hours of the load above a rating: its share of the customers, for so many hours.

    What cannot be carried is moved or shed; here it is shed. At or below the rating nothing is lost.

    Args:
        loading_pct: load over the rating of the hour, >= 0; NaN: not known.
        customers: supplied through it.
        overload_h: how long a load stays above the rating.
        horizon_h: no longer than this.
    """
    with np.errstate(divide="ignore"):
        excess = np.where(np.isnan(loading_pct), np.nan, np.maximum(0.0, 1.0 - 100.0 / loading_pct))
    return np.asarray(excess * customers * min(overload_h, horizon_h))


def per_year(customer_minutes: FloatArray, *, horizon_h: float = HORIZON_H) -> FloatArray:
    """Return the customer-hours within the horizon of what costs so many customer minutes a year."""
    return np.asarray(customer_minutes / MINUTES_PER_HOUR * horizon_h / HOURS_PER_YEAR)


def _moment(median_h: npt.ArrayLike, sigma: npt.ArrayLike, horizon_h: float, order: int) -> FloatArray:
    """Return E[min(T, H)^order] of lognormal times; NaN where the median is.

    E = e^(n μ + n² σ² / 2) Φ((ln H - μ - n σ²) / σ) + Hⁿ (1 - Φ((ln H - μ) / σ)).
    """
    median, spread_ = np.broadcast_arrays(
        np.asarray(median_h, dtype=np.float64), np.asarray(sigma, dtype=np.float64)
    )
    wide = np.maximum(spread_, _NO_SPREAD)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        mean_log = np.log(median)
        z = (math.log(horizon_h) - mean_log) / wide
        within = np.exp(order * mean_log + (order * wide) ** 2 / 2.0) * ndtr(z - order * wide)
    spread_out = np.nan_to_num(within, nan=0.0, posinf=0.0) + horizon_h**order * ndtr(-z)
    certain = np.minimum(median, horizon_h) ** order
    found = np.where(spread_ > _NO_SPREAD, spread_out, certain)
    return np.asarray(np.where(np.isnan(median), np.nan, found))
