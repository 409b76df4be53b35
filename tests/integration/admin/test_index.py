"""The index of the admin and its status panel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from flux_site.admin_site.site import SECTIONS
from flux_site.jobs.models import JobStatus
from grid.layers import LAYERS
from tests.factories import sync
from tests.factories.jobs import make_job
from tests.factories.users import make_user

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_index_is_ours_and_grouped_by_what_people_do(boss: Client) -> None:
    page = boss.get("/admin/")

    text = page.content.decode()
    assert "<title>Administration | Flux Operations Center</title>" in text
    assert 'data-flux-fragment="/admin/status/"' in text
    assert [section["name"] for section in page.context["app_list"]] == [name for name, _ in SECTIONS]


def test_index_offers_a_viewer_no_administration(viewer: Any, as_user: Callable[[Any], Client]) -> None:
    page = as_user(viewer).get("/admin/")

    names = {section["name"] for section in page.context["app_list"]}
    assert names == {name for name, _ in SECTIONS} - {
        "Users and access",
        "Schedules",
        "Detection of outages",
    }


def test_panel_shows_services_layers_and_jobs(boss: Client) -> None:
    now = timezone.now()
    sync.make_sync_layer(key="poles", synced_at=now)
    run = sync.make_sync_run(layer=sync.make_sync_layer(key="meters"), status="FAILED", started_at=now)
    make_job(title="Sync of wires", status=JobStatus.RUNNING, progress_frac=0.25)
    for age in (timedelta(hours=1), timedelta(hours=25)):
        make_job(status=JobStatus.FAILED, finished_at=now - age)

    page = boss.get("/admin/status/")
    text = page.content.decode()

    services = {service["title"]: service["badge"] for service in page.context["services"]}
    assert set(services) == {"PostGIS", "Redis", "Workers", "Warehouse"}
    assert "Up" in services["PostGIS"]
    assert f'<a href="/admin/grid/synclayer/{run.layer_id}/change/">Meters</a>' in text
    counted = {badge: count for count, badge in page.context["layers"]["by_status"]}
    assert sum(counted.values()) == len(LAYERS)
    assert [count for badge, count in counted.items() if "Failed" in badge] == [1]
    assert "Sync of wires" in text
    assert 'value="25"' in text
    assert "1 failed</a> in the last 24 hours" in text
    assert "no-store" in page["Cache-Control"]


def test_panel_tells_that_redis_is_away(boss: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    services = {one["title"]: one["badge"] for one in boss.get("/admin/status/").context["services"]}

    assert "Down" in services["Redis"]


def test_panel_shows_a_user_their_own_jobs_and_what_they_may_see(as_user: Callable[[Any], Client]) -> None:
    nobody = make_user()
    make_job(title="Sync of mine", owner=nobody)
    make_job(title="Sync of others")

    text = as_user(nobody).get("/admin/status/").content.decode()

    assert "Sync of mine" in text
    assert "Sync of others" not in text
    assert "synclayer" not in text


def test_panel_is_closed_to_strangers(db: None) -> None:
    assert Client().get("/admin/status/").status_code == 302


@pytest.mark.parametrize(
    "name", ["flux-admin.css", "job-watch.js", "fragment.js", "tick-all.js", "answer-stream.js"]
)
def test_our_static_files_are_found(name: str) -> None:
    from django.contrib.staticfiles import finders

    assert finders.find(f"flux-admin/{name}") is not None
