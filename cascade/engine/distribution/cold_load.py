"""Cold-load pickup: how much more than usual a part takes after it was without supply."""

from __future__ import annotations

import math

from cascade.engine.distribution.params import SwitchingParams


def undiversified_peak(outage_s: float, params: SwitchingParams) -> float:
    """Return the load just after pick-up over the diversified load, from how long the outage lasted.

    1 + (S_U - 1) · min(1, t / t_lost): the first moments after a short outage are near to normal.
    """
    lost = min(1.0, max(0.0, outage_s) / params.diversity_lost_s)
    return 1.0 + (params.cold_load_peak - 1.0) * lost


def load_after_pickup(hours: float, params: SwitchingParams, *, peak: float | None = None) -> float:
    """Return the load over the diversified load some hours after pick-up.

    P / P_D = S_U for t < T, then 1 + (S_U - 1) · e^(-alpha · (t - T)).

    Args:
        hours: since pick-up, at least 0.
        params: S_U, T and alpha.
        peak: another peak than that of all diversity lost.
    """
    top = params.cold_load_peak if peak is None else peak
    if hours < params.cold_load_hold_h:
        return top
    return 1.0 + (top - 1.0) * math.exp(-params.cold_load_decay_per_h * (hours - params.cold_load_hold_h))


def extra_energy(params: SwitchingParams, *, peak: float | None = None) -> float:
    """Return the energy taken beyond the diversified load, in diversified load times hours.

    (S_U - 1) · (T + 1 / alpha).
    """
    top = params.cold_load_peak if peak is None else peak
    return (top - 1.0) * (params.cold_load_hold_h + 1.0 / params.cold_load_decay_per_h)
