"""Which contingencies a batch runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from cascade.engine.batch import builders
from cascade.engine.batch.adjustment import Adjustment
from cascade.engine.batch.contingencies import Contingencies, from_lists, from_outages
from cascade.engine.scenarios.resolving import draw_storms
from cascade.engine.scenarios.spec import ScenarioSpec, UnitMethod
from cascade.services.inputs import UnknownAsset, resolve
from cascade.services.local_damage import local_damage
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
    N1_UNIT = "N1_UNIT"
    """The loss of each generating unit; its bus stays in service."""
    N1_PLANT = "N1_PLANT"
    """The loss of all units at each substation; buses, load and branches stay in service."""
    N1_1 = "N1_1"
    """A first loss, its cascade, an adjustment, and then the loss of each branch that is left."""
    N2_RANDOM = "N2_RANDOM"
    """The loss of two branches, drawn evenly from all pairs."""
    N2_SCREENED = "N2_SCREENED"
    """The loss of two branches, every pair that a screening cannot rule out."""
    MONTE_CARLO = "MONTE_CARLO"
    """What a scenario's wind breaks and which units fail, drawn again and again, beside what it names or
    floods."""

    @property
    def words(self) -> str:
        """What a batch is called that was given no name."""
        return _WORDS[self]


_WORDS = {
    BatchKind.N1_BRANCH: "N-1 of branches",
    BatchKind.N1_BUS: "N-1 of buses",
    BatchKind.N1_SUBSTATION: "N-1 of substations",
    BatchKind.N1_UNIT: "N-1 of generating units",
    BatchKind.N1_PLANT: "N-1 of plants",
    BatchKind.N1_1: "N-1-1",
    BatchKind.N2_RANDOM: "N-2 of drawn pairs",
    BatchKind.N2_SCREENED: "N-2 screened",
    BatchKind.MONTE_CARLO: "Monte Carlo",
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is chosen beside the kind.

    Attributes:
        count: how many, of kinds that are drawn.
        seed: what pairs are drawn by; storms are drawn by the seed of their scenario.
        first_losses: ids of the first losses of N1_1, each lost alone; empty: every branch.
        adjustment: what is done before the second loss of N1_1.
        branches: ids of the branches that N2_SCREENED pairs; empty: all.
    """

    count: int | None = None
    seed: int = 0
    first_losses: tuple[str, ...] = ()
    adjustment: Adjustment = Adjustment.NONE
    branches: tuple[str, ...] = ()


def check_choice(kind: BatchKind, choice: Choice) -> None:
    """Refuse what does not go with a kind.

    Raises:
        BadInput: naming the field.
    """
    for given, field, wanted in (
        (bool(choice.first_losses), "firstLosses", BatchKind.N1_1),
        (choice.adjustment != Adjustment.NONE, "adjustment", BatchKind.N1_1),
        (bool(choice.branches), "branches", BatchKind.N2_SCREENED),
    ):
        if given and kind != wanted:
            raise BadInput(f"{field} goes with {wanted}, not with {kind}.", field=field)


def contingencies_of(
    *, kind: BatchKind, network: Network, interconnect: str, spec: ScenarioSpec, choice: Choice
) -> Contingencies | None:
    """Return the contingencies of a kind, of N1_1 the first losses; None if a screening is to find them.

    Raises:
        BadInput: naming the field: a count that is missing or out of range, too many of them, or a scenario
            in which nothing is drawn.
        UnknownAsset: if a first loss names nothing in service.
    """
    if kind == BatchKind.N1_BRANCH:
        return _checked(builders.every_branch(network), network)
    if kind == BatchKind.N1_BUS:
        return _checked(builders.every_bus(network), network)
    if kind == BatchKind.N1_SUBSTATION:
        return _checked(builders.every_substation(network), network)
    if kind == BatchKind.N1_UNIT:
        return _checked(builders.every_unit(network), network)
    if kind == BatchKind.N1_PLANT:
        return _checked(builders.every_plant(network)[0], network)
    if kind == BatchKind.N2_SCREENED:
        branch_indices(network, choice.branches)
        return None
    if kind == BatchKind.N1_1:
        return _first_losses(network, choice.first_losses)
    count = choice.count
    most = MAX_STORMS if kind == BatchKind.MONTE_CARLO else MAX_CONTINGENCIES
    if count is None or not 1 <= count <= most:
        raise BadInput(f"count is {count}; {kind} needs 1 to {most}.", field="count")
    if kind == BatchKind.N2_RANDOM:
        return from_lists(_pairs(network.n_branches, count, choice.seed))
    return _storms(network, interconnect, spec, count)


