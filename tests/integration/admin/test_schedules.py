"""Schedules in the admin: running one now, with and without a queue."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from grid.services.sync import ensure_schedules
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = pytest.mark.integration

LIST = list_page("django_celery_beat.periodictask")


def run(browser: Client) -> list[str]:
    """Run the schedule that looks for lost jobs; return the messages shown."""
    task = PeriodicTask.objects.get(task="jobs.recover")
    answer = browser.post(LIST, {"action": "run_tasks", "_selected_action": [task.pk]}, follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"]]


def test_schedule_is_run_now(db: None, as_user: Callable[[Any], Client]) -> None:
    ensure_schedules()

    (message,) = run(as_user(make_user("admin")))

    assert "successfully run" in message


def test_schedule_run_while_redis_is_away_is_told_on_the_page(
    db: None, dead_redis: None, as_user: Callable[[Any], Client]
) -> None:
    ensure_schedules()

    assert run(as_user(make_user("admin"))) == ["Redis does not answer, so nothing was queued."]


def test_schedule_is_changed_and_switched_off(boss: Client) -> None:
    ensure_schedules()
    task = PeriodicTask.objects.get(task="jobs.recover")
    form = {"name": task.name, "task": task.task, "interval": task.interval_id, "args": "[]", "kwargs": "{}"}

    assert boss.post(row_page(task), {**form, "headers": "{}"}).status_code == 302

    task.refresh_from_db()
    assert task.enabled is False
