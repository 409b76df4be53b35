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
from cascade.ml.evaluation import BLEND, BOOSTING, IN_USE, NETS, NO_GRAPH, SEEDED, evaluate
from cascade.ml.metrics import roc_auc
from cascade.ml.net_params import NetParams
from cascade.ml.report import BEGIN, END, write_report
from cascade.ml.risk_model import RiskModel, RiskParams, candidate_x, labels, net_outputs
from cascade.ml.risk_training import calibrated, crossed_scores, train_risk_model
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


def test_networks_count_as_much_as_is_decided_for_familiar_and_for_strange_states(
    model: RiskModel, states: list[LabelledState]
) -> None:
    features = states[55].features
    x = features.node_x[features.is_candidate]
    weighted = replace(model, net_weight=1.0, net_weight_elsewhere=0.0)
    nowhere = replace(weighted, familiarity=replace(model.familiarity, limit=-1.0))
    everywhere = replace(weighted, familiarity=replace(model.familiarity, limit=np.inf))

    alone, networks = nowhere.predict(features), everywhere.predict(features)

    assert alone.is_unfamiliar
    assert not networks.is_unfamiliar
    np.testing.assert_array_equal(alone.rank_score, model.trees.raw(x))
    np.testing.assert_array_equal(alone.probability, model.calibration_elsewhere(model.trees.raw(x)))
    np.testing.assert_array_equal(alone.in_simulation_set, alone.rank_score >= model.simulate_from_elsewhere)
    by_nets = net_outputs(model.nets, features, model.trees).mean(axis=0)
    np.testing.assert_allclose(networks.rank_score, by_nets[:, 0])
    half = replace(everywhere, net_weight=0.5).predict(features)
    np.testing.assert_allclose(half.rank_score, 0.5 * (alone.rank_score + networks.rank_score))


def test_networks_speak_only_where_they_rank_better_beyond_chance(states: list[LabelledState]) -> None:
    parts = parts_of(states)
    parts[Part.HELD_OUT_GRID] = parts[Part.UNSEEN_STATES]
    # A network whose steps are next to nothing knows nothing; the trees do.
    useless = replace(QUICK, n_nets=1, net=replace(QUICK.net, n_passes=1, learning_rate=1e-7))

    model = train_risk_model(parts, useless)

    assert model.net_weight == model.net_weight_elsewhere == 0.0
    # Trees that know nothing: the networks have the word.
    rng = np.random.default_rng(1)
    blind = replace(
        model.trees, value=np.where(model.trees.value != 0.0, rng.normal(size=model.trees.value.shape), 0.0)
    )
    trained = train_risk_model(parts, replace(QUICK, n_nets=1, net=replace(QUICK.net, hears_trees=False)))
    other = calibrated(
        parts, trained.params, trees=blind, size_trees=model.size_trees, nets=trained.nets, about={}
    )
    assert other.net_weight > 0.0
    assert other.net_weight_elsewhere > 0.0


def test_networks_hear_trees_that_have_not_seen_the_state(states: list[LabelledState]) -> None:
    parts = parts_of(states)
    said = crossed_scores(parts, QUICK)
    # The labels of one half turned round: what is said of that half stays, as it was said without them.
    turned = []
    for each in parts[Part.TRAIN]:
        lost_mw = np.where(each.state.lost_share > 0.01, 0.0, each.state.features.demand_mw)
        is_even = each.state.index % 2 == 0
        turned.append(replace(each, state=replace(each.state, lost_mw=lost_mw)) if is_even else each)

    again = crossed_scores({**parts, Part.TRAIN: turned}, QUICK)

    for each, one, two in zip(turned, said, again, strict=True):
        assert len(one) == len(each.state.features.branch)
        assert np.array_equal(one, two) == (each.state.index % 2 == 0)


def test_a_network_on_the_device_that_is_there(states: list[LabelledState]) -> None:
    import torch

    quick = replace(QUICK, n_nets=1, net=replace(QUICK.net, n_passes=1))
    model = train_risk_model(parts_of(states), quick)

    assert model.about["device"] == ("cuda" if torch.cuda.is_available() else "cpu")
    assert {value.device.type for value in model.nets[0].state_dict().values()} == {"cpu"}
    if not torch.cuda.is_available():
        with pytest.raises(InvalidTrainingData, match="cuda"):
            train_risk_model(parts_of(states), quick, device="cuda")


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

    names = {BLEND, BOOSTING, NETS, IN_USE, NO_GRAPH, "LODF overload MW", "centrality score"}
    for part in (Part.UNSEEN_STATES, Part.UNSEEN_REGION, Part.UNSEEN_GRID):
        told = report["tests"][part]
        assert names <= set(told["models"])
        for model in told["models"].values():
            for name in ("roc_auc", "average_precision", "f1", "balanced_accuracy", "brier", "ece"):
                if model[name] is not None:
                    low, high = model["intervals"][name]
                    # Of few samples the calibration error of a draw is higher than that of all.
                    assert low <= model[name] <= high or (name == "ece" and model[name] <= high)
        assert {name: len(found) for name, found in told["seeds"].items()} == dict.fromkeys(SEEDED, 2)
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
