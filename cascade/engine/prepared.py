"""What all cascades of one network share, computed once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.powerflow.arrays import BoolArray
from grid.powerflow.balance import balance_islands
from grid.powerflow.dc_model import DcModel, Factor
from grid.powerflow.dcflow import SingularIsland, solve_flows
from grid.powerflow.islands import IslandFinder, Islands
from grid.powerflow.network import Network, normalise


@dataclass(frozen=True, eq=False)
class Prepared:
    """Hold a network made ready for many cascades. Not changed by use; not to be sent to another process.

    Attributes:
        source: the network as it was given; outages refer to it.
        network: the normalised network; same buses and branches, other units.
        finder: finds islands.
        model: the pattern of its power flow.
        islands: islands of the intact network.
        rated: branches with a rating, that is rate > 0.
        factor: factors of the intact network; None if its power flow has no unique solution.
    """

    source: Network
    network: Network
    finder: IslandFinder
    model: DcModel
    islands: Islands
    rated: BoolArray
    factor: Factor | None


def prepare(network: Network) -> Prepared:
    """Normalise a network and factorise it intact, so that each cascade on it is cheaper.

    The cascades themselves come out the same with or without it.
    """
    normalised = normalise(network)
    finder = IslandFinder(
        n_buses=normalised.n_buses, branch_from=normalised.branch_from, branch_to=normalised.branch_to
    )
    branch_on = np.ones(normalised.n_branches, dtype=np.bool_)
    islands = finder.find(branch_on)
    model = DcModel(normalised)
    return Prepared(
        source=network,
        network=normalised,
        finder=finder,
        model=model,
        islands=islands,
        rated=normalised.rate_mva > 0.0,
        factor=_factorise_intact(normalised, model, islands, branch_on),
    )


def _factorise_intact(
    network: Network, model: DcModel, islands: Islands, branch_on: BoolArray
) -> Factor | None:
    balance = balance_islands(
        islands=islands,
        bus_load_mw=network.bus_load_mw,
        unit_bus=network.unit_bus,
        unit_p_mw=network.unit_p_mw,
        unit_pmax_mw=network.unit_pmax_mw,
    )
    injection_mw = model.injections(bus_load_mw=balance.bus_load_mw, unit_p_mw=balance.unit_p_mw)
    try:
        _, factor = solve_flows(
            model, islands=islands, alive=balance.alive, branch_on=branch_on, injection_mw=injection_mw
        )
    except SingularIsland:
        # The rules solve no flow before the outages, and these may remove what is singular.
        return None
    return factor
