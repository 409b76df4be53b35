"""The life of a model of propagation, as jobs carry it out. For workers alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cascade.ml import propagation_drift, propagation_task, risk_task
from cascade.ml.judging import Evaluation
from cascade.ml.propagation import PropagationModel, PropagationParams
from cascade.ml.tasks import DatasetSummary, Drift, Tick
from cascade.services.learning.background import in_background
from cascade.services.learning.cascade_risk import present_networks


class PropagationPlug:
    """Make the data sets and models of propagation; see :class:`.plugs.TaskPlug`."""

    def build(self, folder: Path, plan: Mapping[str, Any], tick: Tick) -> DatasetSummary:
        """Draw states of the study grids and run the cascades of their outages."""
        return propagation_task.build(folder, risk_task.PLANS[plan["size"]], tick)

    def train(
        self, folder: Path, settings: Mapping[str, Any], *, seed: int, device: str, target: Path, tick: Tick
    ) -> None:
        """Train trees and, unless trees alone are wanted, networks that correct them."""
        plain = PropagationParams()
        params = replace(
            plain,
            net=replace(plain.net, n_passes=settings["n_passes"]),
            n_nets=settings["n_nets"] if settings["algorithm"] == "TREES_AND_NETS" else 0,
            seed=seed,
        )

        def trained(inner: Tick) -> PropagationModel:
            return propagation_task.train(folder, params, device=device, tick=inner)

        in_background(trained, tick).save(target)

    def evaluate(self, folder: Path, model_folder: Path, tick: Tick) -> Evaluation:
        """Score a model on S1 to S3."""
        return in_background(lambda inner: propagation_task.evaluate(folder, model_folder, inner), tick)

    def drift(self, model_folder: Path, reference: Mapping[str, list[float]], tick: Tick) -> Drift:
        """Ask the model about outages of the networks of now and simulate the same."""
        networks = present_networks()
        return in_background(
            lambda inner: propagation_drift.check(model_folder, networks, reference, inner), tick
        )
