"""The transmission network as arrays for the engine."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.db.models import Q

from flux_site.api.errors import BadInput
from grid import models
from grid.powerflow.network import Network, NetworkError

BASE_MVA = 100.0
NETWORK_LAYERS = ("substations", "buses", "branches", "plants")


class EmptyNetwork(BadInput):
    """There is no network to compute on."""

    code = "EMPTY_NETWORK"


@dataclass(frozen=True, kw_only=True)
class AssetName:
    """What an outage id names."""

    asset_id: str
    kind: str
    name: str


def list_interconnects() -> list[str]:
    """Return the interconnections the cache holds buses of."""
    return sorted(models.Bus.objects.order_by().values_list("interconnect", flat=True).distinct())


def load_network(interconnect: str) -> Network:
    """Return the in-service network of an interconnection, with the ratings in force.

    Cached per process until a sync changes the data.

    Raises:
        EmptyNetwork: if the cache holds no bus of it.
        NetworkError: if the cached data is no valid network.
    """
    versions = (
        models.SyncLayer.objects.filter(pk__in=NETWORK_LAYERS)
        .order_by("pk")
        .values_list("checksum", "synced_at")
    )
    return _load(interconnect, tuple(versions))


@lru_cache(maxsize=4)
def _load(interconnect: str, versions: tuple[object, ...]) -> Network:
    buses = list(
        models.Bus.objects.filter(interconnect=interconnect)
        .order_by("number")
        .values_list("id", "load_mw", "substation_id")
    )
    if not buses:
        known = ", ".join(list_interconnects()) or "none; sync the transmission layers first"
        raise EmptyNetwork(
            f"The cache holds no buses of {interconnect!r}; it holds: {known}.", field="interconnect"
        )
    branches = list(
        models.Branch.objects.filter(interconnect=interconnect, in_service=True)
        .order_by("id")
        .values_list("id", "from_bus_id", "to_bus_id", "x_pu", "tap_ratio", "phase_shift_deg", "rating_mva")
    )
    units = list(
        models.Plant.objects.filter(interconnect=interconnect, in_service=True)
        .order_by("id")
        .values_list("id", "bus_id", "p_mw", "p_max_mw")
    )
    bus_index = {row[0]: position for position, row in enumerate(buses)}

    def bus_positions(field: str, ends: list[tuple[str, str]]) -> np.ndarray:
        for asset_id, bus_id in ends:
            if bus_id not in bus_index:
                raise NetworkError(
                    field=field, problem=f"{asset_id} is at {bus_id}", allowed=f"a bus of {interconnect}"
                )
        return np.array([bus_index[bus_id] for _, bus_id in ends], dtype=np.int64)

    substation_ids = tuple(sorted({row[2] for row in buses}))
    substation_index = {key: position for position, key in enumerate(substation_ids)}
    return Network(
        base_mva=BASE_MVA,
        bus_ids=tuple(row[0] for row in buses),
        bus_load_mw=np.array([row[1] for row in buses], dtype=np.float64),
        bus_substation=np.array([substation_index[row[2]] for row in buses], dtype=np.int64),
        substation_ids=substation_ids,
        branch_ids=tuple(row[0] for row in branches),
        branch_from=bus_positions("branch_from", [(row[0], row[1]) for row in branches]),
        branch_to=bus_positions("branch_to", [(row[0], row[2]) for row in branches]),
        x_pu=np.array([row[3] for row in branches], dtype=np.float64),
        tap=np.array([row[4] for row in branches], dtype=np.float64),
        shift_deg=np.array([row[5] for row in branches], dtype=np.float64),
        rate_mva=np.array([row[6] or 0.0 for row in branches], dtype=np.float64),  # the engine's 0: unlimited
        unit_ids=tuple(row[0] for row in units),
        unit_bus=bus_positions("unit_bus", [(row[0], row[1]) for row in units]),
        unit_p_mw=np.array([row[2] for row in units], dtype=np.float64),
        unit_pmax_mw=np.array([row[3] for row in units], dtype=np.float64),
    )


def name_assets(asset_ids: list[str]) -> list[AssetName]:
    """Return what each id names, in the order given; ids that name nothing are left out."""
    named: dict[str, AssetName] = {}
    for substation in models.Substation.objects.filter(pk__in=asset_ids):
        named[substation.pk] = AssetName(asset_id=substation.pk, kind="Substation", name=substation.name)
    for bus in models.Bus.objects.filter(pk__in=asset_ids).select_related("substation"):
        name = f"Bus {bus.number}, {bus.base_kv:g} kV at {bus.substation.name}"
        named[bus.pk] = AssetName(asset_id=bus.pk, kind="Bus", name=name)
    for branch in models.Branch.objects.filter(pk__in=asset_ids).select_related(
        "from_substation", "to_substation"
    ):
        named[branch.pk] = AssetName(asset_id=branch.pk, kind="Branch", name=branch_name(branch))
    for plant in models.Plant.objects.filter(pk__in=asset_ids).select_related("substation"):
        name = f"{plant.fuel_type} unit of {plant.p_max_mw:g} MW at {plant.substation.name}"
        named[plant.pk] = AssetName(asset_id=plant.pk, kind="Plant", name=name)
    return [named[asset_id] for asset_id in asset_ids if asset_id in named]


def zone_names(asset_ids: list[str]) -> dict[str, str]:
    """Return the names of the load zones of substations, buses, branches and units, where on record."""
    names: dict[str, str] = {}
    for model in (models.Substation, models.Bus, models.Branch, models.Plant):
        rows = model.objects.filter(pk__in=asset_ids, zone__isnull=False)  # type: ignore[attr-defined]
        names.update(rows.values_list("pk", "zone__name"))
    return names


def branch_name(branch: models.Branch) -> str:
    """Return a branch's name: its ends and voltage."""
    ends = f"{branch.from_substation.name} to {branch.to_substation.name}"
    return f"{ends}, {branch.base_kv:g} kV {branch.get_kind_display().lower()}"


def name_branches(branch_ids: list[str]) -> dict[str, str]:
    """Return the names of branches by id."""
    rows = models.Branch.objects.filter(pk__in=branch_ids).select_related("from_substation", "to_substation")
    return {row.pk: branch_name(row) for row in rows}


def branch_substations(branch_ids: list[str]) -> dict[str, tuple[str, str]]:
    """Return the substations at both ends of branches by id."""
    rows = models.Branch.objects.filter(pk__in=branch_ids)
    return {
        key: (start, end)
        for key, start, end in rows.values_list("pk", "from_substation_id", "to_substation_id")
    }


def branches_at(substation_id: str, user: Any) -> list[str]:
    """Return the branches that end at a substation and that a user may see."""
    rows = models.Branch.objects.visible_to(user).filter(
        Q(from_substation_id=substation_id) | Q(to_substation_id=substation_id)
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def asset_interconnects(asset_ids: list[str]) -> set[str]:
    """Return the interconnections the named substations, buses, branches and plants belong to."""
    found: set[str] = set()
    for model in (models.Substation, models.Bus, models.Branch, models.Plant):
        rows = model.objects.filter(pk__in=asset_ids).order_by().values_list("interconnect", flat=True)
        found |= set(rows.distinct())
    return found
