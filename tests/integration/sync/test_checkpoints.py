"""A large source is read in chunks; a run that was cut off is gone on with, if nothing has changed since."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from flux_site.jobs.context import JobCancelled
from grid import models
from grid.layers import LAYERS
from grid.services.sync import SourceMismatch, SyncError, checkpoints, run_layer
from grid.services.sync.connection import locked_connection
from grid.warehouse import Warehouse, WarehouseUnavailable
from tests.integration.sync.comparison import assert_equals_source
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load
from tests.integration.sync.standins import Altered, Counting, Eventful, Heard

pytestmark = pytest.mark.integration

POLES = "grid_poles_infrastructure"
PARENTS_OF_POLES = ("zones", "substations", "circuits", "lines")


@pytest.fixture
def chunked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a layer of more than 4 rows be read in chunks of 4."""
    monkeypatch.setattr(checkpoints, "CHUNK_ROWS", 4)


@pytest.fixture
def source(loaded: Warehouse, run_all: RunAll, chunked: None) -> Warehouse:
    """Return the warehouse with 12 poles to sync in three chunks, their parents being cached."""
    run_all(loaded, *PARENTS_OF_POLES)
    return loaded


def cut_off(warehouse: Warehouse, chunks: int) -> None:
    """Run the poles until so many chunks are staged."""
    done = 0

    def between(_number: int) -> None:
        nonlocal done
        done += 1
        if done > chunks:
            raise WarehouseUnavailable("the connection was reset")

    with pytest.raises(SyncError, match="the connection was reset"):
        run_layer(layer=LAYERS["poles"], warehouse=Eventful(warehouse, between, batch_rows=100))
    assert models.SyncCheckpoint.objects.get().chunks_done == chunks
    assert not models.Pole.objects.exists()


def kept_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname ~ '^sync_(stage|refused)_' AND relkind = 'r'"
        )
        return sorted(row[0] for row in cursor.fetchall())


