"""Sync layers in the admin: their list, their pages, and running, pausing and scheduling them."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from flux_site.jobs.models import Job
from grid import models
from grid.layers import LAYERS
from grid.services.sync import ensure_schedules
from tests.factories import sync
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = pytest.mark.integration

LIST, ACT = list_page("grid.synclayer"), "/admin/grid/synclayer/act/"


def layer_page(key: str) -> str:
    """Return the address of a layer's page."""
    return f"/admin/grid/synclayer/{key}/change/"


def messages_of(answer: Any) -> list[str]:
    """Return the messages shown on a page."""
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def operator(db: None, as_user: Callable[[Any], Client]) -> Client:
    """Return the browser of an operator."""
    return as_user(make_user("operator"))


def test_list_shows_every_registered_layer_synced_yet_or_not(boss: Client) -> None:
    text = boss.get(LIST).content.decode()

    assert models.SyncLayer.objects.count() == 0
    for key, layer in LAYERS.items():
        assert f'<a href="{layer_page(key)}">{layer.title}</a>' in text
    assert text.count("Never synced") == len(LAYERS)


def test_list_shows_rows_rejects_age_and_error(boss: Client) -> None:
    hours_ago = timezone.now() - timedelta(hours=3, minutes=10)
    layer = sync.make_sync_layer(key="substations", row_count=2345, reject_count=7, synced_at=hours_ago)
    good = sync.make_sync_run(layer=layer, rows_rejected=7)
    sync.make_sync_run(layer=layer, status="FAILED", error_message="The warehouse cannot be read")

    row = boss.get(LIST, {"q": "substations"}).content.decode()

    assert "2,345" in row
    assert f'<a href="/admin/grid/syncreject/?run__id__exact={good.pk}">7</a>' in row
    assert "3 h 10 min ago" in row
    assert "The warehouse cannot be read" in row
    assert "flux-badge-failed" in row


def test_list_is_searched_by_title(boss: Client) -> None:
    layers = boss.get(LIST, {"q": "METERS"}).context["layers"]

    assert [row["state"].key for row in layers] == ["meters"]


def test_list_shows_actions_to_those_who_may_run_a_sync(
    viewer: Any, operator: Client, as_user: Callable[[Any], Client]
) -> None:
    assert "Sync now" in operator.get(LIST).content.decode()
    assert "Sync now" in operator.get(layer_page("meters")).content.decode()
    assert "Sync now" not in as_user(viewer).get(LIST).content.decode()
    assert "Sync now" not in as_user(viewer).get(layer_page("meters")).content.decode()


def test_page_shows_runs_and_schedules(boss: Client) -> None:
    ensure_schedules()
    layer = sync.make_sync_layer(key="meters")
    run = sync.make_sync_run(layer=layer, rows_read=596_906, duration_s=12.4)
    other = sync.make_sync_run(layer=sync.make_sync_layer(key="poles"))

    text = boss.get(layer_page("meters")).content.decode()

    assert f'href="{row_page(run)}"' in text
    assert f'href="{row_page(other)}"' not in text
    assert "596,906" in text
    assert "12 s" in text
    mine = [
        task for task in PeriodicTask.objects.all() if "meters" in json.loads(task.kwargs).get("layers", [])
    ]
    assert mine
    for task in mine:
        assert f'href="{row_page(task)}"' in text


def test_page_leads_to_a_new_schedule_that_is_filled_in(boss: Client) -> None:
    ensure_schedules()
    text = boss.get(layer_page("outages")).content.decode()

    address = re.search(r'<a href="([^"]+)" class="addlink">Add a schedule', text)
    assert address is not None
    form = boss.get(address.group(1).replace("&amp;", "&")).context["adminform"].form
    fields = {name: form.initial.get(name, "") for name in ("name", "task", "kwargs")}
    interval = PeriodicTask.objects.exclude(interval=None).first().interval
    saved = boss.post(
        "/admin/django_celery_beat/periodictask/add/",
        {**fields, "enabled": "on", "interval": interval.pk, "args": "[]", "headers": "{}"},
    )
    assert saved.status_code == 302
    task = PeriodicTask.objects.get(name="Sync: Outages")
    assert task.task == "grid.sync_scheduled"
    assert json.loads(task.kwargs)["layers"] == ["outages"]
    assert "Sync: Outages" in boss.get(layer_page("outages")).content.decode()


def test_page_of_an_unknown_layer_is_not_found(boss: Client) -> None:
    assert boss.get(layer_page("unicorns")).status_code == 404


