"""An incremental run reads what changed, proves itself, and is a full one wherever it cannot."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from grid import models
from grid.layers import LAYERS, FallbackReason, SyncMode
from grid.services.sync import LayerOutcome, increments, run_layer
from grid.warehouse import Warehouse
from tests.integration.sync.comparison import assert_equals_source
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import NEWEST, Row, Sample, load
from tests.integration.sync.standins import Eventful

pytestmark = pytest.mark.integration

POLES = "grid_poles_infrastructure"
METERS = "meter_infrastructure"
OUTAGES = "outage_restoration_tracker"
LOADS = "transformer_hourly_load"
LATER = NEWEST + timedelta(minutes=5)


def increment(warehouse: Warehouse, key: str, *, force: bool = False) -> LayerOutcome:
    """Run a layer in increments and compare it with its source by other code."""
    outcome = run_layer(layer=LAYERS[key], warehouse=warehouse, incremental=True, force=force)
    assert_equals_source(warehouse, key)
    run = models.SyncRun.objects.get(pk=outcome.run_id)
    assert (run.mode, run.fallback_reason) == (outcome.mode, outcome.fallback_reason or "")
    return outcome


def summary(outcome: LayerOutcome) -> tuple[str, str | None, int, int, int, int]:
    reason = outcome.fallback_reason
    counts = (outcome.rows_read, outcome.rows_inserted, outcome.rows_updated, outcome.rows_deleted)
    return (outcome.mode, reason, *counts)


@pytest.fixture
def filled(loaded: Warehouse, run_all: RunAll) -> Warehouse:
    """Return the warehouse of the small grid, all of it in the cache."""
    run_all(loaded)
    return loaded


class TestByChanges:
    def test_only_changed_rows_are_read_also_when_the_whole_table_was_replaced(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        poles = sample[POLES]
        poles[3]["pole_material"] = "STEEL"
        gone = poles.pop(5)
        poles.append(gone | {"pole_id": "POLE-NEW"})
        models.Transformer.objects.filter(pole_id=gone["pole_id"]).update(pole_id=None)
        load(filled, {POLES: poles})

        outcome = increment(filled, "poles")

        assert summary(outcome) == ("CHANGES", None, 2, 1, 1, 1)
        assert outcome.row_count == 12

    def test_its_checksum_is_that_of_a_full_run(self, filled: Warehouse, sample: Sample) -> None:
        sample[POLES][3]["pole_material"] = "STEEL"
        load(filled, {POLES: sample[POLES]})

        outcome = increment(filled, "poles")

        assert outcome.mode == SyncMode.CHANGES
        whole = run_layer(layer=LAYERS["poles"], warehouse=filled)
        assert (whole.checksum, whole.row_count) == (outcome.checksum, outcome.row_count)
        assert (whole.rows_inserted, whole.rows_updated, whole.rows_deleted) == (0, 0, 0)

    def test_a_table_written_anew_with_equal_rows_costs_no_row(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        load(filled, {POLES: list(reversed(sample[POLES]))})

        assert summary(increment(filled, "poles")) == ("CHANGES", None, 0, 0, 0, 0)

    def test_compaction_changes_nothing(self, filled: Warehouse, sample: Sample) -> None:
        append(filled, POLES, [sample[POLES][0] | {"pole_id": "POLE-A"}])
        append(filled, POLES, [sample[POLES][0] | {"pole_id": "POLE-B"}])
        table = LAYERS["poles"].main_table
        before = filled.version(table)
        filled.compact(table)
        assert filled.version(table) != before

        assert summary(increment(filled, "poles")) == ("CHANGES", None, 2, 2, 0, 0)
        append(filled, POLES, [sample[POLES][0] | {"pole_id": "POLE-C"}])
        filled.compact(table)
        assert summary(increment(filled, "poles")) == ("CHANGES", None, 1, 1, 0, 0)

    def test_a_vacuumed_history_makes_it_a_full_run(self, filled: Warehouse, sample: Sample) -> None:
        sample[POLES][3]["pole_material"] = "STEEL"
        load(filled, {POLES: sample[POLES]})
        filled.compact(LAYERS["poles"].main_table, keep_hours=0)

        outcome = increment(filled, "poles")

        assert summary(outcome) == ("FULL", "HISTORY_GONE", 12, 0, 1, 0)

    def test_a_table_made_anew_has_no_history(self, filled: Warehouse, sample: Sample) -> None:
        state = models.SyncLayer.objects.get(pk="poles")
        table = LAYERS["poles"].main_table.fullname
        state.table_versions[table] = "another:7"
        state.source_version = "another"
        state.save()

        assert increment(filled, "poles").fallback_reason == FallbackReason.HISTORY_GONE

    def test_a_row_moves_to_another_parent_and_zone(self, filled: Warehouse, sample: Sample) -> None:
        meter = sample[METERS][0]
        assert models.Meter.objects.get(pk=meter["meter_id"]).zone_id == "ZONE-0"
        meter |= {"transformer_id": "XFMR-1-0", "circuit_id": "CKT-1", "substation_id": "SUB-1"}
        load(filled, {METERS: sample[METERS]})

        assert summary(increment(filled, "meters")) == ("CHANGES", None, 1, 0, 1, 0)

        moved = models.Meter.objects.get(pk=meter["meter_id"])
        assert (moved.transformer_id, moved.zone_id) == ("XFMR-1-0", "ZONE-1")
        assert summary(increment(filled, "customers"))[:2] == ("FULL", "SUPPORTING_TABLE_CHANGED")
        assert models.Customer.objects.get(meter_id=meter["meter_id"]).zone_id == "ZONE-1"

    def test_a_change_of_a_supporting_table_that_no_row_takes_anything_from_does_not_matter(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        sample["substations"][0]["load_mw"] = 99.0
        sample[POLES][3]["pole_material"] = "STEEL"
        load(filled, {"substations": sample["substations"], POLES: sample[POLES]})

        assert summary(increment(filled, "poles")) == ("CHANGES", None, 1, 0, 1, 0)

        sample["substations"][0]["zone_id"] = "ZONE-1"
        load(filled, {"substations": sample["substations"]})
        assert summary(increment(filled, "poles"))[:2] == ("FULL", "SUPPORTING_TABLE_CHANGED")

    def test_more_changes_than_are_looked_up_make_it_a_full_run(
        self, filled: Warehouse, sample: Sample, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(increments, "MAX_LOOKUPS", 3)
        for row in sample[POLES][:4]:
            row["pole_material"] = "STEEL"
        load(filled, {POLES: sample[POLES]})

        assert summary(increment(filled, "poles")) == ("FULL", "TOO_MANY_CHANGES", 12, 0, 4, 0)

    def test_keys_are_looked_up_in_several_queries(
        self, filled: Warehouse, sample: Sample, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(increments, "KEYS_PER_QUERY", 2)
        for row in sample[POLES][:5]:
            row["pole_material"] = "STEEL"
        load(filled, {POLES: sample[POLES]})

        assert summary(increment(filled, "poles")) == ("CHANGES", None, 5, 0, 5, 0)

    def test_a_row_that_others_hang_on_goes_once_it_is_free(self, filled: Warehouse, sample: Sample) -> None:
        gone = sample[POLES].pop(5)
        load(filled, {POLES: sample[POLES]})

        outcome = run_layer(layer=LAYERS["poles"], warehouse=filled, incremental=True)

        assert outcome.still_referenced == (gone["pole_id"],)
        assert (outcome.mode, outcome.rows_rejected, outcome.row_count) == ("CHANGES", 1, 12)
        models.Transformer.objects.filter(pole_id=gone["pole_id"]).update(pole_id=None)
        again = increment(filled, "poles")
        assert (again.mode, again.rows_deleted, again.rows_rejected) == ("CHANGES", 1, 0)


class TestRefusedRows:
    def test_they_are_tried_again_by_every_increment_until_they_are_good(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        poles = sample[POLES]
        poles.append(poles[0] | {"pole_id": "POLE-LOST", "line_id": "LINE-LATE"})
        poles[2] = poles[2] | {"longitude": 200.0}
        load(filled, {POLES: poles})
        first = run_layer(layer=LAYERS["poles"], warehouse=filled, incremental=True)
        poles[3]["pole_material"] = "STEEL"
        load(filled, {POLES: poles})

        second = run_layer(layer=LAYERS["poles"], warehouse=filled, incremental=True)

        assert (first.mode, first.rows_rejected, first.row_count) == ("CHANGES", 2, 12)
        assert (second.mode, second.rows_read, second.rows_rejected) == ("CHANGES", 3, 2)
        lines = sample["grid_power_lines"]
        lines.append(lines[0] | {"line_id": "LINE-LATE"})
        poles[2]["longitude"] = 20.0
        load(filled, {POLES: poles, "grid_power_lines": lines})
        assert increment(filled, "lines").rows_inserted == 1
        third = increment(filled, "poles")
        assert (third.mode, third.rows_rejected, third.row_count) == ("CHANGES", 0, 13)
        assert not models.SyncReject.objects.unresolved().exists()

    def test_both_copies_of_a_key_are_refused_and_the_last_good_row_stays(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        append(filled, POLES, [sample[POLES][0] | {"pole_material": "STEEL"}])

        outcome = run_layer(layer=LAYERS["poles"], warehouse=filled, incremental=True)

        assert (outcome.mode, outcome.rows_rejected, outcome.row_count) == ("CHANGES", 2, 12)
        load(filled, {POLES: sample[POLES]})
        assert summary(increment(filled, "poles")) == ("CHANGES", None, 1, 0, 0, 0)

    def test_rows_without_a_key_cannot_be_tried_again_so_the_run_is_a_full_one(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        load(filled, {POLES: [*sample[POLES], sample[POLES][0] | {"pole_id": " "}]})
        run_layer(layer=LAYERS["poles"], warehouse=filled)
        models.SyncReject.objects.update(row_key=None)
        load(filled, {POLES: sample[POLES]})

        assert increment(filled, "poles").fallback_reason == FallbackReason.REFUSED_ROWS_UNKNOWN


class TestByWatermark:
    def test_recent_rows_and_moved_ones_are_read(self, filled: Warehouse, sample: Sample) -> None:
        outages = stamped(filled, sample)
        outages[0] |= {"customers_out": 3, "updated_at": LATER}
        load(filled, {OUTAGES: outages})

        assert summary(increment(filled, "outages")) == ("WATERMARK", None, 1, 0, 1, 0)

    def test_deletes_and_late_rows_that_a_watermark_cannot_see_come_out_right(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        outages = stamped(filled, sample)
        gone = outages.pop(1)
        outages.append(gone | {"outage_id": "OUT-LATE", "updated_at": NEWEST - timedelta(days=3)})
        load(filled, {OUTAGES: outages})

        # read: the late row, and the newest one, which lies within the overlap
        assert summary(increment(filled, "outages")) == ("WATERMARK", None, 2, 1, 0, 1)

    def test_rows_without_a_watermark_are_always_read(self, filled: Warehouse, sample: Sample) -> None:
        outages = sample[OUTAGES]
        assert all(row["updated_at"] is None for row in outages)
        outages[0]["customers_out"] = 3
        load(filled, {OUTAGES: outages})

        assert summary(increment(filled, "outages")) == ("WATERMARK", None, 4, 0, 1, 0)

    @pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=9000)], ids=["back", "forth"])
    def test_a_clock_that_jumps_loses_no_row(
        self, jump: timedelta, filled: Warehouse, sample: Sample
    ) -> None:
        outages = stamped(filled, sample)
        outages[0] |= {"customers_out": 3, "updated_at": NEWEST + jump}
        load(filled, {OUTAGES: outages})
        assert summary(increment(filled, "outages"))[:2] == ("WATERMARK", None)

        outages[1] |= {"customers_out": 4, "updated_at": LATER}
        outages[0] |= {"customers_out": 2, "updated_at": LATER}
        load(filled, {OUTAGES: outages})

        assert summary(increment(filled, "outages")) == ("WATERMARK", None, 2, 0, 2, 0)
        mark = models.SyncLayer.objects.get(pk="outages").watermark_at
        assert mark == LATER.replace(tzinfo=UTC)

    def test_rows_that_grew_too_old_leave(self, filled: Warehouse, sample: Sample) -> None:
        stamped(filled, sample)
        loads = sample[LOADS]
        late = NEWEST + timedelta(days=1, hours=1)
        load(filled, {LOADS: [*loads, loads[0] | {"load_hour": late, "load_date": late.date()}]})
        orders = [row | {"outage_id": None} for row in sample["work_orders"]]
        load(filled, {"work_orders": orders})
        increment(filled, "work_orders")

        outcome = increment(filled, "outages")

        assert (outcome.mode, outcome.rows_deleted) == ("WATERMARK", 2)

    def test_load_of_an_hour_that_came_late_or_was_corrected(self, filled: Warehouse, sample: Sample) -> None:
        loads = sample[LOADS]
        newest = [row for row in loads if row["load_hour"] == NEWEST]
        newest[0]["load_kva"] = 99.0  # corrected
        loads.remove(newest[1])  # withdrawn: the hour before is the latest again
        later = newest[2] | {"load_hour": NEWEST + timedelta(hours=1)}
        load(filled, {LOADS: [*loads, later]})

        outcome = increment(filled, "transformer_load")

        assert (outcome.mode, outcome.rows_updated) == (
            "WATERMARK",
            2,
        )  # most meters have not reported the later one

        rest = [row | {"load_hour": NEWEST + timedelta(hours=1)} for row in newest if row is not newest[2]]
        load(filled, {LOADS: [*loads, later, *rest]})

        outcome = increment(filled, "transformer_load")

        assert (outcome.mode, outcome.rows_updated) == ("WATERMARK", len(newest))

    def test_weather_of_a_new_hour(self, filled: Warehouse, sample: Sample) -> None:
        first = sample["weather_hourly"][0]
        append(filled, "weather_hourly", [first | {"observed_at": NEWEST + timedelta(hours=3)}])

        outcome = increment(filled, "weather")

        assert (outcome.mode, outcome.rows_inserted, outcome.row_count) == ("WATERMARK", 1, 11)

    def test_duplicates_of_different_age_stay_refused_without_a_full_run_each_time(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        outages = stamped(filled, sample)
        old = outages[0] | {"updated_at": NEWEST - timedelta(days=2)}
        load(filled, {OUTAGES: [*outages, old]})
        run_layer(layer=LAYERS["outages"], warehouse=filled)
        outages[1] |= {"customers_out": 1, "updated_at": LATER}
        load(filled, {OUTAGES: [*outages, old]})

        outcome = run_layer(layer=LAYERS["outages"], warehouse=filled, incremental=True)

        assert (outcome.mode, outcome.rows_updated, outcome.rows_rejected) == ("WATERMARK", 1, 2)


class TestProof:
    def test_a_cache_that_was_tampered_with_fails_the_proof_and_is_mended(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        models.Customer.objects.filter(meter_id="MTR-0-0-0").delete()
        models.Meter.objects.filter(pk="MTR-0-0-0").delete()
        sample[METERS][5]["customer_class"] = "COMMERCIAL"
        load(filled, {METERS: sample[METERS]})

        assert summary(increment(filled, "meters")) == ("FULL", "PROOF_FAILED", 48, 1, 1, 0)

    def test_a_table_that_does_not_keep_a_touched_row_fails_the_proof(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        sample[POLES][0]["pole_material"] = "STEEL"
        load(filled, {POLES: sample[POLES]})
        body = "NEW.material := 'ALTERED'; RETURN NEW;"
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
            )
            cursor.execute(
                "CREATE TRIGGER meddle BEFORE UPDATE ON grid_pole FOR EACH ROW EXECUTE FUNCTION meddle()"
            )
        try:
            with pytest.raises(Exception, match="would differ from those accepted"):
                run_layer(layer=LAYERS["poles"], warehouse=filled, incremental=True)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP FUNCTION meddle CASCADE")

        run = models.SyncRun.objects.filter(layer="poles").latest("pk")
        assert (run.mode, run.fallback_reason, run.error_code) == (
            "FULL",
            "PROOF_FAILED",
            "VERIFICATION_FAILED",
        )
        assert summary(increment(filled, "poles")) == ("CHANGES", None, 1, 0, 1, 0)

    def test_a_source_that_changes_while_it_is_read_is_read_whole(
        self, filled: Warehouse, sample: Sample
    ) -> None:
        sample[POLES][0]["pole_material"] = "STEEL"
        load(filled, {POLES: sample[POLES]})

        def change(_number: int) -> None:
            sample[POLES][1]["pole_material"] = f"STEEL {_number}"
            load(filled, {POLES: sample[POLES]})

        outcome = run_layer(
            layer=LAYERS["poles"], warehouse=Eventful(filled, change, batch_rows=100), incremental=True
        )

        assert outcome.fallback_reason == FallbackReason.SOURCE_CHANGED
        assert increment(filled, "poles").mode == SyncMode.CHANGES

    def test_a_first_run_and_one_of_another_definition_are_full(
        self, loaded: Warehouse, run_all: RunAll, sample: Sample
    ) -> None:
        run_all(loaded, "zones", "substations", "circuits", "lines")

        assert increment(loaded, "poles").fallback_reason == FallbackReason.FIRST_RUN

        models.SyncLayer.objects.filter(pk="poles").update(definition="of yesterday")
        assert increment(loaded, "poles").fallback_reason == FallbackReason.DEFINITION_CHANGED
        assert summary(increment(loaded, "poles")) == ("CHANGES", None, 0, 0, 0, 0)

    def test_mass_deletion_is_suspicious_in_increments_too(
        self, loaded: Warehouse, run_all: RunAll, sample: Sample
    ) -> None:
        run_all(loaded, "zones", "substations", "circuits", "lines")
        many = [sample[POLES][0] | {"pole_id": f"POLE-{number}"} for number in range(150)]
        load(loaded, {POLES: many})
        run_all(loaded, "poles")
        load(loaded, {POLES: many[:74]})

        with pytest.raises(Exception, match="would delete 76 of the 150 rows of poles"):
            run_layer(layer=LAYERS["poles"], warehouse=loaded, incremental=True)

        assert models.Pole.objects.count() == 150
        assert increment(loaded, "poles", force=True).rows_deleted == 76

    def test_a_layer_that_is_always_read_whole_says_nothing_of_a_fallback(self, filled: Warehouse) -> None:
        assert summary(increment(filled, "zones"))[:2] == ("FULL", None)


def append(warehouse: Warehouse, name: str, rows: list[Row]) -> None:
    """Add rows to a table."""
    import pyarrow as pa

    from grid.warehouse import pa_schema, tables

    table = next(table for table in tables.metadata.sorted_tables if table.name == name)
    data = pa.Table.from_pylist(rows, schema=pa_schema(table))
    warehouse.append(table, data, batch_id=f"{name}-{datetime.now(UTC).timestamp()}")


def stamped(warehouse: Warehouse, sample: Sample) -> list[dict[str, Any]]:
    """Give the outages a moment of writing, the first one the newest, and sync them."""
    outages = copy.deepcopy(sample[OUTAGES])
    for number, row in enumerate(outages):
        row["updated_at"] = NEWEST - timedelta(hours=4 * number)
    load(warehouse, {OUTAGES: outages})
    run_layer(layer=LAYERS["outages"], warehouse=warehouse)
    return outages
