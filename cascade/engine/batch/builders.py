"""Lists of contingencies for a network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from cascade.engine.batch.contingencies import Contingencies, InvalidContingencies, from_lists
from grid.powerflow.arrays import FloatArray, IntArray
from grid.powerflow.network import Network


def every_branch(network: Network) -> Contingencies:
    """Return N-1: each branch alone, in the order of the network."""
    n = network.n_branches
    return Contingencies(
        branch_start=np.arange(n + 1),
        branch=np.arange(n),
        bus_start=np.zeros(n + 1, dtype=np.int64),
        bus=np.empty(0, dtype=np.int64),
    )


def every_bus(network: Network) -> Contingencies:
    """Return the loss of each bus with its branches, load and units."""
    return _groups_of_buses(np.arange(network.n_buses), network.n_buses)


def every_substation(network: Network) -> Contingencies:
    """Return the loss of all buses of each substation; nothing goes out with one that has none."""
    return _groups_of_buses(network.bus_substation, len(network.substation_ids))


def every_unit(network: Network) -> Contingencies:
    """Return the loss of each unit alone, in the order of the network; its bus stays in service.

    A pump goes with what it consumes.
    """
    n = network.n_units
    return _groups_of_units(np.arange(n), np.arange(n), n)


def every_plant(network: Network) -> tuple[Contingencies, IntArray]:
    """Return the loss of each plant, and a bus of each.

    A plant is all units at one substation (of a bus without substation: at that bus). They stop; buses, load
    and branches stay: the loss of all generating units at a generating station (NERC TPL-001, table 1,
    extreme events).
    """
    at = network.bus_substation[network.unit_bus]
    # Buses without substation get numbers behind those of the substations.
    key = np.where(at >= 0, at, len(network.substation_ids) + network.unit_bus)
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    units = np.arange(network.n_units)
    return _groups_of_units(units, group, len(first)), network.unit_bus[first]


def pairs(first: Sequence[int] | IntArray, second: Sequence[int] | IntArray) -> Contingencies:
    """Return N-2 for the pairs given, for instance those that a screening left.

    Raises:
        InvalidContingencies: if the lists differ in length or a pair is one branch twice.
    """
    one, two = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    if len(one) != len(two):
        raise InvalidContingencies(field="second", message=f"has {len(two)} branches, first has {len(one)}")
    if np.any(one == two):
        raise InvalidContingencies(field="second", message="names the same branch as first in a pair")
    return Contingencies(
        branch_start=2 * np.arange(len(one) + 1),
        branch=np.column_stack([one, two]).ravel(),
        bus_start=np.zeros(len(one) + 1, dtype=np.int64),
        bus=np.empty(0, dtype=np.int64),
    )


def random_branches(network: Network, *, size: int, count: int, seed: int) -> Contingencies:
    """Return N-k with k different branches drawn at random, each set as likely as another.

    Raises:
        InvalidContingencies: if there are not as many branches.
    """
    n = network.n_branches
    if not 1 <= size <= n:
        raise InvalidContingencies(field="size", message=f"is {size}; allowed: from 1 to {n} branches")
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(n, size, replace=False, shuffle=False) for _ in range(count)]
    return Contingencies(
        branch_start=size * np.arange(count + 1),
        branch=np.concatenate(drawn) if drawn else np.empty(0, dtype=np.int64),
        bus_start=np.zeros(count + 1, dtype=np.int64),
        bus=np.empty(0, dtype=np.int64),
    )


def monte_carlo(
    *,
    branch_probability: FloatArray | Sequence[float],
    bus_probability: FloatArray | Sequence[float] | None = None,
    count: int,
    seed: int,
) -> Contingencies:
    """Return draws in which each branch and bus is out with its own probability, independent of the others.

    A draw in which nothing is out stays in the list, so that frequencies keep their denominator. Draw i
    depends on the seed and i alone: a longer list begins with the shorter one.

    Args:
        branch_probability: per branch, 0 .. 1, for instance from a fragility curve and a wind field.
        bus_probability: the same per bus; None for no outages of buses.
        count: number of draws.
        seed: seed of the draws.

    Raises:
        InvalidContingencies: if a probability is none.
    """
    chances = [_probabilities("branch_probability", branch_probability)]
    if bus_probability is not None:
        chances.append(_probabilities("bus_probability", bus_probability))
    drawn: list[list[list[int]]] = [[] for _ in chances]
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        for rows, chance in zip(drawn, chances, strict=True):
            rows.append(np.flatnonzero(rng.random(len(chance)) < chance).tolist())
    return from_lists(drawn[0], drawn[1] if bus_probability is not None else None)


def _groups_of_buses(group: IntArray, count: int) -> Contingencies:
    order = np.argsort(group, kind="stable")
    order = order[group[order] >= 0]
    return Contingencies(
        branch_start=np.zeros(count + 1, dtype=np.int64),
        branch=np.empty(0, dtype=np.int64),
        bus_start=np.searchsorted(group[order], np.arange(count + 1)),
        bus=order,
    )


def _groups_of_units(unit: IntArray, group: IntArray, count: int) -> Contingencies:
    order = np.argsort(group, kind="stable")
    none = np.zeros(count + 1, dtype=np.int64)
    return Contingencies(
        branch_start=none,
        branch=np.empty(0, dtype=np.int64),
        bus_start=none,
        bus=np.empty(0, dtype=np.int64),
        unit_start=np.searchsorted(group[order], np.arange(count + 1)),
        unit=unit[order],
    )


def _probabilities(field: str, values: Iterable[float]) -> FloatArray:
    chance = np.asarray(values, dtype=np.float64)
    if chance.ndim != 1 or not np.all((chance >= 0.0) & (chance <= 1.0)):
        raise InvalidContingencies(field=field, message="must be a list of numbers from 0 to 1")
    return chance
