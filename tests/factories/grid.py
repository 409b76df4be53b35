"""Rows of the grid: transmission, distribution and operations.

Each ``make_*`` creates what the row hangs on unless it is given, with ids that never repeat in one test run.
"""

import itertools
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.gis.geos import LineString, Point

from grid import models

_numbers = itertools.count(1)
HOUSTON = (-95.37, 29.76)
MOMENT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def number() -> int:
    """Return a number not returned before."""
    return next(_numbers)


def point(n: int = 0) -> Point:
    """Return a point near Houston; points of different ``n`` lie apart."""
    return Point(HOUSTON[0] + (n % 100) * 0.001, HOUSTON[1] + (n // 100 % 100) * 0.001, srid=4326)


def route(n: int = 0) -> LineString:
    """Return a short line that begins at ``point(n)``."""
    start = point(n)
    return LineString((start.x, start.y), (start.x + 0.01, start.y + 0.005), srid=4326)


def make_zone(**fields: Any) -> models.Zone:
    """Create a load zone."""
    n = number()
    defaults = {
        "id": f"ZONE-{n}",
        "name": f"Zone {n}",
        "state": "Texas",
        "interconnect": "Texas",
        "time_zone": "America/Chicago",
    }
    return models.Zone.objects.create(**{**defaults, **fields})


def grant_zone(*, user: Any, zone: models.Zone) -> models.ZoneGrant:
    """Limit a user to a zone."""
    return models.ZoneGrant.objects.create(user=user, zone=zone)


def make_substation(**fields: Any) -> models.Substation:
    """Create a substation of 138 and 345 kV."""
    n = number()
    zone = fields.pop("zone", None) or make_zone()
    defaults = {
        "id": f"SUB-{n}",
        "zone": zone,
        "name": f"Substation {n}",
        "location": point(n),
        "interconnect": "Texas",
        "max_kv": 345.0,
        "min_kv": 138.0,
        "capacity_mva": 400.0,
        "load_mw": 80.0,
        "generation_capacity_mw": 0.0,
        "status": "OPERATIONAL",
        "commissioned_date": None,
    }
    return models.Substation.objects.create(**{**defaults, **fields})


def make_bus(**fields: Any) -> models.Bus:
    """Create a 138 kV bus."""
    n = number()
    substation = fields.pop("substation", None) or make_substation()
    defaults = {
        "id": f"BUS-{n}",
        "number": n,
        "substation": substation,
        "zone": substation.zone,
        "interconnect": "Texas",
        "base_kv": 138.0,
        "load_mw": 40.0,
        "load_mvar": 8.0,
    }
    return models.Bus.objects.create(**{**defaults, **fields})


def make_branch(**fields: Any) -> models.Branch:
    """Create a 138 kV line between two substations."""
    n = number()
    from_bus = fields.pop("from_bus", None) or make_bus()
    to_bus = fields.pop("to_bus", None) or make_bus()
    defaults = {
        "id": f"BR-{n}",
        "kind": models.BranchKind.LINE,
        "from_bus": from_bus,
        "to_bus": to_bus,
        "from_substation": from_bus.substation,
        "to_substation": to_bus.substation,
        "zone": from_bus.zone,
        "interconnect": "Texas",
        "base_kv": 138.0,
        "r_pu": 0.001,
        "x_pu": 0.02,
        "tap_ratio": 1.0,
        "phase_shift_deg": 0.0,
        "source_rating_mva": 150.0,
        "rating_mva": 150.0,
        "is_rating_adjusted": False,
        "base_flow_mw": 75.0,
        "base_loading_pct": 50.0,
        "length_km": 12.0,
        "in_service": True,
        "route": route(n),
    }
    return models.Branch.objects.create(**{**defaults, **fields})


def make_plant(**fields: Any) -> models.Plant:
    """Create a gas-fired generating unit."""
    bus = fields.pop("bus", None) or make_bus()
    defaults = {
        "id": f"PLANT-{number()}",
        "bus": bus,
        "substation": bus.substation,
        "zone": bus.zone,
        "interconnect": "Texas",
        "fuel_type": "ng",
        "p_mw": 60.0,
        "p_max_mw": 100.0,
        "p_min_mw": 20.0,
        "in_service": True,
    }
    return models.Plant.objects.create(**{**defaults, **fields})


def make_circuit(**fields: Any) -> models.Circuit:
    """Create a 12.47 kV circuit."""
    n = number()
    substation = fields.pop("substation", None) or make_substation()
    defaults = {
        "id": f"CKT-{n}",
        "name": f"Circuit {n}",
        "substation": substation,
        "zone": substation.zone,
        "voltage_kv": 12.47,
        "conductor_type": "477 ACSR",
        "rated_a": 600.0,
        "rated_mva": 12.96,
        "length_km": 9.5,
        "peak_load_mw": 5.2,
        "transformer_count": 1,
        "customer_count": 6,
        "status": "ENERGIZED",
    }
    return models.Circuit.objects.create(**{**defaults, **fields})


def make_line_section(**fields: Any) -> models.LineSection:
    """Create a section of the backbone."""
    n = number()
    circuit = fields.pop("circuit", None) or make_circuit()
    defaults = {
        "id": f"LINE-{n}",
        "circuit": circuit,
        "zone": circuit.zone,
        "parent_line": None,
        "from_node": f"N-{n}-A",
        "to_node": f"N-{n}-B",
        "line_class": models.LineClass.BACKBONE,
        "phases": "ABC",
        "conductor_type": "477 ACSR",
        "rated_a": 600.0,
        "length_m": 320.0,
        "is_underground": False,
        "route": route(n),
    }
    return models.LineSection.objects.create(**{**defaults, **fields})


def make_switch(**fields: Any) -> models.Switch:
    """Create the breaker of a circuit."""
    n = number()
    circuit = fields.pop("circuit", None) or make_circuit()
    defaults = {
        "id": f"SW-{n}",
        "kind": models.SwitchKind.BREAKER,
        "circuit": circuit,
        "zone": circuit.zone,
        "from_node": f"N-{n}-A",
        "to_node": f"N-{n}-B",
        "is_normally_open": False,
        "rated_a": 630.0,
        "location": point(n),
    }
    return models.Switch.objects.create(**{**defaults, **fields})


def make_pole(**fields: Any) -> models.Pole:
    """Create a wooden pole."""
    n = number()
    circuit = fields.pop("circuit", None) or make_circuit()
    defaults = {
        "id": f"POLE-{n}",
        "circuit": circuit,
        "substation": circuit.substation,
        "zone": circuit.zone,
        "location": point(n),
        "height_m": 12.2,
        "pole_class": "4",
        "material": "WOOD",
        "install_year": 1998,
    }
    return models.Pole.objects.create(**{**defaults, **fields})


def make_transformer(**fields: Any) -> models.Transformer:
    """Create a single-phase 50 kVA transformer."""
    n = number()
    line = fields.pop("line", None) or make_line_section()
    circuit = fields.pop("circuit", None) or line.circuit
    defaults = {
        "id": f"XFMR-{n}",
        "name": f"Transformer {n}",
        "circuit": circuit,
        "substation": circuit.substation,
        "zone": circuit.zone,
        "line": line,
        "node": f"N-{n}",
        "location": point(n),
        "rated_kva": 50.0,
        "phases": "A",
        "primary_kv": 7.2,
        "secondary_kv": 0.24,
        "install_year": 2004,
        "customer_count": 6,
        "peak_load_kva": 41.0,
        "peak_loading_pct": 82.0,
    }
    return models.Transformer.objects.create(**{**defaults, **fields})


def make_transformer_load(**fields: Any) -> models.TransformerLoad:
    """Create the latest hourly load of a transformer."""
    transformer = fields.pop("transformer", None) or make_transformer()
    defaults = {
        "id": transformer.pk,
        "transformer": transformer,
        "load_hour": MOMENT,
        "energy_kwh": 28.5,
        "load_kva": 30.0,
        "loading_pct": 60.0,
    }
    return models.TransformerLoad.objects.create(**{**defaults, **fields})


def make_transformer_voltage(**fields: Any) -> models.TransformerVoltage:
    """Create a week of voltages at a transformer: 3 of 200 judged readings outside range B, 10 outside A."""
    transformer = fields.pop("transformer", None) or make_transformer()
    defaults = {
        "id": transformer.pk,
        "transformer": transformer,
        "zone": transformer.zone,
        "first_day": date(2025, 7, 1),
        "last_day": date(2025, 7, 7),
        "day_count": 7,
        "meter_count": 6,
        "reading_count": 210,
        "judged_count": 200,
        "below_b_count": 2,
        "b_low_count": 6,
        "in_a_count": 190,
        "b_high_count": 1,
        "above_b_count": 1,
        "outside_a_pct": 5.0,
        "outside_b_pct": 1.5,
    }
    return models.TransformerVoltage.objects.create(**{**defaults, **fields})


def make_meter(**fields: Any) -> models.Meter:
    """Create a residential meter."""
    n = number()
    transformer = fields.pop("transformer", None) or make_transformer()
    defaults = {
        "id": f"MTR-{n}",
        "meter_key": n,
        "transformer": transformer,
        "circuit": transformer.circuit,
        "substation": transformer.substation,
        "zone": transformer.zone,
        "location": point(n),
        "customer_class": models.CustomerClass.RESIDENTIAL,
        "phases": "A",
        "install_date": date(2019, 5, 17),
        "status": "ACTIVE",
    }
    return models.Meter.objects.create(**{**defaults, **fields})


def make_customer(**fields: Any) -> models.Customer:
    """Create a residential customer."""
    n = number()
    meter = fields.pop("meter", None) or make_meter()
    defaults = {
        "id": f"CUST-{n}",
        "meter": meter,
        "zone": meter.zone,
        "full_name": f"Juniper Sample{n}",
        "service_address": f"{n} Willow Lane",
        "city": "Houston",
        "state": "TX",
        "zip_code": "77002",
        "phone": f"713-555-{n % 10_000:04}",
        "email": f"juniper.sample{n}@example.com",
        "customer_class": models.CustomerClass.RESIDENTIAL,
        "critical_kind": None,
        "account_status": "ACTIVE",
    }
    return models.Customer.objects.create(**{**defaults, **fields})


def make_outage(**fields: Any) -> models.Outage:
    """Create an active outage of six customers."""
    n = number()
    circuit = fields.pop("circuit", None) or make_circuit()
    defaults = {
        "id": f"OUT-{n}",
        "circuit": circuit,
        "substation": circuit.substation,
        "zone": circuit.zone,
        "status": "CONFIRMED",
        "cause_code": "VEGETATION",
        "started_at": MOMENT,
        "customers_interrupted": 6,
        "customers_out": 6,
        "location": point(n),
    }
    return models.Outage.objects.create(**{**defaults, **fields})


def make_interruption(**fields: Any) -> models.OutageInterruption:
    """Create the interruption of the six customers of a transformer, and its outage."""
    transformer = fields.pop("transformer", None) or make_transformer()
    outage = fields.pop("outage", None) or make_outage(circuit=transformer.circuit)
    defaults = {
        "id": f"{outage.pk}|{transformer.pk}",
        "outage": outage,
        "transformer": transformer,
        "circuit": outage.circuit,
        "substation": outage.substation,
        "zone": outage.zone,
        "customers": 6,
        "started_at": outage.started_at,
    }
    return models.OutageInterruption.objects.create(**{**defaults, **fields})


def make_crew(**fields: Any) -> models.Crew:
    """Create a free line crew of three."""
    n = number()
    substation = fields.pop("home_substation", None) or make_substation()
    defaults = {
        "id": f"CREW-{n}",
        "name": f"Crew {n}",
        "kind": "LINE",
        "home_substation": substation,
        "zone": substation.zone,
        "member_count": 3,
        "status": "AVAILABLE",
    }
    return models.Crew.objects.create(**{**defaults, **fields})


def make_operation_event(**fields: Any) -> models.OperationEvent:
    """Create the first line of the history of an outage, unless it is of something else."""
    if not fields.keys() & {"outage", "work_order", "crew"}:
        fields["outage"] = make_outage()
    defaults = {"version": 1, "action": "REPORT", "to_status": "CONFIRMED", "at": MOMENT}
    return models.OperationEvent.objects.create(**{**defaults, **fields})


def make_work_order(**fields: Any) -> models.WorkOrder:
    """Create an open work order on a transformer."""
    n = number()
    circuit = fields.pop("circuit", None) or make_circuit()
    defaults = {
        "id": f"WO-{n}",
        "work_type": "REPAIR",
        "priority": "HIGH",
        "status": "OPEN",
        "asset_kind": "TRANSFORMER",
        "asset_id": f"XFMR-{n}",
        "circuit": circuit,
        "substation": circuit.substation,
        "zone": circuit.zone,
        "created_at": MOMENT,
        "location": point(n),
    }
    return models.WorkOrder.objects.create(**{**defaults, **fields})


def make_weather(**fields: Any) -> models.WeatherObservation:
    """Create one hour of weather at a station."""
    n = number()
    defaults = {
        "id": f"STATION-{n}-2026060112",
        "station": f"STATION-{n}",
        "observed_at": MOMENT,
        "location": point(n),
        "temperature_c": 31.5,
        "humidity_pct": 62.0,
        "wind_speed_mps": 4.1,
        "precipitation_mm": None,
    }
    return models.WeatherObservation.objects.create(**{**defaults, **fields})
