"""Three circuits with load in a warm night: in PostGIS, and the same in the warehouse."""

from datetime import UTC, datetime, timedelta

from django.contrib.gis.geos import Point

from grid.warehouse import Warehouse, tables
from tests.factories.grid import (
    make_circuit,
    make_line_section,
    make_substation,
    make_switch,
    make_transformer,
    make_transformer_load,
    make_weather,
    make_zone,
)
from tests.warehouse_rows import fill, filled

NIGHT = datetime(2026, 6, 1, 6, tzinfo=UTC)
ACSR = "ACSR 336.4 26/7"
PLACE = Point(-95.4, 29.8, srid=4326)


def fill_cache() -> None:
    """Fill PostGIS: a circuit with load, one of an unknown conductor, one without load; a warm night."""
    station = make_substation(id="SUB-1", zone=make_zone(id="ZONE-1"), location=PLACE)
    for name, conductor, load_kva in (("A", ACSR, 6000.0), ("B", "477 ACSR", 3000.0), ("C", ACSR, None)):
        circuit = make_circuit(
            id=f"CKT-{name}",
            name=f"Circuit {name}",
            substation=station,
            conductor_type=conductor,
            rated_a=530.0,
            rated_mva=11.447,
            customer_count=10,
        )
        line = make_line_section(
            id=f"LINE-{name}", circuit=circuit, conductor_type="ACSR 2 6/1", rated_a=180.0
        )
        make_switch(circuit=circuit, rated_a=630.0)
        if load_kva is not None:
            for n, share in enumerate((0.25, 0.75)):
                make_transformer_load(
                    transformer=make_transformer(id=f"XFMR-{name}{n}", line=line),
                    load_hour=NIGHT,
                    load_kva=load_kva * share,
                    meter_count=1,
                    coverage_pct=(100.0, 50.0)[n],
                )
    make_weather(station="WX-1", observed_at=NIGHT, location=PLACE, temperature_c=30.0, wind_speed_mps=4.0)
    make_weather(station="WX-1", observed_at=NIGHT + timedelta(hours=1), location=PLACE, temperature_c=10.0)


def fill_warehouse(warehouse: Warehouse) -> None:
    """Fill the warehouse with the same."""
    at = NIGHT.replace(tzinfo=None)
    place = {"latitude": 29.8, "longitude": -95.4}
    put = lambda table, rows: fill(warehouse, table, [filled(table, row) for row in rows])  # noqa: E731
    put(tables.substations, [{"substation_id": "SUB-1", "zone_id": "ZONE-1", **place}])
    put(
        tables.circuit_metadata,
        [
            {
                "circuit_id": f"CKT-{name}",
                "circuit_name": f"Circuit {name}",
                "substation_id": "SUB-1",
                "voltage_kv": 12.47,
                "conductor_type": conductor,
                "rated_a": 530.0,
                "rated_mva": 11.447,
                "customer_count": 10,
            }
            for name, conductor in (("A", ACSR), ("B", "477 ACSR"), ("C", ACSR))
        ],
    )
    put(
        tables.grid_power_lines,
        [
            {"line_id": f"LINE-{name}", "circuit_id": f"CKT-{name}", "line_class": "BACKBONE"}
            for name in "ABC"
        ],
    )
    put(
        tables.grid_switches,
        [
            {
                "switch_id": f"SW-{name}",
                "circuit_id": f"CKT-{name}",
                "switch_kind": "BREAKER",
                "rated_a": 630.0,
            }
            for name in "ABC"
        ],
    )
    units = [(f"XFMR-{name}{n}", f"CKT-{name}") for name in "AB" for n in (0, 1)]
    put(
        tables.transformer_metadata,
        [
            {"transformer_id": unit, "circuit_id": circuit, "substation_id": "SUB-1", **place}
            for unit, circuit in units
        ],
    )
    put(
        tables.meter_infrastructure,
        [
            {
                "meter_id": f"MTR-{unit}",
                "transformer_id": unit,
                "circuit_id": circuit,
                "substation_id": "SUB-1",
            }
            for unit, circuit in units
        ],
    )
    loads = {"XFMR-A0": 1500.0, "XFMR-A1": 4500.0, "XFMR-B0": 750.0, "XFMR-B1": 2250.0}
    put(
        tables.transformer_hourly_load,
        [
            {
                "transformer_id": unit,
                "load_hour": at,
                "load_date": at.date(),
                "load_kva": load_kva,
                "meter_count": 1,
                "coverage_pct": 100.0 if unit.endswith("0") else 50.0,
            }
            for unit, load_kva in loads.items()
        ],
    )
    put(
        tables.circuit_hourly_usage,
        [
            {
                "circuit_id": circuit,
                "substation_id": "SUB-1",
                "customer_class": customer_class,
                "usage_hour": at - timedelta(hours=ago),
                "usage_date": (at - timedelta(hours=ago)).date(),
                "usage_kwh": kwh,
                "metered_minutes": 45,
            }
            for circuit, ago, kwh in (("CKT-A", 0, 2850), ("CKT-B", 0, 1425), ("CKT-A", 24, 950))
            for customer_class in ("RESIDENTIAL", "COMMERCIAL")
        ],
    )
    put(
        tables.weather_hourly,
        [
            {
                "station_id": "WX-1",
                "observed_at": at + timedelta(hours=hours),
                "temperature_c": temperature_c,
                "wind_speed_mps": 4.0,
                **place,
            }
            for hours, temperature_c in ((0, 30.0), (1, 10.0), (-24, 20.0))
        ],
    )
