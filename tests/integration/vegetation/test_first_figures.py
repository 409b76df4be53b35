"""What is begun of data that have just been loaded: once, and what it ends with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.utils import timezone

from cascade.models import RiskSample
from cascade.services.first_figures import SAMPLE_TASK
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import run_job
from grid import models
from grid.selectors.restoration import expected_outages
from grid.services import vegetation
from grid.warehouse import Warehouse
from grid.warehouse.tables import (
    circuit_metadata,
    customers_master_data,
    grid_switches,
    meter_infrastructure,
    momentary_interruptions,
    outage_interruptions,
    outage_restoration_tracker,
    substations,
)
from tests.factories.cascade import make_risk_sample
from tests.integration.vegetation.conftest import make_tree
from tests.warehouse_rows import fill, filled

pytestmark = pytest.mark.integration

BEHIND_FUSE = 40


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the tasks put on the queue, instead of putting them there."""
    sent: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_: sent.append(name))
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: sent.append(f"job {job_id}"))
    return sent


@pytest.fixture
def begin(django_capture_on_commit_callbacks: Any) -> Callable[[], str]:
    """Return what runs the command and gives what it said."""

    def run() -> str:
        said = StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("flux_first_figures", stdout=said)
        return said.getvalue()

    return run


def finished_outages(warehouse: Warehouse) -> None:
    """Put an outage of two hours behind the fuse into the warehouse for each of the last days."""
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    starts = [now - timedelta(days=number + 2) for number in range(BEHIND_FUSE)]
    switch = {"switch_id": "SW-FUSE", "circuit_id": "CKT-V", "switch_kind": "FUSE"}
    fill(warehouse, grid_switches, [filled(grid_switches, switch)])
    for table in (customers_master_data, meter_infrastructure, momentary_interruptions, outage_interruptions):
        fill(warehouse, table, [])
    fill(warehouse, substations, [filled(substations, {"substation_id": "SUB-V", "zone_id": "Z-V"})])
    circuit = {"circuit_id": "CKT-V", "substation_id": "SUB-V"}
    fill(warehouse, circuit_metadata, [filled(circuit_metadata, circuit)])
    rows = [
        {
            "outage_id": f"OUT-{number}",
            "circuit_id": "CKT-V",
            "switch_id": "SW-FUSE",
            "status": "RESTORED",
            "is_planned": False,
            "started_at": start,
            "restored_at": start + timedelta(hours=2),
        }
        for number, start in enumerate(starts)
    ]
    fill(
        warehouse,
        outage_restoration_tracker,
        [filled(outage_restoration_tracker, row) for row in rows],
    )


def test_a_fresh_system_ends_with_trees_assessed_and_the_risk_known(
    warehouse: Warehouse, grid: SimpleNamespace, queue: list[str], begin: Callable[[], str]
) -> None:
    make_tree("TREE-A", 602, 100)
    finished_outages(warehouse)

    said = begin()

    job = Job.objects.get(kind=vegetation.KIND)
    assert queue == [SAMPLE_TASK, f"job {job.pk}"] or queue == [f"job {job.pk}", SAMPLE_TASK]
    assert f"learnt from {BEHIND_FUSE} outages" in said
    assert f"queued as job {job.pk}" in said
    run_job(job.pk)
    current_app.tasks[SAMPLE_TASK]()
    assert models.TreeRisk.objects.get().pk == "TREE-A"
    assert expected_outages()["FUSE"].sample_count == BEHIND_FUSE
    assert RiskSample.objects.get().vegetation_h is not None


def test_begun_again_it_repeats_nothing(
    grid: SimpleNamespace,
    assess: Callable[[], dict[str, Any]],
    queue: list[str],
    begin: Callable[[], str],
) -> None:
    make_tree("TREE-A", 602, 100)
    begin()
    begin()
    assert Job.objects.filter(kind=vegetation.KIND).count() == 1

    Job.objects.all().delete()
    assess()
    sample = make_risk_sample(at=timezone.now() - timedelta(minutes=4))
    queue.clear()
    said = begin()

    assert queue == []
    assert "Assessment of trees near lines: nothing to do." in said
    assert "Sample of the risk of now: a fresh one." in said

    # An old sample is followed by a new one, and changed trees are assessed anew.
    RiskSample.objects.filter(pk=sample.pk).update(at=timezone.now() - timedelta(minutes=6))
    models.SyncLayer.objects.filter(pk="trees").update(checksum="1" * 64)
    begin()
    assert SAMPLE_TASK in queue
    assert Job.objects.filter(kind=vegetation.KIND, status=JobStatus.QUEUED).count() == 1


def test_without_trees_only_the_risk_is_sampled(
    grid: SimpleNamespace, queue: list[str], begin: Callable[[], str]
) -> None:
    said = begin()

    assert queue == [SAMPLE_TASK]
    assert "Assessment of trees near lines: nothing to do." in said
    assert not Job.objects.exists()


def test_a_dead_queue_is_told_in_a_sentence(
    grid: SimpleNamespace, dead_queue: None, begin: Callable[[], str]
) -> None:
    with pytest.raises(CommandError, match="Redis does not answer"):
        begin()
