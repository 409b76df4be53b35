"""Rows that cannot be accepted are kept with a reason, the rest is loaded, and no cached row is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grid import models
from grid.layers import LAYERS
from grid.services.sync import AllRowsRejected, rejects, run_layer
from grid.warehouse import Warehouse, tables
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Row, Sample, load, load_unchecked

pytestmark = pytest.mark.integration

NAN, INF = float("nan"), float("inf")


def kept(run_id: int) -> dict[str | None, tuple[str, str]]:
    """Return reason and detail of the kept rejects by key."""
    return {
        reject.row_key: (reject.reason, reject.detail)
        for reject in models.SyncReject.objects.filter(run=run_id)
    }


def test_every_kind_of_bad_row_is_refused_and_the_rest_loaded(
    loaded: Warehouse, warehouse_folder: Path, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded, "zones")
    good = sample["substations"]
    bad: list[tuple[Row, str, str]] = [
        ({"substation_id": None}, "MISSING_KEY", "id is null or blank: None"),
        ({"substation_id": "  "}, "MISSING_KEY", "id is null or blank: '  '"),
        ({"substation_id": "NULL-NAME", "substation_name": None}, "MISSING_VALUE", "name is required: None"),
        ({"substation_id": "NAN-LAT", "latitude": NAN}, "NOT_FINITE", "lat is not a finite number: nan"),
        ({"substation_id": "INF-LON", "longitude": -INF}, "NOT_FINITE", "lon is not a finite number: -inf"),
        ({"substation_id": "NO-LAT", "latitude": None}, "MISSING_VALUE", "lat is required: None"),
        (
            {"substation_id": "FAR-N", "latitude": 90.5},
            "OUT_OF_RANGE",
            "lat is outside -90 to 90 degrees: 90.5",
        ),
        (
            {"substation_id": "FAR-W", "longitude": -181.0},
            "OUT_OF_RANGE",
            "lon is outside -180 to 180 degrees: -181.0",
        ),
        ({"substation_id": "NAN-LOAD", "load_mw": NAN}, "NOT_FINITE", "load_mw is not a number: nan"),
        ({"substation_id": "INF-KV", "max_kv": INF}, "NOT_FINITE", "max_kv is infinite: inf"),
        (
            {"substation_id": "LONG", "interconnect": "x" * 17},
            "TEXT_TOO_LONG",
            f"interconnect has over 16 characters: '{'x' * 17}'",
        ),
        (
            {"substation_id": "NUL", "substation_name": "a\0b"},
            "BAD_TEXT",
            "name holds a NUL character: 'a\\x00b'",
        ),
        (
            {"substation_id": "ORPHAN", "zone_id": "ZONE-9"},
            "MISSING_PARENT",
            "zone_id 'ZONE-9' is not in the cache",
        ),
    ]
    rows = good + [good[0] | change for change, _, _ in bad]
    load_unchecked(warehouse_folder, tables.substations, rows)

    outcome = run_all(loaded, "substations")["substations"]

    assert set(models.Substation.objects.values_list("pk", flat=True)) == {
        row["substation_id"] for row in good
    }
    assert (outcome.rows_read, outcome.rows_inserted, outcome.rows_rejected) == (
        len(rows),
        len(good),
        len(bad),
    )
    found = sorted(
        (reject.row_key or "", reject.reason, reject.detail)
        for reject in models.SyncReject.objects.filter(run=outcome.run_id)
    )
    assert found == sorted((change["substation_id"] or "", reason, detail) for change, reason, detail in bad)
    row = models.SyncReject.objects.get(run=outcome.run_id, row_key="NAN-LAT").row
    assert (row["lat"], row["lon"], row["name"]) == ("nan", -95.0, good[0]["substation_name"])
    state = models.SyncLayer.objects.get(pk="substations")
    assert (state.row_count, state.reject_count) == (len(good), len(bad))


def test_an_unknown_that_is_spelt_nan_becomes_null(
    loaded: Warehouse, warehouse_folder: Path, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded, "zones")
    sample["substations"][1]["max_kv"] = NAN
    load_unchecked(warehouse_folder, tables.substations, sample["substations"])

    outcome = run_all(loaded, "substations")["substations"]

    assert outcome.rows_rejected == 0
    assert models.Substation.objects.get(pk="SUB-1").max_kv is None


def test_every_copy_of_a_duplicated_key_is_refused(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    zones = sample["load_zones"]
    load(loaded, {"load_zones": [*zones, zones[0] | {"zone_name": "Other"}, zones[0]]})

    outcome = run_all(loaded, "zones")["zones"]

    assert list(models.Zone.objects.values_list("pk", flat=True)) == ["ZONE-1"]
    refused = models.SyncReject.objects.filter(run=outcome.run_id)
    assert [(row.row_key, row.reason) for row in refused] == [("ZONE-0", "DUPLICATE_KEY")] * 3
    assert sorted(row.row["name"] for row in refused) == ["Other", "Zone 0", "Zone 0"]


def test_a_copy_refused_for_itself_still_makes_the_other_a_duplicate(
    loaded: Warehouse, warehouse_folder: Path, run_all: RunAll, sample: Sample
) -> None:
    zones = sample["load_zones"]
    load_unchecked(warehouse_folder, tables.load_zones, [*zones, zones[0] | {"zone_name": None}])

    outcome = run_all(loaded, "zones")["zones"]

    refused = models.SyncReject.objects.filter(run=outcome.run_id).order_by("reason")
    assert [(row.row_key, row.reason) for row in refused] == [
        ("ZONE-0", "DUPLICATE_KEY"),
        ("ZONE-0", "MISSING_VALUE"),
    ]


def test_a_duplicated_parent_does_not_multiply_its_children(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)
    load(loaded, {"substations": [*sample["substations"], sample["substations"][0]]})

    outcomes = run_all(loaded)

    assert outcomes["substations"].rows_rejected == 2
    assert outcomes["circuits"].rows_read == 4
    assert outcomes["circuits"].rows_rejected == 0


@pytest.mark.parametrize(
    ("wkt", "reason"),
    [
        ("LINESTRING(-95 29, -95.1 29.1", "BAD_GEOMETRY"),
        ("LINESTRING(-95 29)", "BAD_GEOMETRY"),
        ("LINESTRING EMPTY", "BAD_GEOMETRY"),
        ("LINESTRING Z(-95 29 1, -95.1 29.1 1)", "BAD_GEOMETRY"),
        ("POINT(-95 29)", "BAD_GEOMETRY"),
        ("LINESTRING(nan 29, -95.1 29.1)", "BAD_GEOMETRY"),
        ("LINESTRING(-95 29, -95 29)", "BAD_GEOMETRY"),
        ("not a line", "BAD_GEOMETRY"),
        ("", "BAD_GEOMETRY"),
        ("LINESTRING(-95 29, -195 29.1)", "OUT_OF_RANGE"),
        ("LINESTRING(-95 29, 1e400 29.1)", "OUT_OF_RANGE"),
    ],
)
def test_a_bad_line_is_refused_and_aborts_nothing(
    wkt: str, reason: str, loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded, "zones", "substations", "circuits")
    sample["grid_power_lines"][5]["route_wkt"] = wkt
    load(loaded, {"grid_power_lines": sample["grid_power_lines"]})

    outcome = run_all(loaded, "lines")["lines"]

    assert (outcome.rows_inserted, outcome.rows_rejected) == (11, 1)
    assert kept(outcome.run_id)["LINE-1-2"][0] == reason


def test_a_kind_that_the_model_does_not_know_is_refused(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded, "zones", "substations", "buses")
    sample["transmission_branches"][3]["branch_kind"] = "CABLE"
    load(loaded, {"transmission_branches": sample["transmission_branches"]})

    outcome = run_all(loaded, "branches")["branches"]

    assert kept(outcome.run_id) == {
        "BR-3": ("BAD_CHOICE", "kind must be one of LINE, TRANSFORMER, WINDING: 'CABLE'")
    }


def test_a_refused_row_keeps_its_last_good_state_in_the_cache(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)
    sample["substations"][2] |= {"latitude": 95.0, "load_mw": 99.0}
    load(loaded, {"substations": sample["substations"]})

    outcome = run_all(loaded, "substations")["substations"]

    assert (outcome.rows_rejected, outcome.rows_deleted, outcome.row_count) == (1, 0, 4)
    assert models.Substation.objects.get(pk="SUB-2").load_mw == 21.0
    assert run_all(loaded, "buses")["buses"].rows_rejected == 0


def test_dates_beyond_the_calendar_are_refused(
    loaded: Warehouse, warehouse_folder: Path, run_all: RunAll, sample: Sample
) -> None:
    import pyarrow as pa
    from deltalake import write_deltalake

    from grid.warehouse import pa_schema

    run_all(loaded, "zones")
    schema = pa.schema([pa.field(field.name, field.type) for field in pa_schema(tables.substations)])
    data = pa.Table.from_pylist(sample["substations"], schema=schema)
    days = pa.array([0, 3_000_000, -800_000, None], pa.int32()).cast(pa.date32())
    data = data.set_column(schema.get_field_index("commissioned_date"), "commissioned_date", days)
    write_deltalake(
        warehouse_folder / "production" / "substations", data, mode="overwrite", schema_mode="overwrite"
    )

    outcome = run_all(loaded, "substations")["substations"]

    assert {key: reason for key, (reason, _) in kept(outcome.run_id).items()} == {
        "SUB-1": "OUT_OF_RANGE",
        "SUB-2": "OUT_OF_RANGE",
    }


def test_more_rejects_than_are_kept_are_all_counted(
    loaded: Warehouse, run_all: RunAll, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grid.services.sync.validation.MAX_STORED_PER_RUN", 5)
    run_all(loaded, "zones", "substations", "circuits", "lines")
    poles = sample["grid_poles_infrastructure"]
    load(loaded, {"grid_poles_infrastructure": [row | {"latitude": 91.0} for row in poles[:9]] + poles[9:]})

    outcome = run_all(loaded, "poles")["poles"]

    assert outcome.rows_rejected == 9
    assert models.SyncReject.objects.filter(run=outcome.run_id).count() == 5
    assert rejects.MAX_STORED_PER_RUN == 10_000


def test_a_source_without_one_good_row_fails_and_keeps_the_reasons(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    with pytest.raises(
        AllRowsRejected, match="All 4 rows of substations were rejected, most for MISSING_PARENT"
    ):
        run_layer(layer=LAYERS["substations"], warehouse=loaded)

    run = models.SyncRun.objects.get(layer="substations")
    assert (run.status, run.error_code, run.rows_read, run.rows_rejected) == (
        "FAILED",
        "ALL_ROWS_REJECTED",
        4,
        4,
    )
    assert run.rejects.count() == 4
    assert not models.Substation.objects.exists()


def test_rejects_of_old_runs_are_tidied_away(
    loaded: Warehouse, run_all: RunAll, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grid.services.sync.records.KEEP_REJECTS_OF_RUNS", 2)
    monkeypatch.setattr("grid.services.sync.records.KEEP_RUNS", 3)
    load(loaded, {"load_zones": [*sample["load_zones"], sample["load_zones"][0]]})

    run_ids = [run_all(loaded, "zones")["zones"].run_id for _ in range(5)]

    assert list(models.SyncRun.objects.order_by("pk").values_list("pk", flat=True)) == run_ids[2:]
    assert set(models.SyncReject.objects.values_list("run_id", flat=True)) == set(run_ids[3:])


def test_a_reject_is_stored_as_json_whatever_it_holds() -> None:
    row = {"a": NAN, "b": "x\0y", "c": datetime(2025, 1, 1, tzinfo=UTC), "d": None, "e": -INF, "f": 1.5}
    reject = rejects.Reject(row_key="K", reason=rejects.Reason.BAD_TEXT, detail="", row=row)

    stored = json.loads(reject.row_json(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))

    assert stored == {
        "a": "nan",
        "b": "x\N{REPLACEMENT CHARACTER}y",
        "c": "2025-01-01 00:00:00+00:00",
        "d": None,
        "e": "-inf",
        "f": 1.5,
    }
