"""The job of a sync: its order, its counts, what it leaves out, and how it ends when a layer fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from flux_site.api.errors import BadInput
from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models
from grid.layers import DEPENDS_ON, LAYERS
from grid.services.sync import create_foreground_job, set_paused, start_sync
from grid.warehouse import Warehouse
from tests.integration.sync.sample import Sample, load

pytestmark = pytest.mark.integration

FEW = ("zones", "substations", "buses", "weather")


def carried_out(**arguments: Any) -> Job:
    job = create_foreground_job(**arguments)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def run_order(job: Job) -> list[str]:
    return list(models.SyncRun.objects.filter(job=job).order_by("pk").values_list("layer_id", flat=True))


def test_start_sync_queues_a_job_that_a_worker_carries_out(
    loaded: Warehouse, cache: None, eager: None
) -> None:
    user = User.objects.create(username="omar")

    job = start_sync(layers=["buses", "zones", "substations", "weather"], user=user)

    assert job.inputs == {"layers": job.inputs["layers"], "force": False, "only_stale": False}
    job.refresh_from_db()
    assert (job.kind, job.status, job.owner, job.progress_frac) == ("grid.sync", "SUCCEEDED", user, 1.0)
    assert sorted(job.inputs["layers"]) == sorted(FEW)
    assert job.counts == {
        "rows_read": 24,
        "rows_inserted": 24,
        "rows_updated": 0,
        "rows_deleted": 0,
        "rows_rejected": 0,
        "layers_synced": 4,
        "layers_unchanged": 0,
    }
    assert "buses: 8 rows in " in job.log


def test_layers_run_parents_first_whatever_order_is_asked_for(loaded: Warehouse, cache: None) -> None:
    job = carried_out(layers=list(reversed(LAYERS)))

    order = run_order(job)
    assert sorted(order) == sorted(LAYERS)
    assert all(order.index(parent) < order.index(key) for key in LAYERS for parent in DEPENDS_ON[key])


@pytest.mark.parametrize(
    ("layers", "said"), [(["zones", "zoens"], "There is no layer 'zoens'."), ([], "Name at least one layer.")]
)
def test_unknown_layers_are_refused_naming_the_known_ones(layers: list[str], said: str, cache: None) -> None:
    with pytest.raises(BadInput, match=said) as raised:
        start_sync(layers=layers, user=None)

    assert raised.value.field == "layers"
    assert all(key in raised.value.message for key in LAYERS)
    assert not Job.objects.exists()


def test_a_failed_layer_stops_only_those_that_depend_on_it(
    loaded: Warehouse, cache: None, sample: Sample
) -> None:
    load(loaded, {"load_zones": []})
    carried_out(layers=["weather"])
    load(loaded, {"substations": [row | {"zone_id": "ZONE-9"} for row in sample["substations"]]})
    load(loaded, {"load_zones": sample["load_zones"]})

    job = carried_out(layers=FEW)

    assert (job.status, job.error_code) == ("FAILED", "ALL_ROWS_REJECTED")
    assert "substations: All 4 rows of substations were rejected" in job.error_message
    assert "Not run because they depend on it: buses." in job.error_message
    runs = {run.layer_id: (run.status, run.error_code) for run in models.SyncRun.objects.filter(job=job)}
    assert runs == {
        "zones": ("SUCCEEDED", ""),
        "substations": ("FAILED", "ALL_ROWS_REJECTED"),
        "buses": ("SKIPPED", "DEPENDENCY_FAILED"),
        "weather": ("SUCCEEDED", ""),
    }


def test_only_stale_leaves_out_what_has_not_changed(loaded: Warehouse, cache: None, sample: Sample) -> None:
    carried_out(layers=FEW)
    load(loaded, {"weather_hourly": sample["weather_hourly"][:-1]})

    job = carried_out(layers=FEW, only_stale=True)

    assert run_order(job) == ["weather"]
    assert (job.counts["layers_synced"], job.counts["layers_unchanged"], job.counts["rows_deleted"]) == (
        1,
        3,
        1,
    )
    assert "Unchanged since the last sync: zones, substations, buses." in job.log


def test_rows_refused_for_a_parent_are_tried_again_when_the_parent_comes(
    loaded: Warehouse, cache: None, sample: Sample
) -> None:
    load(loaded, {"substations": sample["substations"][:3]})
    carried_out(layers=FEW)
    assert models.SyncLayer.objects.get(pk="buses").reject_count == 2
    load(loaded, {"substations": sample["substations"]})

    job = carried_out(layers=FEW, only_stale=True)

    assert run_order(job) == ["substations", "buses"]
    assert models.SyncLayer.objects.get(pk="buses").reject_count == 0
    assert run_order(carried_out(layers=FEW, only_stale=True)) == []


def test_a_job_begun_anew_goes_on_where_it_was(loaded: Warehouse, cache: None) -> None:
    job = create_foreground_job(layers=FEW)
    run_job(job.pk)
    models.SyncRun.objects.filter(job=job, layer__in=["substations", "buses"]).delete()
    Job.objects.filter(pk=job.pk).update(status="QUEUED")

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.attempt) == ("SUCCEEDED", 2)
    assert (job.counts["layers_synced"], job.counts["layers_unchanged"]) == (2, 2)
    assert run_order(job) == ["zones", "weather", "substations", "buses"]


def test_a_paused_layer_is_synced_when_it_is_asked_for(loaded: Warehouse, cache: None) -> None:
    assert set_paused(layer="weather", is_paused=True).is_paused

    job = carried_out(layers=["weather"])

    assert job.counts["layers_synced"] == 1
    assert models.SyncLayer.objects.get(pk="weather").is_paused
    assert not set_paused(layer="weather", is_paused=False).is_paused
    with pytest.raises(BadInput, match="There is no layer 'wether'") as raised:
        set_paused(layer="wether", is_paused=True)
    assert raised.value.field == "layer"


def test_progress_covers_all_layers_and_never_falls(
    loaded: Warehouse, cache: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flux_site.jobs.context import JobContext

    reported: list[tuple[float, str]] = []
    real = JobContext.progress

    def record(self: JobContext, frac: float, step: str) -> None:
        reported.append((frac, step))
        real(self, frac, step)

    monkeypatch.setattr(JobContext, "progress", record)

    carried_out(layers=FEW)

    fracs = [frac for frac, _ in reported]
    assert fracs == sorted(fracs)
    assert fracs[0] == 0.0
    assert 0.9 < fracs[-1] <= 1.0
    assert {step.partition(":")[0] for _, step in reported} == {LAYERS[key].title for key in FEW}
