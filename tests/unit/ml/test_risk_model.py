"""The trained model: learns from labels and nothing else, is the same each time, and is kept safely."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from cascade.ml.baselines import centrality_scores, fit_logistic
from cascade.ml.boosting import BoostingParams
from cascade.ml.dataset import LabelledState
from cascade.ml.errors import BadModelFile, InvalidTrainingData
from cascade.ml.evaluation import BLEND, BOOSTING, NETS, evaluate
from cascade.ml.metrics import roc_auc
from cascade.ml.net_params import NetParams
from cascade.ml.report import BEGIN, END, write_report
from cascade.ml.risk_model import RiskModel, RiskParams, candidate_x, labels, train_risk_model
from cascade.ml.splits import Part
from cascade.ml.study_grids import GridName, load_study_grid
from tests.unit.ml.conftest import QUICK
from tests.unit.ml.samples import parts_of


def _auc(model: RiskModel, states: list[LabelledState]) -> float:
    unseen = parts_of(states)[Part.UNSEEN_STATES]
    said = np.concatenate([model.predict(each.state.features).rank_score for each in unseen])
    return roc_auc(labels(unseen, 0.01), said)


def _permuted(states: list[LabelledState], seed: int) -> list[LabelledState]:
    rng = np.random.default_rng(seed)
    share = np.concatenate([each.lost_share for each in states])
    rng.shuffle(share)
    cuts = np.cumsum([len(each.lost_mw) for each in states])[:-1]
    return [
        replace(each, lost_mw=part * each.features.demand_mw)
        for each, part in zip(states, np.split(share, cuts), strict=True)
    ]


def test_it_learns_and_with_permuted_labels_it_does_not(
    model: RiskModel, states: list[LabelledState]
) -> None:
    true_auc = _auc(model, states)
    by_chance = []
    for seed in range(3):
        shuffled = _permuted(states, seed)
        by_chance.append(_auc(train_risk_model(parts_of(shuffled), replace(QUICK, n_nets=1)), shuffled))

    assert true_auc > 0.85
    assert abs(float(np.mean(by_chance)) - 0.5) < 0.1
    assert max(by_chance) < true_auc - 0.15


def test_the_same_seed_gives_the_same_weights_and_another_one_others(
    model: RiskModel, states: list[LabelledState], tmp_path: Path
) -> None:
    again = train_risk_model(parts_of(states), QUICK, about={"data": "small"})
    other = train_risk_model(parts_of(states), replace(QUICK, seed=50), about={"data": "small"})

    digest = model.save(tmp_path / "one")
    assert again.save(tmp_path / "two") == digest
    assert other.save(tmp_path / "three") != digest
    assert (tmp_path / "one" / "manifest.json").read_bytes() == (
        tmp_path / "two" / "manifest.json"
    ).read_bytes()


def test_a_model_read_back_predicts_the_same(
    model: RiskModel, states: list[LabelledState], tmp_path: Path
) -> None:
    model.save(tmp_path)
    again = RiskModel.load(tmp_path)

    for each in states[50:]:
        one, two = model.predict(each.features), again.predict(each.features)
        np.testing.assert_array_equal(one.branch, each.candidate_branch)
        for name in ("probability", "lost_mw", "rank_score", "in_simulation_set"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        assert np.all((one.probability > 0.0) & (one.probability < 1.0))
        assert np.all((one.lost_mw >= 0.0) & (one.lost_mw <= each.features.demand_mw))
    assert again.params == QUICK
    assert again.about["data"] == "small"


def test_damaged_and_mismatched_files_are_refused_with_the_reason(model: RiskModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    weights, manifest = tmp_path / "weights.safetensors", tmp_path / "manifest.json"
    content, told = weights.read_bytes(), json.loads(manifest.read_text())

    def refused(match: str) -> None:
        with pytest.raises(BadModelFile, match=match):
            RiskModel.load(tmp_path)

    weights.write_bytes(content[:-5])
    refused("weights.safetensors: is damaged")
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    refused("weights.safetensors: is damaged")
    weights.unlink()
    refused("no whole model")
    weights.write_bytes(content)
    for field, value, match in (
        ("kind", "SOMETHING_ELSE", "kind: is 'SOMETHING_ELSE'"),
        ("format_version", 99, "format_version: is 99"),
        ("feature_version", -1, "train the model anew"),
        ("node_features", ["loading_frac"], "node_features"),
        ("trees", {"target": "PROBABILITY"}, "missing"),
    ):
        manifest.write_text(json.dumps(told | {field: value}))
        refused(match)
    wider = told["params"] | {"net": told["params"]["net"] | {"width": 24}}
    manifest.write_text(json.dumps(told | {"params": wider}))
    refused("does not fit the settings")
    manifest.write_text("{")
    refused("manifest.json: is damaged")


def test_nothing_in_a_model_folder_runs_code(model: RiskModel, tmp_path: Path) -> None:
    model.save(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {"weights.safetensors", "manifest.json"}
    assert b"pickle" not in (tmp_path / "weights.safetensors").read_bytes()[:100_000]


def test_logistic_regression_is_that_of_scikit_learn(states: list[LabelledState]) -> None:
    parts = parts_of(states)
    x = np.nan_to_num(np.concatenate([candidate_x(each) for each in parts[Part.TRAIN]]))
    truth = labels(parts[Part.TRAIN], 0.01)
    kept = np.std(x, axis=0) > 1e-3
    standard = np.clip(StandardScaler().fit_transform(x[:, kept]), -8.0, 8.0)
    peer = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-10).fit(standard, truth)

    ours = fit_logistic(x[:, kept], truth)

    np.testing.assert_allclose(ours.raw(x[:, kept]), peer.decision_function(standard), atol=1e-3)


def test_the_score_of_centralities_is_a_score_of_branches() -> None:
    score = centrality_scores(GridName.EUROPE_89)

    assert len(score) == load_study_grid(GridName.EUROPE_89).network.n_branches
    assert score.max() == pytest.approx(1.0)
    assert score.min() > 0.0


def test_the_report_holds_every_model_on_every_part_with_intervals(states: list[LabelledState]) -> None:
    parts = parts_of(states)
    parts[Part.UNSEEN_REGION] = parts[Part.UNSEEN_GRID] = parts[Part.UNSEEN_STATES]
    quick = RiskParams(
        boosting=BoostingParams(n_trees=10, max_leaf_nodes=5),
        net=NetParams(width=8, n_layers=1, n_passes=2),
        n_nets=2,
    )

    _, report = evaluate(parts, quick)

    for part in (Part.UNSEEN_STATES, Part.UNSEEN_REGION, Part.UNSEEN_GRID):
        told = report["tests"][part]
        assert {BLEND, BOOSTING, NETS, "LODF overload MW", "centrality score"} <= set(told["models"])
        for model in told["models"].values():
            low, high = model["average_precision_interval"]
            assert low <= model["average_precision"] <= high
        assert len(told["by_seed"]["roc_auc"]) == 2
    json.dumps(report)  # plain values only


def test_figures_are_written_between_the_marks_of_a_page(tmp_path: Path, states: list[LabelledState]) -> None:
    parts = parts_of(states)
    parts[Part.UNSEEN_REGION] = parts[Part.UNSEEN_GRID] = parts[Part.UNSEEN_STATES]
    quick = RiskParams(
        boosting=BoostingParams(n_trees=5, max_leaf_nodes=5), net=NetParams(n_layers=0, n_passes=1), n_nets=1
    )
    _, report = evaluate(parts, quick)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write_report(page, report)

    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    boosting = report["tests"][Part.UNSEEN_GRID]["models"][BOOSTING]
    assert f"| {BOOSTING} | {boosting['roc_auc']:.3f} " in text
    page.write_text("no marks")
    with pytest.raises(InvalidTrainingData, match="no lines"):
        write_report(page, report)
