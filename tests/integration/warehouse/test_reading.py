"""Reading from a warehouse, the same on every backend: types, streams, and clear refusals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, exists, func, select, union_all

from grid.warehouse import TableNotLoaded, Warehouse, WarehouseQueryInvalid, pa_schema
from grid.warehouse.dialects import approx_percentile
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import (
    ami_interval_readings,
    load_zones,
    meter_infrastructure,
    outage_restoration_tracker,
    substations,
    transformer_hourly_load,
    transmission_branches,
)
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

READINGS = [
    {
        "meter_key": 7,
        "reading_at": datetime(2024, 2, 29, 23, 45, 0, 123456),
        "reading_date": date(2024, 2, 29),
        "interval_minutes": 15,
        "usage_kwh": Decimal("12345678.9012"),
        "voltage_v": Decimal("240.05"),
        "quality": "ACTUAL",
    },
    {
        "meter_key": 2_147_483_647,
        "reading_at": datetime(1999, 12, 31),
        "reading_date": date(1999, 12, 31),
        "interval_minutes": 60,
        "usage_kwh": Decimal("-0.0001"),
        "voltage_v": None,
        "quality": "OUTAGE",
    },
]


@pytest.fixture
def readings(warehouse: Warehouse) -> Warehouse:
    warehouse.append(ami_interval_readings, table_of(ami_interval_readings, *READINGS), "readings")
    return warehouse


def test_decimals_timestamps_dates_and_nulls_come_back_as_they_went(readings: Warehouse) -> None:
    found = readings.select_rows(select(ami_interval_readings).order_by(ami_interval_readings.c.meter_key))

    assert found == READINGS


def test_text_floats_and_booleans_come_back_as_they_went(warehouse: Warehouse) -> None:
    rows = [
        {
            "branch_id": "BR-'1' \"ü\" 漢字 🔌 %s \\",
            "base_kv": 1 / 3,
            "x_pu": -1.5e-300,
            "r_pu": None,
            "in_service": True,
            "is_rating_adjusted": False,
            "route_wkt": "LINESTRING (-95.1 29.5, -95.2 29.6)",
        },
        {"branch_id": "BR-2", "base_kv": 0.0, "r_pu": 1e308, "in_service": False, "route_wkt": ""},
    ]
    data = table_of(transmission_branches, *rows)
    warehouse.append(transmission_branches, data, "b1")

    found = warehouse.select_rows(
        select(transmission_branches).order_by(transmission_branches.c.base_kv.desc())
    )

    assert found == data.to_pylist()


def test_plain_columns_keep_their_declared_types(readings: Warehouse) -> None:
    for batch in readings.select_arrow(select(ami_interval_readings)):
        assert batch.schema.names == pa_schema(ami_interval_readings).names
        assert batch.schema.types == pa_schema(ami_interval_readings).types


def test_computed_columns_have_the_same_types_on_every_backend(readings: Warehouse) -> None:
    reading = ami_interval_readings.c
    (batch,) = readings.select_arrow(
        select(
            func.count().label("rows_found"),
            func.sum(reading.usage_kwh).label("total_kwh"),
            func.sum(reading.interval_minutes).label("minutes"),
            func.max(reading.reading_at).label("last_at"),
            func.min(reading.reading_date).label("first_date"),
            func.date_trunc("day", func.max(reading.reading_at)).label("last_day"),
            func.lower(func.max(reading.quality)).label("word"),
        )
    )

    assert batch.to_pylist() == [
        {
            "rows_found": 2,
            "total_kwh": Decimal("12345678.9011"),
            "minutes": 75,
            "last_at": datetime(2024, 2, 29, 23, 45, 0, 123456),
            "first_date": date(1999, 12, 31),
            "last_day": datetime(2024, 2, 29),
            "word": "outage",
        }
    ]
    assert batch.schema.types == [
        pa.int64(),
        pa.decimal128(38, 4),
        pa.int64(),
        pa.timestamp("us"),
        pa.date32(),
        pa.timestamp("us"),
        pa.string(),
    ]


def test_column_names_are_lower_case(readings: Warehouse) -> None:
    (row,) = readings.select_rows(select(func.count().label("HowMany")).select_from(ami_interval_readings))

    assert row == {"howmany": 2}


def test_an_empty_answer_has_a_schema(readings: Warehouse) -> None:
    reading = ami_interval_readings.c
    (batch,) = readings.select_arrow(
        select(reading.meter_key, func.date_trunc("hour", reading.reading_at).label("hour_at")).where(
            reading.meter_key == -1
        )
    )

    assert batch.num_rows == 0
    assert batch.schema == pa.schema([("meter_key", pa.int32()), ("hour_at", pa.timestamp("us"))])


def test_a_large_answer_streams_in_batches_of_the_wanted_size(warehouse: Warehouse) -> None:
    rows = [{"transformer_id": f"XFMR-{number:05d}", "meter_count": number} for number in range(5000)]
    warehouse.append(transformer_hourly_load, table_of(transformer_hourly_load, *rows), "b1")
    load = transformer_hourly_load.c

    batches = list(
        warehouse.select_arrow(select(load.meter_count).order_by(load.transformer_id), batch_rows=1000)
    )

    assert max(batch.num_rows for batch in batches) <= 1000
    assert [value for batch in batches for value in batch.column(0).to_pylist()] == list(range(5000))


def test_a_stream_may_be_abandoned(readings: Warehouse) -> None:
    for _ in range(10):
        stream = readings.select_arrow(select(ami_interval_readings), batch_rows=1)
        assert next(stream).num_rows == 1
        stream.close()  # type: ignore[attr-defined]

    assert len(readings.select_rows(select(ami_interval_readings))) == 2


def test_parameters_of_every_kind_are_bound(readings: Warehouse) -> None:
    reading = ami_interval_readings.c
    matches = [
        reading.reading_at == datetime(2024, 2, 29, 23, 45, 0, 123456),
        reading.reading_date > date(2000, 1, 1),
        reading.usage_kwh >= Decimal("12345678.9012"),
        reading.meter_key.in_([7, 8, 9]),
        reading.quality.like("A%L"),
        reading.quality == bindparam("wanted", "ACTUAL"),
        reading.voltage_v.is_not(None),
    ]

    for match in matches:
        found = readings.select_rows(select(reading.meter_key).where(match))
        assert found == [{"meter_key": 7}], str(match)


def test_hostile_text_is_only_text(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z1"}), "b1")
    hostile = "' OR 1=1; DROP TABLE production.load_zones; -- %(x)s $1 ?"

    assert warehouse.select_rows(select(load_zones.c.zone_id).where(load_zones.c.zone_id == hostile)) == []
    assert warehouse.row_count(load_zones) == 1


def test_joins_subqueries_and_unions_read_their_tables(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z1"}, {"zone_id": "Z2"}), "b1")
    warehouse.append(substations, table_of(substations, {"substation_id": "S1", "zone_id": "Z2"}), "b1")
    has_station = exists().where(substations.c.zone_id == load_zones.c.zone_id)
    total = select(func.count().label("n")).select_from(substations).scalar_subquery()

    joined = select(load_zones.c.zone_id, total.label("stations")).where(has_station)
    both = union_all(
        select(load_zones.c.zone_id.label("id")), select(substations.c.substation_id.label("id"))
    )

    assert warehouse.select_rows(joined) == [{"zone_id": "Z2", "stations": 1}]
    assert sorted(row["id"] for row in warehouse.select_rows(both)) == ["S1", "Z1", "Z2"]


def test_the_approximate_percentile_is_near_the_exact_one(warehouse: Warehouse) -> None:
    rows = [{"transformer_id": f"X{number}", "loading_pct": float(number)} for number in range(1001)]
    warehouse.append(transformer_hourly_load, table_of(transformer_hourly_load, *rows), "b1")

    (row,) = warehouse.select_rows(
        select(approx_percentile(transformer_hourly_load.c.loading_pct, 0.9).label("p90"))
    )

    assert row["p90"] == pytest.approx(900, rel=0.02)


def test_a_table_that_was_never_loaded_is_named(warehouse: Warehouse) -> None:
    warehouse.prepare()
    warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z1"}), "b1")
    query = select(load_zones.c.zone_id, substations.c.substation_id).outerjoin_from(
        load_zones, substations, substations.c.zone_id == load_zones.c.zone_id
    )

    with pytest.raises(TableNotLoaded) as caught:
        warehouse.select_arrow(query)

    assert caught.value.table == "production.substations"
    assert caught.value.code == "TABLE_NOT_LOADED"


def test_a_table_named_as_optional_reads_as_empty(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z1"}), "b1")
    query = select(load_zones.c.zone_id, substations.c.substation_id).outerjoin_from(
        load_zones, substations, substations.c.zone_id == load_zones.c.zone_id
    )

    assert warehouse.select_rows(reading_as_empty(query, substations)) == [
        {"zone_id": "Z1", "substation_id": None}
    ]
    with pytest.raises(TableNotLoaded):  # for others the table is as unknown as before
        warehouse.select_rows(query)

    warehouse.append(substations, table_of(substations, {"substation_id": "S1", "zone_id": "Z1"}), "b1")
    assert warehouse.select_rows(reading_as_empty(query, substations)) == [
        {"zone_id": "Z1", "substation_id": "S1"}
    ]


def test_queries_that_cannot_run_are_refused(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z1"}), "b1")
    stranger = Table("somewhere_else", MetaData(), Column("x", Integer))
    zone = load_zones.c.zone_id

    with pytest.raises(WarehouseQueryInvalid, match="somewhere_else is not declared"):
        warehouse.select_rows(select(stranger.c.x))
    with pytest.raises(WarehouseQueryInvalid, match="name its columns"):
        warehouse.select_rows(select(zone, zone.label("zone_id")))
    with pytest.raises(WarehouseQueryInvalid, match="selects over"):
        warehouse.select_rows(load_zones.delete())  # type: ignore[arg-type]
    with pytest.raises(WarehouseQueryInvalid):
        warehouse.select_rows(select(func.no_such_function(zone).label("x")))

    assert warehouse.select_rows(select(zone)) == [{"zone_id": "Z1"}]


def test_many_threads_read_at_once(warehouse: Warehouse) -> None:
    from concurrent.futures import ThreadPoolExecutor

    rows = [{"meter_id": f"MTR-{number}", "meter_key": number} for number in range(200)]
    warehouse.append(meter_infrastructure, table_of(meter_infrastructure, *rows), "b1")
    warehouse.append(outage_restoration_tracker, table_of(outage_restoration_tracker, {}), "b1")
    meter = meter_infrastructure.c

    def look_up(number: int) -> list[dict[str, object]]:
        return warehouse.select_rows(select(meter.meter_id).where(meter.meter_key == number))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(look_up, range(40)))

    assert found == [[{"meter_id": f"MTR-{number}"}] for number in range(40)]
