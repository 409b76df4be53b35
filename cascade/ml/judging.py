"""What a model is worth on an evaluation set, kept with the cases, so that two models can be compared.

An evaluation holds every case with the model's score and that of the best simple baseline. Two evaluations of
one set hold the same cases in the same order, so their difference is drawn again in pairs: whole groups with
replacement, both models on the same draw. Light: web processes import this module.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cascade.ml.errors import BadModelFile, InvalidTrainingData
from cascade.ml.store import write_whole
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

EVALUATION, CASES = "evaluation.json", "evaluation.safetensors"
FORMAT_VERSION = 1
HEADLINE = "mean average precision"
DRAWS = 400


@dataclass(frozen=True, eq=False, kw_only=True)
class Cases:
    """Hold the cases of an evaluation set, in an order that only the set decides.

    Attributes:
        parts: names of the parts of the set, such as S1, S2 and S3.
        part: number of the part of each case.
        group: number of what cases belong together and are drawn together, such as a state or a transformer.
        is_positive: what happened.
        score: the model's score; higher is likelier. For ranking.
        probability: the model's calibrated probability.
        baseline: the score of the best simple baseline.
    """

    parts: tuple[str, ...]
    part: IntArray
    group: IntArray
    is_positive: BoolArray
    score: FloatArray
    probability: FloatArray
    baseline: FloatArray

    def __post_init__(self) -> None:
        """Check that the arrays are of one length, and that each part holds cases of both outcomes.

        Scores are rounded to what a file of them holds, so that what is read back compares alike.

        Raises:
            InvalidTrainingData: naming the array or the part.
        """
        n = len(self.is_positive)
        for name in ("score", "probability", "baseline"):
            rounded = np.asarray(getattr(self, name), dtype=np.float32).astype(np.float64)
            object.__setattr__(self, name, rounded)
        for name in ("part", "group", "score", "probability", "baseline"):
            values = getattr(self, name)
            if len(values) != n:
                raise InvalidTrainingData(field=name, message=f"has {len(values)} values for {n} cases")
            if not np.isfinite(values).all():
                raise InvalidTrainingData(field=name, message="holds a value that is not finite")
        for number, name in enumerate(self.parts):
            inside = self.is_positive[self.part == number]
            if not len(inside) or inside.all() or not inside.any():
                raise InvalidTrainingData(field=name, message="holds no cases of both outcomes")

    @property
    def digest(self) -> str:
        """Return the identity of the evaluation set: parts, groups and outcomes, and no model's score."""
        sha = hashlib.sha256(json.dumps(list(self.parts)).encode())
        sha.update(np.ascontiguousarray(self.part, dtype="<i8").tobytes())
        sha.update(np.ascontiguousarray(self.group, dtype="<i8").tobytes())
        sha.update(np.packbits(self.is_positive).tobytes())
        return sha.hexdigest()

    def to_bytes(self) -> bytes:
        """Return the cases as safetensors."""
        from safetensors.numpy import save

        return save(
            {
                "part": self.part.astype(np.uint8),
                "group": self.group.astype(np.int32),
                "is_positive": self.is_positive.astype(np.uint8),
                "score": self.score.astype(np.float32),
                "probability": self.probability.astype(np.float32),
                "baseline": self.baseline.astype(np.float32),
            },
            metadata={"parts": json.dumps(list(self.parts))},
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Cases:
        """Read cases.

        Raises:
            BadModelFile: if they are damaged.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            arrays = load(content)
            head = int.from_bytes(content[:8], "little")
            parts = json.loads(json.loads(content[8 : 8 + head])["__metadata__"]["parts"])
            return cls(
                parts=tuple(parts),
                part=arrays["part"].astype(np.int64),
                group=arrays["group"].astype(np.int64),
                is_positive=arrays["is_positive"].astype(np.bool_),
                score=arrays["score"],
                probability=arrays["probability"],
                baseline=arrays["baseline"],
            )
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise BadModelFile(field=CASES, message="is damaged") from error


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """Hold what a model is worth on an evaluation set.

    Attributes:
        cases: every case with its scores.
        parts: per part its figures: ``n``, ``prevalence``, ``model`` and ``baselines`` (name to figures; each
            figure ``{"value", "low", "high"}``), ``calibration`` (list of ``{"said", "seen", "count"}``).
        baseline_name: the best simple baseline, whose scores are in the cases.
        is_baseline: whether the model is that baseline itself.
        importance: features and what shuffling each of them costs, the most important first.
        reference: per feature the nine inner deciles of its values in training; drift is measured from them.
        notes: what else is to be known, such as a ceiling.
    """

    cases: Cases
    parts: Mapping[str, Mapping[str, Any]]
    baseline_name: str
    is_baseline: bool = False
    importance: Sequence[Mapping[str, Any]] = ()
    reference: Mapping[str, Sequence[float]] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    def headline(self) -> Headline:
        """Return the mean of the parts' average precisions, beside that of the baseline."""
        cases = self.cases
        model = _Ranked.of(cases, cases.score)
        baseline = _Ranked.of(cases, cases.baseline)
        groups = _Groups.of(cases)
        drawn = [model.headline(weights) for weights in groups.draws(DRAWS)]
        low, high = _interval(drawn)
        return Headline(
            name=f"{HEADLINE} of {', '.join(cases.parts)}" if len(cases.parts) > 1 else "average precision",
            value=_known(model.headline(None)),
            low=low,
            high=high,
            baseline_name=self.baseline_name,
            baseline_value=_known(baseline.headline(None)),
        )

    def save(self, folder: Path) -> None:
        """Write the evaluation beside a model; the page is written last."""
        write_whole(folder / CASES, self.cases.to_bytes())
        write_whole(folder / EVALUATION, json.dumps(self.to_dict(), indent=1, sort_keys=True).encode())

    def to_dict(self) -> dict[str, Any]:
        """Return all but the cases as JSON values."""
        return {
            "format_version": FORMAT_VERSION,
            "evaluation_sha256": self.cases.digest,
            "cases_sha256": hashlib.sha256(self.cases.to_bytes()).hexdigest(),
            "parts": {name: dict(figures) for name, figures in self.parts.items()},
            "baseline_name": self.baseline_name,
            "is_baseline": self.is_baseline,
            "importance": [dict(each) for each in self.importance],
            "reference": {name: list(values) for name, values in self.reference.items()},
            "notes": dict(self.notes),
        }

    @classmethod
    def load(cls, folder: Path) -> Evaluation:
        """Read an evaluation.

        Raises:
            BadModelFile: if there is none, it is damaged, or page and cases are not of one evaluation.
        """
        try:
            told = json.loads((folder / EVALUATION).read_bytes())
            content = (folder / CASES).read_bytes()
        except OSError as error:
            raise BadModelFile(field=str(folder), message=f"holds no evaluation: {error.strerror}") from error
        except ValueError as error:
            raise BadModelFile(field=EVALUATION, message="is damaged") from error
        if not isinstance(told, dict) or told.get("format_version") != FORMAT_VERSION:
            raise BadModelFile(field=EVALUATION, message="is damaged or of another version")
        if hashlib.sha256(content).hexdigest() != told.get("cases_sha256"):
            raise BadModelFile(field=CASES, message="is not the one that the evaluation was written with")
        try:
            return cls(
                cases=Cases.from_bytes(content),
                parts=told["parts"],
                baseline_name=told["baseline_name"],
                is_baseline=told["is_baseline"],
                importance=told["importance"],
                reference=told["reference"],
                notes=told["notes"],
            )
        except KeyError as error:
            raise BadModelFile(field=str(error), message="is missing") from error


@dataclass(frozen=True, kw_only=True)
class Headline:
    """Hold the one figure by which models of a task are compared.

    Attributes:
        name: what it is.
        value: of the model.
        low: lower end of its 95 % interval; None if it cannot be told.
        high: upper end.
        baseline_name: the best simple baseline.
        baseline_value: the same figure of it.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    baseline_name: str
    baseline_value: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Hold the difference of two scores on the same cases.

    Attributes:
        value: headline of the candidate.
        against: headline of what it is compared with.
        difference: the first less the second.
        low: lower end of the 95 % interval of the difference; None if it cannot be told.
        high: upper end.
        n_cases: cases compared.
        n_groups: groups drawn.
    """

    value: float
    against: float
    difference: float
    low: float | None
    high: float | None
    n_cases: int
    n_groups: int

    @property
    def is_better(self) -> bool:
        """Return whether the candidate is better beyond chance: the whole interval lies above zero."""
        return self.low is not None and self.low > 0.0


def compare(candidate: Cases, incumbent: Cases) -> Comparison:
    """Compare two models on one evaluation set.

    Raises:
        InvalidTrainingData: if the cases are not the same.
    """
    if candidate.digest != incumbent.digest:
        raise InvalidTrainingData(field="cases", message="are of another evaluation set")
    return _compare(candidate, candidate.score, incumbent.score)


def compare_with_baseline(cases: Cases) -> Comparison:
    """Compare a model with the best simple baseline on the same cases."""
    return _compare(cases, cases.score, cases.baseline)


def _compare(cases: Cases, score: FloatArray, against: FloatArray) -> Comparison:
    first, second = _Ranked.of(cases, score), _Ranked.of(cases, against)
    groups = _Groups.of(cases)
    differences = [first.headline(weights) - second.headline(weights) for weights in groups.draws(DRAWS)]
    low, high = _interval(differences)
    value, other = _known(first.headline(None)), _known(second.headline(None))
    return Comparison(
        value=value,
        against=other,
        difference=value - other,
        low=low,
        high=high,
        n_cases=len(score),
        n_groups=groups.count,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Ranked:
    """Hold the cases of each part in the order of a score, so that a draw costs no sorting."""

    order: tuple[IntArray, ...]
    positive: tuple[BoolArray, ...]
    last: tuple[IntArray, ...]

    @classmethod
    def of(cls, cases: Cases, score: FloatArray) -> _Ranked:
        orders, positives, lasts = [], [], []
        for number in range(len(cases.parts)):
            inside = np.flatnonzero(cases.part == number)
            order = inside[np.argsort(-score[inside], kind="stable")]
            value = score[order]
            orders.append(order)
            positives.append(cases.is_positive[order])
            lasts.append(np.concatenate([np.flatnonzero(value[1:] != value[:-1]), [len(value) - 1]]))
        return cls(order=tuple(orders), positive=tuple(positives), last=tuple(lasts))

    def headline(self, weight: FloatArray | None) -> float:
        """Return the mean over the parts of the average precision; NaN where a part has no positive."""
        told = []
        for order, positive, last in zip(self.order, self.positive, self.last, strict=True):
            counts = np.ones(len(order)) if weight is None else weight[order]
            hits, drawn = np.cumsum(counts * positive)[last], np.cumsum(counts)[last]
            if hits[-1] == 0.0:
                return float("nan")
            gained = np.diff(np.concatenate([[0.0], hits]))
            told.append(float(np.sum(gained * hits / np.maximum(drawn, 1.0)) / hits[-1]))
        return float(np.mean(told))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Groups:
    """Hold which group each case belongs to, numbered without gaps."""

    of_case: IntArray
    count: int

    @classmethod
    def of(cls, cases: Cases) -> _Groups:
        known, place = np.unique(cases.group, return_inverse=True)
        return cls(of_case=place.astype(np.int64), count=len(known))

    def draws(self, n: int, seed: int = 0) -> Iterator[npt.NDArray[np.float64]]:
        """Yield how often each case is drawn, in each of n draws of whole groups."""
        rng = np.random.default_rng(seed)
        for _ in range(n):
            times = np.bincount(rng.integers(0, self.count, self.count), minlength=self.count)
            yield times.astype(np.float64)[self.of_case]


def _interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the middle 95 % of the draws; None if fewer than half of them have a value."""
    known = [value for value in values if np.isfinite(value)]
    if len(known) < len(values) / 2:
        return None, None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def _known(value: float) -> float:
    if not np.isfinite(value):
        raise InvalidTrainingData(field="cases", message="hold a part without a positive")
    return value
