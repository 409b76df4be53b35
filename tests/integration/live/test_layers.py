"""Which map layers changed, over a real websocket to the real web server."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from flux_site.api.live import announce
from flux_site.api.tokens import issue
from grid import models
from grid.selectors.live_layers import FollowedLayers
from tests.clients import Api
from tests.factories.computed import make_tree_risk
from tests.factories.grid import make_outage, make_work_order
from tests.servers.subscriptions import Subscriber, subscriber
from tests.servers.web import WebServer

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_stores", "synced"),
]

LAYERS = "subscription { mapLayerUpdates { isCurrentState isLive keys } }"


def told(socket: Subscriber) -> dict[str, Any]:
    message = socket.receive()
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    found: dict[str, Any] = message["payload"]["data"]["mapLayerUpdates"]
    return found


def test_layers_that_changed_are_told_once_and_others_not(server: WebServer, viewer: User) -> None:
    token = issue(user=viewer, name="test", expires_in_days=1)[1]
    order = make_work_order()
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(LAYERS)
        first = told(socket)
        models.WorkOrder.objects.filter(pk=order.pk).update(status="ON_HOLD")
        announce("work_orders", [order.pk])
        edit = told(socket)
        announce("layers", ["poles"])  # a sync that changed nothing: nothing is told
        models.SyncLayer.objects.filter(pk="poles").update(source_version="next", checksum="other")
        announce("layers", ["poles"])
        sync = told(socket)

    assert first == {"isCurrentState": True, "isLive": True, "keys": []}
    assert edit == {"isCurrentState": False, "isLive": True, "keys": ["work_orders"]}
    assert sync["keys"] == ["poles"]


def test_a_follower_hears_of_no_layer_that_it_may_not_see() -> None:
    nobody = FollowedLayers(User.objects.create_user("nobody"))
    nobody.look()
    make_outage()
    assert nobody.look() == ()


def test_new_cells_and_assessed_trees_are_changes_of_their_layers(viewer: User) -> None:
    tree = make_tree_risk()
    followed = FollowedLayers(viewer)
    assert followed.look() == ()
    models.TreeRisk.objects.filter(pk=tree.pk).update(level="HIGH")
    assert followed.look() == ("vegetation_risk",)
    models.TileBuild.objects.create(
        layer="poles",
        version="v",
        built_at=timezone.now(),
        duration_s=1,
        row_count=1,
        cell_count=1,
        shape_count=0,
    )
    assert followed.look() == ("poles",)
    assert followed.look() == ()


def test_the_list_of_layers_has_another_version_after_an_edit(viewer: User) -> None:
    def versions() -> dict[str, tuple[str | None, str | None]]:
        layers = Api(viewer).data("{ mapLayers { key dataVersion tilesVersion } }")["mapLayers"]
        return {each["key"]: (each["dataVersion"], each["tilesVersion"]) for each in layers}

    outage = make_outage()
    before = versions()
    models.Outage.objects.filter(pk=outage.pk).update(customers_out=7)
    after = versions()

    assert before["poles"][1] is not None
    assert before["outages"][0] != after["outages"][0]
    assert before["outages"][1] != after["outages"][1]
    assert {key for key in before if before[key] != after[key]} == {"outages"}
