"""Learned models through the API: what there is, what it is worth, promotion and rollback."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade import models
from flux_site.jobs import services
from flux_site.jobs.models import Job
from tests.clients import Api
from tests.factories.learned import make_dataset, make_drift_check, make_model, make_promotion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave jobs where they are."""
    monkeypatch.setattr(services, "send", lambda job_id: None)


@pytest.fixture
def chief(make_user: Any) -> Api:
    return Api(make_user(roles=("admin",)))


MODEL = """query ($task: LearningTask!) { learnedModel(task: $task) {
  modelId version state origin algorithm device weightsSha256 settings manifest dataset { datasetId version }
  evaluation {
    headlineName headlineValue headlineLow baselineName baselineValue
    parts { name count prevalence
      figures { model isBaseline metric value low high } calibration { said seen count } }
    importance { feature meaning value } } } }"""


def test_a_model_comes_with_all_that_is_known_of_it(chief: Api) -> None:
    assert chief.data(MODEL, task="CASCADE_RISK")["learnedModel"] is None
    dataset = make_dataset(is_evaluation_set=True)
    made = make_model(skill=1.5, dataset=dataset, state=models.ModelState.PROMOTED)
    make_model(skill=2.0)

    found = chief.data(MODEL, task="CASCADE_RISK")["learnedModel"]

    assert (found["modelId"], found["state"], found["origin"]) == (str(made.pk), "PROMOTED", "TRAINED")
    assert found["weightsSha256"] == made.weights_id
    assert found["dataset"] == {"datasetId": str(dataset.pk), "version": 1}
    assert found["manifest"]["kind"] == "CASCADE_RISK"
    evaluation = found["evaluation"]
    row = made.evaluations.get()
    assert evaluation["headlineValue"] == row.headline_value
    assert evaluation["headlineLow"] == row.headline_low
    part = evaluation["parts"][0]
    assert (part["name"], part["count"], part["prevalence"]) == ("S1", 120, 0.3)
    assert part["figures"][0] == {
        "model": "model",
        "isBaseline": False,
        "metric": "average_precision",
        "value": 0.8,
        "low": 0.7,
        "high": 0.9,
    }
    assert {(each["model"], each["metric"]) for each in part["figures"]} == {
        ("model", "average_precision"),
        ("model", "brier"),
        ("logistic regression", "average_precision"),
    }
    assert part["calibration"][0] == {"said": 0.2, "seen": 0.25, "count": 60}
    assert evaluation["importance"][0]["feature"] == "wave1_worst_loading"
    assert evaluation["importance"][0]["meaning"] != "wave1_worst_loading"


def test_lists_are_by_task_and_cost_the_same_whatever_their_length(
    chief: Api, django_assert_max_num_queries: Any
) -> None:
    for skill in (1.0, 1.5, 2.0):
        make_model(skill=skill, dataset=make_dataset())
    make_model(task="PROPAGATION")
    query = """{ learnedModels(task: CASCADE_RISK) { totalCount edges { node {
        version dataset { version } evaluations { headlineValue } } } } }"""
    chief.data("{ viewer { username } }")

    with django_assert_max_num_queries(9):
        found = chief.data(query)["learnedModels"]

    assert found["totalCount"] == 3
    assert [edge["node"]["version"] for edge in found["edges"]] == [3, 2, 1]
    assert chief.data("{ learnedModels { totalCount } }")["learnedModels"]["totalCount"] == 4
    listed = chief.data("{ learningDatasets(task: CASCADE_RISK) { edges { node { version plan state } } } }")
    assert [edge["node"]["version"] for edge in listed["learningDatasets"]["edges"]] == [3, 2, 1]


PROMOTE = """mutation ($input: PromoteModelInput!) { promoteModel(input: $input) {
  ... on ModelPromotion { kind by reason comparison model { modelId } previous { modelId } }
  ... on OperationInfo { code field message } } }"""
ROLL_BACK = """mutation ($input: RollBackModelInput!) { rollBackModel(input: $input) {
  ... on ModelPromotion { kind by model { modelId } previous { modelId } }
  ... on OperationInfo { code field message } } }"""