def branch_indices(network: Network, ids: Sequence[str]) -> list[int] | None:
    """Return the branches that ids name; None for none named, which stands for all.

    Raises:
        BadInput: if an id names no branch in service, or there are fewer than two.
    """
    if not ids:
        if network.n_branches < 2:
            raise BadInput("The network has fewer than two branches.", field="kind")
        return None
    unknown = [each for each in ids if each not in network.branch_index]
    if unknown:
        raise BadInput(f"No branches in service: {', '.join(unknown[:10])}.", field="branches")
    found = sorted({network.branch_index[each] for each in ids})
    if len(found) < 2:
        raise BadInput("Name two branches or more: they are lost in pairs.", field="branches")
    return found


def _checked(contingencies: Contingencies, network: Network) -> Contingencies:
    if not len(contingencies):
        raise BadInput("The network holds nothing of that kind.", field="kind")
    if len(contingencies) > MAX_CONTINGENCIES:
        raise BadInput(
            f"They are {len(contingencies):,}; at most {MAX_CONTINGENCIES:,} in one batch.", field="kind"
        )
    return contingencies


def _first_losses(network: Network, ids: Sequence[str]) -> Contingencies:
    """Return each of the assets named as a contingency of its own; every branch if none is."""
    count = len(ids) or network.n_branches
    most = MAX_CONTINGENCIES // max(network.n_branches, 1)
    if count > most:
        raise BadInput(
            f"{count:,} first losses with {network.n_branches:,} second ones each are more than "
            f"{MAX_CONTINGENCIES:,}; name at most {most:,} of them.",
            field="firstLosses",
        )
    if not ids:
        return _checked(builders.every_branch(network), network)
    try:
        return from_outages([resolve(network=network, outages=[each]) for each in ids])
    except UnknownAsset as error:
        raise UnknownAsset(str(error), field="firstLosses") from error


def _storms(network: Network, interconnect: str, spec: ScenarioSpec, count: int) -> Contingencies:
    """Return draws of what fails by chance in a scenario, each beside what it names and what it floods.

    Poles and spans are of the distribution network and in no batch.
    """
    if not spec.fragility and not any(rule.method == UnitMethod.DRAW for rule in spec.units):
        raise BadInput(
            "MONTE_CARLO needs a scenario in which something is drawn: wind and fragility, or units.",
            field="scenarioId",
        )
    places = load_places(interconnect, network)
    drawn = draw_storms(spec=spec, network=network, places=places, count=count)
    branch, bus, unit = (np.zeros(n, bool) for n in (network.n_branches, network.n_buses, network.n_units))
    if spec.outages:
        named = resolve(network=network, outages=spec.outages)
        branch, bus = named.branch_out, named.bus_out
        unit = unit if named.unit_out is None else named.unit_out
    if spec.flood is not None:
        flooded = local_damage(interconnect=interconnect, spec=replace(spec, fragility=())).substations
        at = [network.substation_index[each] for each in flooded if each in network.substation_index]
        bus = bus | np.isin(network.bus_substation, at)
    return from_lists(
        *(
            [np.flatnonzero(draw[part] | always).tolist() for draw in drawn]
            for part, always in enumerate((branch, bus, unit))
        )
    )


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
