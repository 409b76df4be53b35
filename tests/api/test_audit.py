"""The audit log: every mutation, every answer that shows personal data; never a secret, never the data."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flux_site.api.audit.recording import forget_old_records
from flux_site.api.models import AuditKind, AuditOutcome, AuditRecord, AuditResult
from flux_site.api.tokens import issue
from grid import models
from tests.api.test_lookups import relay_id
from tests.api.test_permissions import INPUTS, MUTATIONS, mutation
from tests.api.test_personal_data import FIELDS, PLAIN, WAYS, customer, everywhere
from tests.clients import Api
from tests.conftest import PASSWORD
from tests.factories.grid import make_customer, make_zone
from tests.small_network import SmallNetwork

__all__ = ["customer"]

LOGIN = """mutation ($u: String!, $p: String!) { login(input: {username: $u, password: $p}) {
    __typename ... on OperationInfo { code } } }"""
CREATE_TOKEN = """mutation { createApiToken(input: {name: "nightly report"}) { __typename
    ... on NewApiToken { secret token { id } } } }"""
LOG = """query ($filters: AuditRecordFilter) { auditLog(filters: $filters) { totalCount edges { node {
    id kind source action username tokenName clientAddress targets targetCount personalFields result errorCode
    errorField changed } } } }"""


def storm(network: SmallNetwork) -> dict[str, Any]:
    """Return the input of a scenario that can be made."""
    return {"name": "Storm", "outages": [network.substations[0].pk]}


def the_record() -> AuditRecord:
    return AuditRecord.objects.select_related("outcome").get()


def whole_log() -> str:
    """Return every value of the log as text."""
    return json.dumps(
        [*AuditRecord.objects.values(), *AuditOutcome.objects.values()], default=str, ensure_ascii=False
    )


@pytest.fixture
def refusing_log(transactional_db: None) -> Iterator[None]:
    """Let the database refuse new records."""
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE FUNCTION no_log() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$;
               CREATE TRIGGER no_log BEFORE INSERT ON api_auditrecord EXECUTE FUNCTION no_log()"""
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER no_log ON api_auditrecord; DROP FUNCTION no_log()")


@pytest.mark.parametrize("name", [*MUTATIONS, "login", "logout"])
def test_every_mutation_is_on_record_though_it_is_refused(anonymous_api: Api, name: str) -> None:
    if name == "login":
        anonymous_api.data(LOGIN, u="nobody", p="nothing")
    elif name == "logout":
        anonymous_api.data("mutation { logout { ok } }")
    else:
        anonymous_api.data(mutation(name), input=INPUTS[name]())

    found = the_record()
    assert (found.kind, found.source, found.action) == (AuditKind.CHANGE, "GRAPHQL", name)
    assert (found.username, found.user_id, found.client_address) == (None, None, "127.0.0.1")
    refused = (AuditResult.REFUSED, "UNAUTHENTICATED")
    assert (found.outcome.result, found.outcome.error_code) == (
        (AuditResult.DONE, None) if name == "logout" else refused
    )


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_of_a_superuser_is_on_record_however_it_ends(
    make_user: Callable[..., User], small_network: object, name: str
) -> None:
    user = make_user(is_superuser=True)

    Api(user).run(mutation(name), input=INPUTS[name]())

    found = the_record()
    assert (found.action, found.username, found.user_id) == (name, user.username, user.pk)
    assert found.outcome.result in {AuditResult.DONE, AuditResult.REFUSED}


def test_what_was_to_be_changed_and_what_was_made_are_named(
    planner_api: Api, small_network: SmallNetwork
) -> None:
    query = (
        "mutation ($input: CreateScenarioInput!) { createScenario(input: $input) { ... on Scenario { id } } }"
    )

    made = planner_api.data(query, input=storm(small_network))["createScenario"]

    found = the_record()
    assert found.targets == storm(small_network)["outages"]
    assert [relay_id("Scenario", each) for each in found.outcome.targets] == [made["id"]]
    assert "Storm" not in whole_log()


def test_a_refusal_is_on_record_with_its_code_and_field(planner_api: Api, synced: None) -> None:
    query = """mutation { createScenario(input: {name: "", outages: ["SUB-404"]}) {
        ... on OperationInfo { code field } } }"""

    refused = planner_api.data(query)["createScenario"]

    found = the_record()
    assert found.outcome.result == AuditResult.REFUSED
    assert (found.outcome.error_code, found.outcome.error_field) == (refused["code"], refused["field"])


