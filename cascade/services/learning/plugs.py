"""What each task must be able to do, where its code is, and what users may choose.

The code of a task is imported in workers alone, by :func:`load_plug`; what users choose is checked from the
options here, which a web process may read.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from cascade.ml.judging import Evaluation
from cascade.ml.tasks import DatasetSummary, Drift, LearningTask, Tick
from flux_site.api.errors import BadInput


class TaskPlug(Protocol):
    """Say what the code of a task does. Every function is safe to be killed and called again.

    ``tick(done, total, text)`` reports progress and raises when the job was cancelled: call it often.
    """

    def build(self, folder: Path, plan: Mapping[str, Any], tick: Tick) -> DatasetSummary:
        """Make a data set in a folder, or finish one that was begun there.

        The plan holds the options of :class:`TaskChoices`. What is made holds a part for evaluation.
        """

    def train(
        self, folder: Path, settings: Mapping[str, Any], *, seed: int, device: str, target: Path, tick: Tick
    ) -> None:
        """Train on a data set and write ``weights.safetensors`` and ``manifest.json`` to ``target``.

        The manifest must hold ``weights_sha256``, ``kind``, ``feature_version``, ``algorithm``, ``device``
        and ``data_sha256``; it may hold whatever else is to be known. The manifest is written last.

        Args:
            folder: the data set.
            settings: the options of :class:`TaskChoices`.
            seed: the same data, settings and seed give the same weights on one device.
            device: ``cpu`` or ``cuda``.
            target: an empty folder.
            tick: reports progress.
        """

    def evaluate(self, folder: Path, model_folder: Path, tick: Tick) -> Evaluation:
        """Score a model on what a data set holds out; the cases come in the order that the set decides.

        Raises:
            InvalidTrainingData: if the model was trained on some of these cases.
        """

    def drift(self, model_folder: Path, reference: Mapping[str, list[float]], tick: Tick) -> Drift:
        """Compare the present with what a model was trained on.

        Args:
            model_folder: the model.
            reference: per feature its deciles in training, from the model's evaluation; empty: not known.
            tick: reports progress.
        """


@dataclass(frozen=True, kw_only=True)
class Option:
    """Hold one thing that users may choose.

    Attributes:
        about: what it is, for people.
        default: taken where nothing is said.
        allowed: the values of a choice; empty for a number.
        lowest: least number.
        highest: greatest number.
    """

    about: str
    default: Any
    allowed: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None

    def checked(self, name: str, value: Any) -> Any:
        """Return a value of the option's own type.

        Raises:
            BadInput: naming the option, what was wrong and what is allowed.
        """
        if self.allowed:
            if value not in self.allowed:
                raise BadInput(f"{name} is {value!r}; allowed: {', '.join(self.allowed)}.", field=name)
            return value
        whole = isinstance(self.default, int)
        lowest = float("-inf") if self.lowest is None else self.lowest
        highest = float("inf") if self.highest is None else self.highest
        fits = isinstance(value, int | float) and not isinstance(value, bool) and lowest <= value <= highest
        if not fits or (whole and float(value) != int(value)):
            kind = "whole number" if whole else "number"
            raise BadInput(f"{name} is {value!r}; it must be a {kind} {lowest:g} to {highest:g}.", field=name)
        return int(value) if whole else float(value)


@dataclass(frozen=True, kw_only=True)
class TaskChoices:
    """Hold where the code of a task is and what may be chosen.

    Attributes:
        code: module and class of its plug.
        about: what it predicts, for people.
        plan: options of a data set.
        settings: options of a training; ``algorithm`` is one of them.
    """

    code: str
    about: str
    plan: Mapping[str, Option] = field(default_factory=dict)
    settings: Mapping[str, Option] = field(default_factory=dict)


STATES = {
    "size": Option(
        about="FULL: 850 states of six grids, some CPU-minutes. SMOKE: 36 states, for a try.",
        default="FULL",
        allowed=("FULL", "SMOKE"),
    )
}
"""Options of a data set of states of transmission grids."""

PLUGS: dict[LearningTask, TaskChoices] = {
    LearningTask.CASCADE_RISK: TaskChoices(
        code="cascade.services.learning.cascade_risk:CascadeRiskPlug",
        about="Which single outage of a state of the network ends with more than 1 % of the demand lost.",
        plan=STATES,
        settings={
            "algorithm": Option(
                about="BLEND: boosted trees and graph networks. TREES: boosted trees alone.",
                default="BLEND",
                allowed=("BLEND", "TREES"),
            ),
            "n_nets": Option(about="Networks of BLEND.", default=5, lowest=1, highest=20),
            "n_passes": Option(
                about="Passes over the training data of each network.", default=20, lowest=1, highest=500
            ),
        },
    ),
    LearningTask.PROPAGATION: TaskChoices(
        code="cascade.services.learning.propagation:PropagationPlug",
        about="Which branches trip later, given an outage.",
        plan=STATES,
        settings={
            "algorithm": Option(
                about="TREES_AND_NETS: boosted trees that networks correct. TREES: boosted trees alone.",
                default="TREES_AND_NETS",
                allowed=("TREES_AND_NETS", "TREES"),
            ),
            "n_nets": Option(about="Networks of TREES_AND_NETS.", default=5, lowest=1, highest=20),
            "n_passes": Option(
                about="Passes over the training data of each network.", default=3, lowest=1, highest=500
            ),
        },
    ),
    LearningTask.TRANSFORMER_FAILURE: TaskChoices(
        code="cascade.services.learning.transformers:TransformerFailurePlug",
        about="Which distribution transformers fail within 30, 90 or 365 days.",
        settings={
            "algorithm": Option(
                about="AUTO: age alone, unless another model is safely better on years before the test. "
                "AGE_WEIBULL: age alone. LOGISTIC: age and peak load. LOGISTIC_ALL: all features, linear. "
                "BOOSTING: boosted trees.",
                default="AUTO",
                allowed=("AUTO", "AGE_WEIBULL", "LOGISTIC", "LOGISTIC_ALL", "BOOSTING"),
            ),
            "model_seeds": Option(
                about="Seeds whose boosted trees are averaged.", default=3, lowest=1, highest=20
            ),
        },
    ),
}


def load_plug(task: LearningTask | str) -> TaskPlug:
    """Import the code of a task. In workers alone: it loads compiled code, and may load torch."""
    module, _, name = PLUGS[LearningTask(task)].code.partition(":")
    return cast("TaskPlug", getattr(importlib.import_module(module), name)())


def checked_options(options: Mapping[str, Option], given: Mapping[str, Any], *, field: str) -> dict[str, Any]:
    """Return all options, those not given by their default.

    Raises:
        BadInput: naming the option.
    """
    unknown = sorted(set(given) - set(options))
    if unknown:
        allowed = ", ".join(options) or "none"
        raise BadInput(f"{field} has {', '.join(unknown[:5])}; allowed: {allowed}.", field=field)
    return {
        name: option.checked(f"{field}.{name}", given.get(name, option.default))
        for name, option in options.items()
    }
