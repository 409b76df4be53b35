"""Other ways of testing: what they measure, and that they measure what the page says."""

from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from cascade.ml import protocols
from cascade.ml.boosting import BoostingParams
from cascade.ml.circular import CircularParams, Risk, _reached, circular_protocol
from cascade.ml.dataset import LabelledState
from cascade.ml.risk_model import RiskParams, labels
from cascade.ml.splits import Part, Split, SplitPlan
from cascade.ml.study_grids import GridName, load_study_grid
from tests.unit.ml.samples import parts_of, two_zones

PLAN = SplitPlan(home=GridName.EUROPE_89, region="none", held_out_grid=None)
QUICK = RiskParams(boosting=BoostingParams(n_trees=20, max_leaf_nodes=5, min_leaf_samples=5))


@pytest.fixture(scope="module")
def parts(states: list[LabelledState]) -> Split:
    made = parts_of(states)
    made[Part.UNSEEN_REGION] = made[Part.UNSEEN_GRID] = made[Part.UNSEEN_STATES]
    return made


def test_the_search_reaches_what_a_search_of_networkx_reaches() -> None:
    network = load_study_grid(GridName.EUROPE_89).network
    score = np.random.default_rng(3).random(network.n_buses)
    params = CircularParams(top_share=0.03, steps=2)
    graph = nx.Graph(zip(network.branch_from.tolist(), network.branch_to.tolist(), strict=True))
    top = np.argsort(-score)[: round(0.03 * network.n_buses)].tolist()
    lengths = nx.multi_source_dijkstra_path_length(graph, top)

    reached = _reached(network, score, params)

    assert set(np.flatnonzero(reached).tolist()) == {node for node, steps in lengths.items() if steps <= 2}


def test_the_circular_protocol_scores_high_with_the_score_and_well_above_chance_with_noise() -> None:
    by_score = circular_protocol(GridName.SYNTHETIC_500, Risk.CENTRALITY)
    by_noise = [circular_protocol(GridName.SYNTHETIC_500, Risk.NOISE, seed=seed) for seed in range(3)]

    assert by_score.roc_auc > 0.95
    assert np.mean([one.roc_auc for one in by_noise]) > 0.6
    assert by_score.physics_roc_auc is None  # without simulated states there is nothing to compare with
    assert by_score == circular_protocol(GridName.SYNTHETIC_500, Risk.CENTRALITY)


def test_what_simulations_say_of_the_same_scores_is_shown_beside(parts: Split) -> None:
    found = protocols.circular(parts, PLAN, QUICK, seeds=2)

    assert [one["risk"] for one in found] == [Risk.CENTRALITY] * 2 + [Risk.NOISE] * 2
    assert all(0 < one["physics_nodes"] < 89 for one in found)


def test_permuted_labels_leave_nothing(parts: Split) -> None:
    found = protocols.permuted(parts, QUICK, draws=4)["roc_auc"]

    assert abs(float(np.mean(found[Part.UNSEEN_STATES])) - 0.5) < 0.12


def test_a_random_split_uses_every_outage_of_the_home_grid_once(
    parts: Split, states: list[LabelledState]
) -> None:
    once = {**parts, Part.UNSEEN_REGION: [], Part.UNSEEN_GRID: []}
    found = protocols.random_split(once, QUICK, seeds=2)

    assert found["samples"] == sum(len(each.lost_mw) for each in states)
    assert all(one["roc_auc"] > 0.7 for one in found["by_seed"])
    assert sum(one["n"] for one in found["by_seed"]) == 2 * (found["samples"] - int(0.9 * found["samples"]))


def test_a_region_left_out_is_scored_on_its_own_initiators_alone(
    parts: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = two_zones(GridName.EUROPE_89)
    monkeypatch.setattr(protocols, "load_study_grid", lambda name: grid)
    monkeypatch.setattr(protocols, "LEAST_POSITIVE", 3)

    found = protocols.regions_left_out(parts, PLAN, QUICK)

    assert set(found) == {"low", "high"}
    for name, one in found.items():
        inside = grid.branches_at(grid.zone_names.index(name))
        held = [
            replace(each, chosen=each.chosen & inside[each.state.candidate_branch])
            for each in parts[Part.VALIDATION]
        ]
        assert one["n"] == len(labels(held, QUICK.lost_share)) < len(labels(parts[Part.VALIDATION], 0.01))
        assert one["prevalence"] == pytest.approx(labels(held, QUICK.lost_share).mean())
    assert set(protocols.regions_left_out(parts, replace(PLAN, region="low"), QUICK)) == {"high"}


def test_what_was_computed_is_not_computed_again(
    parts: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("regions_left_out", "permuted", "random_split", "circular"):
        monkeypatch.setattr(protocols, name, lambda *_, name=name: {"told": name})
    first = protocols.all_protocols(parts, PLAN, QUICK, tmp_path, "data")
    for name in ("regions_left_out", "permuted", "random_split", "circular"):
        monkeypatch.setattr(protocols, name, lambda *_: {"told": "again"})

    again = protocols.all_protocols(parts, PLAN, QUICK, tmp_path, "data")
    other = protocols.all_protocols(parts, PLAN, QUICK, tmp_path, "other data")

    assert first == again
    assert first["permuted"] == {"told": "permuted"}
    assert other["permuted"] == {"told": "again"}
