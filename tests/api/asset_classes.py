"""What the tests of every asset class share: its names, its rows and values that tell two rows apart."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tests.factories import computed, surroundings
from tests.factories import grid as factories


@dataclass(frozen=True, kw_only=True)
class AssetClass:
    """A class of assets in the API.

    Attributes:
        root: its connection.
        one: its lookup by natural key; None if it has none.
        type_name: its GraphQL type.
        layer: the sync layer that fills it.
        permission: what a user needs to see it.
        make: creates a row.
        is_public: its rows belong to no zone.
        values: per attribute the values of three rows that differ in every filter and order.
    """

    root: str
    one: str | None
    type_name: str
    layer: str
    permission: str
    make: Callable[..., Any]
    is_public: bool = False
    values: dict[str, tuple[Any, Any, Any]] = field(default_factory=dict)

    def make_three(self) -> list[Any]:
        """Create the three rows, the smallest values and the lowest key first."""
        rows = []
        for n in range(3):
            fields = {name: values[n] for name, values in self.values.items()}
            fields |= {"id": f"{self.type_name.upper()}-{'abc'[n]}"}
            rows.append(self.make(**fields))
        return rows


def _moment(day: int) -> datetime:
    return datetime(2026, 5, day, 6, 30, tzinfo=UTC)


MOMENTS = tuple(_moment(day) for day in (1, 2, 3))

ASSET_CLASSES = (
    AssetClass(
        root="substations",
        one="substation",
        type_name="Substation",
        layer="substations",
        permission="grid.view_substation",
        make=factories.make_substation,
        values={
            "name": ("Alder", "Birch", "Cedar"),
            "interconnect": ("Eastern", "Texas", "Western"),
            "status": ("OPERATIONAL", "PLANNED", "RETIRED"),
            "max_kv": (138.0, 230.0, 345.0),
            "load_mw": (-1.5, 0.0, 12.25),
            "generation_capacity_mw": (0.0, 10.0, 20.5),
        },
    ),
    AssetClass(
        root="buses",
        one="bus",
        type_name="Bus",
        layer="buses",
        permission="grid.view_bus",
        make=factories.make_bus,
        values={
            "number": (11, 12, 13),
            "interconnect": ("Eastern", "Texas", "Western"),
            "base_kv": (69.0, 138.0, 345.0),
            "load_mw": (-3.0, 0.0, 7.5),
        },
    ),
    AssetClass(
        root="branches",
        one="branch",
        type_name="Branch",
        layer="branches",
        permission="grid.view_branch",
        make=factories.make_branch,
        values={
            "kind": ("LINE", "TRANSFORMER", "WINDING"),
            "interconnect": ("Eastern", "Texas", "Western"),
            "base_kv": (69.0, 138.0, 345.0),
            "rating_mva": (50.0, 150.0, 900.0),
            "base_loading_pct": (0.0, 55.5, 99.9),
            "length_km": (0.4, 12.0, 130.0),
            "is_rating_adjusted": (False, True, True),
            "in_service": (False, True, True),
        },
    ),
    AssetClass(
        root="plants",
        one="plant",
        type_name="Plant",
        layer="plants",
        permission="grid.view_plant",
        make=factories.make_plant,
        values={
            "interconnect": ("Eastern", "Texas", "Western"),
            "fuel_type": ("coal", "ng", "wind"),
            "p_max_mw": (10.0, 100.0, 250.5),
            "in_service": (False, True, True),
        },
    ),
    AssetClass(
        root="circuits",
        one="circuit",
        type_name="Circuit",
        layer="circuits",
        permission="grid.view_circuit",
        make=factories.make_circuit,
        values={
            "name": ("Alder 1", "Birch 1", "Cedar 1"),
            "status": ("DEENERGIZED", "ENERGIZED", "PLANNED"),
            "voltage_kv": (4.16, 12.47, 34.5),
            "peak_load_mw": (0.5, 4.0, 11.0),
            "customer_count": (3, 40, 500),
            "length_km": (1.0, 2.0, 30.0),
        },
    ),
    AssetClass(
        root="lines",
        one="line",
        type_name="Line",
        layer="lines",
        permission="grid.view_linesection",
        make=factories.make_line_section,
        values={
            "line_class": ("BACKBONE", "LATERAL", "SERVICE"),
            "phases": ("A", "ABC", "C"),
            "is_underground": (False, True, True),
            "length_m": (12.5, 80.0, 340.0),
        },
    ),
    AssetClass(
        root="switches",
        one="switch",
        type_name="Switch",
        layer="switches",
        permission="grid.view_switch",
        make=factories.make_switch,
        values={"kind": ("BREAKER", "FUSE", "TIE"), "is_normally_open": (False, True, True)},
    ),
    AssetClass(
        root="poles",
        one="pole",
        type_name="Pole",
        layer="poles",
        permission="grid.view_pole",
        make=factories.make_pole,
        values={"material": ("CONCRETE", "STEEL", "WOOD"), "install_year": (1970, 1990, 2010)},
    ),
    AssetClass(
        root="transformers",
        one="transformer",
        type_name="Transformer",
        layer="transformers",
        permission="grid.view_transformer",
        make=factories.make_transformer,
        values={
            "phases": ("A", "AB", "ABC"),
            "rated_kva": (15.0, 50.0, 500.0),
            "install_year": (1970, 1990, 2010),
            "peak_loading_pct": (12.0, 88.0, 140.5),
            "customer_count": (1, 6, 30),
        },
    ),
    AssetClass(
        root="meters",
        one="meter",
        type_name="Meter",
        layer="meters",
        permission="grid.view_meter",
        make=factories.make_meter,
        values={
            "customer_class": ("COMMERCIAL", "INDUSTRIAL", "RESIDENTIAL"),
            "status": ("ACTIVE", "INACTIVE", "REMOVED"),
            "install_date": (date(2011, 1, 1), date(2015, 6, 1), date(2020, 2, 29)),
        },
    ),
    AssetClass(
        root="customers",
        one="customer",
        type_name="Customer",
        layer="customers",
        permission="grid.view_customer",
        make=factories.make_customer,
        values={
            "customer_class": ("COMMERCIAL", "INDUSTRIAL", "RESIDENTIAL"),
            "critical_kind": ("HOSPITAL", "SCHOOL", "WATER"),
            "account_status": ("ACTIVE", "CLOSED", "SUSPENDED"),
        },
    ),
    AssetClass(
        root="outages",
        one="outage",
        type_name="Outage",
        layer="outages",
        permission="grid.view_outage",
        make=factories.make_outage,
        values={
            "status": ("ASSIGNED", "RESTORED", "RESTORED"),
            "cause_code": ("ANIMAL", "EQUIPMENT", "VEGETATION"),
            "is_planned": (False, True, True),
            "source": ("CALL", "RECORDED", "SCADA"),
            "started_at": MOMENTS,
            "restored_at": MOMENTS,
            "estimated_restoration_at": MOMENTS,
            "customers_interrupted": (5, 50, 500),
            "customers_out": (1, 2, 3),
        },
    ),
    AssetClass(
        root="outageInterruptions",
        one="outageInterruption",
        type_name="OutageInterruption",
        layer="outage_interruptions",
        permission="grid.view_outageinterruption",
        make=factories.make_interruption,
        values={"started_at": MOMENTS, "restored_at": MOMENTS, "customers": (1, 6, 30)},
    ),
    AssetClass(
        root="crews",
        one="crew",
        type_name="Crew",
        layer="crews",
        permission="grid.view_crew",
        make=factories.make_crew,
        values={
            "name": ("Line 1", "Line 2", "Tree 1"),
            "kind": ("LINE", "TREE", "TROUBLE"),
            "status": ("ASSIGNED", "AVAILABLE", "OFF_SHIFT"),
            "member_count": (2, 3, 5),
        },
    ),
    AssetClass(
        root="workOrders",
        one="workOrder",
        type_name="WorkOrder",
        layer="work_orders",
        permission="grid.view_workorder",
        make=factories.make_work_order,
        values={
            "status": ("ASSIGNED", "COMPLETED", "OPEN"),
            "priority": ("EMERGENCY", "HIGH", "LOW"),
            "work_type": ("INSPECT", "REPAIR", "TRIM"),
            "asset_id": ("XFMR-a", "XFMR-b", "XFMR-c"),
            "created_at": MOMENTS,
            "scheduled_at": MOMENTS,
        },
    ),
    AssetClass(
        root="assetHealths",
        one="assetHealth",
        type_name="AssetHealth",
        layer="asset_health",
        permission="grid.view_assethealth",
        make=computed.make_asset_health,
        values={
            "asset_kind": ("CIRCUIT", "POLE", "TRANSFORMER"),
            "band": ("HI1", "HI3", "HI5"),
            "health_index": (12.5, 50.0, 99.0),
            "confidence_frac": (0.25, 0.5, 1.0),
            "failures_per_year": (0.001, 0.01, 0.1),
        },
    ),
    AssetClass(
        root="weather",
        one=None,
        type_name="WeatherObservation",
        layer="weather",
        permission="grid.view_weatherobservation",
        make=factories.make_weather,
        values={"station": ("KAAA", "KBBB", "KCCC"), "observed_at": MOMENTS},
    ),
    AssetClass(
        root="trees",
        one="tree",
        type_name="Tree",
        layer="trees",
        permission="grid.view_tree",
        make=surroundings.make_tree,
        values={
            "species": ("Carya illinoinensis", "Pinus taeda", "Quercus nigra"),
            "common_name": ("Loblolly pine", "Pecan", "Water oak"),
            "height_m": (3.5, 12.0, 31.25),
            "crown_radius_m": (1.0, 4.5, 9.0),
            "growth_m_per_year": (0.0, 0.2, 0.7),
        },
    ),
    AssetClass(
        root="buildings",
        one="building",
        type_name="Building",
        layer="buildings",
        permission="grid.view_building",
        make=surroundings.make_building,
        values={
            "building_use": ("COMMERCIAL", "INDUSTRIAL", "RESIDENTIAL"),
            "height_m": (3.0, 6.5, 40.0),
            "floor_count": (1, 2, 10),
            "footprint_m2": (20.0, 120.5, 9000.0),
        },
    ),
    AssetClass(
        root="waterBodies",
        one="waterBody",
        type_name="WaterBody",
        layer="water_bodies",
        permission="grid.view_waterbody",
        make=surroundings.make_water_body,
        is_public=True,
        values={
            "name": ("Cedar Bayou", "Heron Lake", "Wren Lake"),
            "water_kind": ("BAYOU", "LAKE", "POND"),
            "area_m2": (600.0, 81_000.5, 6e6),
        },
    ),
    AssetClass(
        root="floodZones",
        one="floodZone",
        type_name="FloodZone",
        layer="flood_zones",
        permission="grid.view_floodzone",
        make=surroundings.make_flood_zone,
        is_public=True,
        values={
            "zone_code": ("A", "AE", "X"),
            "zone_subtype": ("0.2 PCT", "FLOODWAY", "NONE"),
            "annual_chance_pct": (0.2, 1.0, 10.0),
        },
    ),
)
LOOKED_UP = tuple(each for each in ASSET_CLASSES if each.one is not None)
ZONED = tuple(each for each in LOOKED_UP if not each.is_public)


def name_of(asset_class: AssetClass) -> str:
    """Return the name of a case."""
    return asset_class.root
