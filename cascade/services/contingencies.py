"""Which contingencies a batch runs."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from cascade.engine.batch.contingencies import Contingencies, from_lists
from cascade.engine.scenarios.resolving import draw_storms
from cascade.engine.scenarios.spec import ScenarioSpec
from flux_site.api.errors import BadInput
from grid.powerflow.network import Network
from grid.selectors.network_places import load_places

MAX_CONTINGENCIES = 500_000
MAX_STORMS = 20_000


class BatchKind(StrEnum):
    """Which contingencies a batch runs."""

    N1_BRANCH = "N1_BRANCH"
    """The loss of each branch."""
    N1_BUS = "N1_BUS"
    """The loss of each bus."""
    N1_SUBSTATION = "N1_SUBSTATION"
    """The loss of each substation."""
    N2_RANDOM = "N2_RANDOM"
    """The loss of two branches, drawn evenly from all pairs."""
    MONTE_CARLO = "MONTE_CARLO"
    """What the wind of a scenario breaks, drawn again and again."""


def contingencies_of(
    *, kind: BatchKind, network: Network, interconnect: str, spec: ScenarioSpec, count: int | None, seed: int
) -> Contingencies:
    """Return the contingencies of a kind.

    Raises:
        BadInput: naming the field: a count that is missing or out of range, or a scenario without fragility.
    """
    if kind == BatchKind.N1_BRANCH:
        return from_lists([[branch] for branch in range(network.n_branches)])
    if kind == BatchKind.N1_BUS:
        return _buses([[bus] for bus in range(network.n_buses)])
    if kind == BatchKind.N1_SUBSTATION:
        order = np.argsort(network.bus_substation, kind="stable")
        bounds = np.searchsorted(network.bus_substation[order], np.arange(len(network.substation_ids) + 1))
        return _buses([order[bounds[n] : bounds[n + 1]].tolist() for n in range(len(bounds) - 1)])
    most = MAX_STORMS if kind == BatchKind.MONTE_CARLO else MAX_CONTINGENCIES
    if count is None or not 1 <= count <= most:
        raise BadInput(f"count is {count}; {kind} needs 1 to {most}.", field="count")
    if kind == BatchKind.N2_RANDOM:
        return from_lists(_pairs(network.n_branches, count, seed))
    if not spec.fragility:
        raise BadInput("MONTE_CARLO needs a scenario with wind and fragility.", field="scenarioId")
    places = load_places(interconnect, network)
    drawn = draw_storms(spec=spec, network=network, places=places, count=count)
    return from_lists(
        [np.flatnonzero(branch_out).tolist() for branch_out, _ in drawn],
        [np.flatnonzero(bus_out).tolist() for _, bus_out in drawn],
    )


def label_of(contingencies: Contingencies, row: int, network: Network, kind: str) -> str:
    """Return what a contingency takes out, for people; its number where it is a draw."""
    if kind == BatchKind.MONTE_CARLO:
        return f"draw {row}"
    buses = contingencies.buses_of(row)
    if kind == BatchKind.N1_SUBSTATION and len(buses):
        return network.substation_ids[network.bus_substation[buses[0]]]
    branches = [network.branch_ids[branch] for branch in contingencies.branches_of(row)]
    return " + ".join([*branches, *(network.bus_ids[bus] for bus in buses)])


def _buses(rows: Sequence[Sequence[int]]) -> Contingencies:
    return from_lists([[] for _ in rows], rows)


def _pairs(n_branches: int, count: int, seed: int) -> list[list[int]]:
    """Return drawn pairs of different branches; a pair may come twice.

    Raises:
        BadInput: if there are fewer than two branches.
    """
    if n_branches < 2:
        raise BadInput("The network has fewer than two branches.", field="kind")
    rng = np.random.Generator(np.random.PCG64(seed))
    first = rng.integers(0, n_branches, count)
    second = rng.integers(0, n_branches - 1, count)
    second += second >= first
    pairs: list[list[int]] = np.sort(np.column_stack([first, second]), axis=1).tolist()
    return pairs
