"""Lists of contingencies as arrays: what goes out first, for each of many cascades."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    """Hold the branches and buses that each contingency takes out, in compressed row form.

    Contingency i takes out ``branch[branch_start[i]:branch_start[i + 1]]`` and
    ``bus[bus_start[i]:bus_start[i + 1]]``; a bus goes with its branches, load and units. Naming a branch
    twice is naming it once. A contingency of nothing is allowed: the cascade of the intact network.

    Attributes:
        branch_start: one entry per contingency and one more, from 0, never falling.
        branch: branch indices.
        bus_start: the same for buses.
        bus: bus indices.

    Raises:
        InvalidContingencies: naming the field.
    """

    branch_start: IntArray
    branch: IntArray
    bus_start: IntArray
    bus: IntArray

    def __post_init__(self) -> None:
        """Copy, freeze and check the arrays."""
        for name in ("branch_start", "branch", "bus_start", "bus"):
            object.__setattr__(self, name, _whole_numbers(name, getattr(self, name)))
        for name, entries in (("branch_start", self.branch), ("bus_start", self.bus)):
            start = getattr(self, name)
            sound = len(start) > 0 and start[0] == 0 and start[-1] == len(entries)
            if not sound or np.any(np.diff(start) < 0):
                raise InvalidContingencies(
                    field=name, message=f"must rise from 0 to the number of entries, {len(entries)}"
                )
        if len(self.branch_start) != len(self.bus_start):
            raise InvalidContingencies(
                field="bus_start",
                message=f"is for {len(self.bus_start) - 1} contingencies, branch_start for {len(self)}",
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

    def outages(self, index: int, network: Network) -> Outages:
        """Return one contingency for :func:`cascade.engine.cascade.simulate`.

        Raises:
            NoOutage: if it takes nothing out.
        """
        branch_out = np.zeros(network.n_branches, dtype=np.bool_)
        branch_out[self.branches_of(index)] = True
        bus_out = np.zeros(network.n_buses, dtype=np.bool_)
        bus_out[self.buses_of(index)] = True
        return Outages(branch_out=branch_out, bus_out=bus_out)

    def part(self, first: int, last: int) -> Contingencies:
        """Return the contingencies from ``first`` up to ``last``."""
        branches = self.branch_start[first : last + 1]
        buses = self.bus_start[first : last + 1]
        return Contingencies(
            branch_start=branches - branches[0],
            branch=self.branch[branches[0] : branches[-1]],
            bus_start=buses - buses[0],
            bus=self.bus[buses[0] : buses[-1]],
        )

    def check(self, network: Network) -> None:
        """Check that every entry is of the network.

        Raises:
            InvalidContingencies: naming the entries that are not.
        """
        for name, entries, count in (
            ("branch", self.branch, network.n_branches),
            ("bus", self.bus, network.n_buses),
        ):
            wrong = entries[(entries < 0) | (entries >= count)]
            if len(wrong):
                shown = ", ".join(map(str, wrong[:10].tolist()))
                raise InvalidContingencies(
                    field=name, message=f"holds {shown}; allowed: indices from 0 to {count - 1}"
                )


def from_lists(
    branches: Sequence[Iterable[int]], buses: Sequence[Iterable[int]] | None = None
) -> Contingencies:
    """Return contingencies from a list of branches, and perhaps one of buses, for each."""
    branch_rows = [list(row) for row in branches]
    bus_rows = [list(row) for row in buses] if buses is not None else [[] for _ in branch_rows]
    return Contingencies(
        branch_start=_starts([len(row) for row in branch_rows]),
        branch=np.array([entry for row in branch_rows for entry in row], dtype=np.int64),
        bus_start=_starts([len(row) for row in bus_rows]),
        bus=np.array([entry for row in bus_rows for entry in row], dtype=np.int64),
    )


def from_outages(outages: Sequence[Outages]) -> Contingencies:
    """Return contingencies from outages."""
    return from_lists(
        [np.flatnonzero(each.branch_out).tolist() for each in outages],
        [np.flatnonzero(each.bus_out).tolist() for each in outages],
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


def _starts(counts: Sequence[int]) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _whole_numbers(field: str, values: object) -> IntArray:
    array = np.array(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise InvalidContingencies(field=field, message="must be a list of whole numbers")
    whole = array.astype(np.int64)
    whole.setflags(write=False)
    return whole
