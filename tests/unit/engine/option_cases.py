"""Random settings with options, for the engine and for the brute force alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade.engine.conditions import Conditions
from cascade.engine.options import (
    DispatchRule,
    HiddenFailures,
    OverloadRelay,
    RampLimits,
    RandomTrips,
    TripSelection,
    UnderFrequencyShedding,
)
from cascade.engine.params import CascadeParams
from grid.powerflow.network import Network
from tests.unit.engine.brute_force_balance import Options

OPTIONS = ("alpha", "worst", "relay", "random", "hidden", "merit", "ramp", "ufls", "weather", "units")


@dataclass
class OptionCase:
    params: CascadeParams
    conditions: Conditions
    unit_out: np.ndarray
    plain: Options


def random_options(rng: np.random.Generator, network: Network, names: set[str]) -> OptionCase:
    """Return settings with the options named, and others drawn from them."""
    given: dict[str, Any] = {"seed": int(rng.integers(0, 2**62))}
    plain = Options(seed=given["seed"])
    factors = costs = None
    if "alpha" in names:
        plain.alpha = given["trip_threshold_frac"] = float(rng.choice([0.9, 1.15, 1.5]))
    if "worst" in names:
        plain.worst_only, given["trip_selection"] = True, TripSelection.MOST_OVERLOADED
    if "relay" in names:
        share, delay_s = float(rng.uniform(0.2, 1.0)), float(rng.uniform(1.0, 60.0))
        instant = float(rng.uniform(1.2, 2.0)) if rng.random() < 0.4 else None
        horizon_s = float(rng.uniform(5.0, 300.0)) if rng.random() < 0.4 else None
        plain.relay = (share, delay_s, instant, horizon_s)
        given["relay"] = OverloadRelay(
            overload_frac=share, delay_s=delay_s, instant_frac=instant, horizon_s=horizon_s
        )
    if "random" in names:
        plain.chance = tuple(rng.uniform(0.3, 0.9, 3).tolist())  # type: ignore[assignment]
        over, near, begins = plain.chance  # type: ignore[misc]
        given["random_trips"] = RandomTrips(
            overloaded_prob=over, near_limit_prob=near, near_limit_frac=begins
        )
    if "hidden" in names:
        plain.defect_prob = float(rng.uniform(0.1, 0.5))
        given["hidden_failures"] = HiddenFailures(defect_prob=plain.defect_prob)
    if "merit" in names:
        costs = rng.choice([12.0, 20.0, 35.0, np.nan], network.n_units)
        plain.cost = costs.tolist()
        given["dispatch"] = DispatchRule.MERIT_ORDER
    if "ramp" in names:
        per_min, window = float(rng.choice([0.0, 0.02, 0.1, 0.4])), float(rng.choice([1.0, 2.0]))
        plain.ramp = per_min * window
        given["ramp"] = RampLimits(frac_per_min=per_min, window_min=window)
    if "ufls" in names:
        plain.blocks = [[0.05, 0.1, 0.1], [0.3, 0.3], [0.5, 0.5], [0.02] * 10][int(rng.integers(0, 4))]
        plain.collapses = bool(rng.random() < 0.5)
        given["ufls"] = UnderFrequencyShedding(steps_frac=tuple(plain.blocks), collapses=plain.collapses)
    if "weather" in names:
        factors = rng.uniform(0.7, 1.4, network.n_branches)
        factors[rng.random(network.n_branches) < 0.2] = np.nan
        plain.rating_frac = factors.tolist()
    unit_out = np.zeros(network.n_units, dtype=np.bool_)
    if "units" in names:
        unit_out = rng.random(network.n_units) < 0.3
        plain.units_out = np.flatnonzero(unit_out).tolist()
    return OptionCase(
        params=CascadeParams(**given),
        conditions=Conditions(branch_rating_frac=factors, unit_cost_usd_per_mwh=costs),
        unit_out=unit_out,
        plain=plain,
    )


def mixed(rng: np.random.Generator) -> set[str]:
    """Return several options that may be set together."""
    names = {
        name
        for name in ("alpha", "hidden", "merit", "ramp", "ufls", "weather", "units")
        if rng.random() < 0.5
    }
    return names | set(rng.choice(["worst", "relay", "random", ""], 1).tolist()) - {""}
