"""What is learned, and what the code of every task returns. Light: web processes import this module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class LearningTask(StrEnum):
    """Name what a model is for; each task has its own data sets, models and evaluation set."""

    CASCADE_RISK = "CASCADE_RISK"
    """Which single outage of a state ends with more than 1 % of the demand lost."""
    PROPAGATION = "PROPAGATION"
    """Which branches trip later, given an outage."""
    TRANSFORMER_FAILURE = "TRANSFORMER_FAILURE"
    """Which distribution transformers fail within 30, 90 or 365 days."""


Tick = Callable[[int, int, str], None]
"""Called with work done, all work and what is being done; raises where the work is to be stopped."""


def no_tick(done: int, total: int, text: str) -> None:
    """Take a report of progress and do nothing."""


@dataclass(frozen=True, kw_only=True)
class DatasetSummary:
    """Say what a data set holds.

    Attributes:
        digest: SHA-256 over its plan and all its files: its identity.
        feature_version: version of the features of its task.
        counts: numbers worth knowing, such as rows and positives per part.
    """

    digest: str
    feature_version: int
    counts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Say how far the present has moved from what a model was trained on.

    Attributes:
        is_drifted: whether the model should be trained anew; None where nothing could be compared.
        reasons: why it is, or why nothing could be compared, in words.
        features: population stability index of each feature; None where it is not known.
        scores: figures of the model on cases of the present whose outcome is known; empty: there are none.
        n_cases: cases of the present that were looked at.
    """

    is_drifted: bool | None
    reasons: tuple[str, ...]
    features: Mapping[str, float | None] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    n_cases: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "is_drifted": self.is_drifted,
            "reasons": list(self.reasons),
            "features": dict(self.features),
            "scores": dict(self.scores),
            "n_cases": self.n_cases,
        }
