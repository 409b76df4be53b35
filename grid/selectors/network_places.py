"""Where the parts of a transmission network are and what they are, in the order of its arrays."""

import numpy as np

from grid import models
from grid.powerflow.network import Network
from grid.powerflow.places import NetworkPlaces


def load_places(interconnect: str, network: Network) -> NetworkPlaces:
    """Return places, voltages and fuels of the parts of a network of the cache.

    What the cache no longer holds is unknown: NaN, or an empty fuel.
    """
    substations = {
        row[0]: row[1:]
        for row in models.Substation.objects.filter(interconnect=interconnect).values_list(
            "id", "location", "max_kv"
        )
    }
    branches = {
        row[0]: row[1:]
        for row in models.Branch.objects.filter(interconnect=interconnect).values_list(
            "id", "base_kv", "kind"
        )
    }
    fuels = dict(models.Plant.objects.filter(interconnect=interconnect).values_list("id", "fuel_type"))
    at = [substations.get(key) for key in network.substation_ids]
    lines = [branches.get(key) for key in network.branch_ids]
    return NetworkPlaces(
        substation_lon=np.array([np.nan if row is None else row[0].x for row in at], dtype=np.float64),
        substation_lat=np.array([np.nan if row is None else row[0].y for row in at], dtype=np.float64),
        substation_kv=np.array(
            [np.nan if row is None or row[1] is None else row[1] for row in at], dtype=np.float64
        ),
        branch_kv=np.array([np.nan if row is None else row[0] for row in lines], dtype=np.float64),
        branch_is_line=np.array(
            [row is not None and row[1] == models.BranchKind.LINE for row in lines], dtype=np.bool_
        ),
        unit_fuel=tuple(fuels.get(key, "") for key in network.unit_ids),
    )


def load_bus_kv(interconnect: str, network: Network) -> np.ndarray:
    """Return the nominal voltage of each bus, kV; NaN where the cache no longer holds the bus."""
    known = dict(models.Bus.objects.filter(interconnect=interconnect).values_list("id", "base_kv"))
    return np.array([known.get(key, np.nan) for key in network.bus_ids], dtype=np.float64)


def load_branch_zones(interconnect: str) -> dict[str, str | None]:
    """Return the load zone of each branch, which decides who may see it."""
    return dict(models.Branch.objects.filter(interconnect=interconnect).values_list("id", "zone_id"))
