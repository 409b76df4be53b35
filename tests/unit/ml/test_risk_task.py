"""The life of a risk model on small grids: what it has seen is told, and what it has seen is no test."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from cascade.ml import risk_drift, risk_task
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.judging import Evaluation
from cascade.ml.risk_model import RiskModel, labels
from cascade.ml.splits import TESTS, Part, SplitPlan
from cascade.ml.study_grids import GridName, load_study_grid
from cascade.ml.tasks import Drift
from tests.servers.small_learning import PLANS, SPLIT, quick


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("data")
    risk_task.build(place, PLANS, split_plan=SPLIT)
    return place


@pytest.fixture(scope="module")
def model_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("model")
    risk_task.train(folder, quick(), split_plan=SPLIT).save(place)
    return place


@pytest.fixture(scope="module")
def evaluation(folder: Path, model_folder: Path) -> Evaluation:
    return risk_task.evaluate(folder, model_folder, split_plan=SPLIT)


def test_the_manifest_tells_what_the_model_has_seen(folder: Path, model_folder: Path) -> None:
    told = json.loads((model_folder / "manifest.json").read_text())
    parts = risk_task.read_parts(folder, SPLIT)

    home = f"{SPLIT.home}-{SPLIT.home_seed}"
    assert told["seen_states"] == {home: [[0, 8]]}  # 6 to train on and 3 to choose by, of 12
    assert told["seen_grids"] == [SPLIT.home]
    seen = {
        branch for first, last in told["seen_initiators"][SPLIT.home] for branch in range(first, last + 1)
    }
    region = load_study_grid(SPLIT.home).branches_at(1)
    assert not region[sorted(seen)].any()
    trained = {b for s in parts[Part.TRAIN] for b in s.state.candidate_branch[s.chosen].tolist()}
    assert trained <= seen
    assert (told["algorithm"], told["device"]) == ("BLEND", "cpu")


def test_the_evaluation_is_that_of_the_models_own_predictions(
    folder: Path, model_folder: Path, evaluation: Evaluation
) -> None:
    model = RiskModel.load(model_folder)
    parts = risk_task.read_parts(folder, SPLIT)

    for at, part in enumerate(TESTS):
        truth = labels(parts[part], 0.01)
        said = np.concatenate(
            [model.predict(each.state.features).rank_score[each.chosen] for each in parts[part]]
        )
        inside = evaluation.cases.part == at
        assert evaluation.cases.is_positive[inside].tolist() == truth.tolist()
        assert evaluation.parts[part]["model"]["average_precision"]["value"] == pytest.approx(
            average_precision_score(truth, said), abs=1e-6
        )
    # A state of S1 and the same state of S2 are one group; all groups are states.
    assert len(np.unique(evaluation.cases.group)) == 3 + 20
    assert {each["name"] for each in evaluation.importance} == set(evaluation.reference)


def test_a_model_is_not_tested_on_what_it_has_seen(folder: Path, model_folder: Path) -> None:
    def refused(plan: SplitPlan, match: str) -> None:
        with pytest.raises(InvalidTrainingData, match=match):
            risk_task.evaluate(folder, model_folder, split_plan=plan)

    refused(replace(SPLIT, train_share=0.25, validation_share=0.25), "S1: holds state 6")
    refused(replace(SPLIT, region="zone 1"), "S2: holds initiator")

    manifest = json.loads((model_folder / "manifest.json").read_text())
    parts = risk_task.read_parts(folder, SPLIT)
    risk_task.assert_unseen(parts, manifest)
    with pytest.raises(InvalidTrainingData, match="S3: holds case89pegase"):
        risk_task.assert_unseen(parts, manifest | {"seen_grids": [str(GridName.EUROPE_89)]})
    with pytest.raises(InvalidTrainingData, match="may have seen all"):
        risk_task.assert_unseen(parts, manifest | {"seen_initiators": {}})
    del manifest["seen_states"]
    with pytest.raises(InvalidTrainingData, match="seen_states: is not told"):
        risk_task.assert_unseen(parts, manifest)


def test_a_model_that_ships_comes_with_its_evaluation(
    folder: Path, model_folder: Path, evaluation: Evaluation, tmp_path: Path
) -> None:
    risk_task.ship(folder, model_folder, tmp_path, split_plan=SPLIT)
    read = Evaluation.load(tmp_path)

    assert RiskModel.load(tmp_path).about == RiskModel.load(model_folder).about
    assert read.cases.digest == evaluation.cases.digest
    assert read.headline() == evaluation.headline()


def _present(name: GridName) -> risk_drift.PresentNetwork:
    grid = load_study_grid(name)
    network = replace(grid.network, rate_mva=grid.network.rate_mva * 1.15)
    return risk_drift.PresentNetwork(
        name=str(name), network=network, bus_kv=grid.bus_kv, is_transformer=grid.branch_is_transformer
    )


def test_drift_is_measured_on_simulated_outages_of_now(model_folder: Path, evaluation: Evaluation) -> None:
    asked: list[str] = []
    found: Drift = risk_drift.check(
        model_folder,
        [_present(GridName.EUROPE_89)],
        evaluation.reference,
        lambda done, total, text: asked.append(f"{done}/{total} {text}"),
    )

    assert asked == [
        "0/3 case89pegase, load × 0.9",
        "1/3 case89pegase, load × 1",
        "2/3 case89pegase, load × 1.1",
    ]
    assert found.n_cases > 0
    assert found.features.keys() == evaluation.reference.keys()
    assert found.scores["states"] == 3
    # The model has seen three states of another grid: that this one is another is noticed.
    assert found.is_drifted
    assert found.reasons


def test_without_a_network_nothing_is_said(model_folder: Path) -> None:
    found = risk_drift.check(model_folder, [], {})

    assert (found.is_drifted, found.reasons) == (None, ("There is no network to look at.",))