@pytest.mark.parametrize(("action", "force"), [("run", False), ("run_forced", True)])
def test_running_layers_queues_a_job_and_leads_to_it(
    action: str, force: bool, operator: Client, django_capture_on_commit_callbacks: Any
) -> None:
    sync.make_sync_layer(key="poles")

    with django_capture_on_commit_callbacks(execute=True):
        answer = operator.post(ACT, {"action": action, "layer": ["poles", "meters"]}, follow=True)

    job = Job.objects.get()
    assert answer.redirect_chain[-1][0] == row_page(job)
    assert sorted(job.inputs["layers"]) == ["meters", "poles"]
    assert job.inputs["force"] is force
    assert job.owner is not None
    assert "was queued" in messages_of(answer)[0]
    assert LogEntry.objects.get(object_id="poles").change_message == "Sync started."


def test_pausing_and_resuming_is_kept_and_logged(operator: Client) -> None:
    sync.make_sync_layer(key="poles")

    paused = operator.post(ACT, {"action": "pause", "layer": ["poles", "meters"]}, follow=True)
    assert models.SyncLayer.objects.filter(is_paused=True).count() == 2
    assert "paused for poles, meters" in messages_of(paused)[0]
    assert "Resume the schedule" in operator.get(layer_page("poles")).content.decode()

    back = operator.post(ACT, {"action": "resume", "layer": ["poles"], "from": "layer"})
    assert back["Location"] == layer_page("poles")
    assert list(models.SyncLayer.objects.filter(is_paused=True).values_list("pk", flat=True)) == ["meters"]
    assert LogEntry.objects.filter(object_id="poles").count() == 2


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"action": "run"}, "Tick the layers first"),
        ({"layer": ["poles"]}, "Choose an action"),
        ({"action": "explode", "layer": ["poles"]}, "Choose an action"),
        ({"action": "run", "layer": ["unicorns"]}, "There is no layer 'unicorns'"),
        ({"action": "pause", "layer": ["unicorns"]}, "There is no layer 'unicorns'"),
    ],
)
def test_bad_requests_are_told_and_change_nothing(
    form: dict[str, Any], message: str, operator: Client
) -> None:
    answer = operator.post(ACT, form, follow=True)

    assert message in messages_of(answer)[0]
    assert Job.objects.count() == 0
    assert models.SyncLayer.objects.filter(is_paused=True).count() == 0


def test_viewer_can_neither_run_nor_pause(viewer: Any, as_user: Callable[[Any], Client]) -> None:
    browser = as_user(viewer)

    for action in ("run", "run_forced", "pause", "resume"):
        assert browser.post(ACT, {"action": action, "layer": ["poles"]}).status_code == 403
    assert Job.objects.count() == 0
    assert models.SyncLayer.objects.count() == 0


def test_following_the_action_address_changes_nothing(operator: Client) -> None:
    assert operator.get(ACT, {"action": "run", "layer": "poles"})["Location"] == LIST
    assert Job.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_running_a_layer_while_redis_is_away_is_told_on_the_page(
    dead_redis: None, as_user: Callable[[Any], Client]
) -> None:
    browser = as_user(make_user("operator"))

    answer = browser.post(ACT, {"action": "run", "layer": ["poles"]}, follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == LIST
    assert "Redis does not answer" in messages_of(answer)[0]
    job = Job.objects.get()
    assert (job.status, job.error_code) == ("FAILED", "QUEUE_UNAVAILABLE")


def test_page_of_a_run_shows_counts_speed_and_reasons(boss: Client) -> None:
    run = sync.make_sync_run(rows_read=50_000, duration_s=2.5, rows_rejected=3)
    for reason in ("OUT_OF_RANGE", "OUT_OF_RANGE", "MISSING_KEY"):
        sync.make_sync_reject(run=run, reason=reason)

    text = boss.get(row_page(run)).content.decode()

    assert "20,000 rows/s" in text
    assert f'?run__id__exact={run.pk}&amp;reason=OUT_OF_RANGE">OUT_OF_RANGE</a></td><td>2</td>' in text
    assert f'/admin/grid/syncreject/csv/?run__id__exact={run.pk}">Download CSV' in text


def test_page_of_a_failed_run_shows_its_error(boss: Client) -> None:
    run = sync.make_sync_run(
        status="FAILED",
        error_code="SOURCE_MISMATCH",
        error_message="no column <x>",
        rows_read=None,
        duration_s=None,
    )

    text = boss.get(row_page(run)).content.decode()

    assert "SOURCE_MISMATCH" in text
    assert "no column &lt;x&gt;" in text
    assert "field-read" in text
    assert ">0 rows/s" not in text


def test_refused_rows_are_searched_by_key_reason_and_detail(boss: Client) -> None:
    wanted = sync.make_sync_reject(row_key="SUB-99", reason="NOT_FINITE", detail="load_mw is NaN")
    sync.make_sync_reject()

    for term in ("sub-99", "not_finite", "is nan"):
        rows = boss.get(list_page("grid.syncreject"), {"q": term}).context["cl"].result_list
        assert [row.pk for row in rows] == [wanted.pk]
