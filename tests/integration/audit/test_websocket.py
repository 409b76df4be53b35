"""The audit log over a real websocket to the real web server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from flux_site.api.models import AuditKind, AuditRecord, AuditResult
from flux_site.api.tokens import issue
from tests.factories.grid import make_customer
from tests.servers.subscriptions import subscriber
from tests.servers.web import WebServer, web_server

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[WebServer]:
    """Return the web server of this module."""
    with django_db_blocker.unblock(), web_server() as running:
        yield running


def test_a_mutation_and_personal_data_over_a_websocket_are_on_record(
    server: WebServer, synced: None, make_user: Callable[..., User]
) -> None:
    customer = make_customer(full_name="Juniper Ann Sample")
    _, secret = issue(
        user=make_user(roles=("viewer", "pii"), username="paula"), name="desk", expires_in_days=1
    )

    with subscriber(server.socket_url, token=secret) as socket:
        socket.subscribe("{ customers { edges { node { fullName } } } }", key="1")
        shown = socket.receive()
        assert socket.receive()["type"] == "complete"
        socket.subscribe(
            'mutation { cancelJob(input: {jobId: "none"}) { ... on OperationInfo { code } } }', key="2"
        )
        refused = socket.receive()
        assert socket.receive()["type"] == "complete"

    assert "Juniper Ann Sample" in str(shown)
    assert refused["payload"]["data"]["cancelJob"]["code"] == "BAD_INPUT"
    read, change = AuditRecord.objects.order_by("pk")
    for record in (read, change):
        assert (record.username, record.token_name, record.client_address) == ("paula", "desk", "127.0.0.1")
    assert (read.kind, read.action, read.targets) == (AuditKind.PERSONAL_READ, "customers", [customer.pk])
    assert (change.kind, change.action, change.targets) == (AuditKind.CHANGE, "cancelJob", ["none"])
    assert (change.outcome.result, change.outcome.error_code) == (AuditResult.REFUSED, "BAD_INPUT")
