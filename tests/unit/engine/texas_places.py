"""Where the parts of the Texas case are, read straight from the files of the ``powersimdata`` package."""

from __future__ import annotations

import numpy as np

from grid.powerflow.network import Network
from grid.powerflow.places import NetworkPlaces
from tests.unit.engine.texas_case import rows_of


def load_places(network: Network, interconnect: str = "Texas") -> NetworkPlaces:
    """Return places, voltages and fuels of the parts of a network, in its order."""
    substations = {f"SUB-{row['sub_id']}": row for row in rows_of("sub", interconnect)}
    bus_kv = {row["bus_id"]: float(row["baseKV"]) for row in rows_of("bus", interconnect)}
    branches = {f"BR-{row['branch_id']}": row for row in rows_of("branch", interconnect)}
    fuel = {f"PLANT-{row['plant_id']}": row["type"] for row in rows_of("plant", interconnect)}
    highest = np.full(len(network.substation_ids), np.nan)
    kv = np.array([bus_kv[each.removeprefix("BUS-")] for each in network.bus_ids])
    known = network.bus_substation >= 0
    np.fmax.at(highest, network.bus_substation[known], kv[known])
    return NetworkPlaces(
        substation_lon=np.array([float(substations[each]["lon"]) for each in network.substation_ids]),
        substation_lat=np.array([float(substations[each]["lat"]) for each in network.substation_ids]),
        substation_kv=highest,
        branch_kv=np.maximum(kv[network.branch_from], kv[network.branch_to]),
        branch_is_line=np.array(
            [branches[each]["branch_device_type"] == "Line" for each in network.branch_ids]
        ),
        unit_fuel=tuple(fuel[each] for each in network.unit_ids),
    )
