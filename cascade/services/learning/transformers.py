"""The task of transformer failures over the warehouse in use: data set, training, evaluation and drift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cascade.ml.judging import Evaluation
from cascade.ml.tasks import DatasetSummary, Drift, Tick
from cascade.ml.transformers import failure_task
from grid.selectors.warehouse import get_warehouse


class TransformerFailurePlug:
    """Learn which transformers fail. See :class:`cascade.services.learning.plugs.TaskPlug`."""

    def build(self, folder: Path, plan: Mapping[str, Any], tick: Tick) -> DatasetSummary:
        """Make a data set of all that is on record, or finish one."""
        return failure_task.build(folder, get_warehouse(), now=naive_now(), tick=tick)

    def train(
        self, folder: Path, settings: Mapping[str, Any], *, seed: int, device: str, target: Path, tick: Tick
    ) -> None:
        """Train a model. Trees and linear models are fitted on processors whatever the device."""
        failure_task.train(
            folder,
            algorithm=settings["algorithm"],
            model_seeds=settings["model_seeds"],
            seed=seed,
            target=target,
            tick=tick,
        )

    def evaluate(self, folder: Path, model_folder: Path, tick: Tick) -> Evaluation:
        """Score a model on a data set's later rows."""
        return failure_task.evaluate(folder, model_folder, tick)

    def drift(self, model_folder: Path, reference: Mapping[str, list[float]], tick: Tick) -> Drift:
        """Compare the present with what a model was trained on."""
        return failure_task.check(model_folder, reference, get_warehouse(), now=naive_now(), tick=tick)


def naive_now() -> datetime:
    """Return the present as the warehouse keeps times: UTC without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)
