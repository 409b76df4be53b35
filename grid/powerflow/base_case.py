"""The intact network, balanced once, and the ratings that its flows call in question."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from grid.powerflow.arrays import BoolArray, FloatArray
from grid.powerflow.balance import balance_islands
from grid.powerflow.dc_model import DcModel
from grid.powerflow.dcflow import solve_flows
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network, normalise

RATING_MARGIN = 1.05
"""A branch loaded above its rating while nothing is out is given this multiple of its base-case flow."""


@dataclass(frozen=True, eq=False)
class BaseCase:
    """Hold the intact network's balanced state and flows.

    Attributes:
        network: the normalised network, whose units the outputs belong to.
        bus_load_mw: load served at each bus.
        unit_p_mw: output of each unit of ``network``.
        flow_mw: flow of every branch, positive from its from end.
        demand_mw: load asked for.
        shed_mw: load that could not be served, because an island is dead or short of capacity.
        bus_dead: buses in islands without capacity or without load.
        n_islands: number of islands.
    """

    network: Network
    bus_load_mw: FloatArray
    unit_p_mw: FloatArray
    flow_mw: FloatArray
    demand_mw: float
    shed_mw: float
    bus_dead: BoolArray
    n_islands: int


def solve_base_case(network: Network) -> BaseCase:
    """Normalise a network, balance it once with everything in service and solve its flows.

    Dispatches from AC studies generate the losses too, so that output exceeds load; the balance scales it
    down.

    Raises:
        SingularIsland: if a live island's equations have no unique solution.
    """
    network = normalise(network)
    branch_on = np.ones(network.n_branches, dtype=np.bool_)
    finder = IslandFinder(
        n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to
    )
    islands = finder.find(branch_on)
    balance = balance_islands(
        islands=islands,
        bus_load_mw=network.bus_load_mw,
        unit_bus=network.unit_bus,
        unit_p_mw=network.unit_p_mw,
        unit_pmax_mw=network.unit_pmax_mw,
    )
    model = DcModel(network)
    injection_mw = model.injections(bus_load_mw=balance.bus_load_mw, unit_p_mw=balance.unit_p_mw)
    solution, _ = solve_flows(
        model, islands=islands, alive=balance.alive, branch_on=branch_on, injection_mw=injection_mw
    )
    demand_mw = float(network.bus_load_mw.sum())
    return BaseCase(
        network=network,
        bus_load_mw=balance.bus_load_mw,
        unit_p_mw=balance.unit_p_mw,
        flow_mw=solution.flow_mw,
        demand_mw=demand_mw,
        shed_mw=demand_mw - float(balance.bus_load_mw.sum()),
        bus_dead=~balance.alive[islands.label],
        n_islands=islands.count,
    )


def adjusted_ratings(network: Network) -> tuple[FloatArray, BoolArray, FloatArray]:
    """Return ratings under which the base case has no overload.

    A rated branch with |base flow| > rate gets max(rate, 1.05 · |base flow|): such a rating
    contradicts the case it comes with, and would trip without cause. Unlimited branches (rate 0) stay
    unlimited. Applied twice, the second changes nothing.

    Returns:
        rate_mva: the rating to use, per branch.
        adjusted: which branches were given another rating than the data's (a data-quality flag).
        base_flow_mw: base-case flow, positive from the from end.

    Raises:
        SingularIsland: if a live island's equations have no unique solution.
    """
    base_flow_mw = solve_base_case(network).flow_mw
    size_mw = np.abs(base_flow_mw)
    adjusted = (network.rate_mva > 0.0) & (size_mw > network.rate_mva)
    rate_mva = np.where(adjusted, np.maximum(network.rate_mva, RATING_MARGIN * size_mw), network.rate_mva)
    return rate_mva, adjusted, base_flow_mw


def secured(network: Network, load_multiplier: float) -> Network:
    """Return the network with ratings that hold its intact flows at a load multiplier.

    ``rate = max(rate, 1.05 · |base flow at that load|)`` for every rated branch, so also where the flow is
    just below the rating; unlimited branches stay unlimited. What a study at that load then shows is what
    outages do, and not that the case was made for another load. The multiplier acts on what is load after
    :func:`grid.powerflow.network.normalise`, as in a cascade.

    Raises:
        SingularIsland: if a live island's equations have no unique solution.
    """
    normal = normalise(network)
    loaded = replace(normal, bus_load_mw=normal.bus_load_mw * load_multiplier)
    size_mw = np.abs(solve_base_case(loaded).flow_mw)
    secure_mva = np.maximum(network.rate_mva, RATING_MARGIN * size_mw)
    return replace(network, rate_mva=np.where(network.rate_mva > 0.0, secure_mva, 0.0))
