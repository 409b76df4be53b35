"""Explanations of a finished run over GraphQL, against pencil and paper."""

import pytest
from django.contrib.auth.models import User

from cascade.models import DecisionStudy
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from tests.clients import Api
from tests.factories.cascade import make_run
from tests.small_network import SmallNetwork

START = """mutation ($input: StartExplanationInput!) { startExplanation(input: $input) {
    __typename ... on DecisionStudy { studyId } ... on OperationInfo { code field } } }"""
SAID = "query ($id: ID!) { decisionStudy(id: $id) { kind explanation { topic text facts } } }"


def test_a_run_is_explained(planner_api: Api, planner: User, small_network: SmallNetwork) -> None:
    # Without BR-9012 all 200 MW flow over BR-9013 of 150 MVA: it trips, and 150 MW are lost.
    ensure_defaults()
    run = start_run(outages=["BR-9012"], user=planner)
    run_job(run.job_id)
    study_id = planner_api.data(START, input={"runId": str(run.pk)})["startExplanation"]["studyId"]
    run_job(DecisionStudy.objects.get(pk=study_id).job_id)

    found = planner_api.data(SAID, id=study_id)["decisionStudy"]

    said = {each["topic"]: each for each in found["explanation"]}
    held, load, ratings = (each["facts"] for each in found["explanation"] if each["topic"] == "PREVENTION")
    assert found["kind"] == "EXPLANATION"
    assert "Corner 1 to Corner 2" in said["OUTAGES"]["text"]
    assert said["OUTCOME"]["facts"]["lost_mw"] == pytest.approx(150.0)
    assert said["FIRST_TRIP"]["facts"]["branch_id"] == "BR-9013"
    assert said["FIRST_TRIP"]["facts"]["loading_pct"] == pytest.approx(400.0 / 3.0)
    # Held, nothing is lost; 150 / 200 of the load is 75 %; 133 % of the rating needs the step of 150 %.
    assert held["saved_mw"] == pytest.approx(150.0)
    assert (load["load_pct"], ratings["threshold_pct"]) == (75, 150)


def test_a_run_without_a_result_is_refused(planner_api: Api, planner: User) -> None:
    run = make_run(owner=planner)

    answer = planner_api.data(START, input={"runId": str(run.pk)})["startExplanation"]

    assert (answer["code"], answer["field"]) == ("BAD_INPUT", "runId")
