"""What data may enter a table, and what is said of data that may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from grid.warehouse import SchemaMismatch, pa_schema
from grid.warehouse.incoming import IncomingData, conform
from grid.warehouse.tables import ami_interval_readings, weather_hourly

READING: dict[str, Any] = {
    "meter_key": pa.array([1, 2, 3], pa.int32()),
    "reading_at": pa.array([datetime(2024, 1, 1)] * 3, pa.timestamp("us")),
    "reading_date": pa.array([date(2024, 1, 1)] * 3, pa.date32()),
    "interval_minutes": pa.array([15] * 3, pa.int16()),
    "usage_kwh": pa.array([Decimal("1.5")] * 3, pa.decimal128(12, 4)),
    "voltage_v": pa.array([Decimal("240.1"), None, None], pa.decimal128(7, 2)),
    "quality": pa.array(["ACTUAL"] * 3),
}
WEATHER: dict[str, Any] = {
    "station_id": pa.array(["S"] * 3),
    "observed_at": pa.array([datetime(2024, 1, 1)] * 3, pa.timestamp("us")),
    "latitude": pa.array([29.0] * 3),
    "longitude": pa.array([-95.0] * 3),
    "temperature_c": pa.array([1.0, None, 3.0]),
    "humidity_pct": pa.array([None] * 3, pa.float64()),
    "wind_speed_mps": pa.array([None] * 3, pa.float64()),
    "precipitation_mm": pa.array([None] * 3, pa.float64()),
}


def reading(**changed: Any) -> pa.RecordBatch:
    columns = {**READING, **changed}
    return conform(
        pa.RecordBatch.from_pydict({name: array for name, array in columns.items() if array is not None}),
        table=ami_interval_readings,
        schema=pa_schema(ami_interval_readings),
    )


def weather(**changed: Any) -> pa.RecordBatch:
    return conform(
        pa.RecordBatch.from_pydict({**WEATHER, **changed}),
        table=weather_hourly,
        schema=pa_schema(weather_hourly),
    )


def refusal(**changed: Any) -> SchemaMismatch:
    with pytest.raises(SchemaMismatch) as caught:
        reading(**changed)
    assert caught.value.table == "production.ami_interval_readings"
    return caught.value


def test_fitting_data_passes_in_declared_order() -> None:
    shuffled = pa.RecordBatch.from_pydict(dict(reversed(READING.items())))

    fitted = conform(shuffled, table=ami_interval_readings, schema=pa_schema(ami_interval_readings))

    assert fitted.schema == pa_schema(ami_interval_readings)
    assert fitted.column("usage_kwh").to_pylist() == [Decimal("1.5000")] * 3


@pytest.mark.parametrize(
    ("column", "array", "expected"),
    [
        ("meter_key", pa.array([1, 2, 3], pa.int64()), [1, 2, 3]),
        ("interval_minutes", pa.array([15, 30, 60], pa.uint8()), [15, 30, 60]),
        ("quality", pa.array(["A", "B", "A"]).dictionary_encode(), ["A", "B", "A"]),
        ("quality", pa.array(["A", "B", "A"], pa.large_string()), ["A", "B", "A"]),
        ("usage_kwh", pa.array([1, 2, 3], pa.int64()), [Decimal(1), Decimal(2), Decimal(3)]),
        ("usage_kwh", pa.array([Decimal("0.25")] * 3, pa.decimal128(5, 2)), [Decimal("0.25")] * 3),
        ("voltage_v", pa.nulls(3), [None, None, None]),
        (
            "reading_at",
            pa.array([datetime(2024, 1, 1, 6, tzinfo=UTC)] * 3, pa.timestamp("ms", "UTC")),
            [datetime(2024, 1, 1, 6)] * 3,
        ),
    ],
)
def test_types_that_hold_the_same_values_are_converted(column: str, array: Any, expected: list[Any]) -> None:
    assert reading(**{column: array}).column(column).to_pylist() == expected


@pytest.mark.parametrize(
    ("column", "array", "problem"),
    [
        ("meter_key", pa.array(["1", "2", "3"]), "is string, must be int32"),
        ("meter_key", pa.array([1.0, 2.0, 3.0]), "is double, must be int32"),
        ("usage_kwh", pa.array([1.5, 2.5, 3.5]), "is double, must be decimal128(12, 4)"),
        ("quality", pa.array([1, 2, 3]), "is int64, must be string"),
        ("reading_at", pa.array([date(2024, 1, 1)] * 3), "is date32[day], must be timestamp[us]"),
        (
            "reading_at",
            pa.array([datetime(2024, 1, 1, tzinfo=UTC)] * 3, pa.timestamp("us", "America/Chicago")),
            "is timestamp[us, tz=America/Chicago], must be timestamp[us]",
        ),
    ],
)
def test_another_type_is_refused(column: str, array: Any, problem: str) -> None:
    error = refusal(**{column: array})

    assert error.column == column
    assert error.problem == problem
    assert error.message == f"table production.ami_interval_readings, column {column}: {problem}"


@pytest.mark.parametrize(
    ("column", "array"),
    [
        ("meter_key", pa.array([1, 2, 2**31], pa.int64())),
        ("interval_minutes", pa.array([1, 2, -40_000], pa.int32())),
        ("usage_kwh", pa.array([Decimal("0.00001")] * 3, pa.decimal128(12, 5))),
        ("usage_kwh", pa.array([10**9] * 3, pa.int64())),
        ("reading_at", pa.array([1] * 3, pa.timestamp("ns"))),
    ],
)
def test_a_value_that_would_change_is_refused(column: str, array: Any) -> None:
    error = refusal(**{column: array})

    assert error.column == column
    assert "does not fit" in error.problem


def test_missing_unknown_and_repeated_columns_are_named() -> None:
    missing = refusal(voltage_v=None)
    assert (missing.column, missing.problem) == ("voltage_v", "is missing from the data")

    unknown = refusal(color=pa.array(["red"] * 3))
    assert (unknown.column, unknown.problem) == ("color", "is not a column of this table")

    twice = pa.RecordBatch.from_arrays(
        [*READING.values(), READING["quality"]], names=[*READING.keys(), "quality"]
    )
    with pytest.raises(SchemaMismatch, match="column quality: appears more than once"):
        conform(twice, table=ami_interval_readings, schema=pa_schema(ami_interval_readings))


def test_null_in_a_required_column_is_refused_with_its_row() -> None:
    error = refusal(quality=pa.array(["A", "B", None]))

    assert error.problem == "is null but must be known in row 2"


def test_text_longer_than_declared_is_refused_with_its_row() -> None:
    assert reading(quality=pa.array(["ü" * 16] * 3)).num_rows == 3

    error = refusal(quality=pa.array(["A", "ü" * 17, "B"]))
    assert error.problem == "is longer than 16 characters in row 1"


def test_not_a_number_is_unknown_where_that_is_allowed() -> None:
    fitted = weather(temperature_c=pa.array([float("nan"), 2.0, None]))

    assert fitted.column("temperature_c").to_pylist() == [None, 2.0, None]


def test_not_a_number_is_refused_where_a_value_is_required() -> None:
    with pytest.raises(SchemaMismatch, match="column latitude: is NaN but must be known in row 1"):
        weather(latitude=pa.array([1.0, float("nan"), 2.0]))


def test_infinity_is_refused_everywhere() -> None:
    with pytest.raises(SchemaMismatch, match="column temperature_c: is infinite in row 2"):
        weather(temperature_c=pa.array([1.0, None, float("-inf")]))


def test_rows_are_counted_over_the_whole_stream() -> None:
    good = pa.RecordBatch.from_pydict(READING)
    bad = pa.RecordBatch.from_pydict({**READING, "quality": pa.array([None, "A", "B"], pa.string())})
    incoming = IncomingData(ami_interval_readings, iter([good, good, bad]))

    with pytest.raises(SchemaMismatch, match="row 6"):
        list(incoming)

    assert incoming.row_count == 6
    assert isinstance(incoming.error, SchemaMismatch)


def test_a_writer_that_stops_reading_is_no_error_of_the_data() -> None:
    def stream() -> Iterator[pa.RecordBatch]:
        while True:
            yield pa.RecordBatch.from_pydict(READING)

    incoming = IncomingData(ami_interval_readings, stream())
    batches = iter(incoming)
    next(batches)
    batches.close()  # type: ignore[attr-defined]

    assert incoming.error is None
