"""What a model is worth, against scikit-learn; two models on the same cases, against a plain bootstrap."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from cascade.ml.drift import deciles, stability_index
from cascade.ml.errors import BadModelFile, InvalidTrainingData
from cascade.ml.figures import part_figures
from cascade.ml.judging import CASES, EVALUATION, Cases, Evaluation, compare, compare_with_baseline
from tests.factories.learned import make_cases, make_evaluation


def _mean_ap(cases: Cases, score: np.ndarray, rows: np.ndarray) -> float:
    """Return the mean of scikit-learn's average precision over the parts, of rows that may repeat."""
    return float(
        np.mean(
            [
                average_precision_score(
                    cases.is_positive[rows[cases.part[rows] == at]], score[rows[cases.part[rows] == at]]
                )
                for at in range(len(cases.parts))
            ]
        )
    )


def test_the_headline_is_the_mean_average_precision() -> None:
    cases = make_cases(skill=1.0)
    told = make_evaluation(cases).headline()

    every = np.arange(len(cases.score))
    assert told.value == pytest.approx(_mean_ap(cases, cases.score, every), abs=1e-12)
    assert told.baseline_value == pytest.approx(_mean_ap(cases, cases.baseline, every), abs=1e-12)
    assert told.low is not None
    assert told.high is not None
    assert told.low < told.value < told.high


def test_the_interval_of_a_difference_is_that_of_a_plain_paired_bootstrap() -> None:
    good, fair = make_cases(skill=1.2), make_cases(skill=0.6)
    found = compare(good, fair)

    groups = [np.flatnonzero(good.group == number) for number in range(good.group.max() + 1)]
    rng = np.random.default_rng(0)
    differences = []
    for _ in range(400):
        rows = np.concatenate([groups[n] for n in rng.integers(0, len(groups), len(groups))])
        differences.append(_mean_ap(good, good.score, rows) - _mean_ap(good, fair.score, rows))
    low, high = np.percentile(differences, [2.5, 97.5])
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    assert (found.n_cases, found.n_groups) == (240, 40)
    assert found.difference == found.value - found.against


def test_ties_count_together() -> None:
    cases = make_cases(skill=1.0)
    tied = Cases(
        **{
            **{name: getattr(cases, name) for name in ("parts", "part", "group", "is_positive")},
            "score": np.round(cases.score),
            "probability": cases.probability,
            "baseline": np.zeros(len(cases.score)),
        }
    )
    told = make_evaluation(tied).headline()

    every = np.arange(len(tied.score))
    assert told.value == pytest.approx(_mean_ap(tied, tied.score, every), abs=1e-12)
    # A score that is the same everywhere is worth the share of positives.
    shares = [tied.is_positive[tied.part == at].mean() for at in (0, 1)]
    assert told.baseline_value == pytest.approx(np.mean(shares), abs=1e-12)


def test_better_is_better_beyond_chance_only() -> None:
    good, poor = make_cases(skill=1.5), make_cases(skill=0.2)

    assert compare(good, poor).is_better
    assert not compare(poor, good).is_better
    same = compare(good, good)
    assert (same.difference, same.low, same.high, same.is_better) == (0.0, 0.0, 0.0, False)
    assert compare_with_baseline(good).is_better
    assert not compare_with_baseline(make_cases(skill=0.3, baseline=0.3)).is_better


def test_only_the_same_cases_are_compared() -> None:
    one = make_cases(skill=1.0)

    assert one.digest == make_cases(skill=0.1).digest
    assert one.digest != make_cases(skill=1.0, seed=2).digest
    with pytest.raises(InvalidTrainingData, match="another evaluation set"):
        compare(one, make_cases(skill=1.0, seed=2))


@pytest.mark.parametrize(
    ("name", "values", "match"),
    [
        ("score", np.zeros(3), "score: has 3 values for 240"),
        ("probability", np.full(240, np.nan), "probability: holds a value that is not finite"),
        ("is_positive", np.zeros(240, dtype=bool), "S1: holds no cases of both outcomes"),
    ],
)
def test_cases_that_say_nothing_are_refused(name: str, values: np.ndarray, match: str) -> None:
    cases = make_cases(skill=1.0)
    fields = ("parts", "part", "group", "is_positive", "score", "probability", "baseline")

    with pytest.raises(InvalidTrainingData, match=match):
        Cases(**{**{each: getattr(cases, each) for each in fields}, name: values})


def test_what_is_read_back_is_what_was_kept_and_damage_is_refused(tmp_path: Path) -> None:
    kept = make_evaluation(make_cases(skill=1.0))
    kept.save(tmp_path)
    read = Evaluation.load(tmp_path)

    assert read.to_dict() == kept.to_dict()
    assert read.headline() == kept.headline()
    assert compare(read.cases, kept.cases).difference == 0.0

    content = (tmp_path / CASES).read_bytes()
    (tmp_path / CASES).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BadModelFile, match=r"evaluation\.safetensors"):
        Evaluation.load(tmp_path)
    (tmp_path / CASES).write_bytes(content)
    (tmp_path / EVALUATION).write_text("{")
    with pytest.raises(BadModelFile, match=r"evaluation\.json: is damaged"):
        Evaluation.load(tmp_path)
    (tmp_path / EVALUATION).unlink()
    with pytest.raises(BadModelFile, match="holds no evaluation"):
        Evaluation.load(tmp_path)


def test_the_figures_of_a_part_are_those_of_its_cases() -> None:
    cases = make_cases(skill=1.0)
    told = part_figures(cases, 1, "logistic regression")

    inside = cases.part == 1
    truth, said = cases.is_positive[inside], cases.probability[inside]
    assert told["n"] == 120
    assert told["prevalence"] == truth.mean()
    assert told["model"]["average_precision"]["value"] == pytest.approx(
        average_precision_score(truth, cases.score[inside])
    )
    assert told["model"]["brier"]["value"] == pytest.approx(np.mean((said - truth) ** 2))
    assert told["baselines"]["logistic regression"]["average_precision"]["value"] == pytest.approx(
        average_precision_score(truth, cases.baseline[inside])
    )
    assert sum(step["count"] for step in told["calibration"]) == 120


def test_the_stability_index_is_the_sum_over_the_bins() -> None:
    reference = [float(n) for n in range(1, 10)]  # each of ten bins holds a tenth
    values = np.array([0.5] * 5 + [1.5] * 5)  # half in the first, half in the second

    empty = 8 * (0.001 - 0.1) * np.log(0.001 / 0.1)
    assert stability_index(reference, values) == pytest.approx(2 * (0.5 - 0.1) * np.log(0.5 / 0.1) + empty)
    assert stability_index(reference, np.arange(0.5, 10.0)) == pytest.approx(0.0, abs=1e-12)
    assert stability_index(reference, np.full(4, np.nan)) is None


def test_values_of_training_are_stable_also_where_many_are_equal() -> None:
    rng = np.random.default_rng(0)
    x = np.column_stack(
        [rng.normal(size=4_000), np.maximum(rng.normal(size=4_000), 0.0), np.full(4_000, np.nan)]
    )
    reference = deciles(x, ["smooth", "half", "unknown"])

    assert reference.keys() == {"smooth", "half"}
    assert stability_index(reference["smooth"], x[:, 0]) == pytest.approx(0.0, abs=1e-3)
    assert stability_index(reference["half"], x[:, 1]) == pytest.approx(0.0, abs=0.05)
    assert stability_index(reference["smooth"], x[:, 0] + 2.0) > 1.0  # type: ignore[operator]
