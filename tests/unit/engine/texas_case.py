"""The Texas case read straight from the files of the ``powersimdata`` package, for tests and benchmarks."""

from __future__ import annotations

import csv
import importlib.util
from functools import cache
from pathlib import Path

from grid.powerflow.network import Network

BASE_MVA = 100.0


@cache
def load_case(interconnect: str = "Texas") -> Network:
    """Return the units, branches and buses in service of one interconnection.

    ``importlib`` finds the package without running it: its own dependencies are not installed.
    """
    buses = rows_of("bus", interconnect)
    branches = [row for row in rows_of("branch", interconnect) if float(row["status"]) == 1]
    units = [row for row in rows_of("plant", interconnect) if float(row["status"]) == 1]
    substations = rows_of("sub", interconnect)
    bus = {row["bus_id"]: index for index, row in enumerate(buses)}
    substation = {row["sub_id"]: index for index, row in enumerate(substations)}
    substation_of = {row["bus_id"]: substation[row["sub_id"]] for row in rows_of("bus2sub", interconnect)}
    return Network(
        base_mva=BASE_MVA,
        bus_ids=tuple(f"BUS-{row['bus_id']}" for row in buses),
        bus_load_mw=[float(row["Pd"]) for row in buses],
        bus_substation=[substation_of.get(row["bus_id"], -1) for row in buses],
        substation_ids=tuple(f"SUB-{row['sub_id']}" for row in substations),
        branch_ids=tuple(f"BR-{row['branch_id']}" for row in branches),
        branch_from=[bus[row["from_bus_id"]] for row in branches],
        branch_to=[bus[row["to_bus_id"]] for row in branches],
        x_pu=[float(row["x"]) for row in branches],
        tap=[float(row["ratio"]) for row in branches],
        shift_deg=[float(row["angle"]) for row in branches],
        rate_mva=[float(row["rateA"]) for row in branches],
        unit_ids=tuple(f"PLANT-{row['plant_id']}" for row in units),
        unit_bus=[bus[row["bus_id"]] for row in units],
        unit_p_mw=[float(row["Pg"]) for row in units],
        unit_pmax_mw=[float(row["Pmax"]) for row in units],
    )


def rows_of(table: str, interconnect: str) -> list[dict[str, str]]:
    """Return the rows of a table of the package that belong to an interconnection."""
    spec = importlib.util.find_spec("powersimdata")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package powersimdata is not installed")
    path = Path(spec.origin).parent / "network" / "usa_tamu" / "data" / f"{table}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["interconnect"] == interconnect]
