"""The age of layers and their alerts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.warehouse import Warehouse
from tests.clients import Api
from tests.factories.sync import make_sync_alert, make_sync_layer

AGES = "{ syncLayers { key confirmedAt ageS maxAgeS isTooOld } mapLayers { key confirmedAt isTooOld } }"
ALERTS = """query ($open: Boolean! = true, $first: Int! = 100) { syncAlerts(openOnly: $open, first: $first) {
    layer raisedAt clearedAt ageS maxAgeS reason detail } }"""


def test_layers_tell_their_age_and_limit(viewer_api: Api, warehouse: Warehouse) -> None:
    moment = timezone.now()
    for key, minutes in (("outages", 20), ("substations", 20)):
        make_sync_layer(key=key, confirmed_at=moment - timedelta(minutes=minutes))

    data = viewer_api.data(AGES)

    found = {layer["key"]: layer for layer in data["syncLayers"]}
    assert found["outages"]["ageS"] == pytest.approx(1200, abs=60)
    assert (found["outages"]["maxAgeS"], found["outages"]["isTooOld"]) == (900.0, True)
    assert (found["substations"]["maxAgeS"], found["substations"]["isTooOld"]) == (93_600.0, False)
    assert found["poles"] == {
        "key": "poles",
        "confirmedAt": None,
        "ageS": None,
        "maxAgeS": 93_600.0,
        "isTooOld": None,
    }
    on_map = {layer["key"]: layer["isTooOld"] for layer in data["mapLayers"]}
    assert (on_map["outages"], on_map["substations"], on_map["poles"]) == (True, False, None)


def test_alerts_are_listed_newest_first(viewer_api: Api) -> None:
    now = timezone.now()
    make_sync_alert(
        layer=make_sync_layer(key="zones"),
        raised_at=now - timedelta(hours=2),
        cleared_at=now,
        reason="PAUSED",
    )
    make_sync_alert(
        layer=make_sync_layer(key="weather"), raised_at=now - timedelta(hours=1), detail="no disk"
    )
    make_sync_alert(layer=make_sync_layer(key="outages"), raised_at=now)

    still = viewer_api.data(ALERTS)["syncAlerts"]
    every = viewer_api.data(ALERTS, open=False)["syncAlerts"]

    assert [alert["layer"] for alert in still] == ["outages", "weather"]
    assert {key: still[1][key] for key in ("clearedAt", "ageS", "maxAgeS", "reason", "detail")} == {
        "clearedAt": None,
        "ageS": 930.0,
        "maxAgeS": 900.0,
        "reason": "NOT_CONFIRMED",
        "detail": "no disk",
    }
    assert [(alert["layer"], alert["clearedAt"] is None) for alert in every] == [
        ("outages", True),
        ("weather", True),
        ("zones", False),
    ]
    assert every[2]["detail"] is None
    assert len(viewer_api.data(ALERTS, open=False, first=1)["syncAlerts"]) == 1


@pytest.mark.parametrize("first", [0, -1, 501])
def test_a_bad_number_of_alerts_names_its_field(viewer_api: Api, first: int) -> None:
    assert viewer_api.error(ALERTS, first=first)["extensions"] == {"code": "BAD_INPUT", "field": "first"}


def test_whoever_may_see_layers_may_see_alerts(make_user: Callable[..., User]) -> None:
    make_sync_alert()

    assert len(Api(make_user("grid.view_synclayer")).data(ALERTS)["syncAlerts"]) == 1
    assert Api(make_user("grid.view_substation")).code(ALERTS) == "PERMISSION_DENIED"
