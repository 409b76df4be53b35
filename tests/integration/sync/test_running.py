"""A run of a layer makes the cache equal to the source, by insert, update and delete, and by no more."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid import models
from grid.layers import LAYERS
from grid.services.sync import LayerOutcome, SuspiciousDelete, applying, run_layer
from grid.warehouse import Warehouse
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import NEWEST, Sample, load

pytestmark = pytest.mark.integration

ABSENT = ("work_orders", "transformer_hourly_load")


def changes(outcome: LayerOutcome) -> tuple[int, int, int]:
    return outcome.rows_inserted, outcome.rows_updated, outcome.rows_deleted


def test_first_run_fills_every_layer(loaded: Warehouse, run_all: RunAll, sample: Sample) -> None:
    outcomes = run_all(loaded)

    assert {key: outcome.row_count for key, outcome in outcomes.items()} == {
        "zones": 2,
        "substations": 4,
        "buses": 8,
        "branches": 8,
        "plants": 4,
        "circuits": 4,
        "lines": 12,
        "switches": 4,
        "poles": 12,
        "transformers": 12,
        "meters": 48,
        "customers": 48,
        "transformer_load": 12,
        "transformer_voltage": 12,
        "weather": 10,
        "asset_health": 16,
        "trees": 3,
        "buildings": 4,
        "water_bodies": 2,
        "flood_zones": 2,
        "crews": 0,
        "outages": 4,
        "outage_interruptions": 0,
        "work_orders": 2,
    }
    assert all(outcome.rows_rejected == 0 for outcome in outcomes.values())
    assert all(changes(outcome) == (outcome.rows_read, 0, 0) for outcome in outcomes.values())


def test_values_arrive_as_they_were(loaded: Warehouse, run_all: RunAll) -> None:
    run_all(loaded)

    station = models.Substation.objects.get(pk="SUB-3")
    assert (station.name, station.load_mw, station.capacity_mva) == ('Station "3", north', 31.5, None)
    assert (station.location.x, station.location.y, station.location.srid) == (-95.3, 29.8, 4326)
    assert station.commissioned_date == date(1999, 5, 4)
    line = models.LineSection.objects.get(pk="LINE-1-2")
    assert line.route.coords == ((-95.49, 29.62), (-95.49 + 0.001, 29.62), (-95.49 + 0.001, 29.62 + 0.002))
    assert (line.parent_line, line.is_underground, line.zone_id) == ("LINE-1-1", False, "ZONE-1")
    customer = models.Customer.objects.get(pk="CUST-2-0-1")
    assert (customer.full_name, customer.service_address) == ("Ana Núñez", '1 Oak St,\n\\.\n"rear"')
    assert (customer.city, customer.state, customer.zone_id) == ("", None, "ZONE-0")
    assert models.Branch.objects.get(pk="BR-2").route is None
    observed = models.WeatherObservation.objects.get(pk="KHOU|2025-07-10T09:00Z")
    assert observed.observed_at == datetime(2025, 7, 10, 9, tzinfo=UTC)
    assert (observed.temperature_c, observed.wind_speed_mps) == (33.0, None)


def test_transformer_load_is_the_latest_hour_of_each(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    hours = [row for row in sample["transformer_hourly_load"] if row["transformer_id"] != "XFMR-0-0"]
    hours += [row for row in sample["transformer_hourly_load"] if row["transformer_id"] == "XFMR-0-0"][:2]
    load(loaded, {"transformer_hourly_load": hours})

    run_all(loaded)

    newest = {row.pk: (row.load_hour, row.load_kva) for row in models.TransformerLoad.objects.all()}
    assert len(newest) == 12
    assert newest["XFMR-0-0"] == (NEWEST.replace(hour=11, tzinfo=UTC), 12.0)
    assert newest["XFMR-1-0"] == (NEWEST.replace(tzinfo=UTC), 14.0)


def test_voltages_are_those_of_the_newest_week(loaded: Warehouse, run_all: RunAll, sample: Sample) -> None:
    unknown, silent = dict.fromkeys(VOLTAGE_COUNTS), dict.fromkeys(VOLTAGE_COUNTS, 0)
    changed = {"XFMR-1-0": unknown, "XFMR-1-1": silent}
    days = [
        row | changed.get(row["transformer_id"], {})
        for row in sample["transformer_daily_voltage"]
        if row["transformer_id"] != "XFMR-0-0"
    ]
    load(loaded, {"transformer_daily_voltage": days})

    run_all(loaded)

    voltages = models.TransformerVoltage.objects.in_bulk()
    assert len(voltages) == 11  # nothing is known of XFMR-0-0, so it has no row
    found = voltages["XFMR-3-2"]  # twice 3 below B, 2 low, 90 in A, 2 high; the eighth day is left out
    assert (found.zone_id, found.transformer_id) == ("ZONE-1", "XFMR-3-2")
    assert (found.first_day, found.last_day, found.day_count) == (date(2025, 7, 4), date(2025, 7, 10), 2)
    assert (found.meter_count, found.reading_count, found.judged_count) == (4, 206, 194)
    assert (found.below_b_count, found.b_low_count, found.in_a_count) == (6, 4, 180)
    assert (found.b_high_count, found.above_b_count) == (4, 0)
    assert found.outside_a_pct == pytest.approx(100 * 14 / 194)
    assert found.outside_b_pct == pytest.approx(100 * 6 / 194)
    for key, count in (("XFMR-1-0", None), ("XFMR-1-1", 0)):
        row = voltages[key]
        assert (row.reading_count, row.judged_count, row.in_a_count) == (206, 0, count)
        assert (row.outside_a_pct, row.outside_b_pct) == (None, None)


def test_the_week_of_voltages_ends_with_the_newest_day_of_any_transformer(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)
    days = sample["transformer_daily_voltage"]
    newer = next(row for row in days if row["transformer_id"] == "XFMR-0-1") | {
        "usage_date": NEWEST.date() + timedelta(days=1)
    }
    load(loaded, {"transformer_daily_voltage": [*days, newer]})

    run_all(loaded, "transformer_voltage")

    voltages = models.TransformerVoltage.objects.in_bulk()
    assert voltages["XFMR-0-0"].day_count == 1  # six days before the newest is now out of the week
    assert (voltages["XFMR-0-1"].day_count, voltages["XFMR-0-1"].last_day) == (2, date(2025, 7, 11))


def test_transformers_without_readings_in_the_week_lose_their_voltages(
    loaded: Warehouse, run_all: RunAll, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "SMALL_LAYER_ROWS", 1)
    run_all(loaded)
    days = sample["transformer_daily_voltage"]
    weeks_later = days[0] | {"usage_date": NEWEST.date() + timedelta(days=30)}
    load(loaded, {"transformer_daily_voltage": [*days, weeks_later]})

    (outcome,) = run_all(loaded, "transformer_voltage").values()

    assert changes(outcome) == (0, 1, 11)
    load(loaded, {"transformer_daily_voltage": []})
    with pytest.raises(SuspiciousDelete, match="source of transformer_voltage is empty"):
        run_all(loaded, "transformer_voltage")


def test_windows_count_from_the_newest_moment_of_the_warehouse(loaded: Warehouse, run_all: RunAll) -> None:
    run_all(loaded)

    assert set(models.Outage.objects.values_list("pk", flat=True)) == {"OUT-0", "OUT-1", "OUT-2", "OUT-3"}
    assert set(models.WorkOrder.objects.values_list("pk", flat=True)) == {"WO-0", "WO-1"}


def test_years_of_weather_stay_in_the_warehouse(loaded: Warehouse, run_all: RunAll, sample: Sample) -> None:
    hours = sample["weather_hourly"]
    newest = max(row["observed_at"] for row in hours)
    ages = (timedelta(days=30), timedelta(days=30, seconds=1), timedelta(days=1800))
    older = [hours[0] | {"observed_at": newest - age} for age in ages]
    load(loaded, {"weather_hourly": [*hours, *older]})

    outcome = run_all(loaded, "weather")["weather"]

    assert outcome.row_count == len(hours) + 1


def test_an_outage_is_cached_as_long_as_its_work_orders(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)
    assert models.WorkOrder.objects.get(pk="WO-1").outage_id == "OUT-3"  # restored 48 days ago

    load(loaded, {"work_orders": [row for row in sample["work_orders"] if row["work_order_id"] != "WO-1"]})
    run_all(loaded, "outages")
    assert models.Outage.objects.filter(pk="OUT-3").exists()  # its work order is still cached
    run_all(loaded, "work_orders", "outages")
    assert not models.Outage.objects.filter(pk="OUT-3").exists()


def test_outages_need_no_work_orders_and_no_load_in_the_warehouse(
    warehouse: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    load(warehouse, {name: rows for name, rows in sample.items() if name not in ABSENT})

    outcomes = run_all(warehouse, *(key for key in LAYERS if key not in {"transformer_load", "work_orders"}))

    assert outcomes["outages"].rows_rejected == 0
    assert set(models.Outage.objects.values_list("pk", flat=True)) == {"OUT-0", "OUT-1", "OUT-2"}


def test_moments_in_the_future_do_not_move_the_windows(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    sample["transformer_hourly_load"][0]["load_hour"] = datetime(2999, 1, 1)
    load(loaded, {"transformer_hourly_load": sample["transformer_hourly_load"]})

    run_all(loaded)

    assert set(models.Outage.objects.values_list("pk", flat=True)) == {"OUT-0", "OUT-1", "OUT-2", "OUT-3"}


def test_second_run_changes_nothing(loaded: Warehouse, run_all: RunAll) -> None:
    first = run_all(loaded)
    before = _row_versions()

    second = run_all(loaded)

    assert all(changes(outcome) == (0, 0, 0) for outcome in second.values())
    assert {key: second[key].checksum for key in second} == {key: first[key].checksum for key in first}
    assert _row_versions() == before


def test_insert_update_and_delete_touch_only_the_rows_concerned(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)
    before = _row_versions()
    poles = sample["grid_poles_infrastructure"]
    poles[3]["longitude"] = -95.111
    poles[4]["pole_material"] = "STEEL"
    load(loaded, {"grid_poles_infrastructure": [*poles, poles[0] | {"pole_id": "POLE-NEW"}]})

    outcome = run_all(loaded, "poles")["poles"]

    assert changes(outcome) == (1, 2, 0)
    assert models.Pole.objects.get(pk=poles[3]["pole_id"]).location.x == -95.111
    assert models.Pole.objects.get(pk=poles[4]["pole_id"]).material == "STEEL"
    after = _row_versions()
    touched = {key for key, version in after.items() if before.get(key) != version}
    assert touched == {("poles", poles[3]["pole_id"]), ("poles", poles[4]["pole_id"]), ("poles", "POLE-NEW")}

    load(loaded, {"grid_poles_infrastructure": poles})
    outcome = run_all(loaded, "poles")["poles"]

    assert changes(outcome) == (0, 0, 1)
    assert not models.Pole.objects.filter(pk="POLE-NEW").exists()


def test_a_value_that_becomes_unknown_becomes_null(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)
    sample["substations"][0]["max_kv"] = None
    load(loaded, {"substations": sample["substations"]})

    outcome = run_all(loaded, "substations")["substations"]

    assert changes(outcome) == (0, 1, 0)
    assert models.Substation.objects.get(pk="SUB-0").max_kv is None


def test_rows_changed_behind_its_back_are_mended(loaded: Warehouse, run_all: RunAll) -> None:
    run_all(loaded)
    models.Customer.objects.filter(pk="CUST-0-0-0").delete()
    models.Customer.objects.filter(pk="CUST-0-0-1").update(full_name="Somebody else")
    original = models.Customer.objects.get(pk="CUST-0-0-2")
    original.pk = "CUST-FOREIGN"
    original.save(force_insert=True)

    outcome = run_all(loaded, "customers")["customers"]

    assert changes(outcome) == (1, 1, 1)
    assert models.Customer.objects.get(pk="CUST-0-0-1").full_name == "Ana Núñez"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_sequence_of_sources_ends_with_cache_equal_to_source_and_a_rerun_idle(
    loaded: Warehouse, run_all: RunAll, sample: Sample, data: st.DataObject
) -> None:
    run_all(loaded, "zones", "substations", "circuits", "lines")
    poles = copy.deepcopy(sample["grid_poles_infrastructure"])
    kept = data.draw(st.lists(st.sampled_from(poles), min_size=1, unique_by=lambda row: row["pole_id"]))
    for row in kept:
        row["pole_height_m"] = data.draw(st.none() | st.floats(0.1, 60, allow_nan=False))
        row["longitude"] = data.draw(st.floats(-180, 180))
        row["pole_class"] = data.draw(
            st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
        )
    load(loaded, {"grid_poles_infrastructure": kept})

    run_layer(layer=LAYERS["poles"], warehouse=loaded)
    again = run_layer(layer=LAYERS["poles"], warehouse=loaded)

    cached = {row.pk: (row.height_m, row.location.x, row.pole_class) for row in models.Pole.objects.all()}
    assert cached == {
        row["pole_id"]: (row["pole_height_m"], row["longitude"], row["pole_class"]) for row in kept
    }
    assert changes(again) == (0, 0, 0)


def _row_versions() -> dict[tuple[str, str], str]:
    """Return PostgreSQL's own version of every cached row: it changes whenever a row is written."""
    from django.db import connection

    versions = {}
    with connection.cursor() as cursor:
        for key, layer in LAYERS.items():
            cursor.execute(f'SELECT id, xmin::text FROM "{layer.table}"')
            versions |= {(key, row_id): version for row_id, version in cursor.fetchall()}
    return versions
