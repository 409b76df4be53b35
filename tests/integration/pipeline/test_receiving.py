"""Files of readings: taken whole and once, or refused with what is wrong."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from grid.pipeline.receive import ReadingsFileError, receive_file
from grid.warehouse import PartitionedWarehouse, SchemaMismatch
from grid.warehouse.tables import ami_readings_raw

pytestmark = pytest.mark.integration

NOW = datetime(2024, 7, 2, 10, tzinfo=timezone(timedelta(hours=2)))
HEADER = "meter_id,reading_at,interval_minutes,usage_kwh,voltage_v,quality\n"
ROWS = (
    HEADER + "MTR-1,2024-07-01T23:45:00-05:00,15,0.2500,240.10,ACTUAL\nMTR-2,2024-07-02T05:00:00Z,15,NaN,,\n"
)
EXPECTED = [
    {
        "meter_id": "MTR-1",
        "reading_at": datetime(2024, 7, 2, 4, 45),
        "reading_date": datetime(2024, 7, 2).date(),
        "interval_minutes": 15,
        "usage_kwh": Decimal("0.2500"),
        "voltage_v": Decimal("240.10"),
        "quality": "ACTUAL",
        "ingested_at": datetime(2024, 7, 2, 8),
    },
    {
        "meter_id": "MTR-2",
        "reading_at": datetime(2024, 7, 2, 5),
        "reading_date": datetime(2024, 7, 2).date(),
        "interval_minutes": 15,
        "usage_kwh": None,
        "voltage_v": None,
        "quality": None,
        "ingested_at": datetime(2024, 7, 2, 8),
    },
]


def received(warehouse: PartitionedWarehouse) -> list[dict[str, object]]:
    return warehouse.select_rows(ami_readings_raw.select().order_by(ami_readings_raw.c.meter_id))


def take(warehouse: PartitionedWarehouse, path: Path) -> int:
    return receive_file(warehouse=warehouse, path=path, received_at=NOW)


def test_a_csv_file_is_taken_whatever_the_zone_of_its_times(
    warehouse: PartitionedWarehouse, tmp_path: Path
) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(ROWS)

    assert take(warehouse, path) == 2
    assert received(warehouse) == EXPECTED


def test_a_compressed_file_and_parquet_hold_the_same(warehouse: PartitionedWarehouse, tmp_path: Path) -> None:
    packed = tmp_path / "readings.csv.gz"
    packed.write_bytes(gzip.compress(ROWS.encode()))
    parquet = tmp_path / "readings.parquet"
    rows = [
        {
            name: row[name].replace(tzinfo=UTC) if name == "reading_at" else row[name]  # type: ignore[attr-defined]
            for name in ("meter_id", "reading_at", "interval_minutes", "usage_kwh", "voltage_v", "quality")
        }
        for row in EXPECTED
    ]
    pq.write_table(pa.Table.from_pylist(rows), parquet)

    assert (take(warehouse, packed), take(warehouse, parquet)) == (2, 2)
    found = received(warehouse)
    assert found[0::2] == found[1::2] == EXPECTED


def test_the_same_file_is_taken_once_under_any_name(warehouse: PartitionedWarehouse, tmp_path: Path) -> None:
    for name in ("one.csv", "other.csv"):
        (tmp_path / name).write_text(ROWS)

    assert [take(warehouse, tmp_path / name) for name in ("one.csv", "one.csv", "other.csv")] == [2, 0, 0]


def test_what_a_file_does_not_know_may_be_left_out(warehouse: PartitionedWarehouse, tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("usage_kwh,meter_id,interval_minutes,reading_at\n0.5,MTR-1,15,2024-07-01T05:00:00Z\n")
    take(warehouse, path)

    assert [(row["usage_kwh"], row["voltage_v"], row["quality"]) for row in received(warehouse)] == [
        (Decimal("0.5000"), None, None)
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("readings.txt", ROWS, "none of .csv"),
        ("readings.csv", "", "cannot be read"),
        ("readings.csv", ROWS.replace("usage_kwh", "kwh"), "no column usage_kwh"),
        ("readings.csv", ROWS.replace("quality", "colour"), "column colour"),
        ("readings.csv", ROWS.replace("0.2500", "plenty"), "plenty"),
        ("readings.csv", ROWS.replace("0.2500", "inf"), "inf"),
        ("readings.csv", ROWS.replace("05:00:00Z", "05:00:00"), "zone"),
        ("readings.csv", ROWS + "MTR-3,2024-07-01T05:00:00Z\n", "columns"),
        ("readings.csv.gz", ROWS, "cannot be read"),
        ("readings.parquet", ROWS, "cannot be read"),
    ],
)
def test_a_bad_file_is_refused_whole(
    warehouse: PartitionedWarehouse, tmp_path: Path, name: str, text: str, problem: str
) -> None:
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(ReadingsFileError, match=problem):
        take(warehouse, path)
    assert not warehouse.partition_versions(ami_readings_raw)


def test_a_reading_without_a_time_or_a_meter_is_refused(
    warehouse: PartitionedWarehouse, tmp_path: Path
) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(ROWS.replace("2024-07-02T05:00:00Z", ""))

    with pytest.raises(SchemaMismatch, match="reading_at"):
        take(warehouse, path)


def test_a_file_that_is_not_there_is_named(warehouse: PartitionedWarehouse, tmp_path: Path) -> None:
    with pytest.raises(ReadingsFileError, match=r"nowhere\.csv cannot be read: No such file"):
        take(warehouse, tmp_path / "nowhere.csv")
