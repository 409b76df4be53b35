"""Hot-spot temperature and insulation ageing of oil-immersed transformers: IEEE Std C57.91-2011,
clauses 5 (ageing) and 7 (temperatures).

Temperatures in °C, loads as per-unit of the rating, times in hours. Every function takes floats or arrays
and broadcasts; unknown inputs (NaN) give unknown results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

NORMAL_LIFE_H = 180_000.0
"""Normal insulation life, 20.55 years."""

STRESS_LIMITS_C: Sequence[tuple[str, float]] = (("LOW", 110.0), ("MODERATE", 120.0), ("HIGH", 140.0))
"""Upper hot-spot limit of each class of thermal stress; hotter is CRITICAL.

110 °C: normal ageing; 120 °C: normal loading beyond nameplate; 140 °C: long-time emergency, above which gas
bubbles may form (limits of C57.91 for power transformers).
"""


_MOST_LOAD_PU = 10.0
_BISECTIONS = 34
"""Halves ten times the rating to below 1e-9 of it."""


@dataclass(frozen=True, slots=True)
class ThermalParams:
    """Hold the constants of the thermal model.

    The defaults are those of a 65 °C-rise distribution transformer, self-cooled (ONAN), whose nameplate says
    no more: hot spot 110 °C at rated load and 30 °C ambient.

    Attributes:
        rated_top_oil_rise_c: top oil over ambient at rated load.
        rated_hot_spot_rise_c: hot spot over top oil at rated load.
        loss_ratio: load loss over no-load loss at rated load, R.
        oil_exponent: n of the top-oil rise.
        winding_exponent: m of the hot-spot rise.
        oil_time_constant_h: time constant of the top oil.
        winding_time_constant_h: time constant of the winding.
    """

    rated_top_oil_rise_c: float = 45.0
    rated_hot_spot_rise_c: float = 35.0
    loss_ratio: float = 3.2
    oil_exponent: float = 0.8
    winding_exponent: float = 0.8
    oil_time_constant_h: float = 3.0
    winding_time_constant_h: float = 5.0 / 60.0


@dataclass(frozen=True, eq=False)
class ThermalCourse:
    """Hold the temperatures at the end of each step; arrays of (…, steps)."""

    top_oil_c: FloatArray
    hot_spot_c: FloatArray


def ultimate_top_oil_rise_c(load_pu: npt.ArrayLike, params: ThermalParams) -> FloatArray:
    """Return the top-oil rise over ambient that a lasting load leads to."""
    load = np.asarray(load_pu, dtype=np.float64)
    losses = (load**2 * params.loss_ratio + 1.0) / (params.loss_ratio + 1.0)
    return np.asarray(params.rated_top_oil_rise_c * losses**params.oil_exponent)


def ultimate_hot_spot_rise_c(load_pu: npt.ArrayLike, params: ThermalParams) -> FloatArray:
    """Return the hot-spot rise over top oil that a lasting load leads to."""
    load = np.asarray(load_pu, dtype=np.float64)
    return np.asarray(params.rated_hot_spot_rise_c * load ** (2.0 * params.winding_exponent))


def lasting_load_pu(
    ambient_c: npt.ArrayLike, *, hot_spot_limit_c: float, params: ThermalParams
) -> FloatArray:
    """Return the lasting load that leads to a hot spot of just ``hot_spot_limit_c``, per unit of the rating.

    The inverse of the steady state of clause 7, found by bisection to 1e-9; 0 where the air and the losses
    without load alone lead to the limit or beyond it.
    """
    allowed = hot_spot_limit_c - np.asarray(ambient_c, dtype=np.float64)
    low, high = np.zeros_like(allowed), np.full_like(allowed, _MOST_LOAD_PU)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        rise = ultimate_top_oil_rise_c(middle, params) + ultimate_hot_spot_rise_c(middle, params)
        is_below = rise <= allowed
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray(np.where(np.isnan(allowed), np.nan, np.where(low < 1e-8, 0.0, low)))


def thermal_course(
    *,
    load_pu: npt.ArrayLike,
    ambient_c: npt.ArrayLike,
    step_h: float,
    params: ThermalParams,
    start_load_pu: npt.ArrayLike | None = None,
) -> ThermalCourse:
    """Return the temperatures at the end of each step of a load that is constant within the steps.

    Each rise approaches its ultimate value exponentially, which is exact for such a load; the ambient acts
    at once.

    Args:
        load_pu: loads, (…, steps).
        ambient_c: ambient temperatures, broadcast against ``load_pu``.
        step_h: length of a step, h.
        params: the transformer's constants.
        start_load_pu: the lasting load before the first step; that of the first step if None.

    Raises:
        ValueError: if ``step_h`` is not positive or there is no step.
    """
    load = np.asarray(load_pu, dtype=np.float64)
    if step_h <= 0.0:
        raise ValueError(f"step_h is {step_h}; it must be positive")
    if load.ndim == 0 or load.shape[-1] == 0:
        raise ValueError("load_pu has no steps")
    before = load[..., 0] if start_load_pu is None else np.asarray(start_load_pu, dtype=np.float64)
    oil = _approach(
        ultimate_top_oil_rise_c(load, params),
        ultimate_top_oil_rise_c(before, params),
        step_h / params.oil_time_constant_h,
    )
    winding = _approach(
        ultimate_hot_spot_rise_c(load, params),
        ultimate_hot_spot_rise_c(before, params),
        step_h / params.winding_time_constant_h,
    )
    top_oil = np.asarray(ambient_c, dtype=np.float64) + oil
    return ThermalCourse(top_oil_c=top_oil, hot_spot_c=top_oil + winding)


def ageing_factor(hot_spot_c: npt.ArrayLike) -> FloatArray:
    """Return how fast insulation of thermally upgraded paper ages, 1 at 110 °C."""
    hot_spot = np.asarray(hot_spot_c, dtype=np.float64)
    return np.asarray(np.exp(15000.0 / 383.0 - 15000.0 / (hot_spot + 273.0)))


def equivalent_ageing_factor(hot_spot_c: npt.ArrayLike, hours: npt.ArrayLike) -> float:
    """Return the mean ageing factor over steps of ``hours`` at ``hot_spot_c``, FEQA."""
    return float(np.average(ageing_factor(hot_spot_c), weights=np.broadcast_to(hours, np.shape(hot_spot_c))))


def loss_of_life_pct(
    equivalent_factor: float, hours: float, *, normal_life_h: float = NORMAL_LIFE_H
) -> float:
    """Return the share of the insulation's normal life used up in ``hours``."""
    return equivalent_factor * hours * 100.0 / normal_life_h


def _approach(ultimate: FloatArray, start: FloatArray, step_over_tau: float) -> FloatArray:
    reached = 1.0 - np.exp(-step_over_tau)
    rises = np.empty_like(ultimate)
    rise = start
    for step in range(ultimate.shape[-1]):
        rise = rise + (ultimate[..., step] - rise) * reached
        rises[..., step] = rise
    return rises
