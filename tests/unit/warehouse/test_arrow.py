"""Arrow schemas of declared tables and of query results."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Table, func, select

from grid.warehouse import WarehouseQueryInvalid, pa_schema
from grid.warehouse.arrow import conform_result, result_fields, split
from grid.warehouse.tables import ami_interval_readings, metadata, meter_infrastructure, transmission_branches


def test_readings_have_exact_types() -> None:
    assert pa_schema(ami_interval_readings) == pa.schema(
        [
            pa.field("meter_key", pa.int32(), nullable=False),
            pa.field("reading_at", pa.timestamp("us"), nullable=False),
            pa.field("reading_date", pa.date32(), nullable=False),
            pa.field("interval_minutes", pa.int16(), nullable=False),
            pa.field("usage_kwh", pa.decimal128(12, 4), nullable=False),
            pa.field("voltage_v", pa.decimal128(7, 2)),
            pa.field("quality", pa.string(), nullable=False),
        ]
    )


def test_flags_and_quantities_have_plain_types() -> None:
    schema = pa_schema(transmission_branches)

    assert schema.field("in_service").type == pa.bool_()
    assert schema.field("x_pu").type == pa.float64()
    assert schema.field("route_wkt").type == pa.string()
    assert schema.field("rating_mva").nullable


def test_every_declared_table_has_a_schema() -> None:
    for table in metadata.sorted_tables:
        assert pa_schema(table).names == [column.name for column in table.columns]


def test_a_type_without_a_place_in_arrow_is_refused() -> None:
    table = Table("blobs", MetaData(), Column("blob", LargeBinary))

    with pytest.raises(TypeError, match="no Arrow type"):
        pa_schema(table)


def test_a_result_keeps_declared_types_and_widens_computed_ones() -> None:
    reading = ami_interval_readings.c
    meter = meter_infrastructure.c
    query = select(
        reading.interval_minutes,
        meter.meter_key.label("number"),
        func.sum(reading.interval_minutes).label("minutes"),
        func.sum(reading.usage_kwh).label("total"),
        func.count().label("Rows"),
        func.some_function(reading.quality).label("unknown"),
    )

    assert result_fields(query) == [
        ("interval_minutes", pa.int16()),
        ("number", pa.int32()),
        ("minutes", pa.int64()),
        ("total", pa.decimal128(38, 4)),
        ("rows", pa.int64()),
        ("unknown", None),
    ]


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(WarehouseQueryInvalid, match="'meter_key'"):
        result_fields(select(ami_interval_readings.c.meter_key, meter_infrastructure.c.meter_key))


def test_results_are_brought_to_the_wanted_types() -> None:
    batch = pa.RecordBatch.from_arrays(
        [
            pa.array([1, None], pa.int64()),
            pa.array([5, 70], pa.int8()),
            pa.array([0.1 + 0.2, 1.0]),
            pa.array([datetime(2024, 1, 1), None], pa.timestamp("ns")),
            pa.array([Decimal(7), None], pa.decimal128(38, 0)),
            pa.array(["a", None]).dictionary_encode(),
        ],
        names=["A", "B", "C", "D", "E", "F"],
    )
    fields = [
        ("a", pa.int32()),
        ("b", pa.decimal128(38, 4)),
        ("c", pa.decimal128(38, 4)),
        ("d", None),
        ("e", None),
        ("f", None),
    ]

    conformed = conform_result(batch, fields)

    assert conformed.to_pylist() == [
        {
            "a": 1,
            "b": Decimal("5.0000"),
            "c": Decimal("0.3000"),
            "d": datetime(2024, 1, 1),
            "e": 7,
            "f": "a",
        },
        {"a": None, "b": Decimal("70.0000"), "c": Decimal("1.0000"), "d": None, "e": None, "f": None},
    ]
    assert conformed.schema.types == [
        pa.int32(),
        pa.decimal128(38, 4),
        pa.decimal128(38, 4),
        pa.timestamp("us"),
        pa.int64(),
        pa.string(),
    ]


def test_a_value_too_large_for_its_type_is_an_error_not_a_wrong_number() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([2**40])], names=["a"])

    with pytest.raises(WarehouseQueryInvalid, match="column a"):
        conform_result(batch, [("a", pa.int32())])


def test_batches_are_split_without_losing_rows() -> None:
    batches = [pa.RecordBatch.from_pydict({"a": list(range(n))}) for n in (5, 0, 2)]

    parts = list(split(iter(batches), 2))

    assert [part.num_rows for part in parts] == [2, 2, 1, 0, 2]
    assert [v for part in parts for v in part.column(0).to_pylist()] == [0, 1, 2, 3, 4, 0, 1]
