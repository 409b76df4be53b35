"""Putting together what is certain, simulated and predicted of each branch: never two of them of one.

Where an outage was simulated, the simulation stands and the prediction steps back: it is kept beside it to
compare the two, and shown nowhere as an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from cascade import models
from cascade.models import VulnerabilityBasis as Basis
from cascade.models import VulnerabilityTier as Tier

if TYPE_CHECKING:
    from cascade.ml.vulnerability import Looked, Simulated
    from cascade.services.learning.vulnerability_state import MapState
    from grid.powerflow.arrays import FloatArray, IntArray


def tier_of(likelihood: float | None, limits: Mapping[str, float] | None = None) -> str | None:
    """Return the tier of a likelihood of a cascade; None if that is not known."""
    if likelihood is None:
        return None
    limits = settings.VULNERABILITY_TIERS if limits is None else limits
    reached = [(limit, name) for name, limit in limits.items() if likelihood >= limit]
    return max(reached)[1] if reached else Tier.LOW.value


def entries_of(
    wanted: models.VulnerabilityMap, state: MapState, looked: Looked, simulated: Simulated
) -> list[models.VulnerabilityEntry]:
    """Return what is known of each branch, by rank: the likeliest cascade first, then the largest."""
    count = state.network.n_branches
    at_simulated = dict(zip(simulated.branch.tolist(), range(len(simulated.branch)), strict=True))
    known = state.substation_customers[~np.isnan(state.substation_customers)]
    per_mw = float(known.sum()) / looked.demand_mw if len(known) and looked.demand_mw > 0.0 else None
    least_mw = looked.lost_share * looked.demand_mw
    rows = []
    for branch in range(count):
        row = models.VulnerabilityEntry(
            map=wanted,
            branch_id=state.network.branch_ids[branch],
            zone_id=state.branch_zones.get(state.network.branch_ids[branch]),
        )
        if branch in at_simulated:
            _put_simulated(row, simulated, at_simulated[branch], least_mw)
            if looked.is_predicted[branch]:
                row.before = _foretold(looked, branch)
        elif looked.is_screened_out[branch]:
            _put_exact(row, float(looked.lost_mw[branch]), least_mw)
        else:
            _put_predicted(row, looked, branch, per_mw)
        rows.append(row)
    likelihood = [_likelihood(row) for row in rows]
    for row, each in zip(rows, likelihood, strict=True):
        row.tier = tier_of(each)
    order = sorted(
        (n for n in range(count) if likelihood[n] is not None),
        key=lambda n: (-(likelihood[n] or 0.0), -_size_mw(rows[n]), rows[n].branch_id),
    )
    for rank, n in enumerate(order, start=1):
        rows[n].rank = rank
    unranked = [rows[n] for n in range(count) if likelihood[n] is None]
    return [*(rows[n] for n in order), *unranked]


def agreement_of(looked: Looked, simulated: Simulated) -> dict[str, Any] | None:
    """Return what had been predicted of the outages that were then simulated, against what happened.

    None if none of them had been predicted. They are the likeliest, not a fair sample of all.
    """
    both = simulated.is_solved & looked.is_predicted[simulated.branch]
    if not both.any():
        return None
    branch, lost_mw = simulated.branch[both], simulated.lost_mw[both]
    probability = looked.probability[branch]
    is_cascade = lost_mw > looked.lost_share * looked.demand_mw
    return {
        "compared": len(branch),
        "cascades": int(np.count_nonzero(is_cascade)),
        "expected_cascades": float(probability.sum()),
        "brier": float(np.mean((probability - is_cascade) ** 2)),
        "mean_error_mw": float(np.mean(np.abs(looked.predicted_lost_mw[branch] - lost_mw))),
    }


def _put_simulated(row: models.VulnerabilityEntry, found: Simulated, at: int, least_mw: float) -> None:
    if not found.is_solved[at]:
        row.basis = Basis.UNSOLVED
        return
    row.basis = Basis.SIMULATED
    row.lost_mw = float(found.lost_mw[at])
    row.is_cascade = row.lost_mw > least_mw
    row.tripped_count, row.wave_count = int(found.n_tripped[at]), int(found.n_waves[at])
    customers = _known(found.customers, at)
    row.customers = None if customers is None else round(customers)
    row.customers_on_record_frac = _known(found.on_record_frac, at)


def _put_exact(row: models.VulnerabilityEntry, lost_mw: float, least_mw: float) -> None:
    row.basis = Basis.SCREENED_OUT
    row.lost_mw = lost_mw
    row.is_cascade = lost_mw > least_mw
    row.tripped_count = row.wave_count = 0
    row.customers = 0 if lost_mw == 0.0 else None


def _put_predicted(row: models.VulnerabilityEntry, looked: Looked, branch: int, per_mw: float | None) -> None:
    row.basis = Basis.PREDICTED
    row.probability = float(looked.probability[branch])
    row.predicted_lost_mw = float(looked.predicted_lost_mw[branch])
    row.predicted_customers = None if per_mw is None else row.predicted_lost_mw * per_mw
    row.factors = [asdict(each) for each in looked.factors.get(branch, ())]


def _foretold(looked: Looked, branch: int) -> dict[str, Any]:
    return {
        "probability": float(looked.probability[branch]),
        "lost_mw": float(looked.predicted_lost_mw[branch]),
        "factors": [asdict(each) for each in looked.factors.get(branch, ())],
    }


def _likelihood(row: models.VulnerabilityEntry) -> float | None:
    """Return how likely a cascade is: certain where it is known, as predicted elsewhere, None if neither."""
    if row.is_cascade is not None:
        return 1.0 if row.is_cascade else 0.0
    return row.probability


def _size_mw(row: models.VulnerabilityEntry) -> float:
    found = row.predicted_lost_mw if row.lost_mw is None else row.lost_mw
    return found or 0.0


def _known(values: FloatArray | IntArray, at: int) -> float | None:
    value = float(values[at])
    return None if np.isnan(value) else value
