"""Lists of contingencies as arrays: what goes out first, for each of many cascades."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from cascade.engine.errors import CascadeInputError
from cascade.engine.outages import Outages
from grid.powerflow.arrays import IntArray
from grid.powerflow.network import Network


class InvalidContingencies(CascadeInputError):
    """Report a list that is no list of contingencies of the network."""

    code = "INVALID_CONTINGENCIES"


@dataclass(frozen=True, eq=False, kw_only=True)
class Contingencies:
    """Hold the branches, buses and units that each contingency takes out, in compressed row form.

    Contingency i takes out ``branch[branch_start[i]:branch_start[i + 1]]``,
    ``bus[bus_start[i]:bus_start[i + 1]]`` and the same of units; a bus goes with its branches, load and
    units. Naming a branch twice is naming it once. A contingency of nothing is allowed: the cascade of the
    intact network.

    Attributes:
        branch_start: one entry per contingency and one more, from 0, never falling.
        branch: branch indices.
        bus_start: the same for buses.
        bus: bus indices.
        unit_start: the same for units; left out: none goes out.
        unit: indices of units of the network as it was given; a pump takes its consumption with it.
        number: number of each contingency in the whole list, which chance is drawn by; left out: from 0 on.

    Raises:
        InvalidContingencies: naming the field.
    """

    branch_start: IntArray
    branch: IntArray
    bus_start: IntArray
    bus: IntArray
    unit_start: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    unit: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    number: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __post_init__(self) -> None:
        """Copy, freeze and check the arrays."""
        for name in ("branch_start", "branch", "bus_start", "bus", "unit_start", "unit", "number"):
            object.__setattr__(self, name, _whole_numbers(name, getattr(self, name)))
        if not len(self.unit_start):
            object.__setattr__(self, "unit_start", np.zeros(len(self.branch_start), dtype=np.int64))
        if not len(self.number):
            object.__setattr__(self, "number", np.arange(max(len(self), 0)))
        for name, entries in (
            ("branch_start", self.branch),
            ("bus_start", self.bus),
            ("unit_start", self.unit),
        ):
            start = getattr(self, name)
            sound = len(start) > 0 and start[0] == 0 and start[-1] == len(entries)
            if not sound or np.any(np.diff(start) < 0):
                raise InvalidContingencies(
                    field=name, message=f"must rise from 0 to the number of entries, {len(entries)}"
                )
        for name in ("bus_start", "unit_start"):
            count = len(getattr(self, name)) - 1
            if count != len(self):
                raise InvalidContingencies(
                    field=name, message=f"is for {count} contingencies, branch_start for {len(self)}"
                )
        if len(self.number) != len(self) or np.any(self.number < 0):
            raise InvalidContingencies(
                field="number", message="must be a whole number from 0 for each contingency"
            )

    def __len__(self) -> int:
        """Count the contingencies."""
        return len(self.branch_start) - 1

    def branches_of(self, index: int) -> IntArray:
        """Return the branches that one contingency takes out for themselves."""
        return self.branch[self.branch_start[index] : self.branch_start[index + 1]]

    def buses_of(self, index: int) -> IntArray:
        """Return the buses that one contingency takes out."""
        return self.bus[self.bus_start[index] : self.bus_start[index + 1]]

    def units_of(self, index: int) -> IntArray:
        """Return the units that one contingency takes out for themselves."""
        return self.unit[self.unit_start[index] : self.unit_start[index + 1]]

    def outages(self, index: int, network: Network) -> Outages:
        """Return one contingency of a network, as it was given, for :func:`cascade.engine.cascade.simulate`.

        Raises:
            NoOutage: if it takes nothing out.
        """
        branch_out = np.zeros(network.n_branches, dtype=np.bool_)
        branch_out[self.branches_of(index)] = True
        bus_out = np.zeros(network.n_buses, dtype=np.bool_)
        bus_out[self.buses_of(index)] = True
        units = self.units_of(index)
        unit_out = None
        if len(units):
            unit_out = np.zeros(network.n_units, dtype=np.bool_)
            unit_out[units] = True
        return Outages(branch_out=branch_out, bus_out=bus_out, unit_out=unit_out)

    def part(self, first: int, last: int) -> Contingencies:
        """Return the contingencies from ``first`` up to ``last``."""
        branches = self.branch_start[first : last + 1]
        buses = self.bus_start[first : last + 1]
        units = self.unit_start[first : last + 1]
        return Contingencies(
            branch_start=branches - branches[0],
            branch=self.branch[branches[0] : branches[-1]],
            bus_start=buses - buses[0],
            bus=self.bus[buses[0] : buses[-1]],
            unit_start=units - units[0],
            unit=self.unit[units[0] : units[-1]],
            number=self.number[first:last],
        )

    def check(self, network: Network) -> None:
        """Check that every entry is of the network as it was given.

        Raises:
            InvalidContingencies: naming the entries that are not.
        """
        for name, entries, count in (
            ("branch", self.branch, network.n_branches),
            ("bus", self.bus, network.n_buses),
            ("unit", self.unit, network.n_units),
        ):
            wrong = entries[(entries < 0) | (entries >= count)]
            if len(wrong):
                shown = ", ".join(map(str, wrong[:10].tolist()))
                raise InvalidContingencies(
                    field=name, message=f"holds {shown}; allowed: indices from 0 to {count - 1}"
                )


def from_lists(
    branches: Sequence[Iterable[int]],
    buses: Sequence[Iterable[int]] | None = None,
    units: Sequence[Iterable[int]] | None = None,
) -> Contingencies:
    """Return contingencies from a list of branches, and perhaps one of buses and one of units, for each.

    Raises:
        InvalidContingencies: if an entry is no whole number.
    """
    branch_start, branch = _rows(branches)
    bus_start, bus = _rows([[] for _ in branches] if buses is None else buses)
    unit_start, unit = _rows([[] for _ in branches] if units is None else units)
    return Contingencies(
        branch_start=branch_start,
        branch=branch,
        bus_start=bus_start,
        bus=bus,
        unit_start=unit_start,
        unit=unit,
    )


def from_outages(outages: Sequence[Outages]) -> Contingencies:
    """Return contingencies from outages."""
    return from_lists(
        [np.flatnonzero(each.branch_out).tolist() for each in outages],
        [np.flatnonzero(each.bus_out).tolist() for each in outages],
        [each.units.tolist() for each in outages],
    )


def split(contingencies: Contingencies, n: int) -> list[Contingencies]:
    """Return up to n parts of nearly equal size, in order, none of them empty.

    Each contingency is worked on alone, so the results of the parts, merged in order, are those of the whole.

    Raises:
        InvalidContingencies: if n < 1.
    """
    if n < 1:
        raise InvalidContingencies(field="n", message=f"is {n}; allowed: 1 or more parts")
    bounds = np.unique(np.linspace(0, len(contingencies), n + 1).round().astype(np.int64)).tolist()
    return [contingencies.part(first, last) for first, last in pairwise(bounds)]


def _rows(rows: Sequence[Iterable[int]]) -> tuple[IntArray, IntArray]:
    """Return where each row starts, and the entries of all."""
    lists = [list(row) for row in rows]
    start = np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int64)
    return start, np.array([entry for row in lists for entry in row])


def _whole_numbers(field: str, values: object) -> IntArray:
    array = np.array(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise InvalidContingencies(field=field, message="must be a list of whole numbers")
    whole = array.astype(np.int64)
    whole.setflags(write=False)
    return whole
