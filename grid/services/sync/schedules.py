"""The schedules of sync, of the watch over its age and of job recovery, as rows that the admin can change."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from grid.layers import Schedule, scheduled

SYNC_TASK = "grid.sync_scheduled"
FRESHNESS_TASK = "grid.check_freshness"
RECOVER_TASK = "jobs.recover"
DELIVER_TASK = "grid.deliver_edits"
TIDY_TASK = "grid.tidy"
ROLLUP_TASK = "grid.rollup_scheduled"
DAILY_AT_HOUR = 4


@transaction.atomic
def ensure_schedules() -> list[str]:
    """Create the schedules that are missing; those that exist are left as the admin has set them.

    Layers that change by the minute are looked at every five minutes and synced when their source has
    changed; all others are synced daily at 04:00 local time, changed or not, which also mends rows that
    were tampered with. Every minute new meter readings are looked for and rolled up, and layers that are too
    old are looked for, and operators' edits are delivered; every 30 seconds jobs whose worker died. Daily
    what is old is removed.

    Returns:
        The names of the schedules created.
    """
    five_minutes, _ = IntervalSchedule.objects.get_or_create(every=5, period=IntervalSchedule.MINUTES)
    minute, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.MINUTES)
    half_minute, _ = IntervalSchedule.objects.get_or_create(every=30, period=IntervalSchedule.SECONDS)
    daily, _ = CrontabSchedule.objects.get_or_create(
        minute="0",
        hour=str(DAILY_AT_HOUR),
        day_of_week="*",
        day_of_month="*",
        month_of_year="*",
        timezone=settings.TIME_ZONE,
    )
    wanted: dict[str, dict[str, Any]] = {
        "Sync: layers that change by the minute": {
            "task": SYNC_TASK,
            "interval": five_minutes,
            "kwargs": _sync_kwargs(Schedule.EVERY_5_MINUTES, only_stale=True),
            "expire_seconds": 240,
        },
        "Sync: layers that change rarely": {
            "task": SYNC_TASK,
            "crontab": daily,
            "kwargs": _sync_kwargs(Schedule.DAILY, only_stale=False),
            "expire_seconds": 3600,
        },
        "Readings: roll up what is new": {"task": ROLLUP_TASK, "interval": minute, "expire_seconds": 55},
        "Sync: find layers that are too old": {
            "task": FRESHNESS_TASK,
            "interval": minute,
            "expire_seconds": 55,
        },
        "Edits: deliver what waits": {"task": DELIVER_TASK, "interval": minute, "expire_seconds": 55},
        "Imports and edits: remove what is old": {
            "task": TIDY_TASK,
            "crontab": daily,
            "expire_seconds": 3600,
        },
        "Jobs: find lost ones": {"task": RECOVER_TASK, "interval": half_minute, "expire_seconds": 25},
    }
    created = []
    for name, fields in wanted.items():
        _, is_new = PeriodicTask.objects.get_or_create(name=name, defaults=fields)
        created += [name] if is_new else []
    return created


def _sync_kwargs(schedule: Schedule, *, only_stale: bool) -> str:
    return json.dumps({"layers": [layer.key for layer in scheduled(schedule)], "only_stale": only_stale})
