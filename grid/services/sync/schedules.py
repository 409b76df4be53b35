"""The schedules of sync, of the watch over its age and of job recovery, as rows that the admin can change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from grid.layers import LAYERS, Layer, Schedule, scheduled
from grid.selectors.schedules import SYNC_TASK

FRESHNESS_TASK = "grid.check_freshness"
RECOVER_TASK = "jobs.recover"
DELIVER_TASK = "grid.deliver_edits"
TIDY_TASK = "grid.tidy"
TIDY_CASCADES_TASK = "cascade.tidy"
ROLLUP_TASK = "grid.rollup_scheduled"
FORGET_TASK = "api.forget_audit_records"
UPKEEP_TASK = "grid.upkeep_scheduled"
SAMPLE_TASK = "grid.sample_kpis"
RISK_TASK = "cascade.sample_risk"
VULNERABILITY_TASK = "cascade.refresh_vulnerability"
DRIFT_TASK = "cascade.check_drift"
HEALTH_TASK = "grid.assess_health_scheduled"
LEARN_TASK = "grid.learn_restorations"
STREAM_TASK = "grid.tend_streams"
VEGETATION_TASK = "grid.assess_vegetation_scheduled"
CHECK_TASK = "grid.check_records_scheduled"
JUDGE_TASK = "grid.judge_due_circuits"
ANSWERS_TASK = "agent.settle_answers"
PREDICT_TRANSFORMERS_TASK = "cascade.predict_transformers_scheduled"
FORECAST_TRANSFORMERS_TASK = "cascade.forecast_transformers_scheduled"
DAILY_AT_HOUR = 4
RETIRED = ("Sync: layers that change by the minute", "Sync: layers that change rarely")
"""Schedules of earlier versions whose layers those of today cover."""


@transaction.atomic
def ensure_schedules() -> list[str]:
    """Create the schedules that are missing; those that exist are left as the admin has set them.

    But a layer that none of them names, as one that a new version brings, is added to those it belongs to.

    Layers that sync in increments are looked at every minute, the others every five minutes; so are those of
    what stands around the lines, by a job of their own, so that nothing of operations waits for it. Each is
    synced when its source has changed. Daily at 04:00 local time all are synced in full, changed or not,
    which also mends rows that were tampered with, trees near lines are assessed if anything has changed, the
    records of the grid are checked, what is old is removed and the warehouse tidied. At 05:00 the next day of
    all transformers is forecast, and on Mondays their failures are predicted. Every minute new meter
    readings are looked for and rolled up, layers that are too old are looked for, and operators' edits are
    delivered; every hour the health of assets is assessed if the evidence has changed or the day is new,
    and the times of restoration are learnt; every five minutes key figures and the risk of now are sampled
    and the tables of the streams are kept in order; every 30 seconds jobs whose worker died are looked for,
    every minute answers of the assistant whose process died;
    every ten seconds outages are judged anew where waiting says something.

    Returns:
        The names of the schedules created.
    """
    five_minutes, _ = IntervalSchedule.objects.get_or_create(every=5, period=IntervalSchedule.MINUTES)
    minute, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.MINUTES)
    hour, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.HOURS)
    half_minute, _ = IntervalSchedule.objects.get_or_create(every=30, period=IntervalSchedule.SECONDS)
    ten_seconds, _ = IntervalSchedule.objects.get_or_create(every=10, period=IntervalSchedule.SECONDS)
    daily, _ = CrontabSchedule.objects.get_or_create(
        minute="0",
        hour=str(DAILY_AT_HOUR),
        day_of_week="*",
        day_of_month="*",
        month_of_year="*",
        timezone=settings.TIME_ZONE,
    )
    after_sync, _ = CrontabSchedule.objects.get_or_create(
        minute="0",
        hour=str(DAILY_AT_HOUR + 1),
        day_of_week="*",
        day_of_month="*",
        month_of_year="*",
        timezone=settings.TIME_ZONE,
    )
    weekly, _ = CrontabSchedule.objects.get_or_create(
        minute="0",
        hour=str(DAILY_AT_HOUR + 1),
        day_of_week="1",
        day_of_month="*",
        month_of_year="*",
        timezone=settings.TIME_ZONE,
    )
    wanted: dict[str, dict[str, Any]] = {
        "Sync: layers that sync in increments": {
            "task": SYNC_TASK,
            "interval": minute,
            "kwargs": _sync_kwargs(scheduled(Schedule.EVERY_MINUTE), only_stale=True),
            "expire_seconds": 55,
        },
        "Sync: layers that are always read whole": {
            "task": SYNC_TASK,
            "interval": five_minutes,
            "kwargs": _sync_kwargs(scheduled(Schedule.EVERY_5_MINUTES), only_stale=True),
            "expire_seconds": 240,
        },
        "Sync: what stands around the lines": {
            "task": SYNC_TASK,
            "interval": five_minutes,
            "kwargs": _sync_kwargs(scheduled(Schedule.SURROUNDINGS), only_stale=True),
            "expire_seconds": 240,
        },
        "Sync: all layers in full": {
            "task": SYNC_TASK,
            "crontab": daily,
            "kwargs": _sync_kwargs(LAYERS.values(), only_stale=False),
            "expire_seconds": 3600,
        },
        "Readings: roll up what is new": {"task": ROLLUP_TASK, "interval": minute, "expire_seconds": 55},
        "Asset health: assess what changed": {
            "task": HEALTH_TASK,
            "interval": hour,
            "expire_seconds": 3000,
        },
        "Trees near lines: assess what changed": {
            "task": VEGETATION_TASK,
            "crontab": daily,
            "expire_seconds": 3600,
        },
        "Records: look for what is wrong": {
            "task": CHECK_TASK,
            "crontab": daily,
            "expire_seconds": 3600,
        },
        "Key figures: take a sample": {
            "task": SAMPLE_TASK,
            "interval": five_minutes,
            "expire_seconds": 240,
        },
        "Risk of now: take a sample": {
            "task": RISK_TASK,
            "interval": five_minutes,
            "expire_seconds": 240,
        },
        "Vulnerability: map the present where it changed": {
            "task": VULNERABILITY_TASK,
            "interval": five_minutes,
            "expire_seconds": 240,
        },
        "Learned models: compare with the present": {
            "task": DRIFT_TASK,
            "crontab": daily,
            "expire_seconds": 3600,
        },
        "Transformers: predict failures": {
            "task": PREDICT_TRANSFORMERS_TASK,
            "crontab": weekly,
            "expire_seconds": 3600,
        },
        "Transformers: forecast the next day": {
            "task": FORECAST_TRANSFORMERS_TASK,
            "crontab": after_sync,
            "expire_seconds": 3600,
        },
        "Sync: find layers that are too old": {
            "task": FRESHNESS_TASK,
            "interval": minute,
            "expire_seconds": 55,
        },
        "Edits: deliver what waits": {"task": DELIVER_TASK, "interval": minute, "expire_seconds": 55},
        "Streams: drop what is old, deliver what is left": {
            "task": STREAM_TASK,
            "interval": five_minutes,
            "expire_seconds": 240,
        },
        "Imports and edits: remove what is old": {
            "task": TIDY_TASK,
            "crontab": daily,
            "expire_seconds": 3600,
        },
        "Cascades: remove inputs that nothing refers to": {
            "task": TIDY_CASCADES_TASK,
            "crontab": daily,
            "expire_seconds": 3600,
        },
        "Warehouse: tidy its files": {"task": UPKEEP_TASK, "crontab": daily, "expire_seconds": 3600},
        "Outages: learn how long restoration takes": {
            "task": LEARN_TASK,
            "interval": hour,
            "expire_seconds": 3000,
        },
        "Outages: judge circuits that are due": {
            "task": JUDGE_TASK,
            "interval": ten_seconds,
            "expire_seconds": 9,
        },
        "Audit log: forget what is past its time": {
            "task": FORGET_TASK,
            "crontab": daily,
            "expire_seconds": 3600,
        },
        "Assistant: find answers whose process died": {
            "task": ANSWERS_TASK,
            "interval": minute,
            "expire_seconds": 55,
        },
        "Jobs: find lost ones": {"task": RECOVER_TASK, "interval": half_minute, "expire_seconds": 25},
    }
    PeriodicTask.objects.filter(name__in=RETIRED).delete()
    created = []
    for name, fields in wanted.items():
        _, is_new = PeriodicTask.objects.get_or_create(name=name, defaults=fields)
        created += [name] if is_new else []
    _add_new_layers({name: fields for name, fields in wanted.items() if fields["task"] == SYNC_TASK})
    return created


def _add_new_layers(wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Add the layers that no schedule of sync names, which a new version brought, to those they belong to."""
    tasks = {
        task.name: (task, json.loads(task.kwargs)) for task in PeriodicTask.objects.filter(task=SYNC_TASK)
    }
    named = {key for _, kwargs in tasks.values() for key in kwargs.get("layers", ())}
    for name, fields in wanted.items():
        task, kwargs = tasks[name]
        new = [key for key in json.loads(fields["kwargs"])["layers"] if key not in named]
        if new:
            task.kwargs = json.dumps(kwargs | {"layers": [*kwargs.get("layers", ()), *new]})
            task.save(update_fields=["kwargs"])


def _sync_kwargs(layers: Iterable[Layer], *, only_stale: bool) -> str:
    return json.dumps({"layers": [layer.key for layer in layers], "only_stale": only_stale})
