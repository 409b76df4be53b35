"""What an import does to the warehouse and the cache, and what it leaves alone when something is wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from django.utils import timezone

from grid import models
from grid.services import imports
from grid.services.imports import ImportRefused
from grid.warehouse import Warehouse, tables
from tests.integration.imports.conftest import RunImport
from tests.integration.imports.files import pole, write_csv
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load

pytestmark = pytest.mark.integration

POLES = tables.grid_poles_infrastructure
PARENTS = ("zones", "substations", "circuits", "lines")


@pytest.fixture
def synced(loaded: Warehouse, run_all: RunAll) -> Warehouse:
    """Return the warehouse of the small grid, its poles and their parents cached."""
    run_all(loaded, *PARENTS, "poles")
    return loaded


def stored(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    return {row["pole_id"]: row for row in warehouse.select_rows(sa.select(POLES))}


def test_a_merge_changes_what_the_file_fills_and_nothing_else(
    synced: Warehouse, run_import: RunImport, sample: Sample, tmp_path: Path
) -> None:
    before = stored(synced)
    rows = [
        {"pole_id": "POLE-1-0", "pole_height_m": "11.5", "install_year": ""},
        {"pole_id": "POLE-1-1", "pole_height_m": "12", "install_year": "1987"},
    ]

    done, job = run_import("poles", write_csv(tmp_path / "heights.csv", rows))

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    expected = before | {
        "POLE-1-0": before["POLE-1-0"] | {"pole_height_m": 11.5, "install_year": None},
        "POLE-1-1": before["POLE-1-1"] | {"pole_height_m": 12.0, "install_year": 1987},
    }
    assert stored(synced) == expected
    assert models.Pole.objects.get(pk="POLE-1-1").install_year == 1987
    assert (done.rows_new, done.rows_known, done.rows_kept) == (0, 2, len(before) - 2)


def test_a_replacement_leaves_the_rows_of_the_file(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    rows = [pole(1), pole(2, POLE_ID="POLE-2-0"), pole(3, POLE_ID="POLE-3-0", LATITUDE="91")]
    before = stored(synced)

    done, job = run_import("poles", write_csv(tmp_path / "poles.csv", rows), mode="replace", force=True)

    # Transformers hang on no pole in the cache here, so nothing is held back.
    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    after = stored(synced)
    assert sorted(after) == ["NEW-1", "POLE-2-0", "POLE-3-0"]
    assert after["POLE-2-0"]["line_id"] is None
    assert after["POLE-3-0"] == before["POLE-3-0"]  # refused, so its last good state stays
    assert (done.rows_refused, done.rows_new, done.rows_known, done.rows_kept) == (1, 1, 1, 1)
    assert sorted(models.Pole.objects.values_list("pk", flat=True)) == sorted(after)


def test_rows_that_do_not_fit_are_refused_with_number_column_and_reason(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    rows = [
        pole(1),
        pole(2, POLE_ID=" "),
        pole(3, LATITUDE="inf"),
        pole(4, LATITUDE="-90.5"),
        pole(5, POLE_HEIGHT_FT="tall"),
        pole(6, CIRCUIT_ID=""),
        pole(7, POLE_MATERIAL="x" * 17),
        pole(8),
        pole(8, POLE_HEIGHT_FT="1"),
    ]

    done, job = run_import("poles", write_csv(tmp_path / "poles.csv", rows))

    assert job.status == "SUCCEEDED"
    found = [(each.row_number, each.row_key, each.reason, each.column) for each in done.rejects.all()]
    assert found == [
        (2, None, "MISSING_KEY", "pole_id"),
        (3, "NEW-3", "NOT_FINITE", "latitude"),
        (4, "NEW-4", "OUT_OF_RANGE", "latitude"),
        (5, "NEW-5", "WRONG_TYPE", "pole_height_m"),
        (6, "NEW-6", "MISSING_VALUE", "circuit_id"),
        (7, "NEW-7", "TEXT_TOO_LONG", "pole_material"),
        (8, "NEW-8", "DUPLICATE_KEY", "pole_id"),
        (9, "NEW-8", "DUPLICATE_KEY", "pole_id"),
    ]
    wrong = done.rejects.get(row_number=5)
    assert wrong.detail == "pole_height_m is no number: 'tall'"
    assert wrong.row["POLE_HEIGHT_FT"] == "tall"
    assert done.rejects.get(row_number=9).row["POLE_HEIGHT_FT"] == "1"
    assert (done.rows_read, done.rows_refused, done.rows_new) == (9, 8, 1)


def test_a_new_row_needs_what_the_file_does_not_fill(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    rows = [{"pole_id": "POLE-1-0", "pole_class": "5"}, {"pole_id": "UNKNOWN", "pole_class": "5"}]

    done, job = run_import("poles", write_csv(tmp_path / "classes.csv", rows))

    assert job.status == "SUCCEEDED"
    assert [(each.row_number, each.reason, each.column) for each in done.rejects.all()] == [
        (2, "MISSING_VALUE", "circuit_id")
    ]
    assert stored(synced)["POLE-1-0"]["pole_class"] == "5"


def test_the_same_import_twice_writes_once(synced: Warehouse, run_import: RunImport, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "poles.csv", [pole(1)])
    run_import("poles", path)
    version = synced.version(POLES)

    _, second = run_import("poles", path)

    assert second.status == "SUCCEEDED"
    assert synced.version(POLES) == version
    assert "already" in second.log
    _, third = run_import("poles", path, again=True)
    assert third.status == "SUCCEEDED"
    assert synced.version(POLES) != version


def test_a_replacement_by_a_small_file_must_be_forced(
    loaded: Warehouse, run_all: RunAll, run_import: RunImport, sample: Sample, tmp_path: Path
) -> None:
    many = [sample["grid_poles_infrastructure"][0] | {"pole_id": f"P-{n}"} for n in range(120)]
    load(loaded, {"grid_poles_infrastructure": many})
    run_all(loaded, *PARENTS, "poles")
    path = write_csv(tmp_path / "poles.csv", [pole(1)])
    version = loaded.version(POLES)

    _, refused = run_import("poles", path, mode="replace")

    assert (refused.status, refused.error_code) == ("FAILED", "SUSPICIOUS_REPLACE")
    assert loaded.version(POLES) == version
    _, forced = run_import("poles", path, mode="replace", force=True)
    assert (forced.status, forced.error_message) == ("SUCCEEDED", "")
    assert sorted(stored(loaded)) == ["NEW-1"]
    assert models.Pole.objects.count() == 1


def test_a_file_without_a_good_row_writes_nothing(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    version = synced.version(POLES)

    done, job = run_import("poles", write_csv(tmp_path / "poles.csv", [pole(1, LATITUDE="x")]))

    assert (job.status, job.error_code) == ("FAILED", "ALL_ROWS_REJECTED")
    assert synced.version(POLES) == version
    assert done.rejects.count() == 1
    assert done.written_at is None


def test_a_file_that_breaks_off_late_writes_nothing(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "poles.csv", [pole(number) for number in range(60_000)])
    with path.open("a") as file:
        file.write("NEW-X,CKT-1\n")
    version = synced.version(POLES)

    _, job = run_import("poles", path)

    assert (job.status, job.error_code) == ("FAILED", "FILE_DAMAGED")
    assert synced.version(POLES) == version
    assert not models.Pole.objects.filter(pk="NEW-1").exists()


@pytest.mark.parametrize(
    ("layer", "lacking"),
    [
        (
            "circuits",
            "circuit_name, substation_id, voltage_kv, conductor_type, rated_a, rated_mva, length_km",
        ),
        ("poles", "circuit_id, substation_id, latitude, longitude"),
    ],
)
def test_required_columns_that_nothing_fills_are_named(
    synced: Warehouse, run_import: RunImport, tmp_path: Path, layer: str, lacking: str
) -> None:
    path = write_csv(
        tmp_path / "a.csv", [{"circuit_id": "C", "pole_id": "P"} if layer == "circuits" else {"pole_id": "P"}]
    )

    with pytest.raises(ImportRefused, match=lacking) as caught:
        run_import(layer, path, mode="replace")

    assert caught.value.code == "MAPPING_INCOMPLETE"


def test_refused_rows_are_imported_again_under_another_mapping(
    synced: Warehouse, run_import: RunImport, tmp_path: Path, eager: None
) -> None:
    path = write_csv(tmp_path / "poles.csv", [pole(1), pole(2, POLE_CLASS="H1-EXTRA-LONG")])
    first, _ = run_import("poles", path)
    assert [each.reason for each in first.rejects.unresolved()] == ["TEXT_TOO_LONG"]
    mapping = dict(first.mapping) | {"pole_class": {"constant": "H1"}}

    second = imports.replay_rejects(import_id=first.pk, mapping=mapping, user=None)

    second.refresh_from_db()
    assert (second.job.status, second.mode, second.rows_new) == ("SUCCEEDED", "MERGE", 1)
    assert stored(synced)["NEW-2"]["pole_class"] == "H1"
    assert models.Pole.objects.filter(pk="NEW-2").exists()
    mended = first.rejects.get()
    assert (mended.resolved_by, mended.resolved_at is not None) == (second, True)
    with pytest.raises(Exception, match="no open refused rows"):
        imports.replay_rejects(import_id=first.pk, user=None)


def test_meters_keep_their_keys_and_new_ones_get_fresh_ones(
    loaded: Warehouse, run_import: RunImport, run_all: RunAll, sample: Sample, tmp_path: Path
) -> None:
    run_all(loaded, *PARENTS, "poles", "transformers", "meters")
    old = sample["meter_infrastructure"]
    loaded.append(
        tables.ami_daily_usage,
        _daily_usage(meter_key=900),
        "usage",
    )
    rows = [
        {**old[3], "status": "RETIRED"},
        {**old[3], "meter_id": "MTR-NEW-A"},
        {**old[3], "meter_id": "MTR-NEW-B"},
    ]
    path = write_csv(tmp_path / "m.csv", [{k: v for k, v in row.items() if k != "meter_key"} for row in rows])

    _, job = run_import("meters", path)

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    meters = tables.meter_infrastructure
    keys = {row["meter_id"]: row["meter_key"] for row in loaded.select_rows(sa.select(meters))}
    assert keys == {row["meter_id"]: row["meter_key"] for row in old} | {"MTR-NEW-A": 901, "MTR-NEW-B": 902}


def _daily_usage(*, meter_key: int) -> pa.Table:
    from tests.integration.warehouse.rows import table_of

    return table_of(tables.ami_daily_usage, {"meter_key": meter_key})


def test_lines_are_measured_where_the_file_has_no_length(
    synced: Warehouse, run_import: RunImport, sample: Sample, tmp_path: Path
) -> None:
    old = sample["grid_power_lines"][0]
    # One degree of latitude on the mean sphere of 6 371 008.8 m: pi / 180 times the radius.
    row = {k: v for k, v in old.items() if k not in {"length_m", "route_wkt"}} | {
        "line_id": "LINE-NEW",
        "WKT": "LINESTRING (-95 29, -95 29.5, -95 30)",
    }

    _, job = run_import("lines", write_csv(tmp_path / "l.csv", [row]), options={"crs": "EPSG:4326"})

    assert (job.status, job.error_message) == ("SUCCEEDED", "")
    lines = tables.grid_power_lines
    found = synced.select_rows(
        sa.select(lines.c.length_m, lines.c.route_wkt).where(lines.c.line_id == "LINE-NEW")
    )
    assert found[0]["length_m"] == pytest.approx(111_195.0797, abs=0.001)
    assert found[0]["route_wkt"] == "LINESTRING (-95.0 29.0, -95.0 29.5, -95.0 30.0)"
    assert models.LineSection.objects.get(pk="LINE-NEW").route.coords[1] == (-95.0, 29.5)


def test_coordinates_that_mean_nothing_are_asked_about(
    synced: Warehouse, run_import: RunImport, tmp_path: Path
) -> None:
    row = {"pole_id": "P", "circuit_id": "CKT-1", "substation_id": "SUB-1", "wkt": "POINT (3100000 13800000)"}

    with pytest.raises(ImportRefused, match="EPSG:4326") as caught:
        run_import("poles", write_csv(tmp_path / "a.csv", [row]))
    assert (caught.value.code, caught.value.field) == ("CRS_UNKNOWN", "crs")
    with pytest.raises(ImportRefused, match="not known"):
        run_import("poles", tmp_path / "a.csv", options={"crs": "EPSG:999999"})


def test_old_files_go_and_imports_stay(
    synced: Warehouse, run_import: RunImport, tmp_path: Path, settings: Any, import_folder: Path
) -> None:
    done, _ = run_import("poles", write_csv(tmp_path / "poles.csv", [pole(1)]))
    long_ago = timezone.now() - timedelta(days=settings.IMPORT_KEEP_DAYS + 1)
    assert imports.tidy() == 0
    models.ImportFile.objects.update(received_at=long_ago)
    assert imports.tidy() == 0  # an import has used it since
    models.FileImport.objects.update(created_at=long_ago)

    assert imports.tidy() == 1

    assert list((import_folder / "stored").iterdir()) == []
    done.refresh_from_db()
    assert done.file.removed_at is not None
    with pytest.raises(Exception, match="bring it again"):
        imports.prepare_import(layer="poles", file=done.file_id, mode="merge", user=None)


def test_names_of_files_lead_nowhere(cache: None, import_folder: Path) -> None:
    row = imports.receive(chunks=[b"ID\n1\n"], name="../../etc/pass\nwd.csv", user=None)

    assert row.name == "passwd.csv"
    assert [each.name for each in (import_folder / "stored").iterdir()] == [f"{row.digest}.csv"]
    (import_folder / "inbox").mkdir()
    (import_folder / "inbox" / "link.csv").symlink_to("/etc/passwd")
    for name in ("../stored/x.csv", "link.csv", "/etc/passwd", "nothing.csv"):
        with pytest.raises(Exception, match="no file"):
            imports.find_file(name, user=None)


def test_a_file_over_the_limit_leaves_nothing(cache: None, import_folder: Path, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 10

    with pytest.raises(ImportRefused, match="10 bytes"):
        imports.receive(chunks=[b"x" * 8, b"y" * 8], name="a.csv", user=None)

    assert list((import_folder / "stored").iterdir()) == []
    assert not models.ImportFile.objects.exists()
