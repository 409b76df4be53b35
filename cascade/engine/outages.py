"""What goes out of service first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cascade.engine.errors import CascadeInputError
from grid.powerflow.arrays import BoolArray, IntArray
from grid.powerflow.network import Network

_IDS_IN_MESSAGE = 10


class UnknownAsset(CascadeInputError):
    """Report ids that do not name one asset each.

    Attributes:
        ids: the offending ids, as text.
    """

    code = "UNKNOWN_ASSET"

    def __init__(self, *, field: str, ids: tuple[str, ...], problem: str) -> None:
        self.ids = ids
        more = "" if len(ids) <= _IDS_IN_MESSAGE else f" and {len(ids) - _IDS_IN_MESSAGE} more"
        super().__init__(field=field, message=f"{problem}: {', '.join(ids[:_IDS_IN_MESSAGE])}{more}")


class NoOutage(CascadeInputError):
    """Report that nothing was taken out of service."""

    code = "NO_OUTAGE"


@dataclass(frozen=True, eq=False, kw_only=True)
class Outages:
    """Hold what is taken out of service before the first wave.

    Attributes:
        branch_out: branches taken out for themselves; those of an outaged bus follow from it.
        bus_out: buses taken out, each with its branches, load and units.
        unit_out: units of the network as given that stop, each with its capacity; a pump stops consuming.
            None stands for none.
        may_be_none: whether nothing at all may be marked, see :meth:`none`.
    """

    branch_out: BoolArray
    bus_out: BoolArray
    unit_out: BoolArray | None = None
    may_be_none: bool = False

    def __post_init__(self) -> None:
        """Copy and freeze the masks.

        Raises:
            NoOutage: if nothing is marked, and that was not asked for.
        """
        for name in ("branch_out", "bus_out", "unit_out"):
            if getattr(self, name) is None and name == "unit_out":
                continue
            mask = np.array(getattr(self, name), dtype=np.bool_)
            mask.setflags(write=False)
            object.__setattr__(self, name, mask)
        if self.is_empty and not self.may_be_none:
            raise NoOutage(
                field="outages", message="name at least one branch, bus, unit or substation with buses"
            )

    @classmethod
    def none(cls, network: Network) -> Outages:
        """Return the outage of nothing: the base case, in which only overloads can trip."""
        return cls(
            branch_out=np.zeros(network.n_branches, dtype=np.bool_),
            bus_out=np.zeros(network.n_buses, dtype=np.bool_),
            may_be_none=True,
        )

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is taken out."""
        masks = (self.branch_out, self.bus_out, self.unit_out)
        return not any(mask is not None and mask.any() for mask in masks)

    @property
    def units(self) -> IntArray:
        """Return the indices of the units taken out for themselves."""
        return np.empty(0, dtype=np.int64) if self.unit_out is None else np.flatnonzero(self.unit_out)


def resolve_outages(
    *,
    network: Network,
    branch_ids: Iterable[str] = (),
    bus_ids: Iterable[str] = (),
    substation_ids: Iterable[str] = (),
    unit_ids: Iterable[str] = (),
) -> Outages:
    """Turn ids into an outage; a substation stands for all its buses, a plant is a unit of the network.

    Naming an asset twice in one list is an error; naming a bus and its substation, or a bus and its branch,
    is not.

    Raises:
        UnknownAsset: if an id is malformed, unknown or given twice, listing all of them for the first list at
            fault.
        NoOutage: if nothing is left to take out.
    """
    branches = _positions(field="branch_ids", ids=branch_ids, known=network.branch_index)
    buses = _positions(field="bus_ids", ids=bus_ids, known=network.bus_index)
    substations = _positions(field="substation_ids", ids=substation_ids, known=network.substation_index)
    units = _positions(field="unit_ids", ids=unit_ids, known=network.unit_index)
    branch_out = np.zeros(network.n_branches, dtype=np.bool_)
    branch_out[branches] = True
    unit_out = np.zeros(network.n_units, dtype=np.bool_)
    unit_out[units] = True
    bus_out = np.isin(network.bus_substation, substations)
    bus_out[buses] = True
    return Outages(branch_out=branch_out, bus_out=bus_out, unit_out=unit_out if len(units) else None)


def branch_outage(network: Network, branch: int) -> Outages:
    """Return the outage of the one branch at an index.

    Raises:
        UnknownAsset: if the network has no such branch.
    """
    if not 0 <= branch < network.n_branches:
        raise UnknownAsset(field="branch_indices", ids=(str(branch),), problem="not a branch index")
    branch_out = np.zeros(network.n_branches, dtype=np.bool_)
    branch_out[branch] = True
    return Outages(branch_out=branch_out, bus_out=np.zeros(network.n_buses, dtype=np.bool_))


def _positions(*, field: str, ids: Iterable[str], known: Mapping[str, int]) -> IntArray:
    if isinstance(ids, str) or not isinstance(ids, Iterable):
        raise UnknownAsset(field=field, ids=(repr(ids),), problem="give a list of ids, not a single value")
    given: list[object] = list(ids)
    malformed = tuple(repr(entry) for entry in given if not isinstance(entry, str) or not entry.strip())
    if malformed:
        raise UnknownAsset(field=field, ids=malformed, problem="malformed ids")
    counts = Counter(str(entry) for entry in given)
    unknown = tuple(asset_id for asset_id in counts if asset_id not in known)
    if unknown:
        raise UnknownAsset(field=field, ids=unknown, problem="not in the network")
    repeated = tuple(asset_id for asset_id, count in counts.items() if count > 1)
    if repeated:
        raise UnknownAsset(field=field, ids=repeated, problem="given more than once")
    return np.array([known[asset_id] for asset_id in counts], dtype=np.int64)
