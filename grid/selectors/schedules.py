"""When layers are synced by themselves next, told from the rows of the admin's periodic tasks."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from grid.layers import LAYERS

SYNC_TASK = "grid.sync_scheduled"


def list_schedules(layer: str) -> list[PeriodicTask]:
    """Return the periodic tasks that sync a layer, switched off ones included, by name."""
    return [task for task in _tasks() if layer in named_layers(task.kwargs)]


def next_runs() -> dict[str, datetime]:
    """Return when each layer is next looked at by a schedule that is on; layers without one are left out."""
    now = timezone.now()
    found: dict[str, datetime] = {}
    for task in _tasks():
        at = _next_run(task, now)
        if at is None:
            continue
        for key in named_layers(task.kwargs):
            if key in LAYERS:
                found[key] = min(found.get(key, at), at)
    return found


def named_layers(kwargs: str) -> list[str]:
    """Return the layers a schedule's arguments name; none if somebody has broken them."""
    try:
        found = json.loads(kwargs).get("layers", [])
    except (ValueError, AttributeError):
        return []
    return found if isinstance(found, list) else []


def _tasks() -> list[PeriodicTask]:
    tasks = PeriodicTask.objects.filter(task=SYNC_TASK)
    return list(tasks.select_related("interval", "crontab", "clocked", "solar").order_by("name"))


def _next_run(task: PeriodicTask, now: datetime) -> datetime | None:
    """Return when a task is due, ``now`` if it is overdue; None if it is off."""
    if not task.enabled or (task.expires is not None and task.expires <= now):
        return None
    began = task.last_run_at or task.date_changed or now
    wait: timedelta = task.schedule.remaining_estimate(began)
    return now + max(wait, timedelta(0))
