"""The loadings of transformers over a real websocket to the real web server."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from flux_site.api.live import announce
from flux_site.api.tokens import issue
from grid import models
from grid.selectors import live_loading
from grid.selectors.live_loading import FollowedLoadings
from tests.factories.grid import grant_zone, make_transformer, make_transformer_load
from tests.servers.subscriptions import Subscriber, subscriber
from tests.servers.web import WebServer

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_stores", "synced"),
]

LOADINGS = """subscription { transformerLoadingUpdates {
    isCurrentState isLive isComplete transformerIds loadingPct } }"""


def told(socket: Subscriber) -> dict[str, Any]:
    message = socket.receive()
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    found: dict[str, Any] = message["payload"]["data"]["transformerLoadingUpdates"]
    return found


def load(transformer: models.Transformer, pct: float) -> None:
    """Set the loading of a transformer, as a sync does."""
    models.TransformerLoad.objects.filter(pk=transformer.pk).update(loading_pct=pct)


def test_only_loadings_that_changed_are_told_once_and_the_unknown_as_null(
    server: WebServer, viewer: User
) -> None:
    token = issue(user=viewer, name="test", expires_in_days=1)[1]
    first, second = make_transformer(), make_transformer()
    for each in (first, second):
        make_transformer_load(transformer=each)
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(LOADINGS)
        start = told(socket)
        load(second, 97.5)
        announce("layers", ["transformer_load"])
        change = told(socket)
        announce("layers", ["transformer_load"])  # nothing changed: nothing is told
        load(first, 12.5)
        announce("layers", ["poles"])  # no news of loadings
        models.TransformerLoad.objects.filter(pk=second.pk).delete()
        announce("layers", ["transformer_load"])
        last = told(socket)

    at_rest = {"isCurrentState": False, "isLive": True, "isComplete": True}
    assert start == {
        "isCurrentState": True,
        "isLive": True,
        "isComplete": False,
        "transformerIds": [],
        "loadingPct": [],
    }
    assert change == {**at_rest, "transformerIds": [second.pk], "loadingPct": [97.5]}
    assert dict(zip(last["transformerIds"], last["loadingPct"], strict=True)) == {
        first.pk: 12.5,
        second.pk: None,
    }


def test_a_follower_hears_of_its_zones_alone_and_is_sent_to_the_columns_for_many(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = make_transformer(), make_transformer()
    assert ours.zone_id != theirs.zone_id
    for each in (ours, theirs):
        make_transformer_load(transformer=each)
    assert ours.zone is not None
    grant_zone(user=viewer, zone=ours.zone)
    followed = FollowedLoadings(viewer)
    assert not followed.look().is_complete
    load(ours, 1.0)
    load(theirs, 2.0)
    assert followed.look().keys == (ours.pk,)

    everything = FollowedLoadings(User.objects.create_user("all"))
    everything.look()
    load(ours, 3.0)
    load(theirs, 4.0)
    monkeypatch.setattr(live_loading, "MAX_ROWS", 1)
    change = everything.look()
    assert (change.keys, change.is_complete) == ((), False)
    assert everything.look().is_complete, "what the columns hold is told again"