def test_promotion_and_rollback(chief: Api) -> None:
    first, better = make_model(skill=1.0), make_model(skill=2.2)
    alike = make_model(skill=1.0)

    def promote(model: models.LearnedModel) -> Any:
        return chief.data(PROMOTE, input={"modelId": str(model.pk), "reason": "Figures."})["promoteModel"]

    assert promote(first)["model"] == {"modelId": str(first.pk)}
    refused = promote(alike)
    assert (refused["code"], refused["field"]) == ("MODEL_NOT_BETTER", "modelId")
    assert "does not beat model 1" in refused["message"]
    done = promote(better)
    assert done["previous"] == {"modelId": str(first.pk)}
    assert done["comparison"]["low"] > 0.0
    assert done["by"] == User.objects.get().username

    back = chief.data(ROLL_BACK, input={"task": "CASCADE_RISK", "reason": "Worse in summer."})[
        "rollBackModel"
    ]
    assert (back["kind"], back["model"]) == ("ROLLED_BACK", {"modelId": str(first.pk)})
    told = chief.data("{ modelPromotions { edges { node { kind reason } } } }")["modelPromotions"]["edges"]
    assert [each["node"]["kind"] for each in told] == ["ROLLED_BACK", "PROMOTED", "PROMOTED"]


def test_work_is_queued_and_bad_input_is_named(chief: Api) -> None:
    make = """mutation ($input: StartLearningDatasetInput!) { startLearningDataset(input: $input) {
      ... on LearningDataset { version state plan jobId } ... on OperationInfo { code field message } } }"""
    train = """mutation ($input: StartModelTrainingInput!) { startModelTraining(input: $input) {
      ... on Job { kind title } ... on OperationInfo { code field message } } }"""

    made = chief.data(make, input={"task": "CASCADE_RISK", "plan": {"size": "SMOKE"}})["startLearningDataset"]
    assert (made["state"], made["plan"]) == ("BUILDING", {"size": "SMOKE"})
    assert Job.objects.get(pk=made["jobId"]).kind == "cascade.learn_dataset"
    bad = chief.data(make, input={"task": "CASCADE_RISK", "plan": {"size": "HUGE"}})["startLearningDataset"]
    assert (bad["code"], bad["field"]) == ("BAD_INPUT", "plan.size")

    dataset = make_dataset()
    wanted = {"datasetId": str(dataset.pk), "settings": {"n_nets": 3}, "seed": 7}
    queued = chief.data(train, input=wanted)["startModelTraining"]
    assert queued == {
        "kind": "cascade.learn_train",
        "title": f"Training: Cascade risk, data {dataset.version}, seed 7",
    }
    bad = chief.data(train, input={**wanted, "settings": {"n_nets": 99}})["startModelTraining"]
    assert bad["message"] == "settings.n_nets is 99; it must be a whole number 1 to 20."
    missing = chief.data(train, input={"datasetId": "0"})["startModelTraining"]
    assert (missing["code"], missing["field"]) == ("NOT_FOUND", "datasetId")


def test_drift_is_told_with_its_reasons(chief: Api) -> None:
    make_drift_check()

    found = chief.data(
        "{ modelDriftChecks(task: CASCADE_RISK) { edges { node { isDrifted reasons scores features } } } }"
    )["modelDriftChecks"]["edges"][0]["node"]

    assert found["isDrifted"] is False
    assert found["reasons"] == ["All is well."]
    assert found["scores"]["states"] == 3
    assert found["features"] == {"kv_ratio": 0.12, "loading_frac": None}


def test_a_viewer_reads_and_changes_nothing(make_user: Any) -> None:
    api = Api(make_user(roles=("viewer",)))
    model = make_promotion().model

    assert api.data("{ modelPromotions { totalCount } }")["modelPromotions"]["totalCount"] == 1
    refused = api.data(PROMOTE, input={"modelId": str(model.pk)})["promoteModel"]
    assert refused["code"] == "PERMISSION_DENIED"
