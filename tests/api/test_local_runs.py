"""Runs that begin in an area or in a circuit over GraphQL, their customers by wave, and who may see what."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point

from cascade.models import CascadeRun, DecisionStudy
from cascade.services.decisions.assumptions import ensure_defaults
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.selectors.topology import forget_networks
from tests.clients import Api
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_pole,
    make_switch,
    make_transformer,
    make_zone,
)
from tests.small_network import SmallNetwork

START = """mutation ($input: StartCascadeRunInput!) { startCascadeRun(input: $input) { __typename
    ... on CascadeRun { runId name elementCount area outages { assetId } }
    ... on OperationInfo { code field message } } }"""
RUN = """query ($id: ID!, $first: Int! = 100, $offset: Int! = 0) { cascadeRun(id: $id) {
    totalShedMw customersOut elementCount area elements(first: $first, offset: $offset) { assetId kind }
    waves { number customersOut customersExpected } } }"""
RESTORE = """mutation ($input: StartRestorationStudyInput!) {
    startRestorationStudy(input: $input) { ... on DecisionStudy { studyId } } }"""
PLAN = """query ($id: ID!) { decisionStudy(id: $id) { restoration { unit samples unattributedCustomers
    withoutPlaceCount steps { assetId kind parentId customers restoresMw }
    switching { doneH restoredCustomers stepCount steps(first: 5) { atH kind switchId switchKind circuitId
        isByHand restoredCustomers restoredBy } } } } }"""
CIRCLE = {"circle": {"lon": -95.5, "lat": 29.5, "radiusM": 200.0}}


@pytest.fixture(autouse=True)
def assumptions(db: None) -> None:
    """Have the assumptions that come with the product, also after a test that emptied the database."""
    ensure_defaults()


@pytest.fixture
def street(small_network: SmallNetwork) -> SmallNetwork:
    """Put a circuit under corner 2: BRK-1, L-1 with T-1, which serves two customers; a pole in the circle."""
    circuit = make_circuit(id="CKT-1", substation=small_network.substations[1])
    make_switch(id="BRK-1", circuit=circuit, from_node="SUB-9002", to_node="n1")
    line = make_line_section(id="L-1", circuit=circuit, from_node="n1", to_node="m1")
    meter = make_meter(id="M-1", transformer=make_transformer(id="T-1", line=line, node="m1"))
    for _ in range(2):
        make_customer(meter=meter)
    make_pole(id="POLE-1", circuit=circuit, line=line, location=Point(-95.5, 29.5, srid=4326))
    forget_networks()
    return small_network


def start(api: Api, **values: Any) -> dict[str, Any]:
    return api.data(START, input=values)["startCascadeRun"]


def carried_out(api: Api, **values: Any) -> CascadeRun:
    answer = start(api, **values)
    run = CascadeRun.objects.get(pk=answer["runId"])
    run_job(run.job_id)
    return run


def test_a_run_of_an_area_shows_what_it_held_and_whom_it_left_without_supply(
    planner_api: Api, viewer_api: Api, street: SmallNetwork
) -> None:
    run = carried_out(planner_api, area=CIRCLE, classes=["POLE", "LINE"], name="Storm")

    found = viewer_api.data(RUN, id=run.pk)["cascadeRun"]
    assert found == {
        "totalShedMw": 0.0,
        "customersOut": 2,
        "elementCount": 1,
        "area": {"circle": {"lon": -95.5, "lat": 29.5, "radius_m": 200.0}, "classes": ["POLE", "LINE"]},
        "elements": [{"assetId": "POLE-1", "kind": "POLE"}],
        "waves": [{"number": 0, "customersOut": 2, "customersExpected": 2.0}],
    }
    assert viewer_api.data(RUN, id=run.pk, offset=1)["cascadeRun"]["elements"] == []


def test_elements_out_of_sight_are_not_named_but_counted(
    planner_api: Api, viewer_api: Api, viewer: User, street: SmallNetwork
) -> None:
    run = carried_out(planner_api, elements=["POLE-1", "T-1"])
    grid.Pole.objects.filter(pk="POLE-1").update(zone=make_zone(id="ZONE-E"))
    grant_zone(user=viewer, zone=grid.Transformer.objects.get(pk="T-1").zone)

    found = viewer_api.data(RUN, id=run.pk)["cascadeRun"]
    assert (found["elementCount"], [each["assetId"] for each in found["elements"]]) == (2, ["T-1"])


def test_what_cannot_be_run_is_refused_by_its_field(
    planner_api: Api, viewer_api: Api, street: SmallNetwork
) -> None:
    nowhere = {"circle": {"lon": 10.0, "lat": 50.0, "radiusM": 100.0}}
    for given, field in (
        ({"area": nowhere}, "area"),
        ({"area": {}}, "area"),
        ({"area": CIRCLE, "classes": []}, "classes"),
        ({}, "outages"),
        ({"elements": ["BR-9012"]}, "elements"),
    ):
        answer = start(planner_api, **given)
        assert (answer["__typename"], answer["field"]) == ("OperationInfo", field), given
    assert start(viewer_api, elements=["L-1"])["code"] == "PERMISSION_DENIED"
    assert not CascadeRun.objects.exists()


def test_the_plan_of_a_run_has_its_local_repairs_and_switching(
    planner_api: Api, street: SmallNetwork
) -> None:
    run = carried_out(planner_api, elements=["POLE-1"])
    answer = planner_api.data(RESTORE, input={"runId": str(run.pk), "crews": 1, "samples": 20})
    study = DecisionStudy.objects.get(pk=answer["startRestorationStudy"]["studyId"])
    run_job(study.job_id)

    plan = planner_api.data(PLAN, id=study.pk)["decisionStudy"]["restoration"]
    [step] = plan["steps"]
    assert (step["assetId"], step["kind"], step["parentId"], step["customers"]) == (
        "POLE-1",
        "POLE",
        None,
        2.0,
    )
    assert (plan["unit"], plan["samples"], plan["unattributedCustomers"], plan["withoutPlaceCount"]) == (
        "CUSTOMERS", 20, 0, 0,
    )  # fmt: skip
    [trip] = plan["switching"]["steps"]
    assert (trip["kind"], trip["switchId"], trip["restoredCustomers"]) == ("TRIP", "BRK-1", 0)
