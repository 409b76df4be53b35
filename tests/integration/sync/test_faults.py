"""Whatever breaks during a run, the cache stays as it was, the run says why, and the next one is good."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from django.db import connection

from flux_site.api.errors import DatabaseUnavailable
from flux_site.jobs.context import JobCancelled
from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models
from grid.layers import LAYERS
from grid.services.sync import (
    LayerBusy,
    SourceIncomplete,
    SourceMismatch,
    SuspiciousDelete,
    SyncError,
    VerificationFailed,
    applying,
    create_foreground_job,
    run_layer,
)
from grid.services.sync.connection import cancelled_with_job, locked_connection
from grid.services.sync.records import begin_run
from grid.warehouse import Warehouse
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load
from tests.integration.sync.standins import Altered, Eventful

pytestmark = pytest.mark.integration

PARENTS_OF_POLES = ("zones", "substations", "circuits", "lines")


@pytest.fixture
def poles(loaded: Warehouse, run_all: RunAll, sample: Sample) -> list[dict[str, Any]]:
    """Return the source rows of the poles, all cached, with one change that is still to be synced."""
    run_all(loaded, *PARENTS_OF_POLES, "poles")
    rows = sample["grid_poles_infrastructure"]
    rows[0]["pole_material"] = "STEEL"
    load(loaded, {"grid_poles_infrastructure": rows[:-1]})
    return rows


def cached_poles() -> list[tuple[str, str | None]]:
    return list(models.Pole.objects.order_by("pk").values_list("pk", "material"))


def newest_run(layer: str = "poles") -> models.SyncRun:
    return models.SyncRun.objects.filter(layer=layer).latest("pk")


def assert_untouched_then_good(warehouse: Warehouse, before: list[Any], code: str) -> None:
    run = newest_run()
    assert (run.status, run.error_code) == ("FAILED", code)
    assert run.finished_at is not None
    assert cached_poles() == before
    assert models.SyncLayer.objects.get(pk="poles").row_count == 12
    outcome = run_layer(layer=LAYERS["poles"], warehouse=warehouse)
    assert (outcome.rows_updated, outcome.rows_deleted, outcome.row_count) == (1, 1, 11)


def test_a_lost_connection_rolls_back(loaded: Warehouse, poles: list[Any]) -> None:
    before = cached_poles()

    def kill(_number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'flux-sync' AND datname = current_database()"
            )

    with pytest.raises(DatabaseUnavailable, match="connection to PostgreSQL was lost"):
        run_layer(layer=LAYERS["poles"], warehouse=Eventful(loaded, kill))

    assert_untouched_then_good(loaded, before, "DATABASE_UNAVAILABLE")


def test_a_connection_lost_while_applying_rolls_back(
    loaded: Warehouse, poles: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cached_poles()

    def verify_after_the_end(session: psycopg.Connection, **_: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [session.info.backend_pid])
        return session.execute("SELECT 1").fetchone()

    with monkeypatch.context() as patch:
        patch.setattr("grid.services.sync.verification.verify", verify_after_the_end)
        with pytest.raises(DatabaseUnavailable):
            run_layer(layer=LAYERS["poles"], warehouse=loaded)

    assert_untouched_then_good(loaded, before, "DATABASE_UNAVAILABLE")


def test_a_damaged_file_fails_the_job_naming_table_and_file(
    loaded: Warehouse, warehouse_folder: Path, poles: list[Any]
) -> None:
    before = cached_poles()
    folder = warehouse_folder / "production" / "grid_poles_infrastructure"
    newest = max(folder.rglob("*.parquet"), key=lambda file: file.stat().st_mtime_ns)
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2])
    job = create_foreground_job(layers=["poles", "zones"])

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error_code) == ("FAILED", "WAREHOUSE_CORRUPTED")
    assert "production.grid_poles_infrastructure" in job.error_message
    assert newest.name in job.error_message
    assert newest_run("zones").status == "SUCCEEDED"
    newest.write_bytes(content)
    assert_untouched_then_good(loaded, before, "WAREHOUSE_CORRUPTED")


def test_a_warehouse_that_fails_half_way_rolls_back(loaded: Warehouse, poles: list[Any]) -> None:
    before = cached_poles()

    def fail(_number: int) -> None:
        from grid.warehouse import WarehouseUnavailable

        raise WarehouseUnavailable("the connection was reset")

    with pytest.raises(SyncError, match="the connection was reset") as raised:
        run_layer(layer=LAYERS["poles"], warehouse=Eventful(loaded, fail))

    assert raised.value.code == "WAREHOUSE_UNAVAILABLE"
    assert_untouched_then_good(loaded, before, "WAREHOUSE_UNAVAILABLE")


def test_a_source_that_loses_rows_on_the_way_is_noticed(loaded: Warehouse, poles: list[Any]) -> None:
    before = cached_poles()
    delivered = iter([True, False])

    def lose_second(batch: pa.RecordBatch) -> pa.RecordBatch | None:
        return batch if next(delivered) else None

    with pytest.raises(SourceIncomplete, match="counts 11 rows for poles but delivered 8"):
        run_layer(layer=LAYERS["poles"], warehouse=Altered(loaded, lose_second))

    assert_untouched_then_good(loaded, before, "SOURCE_INCOMPLETE")


def test_a_source_without_a_column_is_refused(loaded: Warehouse, poles: list[Any]) -> None:
    before = cached_poles()

    with pytest.raises(SourceMismatch, match="no column material"):
        run_layer(
            layer=LAYERS["poles"], warehouse=Altered(loaded, lambda batch: batch.drop_columns("material"))
        )

    assert_untouched_then_good(loaded, before, "SOURCE_MISMATCH")


def test_a_source_column_of_another_type_is_refused(loaded: Warehouse, poles: list[Any]) -> None:
    before = cached_poles()

    def as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
        position = batch.schema.get_field_index("lat")
        return batch.set_column(position, "lat", pa.array(["north"] * batch.num_rows))

    with pytest.raises(SourceMismatch, match="Column lat of the source is string, not double"):
        run_layer(layer=LAYERS["poles"], warehouse=Altered(loaded, as_text))

    assert_untouched_then_good(loaded, before, "SOURCE_MISMATCH")


def test_a_source_never_loaded_is_named(warehouse: Warehouse, cache: None) -> None:
    with pytest.raises(SyncError, match=r"production\.load_zones was never loaded") as raised:
        run_layer(layer=LAYERS["zones"], warehouse=warehouse)

    assert raised.value.code == "SOURCE_NOT_LOADED"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("NEW.material := 'ALTERED'; RETURN NEW;", "would differ from those accepted"),
        ("RETURN NULL;", "were accepted but the cache would hold"),
    ],
)
def test_a_table_that_does_not_keep_what_it_is_given_is_noticed(
    body: str, said: str, loaded: Warehouse, poles: list[Any]
) -> None:
    before = cached_poles()
    load(loaded, {"grid_poles_infrastructure": [*poles[:-1], poles[0] | {"pole_id": "POLE-NEW"}]})
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        cursor.execute(
            "CREATE TRIGGER meddle BEFORE INSERT ON grid_pole FOR EACH ROW EXECUTE FUNCTION meddle()"
        )
    try:
        with pytest.raises(VerificationFailed, match=said):
            run_layer(layer=LAYERS["poles"], warehouse=loaded)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION meddle CASCADE")

    load(loaded, {"grid_poles_infrastructure": poles[:-1]})
    assert_untouched_then_good(loaded, before, "VERIFICATION_FAILED")


def test_a_source_that_lost_most_of_its_rows_must_be_forced(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded, *PARENTS_OF_POLES)
    first = sample["grid_poles_infrastructure"][0]
    many = [first | {"pole_id": f"POLE-{number}"} for number in range(150)]
    load(loaded, {"grid_poles_infrastructure": many})
    run_all(loaded, "poles")
    load(loaded, {"grid_poles_infrastructure": many[:74]})

    with pytest.raises(SuspiciousDelete, match="would delete 76 of the 150 rows of poles"):
        run_layer(layer=LAYERS["poles"], warehouse=loaded)

    assert models.Pole.objects.count() == 150
    assert newest_run().error_code == "SUSPICIOUS_DELETE"
    assert run_layer(layer=LAYERS["poles"], warehouse=loaded, force=True).rows_deleted == 76
    load(loaded, {"grid_poles_infrastructure": many[:37]})
    assert run_layer(layer=LAYERS["poles"], warehouse=loaded).rows_deleted == 37  # below the size that counts


def test_an_empty_source_must_be_forced(loaded: Warehouse, run_all: RunAll, sample: Sample) -> None:
    run_all(loaded, "weather")
    load(loaded, {"weather_hourly": []})

    with pytest.raises(SuspiciousDelete, match="source of weather is empty while the cache holds 10 rows"):
        run_layer(layer=LAYERS["weather"], warehouse=loaded)

    assert models.WeatherObservation.objects.count() == 10
    assert run_layer(layer=LAYERS["weather"], warehouse=loaded, force=True).row_count == 0


def test_rows_leave_a_windowed_layer_by_age_without_force(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)
    outages = [row | {"status": "RESTORED"} for row in sample["outage_restoration_tracker"]]
    restored = [row | {"restored_at": row["started_at"]} for row in outages[1:]]
    load(loaded, {"outage_restoration_tracker": restored, "work_orders": []})
    models.WorkOrder.objects.all().delete()

    outcome = run_layer(layer=LAYERS["outages"], warehouse=loaded)

    assert (outcome.rows_read, outcome.rows_deleted, outcome.row_count) == (0, 4, 0)
    load(loaded, {"outage_restoration_tracker": []})
    assert run_layer(layer=LAYERS["outages"], warehouse=loaded).row_count == 0


def test_a_layer_is_synced_by_one_run_at_a_time(loaded: Warehouse, poles: list[Any]) -> None:
    before = cached_poles()

    with locked_connection("poles"):
        with pytest.raises(LayerBusy, match="Layer poles is being synced by another run"):
            run_layer(layer=LAYERS["poles"], warehouse=loaded)
        run_layer(layer=LAYERS["zones"], warehouse=loaded)

    assert cached_poles() == before
    assert run_layer(layer=LAYERS["poles"], warehouse=loaded).row_count == 11


def test_a_run_that_was_killed_is_marked_by_the_next(loaded: Warehouse, poles: list[Any]) -> None:
    with locked_connection("poles"):
        killed = begin_run(layer="poles", job_id=None)

    run_layer(layer=LAYERS["poles"], warehouse=loaded)

    killed.refresh_from_db()
    assert (killed.status, killed.error_code) == ("FAILED", "INTERRUPTED")


def test_cancelling_between_batches_rolls_back(loaded: Warehouse, poles: list[Any], settings: Any) -> None:
    before = cached_poles()
    job = create_foreground_job(layers=["poles"])

    def cancel(number: int) -> None:
        if number == 1:
            Job.objects.filter(pk=job.pk).update(is_cancel_requested=True)
        time.sleep(0.3)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grid.services.sync.job.get_warehouse", lambda: Eventful(loaded, cancel, batch_rows=1))
        began = time.monotonic()
        run_job(job.pk)

    job.refresh_from_db()
    assert job.status == "CANCELLED"
    assert time.monotonic() - began < 3.0  # the eleven batches alone would take 3.3 s
    assert (newest_run().status, newest_run().error_code) == ("CANCELLED", "CANCELLED")
    assert cached_poles() == before
    assert run_layer(layer=LAYERS["poles"], warehouse=loaded).row_count == 11


def test_cancelling_stops_a_long_statement(cache: None) -> None:
    job = Job.objects.create(kind="grid.sync", title="Sync", status="RUNNING")
    threading.Timer(0.2, _cancel_elsewhere, args=[job.pk]).start()
    began = time.monotonic()

    with (
        locked_connection("poles") as session,
        pytest.raises(JobCancelled),
        cancelled_with_job(session, job.pk),
    ):
        session.execute("SELECT pg_sleep(30)")

    assert time.monotonic() - began < 3.0


def test_a_time_limit_is_not_taken_for_a_cancel(cache: None) -> None:
    job = Job.objects.create(kind="grid.sync", title="Sync", status="RUNNING")

    with locked_connection("poles") as session:
        session.execute("SET statement_timeout = '100ms'")
        with pytest.raises(psycopg.errors.QueryCanceled), cancelled_with_job(session, job.pk):
            session.execute("SELECT pg_sleep(30)")


def test_parents_that_vanish_during_a_run_roll_it_back(loaded: Warehouse, run_all: RunAll) -> None:
    run_all(loaded, *PARENTS_OF_POLES)
    real = applying.apply

    def apply_after_the_parents_went(session: psycopg.Connection, **arguments: Any) -> Any:
        models.LineSection.objects.all().delete()
        return real(session, **arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grid.services.sync.applying.apply", apply_after_the_parents_went)
        with pytest.raises(SyncError, match="The cache changed during the run") as raised:
            run_layer(layer=LAYERS["poles"], warehouse=loaded)

    assert raised.value.code == "CACHE_CONFLICT"
    assert not models.Pole.objects.exists()


def _cancel_elsewhere(job_id: Any) -> None:
    Job.objects.filter(pk=job_id).update(is_cancel_requested=True)
    connection.close()