def test_a_fault_of_ours_is_on_record(
    planner_api: Api, small_network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("cascade.services.scenarios.models.Scenario.save", fail)

    code = planner_api.code(mutation("createScenario"), input=storm(small_network))

    found = the_record()
    assert (code, found.outcome.result, found.outcome.error_code) == (
        "INTERNAL_ERROR",
        AuditResult.FAILED,
        "INTERNAL_ERROR",
    )
    assert "secret detail" not in whole_log()


def test_passwords_and_secrets_are_never_on_record(viewer: User, anonymous_api: Api) -> None:
    anonymous_api.data(LOGIN, u=PASSWORD, p="typed-into-the-wrong-field")
    anonymous_api.data(LOGIN, u="vera", p="a wrong password")
    assert anonymous_api.data(LOGIN, u="vera", p=PASSWORD)["login"]["__typename"] == "Viewer"
    made = Api(viewer).data(CREATE_TOKEN)["createApiToken"]

    log = whole_log()
    for secret in (PASSWORD, "typed-into-the-wrong-field", "a wrong password", made["secret"]):
        assert secret not in log
    by_time = AuditRecord.objects.order_by("pk")
    assert [record.targets for record in by_time] == [[], ["user:vera"], ["user:vera"], []]
    assert [record.outcome.error_code for record in by_time] == [
        "UNAUTHENTICATED",
        "UNAUTHENTICATED",
        None,
        None,
    ]
    assert by_time[3].outcome.targets == [made["token"]["id"]]


def test_the_name_of_the_token_is_on_record(planner: User, small_network: SmallNetwork) -> None:
    _, secret = issue(user=planner, name="nightly job", expires_in_days=1)

    Api(token=secret).data(mutation("createScenario"), input=storm(small_network))

    assert (the_record().username, the_record().token_name) == ("pia", "nightly job")


@pytest.mark.parametrize("way", WAYS)
def test_personal_data_shown_is_on_record(
    make_user: Callable[..., User], customer: models.Customer, way: str
) -> None:
    query, variables, path = everywhere(customer)[way]
    user = make_user(roles=("viewer", "pii"))

    Api(user).data(query.replace(" F ", f" {FIELDS} "), **variables)

    found = AuditRecord.objects.get()
    assert (found.kind, found.action, found.username) == (AuditKind.PERSONAL_READ, path[0], user.username)
    assert found.targets == [customer.pk]
    assert found.personal_fields == ["email", "full_name", "phone", "service_address"]
    assert not any(value in whole_log() for value in PLAIN.values())


@pytest.mark.parametrize("way", WAYS)
def test_masked_data_is_not(viewer_api: Api, customer: models.Customer, way: str) -> None:
    query, variables, _ = everywhere(customer)[way]

    viewer_api.data(query.replace(" F ", f" {FIELDS} "), **variables)

    assert not AuditRecord.objects.exists()


def test_an_answer_without_personal_values_is_not(make_user: Callable[..., User], synced: None) -> None:
    make_customer(phone=None, email=None)

    Api(make_user(roles=("viewer", "pii"))).data(
        "{ customers { edges { node { assetId city phone email } } } }"
    )

    assert not AuditRecord.objects.exists()


def test_a_list_is_one_row_and_one_insert(make_user: Callable[..., User], synced: None) -> None:
    shown = [make_customer().pk for _ in range(12)]
    query = "{ customers(first: 50) { edges { node { assetId fullName } } } }"
    masked, plain = Api(make_user(roles=("viewer",))), Api(make_user(roles=("viewer", "pii")))
    for api in (masked, plain):  # what is kept of a user from the first request on is kept now
        api.data("{ viewer { username } }")
    counts = []
    for api in (masked, plain):
        with CaptureQueriesContext(connection) as captured:
            api.data(query)
        counts.append(len(captured))

    assert sorted(AuditRecord.objects.get().targets) == sorted(shown)
    assert counts[1] == counts[0] + 1


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_put_on_record_is_not_shown(
    make_user: Callable[..., User], customer: models.Customer, refusing_log: None
) -> None:
    query, variables, _ = everywhere(customer)["lookup"]

    response = Api(make_user(roles=("viewer", "pii"))).post(query.replace(" F ", f" {FIELDS} "), variables)

    assert response.json()["data"] is None
    assert [error["extensions"]["code"] for error in response.json()["errors"]]
    assert not any(value in response.content.decode() for value in PLAIN.values())


@pytest.mark.django_db(transaction=True)
def test_a_mutation_that_cannot_be_put_on_record_is_not_carried_out(
    planner: User, small_network: SmallNetwork, refusing_log: None
) -> None:
    from cascade.models import Scenario

    answer = Api(planner).post(mutation("createScenario"), {"input": storm(small_network)}).json()

    assert answer["errors"]
    assert not Scenario.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_stands_though_its_end_cannot_be_put_on_record(
    planner: User, small_network: SmallNetwork
) -> None:
    from cascade.models import Scenario

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE api_auditoutcome RENAME TO api_auditoutcome_away")
    try:
        answer = Api(planner).data(mutation("createScenario"), input=storm(small_network))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE api_auditoutcome_away RENAME TO api_auditoutcome")

    assert answer["createScenario"]["__typename"] == "Scenario"
    assert Scenario.objects.count() == 1
    assert AuditRecord.objects.filter(outcome=None).get().action == "createScenario"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE api_auditrecord SET username = 'somebody else'",
        "DELETE FROM api_auditrecord",
        "TRUNCATE api_auditrecord CASCADE",
        "UPDATE api_auditoutcome SET result = 'DONE'",
        "DELETE FROM api_auditoutcome",
        "TRUNCATE api_auditoutcome",
    ],
)
def test_the_database_refuses_to_change_the_log(anonymous_api: Api, statement: str) -> None:
    anonymous_api.data(LOGIN, u="nobody", p="nothing")
    before = whole_log()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # Not even with what retention sets: the rows are too young.
        cursor.execute("SET LOCAL flux.audit_retention = 'on'")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)

    assert whole_log() == before


