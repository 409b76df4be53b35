"""A row gone from the source stays while others hang on it, and goes once they do not."""

from __future__ import annotations

from typing import Any

import pytest

from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models
from grid.layers import LAYERS
from grid.services.sync import create_foreground_job, run_layer
from grid.warehouse import Warehouse
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load

pytestmark = pytest.mark.integration

LAYERS_UP_TO_TRANSFORMERS = ("zones", "substations", "circuits", "lines", "poles", "transformers")


@pytest.fixture
def without_one_pole(loaded: Warehouse, run_all: RunAll, sample: Sample) -> list[dict[str, Any]]:
    """Return the transformers' source rows, one of which still names the pole that has gone."""
    run_all(loaded, *LAYERS_UP_TO_TRANSFORMERS)
    load(loaded, {"grid_poles_infrastructure": sample["grid_poles_infrastructure"][1:]})
    return sample["transformer_metadata"]


def run(*layers: str) -> Job:
    job = create_foreground_job(layers=layers)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def test_a_row_that_others_hang_on_is_kept_and_reported(
    loaded: Warehouse, without_one_pole: list[dict[str, Any]]
) -> None:
    outcome = run_layer(layer=LAYERS["poles"], warehouse=loaded)

    assert outcome.still_referenced == ("POLE-0-0",)
    assert (outcome.rows_read, outcome.rows_deleted, outcome.rows_rejected, outcome.row_count) == (
        11,
        0,
        1,
        12,
    )
    reject = models.SyncReject.objects.get(run=outcome.run_id)
    assert (reject.row_key, reject.reason) == ("POLE-0-0", "STILL_REFERENCED")
    assert reject.row["circuit_id"] == "CKT-0"
    assert reject.row["location"] == "POINT(-95.5 29.6)"


def test_the_second_pass_deletes_it_once_its_children_have_moved(
    loaded: Warehouse, without_one_pole: list[dict[str, Any]]
) -> None:
    without_one_pole[0]["pole_id"] = "POLE-0-1"
    load(loaded, {"transformer_metadata": without_one_pole})

    job = run("poles", "transformers")

    assert job.status == "SUCCEEDED"
    assert (job.counts["rows_deleted"], job.counts["rows_rejected"]) == (1, 0)
    assert not models.Pole.objects.filter(pk="POLE-0-0").exists()
    sync_run = models.SyncRun.objects.get(job=job, layer="poles")
    assert (sync_run.rows_deleted, sync_run.rows_rejected, sync_run.rejects.count()) == (1, 0, 0)
    state = models.SyncLayer.objects.get(pk="poles")
    assert (state.row_count, state.reject_count) == (11, 0)
    again = run_layer(layer=LAYERS["poles"], warehouse=loaded)
    assert (again.rows_inserted, again.rows_updated, again.rows_deleted) == (0, 0, 0)
    assert again.checksum == state.checksum


def test_the_second_pass_leaves_what_is_still_referenced(
    loaded: Warehouse, without_one_pole: list[dict[str, Any]]
) -> None:
    job = run("poles", "transformers")

    assert job.status == "SUCCEEDED"
    assert (job.counts["rows_deleted"], job.counts["rows_rejected"]) == (0, 1)
    assert "poles: 0 rows deleted in the second pass, 1 still referenced." in job.log
    assert models.Transformer.objects.get(pk="XFMR-0-0").pole_id == "POLE-0-0"


def test_references_without_a_name_of_their_own_count_too(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded, "zones", "substations")
    load(loaded, {"load_zones": sample["load_zones"][:1]})

    outcome = run_layer(layer=LAYERS["zones"], warehouse=loaded)

    assert outcome.still_referenced == ("ZONE-1",)


def test_a_whole_branch_of_the_tree_goes_in_one_job(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)

    def is_kept(row: dict[str, Any]) -> bool:
        return "CKT-3" not in str(row) and "-3-" not in str(row)

    smaller = {name: [row for row in rows if is_kept(row)] for name, rows in sample.items()}
    load(loaded, smaller)

    job = run(*LAYERS)

    assert job.status == "SUCCEEDED", job.error_message
    assert job.counts["rows_rejected"] == 0
    assert list(models.Circuit.objects.values_list("pk", flat=True)) == ["CKT-0", "CKT-1", "CKT-2"]
    assert models.LineSection.objects.count() == len(smaller["grid_power_lines"]) == 9
    assert models.Customer.objects.count() == len(smaller["customers_master_data"]) == 36
    counted = {state.key: state.row_count for state in models.SyncLayer.objects.all()}
    assert counted == {key: layer.model.objects.count() for key, layer in LAYERS.items()}
