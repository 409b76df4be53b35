"""What schedules start, what they leave alone, and that the admin's changes to them stay."""

from __future__ import annotations

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from flux_site.celery import app
from flux_site.jobs.models import Job
from grid.layers import LAYERS
from grid.models import SyncRun
from grid.selectors.schedules import next_runs
from grid.services.sync import ensure_schedules, set_paused, start_scheduled_sync
from grid.warehouse import Warehouse, WarehouseUnavailable
from tests.integration.sync.sample import Sample, load

pytestmark = pytest.mark.integration


def test_schedules_cover_every_layer_readings_and_lost_jobs(cache: None) -> None:
    names = ensure_schedules()

    tasks = list(PeriodicTask.objects.filter(name__in=names))
    assert len(tasks) == len(names)
    syncs = {
        task.name: (str(task.interval), json.loads(task.kwargs))
        for task in tasks
        if task.task == "grid.sync_scheduled"
    }
    around = ["trees", "water_bodies", "flood_zones", "buildings"]
    increments = [key for key, layer in LAYERS.items() if layer.mode != "FULL" and key not in around]
    assert syncs == {
        "Sync: layers that sync in increments": ("every minute", {"layers": increments, "only_stale": True}),
        "Sync: layers that are always read whole": (
            "every 5 minutes",
            {"layers": ["zones", "transformer_voltage"], "only_stale": True},
        ),
        "Sync: what stands around the lines": ("every 5 minutes", {"layers": around, "only_stale": True}),
        "Sync: all layers in full": ("None", {"layers": list(LAYERS), "only_stale": False}),
    }
    daily = next(task for task in tasks if task.crontab and task.task == "grid.sync_scheduled")
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
    assert PeriodicTask.objects.count() == len(names)


def test_a_layer_that_a_new_version_brings_is_added_to_the_schedules_it_belongs_to(cache: None) -> None:
    ensure_schedules()
    whole, full = "Sync: layers that are always read whole", "Sync: all layers in full"
    older = [key for key in LAYERS if key != "transformer_voltage"]
    before = {"layers": older, "only_stale": False}
    PeriodicTask.objects.filter(name=whole).update(kwargs='{"layers": ["zones"], "only_stale": true}')
    PeriodicTask.objects.filter(name=full).update(kwargs=json.dumps(before), enabled=False)
    others = PeriodicTask.objects.exclude(name__in=[whole, full])
    untouched = dict(others.values_list("name", "kwargs"))

    assert ensure_schedules() == []

    found = {
        task.name: json.loads(task.kwargs) for task in PeriodicTask.objects.filter(name__in=[whole, full])
    }
    assert found == {
        whole: {"layers": ["zones", "transformer_voltage"], "only_stale": True},
        full: {"layers": [*older, "transformer_voltage"], "only_stale": False},
    }
    assert not PeriodicTask.objects.get(name=full).enabled
    assert dict(others.values_list("name", "kwargs")) == untouched


def test_every_schedule_starts_a_job_with_the_arguments_it_holds(
    loaded: Warehouse, cache: None, eager: None, sample: Sample
) -> None:
    ensure_schedules()
    daily = PeriodicTask.objects.get(crontab__isnull=False, task="grid.sync_scheduled")
    frequent = PeriodicTask.objects.filter(interval__isnull=False, task="grid.sync_scheduled")

    def ring(task: PeriodicTask) -> str | None:
        found: str | None = app.tasks[task.task].apply(kwargs=json.loads(task.kwargs)).get()
        return found

    assert ring(daily) is not None
    assert [ring(task) for task in frequent] == [None, None, None]  # nothing changed since
    load(loaded, {name: sample[name][:-1] for name in ("weather_hourly", "customers_master_data", "trees")})
    load(loaded, {"load_zones": [row | {"zone_name": "Z"} for row in sample["load_zones"]]})
    assert None not in [ring(task) for task in frequent]
    assert ring(daily) is not None

    assert {job.status for job in Job.objects.all()} == {"SUCCEEDED"}
    runs = list(SyncRun.objects.order_by("pk").values_list("layer_id", "mode", "fallback_reason"))
    between = runs[len(LAYERS) : -len(LAYERS)]
    assert set(between) == {
        ("zones", "FULL", ""),
        ("weather", "WATERMARK", ""),
        ("customers", "CHANGES", ""),
        ("trees", "CHANGES", ""),
    }
    assert {run[1:] for run in runs[-len(LAYERS) :]} == {("FULL", "")}


def test_the_next_look_at_a_layer_is_the_first_of_its_schedules_that_are_on(cache: None) -> None:
    assert next_runs() == {}
    ensure_schedules()
    now = timezone.now()
    PeriodicTask.objects.filter(interval__every=5).update(last_run_at=now - timedelta(minutes=2))
    PeriodicTask.objects.filter(interval__every=1).update(last_run_at=now - timedelta(hours=2))
    local = now.astimezone(ZoneInfo("America/Chicago"))
    four = local.replace(hour=4, minute=0, second=0, microsecond=0)
    daily_at = four if local < four else four + timedelta(days=1)
    PeriodicTask.objects.filter(crontab__isnull=False).update(last_run_at=now - timedelta(minutes=1))

    found = next_runs()

    assert set(found) == set(LAYERS)
    assert abs(found["meters"] - now) < timedelta(seconds=20)  # overdue, so now
    soonest = min(now + timedelta(minutes=3), daily_at)
    assert abs(found["zones"] - soonest) < timedelta(seconds=20)
    PeriodicTask.objects.filter(interval__isnull=False).update(enabled=False)
    assert abs(next_runs()["meters"] - daily_at) < timedelta(seconds=20)


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


def test_schedules_of_earlier_versions_make_room(cache: None) -> None:
    interval = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.MINUTES)
    for name in ("Sync: layers that change rarely", "My own"):
        PeriodicTask.objects.create(name=name, task="grid.sync_scheduled", interval=interval)

    ensure_schedules()

    names = set(PeriodicTask.objects.values_list("name", flat=True))
    assert "My own" in names
    assert "Sync: layers that change rarely" not in names
