"""Looking at the transmission network as it stands now, again only where something has changed.

What it costs to lose a branch is compiled code: the worker that takes the samples runs it, no web process.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from cascade import models
from cascade.engine.params import MAX_MULTIPLIER, MIN_MULTIPLIER
from cascade.engine.risk_now.assumptions import RiskAssumption, RiskAssumptions
from cascade.services.inputs import load
from flux_site.api.errors import FluxError
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from grid.selectors import risk_inputs

if TYPE_CHECKING:
    from cascade.engine.risk_now.present import Loss, Present

logger = logging.getLogger(__name__)

MULTIPLIER_STEP = 0.01
"""The load is taken in such steps, so that not every change of it begins the work anew."""
RATING_STEP = 0.005


@dataclass(frozen=True, kw_only=True)
class PresentState:
    """Hold a network as it stands now.

    Attributes:
        network: what is in service.
        load: the metered load against the planned one.
        multiplier: factor on every load.
        rating_frac: rating of each branch in the hour's weather over the stored one; NaN: not known.
        rated_hour: that hour.
        digest: SHA-256 of all this and of the trip threshold.
    """

    network: Network
    load: risk_inputs.PresentLoad
    multiplier: float
    rating_frac: np.ndarray
    rated_hour: datetime | None
    digest: str


def refresh(interconnect: str, *, assumptions: RiskAssumptions, now: datetime) -> models.RiskNetwork:
    """Return what the losses of branches cost as the network stands now; looked at anew if that changed.

    A network that cannot be computed on is kept with the reason.
    """
    from cascade.engine.risk_now.present import look  # compiled code, which no web process loads

    kept = models.RiskNetwork.objects.filter(pk=interconnect).first()
    trip = assumptions[RiskAssumption.TRIP_THRESHOLD]
    began = time.perf_counter()
    try:
        state = present_state(interconnect, trip)
        if kept is not None and kept.digest == state.digest and kept.reason is None:
            return kept
        found = look(
            state.network, load_multiplier=state.multiplier, rating_frac=state.rating_frac, trip=trip
        )
    except (FluxError, SingularIsland, ValueError) as error:
        logger.warning("Unable to look at the network of %s: %s", interconnect, error)
        values: dict[str, Any] = {"digest": "", "losses": [], "overloads": [], "relief": None}
        values |= {"reason": f"The network of {interconnect} cannot be computed on: {error}"}
    else:
        values = _values(state, found) | {"elapsed_ms": (time.perf_counter() - began) * 1000.0}
    row, _ = models.RiskNetwork.objects.update_or_create(
        pk=interconnect, defaults={"computed_at": now, **values}
    )
    return row


def present_state(interconnect: str, trip: float) -> PresentState:
    """Return a network as it stands now. Not for web processes.

    Args:
        interconnect: which.
        trip: a branch trips above so many times its rating.

    Raises:
        BadInput: if the cached data is no valid network.
        EmptyNetwork: if the cache holds no bus of it.
    """
    from cascade.engine.risk_now.present import state_digest

    network = load(interconnect)
    present = risk_inputs.present_load(interconnect)
    multiplier = 1.0
    if present.multiplier is not None:
        stepped = round(present.multiplier / MULTIPLIER_STEP) * MULTIPLIER_STEP
        multiplier = min(max(stepped, MULTIPLIER_STEP, MIN_MULTIPLIER), MAX_MULTIPLIER)
    fracs, rated_hour = risk_inputs.branch_rating_fracs(interconnect)
    stored = np.array([fracs.get(each, np.nan) for each in network.branch_ids], dtype=np.float64)
    rating_frac = np.round(stored / RATING_STEP) * RATING_STEP
    rating_frac = np.where(rating_frac > 0.0, rating_frac, np.nan)
    return PresentState(
        network=network,
        load=present,
        multiplier=multiplier,
        rating_frac=rating_frac,
        rated_hour=rated_hour,
        digest=state_digest(network, load_multiplier=multiplier, rating_frac=rating_frac, trip=trip),
    )


def _values(state: PresentState, found: Present) -> dict[str, Any]:
    network = state.network
    return {
        "digest": state.digest,
        "load_multiplier": state.multiplier,
        "load_hour": state.load.at,
        "rated_hour": state.rated_hour,
        "branch_count": network.n_branches,
        "rated_count": int(np.count_nonzero(~np.isnan(state.rating_frac))),
        "secured_count": found.secured,
        "unsolved_count": len(found.unsolved),
        "is_relievable": found.is_relievable,
        "overloads": [
            [network.branch_ids[each.branch], round(each.flow_mw, 3), round(each.rating_mva, 3)]
            for each in found.overloads
        ],
        "relief": None if found.relief is None else _loss(found.relief, network),
        "losses": [_loss(each, network) for each in found.losses],
        "elapsed_ms": None,
        "reason": None,
    }


def _loss(loss: Loss, network: Network) -> dict[str, Any]:
    """Return a loss as it is kept; ``at`` lists substation, share of its load lost, and MW."""
    return {
        "branch": network.branch_ids[loss.branch] if loss.branch >= 0 else None,
        "shed_mw": round(loss.shed_mw, 3),
        "tripped": loss.n_tripped,
        "at": [
            [network.substation_ids[place], round(float(frac), 6), round(float(lost_mw), 3)]
            for place, frac, lost_mw in zip(
                loss.substation.tolist(), loss.lost_frac, loss.lost_mw, strict=True
            )
        ],
    }
