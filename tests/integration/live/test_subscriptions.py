"""The subscriptions of operations over real websockets to the real web server."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from flux_site.api.live import announce
from flux_site.api.models import ApiToken
from flux_site.api.tokens import issue
from grid import models
from grid.services.status import refresh_status
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_crew,
    make_customer,
    make_interruption,
    make_meter,
    make_outage,
    make_transformer,
    make_work_order,
)
from tests.servers.subscriptions import Subscriber, subscriber
from tests.servers.web import WebServer

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_stores", "synced"),
]

OUTAGES = """subscription ($circuit: String) { outageUpdates(circuitId: $circuit) {
    isCurrentState isLive isComplete goneIds outages { assetId status customersOut circuit { name } } } }"""
STATUSES = """subscription { circuitStatusUpdates { isCurrentState
    circuitStatuses { assetId status customers customersOut activeOutages } } }"""


@pytest.fixture
def token(viewer: User) -> str:
    """Return a token of the viewer."""
    return issue(user=viewer, name="test", expires_in_days=1)[1]


def change(row: Any, topic: str, **fields: Any) -> None:
    """Change a row as a service does, and say so."""
    fields |= {"version": row.version + 1, "updated_at": timezone.now()}
    type(row).objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    announce(topic, [row.pk])


def told(socket: Subscriber, root: str = "outageUpdates") -> dict[str, Any]:
    message = socket.receive()
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    found: dict[str, Any] = message["payload"]["data"][root]
    return found


def code(socket: Subscriber) -> str:
    message = socket.receive()
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    return str(errors[0]["extensions"]["code"])


def test_the_active_outages_come_first_and_then_each_change_up_to_the_end(
    server: WebServer, token: str
) -> None:
    circuit = make_circuit(name="North")
    active, _over = make_outage(circuit=circuit), make_outage(circuit=circuit, status="RESTORED")
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(OUTAGES)
        first = told(socket)
        change(active, "outages", status="ASSIGNED")
        second = told(socket)
        fresh = make_outage(circuit=circuit, status="PREDICTED")
        announce("outages", [fresh.pk])
        third = told(socket)
        change(active, "outages", status="RESTORED", customers_out=0)
        fourth = told(socket)
        models.Outage.objects.filter(pk=fresh.pk).delete()
        announce("outages", [fresh.pk])
        fifth = told(socket)

    row = {"assetId": active.pk, "status": "CONFIRMED", "customersOut": 6, "circuit": {"name": "North"}}
    change_of = {"isCurrentState": False, "isLive": True, "isComplete": True, "goneIds": []}
    assert first == change_of | {"isCurrentState": True, "outages": [row]}
    assert second == change_of | {"outages": [row | {"status": "ASSIGNED"}]}
    assert third["outages"] == [row | {"assetId": fresh.pk, "status": "PREDICTED"}]
    assert fourth["outages"] == [row | {"status": "RESTORED", "customersOut": 0}]
    assert fifth == change_of | {"goneIds": [fresh.pk], "outages": []}


def test_what_did_not_change_is_not_told_again(server: WebServer, token: str) -> None:
    outage = make_outage()
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(OUTAGES)
        told(socket)
        announce("outages", [outage.pk])
        announce("outages", [])  # look again at everything

        with pytest.raises(TimeoutError):
            socket.receive(timeout_s=1.0)


def test_a_burst_of_changes_is_told_in_few_messages_and_to_its_last(server: WebServer, token: str) -> None:
    outage = make_outage()
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(OUTAGES)
        told(socket)
        began = time.monotonic()
        for left in range(40, -1, -1):
            change(outage, "outages", customers_out=left)
        seen = [told(socket)["outages"][0]["customersOut"]]
        while seen[-1] != 0:
            seen += [told(socket)["outages"][0]["customersOut"]]
        took_s = time.monotonic() - began

    assert seen == sorted(seen, reverse=True)
    assert len(seen) <= took_s / 0.2 + 2


def test_a_circuit_that_is_named_narrows_what_is_told(server: WebServer, token: str) -> None:
    here, there = make_outage(), make_outage()
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(OUTAGES, circuit=here.circuit_id)
        assert [row["assetId"] for row in told(socket)["outages"]] == [here.pk]
        change(there, "outages", status="ASSIGNED")
        change(here, "outages", status="ASSIGNED")

        assert [row["assetId"] for row in told(socket)["outages"]] == [here.pk]


def test_a_user_limited_to_a_zone_is_told_of_that_zone_alone(
    server: WebServer, make_user: Callable[..., User], token: str
) -> None:
    here, there = make_outage(), make_outage()
    limited = make_user(roles=("viewer",), username="zita")
    grant_zone(user=limited, zone=here.zone)
    secret = issue(user=limited, name="test", expires_in_days=1)[1]
    with (
        subscriber(server.socket_url, token=secret) as some,
        subscriber(server.socket_url, token=token) as all_,
    ):
        some.subscribe(OUTAGES)
        all_.subscribe(OUTAGES)
        assert [row["assetId"] for row in told(some)["outages"]] == [here.pk]
        assert {row["assetId"] for row in told(all_)["outages"]} == {here.pk, there.pk}
        change(there, "outages", status="ASSIGNED")
        assert [row["assetId"] for row in told(all_)["outages"]] == [there.pk]
        change(here, "outages", status="ASSIGNED")

        assert [row["assetId"] for row in told(some)["outages"]] == [here.pk]


def test_who_joins_later_gets_the_state_of_that_moment(server: WebServer, token: str) -> None:
    outage = make_outage()
    with ExitStack() as stack:
        sockets = []
        for status in ("CONFIRMED", "ASSIGNED", "IN_PROGRESS"):
            socket = stack.enter_context(subscriber(server.socket_url, token=token))
            if sockets:
                change(outage, "outages", status=status)
                for each in sockets:
                    assert told(each)["outages"][0]["status"] == status
            socket.subscribe(OUTAGES)
            state = told(socket)
            assert (state["isCurrentState"], state["outages"][0]["status"]) == (True, status)
            sockets.append(socket)
        change(outage, "outages", status="RESTORED")

        for each in sockets:
            assert told(each)["outages"][0]["status"] == "RESTORED"


def test_work_orders_and_crews_are_followed_alike(server: WebServer, token: str) -> None:
    order, crew = make_work_order(), make_crew()
    make_work_order(status="COMPLETED")
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(
            "subscription { workOrderUpdates { isCurrentState workOrders { assetId status } } }", key="w"
        )
        state = told(socket, "workOrderUpdates")
        assert state == {"isCurrentState": True, "workOrders": [{"assetId": order.pk, "status": "OPEN"}]}
        change(order, "work_orders", status="COMPLETED")
        assert told(socket, "workOrderUpdates")["workOrders"][0]["status"] == "COMPLETED"

        socket.subscribe("subscription { crewUpdates { crews { assetId status } } }", key="c")
        assert told(socket, "crewUpdates") == {"crews": [{"assetId": crew.pk, "status": "AVAILABLE"}]}
        change(crew, "crews", status="ON_SITE")
        assert told(socket, "crewUpdates") == {"crews": [{"assetId": crew.pk, "status": "ON_SITE"}]}


def test_the_state_of_a_circuit_follows_its_outages(server: WebServer, token: str) -> None:
    transformer = make_transformer()
    make_customer(meter=make_meter(transformer=transformer))
    circuit = transformer.circuit
    refresh_status()
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(STATUSES)
        state = told(socket, "circuitStatusUpdates")
        interruption = make_interruption(transformer=transformer, customers=1)
        refresh_status(circuit_ids=[circuit.pk])
        out = told(socket, "circuitStatusUpdates")
        models.OutageInterruption.objects.filter(pk=interruption.pk).update(restored_at=timezone.now())
        models.Outage.objects.update(status="RESTORED")
        refresh_status(circuit_ids=[circuit.pk])
        back = told(socket, "circuitStatusUpdates")

    supplied = {"assetId": circuit.pk, "status": "ENERGIZED", "customers": 1}
    supplied |= {"customersOut": 0, "activeOutages": 0}
    assert state == {"isCurrentState": True, "circuitStatuses": [supplied]}
    assert out["circuitStatuses"] == [supplied | {"status": "OUTAGE", "customersOut": 1, "activeOutages": 1}]
    assert back["circuitStatuses"] == [supplied]


def test_the_key_figures_are_told_when_one_has_changed(server: WebServer, token: str) -> None:
    outage = make_outage(customers_out=6)
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe("subscription { kpiUpdates { isLive kpis { key value } } }")

        def figures() -> dict[str, float]:
            return {each["key"]: each["value"] for each in told(socket, "kpiUpdates")["kpis"]}

        assert (figures()["activeOutages"]) == 1
        change(outage, "outages", customers_out=2)
        assert figures()["customersOut"] == 2


def test_who_loses_the_right_to_listen_is_told_so(server: WebServer, make_user: Callable[..., User]) -> None:
    listener = make_user("grid.view_outage")
    secret = issue(user=listener, name="test", expires_in_days=1)[1]
    query = "subscription { outageUpdates { isCurrentState } }"
    with subscriber(server.socket_url, token=secret) as socket:
        socket.subscribe(query)
        assert told(socket) == {"isCurrentState": True}
        listener.user_permissions.remove(Permission.objects.get(codename="view_outage"))

        assert code(socket) == "PERMISSION_DENIED"


def test_a_revoked_token_ends_what_it_listens_to(server: WebServer, token: str) -> None:
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe("subscription { outageUpdates { isCurrentState } }")
        assert told(socket) == {"isCurrentState": True}
        ApiToken.objects.update(revoked_at=timezone.now())

        assert code(socket) == "UNAUTHENTICATED"


def test_who_may_see_more_gets_the_state_of_that(server: WebServer, make_user: Callable[..., User]) -> None:
    here, there = make_outage(), make_outage()
    limited = make_user(roles=("viewer",), username="zita")
    grant_zone(user=limited, zone=here.zone)
    secret = issue(user=limited, name="test", expires_in_days=1)[1]
    with subscriber(server.socket_url, token=secret) as socket:
        socket.subscribe(OUTAGES)
        assert {row["assetId"] for row in told(socket)["outages"]} == {here.pk}
        models.ZoneGrant.objects.all().delete()
        wider = told(socket)

    assert wider["isCurrentState"] is True
    assert {row["assetId"] for row in wider["outages"]} == {here.pk, there.pk}


def test_without_the_right_nothing_is_told(server: WebServer, nobody: User) -> None:
    secret = issue(user=nobody, name="test", expires_in_days=1)[1]
    assert not Group.objects.filter(user=nobody).exists()
    with subscriber(server.socket_url, token=secret) as socket:
        for number, root in enumerate(
            ("outageUpdates { isLive }", "workOrderUpdates { isLive }", "crewUpdates { isLive }",
             "circuitStatusUpdates { isLive }", "kpiUpdates { isLive }")
        ):  # fmt: skip
            socket.subscribe(f"subscription {{ {root} }}", key=str(number))
            assert code(socket) == "PERMISSION_DENIED"


def test_an_operation_that_is_not_valid_says_what_is_wrong(server: WebServer, token: str) -> None:
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe("subscription { outageUpdates { nonsense } }")
        assert code(socket) == "BAD_INPUT"
        query = "subscription ($circuit: String!) { outageUpdates(circuitId: $circuit) { isLive } }"
        socket.subscribe(query, key="2")
        assert code(socket) == "BAD_INPUT"


def thread_count(server: WebServer) -> int:
    status = Path(f"/proc/{server.process.process.pid}/status").read_text()
    return int(status.partition("Threads:")[2].split()[0])


def test_sockets_that_listen_hold_no_thread_and_no_connection_to_the_database(
    server: WebServer, token: str
) -> None:
    outage = make_outage()
    with ExitStack() as stack:
        sockets = [stack.enter_context(subscriber(server.socket_url, token=token)) for _ in range(40)]
        for socket in sockets:
            socket.subscribe(OUTAGES)
        for socket in sockets:
            assert told(socket)["isCurrentState"]
        # Each socket was let in on a thread of its own, which ends by itself soon after.
        deadline_s = time.monotonic() + 30.0
        while (threads := thread_count(server)) >= 30 and time.monotonic() < deadline_s:
            time.sleep(0.2)
        change(outage, "outages", status="ASSIGNED")
        for socket in sockets:
            assert told(socket)["outages"][0]["status"] == "ASSIGNED"

    assert threads < 30
