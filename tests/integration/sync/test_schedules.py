"""What schedules start, what they leave alone, and that the admin's changes to them stay."""

from __future__ import annotations

import json

import pytest
from django_celery_beat.models import PeriodicTask

from flux_site.celery import app
from flux_site.jobs.models import Job
from grid.layers import LAYERS
from grid.services.sync import ensure_schedules, set_paused, start_scheduled_sync
from grid.warehouse import Warehouse, WarehouseUnavailable
from tests.integration.sync.sample import Sample, load

pytestmark = pytest.mark.integration

DYNAMIC = {"transformer_load", "weather", "outages", "work_orders"}


def test_schedules_cover_every_layer_once_readings_and_lost_jobs(cache: None) -> None:
    names = ensure_schedules()

    tasks = list(PeriodicTask.objects.filter(name__in=names))
    assert len(tasks) == 7
    syncs = {
        task.name: json.loads(task.kwargs)["layers"] for task in tasks if task.task == "grid.sync_scheduled"
    }
    assert sorted(key for keys in syncs.values() for key in keys) == sorted(LAYERS)
    frequent = next(task for task in tasks if task.interval and set(syncs.get(task.name, ())) == DYNAMIC)
    assert (frequent.interval.every, frequent.interval.period) == (5, "minutes")
    daily = next(task for task in tasks if task.crontab and task.name in syncs)
    assert (daily.crontab.hour, daily.crontab.minute, str(daily.crontab.timezone)) == (
        "4",
        "0",
        "America/Chicago",
    )
    rollup = next(task for task in tasks if task.task == "grid.rollup_scheduled")
    assert (rollup.interval.every, rollup.interval.period) == (1, "minutes")
    recover = next(task for task in tasks if task.task == "jobs.recover")
    assert (recover.interval.every, recover.interval.period) == (30, "seconds")
    watch = next(task for task in tasks if task.task == "grid.check_freshness")
    assert (watch.interval.every, watch.interval.period) == (1, "minutes")
    delivery = next(task for task in tasks if task.task == "grid.deliver_edits")
    assert (delivery.interval.every, delivery.interval.period) == (1, "minutes")
    tidying = next(task for task in tasks if task.task == "grid.tidy")
    assert tidying.crontab == daily.crontab
    assert {task.task for task in tasks} <= set(app.tasks)


def test_schedules_changed_in_the_admin_stay_changed(cache: None) -> None:
    names = ensure_schedules()
    PeriodicTask.objects.filter(name=names[0]).update(enabled=False, kwargs='{"layers": ["zones"]}')

    assert ensure_schedules() == []

    task = PeriodicTask.objects.get(name=names[0])
    assert (task.enabled, task.kwargs) == (False, '{"layers": ["zones"]}')
    assert PeriodicTask.objects.count() == 7


def test_every_schedule_starts_a_job_with_the_arguments_it_holds(
    loaded: Warehouse, cache: None, eager: None
) -> None:
    ensure_schedules()
    daily = PeriodicTask.objects.get(crontab__isnull=False, task="grid.sync_scheduled")
    frequent = PeriodicTask.objects.get(interval__isnull=False, task="grid.sync_scheduled")

    for task in (daily, frequent):
        app.tasks[task.task].apply(kwargs=json.loads(task.kwargs)).get()

    assert [job.status for job in Job.objects.all()] == ["SUCCEEDED", "SUCCEEDED"]
    assert app.tasks[frequent.task].apply(kwargs=json.loads(frequent.kwargs)).get() is None
    assert app.tasks[daily.task].apply(kwargs=json.loads(daily.kwargs)).get() is not None
    assert Job.objects.count() == 3


def test_a_schedule_takes_the_layers_whose_source_changed(
    loaded: Warehouse, cache: None, eager: None, sample: Sample
) -> None:
    start_scheduled_sync(layers=["zones", "substations", "weather"], only_stale=True)
    load(loaded, {"weather_hourly": sample["weather_hourly"][:-1]})

    job = start_scheduled_sync(layers=["zones", "substations", "weather"], only_stale=True)

    assert job is not None
    assert job.inputs["layers"] == ["weather"]
    assert job.owner is None


def test_a_schedule_leaves_paused_layers_alone(loaded: Warehouse, cache: None, eager: None) -> None:
    set_paused(layer="weather", is_paused=True)

    job = start_scheduled_sync(layers=["zones", "weather"], only_stale=False)

    assert job is not None
    assert job.inputs["layers"] == ["zones"]
    assert start_scheduled_sync(layers=["weather"], only_stale=False) is None


def test_a_schedule_waits_for_an_earlier_sync_of_its_layers(
    loaded: Warehouse, cache: None, eager: None
) -> None:
    earlier = Job.objects.create(kind="grid.sync", title="Sync", inputs={"layers": ["weather", "zones"]})

    assert start_scheduled_sync(layers=["weather"], only_stale=True) is None
    assert start_scheduled_sync(layers=["zones", "substations"], only_stale=True) is None
    Job.objects.filter(pk=earlier.pk).update(status="SUCCEEDED")
    assert start_scheduled_sync(layers=["weather"], only_stale=True) is not None


def test_a_schedule_starts_nothing_while_there_is_no_source(
    warehouse: Warehouse, cache: None, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert start_scheduled_sync(layers=list(LAYERS), only_stale=False) is None

    def away(_table: object) -> str:
        raise WarehouseUnavailable("no answer")

    monkeypatch.setattr(warehouse, "version", away)
    assert start_scheduled_sync(layers=list(LAYERS), only_stale=True) is None
    assert not Job.objects.exists()
