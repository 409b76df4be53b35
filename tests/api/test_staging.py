"""Where crews should wait, over GraphQL, and its stages given on to a plan of restoration."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun, DecisionStudy
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from grid.selectors.topology import forget_networks
from tests.clients import Api
from tests.factories.cascade import make_run, make_study
from tests.factories.grid import make_circuit, make_customer, make_line_section, make_meter, make_transformer
from tests.small_network import SmallNetwork

near = pytest.approx
STUDY = """{ __typename ... on DecisionStudy { studyId kind job { status kind } }
    ... on OperationInfo { code field message } }"""
START = f"""mutation ($input: StartStagingStudyInput!) {{ startStagingStudy(input: $input) {STUDY} }}"""
RESTORE = f"""mutation ($input: StartRestorationStudyInput!) {{
    startRestorationStudy(input: $input) {STUDY} }}"""
RANGE = "{ low mid high reasons }"
PLACE = "{ placeId name kind longitude latitude }"
PLAN = f"""{{ crews placeCount weightedHours lowerBoundHours gapFrac makespanH crewUsd stoppedBy
    stages {{ crews crewKind crewsOnRecord place {PLACE} }} drawnHours {RANGE} allBackH {RANGE}
    damageUsd {RANGE} vollUsd {RANGE} savedHours {RANGE} savedDamageUsd {RANGE} savedVollUsd {RANGE} }}"""
STAGING = f"""query ($id: ID!) {{ decisionStudy(id: $id) {{ kind restoration {{ unit }} staging {{
    unit coverageFrac candidateCount leftOutCount samples recommendedCrews stoppedBy
    kinds {{ crewKind jobs workHours }} recommended {{ crews }} plans {PLAN}
    placings {{ placeCount weightedHours lowerBoundHours gapFrac isExact places {PLACE} }} }} }} }}"""
RESTORED = """query ($id: ID!) { decisionStudy(id: $id) { staging { unit } restoration {
    weightedHours hasTravel steps { assetId needsCrew crew startsH } } } }"""


@pytest.fixture
def run(planner: User, small_network: SmallNetwork) -> CascadeRun:
    """Return the loss of SUB-9002, with two customers, and of a section under SUB-9003, with four.

    No device lies between the section and its substation, whose circuits it takes along.
    """
    ensure_defaults()
    for corner, customers in ((1, 2), (2, 4)):
        circuit = make_circuit(id=f"CKT-{corner}", substation=small_network.substations[corner])
        line = make_line_section(
            id=f"L-{corner}", circuit=circuit, from_node=f"SUB-900{corner + 1}", to_node=f"n{corner}"
        )
        unit = make_transformer(id=f"T-{corner}", line=line, node=f"n{corner}", peak_load_kva=100.0)
        for _ in range(customers):
            make_customer(meter=make_meter(transformer=unit))
    forget_networks()
    started = start_run(outages=["SUB-9002"], elements=["L-2"], user=planner)
    run_job(started.job_id)
    return CascadeRun.objects.select_related("job").get(pk=started.pk)


def carried_out(api: Api, mutation: str, **values: Any) -> str:
    answer = next(iter(api.data(mutation, input=values).values()))
    assert answer["__typename"] == "DecisionStudy", answer
    study = DecisionStudy.objects.select_related("job").get(pk=answer["studyId"])
    run_job(study.job_id)
    study.job.refresh_from_db()
    assert study.job.status == "SUCCEEDED", study.job.error_message
    return str(answer["studyId"])


def test_the_stages_go_straight_into_a_plan(planner_api: Api, run: CascadeRun) -> None:
    study = carried_out(planner_api, START, runId=str(run.pk), speedKmh=50.0, samples=50, mostPlaces=2)
    answer = planner_api.data(STAGING, id=study)["decisionStudy"]
    found = answer["staging"]

    assert (answer["kind"], answer["restoration"]) == ("STAGING", None)
    assert (found["unit"], found["coverageFrac"], found["samples"]) == ("CUSTOMERS", near(1.0), 50)
    assert found["kinds"] == [
        {"crewKind": "LINE", "jobs": 1, "workHours": near(2.5 * 2.718281828 ** (0.7**2 / 2))},
        {"crewKind": "SUBSTATION", "jobs": 1, "workHours": near(8.0 * 2.718281828 ** (0.8**2 / 2))},
    ]
    assert [each["placeCount"] for each in found["placings"]] == [1, 2]
    assert all(each["isExact"] for each in found["placings"])
    # one crew of each kind starts where its only repair is: nothing is left to save
    [first, second] = found["plans"]
    assert first["weightedHours"] == near(
        4 * found["kinds"][0]["workHours"] + 2 * found["kinds"][1]["workHours"]
    )
    assert (first["savedHours"], first["crewUsd"], first["stoppedBy"]) == (None, None, None)
    assert second["savedHours"] == {"low": near(0.0), "mid": near(0.0), "high": near(0.0), "reasons": []}
    assert (found["recommendedCrews"], found["recommended"]) == (2, {"crews": 2})
    assert (found["stoppedBy"], second["stoppedBy"]) == ("RANGE_TOUCHES_ZERO", "RANGE_TOUCHES_ZERO")

    stages = [
        {
            "longitude": stage["place"]["longitude"],
            "latitude": stage["place"]["latitude"],
            "crews": stage["crews"],
            "crewKind": stage["crewKind"],
        }
        for stage in first["stages"]
    ]
    plan = carried_out(
        planner_api, RESTORE, runId=str(run.pk), crews=2, stages=stages, speedKmh=50.0, samples=50
    )
    restored = planner_api.data(RESTORED, id=plan)["decisionStudy"]

    assert restored["staging"] is None
    assert restored["restoration"]["hasTravel"]
    assert restored["restoration"]["weightedHours"] == near(first["weightedHours"])
    assert {step["assetId"]: step["needsCrew"] for step in restored["restoration"]["steps"]} == {
        "L-2": "LINE", "SUB-9002": "SUBSTATION",
    }  # fmt: skip


def test_a_study_that_has_not_run_shows_nothing(planner_api: Api, run: CascadeRun) -> None:
    study = make_study(run=run, kind="STAGING")

    assert planner_api.data(STAGING, id=str(study.pk))["decisionStudy"]["staging"] is None


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"mostPlaces": 11}, "BAD_INPUT", "mostPlaces"),
        ({"speedKmh": 0.0}, "BAD_INPUT", "speedKmh"),
        ({"places": [{"name": "X", "longitude": 200.0, "latitude": 0.0}]}, "BAD_INPUT", "places"),
        ({"runId": "999999"}, "NOT_FOUND", "runId"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(
    planner_api: Api, run: CascadeRun, changes: dict[str, Any], code: str, field: str
) -> None:
    values = {"runId": str(run.pk), "speedKmh": 50.0, **changes}
    answer = planner_api.data(START, input=values)["startStagingStudy"]

    assert (answer["code"], answer["field"]) == (code, field)
    assert not DecisionStudy.objects.exists()


def test_a_run_that_has_not_finished_is_refused(planner_api: Api, run: CascadeRun) -> None:
    values = {"runId": str(make_run().pk), "speedKmh": 50.0}

    answer = planner_api.data(START, input=values)["startStagingStudy"]

    assert (answer["code"], answer["field"]) == ("BAD_INPUT", "runId")


def test_crews_of_a_kind_there_is_not_are_refused(planner_api: Api, run: CascadeRun) -> None:
    stage = {"longitude": 0.0, "latitude": 0.0, "crews": 1, "crewKind": "DIVER"}
    values = {"runId": str(run.pk), "crews": 1, "speedKmh": 50.0, "stages": [stage]}

    answer = planner_api.data(RESTORE, input=values)["startRestorationStudy"]

    assert (answer["code"], answer["field"]) == ("BAD_INPUT", "stages")
    assert "TROUBLE, LINE, UNDERGROUND, TREE, SUBSTATION" in answer["message"]
