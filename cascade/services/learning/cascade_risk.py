"""The life of a model of cascade risk, as jobs carry it out. For workers alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cascade import models
from cascade.ml import risk_drift, risk_task
from cascade.ml.judging import Evaluation
from cascade.ml.net_params import NetParams
from cascade.ml.risk_model import RiskModel, RiskParams
from cascade.ml.tasks import DatasetSummary, Drift, Tick
from cascade.services.learning.background import in_background
from cascade.services.learning.vulnerability_state import state_of
from flux_site.api.errors import FluxError
from grid.powerflow.dcflow import SingularIsland
from grid.selectors.network import list_interconnects

logger = logging.getLogger(__name__)

TRIP_THRESHOLD = 1.15
"""Flow over rating from which a branch trips, as in training: an emergency rating."""


class CascadeRiskPlug:
    """Make the data sets and models of cascade risk; see :class:`.plugs.TaskPlug`."""

    def build(self, folder: Path, plan: Mapping[str, Any], tick: Tick) -> DatasetSummary:
        """Draw states of the study grids and run the cascades of their outages."""
        return risk_task.build(folder, risk_task.PLANS[plan["size"]], tick)

    def train(
        self, folder: Path, settings: Mapping[str, Any], *, seed: int, device: str, target: Path, tick: Tick
    ) -> None:
        """Train trees and, unless trees alone are wanted, networks."""
        params = RiskParams(
            net=NetParams(n_passes=settings["n_passes"]),
            n_nets=settings["n_nets"] if settings["algorithm"] == "BLEND" else 0,
            seed=seed,
        )

        def trained(inner: Tick) -> RiskModel:
            return risk_task.train(folder, params, device=device, tick=inner)

        in_background(trained, tick).save(target)

    def evaluate(self, folder: Path, model_folder: Path, tick: Tick) -> Evaluation:
        """Score a model on S1 to S3."""
        return in_background(lambda inner: risk_task.evaluate(folder, model_folder, inner), tick)

    def drift(self, model_folder: Path, reference: Mapping[str, list[float]], tick: Tick) -> Drift:
        """Ask the model about the networks of now and simulate the same."""
        networks = present_networks()
        return in_background(lambda inner: risk_drift.check(model_folder, networks, reference, inner), tick)


def present_networks() -> list[risk_drift.PresentNetwork]:
    """Return the networks that the cache holds, as they stand now; those that cannot be solved left out."""
    found = []
    for name in list_interconnects():
        try:
            state = state_of(models.VulnerabilityMap(interconnect=name, trip_threshold_frac=TRIP_THRESHOLD))
        except (FluxError, SingularIsland) as error:
            logger.warning("Unable to look at the network of %s: %s", name, error)
            continue
        found.append(
            risk_drift.PresentNetwork(
                name=name,
                network=state.network,
                bus_kv=state.bus_kv,
                is_transformer=state.is_transformer,
            )
        )
    return found
