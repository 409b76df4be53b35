"""Refused rows in the admin: what was mended, and trying them again."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from flux_site.jobs.models import Job
from grid import models
from tests.factories import sync
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

REJECTS = list_page("grid.syncreject")


def shown(browser: Client, **query: Any) -> set[int]:
    """Return the refused rows that the list shows."""
    return {row.pk for row in browser.get(REJECTS, query).context["cl"].result_list}


def test_refused_rows_show_what_was_mended_by_which_run(boss: Client) -> None:
    run = sync.make_sync_run()
    later = sync.make_sync_run(layer=run.layer)
    waiting = sync.make_sync_reject(run=run)
    at = timezone.now()
    mended = sync.make_sync_reject(run=run, resolved_at=at, resolved_by=later)

    assert shown(boss) == {waiting.pk, mended.pk}
    assert shown(boss, state="open") == {waiting.pk}
    assert shown(boss, state="mended") == {mended.pk}
    assert f'by <a href="{row_page(later)}">Run {later.pk}</a>' in boss.get(row_page(mended)).content.decode()
    assert "not yet" in boss.get(row_page(waiting)).content.decode()
    lines = csv.DictReader(io.StringIO(boss.get("/admin/grid/syncreject/csv/").content.decode()))
    assert {line["row_key"]: (line["resolved_at"], line["resolved_by"]) for line in lines} == {
        waiting.row_key: ("", ""),
        mended.row_key: (at.isoformat(), str(later.pk)),
    }


def try_again(browser: Client, *rejects: models.SyncReject) -> Any:
    """Tick refused rows and choose the action that tries them again."""
    form = {"action": "replay", "_selected_action": [reject.pk for reject in rejects]}
    return browser.post(REJECTS, form, follow=True)


def test_refused_rows_are_tried_again_by_a_sync_of_their_layers(
    as_user: Callable[[Any], Client], django_capture_on_commit_callbacks: Any
) -> None:
    operator = as_user(make_user("operator"))
    layers = [sync.make_sync_layer(key=key) for key in ("poles", "meters", "zones")]
    rejects = [sync.make_sync_reject(run=sync.make_sync_run(layer=layer)) for layer in layers]

    with django_capture_on_commit_callbacks(execute=True):
        answer = try_again(operator, rejects[0], rejects[1])

    job = Job.objects.get()
    assert answer.redirect_chain[-1][0] == row_page(job)
    assert job.inputs == {"layers": ["poles", "meters"], "force": False, "only_stale": False}
    assert job.title == "Refused rows tried again: sync of poles, meters"


def test_mended_rows_are_not_tried_again(boss: Client) -> None:
    run = sync.make_sync_run(layer=sync.make_sync_layer(key="poles"))
    mended = sync.make_sync_reject(run=run, resolved_at=timezone.now(), resolved_by=run)
    sync.make_sync_reject(run=run)

    answer = try_again(boss, mended)

    assert [str(message) for message in answer.context["messages"]] == [
        "The selected rows are mended already."
    ]
    assert not Job.objects.exists()


def test_a_viewer_cannot_try_rows_again(viewer: Any, as_user: Callable[[Any], Client]) -> None:
    browser = as_user(viewer)
    reject = sync.make_sync_reject(run=sync.make_sync_run(layer=sync.make_sync_layer(key="poles")))

    assert "Try again" not in browser.get(REJECTS).content.decode()
    try_again(browser, reject)

    assert not Job.objects.exists()
