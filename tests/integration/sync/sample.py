"""A small, consistent grid as plain rows of warehouse tables, for tests to bend."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from deltalake import write_deltalake

from grid.warehouse import Warehouse, pa_schema, tables
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS
from grid.warehouse.tables.base import PRODUCTION
from tests.integration.sync.surroundings import add_surroundings

Row = dict[str, Any]
Sample = dict[str, list[Row]]

NEWEST = datetime(2025, 7, 10, 12)
SUBSTATIONS = 4
TRANSFORMERS_PER_CIRCUIT = 3

_batches = itertools.count()


def small_grid(*, meters_per_transformer: int = 4) -> Sample:
    """Return rows by table name: 2 zones, 4 substations and circuits, 12 transformers and the rest."""
    sample: Sample = {table.name: [] for table in tables.metadata.sorted_tables}
    sample["load_zones"] = [
        _row(tables.load_zones, zone_id=f"ZONE-{n}", zone_name=f"Zone {n}", interconnect="Texas", state=None)
        for n in range(2)
    ]
    for number in range(SUBSTATIONS):
        _add_transmission(sample, number)
        _add_distribution(sample, number, meters_per_transformer)
    _add_operations(sample)
    add_surroundings(sample)
    return sample


def _add_transmission(sample: Sample, n: int) -> None:
    lon, lat = -95.0 - n / 10, 29.5 + n / 10
    sample["substations"].append(
        _row(
            tables.substations,
            substation_id=f"SUB-{n}",
            substation_name=f'Station "{n}", north',
            latitude=lat,
            longitude=lon,
            zone_id=f"ZONE-{n % 2}",
            interconnect="Texas",
            max_kv=138.0,
            capacity_mva=None,
            load_mw=10.5 * n,
            generation_capacity_mw=0.0,
            operational_status="ACTIVE",
            commissioned_date=date(1999, 5, 1 + n),
        )
    )
    for k in range(2):
        sample["transmission_buses"].append(
            _row(
                tables.transmission_buses,
                bus_id=f"BUS-{2 * n + k}",
                bus_number=2 * n + k,
                substation_id=f"SUB-{n}",
                zone_id=f"ZONE-{n % 2}",
                interconnect="Texas",
                base_kv=138.0 if k else 69.0,
                load_mw=5.25 * n,
            )
        )
    other = (n + 1) % SUBSTATIONS
    for branch_id, kind, to_bus, to_sub, route in (
        (f"BR-{2 * n}", "TRANSFORMER", 2 * n + 1, n, None),
        (
            f"BR-{2 * n + 1}",
            "LINE",
            2 * other,
            other,
            f"LINESTRING ({lon} {lat}, {-95.0 - other / 10} {29.5 + other / 10})",
        ),
    ):
        sample["transmission_branches"].append(
            _row(
                tables.transmission_branches,
                branch_id=branch_id,
                branch_kind=kind,
                from_bus_id=f"BUS-{2 * n}",
                to_bus_id=f"BUS-{to_bus}",
                from_substation_id=f"SUB-{n}",
                to_substation_id=f"SUB-{to_sub}",
                interconnect="Texas",
                base_kv=138.0,
                x_pu=0.01 + n / 1000,
                tap_ratio=1.0,
                phase_shift_deg=0.0,
                rating_mva=None if n == 0 else 150.0,
                is_rating_adjusted=False,
                base_flow_mw=-12.5,
                in_service=True,
                route_wkt=route,
            )
        )
    sample["transmission_plants"].append(
        _row(
            tables.transmission_plants,
            plant_id=f"PLANT-{n}",
            bus_id=f"BUS-{2 * n}",
            substation_id=f"SUB-{n}",
            interconnect="Texas",
            fuel_type="wind",
            p_mw=1.0,
            p_max_mw=2.0,
            p_min_mw=0.0,
            in_service=True,
        )
    )


def _add_distribution(sample: Sample, n: int, meters_per_transformer: int) -> None:
    circuit = f"CKT-{n}"
    sample["circuit_metadata"].append(
        _row(
            tables.circuit_metadata,
            circuit_id=circuit,
            circuit_name=f"Circuit {n}",
            substation_id=f"SUB-{n}",
            voltage_kv=12.47,
            conductor_type="477 ACSR",
            rated_a=670.0,
            rated_mva=14.5,
            length_km=3.5,
            peak_load_mw=4.0,
            transformer_count=TRANSFORMERS_PER_CIRCUIT,
            customer_count=TRANSFORMERS_PER_CIRCUIT * meters_per_transformer,
            status="ACTIVE",
        )
    )
    for k in range(TRANSFORMERS_PER_CIRCUIT):
        _add_transformer(sample, n, k, meters_per_transformer)
    sample["grid_switches"].append(
        _row(
            tables.grid_switches,
            switch_id=f"SW-{n}",
            switch_kind="BREAKER",
            circuit_id=circuit,
            line_id=f"LINE-{n}-0",
            from_node=f"N-{n}-0",
            to_node=f"N-{n}-1",
            is_normally_open=False,
            rated_a=600.0,
            latitude=29.5,
            longitude=-95.5,
        )
    )


def _add_transformer(sample: Sample, n: int, k: int, meters: int) -> None:
    name, lon, lat = f"{n}-{k}", -95.5 + n / 100, 29.6 + k / 100
    common = {"circuit_id": f"CKT-{n}", "substation_id": f"SUB-{n}"}
    place = {"latitude": lat, "longitude": lon}
    sample["grid_power_lines"].append(
        _row(
            tables.grid_power_lines,
            line_id=f"LINE-{name}",
            circuit_id=f"CKT-{n}",
            parent_line_id=f"LINE-{n}-{k - 1}" if k else None,
            from_node=f"N-{name}",
            to_node=f"N-{n}-{k + 1}",
            line_class="BACKBONE",
            phases="ABC",
            conductor_type="477 ACSR",
            rated_a=670.0,
            length_m=120.5,
            is_underground=bool(k % 2),
            route_wkt=f"LINESTRING({lon} {lat}, {lon + 0.001} {lat}, {lon + 0.001} {lat + 0.002})",
        )
    )
    sample["grid_poles_infrastructure"].append(
        _row(
            tables.grid_poles_infrastructure,
            pole_id=f"POLE-{name}",
            line_id=f"LINE-{name}",
            **common,
            **place,
        )
    )
    sample["transformer_metadata"].append(
        _row(
            tables.transformer_metadata,
            transformer_id=f"XFMR-{name}",
            transformer_name=f"T {name}",
            pole_id=f"POLE-{name}",
            line_id=f"LINE-{name}",
            node=f"N-{name}",
            rated_kva=50.0,
            phases="A",
            primary_kv=7.2,
            secondary_kv=0.24,
            install_year=2001,
            customer_count=meters,
            peak_load_kva=33.3,
            peak_loading_pct=66.6,
            **common,
            **place,
        )
    )
    for hour in range(3):
        sample["transformer_hourly_load"].append(
            _row(
                tables.transformer_hourly_load,
                transformer_id=f"XFMR-{name}",
                load_hour=NEWEST - timedelta(hours=2 - hour),
                load_date=NEWEST.date(),
                energy_kwh=10.0 + hour,
                load_kva=11.0 + hour + n,
                loading_pct=22.0 + hour,
                meter_count=meters,
            )
        )
    for age_days in (0, 6, 7):
        sample["transformer_daily_voltage"].append(
            _row(
                tables.transformer_daily_voltage,
                transformer_id=f"XFMR-{name}",
                usage_date=NEWEST.date() - timedelta(days=age_days),
                meter_count=meters,
                reading_count=100 + age_days,
                **dict(zip(VOLTAGE_COUNTS, (n, 2, 90, k, 0), strict=True)),
            )
        )
    for m in range(meters):
        sample["meter_infrastructure"].append(
            _row(
                tables.meter_infrastructure,
                meter_id=f"MTR-{name}-{m}",
                meter_key=(n * TRANSFORMERS_PER_CIRCUIT + k) * meters + m,
                transformer_id=f"XFMR-{name}",
                pole_id=None,
                customer_class="RESIDENTIAL",
                phases="A",
                install_date=date(2015, 1, 1) if m else None,
                status="ACTIVE",
                **common,
                **place,
            )
        )
        sample["customers_master_data"].append(
            _row(
                tables.customers_master_data,
                customer_id=f"CUST-{name}-{m}",
                meter_id=f"MTR-{name}-{m}",
                full_name="Ana Núñez",
                service_address=f'{m} Oak St,\n\\.\n"rear"',
                city="",
                customer_class="RESIDENTIAL",
                account_status="ACTIVE",
            )
        )


def _add_operations(sample: Sample) -> None:
    sample["weather_hourly"] = [
        _row(
            tables.weather_hourly,
            station_id=station,
            observed_at=NEWEST - timedelta(hours=hour),
            latitude=29.6,
            longitude=-95.3,
            temperature_c=30.0 + hour,
            wind_speed_mps=None if hour else 4.5,
        )
        for station in ("KHOU", "KIAH")
        for hour in range(5)
    ]
    for number, (status, started, restored) in enumerate(
        (
            ("IN_PROGRESS", NEWEST - timedelta(hours=3), None),
            ("CONFIRMED", NEWEST - timedelta(days=20), None),
            ("RESTORED", NEWEST - timedelta(days=8), NEWEST - timedelta(days=6)),
            ("RESTORED", NEWEST - timedelta(days=49), NEWEST - timedelta(days=48)),
            ("RESTORED", NEWEST - timedelta(days=9), NEWEST - timedelta(days=8)),
        )
    ):
        sample["outage_restoration_tracker"].append(
            _row(
                tables.outage_restoration_tracker,
                outage_id=f"OUT-{number}",
                substation_id="SUB-1",
                circuit_id="CKT-1",
                switch_id="SW-1",
                status=status,
                cause_code="STORM",
                is_planned=False,
                source="RECORDED",
                version=1,
                started_at=started,
                restored_at=restored,
                customers_interrupted=12,
                customers_out=12 if restored is None else 0,
                latitude=29.6,
                longitude=-95.3,
            )
        )
    for number, (status, created, completed) in enumerate(
        (
            ("OPEN", NEWEST - timedelta(days=90), None),
            ("COMPLETED", NEWEST - timedelta(days=40), NEWEST - timedelta(days=29)),
            ("COMPLETED", NEWEST - timedelta(days=40), NEWEST - timedelta(days=31)),
            ("CANCELLED", NEWEST - timedelta(days=31), None),
        )
    ):
        sample["work_orders"].append(
            _row(
                tables.work_orders,
                work_order_id=f"WO-{number}",
                work_type="REPAIR",
                priority="HIGH",
                status=status,
                asset_kind="SWITCH",
                asset_id="SW-1",
                substation_id="SUB-1",
                circuit_id="CKT-1",
                outage_id=("OUT-0", "OUT-3", "OUT-2", None)[number],
                created_at=created,
                completed_at=completed,
                version=1,
                latitude=29.6,
                longitude=-95.3,
            )
        )
    for number in range(SUBSTATIONS):
        circuit, station = f"CKT-{number}", f"SUB-{number}"
        for kind, asset, on_circuit in (
            ("TRANSFORMER", f"XFMR-{number}-0", circuit),
            ("TRANSFORMER", f"XFMR-{number}-1", circuit),
            ("CIRCUIT", circuit, circuit),
            ("SUBSTATION", station, None),
        ):
            sample["asset_health"].append(
                _row(
                    tables.asset_health,
                    asset_id=asset,
                    asset_kind=kind,
                    circuit_id=on_circuit,
                    substation_id=station,
                    as_of=NEWEST,
                    health_index=None if asset == "XFMR-1-1" else 90.0 - number,
                    health_score=None if asset == "XFMR-1-1" else 1.45,
                    band=None if asset == "XFMR-1-1" else "HI1",
                    confidence_frac=0.5,
                    contributions='[["AGE", -10.0, 12.5], ["FAULTS", 0.0, null]]',
                    reason="NO_AGE_OR_INSPECTION" if asset == "XFMR-1-1" else None,
                )
            )


def load(warehouse: Warehouse, sample: Mapping[str, list[Row]]) -> None:
    """Put the rows in place of those of each table named in ``sample``."""
    by_name = {table.name: table for table in tables.metadata.sorted_tables}
    for name, rows in sample.items():
        table = by_name[name]
        data = pa.Table.from_pylist(rows, schema=pa_schema(table))
        warehouse.replace(table, data, batch_id=f"{name}-{next(_batches)}")


def _row(table: sa.Table, **values: Any) -> Row:
    unknown = set(values) - set(table.columns.keys())
    if unknown:
        raise KeyError(f"{table.name} has no column {sorted(unknown)}")
    return {column.name: values.get(column.name) for column in table.columns}


def load_unchecked(folder: Path, table: sa.Table, rows: list[Row]) -> None:
    """Put rows into a table of an embedded warehouse as a foreign program might: nothing is checked."""
    anything = pa.schema([pa.field(field.name, field.type) for field in pa_schema(table)])
    data = pa.Table.from_pylist(rows, schema=anything)
    write_deltalake(folder / PRODUCTION / table.name, data, mode="overwrite", schema_mode="overwrite")
