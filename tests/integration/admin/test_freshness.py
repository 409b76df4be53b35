"""What the admin tells of layers that are too old."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import sync
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LAYERS, ALERTS = list_page("grid.synclayer"), list_page("grid.syncalert")
TOO_OLD = '<span class="flux-badge flux-badge-too_old">Too old</span>'


def row_of(browser: Client, key: str) -> dict[str, Any]:
    """Return what the list shows of a layer."""
    rows = browser.get(LAYERS).context["layers"]
    return next(row for row in rows if row["state"].key == key)


def shown(browser: Client, address: str, **query: Any) -> set[int]:
    """Return the rows a list shows."""
    return {row.pk for row in browser.get(address, query).context["cl"].result_list}


def test_list_shows_a_layer_that_is_too_old_with_its_age_and_limit(boss: Client) -> None:
    now = timezone.now()
    sync.make_sync_layer(key="weather", confirmed_at=now - timedelta(minutes=20, seconds=3))
    sync.make_sync_layer(key="outages", confirmed_at=now - timedelta(hours=5), is_paused=True)
    sync.make_sync_layer(key="zones", confirmed_at=now - timedelta(hours=25))

    assert row_of(boss, "weather")["status"] == TOO_OLD
    assert row_of(boss, "weather")["age"].startswith("20 min")
    assert row_of(boss, "weather")["age"].endswith(", limit 15 min")
    paused = row_of(boss, "outages")["status"]
    assert TOO_OLD in paused
    assert "Paused" in paused
    assert TOO_OLD not in row_of(boss, "zones")["status"]
    assert "limit" not in row_of(boss, "zones")["age"]
    assert row_of(boss, "poles")["age"] == "—"
    page = boss.get("/admin/grid/synclayer/weather/change/").content.decode()
    assert TOO_OLD in page
    assert "15 min" in page


def test_panel_shows_open_alerts(boss: Client) -> None:
    alert = sync.make_sync_alert(layer=sync.make_sync_layer(key="weather"), raised_at=timezone.now())
    sync.make_sync_alert(layer=sync.make_sync_layer(key="poles"), cleared_at=timezone.now())

    page = boss.get("/admin/status/")

    assert [shown["title"] for shown in page.context["layers"]["alerts"]] == ["Weather"]
    assert f'<a href="{row_page(alert)}">Weather</a> over 15 min old' in page.content.decode()


def test_alerts_are_listed_for_those_who_may_see_layers_and_changed_by_nobody(
    boss: Client, viewer: Any, as_user: Callable[[Any], Client]
) -> None:
    alert = sync.make_sync_alert(layer=sync.make_sync_layer(key="weather"), detail="no disk")
    cleared = sync.make_sync_alert(layer=sync.make_sync_layer(key="poles"), cleared_at=timezone.now())

    for browser in (boss, as_user(viewer)):
        assert shown(browser, ALERTS) == {alert.pk, cleared.pk}
        assert shown(browser, ALERTS, state="open") == {alert.pk}
        assert shown(browser, ALERTS, state="cleared") == {cleared.pk}
        assert "no disk" in browser.get(row_page(alert)).content.decode()
        assert browser.post(row_page(alert), {"reason": "x"}).status_code == 403
        assert browser.get(f"{ALERTS}add/").status_code == 403
    assert as_user(make_user("pii")).get(ALERTS).status_code == 403
