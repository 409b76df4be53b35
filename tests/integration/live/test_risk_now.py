"""The risk of now over a real websocket to the real web server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.services import risk_now
from flux_site.api.tokens import issue
from tests.factories.cascade import make_risk_sample
from tests.factories.grid import (
    MOMENT,
    make_circuit,
    make_customer,
    make_meter,
    make_outage,
    make_transformer,
)
from tests.servers.subscriptions import Subscriber, subscriber
from tests.servers.web import WebServer

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_stores", "synced"),
]

QUERY = """subscription { riskNow { isLive risk { at totalCustomerHours score
    parts { part customerHours contributions { assetId } } } } }"""


def told(socket: Subscriber) -> dict[str, Any]:
    message = socket.receive()
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    found: dict[str, Any] = message["payload"]["data"]["riskNow"]
    return found


def test_the_risk_comes_first_and_again_after_each_sample(server: WebServer, viewer: User) -> None:
    circuit = make_circuit()
    transformer = make_transformer(circuit=circuit)
    make_customer(meter=make_meter(transformer=transformer))
    make_risk_sample(zone=circuit.zone)
    token = issue(user=viewer, name="test", expires_in_days=1)[1]
    later = MOMENT + timedelta(minutes=5)
    outage = make_outage(
        circuit=circuit, customers_out=7, estimated_restoration_at=later + timedelta(hours=2)
    )
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(QUERY)
        first = told(socket)
        assert risk_now.take_sample(now=later) == 1
        second = told(socket)

    assert first["isLive"]
    assert (first["risk"]["at"], first["risk"]["totalCustomerHours"]) == (MOMENT.isoformat(), 60.0)
    assert first["risk"]["score"] == pytest.approx(50.0)
    outages = second["risk"]["parts"][0]
    assert outages["customerHours"] == pytest.approx(14.0)
    assert outages["contributions"] == [{"assetId": outage.pk}]


def test_without_the_right_nothing_is_told(server: WebServer, make_user: Callable[..., User]) -> None:
    listener = make_user("grid.view_outage")
    token = issue(user=listener, name="test", expires_in_days=1)[1]
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe("subscription { riskNow { isLive } }")
        message = socket.receive()

    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    assert errors[0]["extensions"]["code"] == "PERMISSION_DENIED"
