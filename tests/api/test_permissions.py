"""Who may use which root field: nobody unknown or without the permission, who never gets an empty list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from graphql import GraphQLField, get_named_type, is_leaf_type, is_required_argument

from agent.models import Document, Feedback, Message, Thread
from cascade.models import CascadeRun, DecisionStudy, Scenario
from flux_site.api.guard import Requires
from flux_site.api.models import ApiToken, SavedView
from flux_site.jobs.models import Job
from grid.models import FileExport, FileImport, ImportMapping, OutboxEvent, SyncLayer
from tests.api.asset_classes import ASSET_CLASSES
from tests.api.selections import graphql_schema, select_everything
from tests.clients import Api
from tests.factories.cascade import make_batch, make_finished_run, make_scenario
from tests.factories.conversations import make_answer, make_running_answer, make_thread
from tests.factories.documents import make_document
from tests.factories.imports import make_import_file, make_import_reject
from tests.factories.jobs import make_job
from tests.factories.learned import make_dataset, make_model
from tests.factories.sync import make_sync_reject

OPEN_QUERIES = {"health", "_entities"}
DEVICE = {"kind": "SWITCH", "id": "SW-1"}
MOMENT = "2026-06-01T12:00:00Z"
OUTAGES_AND_WORK = {
    *("reportOutage", "confirmOutage", "moveOutage", "assignOutageCrew", "withdrawOutageCrew"),
    *("startOutageWork", "restoreOutage", "setOutageCause", "setOutageEstimate", "cancelOutage"),
    *("createWorkOrder", "assignWorkOrder", "withdrawWorkOrder", "scheduleWorkOrder"),
    *("startWorkOrder", "holdWorkOrder", "completeWorkOrder", "cancelWorkOrder"),
}
ASSISTANT = {
    *("createAssistantThread", "renameAssistantThread", "deleteAssistantThread", "sendAssistantMessage"),
    *("retryAssistantAnswer", "stopAssistantAnswer", "giveAssistantFeedback"),
}
OPEN_MUTATIONS = {"login", "logout"}
INPUTS: dict[str, Callable[[], dict[str, Any]]] = {
    "createApiToken": lambda: {"name": "script"},
    "createAssistantThread": lambda: {"title": "Storm"},
    "renameAssistantThread": lambda: {"id": str(make_thread().pk), "title": "Storm"},
    "deleteAssistantThread": lambda: {"id": str(make_thread().pk)},
    "sendAssistantMessage": lambda: {"text": "How many transformers are there?"},
    "retryAssistantAnswer": lambda: {"answerId": str(make_answer().pk)},
    "stopAssistantAnswer": lambda: {"answerId": str(make_running_answer().pk)},
    "giveAssistantFeedback": lambda: {"answerId": str(make_answer().pk), "isPositive": True},
    "revokeApiToken": lambda: {"tokenId": "1"},
    "saveView": lambda: {"name": "Storm", "address": "/outages"},
    "updateSavedView": lambda: {"id": "1", "name": "Storm"},
    "deleteSavedView": lambda: {"id": "1"},
    "cancelJob": lambda: {"jobId": str(make_job().pk)},
    "startSync": lambda: {"layers": ["substations"]},
    "startRollup": dict,
    "startHealthAssessment": dict,
    "startVegetationAssessment": dict,
    "recordTreeInspection": lambda: {"treeId": "TREE-1", "failureLikelihood": "POSSIBLE"},
    "createVegetationWorkOrder": lambda: {"packageId": "LINE-1"},
    "startDataQualityCheck": dict,
    "replayDeadLetters": lambda: {"codes": ["UNKNOWN_METER"]},
    "replayRejects": lambda: {"layer": make_sync_reject().run.layer_id},
    "previewImport": lambda: {"layer": "poles", "file": make_import_file().digest},
    "startImport": lambda: {"layer": "poles", "file": make_import_file().digest},
    "readDocumentAgain": lambda: {"documentId": str(make_document().pk)},
    "deleteDocument": lambda: {"documentId": str(make_document(is_built_in=False).pk)},
    "startExport": lambda: {"layer": "poles", "format": "CSV"},
    "replayImportRejects": lambda: {"importId": str(make_import_reject().file_import_id)},
    "saveImportMapping": lambda: {
        "name": "poles",
        "layer": "poles",
        "mapping": {"pole_id": {"column": "ID"}},
    },
    "pauseSyncLayer": lambda: {"layer": "substations", "isPaused": True},
    "startCentralities": dict,
    "startVulnerabilityMap": dict,
    "startRunForecast": lambda: {"runId": str(make_finished_run().pk)},
    "startLearningDataset": lambda: {"task": "CASCADE_RISK", "plan": {"size": "SMOKE"}},
    "startModelTraining": lambda: {"datasetId": str(make_dataset().pk)},
    "startModelEvaluation": lambda: {"modelId": str(make_model().pk)},
    "startDriftCheck": lambda: {"task": "CASCADE_RISK"},
    "useForEvaluation": lambda: {"datasetId": str(make_dataset().pk)},
    "promoteModel": lambda: {"modelId": str(make_model(skill=1.5).pk)},
    "rollBackModel": lambda: {"task": "CASCADE_RISK", "reason": "It is worse in summer."},
    "startTransformerPrediction": dict,
    "startTransformerForecast": dict,
    "startCascadeRun": lambda: {"outages": ["SUB-1"]},
    "repeatCascadeRun": lambda: {"runId": str(make_finished_run().pk)},
    "publishCascadeRun": lambda: {"runId": str(make_finished_run().pk)},
    "startCascadeBatch": lambda: {"kind": "N1_BRANCH"},
    "publishCascadeBatch": lambda: {"batchId": str(make_batch().pk)},
    "createScenario": lambda: {"name": "Loss", "outages": ["SUB-1"]},
    "updateScenario": lambda: {"scenarioId": str(make_scenario().pk), "name": "Other"},
    "copyScenario": lambda: {"scenarioId": str(make_scenario().pk)},
    "deleteScenario": lambda: {"scenarioId": str(make_scenario().pk)},
    "runScenario": lambda: {"scenarioId": str(make_scenario().pk)},
    "startRestorationStudy": lambda: {"runId": str(make_finished_run().pk), "crews": 2},
    "startStagingStudy": lambda: {"runId": str(make_finished_run().pk), "speedKmh": 50.0},
    "startExplanation": lambda: {"runId": str(make_finished_run().pk)},
    "startMitigationStudy": lambda: {"runId": str(make_finished_run().pk)},
    "startInvestmentStudy": lambda: {
        "name": "Plan",
        "cases": [
            {
                "runId": str(make_finished_run().pk),
                "perYear": 0.1,
                "durations": {"lowH": 1.0, "midH": 2.0, "highH": 4.0},
            }
        ],
        "measures": [
            {"id": "1", "kind": "RECONDUCTOR", "assetId": "BR-1", "costUsd": 1.0, "ratingFactor": 2.0}
        ],
        "budgetUsd": 1.0,
        "years": 10,
        "discountFrac": 0.05,
    },
    "reportOutage": lambda: {"device": DEVICE, "startedAt": MOMENT},
    "confirmOutage": lambda: {"outageId": "OUT-1"},
    "moveOutage": lambda: {"outageId": "OUT-1", "device": DEVICE},
    "assignOutageCrew": lambda: {"outageId": "OUT-1", "crewId": "CREW-1"},
    "withdrawOutageCrew": lambda: {"outageId": "OUT-1"},
    "startOutageWork": lambda: {"outageId": "OUT-1"},
    "restoreOutage": lambda: {"outageId": "OUT-1", "restoredAt": MOMENT},
    "setOutageCause": lambda: {"outageId": "OUT-1", "causeCode": "WIND"},
    "setOutageEstimate": lambda: {"outageId": "OUT-1", "estimatedRestorationAt": MOMENT},
    "cancelOutage": lambda: {"outageId": "OUT-1"},
    "createWorkOrder": lambda: {
        "workType": "REPAIR",
        "priority": "LOW",
        "assetKind": "SWITCH",
        "assetId": "SW-1",
    },
    "assignWorkOrder": lambda: {"workOrderId": "WO-1", "crewId": "CREW-1"},
    "withdrawWorkOrder": lambda: {"workOrderId": "WO-1"},
    "scheduleWorkOrder": lambda: {"workOrderId": "WO-1", "scheduledAt": MOMENT},
    "startWorkOrder": lambda: {"workOrderId": "WO-1"},
    "holdWorkOrder": lambda: {"workOrderId": "WO-1"},
    "completeWorkOrder": lambda: {"workOrderId": "WO-1"},
    "cancelWorkOrder": lambda: {"workOrderId": "WO-1"},
    "createCrew": lambda: {
        "name": "Line 1",
        "kind": "LINE",
        "homeSubstationId": "SUB-1",
        "memberCount": 3,
    },
    "updateCrew": lambda: {"crewId": "CREW-1", "name": "Line 2"},
    "setCrewShift": lambda: {"crewId": "CREW-1", "isOnShift": True},
}


def fields_of(kind: str, left_out: set[str]) -> dict[str, GraphQLField]:
    root = getattr(graphql_schema(), f"{kind}_type")
    return {name: field for name, field in root.fields.items() if name not in left_out}


def permission_of(field: GraphQLField) -> str | None:
    definition = field.extensions["strawberry-definition"]
    return next(each.permission for each in definition.extensions if isinstance(each, Requires))


def question(name: str, field: GraphQLField) -> str:
    """Return a query of one root field with made-up arguments."""
    made_up = {
        "AreaInput": "{bbox: [29.4, 29.4, 29.5, 29.5]}",
        "String": '"SUB-1"',
        "ID": '"U3Vic3RhdGlvbjpTVUItMQ=="',
        "Int": "5",
        "Float": "29.5",
        "PlacedClass": "METER",
        "HeatMeasure": "METERS",
        "Clustered": "METERS",
        "DateTime": '"2026-07-01T00:00:00Z"',
        "Date": '"2026-07-01"',
        "UsageGroup": "METER",
        "PeakMember": "METER",
        "ReliabilityGroup": "CIRCUIT",
        "TraceKind": "DOWNSTREAM",
        "CandidateKind": "SUBSTATION",
        "GraphModel": "MOTTER_LAI",
    }
    arguments = [
        f"{key}: {made_up[get_named_type(argument.type).name]}"
        for key, argument in field.args.items()
        if is_required_argument(argument)
    ]
    kind = get_named_type(field.type)
    selection = "" if is_leaf_type(kind) else "{ __typename }"
    return f"{{ {name}{'(' + ', '.join(arguments) + ')' if arguments else ''} {selection} }}"


QUERIES = fields_of("query", OPEN_QUERIES)
MUTATIONS = fields_of("mutation", OPEN_MUTATIONS)
GUARDED_QUERIES = {name: field for name, field in QUERIES.items() if permission_of(field)}
GUARDED_MUTATIONS = {name: field for name, field in MUTATIONS.items() if permission_of(field)}


def rows() -> list[int]:
    """Return how many rows there are of everything a mutation may write."""
    written = (
        Job,
        CascadeRun,
        DecisionStudy,
        Scenario,
        ApiToken,
        SavedView,
        SyncLayer,
        FileImport,
        FileExport,
        ImportMapping,
        OutboxEvent,
        Document,
        Thread,
        Message,
        Feedback,
    )
    return [model.objects.count() for model in written]


@pytest.mark.parametrize("name", QUERIES)
def test_an_anonymous_query_is_refused(anonymous_api: Api, synced: None, name: str) -> None:
    answer = anonymous_api.run(question(name, QUERIES[name]))

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    assert answer["data"] is None or answer["data"] == {name: None}


def test_federation_is_refused_to_anonymous_users_by_every_spelling(anonymous_api: Api) -> None:
    entities = '_entities(representations: [{__typename: "Substation", assetId: "SUB-1"}]) { __typename }'
    for query in (
        "{ _service { sdl } }",
        "{ a: _service { sdl } }",
        f"{{ {entities} }}",
        f"{{ b: {entities} }}",
        f"{{ ... on Query {{ {entities} }} }}",
        f"query {{ ...f }} fragment f on Query {{ {entities} }}",
    ):
        answer = anonymous_api.run(query)

        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"], query
        assert answer["data"] is None


@pytest.mark.parametrize("name", GUARDED_QUERIES)
def test_a_query_without_the_permission_is_refused(nobody_api: Api, synced: None, name: str) -> None:
    answer = nobody_api.run(question(name, QUERIES[name]))

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["PERMISSION_DENIED"]
    assert answer["data"] is None or answer["data"] == {name: None}


@pytest.mark.parametrize("asset_class", ASSET_CLASSES, ids=lambda each: each.root)
def test_the_permission_of_a_class_opens_its_list(
    make_user: Callable[..., User], synced: None, asset_class: Any
) -> None:
    asset_class.make()
    api = Api(make_user(asset_class.permission))

    answer = api.data(f"{{ {asset_class.root} {{ totalCount edges {{ node {{ id }} }} }} }}")

    assert answer[asset_class.root]["totalCount"] == 1


def test_a_nested_list_without_its_permission_is_refused_and_not_empty(
    make_user: Callable[..., User], synced: None
) -> None:
    from tests.factories.grid import make_circuit

    make_circuit()
    api = Api(make_user("grid.view_substation"))

    answer = api.run(
        "{ substations { edges { node { name circuits { totalCount edges { node { name } } } } } } }"
    )

    assert {error["extensions"]["code"] for error in answer["errors"]} == {"PERMISSION_DENIED"}
    assert answer["data"] is None


@pytest.mark.parametrize("way", ["node", "entity"])
def test_a_node_or_entity_without_its_permission_is_refused(nobody_api: Api, way: str) -> None:
    from tests.factories.grid import make_substation

    make_substation(id="SUB-1")
    query = {
        "node": '{ node(id: "U3Vic3RhdGlvbjpTVUItMQ==") { id } }',
        "entity": """{ _entities(representations: [{__typename: "Substation", assetId: "SUB-1"}])
            { __typename } }""",
    }[way]

    assert nobody_api.code(query) == "PERMISSION_DENIED"


def test_every_mutation_is_tested() -> None:
    assert INPUTS.keys() == MUTATIONS.keys()


def mutation(name: str) -> str:
    arguments = MUTATIONS[name].args
    selection = "{ __typename ... on OperationInfo { code field message } }"
    if not arguments:
        return f"mutation {{ {name} {selection} }}"
    input_type = get_named_type(arguments["input"].type).name
    return f"mutation ($input: {input_type}!) {{ {name}(input: $input) {selection} }}"


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_anonymous_mutation_answers_why_and_writes_nothing(anonymous_api: Api, name: str) -> None:
    values = INPUTS[name]()
    before = rows()

    answer = anonymous_api.data(mutation(name), input=values)[name]

    assert answer["__typename"] == "OperationInfo"
    assert (answer["code"], answer["field"]) == ("UNAUTHENTICATED", None)
    assert rows() == before


@pytest.mark.parametrize("name", GUARDED_MUTATIONS)
def test_a_mutation_without_the_permission_answers_why_and_writes_nothing(
    nobody_api: Api, small_network: object, name: str
) -> None:
    values = INPUTS[name]()
    before = rows()

    answer = nobody_api.data(mutation(name), input=values)[name]

    assert answer["__typename"] == "OperationInfo"
    assert (answer["code"], answer["field"]) == ("PERMISSION_DENIED", None)
    assert permission_of(MUTATIONS[name]) in answer["message"]
    assert rows() == before


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("viewer", ASSISTANT),
        (
            "operator",
            {
                "startExport",
                "startSync",
                "startRollup",
                "startHealthAssessment",
                *("startVegetationAssessment", "recordTreeInspection", "createVegetationWorkOrder"),
                "startDataQualityCheck",
                "replayRejects",
                "pauseSyncLayer",
                "replayDeadLetters",
            }
            | OUTAGES_AND_WORK
            | ASSISTANT,
        ),
        (
            "planner",
            {
                "startExport",
                "startSync",
                "startRollup",
                "startHealthAssessment",
                *("startVegetationAssessment", "recordTreeInspection", "createVegetationWorkOrder"),
                "startDataQualityCheck",
                "replayRejects",
                "pauseSyncLayer",
                "replayDeadLetters",
                "startCentralities",
                "startVulnerabilityMap",
                *("startTransformerPrediction", "startTransformerForecast"),
                "startRunForecast",
                *("startRestorationStudy", "startMitigationStudy", "startInvestmentStudy"),
                *("startExplanation", "startStagingStudy"),
                *("startCascadeRun", "repeatCascadeRun", "publishCascadeRun", "startCascadeBatch"),
                "publishCascadeBatch",
                *("createScenario", "updateScenario", "copyScenario", "deleteScenario", "runScenario"),
                "createCrew",
                "updateCrew",
                "setCrewShift",
            }
            | OUTAGES_AND_WORK
            | ASSISTANT,
        ),
        ("admin", set(GUARDED_MUTATIONS)),
    ],
)
def test_what_each_role_may_do(make_user: Callable[..., User], role: str, allowed: set[str]) -> None:
    user = make_user(roles=(role,))

    assert {
        name for name, field in GUARDED_MUTATIONS.items() if user.has_perm(str(permission_of(field)))
    } == allowed


def test_an_inactive_user_is_nobody(make_user: Callable[..., User]) -> None:
    user = make_user(roles=("viewer",))
    api = Api(user)
    assert api.data("{ viewer { username } }")
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert api.code("{ viewer { username } }") == "UNAUTHENTICATED"


def test_health_is_open_and_says_nothing_else(anonymous_api: Api) -> None:
    data = anonymous_api.data(f"{{ health {select_everything('Health')} }}")["health"]

    assert data.keys() == {"status", "services"}
    assert {each["name"] for each in data["services"]} == {"postgis", "redis", "workers", "warehouse"}
    assert all(each.keys() == {"name", "isUp", "latencyMs"} for each in data["services"])
