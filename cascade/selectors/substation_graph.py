"""The substations of an interconnection as a graph, and what is stored about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade import models
from cascade.engine.graph_models.graph import Graph
from flux_site.api.errors import BadInput
from grid.powerflow.arrays import FloatArray
from grid.powerflow.network import Network
from grid.selectors.topology import metered_network


class NotMeasured(BadInput):
    """Nothing that fits the network was measured yet."""

    code = "NOT_MEASURED"


@dataclass(frozen=True, eq=False, kw_only=True)
class SubstationValues:
    """Hold what the spreading model takes of every substation.

    Attributes:
        betweenness: greatest of its buses.
        criticality: greatest simulated loss of its buses over the greatest of the interconnection.
        run: the measurement both are of.
    """

    betweenness: FloatArray
    criticality: FloatArray
    run: models.CentralityRun


def substation_graph(network: Network) -> tuple[Graph, tuple[str, ...]]:
    """Return the substations and the branches in service between them, with the id of each branch."""
    start, end = network.bus_substation[network.branch_from], network.bus_substation[network.branch_to]
    between = np.flatnonzero((start != end) & (start >= 0) & (end >= 0))
    graph = Graph(node_ids=network.substation_ids, edge_from=start[between], edge_to=end[between])
    return graph, tuple(network.branch_ids[index] for index in between.tolist())


def substation_values(network: Network, *, interconnect: str) -> SubstationValues:
    """Return betweenness and criticality from the newest measurement of an interconnection.

    Raises:
        NotMeasured: if there is none, it knows other buses, or lacks what was not simulated.
    """
    scope = models.CentralityScope.TRANSMISSION
    runs = models.CentralityRun.objects.finished().filter(scope=scope, interconnect=interconnect)
    run = runs.order_by("-computed_at").first()
    ask = f"Run startCentralities for {interconnect} (scope TRANSMISSION) first"
    if run is None:
        raise NotMeasured(f"The betweenness of its buses was not measured yet. {ask}.", field="model")
    rows = {
        row[0]: row[1:]
        for row in run.nodes.values_list("node_id", "betweenness", "simulated_loss_mw").iterator()
    }
    if rows.keys() != set(network.bus_ids):
        raise NotMeasured(f"The newest measurement is of another network. {ask}.", field="model")
    found = [rows[key] for key in network.bus_ids]
    loss = np.array([np.nan if row[1] is None else row[1] for row in found], dtype=np.float64)
    at = network.bus_substation
    own = at >= 0
    betweenness = np.zeros(len(network.substation_ids))
    np.maximum.at(betweenness, at[own], np.array([row[0] for row in found], dtype=np.float64)[own])
    greatest = np.full(len(network.substation_ids), np.nan)
    np.fmax.at(greatest, at[own], loss[own])
    unknown = int(np.count_nonzero(np.isnan(greatest)))
    worst = 0.0 if unknown else float(np.nanmax(loss))
    if worst <= 0.0:
        told = (
            f"it simulated no bus of {unknown} substations"
            if unknown
            else "no outage it simulated loses any load"
        )
        raise NotMeasured(
            f"The newest measurement gives no criticality: {told}. The spreading model needs it.",
            field="model",
        )
    return SubstationValues(betweenness=betweenness, criticality=greatest / worst, run=run)


def customers_under(substation_ids: list[str]) -> dict[str, int]:
    """Return the active accounts on the circuits of substations; those without circuits are left out."""
    circuits = metered_network()
    position = {key: index for index, key in enumerate(circuits.arrays.substations.keys())}
    held = set(np.unique(circuits.arrays.circuit_substation).tolist())
    return {
        key: circuits.customers_of(circuits.of_substation(position[key]))
        for key in substation_ids
        if position.get(key) in held
    }