def test_chunks_bring_every_layer_into_the_cache_as_one_piece_does(
    loaded: Warehouse, run_all: RunAll, chunked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_chunks = run_all(loaded)
    for key in LAYERS:
        assert_equals_source(loaded, key)
    assert kept_tables() == []
    assert not models.SyncCheckpoint.objects.exists()

    monkeypatch.undo()
    at_once = run_all(loaded)
    assert {key: outcome.checksum for key, outcome in at_once.items()} == {
        key: outcome.checksum for key, outcome in in_chunks.items()
    }
    assert all(outcome.rows_updated == 0 for outcome in at_once.values())


def test_a_run_goes_on_after_the_last_chunk_that_was_staged(source: Warehouse) -> None:
    cut_off(source, 2)
    counting, heard = Counting(source), Heard()

    outcome = run_layer(layer=LAYERS["poles"], warehouse=counting, report=heard)

    assert (outcome.rows_read, outcome.row_count) == (12, 12)
    assert counting.rows_read == 4
    assert heard.lines == ["poles: goes on after chunk 2 of 3, 8 rows are staged."]
    assert_equals_source(source, "poles")
    assert kept_tables() == []
    assert not models.SyncCheckpoint.objects.exists()


def test_a_run_whose_source_changed_starts_over(source: Warehouse, sample: Sample) -> None:
    cut_off(source, 2)
    sample[POLES][0]["pole_material"] = "STEEL"
    load(source, {POLES: sample[POLES]})
    counting = Counting(source)

    run_layer(layer=LAYERS["poles"], warehouse=counting)

    assert counting.rows_read == 12 + 2  # and the keys at which it is cut
    assert_equals_source(source, "poles")


def test_a_run_of_another_definition_starts_over(source: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(source, 2)
    models.SyncCheckpoint.objects.update(source_version="that of another definition")
    counting = Counting(source)

    run_layer(layer=LAYERS["poles"], warehouse=counting)

    assert counting.rows_read == 12 + 2
    assert_equals_source(source, "poles")


@pytest.mark.parametrize(
    "loss", ["TRUNCATE sync_stage_poles", "DROP TABLE sync_stage_poles, sync_refused_poles"]
)
def test_staged_rows_that_were_lost_are_read_again(loss: str, source: Warehouse) -> None:
    """A crash of PostgreSQL empties tables that are not logged."""
    cut_off(source, 2)
    with connection.cursor() as cursor:
        cursor.execute(loss)
    counting = Counting(source)

    run_layer(layer=LAYERS["poles"], warehouse=counting)

    assert counting.rows_read == 12 + 2
    assert_equals_source(source, "poles")


def test_a_run_cut_off_while_it_applies_need_not_read_again(
    source: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("grid.services.sync.verification.verify", ended)
        with pytest.raises(Exception, match="connection to PostgreSQL was lost"):
            run_layer(layer=LAYERS["poles"], warehouse=source)
    assert not models.Pole.objects.exists()
    counting, heard = Counting(source), Heard()

    run_layer(layer=LAYERS["poles"], warehouse=counting, report=heard)

    assert counting.rows_read == 0
    assert "goes on after chunk 3 of 3" in heard.lines[0]
    assert_equals_source(source, "poles")


def test_rows_refused_by_the_checks_of_a_run_cut_off_are_checked_anew(
    source: Warehouse, sample: Sample, run_all: RunAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample[POLES][0]["line_id"] = "LINE-LATE"
    lines = sample["grid_power_lines"]
    load(source, {POLES: sample[POLES]})
    with monkeypatch.context() as patch:
        patch.setattr("grid.services.sync.verification.verify", ended)
        with pytest.raises(Exception, match="connection to PostgreSQL was lost"):
            run_layer(layer=LAYERS["poles"], warehouse=source)
    load(source, {"grid_power_lines": [*lines, lines[0] | {"line_id": "LINE-LATE"}]})
    run_all(source, "lines")

    outcome = run_layer(layer=LAYERS["poles"], warehouse=source)

    assert (outcome.rows_rejected, outcome.row_count) == (0, 12)
    assert_equals_source(source, "poles")


def test_a_cancelled_run_is_gone_on_with(source: Warehouse) -> None:
    class Cancelling(Heard):
        def progress(self, frac: float, step: str) -> None:
            if step.startswith("Poles: 8 of 12"):
                raise JobCancelled

    with pytest.raises(JobCancelled):
        run_layer(layer=LAYERS["poles"], warehouse=source, report=Cancelling())
    counting = Counting(source)

    run_layer(layer=LAYERS["poles"], warehouse=counting)

    assert counting.rows_read == 8
    assert_equals_source(source, "poles")


def test_a_source_that_changes_between_two_chunks_is_read_in_one_go(
    source: Warehouse, sample: Sample
) -> None:
    def change(_number: int) -> None:
        sample[POLES][0]["pole_material"] = f"STEEL {uuid.uuid4().hex[:4]}"
        load(source, {POLES: sample[POLES]})

    heard = Heard()

    outcome = run_layer(
        layer=LAYERS["poles"], warehouse=Eventful(source, change, batch_rows=100), report=heard
    )

    assert outcome.row_count == 12
    assert heard.lines == ["poles: the source changed while it was read; it is read again in one go."]
    assert kept_tables() == []


def test_rows_without_a_key_and_copies_of_a_key_are_each_read_once(source: Warehouse, sample: Sample) -> None:
    poles = sample[POLES]
    copies = [poles[3] | {"pole_material": f"KIND {number}"} for number in range(6)]
    load(source, {POLES: [*poles, *copies, poles[0] | {"pole_id": ""}]})

    outcome = run_layer(layer=LAYERS["poles"], warehouse=source)

    assert (outcome.rows_read, outcome.rows_rejected, outcome.row_count) == (19, 8, 11)
    reasons = models.SyncReject.objects.values_list("reason", flat=True)
    assert sorted(reasons) == ["DUPLICATE_KEY"] * 7 + ["MISSING_KEY"]


def test_a_source_that_is_at_fault_leaves_no_tables_that_nobody_goes_on_with(source: Warehouse) -> None:
    with pytest.raises(SourceMismatch):
        run_layer(
            layer=LAYERS["poles"], warehouse=Altered(source, lambda batch: batch.drop_columns("material"))
        )
    models.SyncCheckpoint.objects.update(updated_at=timezone.now() - timedelta(days=3))

    run_layer(layer=LAYERS["zones"], warehouse=source)

    assert kept_tables() == []
    assert not models.SyncCheckpoint.objects.exists()


def test_leftovers_are_dropped_but_not_under_a_run(source: Warehouse) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE sync_stage_gone (id text)")
    cut_off(source, 1)
    models.SyncCheckpoint.objects.update(updated_at=timezone.now() - timedelta(days=3))
    parameters = connection.get_connection_params()

    with locked_connection("poles"), psycopg.connect(**parameters, autocommit=True) as other:
        assert checkpoints.drop_leftovers(other) == ["gone"]
    assert kept_tables() == ["sync_refused_poles", "sync_stage_poles"]
    with psycopg.connect(**parameters, autocommit=True) as other:
        assert checkpoints.drop_leftovers(other) == ["poles"]
    assert kept_tables() == []


def ended(session: psycopg.Connection, **_: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [session.info.backend_pid])
    return session.execute("SELECT 1").fetchone()
