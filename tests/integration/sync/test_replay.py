"""Refused rows that are tried again: those accepted are marked as mended, the others stay open."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from flux_site.api.errors import BadInput
from flux_site.jobs.models import Job
from grid import models
from grid.layers import LAYERS
from grid.services.sync import AllRowsRejected, replay_rejects, run_layer
from grid.warehouse import Warehouse
from tests.factories.sync import make_sync_reject, make_sync_run
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load

pytestmark = pytest.mark.integration


@pytest.fixture
def refused(loaded: Warehouse, run_all: RunAll, sample: Sample) -> int:
    """Return the run that refused two of the four substations."""
    run_all(loaded, "zones")
    bad: list[dict[str, Any]] = [dict(row) for row in sample["substations"]]
    bad[1]["latitude"] = 95.0
    bad[2]["latitude"] = 95.0
    load(loaded, {"substations": bad})
    return run_all(loaded, "substations")["substations"].run_id


def resolved(run_id: int) -> dict[str | None, int | None]:
    """Return by which run each refused row of a run was mended."""
    rejects = models.SyncReject.objects.filter(run=run_id)
    assert all((row.resolved_at is None) == (row.resolved_by_id is None) for row in rejects)
    return {row.row_key: row.resolved_by_id for row in rejects}


def test_a_run_marks_the_rows_it_accepts_and_leaves_the_others_open(
    loaded: Warehouse, run_all: RunAll, sample: Sample, refused: int
) -> None:
    assert resolved(refused) == {"SUB-1": None, "SUB-2": None}
    half: list[dict[str, Any]] = [dict(row) for row in sample["substations"]]
    half[2]["latitude"] = 95.0
    load(loaded, {"substations": half})

    second = run_all(loaded, "substations")["substations"].run_id

    assert resolved(refused) == {"SUB-1": second, "SUB-2": None}
    assert resolved(second) == {"SUB-2": None}
    load(loaded, {"substations": sample["substations"]})

    third = run_all(loaded, "substations")["substations"].run_id

    assert resolved(refused) == {"SUB-1": second, "SUB-2": third}
    assert resolved(second) == {"SUB-2": third}
    run = models.SyncRun.objects.get(pk=third)
    row = models.SyncReject.objects.get(run=second)
    assert row.resolved_at is not None
    assert run.finished_at is not None
    assert run.started_at <= row.resolved_at <= run.finished_at


def test_a_run_leaves_refused_rows_of_other_layers_alone(
    loaded: Warehouse, run_all: RunAll, refused: int
) -> None:
    load_run = make_sync_run(layer=models.SyncLayer.objects.create(pk="weather"))
    other = make_sync_reject(run=load_run, row_key="ZONE-0")
    no_key = make_sync_reject(run=make_sync_run(layer=_layer("zones")), row_key=None)

    run_all(loaded, "zones")

    for reject in (other, no_key):
        reject.refresh_from_db()
        assert reject.resolved_at is None


def _layer(key: str) -> models.SyncLayer:
    return models.SyncLayer.objects.get(pk=key)


def test_a_run_that_fails_mends_nothing(
    loaded: Warehouse, run_all: RunAll, sample: Sample, refused: int
) -> None:
    load(loaded, {"substations": [row | {"zone_id": "ZONE-9"} for row in sample["substations"]]})

    with pytest.raises(AllRowsRejected):
        run_layer(layer=LAYERS["substations"], warehouse=loaded)

    assert resolved(refused) == {"SUB-1": None, "SUB-2": None}


@pytest.mark.parametrize("way", ["next run", "second pass"])
def test_a_row_that_could_not_be_deleted_is_mended_once_it_is(
    way: str, loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    from flux_site.jobs.services import run_job
    from grid.services.sync import create_foreground_job

    run_all(loaded, "zones", "substations", "circuits", "lines", "poles", "transformers")
    load(loaded, {"grid_poles_infrastructure": sample["grid_poles_infrastructure"][1:]})
    first = run_all(loaded, "poles")["poles"].run_id
    assert resolved(first) == {"POLE-0-0": None}
    moved: list[dict[str, Any]] = [dict(row) for row in sample["transformer_metadata"]]
    moved[0]["pole_id"] = "POLE-0-1"
    load(loaded, {"transformer_metadata": moved})

    if way == "next run":
        run_all(loaded, "transformers")
        last = run_all(loaded, "poles")["poles"].run_id
    else:
        job = create_foreground_job(layers=["poles", "transformers"])
        run_job(job.pk)
        last = models.SyncRun.objects.get(job=job, layer="poles").pk

    assert resolved(first) == {"POLE-0-0": last}


def test_a_replay_is_a_sync_that_says_why_and_runs_though_nothing_changed(
    loaded: Warehouse, run_all: RunAll, refused: int, eager: None, sample: Sample
) -> None:
    user = User.objects.create(username="omar")

    job = replay_rejects(layers=["substations"], user=user)

    job.refresh_from_db()
    assert (job.kind, job.owner, job.status) == ("grid.sync", user, "SUCCEEDED")
    assert job.title == "Refused rows tried again: sync of substations"
    assert job.inputs == {"layers": ["substations"], "force": False, "only_stale": False}
    again = models.SyncRun.objects.get(job=job)
    assert (again.status, again.rows_rejected) == ("SUCCEEDED", 2)
    assert resolved(refused) == {"SUB-1": None, "SUB-2": None}

    load(loaded, {"substations": sample["substations"]})
    replay_rejects(layers=["substations"], user=user)

    assert None not in resolved(refused).values()
    with pytest.raises(BadInput, match="no open refused rows of substations") as raised:
        replay_rejects(layers=["substations"], user=user, field="layer")
    assert raised.value.field == "layer"


@pytest.mark.parametrize("layer", ["volcanoes", "zones"])
def test_a_layer_without_open_rows_is_not_replayed(layer: str, cache: None) -> None:
    with pytest.raises(BadInput) as raised:
        replay_rejects(layers=[layer], user=None)

    assert raised.value.field == "layers"
    assert not Job.objects.exists()
