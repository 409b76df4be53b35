"""The model of propagation: features without names, learning from labels alone, kept safely; forecasts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.outages import Outages, branch_outage
from cascade.engine.params import CascadeParams
from cascade.ml.boosting import BoostingParams
from cascade.ml.dataset import LabelledState, study_topology
from cascade.ml.errors import BadModelFile, InvalidTrainingData
from cascade.ml.metrics import average_precision, roc_auc
from cascade.ml.net_params import NetParams
from cascade.ml.outage_sets import prepare_state
from cascade.ml.propagation import PropagationModel, PropagationParams
from cascade.ml.propagation_data import OutageSampling, network_of, rows_of, seen_sets, seen_singles
from cascade.ml.propagation_evaluation import BOOSTING, MODEL, SETS, evaluate_propagation
from cascade.ml.propagation_features import PROPAGATION_FEATURES, view_outage
from cascade.ml.propagation_report import as_markdown
from cascade.ml.propagation_training import train_propagation
from cascade.ml.ranked import Steps, draws
from cascade.ml.run_forecast import agreement, forecast
from cascade.ml.splits import Part, Split
from cascade.ml.study_grids import load_study_grid
from cascade.ml.topology import StateArrays, Topology, make_topology
from cascade.ml.tree_walk import tree_sums
from tests.unit.ml.conftest import SMALL
from tests.unit.ml.samples import parts_of

QUICK = PropagationParams(
    boosting=BoostingParams(n_trees=25, max_leaf_nodes=7, min_leaf_samples=10),
    net=NetParams(width=8, n_layers=2, n_passes=2, batch_states=8),
    n_nets=1,
    sampling=OutageSampling(singles=6, sets=1, far_share=0.3),
)


@pytest.fixture(scope="module")
def parts(states: list[LabelledState]) -> Split:
    return parts_of(states)


@pytest.fixture(scope="module")
def model(parts: Split) -> PropagationModel:
    return train_propagation(parts, QUICK, about={"data": "small"})


def _scores(model: PropagationModel, parts: Split) -> tuple[np.ndarray, np.ndarray]:
    seen = list(seen_singles(parts[Part.UNSEEN_STATES], replace(QUICK.sampling, seed=3)))
    said = [model.predict_view(each.prepared, each.view).score for each in seen]
    return np.concatenate([each.tripped for each in seen]), np.concatenate(said)


def _permuted(parts: Split, seed: int) -> Split:
    """Let branches trip that have nothing to do with it: any, as many after any outage."""
    rng = np.random.default_rng(seed)
    every = [sample.state for samples in parts.values() for sample in samples]
    rate = sum(len(state.trip_branch) for state in every) / sum(len(state.lost_mw) for state in every)

    def shuffled(state: LabelledState) -> LabelledState:
        counts = rng.poisson(rate, len(state.lost_mw))
        n = int(counts.sum())
        return replace(
            state,
            trip_start=np.concatenate([[0], np.cumsum(counts)]),
            trip_branch=rng.integers(0, len(state.state.limit_mva), n),
            trip_wave=np.full(n, 2),
        )

    return {
        part: [replace(sample, state=shuffled(sample.state)) for sample in samples]
        for part, samples in parts.items()
    }


def test_it_learns_and_with_other_branches_as_labels_it_does_not(
    model: PropagationModel, parts: Split
) -> None:
    truth, said = _scores(model, parts)
    wrong = _permuted(parts, 1)
    blind = train_propagation(wrong, replace(QUICK, n_nets=0, sampling=replace(QUICK.sampling, sets=0)))
    wrong_truth, wrong_said = _scores(blind, wrong)

    assert roc_auc(truth, said) > 0.85
    assert average_precision(truth, said) > 3.0 * truth.mean()
    assert abs(roc_auc(wrong_truth, wrong_said) - 0.5) < 0.12


def test_the_same_seed_gives_the_same_weights(model: PropagationModel, parts: Split, tmp_path: Path) -> None:
    again = train_propagation(parts, QUICK, about={"data": "small"})
    other = train_propagation(parts, replace(QUICK, seed=9), about={"data": "small"})

    digest = model.save(tmp_path / "one")
    assert again.save(tmp_path / "two") == digest
    assert other.save(tmp_path / "three") != digest


def test_what_is_read_back_says_the_same_and_what_is_damaged_is_refused(
    model: PropagationModel, topology: Topology, states: list[LabelledState], tmp_path: Path
) -> None:
    model.save(tmp_path)
    again = PropagationModel.load(tmp_path)
    prepared = prepare_state(topology, states[55].state)
    branch = int(states[55].candidate_branch[0])
    one, two = model.predict(prepared, [branch]), again.predict(prepared, [branch])
    np.testing.assert_array_equal(one.probability, two.probability)
    np.testing.assert_array_equal(one.branch, two.branch)
    assert (again.net_share, again.threshold) == (model.net_share, model.threshold)

    manifest = tmp_path / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "feature_version": 0}))
    with pytest.raises(BadModelFile, match="train the model anew"):
        PropagationModel.load(tmp_path)
    manifest.write_text(json.dumps(told))
    weights = tmp_path / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(BadModelFile, match="damaged"):
        PropagationModel.load(tmp_path)


def test_features_know_no_names_and_no_megawatts(topology: Topology, states: list[LabelledState]) -> None:
    network, state = topology.network, states[2].state
    rng = np.random.default_rng(0)
    order = rng.permutation(network.n_branches)
    study = load_study_grid(SMALL.grid)
    moved = make_topology(
        replace(
            network,
            branch_ids=tuple(network.branch_ids[at] for at in order),
            branch_from=network.branch_from[order],
            branch_to=network.branch_to[order],
            x_pu=network.x_pu[order],
            tap=network.tap[order],
            shift_deg=network.shift_deg[order],
            rate_mva=network.rate_mva[order],
        ),
        bus_kv=study.bus_kv,
        is_transformer=study.branch_is_transformer[order],
    )
    ten = StateArrays(
        bus_load_mw=10.0 * state.bus_load_mw,
        unit_p_mw=10.0 * state.unit_p_mw,
        unit_pmax_mw=10.0 * state.unit_pmax_mw,
        limit_mva=10.0 * state.limit_mva,
    )
    out = states[2].candidate_branch[:1]
    here = view_outage(prepare_state(topology, state), out)
    there = view_outage(
        prepare_state(moved, replace(state, limit_mva=state.limit_mva[order])),
        np.flatnonzero(order == out[0]),
    )
    large = view_outage(prepare_state(topology, ten), out)

    place = np.argsort(order[there.branch])
    np.testing.assert_array_equal(order[there.branch][place], here.branch)
    np.testing.assert_allclose(there.x[place], here.x, atol=2e-3)
    if not np.any(network.shift_deg):
        np.testing.assert_allclose(large.x, here.x, atol=2e-3)
    assert here.x.shape == (len(here.branch), len(PROPAGATION_FEATURES))
    assert np.isfinite(here.x).all()


def test_what_the_first_power_flow_decides_is_not_asked(
    topology: Topology, states: list[LabelledState]
) -> None:
    labelled = states[4]
    network = network_of(topology, labelled.state)
    prepared = prepare_state(topology, labelled.state)
    for branch in labelled.candidate_branch[:8].tolist():
        view = view_outage(prepared, [branch])
        result = simulate(network=network, outages=branch_outage(network, branch), params=CascadeParams())
        first = sorted(result.waves[1].tripped.tolist())
        assert view.first.tolist() == first
        assert not set(view.branch.tolist()) & {*first, branch}
        assert set(result.tripped.tolist()) <= {*first, *view.branch.tolist()}


def test_rows_stand_for_all_branches_and_no_set_holds_a_barred_one(parts: Split) -> None:
    samples = parts[Part.TRAIN][:6]
    sampling = replace(QUICK.sampling, far_share=0.25)
    seen = list(seen_singles(samples, sampling))
    rows = rows_of(iter(seen), sampling)
    whole = sum(len(each.view.branch) for each in seen)
    assert rows.weight.sum() == pytest.approx(whole, rel=0.1)
    assert int(rows.tripped.sum()) == sum(int(each.tripped.sum()) for each in seen)
    assert np.all(rows.weight[rows.tripped] == 1.0)
    barred = np.zeros(study_topology(SMALL.grid).network.n_branches, dtype=bool)
    barred[::2] = True
    sets = list(seen_sets(samples, replace(sampling, sets=8), barred=barred))
    assert sets
    assert not any(barred[each.view.out].any() for each in sets)


def test_compiled_trees_say_what_trees_say(model: PropagationModel, parts: Split) -> None:
    seen = next(iter(seen_singles(parts[Part.UNSEEN_STATES], QUICK.sampling)))
    x = seen.view.x.copy()
    x[::7, 3] = np.nan
    np.testing.assert_allclose(tree_sums(model.trees, x), model.trees.raw(x), atol=1e-12)
    with pytest.raises(InvalidTrainingData, match="has shape"):
        tree_sums(model.trees, x[:, :4])


def test_steps_of_scores_give_the_scores(parts: Split) -> None:
    rng = np.random.default_rng(2)
    truth = rng.random(5_000) < 0.1
    score = np.round(rng.normal(truth * 1.5, 1.0), 2)
    state = rng.integers(0, 20, 5_000)
    steps = Steps.of(state, truth, score)
    once = np.ones((1, 20))
    assert steps.roc_auc(once)[0] == pytest.approx(roc_auc(truth, score), abs=1e-3)
    assert steps.average_precision(once)[0] == pytest.approx(average_precision(truth, score), abs=2e-3)
    twice = np.zeros((1, 20))
    twice[0, 3] = 2.0
    one = state == 3
    assert steps.average_precision(twice)[0] == pytest.approx(
        average_precision(truth[one], score[one]), abs=2e-2
    )
    assert np.all(draws(20).sum(axis=1) == 20)


def test_the_report_holds_every_model_on_the_same_branches(model: PropagationModel, parts: Split) -> None:
    tested = {
        **parts,
        Part.UNSEEN_REGION: parts[Part.UNSEEN_STATES],
        Part.UNSEEN_GRID: parts[Part.UNSEEN_STATES],
    }
    report = evaluate_propagation(model, tested)

    assert set(report["tests"]) == {"S1", "S2", "S3", SETS}
    told = report["tests"]["S1"]["models"]
    assert told[MODEL]["gain"] == pytest.approx(
        told[MODEL]["average_precision"] - told[BOOSTING]["average_precision"]
    )
    assert (
        sum(row["count"] for row in report["tests"]["S1"]["calibration"]) == report["tests"]["S1"]["branches"]
    )
    text = as_markdown(report)
    assert "| gradient boosting |" in text
    assert "S1, sets" in text


def test_a_forecast_of_a_run_against_the_engine(
    model: PropagationModel, topology: Topology, states: list[LabelledState]
) -> None:
    labelled, network = states[5], network_of(topology, states[5].state)
    study = load_study_grid(SMALL.grid)
    branch = int(labelled.candidate_branch[0])
    outages = branch_outage(network, branch)
    said = forecast(network, outages, model, bus_kv=study.bus_kv, is_transformer=study.branch_is_transformer)
    result = simulate(network=network, outages=outages, params=CascadeParams())
    later = np.concatenate([wave.tripped for wave in result.waves[2:]] or [np.empty(0, dtype=np.int64)])

    np.testing.assert_array_equal(np.flatnonzero(said.first), np.sort(result.waves[1].tripped))
    assert np.all(np.isnan(said.probability[~said.is_open]))
    found = agreement(said, later, 0.5)
    assert found.tripped_count == len(later)
    assert found.hit_count + found.miss_count == len(later)
    assert found.open_count == int(said.is_open.sum())
    assert found.expected_count == pytest.approx(np.nansum(said.probability))

    bus = int(network.branch_from[branch])
    gone = Outages(
        branch_out=np.zeros(network.n_branches, dtype=bool), bus_out=np.arange(network.n_buses) == bus
    )
    lost = forecast(network, gone, model, bus_kv=study.bus_kv, is_transformer=study.branch_is_transformer)
    simulated = simulate(network=network, outages=gone, params=CascadeParams())
    first = simulated.waves[1].tripped if len(simulated.waves) > 1 else np.empty(0, dtype=np.int64)
    np.testing.assert_array_equal(np.flatnonzero(lost.first), np.sort(first))
    with pytest.raises(InvalidTrainingData, match="take 0 branches"):
        forecast(
            network,
            Outages(
                branch_out=np.zeros(network.n_branches, dtype=bool),
                bus_out=np.zeros(network.n_buses, dtype=bool),
                unit_out=np.arange(network.n_units) == 0,
            ),
            model,
            bus_kv=study.bus_kv,
            is_transformer=study.branch_is_transformer,
        )


def test_cancelling_stops_a_training(parts: Split) -> None:
    def stop(done: int, total: int, text: str) -> None:
        raise KeyboardInterrupt(text)

    with pytest.raises(KeyboardInterrupt):
        train_propagation(parts, QUICK, tick=stop)
