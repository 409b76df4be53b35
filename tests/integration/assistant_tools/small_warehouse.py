"""A warehouse with two zones, a substation and a circuit in each, and outages of a few days."""

from datetime import datetime

from grid.warehouse import Warehouse
from grid.warehouse import tables as t
from tests.warehouse_rows import fill, filled

NEWEST = datetime(2025, 8, 12, 16, 45)
ZONES = (("ZONE-1", "North", "Wallis"), ("ZONE-2", "South", "Katy"))
OUTAGES = (("ZONE-1", 3), ("ZONE-2", 5))


def fill_small(warehouse: Warehouse, *, newest: datetime = NEWEST) -> None:
    """Fill the tables that the tests ask about."""
    zones, stations, circuits, outages = [], [], [], []
    for number, (zone_id, zone_name, town) in enumerate(ZONES, start=1):
        zones.append(filled(t.load_zones, {"zone_id": zone_id, "zone_name": zone_name}))
        stations.append(
            filled(
                t.substations,
                {
                    "substation_id": f"SUB-{number}",
                    "substation_name": town.upper(),
                    "zone_id": zone_id,
                    "load_mw": 10.0 * number,
                },
            )
        )
        circuits.append(
            filled(
                t.circuit_metadata,
                {
                    "circuit_id": f"CKT-{number}-01",
                    "circuit_name": f"{town} 01",
                    "substation_id": f"SUB-{number}",
                },
            )
        )
        outages += [
            filled(
                t.outage_restoration_tracker,
                {
                    "outage_id": f"OUT-{number}{at}",
                    "substation_id": f"SUB-{number}",
                    "circuit_id": f"CKT-{number}-01",
                    "status": "CONFIRMED",
                    "cause_code": "VEGETATION",
                    "started_at": newest,
                    "customers_interrupted": 10,
                },
            )
            for at in range(dict(OUTAGES)[zone_id])
        ]
    for table, rows in (
        (t.load_zones, zones),
        (t.substations, stations),
        (t.circuit_metadata, circuits),
        (t.outage_restoration_tracker, outages),
    ):
        fill(warehouse, table, rows)
