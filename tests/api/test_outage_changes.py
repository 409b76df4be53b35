"""Changing outages, work orders and crews by GraphQL."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from grid import models
from grid.selectors.topology import forget_networks
from tests.clients import Api
from tests.factories.grid import grant_zone, make_zone
from tests.integration.operations.conftest import make_feeder

FAULT = "... on OperationInfo { code field message }"
OUTAGE = """... on Outage { assetId status version customersInterrupted customersOut crew { assetId status }
  switch { assetId } steps { stepNumber customersRestored }
  interruptions(first: 10, ordering: [{assetId: ASC}]) { totalCount edges { node { customers restoredAt
    transformer { assetId } } } }
  history(first: 10) { edges { node { version action fromStatus toStatus actor note changes } } } }"""


@pytest.fixture(autouse=True)
def feeder(synced: None) -> Iterator[SimpleNamespace]:
    """Trace the feeder of this test alone."""
    forget_networks()
    yield make_feeder()
    forget_networks()


def change(api: Api, name: str, given: dict[str, Any], fields: str = OUTAGE) -> dict[str, Any]:
    kind = name[0].upper() + name[1:] + "Input"
    kind = {
        "ConfirmOutageInput": "OutageStepInput",
        "WithdrawOutageCrewInput": "OutageStepInput",
        "StartOutageWorkInput": "OutageStepInput",
        "CancelOutageInput": "OutageStepInput",
        "WithdrawWorkOrderInput": "WorkOrderStepInput",
        "StartWorkOrderInput": "WorkOrderStepInput",
        "HoldWorkOrderInput": "WorkOrderStepInput",
        "CancelWorkOrderInput": "WorkOrderStepInput",
    }.get(kind, kind)
    query = f"mutation ($i: {kind}!) {{ {name}(input: $i) {{ __typename {fields} {FAULT} }} }}"
    return api.data(query, i=given)[name]


def report(api: Api, **fields: Any) -> dict[str, Any]:
    given = {
        "device": {"kind": "SWITCH", "id": "SW-BREAKER"},
        "startedAt": (timezone.now() - timedelta(hours=1)).isoformat(),
        "note": "called in",
    }
    return change(api, "reportOutage", given | fields)


def test_life_of_an_outage(operator_api: Api) -> None:
    outage = report(operator_api, status="PREDICTED")
    key = outage["assetId"]
    assert (outage["status"], outage["version"], outage["customersOut"]) == ("PREDICTED", 1, 6)
    assert outage["interruptions"]["totalCount"] == 3

    change(operator_api, "confirmOutage", {"outageId": key, "expectedVersion": 1})
    assigned = change(operator_api, "assignOutageCrew", {"outageId": key, "crewId": "CREW-1"})
    assert assigned["crew"] == {"assetId": "CREW-1", "status": "ASSIGNED"}
    change(operator_api, "startOutageWork", {"outageId": key})
    change(operator_api, "setOutageCause", {"outageId": key, "causeCode": "VEGETATION"})
    part = change(
        operator_api,
        "restoreOutage",
        {"outageId": key, "restoredAt": timezone.now().isoformat(), "transformerIds": ["XFMR-B"]},
    )
    assert (part["status"], part["customersOut"]) == ("IN_PROGRESS", 4)
    assert part["steps"] == [{"stepNumber": 1, "customersRestored": 2}]

    done = change(operator_api, "restoreOutage", {"outageId": key, "restoredAt": timezone.now().isoformat()})

    assert (done["status"], done["customersOut"]) == ("RESTORED", 0)
    history = [edge["node"] for edge in done["history"]["edges"]]
    assert [(each["version"], each["action"]) for each in history] == [
        (7, "RESTORE"),
        (6, "RESTORE_PART"),
        (5, "SET_CAUSE"),
        (4, "START"),
        (3, "ASSIGN"),
        (2, "CONFIRM"),
        (1, "REPORT"),
    ]
    assert history[-1]["note"] == "called in"
    assert history[0]["actor"] == models.OperationEvent.objects.first().actor != ""
    assert history[2]["changes"]["cause_code"] == [None, "VEGETATION"]


REFUSED = [
    ("confirmOutage", {"outageId": "OUT-NONE"}, "NOT_FOUND", "outageId"),
    ("confirmOutage", {}, "IMPOSSIBLE_TRANSITION", "outageId"),
    ("confirmOutage", {"expectedVersion": 9}, "STALE_VERSION", "expectedVersion"),
    ("assignOutageCrew", {"crewId": "CREW-NONE"}, "NOT_FOUND", "crewId"),
    ("startOutageWork", {}, "IMPOSSIBLE_TRANSITION", "outageId"),
    ("restoreOutage", {"restoredAt": "2001-01-01T00:00:00Z"}, "BAD_INPUT", "restoredAt"),
    ("restoreOutage", {"restoredAt": "2101-01-01T00:00:00Z"}, "BAD_INPUT", "restoredAt"),
    ("restoreOutage", {"transformerIds": ["XFMR-NONE"]}, "NOT_OUT", "transformerIds"),
    ("restoreOutage", {"customersRestored": 7}, "TOO_MANY_RESTORED", "customersRestored"),
    ("setOutageCause", {"causeCode": "GREMLINS"}, "BAD_INPUT", "causeCode"),
    (
        "setOutageEstimate",
        {"estimatedRestorationAt": "2001-01-01T00:00:00Z"},
        "BAD_INPUT",
        "estimatedRestorationAt",
    ),
    ("moveOutage", {"device": {"kind": "BALLOON", "id": "B"}}, "BAD_INPUT", "device"),
    ("moveOutage", {"device": {"kind": "SWITCH", "id": "SW-NONE"}}, "NOT_FOUND", "device"),
    ("withdrawOutageCrew", {}, "IMPOSSIBLE_TRANSITION", "outageId"),
]


@pytest.mark.parametrize(("name", "given", "code", "field"), REFUSED)
def test_what_cannot_be_done_names_the_field(
    operator_api: Api, name: str, given: dict[str, Any], code: str, field: str
) -> None:
    outage = report(operator_api)
    full = {"outageId": outage["assetId"]} | given
    if name == "restoreOutage" and "restoredAt" not in full:
        full["restoredAt"] = timezone.now().isoformat()

    answer = change(operator_api, name, full)

    assert (answer["__typename"], answer["code"], answer["field"]) == ("OperationInfo", code, field)
    row = models.Outage.objects.get()
    assert (row.version, row.customers_out) == (1, 6)
    assert models.OperationEvent.objects.count() == 1


def test_life_of_a_work_order(operator_api: Api) -> None:
    fields = "... on WorkOrder { assetId status version crew { assetId } actualHours scheduledAt }"
    created = change(
        operator_api,
        "createWorkOrder",
        {
            "workType": "REPAIR",
            "priority": "HIGH",
            "assetKind": "LINE",
            "assetId": "LINE-1",
            "estimatedHours": 2.5,
        },
        fields,
    )
    key = {"workOrderId": created["assetId"]}
    later = (timezone.now() + timedelta(days=1)).isoformat()
    change(operator_api, "scheduleWorkOrder", key | {"scheduledAt": later}, fields)
    change(operator_api, "assignWorkOrder", key | {"crewId": "CREW-1"}, fields)
    change(operator_api, "startWorkOrder", key, fields)
    held = change(operator_api, "holdWorkOrder", key, fields)
    assert (held["status"], models.Crew.objects.get().status) == ("ON_HOLD", "AVAILABLE")
    change(operator_api, "startWorkOrder", key, fields)
    assert models.Crew.objects.get().status == "ON_SITE"

    done = change(operator_api, "completeWorkOrder", key | {"actualHours": 3.0}, fields)

    assert (done["status"], done["version"], done["actualHours"]) == ("COMPLETED", 7, 3.0)
    assert models.Crew.objects.get().status == "AVAILABLE"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"workType": "PARTY"}, "BAD_INPUT", "workType"),
        ({"priority": "NOW"}, "BAD_INPUT", "priority"),
        ({"assetKind": "BALLOON"}, "BAD_INPUT", "assetKind"),
        ({"assetId": "LINE-NONE"}, "NOT_FOUND", "assetId"),
        ({"outageId": "OUT-NONE"}, "NOT_FOUND", "outageId"),
        ({"workType": "OUTAGE_RESTORATION"}, "BAD_INPUT", "outageId"),
        ({"estimatedHours": -1.0}, "BAD_INPUT", "estimatedHours"),
        ({"description": "x" * 2001}, "BAD_INPUT", "description"),
    ],
)
def test_bad_work_orders_name_the_field(
    operator_api: Api, given: dict[str, Any], code: str, field: str
) -> None:
    good = {"workType": "REPAIR", "priority": "HIGH", "assetKind": "LINE", "assetId": "LINE-1"}

    answer = change(operator_api, "createWorkOrder", good | given, "")

    assert (answer["code"], answer["field"]) == (code, field)
    assert not models.WorkOrder.objects.exists()


def test_completing_before_starting_is_refused(operator_api: Api) -> None:
    good = {"workType": "REPAIR", "priority": "HIGH", "assetKind": "POLE", "assetId": "LINE-1"}
    good |= {"assetKind": "SWITCH", "assetId": "SW-FUSE"}
    key = change(operator_api, "createWorkOrder", good, "... on WorkOrder { assetId }")["assetId"]

    answer = change(operator_api, "completeWorkOrder", {"workOrderId": key}, "")

    assert (answer["code"], answer["field"]) == ("IMPOSSIBLE_TRANSITION", "workOrderId")
    assert "it must be IN_PROGRESS" in answer["message"]


def test_crews_are_made_and_edited_by_planners(
    planner_api: Api, operator_api: Api, feeder: SimpleNamespace
) -> None:
    fields = "... on Crew { assetId name kind memberCount status version lon lat homeSubstation { assetId } }"
    given = {
        "name": "Line 7",
        "kind": "LINE",
        "homeSubstationId": feeder.circuit.substation_id,
        "memberCount": 4,
    }
    assert change(operator_api, "createCrew", given, fields)["code"] == "PERMISSION_DENIED"

    crew = change(planner_api, "createCrew", given, fields)
    key = {"crewId": crew["assetId"]}
    moved = change(planner_api, "updateCrew", key | {"lon": -95.1, "lat": 29.7}, fields)
    off = change(planner_api, "setCrewShift", key | {"isOnShift": False, "expectedVersion": 2}, fields)

    assert (crew["status"], crew["version"], crew["lon"]) == ("AVAILABLE", 1, None)
    assert (moved["name"], moved["lon"], moved["lat"]) == ("Line 7", -95.1, 29.7)
    assert (off["status"], off["version"]) == ("OFF_SHIFT", 3)
    for bad, field in (
        ({"name": " "}, "name"),
        ({"kind": "CHOIR"}, "kind"),
        ({"memberCount": 0}, "memberCount"),
        ({"lon": 10.0, "lat": None}, "lat"),
        ({"homeSubstationId": "SUB-NONE"}, "homeSubstationId"),
    ):
        assert change(planner_api, "updateCrew", key | bad, fields)["field"] == field
    assert models.Crew.objects.get(pk=crew["assetId"]).version == 3


def test_an_operator_of_another_territory_finds_nothing(
    operator_api: Api, operator: Any, feeder: SimpleNamespace
) -> None:
    outage = report(operator_api)
    grant_zone(user=operator, zone=make_zone())

    for answer in (
        change(operator_api, "confirmOutage", {"outageId": outage["assetId"]}),
        change(
            operator_api,
            "restoreOutage",
            {"outageId": outage["assetId"], "restoredAt": timezone.now().isoformat()},
        ),
        report(operator_api),
    ):
        assert answer["code"] == "NOT_FOUND"
    assert models.Outage.objects.get().version == 1


def test_viewers_change_nothing(viewer_api: Api, anonymous_api: Api) -> None:
    assert report(viewer_api)["code"] == "PERMISSION_DENIED"
    assert report(anonymous_api)["code"] == "UNAUTHENTICATED"
    assert not models.Outage.objects.exists()


def test_causes_and_estimates_can_be_asked_for(operator_api: Api, viewer_api: Api) -> None:
    key = report(operator_api)["assetId"]

    answer = viewer_api.data(
        "query ($k: String!) { causeCodes { code category } restorationEstimate(outageId: $k) "
        "{ p50At p80At basis sampleCount kind } }",
        k=key,
    )

    assert {"code": "ANIMAL", "category": "Wildlife"} in answer["causeCodes"]
    estimate = answer["restorationEstimate"]
    assert (estimate["basis"], estimate["sampleCount"], estimate["kind"]) == (
        "PUBLISHED_REPAIRS",
        None,
        "FEEDER",
    )
    assert estimate["p50At"] < estimate["p80At"]