def test_records_past_their_time_are_forgotten_and_no_others(settings: Any, anonymous_api: Api) -> None:
    def record(age_days: float) -> AuditRecord:
        at = timezone.now() - timedelta(days=age_days)
        made = AuditRecord.objects.create(kind=AuditKind.CHANGE, source="GRAPHQL", action="login", at=at)
        AuditOutcome.objects.create(record=made, result=AuditResult.DONE, at=at)
        return made

    old, kept = record(settings.AUDIT_KEEP_DAYS + 1), record(settings.AUDIT_KEEP_DAYS - 1)

    assert forget_old_records() == 1
    assert [each.pk for each in AuditRecord.objects.all()] == [kept.pk]
    assert [each.pk for each in AuditOutcome.objects.all()] == [kept.pk]
    assert old.pk != kept.pk


def test_the_log_is_read_by_administrators(
    make_user: Callable[..., User], customer: models.Customer, anonymous_api: Api
) -> None:
    Api(make_user(roles=("viewer", "pii"), username="paula")).data(
        "{ customers { edges { node { phone } } } }"
    )
    anonymous_api.data(LOGIN, u="nobody", p="nothing")
    api = Api(make_user(roles=("admin",)))

    newest, oldest = (edge["node"] for edge in api.data(LOG)["auditLog"]["edges"])
    of_customer = api.data(LOG, filters={"target": customer.pk})["auditLog"]
    refused = api.data(LOG, filters={"result": "REFUSED"})["auditLog"]
    changes = api.data(LOG, filters={"kind": "CHANGE", "username": {"exact": "paula"}})["auditLog"]

    assert (newest["action"], newest["result"], newest["errorCode"]) == (
        "login",
        "REFUSED",
        "UNAUTHENTICATED",
    )
    assert newest["errorField"] == "password"
    assert {key: oldest[key] for key in oldest if key != "id"} == {
        "kind": "PERSONAL_READ",
        "source": "GRAPHQL",
        "action": "customers",
        "username": "paula",
        "tokenName": None,
        "clientAddress": "127.0.0.1",
        "targets": [customer.pk],
        "targetCount": 1,
        "personalFields": ["phone"],
        "result": None,
        "errorCode": None,
        "errorField": None,
        "changed": [],
    }
    assert of_customer["totalCount"] == refused["totalCount"] == 1
    assert changes["totalCount"] == 0
    assert api.data("query ($id: ID!) { node(id: $id) { id } }", id=oldest["id"])["node"] == {
        "id": oldest["id"]
    }
    assert Api(make_user(roles=("planner",))).code(
        "query ($id: ID!) { node(id: $id) { id } }", id=oldest["id"]
    ) == ("PERMISSION_DENIED")


def test_the_log_is_closed_to_users_limited_to_zones(make_user: Callable[..., User]) -> None:
    user = make_user(roles=("admin",))
    models.ZoneGrant.objects.create(user=user, zone=make_zone())

    assert Api(user).code(LOG) == "PERMISSION_DENIED"
