"""A grid whose substations lie in three zones, and what is left of it for who sees one of them.

Which rows are left is found here by hand, table by table, so that it does not rest on the semantic model.
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Table, select

from grid.warehouse import Warehouse, open_warehouse
from grid.warehouse import tables as t
from grid.warehouse.arrow import pa_schema
from grid.warehouse.errors import TableNotLoaded

_ZONES = ("ZONE-301", "ZONE-302", "ZONE-303", "ZONE-304")
"""In which the substations are put."""
PARTS = (_ZONES[:1], _ZONES[1:2], (*_ZONES[2:], *(f"ZONE-{number}" for number in range(305, 309))))
"""All zones of the interconnection, in three parts."""

BY_SUBSTATION = (
    t.circuit_metadata,
    t.transformer_metadata,
    t.meter_infrastructure,
    t.outage_restoration_tracker,
    t.outage_interruptions,
    t.momentary_interruptions,
    t.work_orders,
    t.asset_inspections,
    t.transmission_plants,
    t.grid_poles_infrastructure,
    t.asset_health,
)
BY_TRANSFORMER = (t.transformer_hourly_load, t.transformer_units, t.t_transformer_risk_predictions)
BY_METER = (t.customers_master_data, t.ami_interval_readings, t.ami_readings_raw, t.ami_readings_history)


def opened(root: Path) -> Warehouse:
    """Return the warehouse in a folder."""
    return open_warehouse(f"embedded://{root}?threads=2&memory_limit=500MB")


def spread_over_zones(root: Path, copy: Path) -> Warehouse:
    """Return a copy of a warehouse whose substations and trees are spread over the zones."""
    shutil.copytree(root, copy)
    warehouse = opened(copy)
    feeding = set(_read(warehouse, t.circuit_metadata)["substation_id"].to_pylist())
    for table, key in ((t.substations, "substation_id"), (t.trees, "tree_id")):
        rows = _read(warehouse, table)
        # Those that feed circuits one after the other, so that each zone has some.
        ranked = sorted(rows[key].to_pylist(), key=lambda name: (name not in feeding, name))
        zone_of = {name: _ZONES[at % len(_ZONES)] for at, name in enumerate(ranked)}
        zones = pa.array([zone_of[name] for name in rows[key].to_pylist()])
        at = rows.column_names.index("zone_id")
        _put(warehouse, table, rows.set_column(at, rows.schema.field("zone_id"), zones.cast(pa.string())))
    return warehouse


def left_for(root: Path, copy: Path, zone_ids: tuple[str, ...]) -> Warehouse:
    """Return a copy of a warehouse without the rows of other zones."""
    shutil.copytree(root, copy)
    warehouse = opened(copy)

    def keep(table: Table, column: str, wanted: pa.ChunkedArray | list[str]) -> pa.Table:
        try:
            rows = _read(warehouse, table)
        except TableNotLoaded:
            return pa_schema(table).empty_table()
        wanted = wanted if isinstance(wanted, list) else wanted.to_pylist()
        values = pa.array(sorted(set(filter(None, wanted))), type=rows.schema.field(column).type)
        kept = rows.filter(pc.is_in(rows[column], value_set=values))
        _put(warehouse, table, kept)
        return kept

    keep(t.load_zones, "zone_id", list(zone_ids))
    stations = keep(t.substations, "zone_id", list(zone_ids))["substation_id"]
    kept = {table: keep(table, "substation_id", stations) for table in BY_SUBSTATION}
    keep(t.crews, "home_substation_id", stations)
    keep(t.transmission_branches, "from_substation_id", stations)
    keep(t.grid_switches, "circuit_id", kept[t.circuit_metadata]["circuit_id"])
    for table in BY_TRANSFORMER:
        keep(table, "transformer_id", kept[t.transformer_metadata]["transformer_id"])
    meters = kept[t.meter_infrastructure]
    for table in BY_METER:
        column = "meter_id" if "meter_id" in table.c else "meter_key"
        keep(table, column, meters[column])
    keep(t.ami_daily_usage, "meter_key", meters["meter_key"])
    trees = keep(t.trees, "zone_id", list(zone_ids))["tree_id"]
    keep(t.vegetation_risk_enhanced, "tree_id", trees)
    return warehouse


def _read(warehouse: Warehouse, table: Table) -> pa.Table:
    return pa.Table.from_batches(warehouse.select_arrow(select(table)))


def _put(warehouse: Warehouse, table: Table, rows: pa.Table) -> None:
    warehouse.replace(table, rows, uuid.uuid4().hex)
