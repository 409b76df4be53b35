"""The grid as a graph, from the cached network and the connectivity of the circuits."""

from __future__ import annotations

import numpy as np

from cascade.engine.centrality.graph import GridGraph
from grid.powerflow.arrays import IntArray
from grid.powerflow.network import Network
from grid.selectors.topology import metered_network
from grid.topology.arrays import NONE
from grid.topology.network import Network as Circuits


def transmission_graph(network: Network) -> GridGraph:
    """Return the buses and branches of an interconnection.

    Customers count at the bus of their substation that carries the greatest load; where a substation has no
    circuits in the cache they are unknown.
    """
    circuits = metered_network()
    customers = np.full(network.n_buses, np.nan)
    feeding, of_substation = _feeding_buses(network, circuits)
    fed = np.zeros(len(circuits.arrays.substations), dtype=np.float64)
    for circuit, substation in enumerate(circuits.arrays.circuit_substation.tolist()):
        fed[substation] += circuits.customers_of(circuits.of_circuit(circuit))
    customers[feeding] = fed[of_substation]
    return GridGraph(
        node_ids=network.bus_ids,
        node_kinds=("BUS",) * network.n_buses,
        edge_start=network.branch_from,
        edge_end=network.branch_to,
        is_source=_has_units(network),
        customers=customers,
    )


def whole_graph(network: Network) -> GridGraph:
    """Return the buses, and under them the nodes of the circuits, their transformers and meters.

    Circuits are joined by their closed switches and sections in the normal state. The node of a substation
    hangs on that of its buses which carries the greatest load.
    """
    circuits = metered_network()
    arrays, n = circuits.arrays, network.n_buses
    nodes, transformers, meters = len(arrays.nodes), len(arrays.transformers), len(arrays.meters)
    first_transformer, first_meter = n + nodes, n + nodes + transformers
    feeding, of_substation = _feeding_buses(network, circuits)
    sources = arrays.nodes.positions(arrays.substations.keys())[of_substation]
    placed = np.flatnonzero(arrays.transformer_node != NONE)
    hung = np.flatnonzero(arrays.meter_transformer != NONE)
    closed = np.flatnonzero(circuits.is_closed)
    customers = np.zeros(first_meter + meters)
    customers[:n] = np.nan
    customers[first_meter:] = arrays.meter_customers
    return GridGraph(
        node_ids=(
            *network.bus_ids,
            *arrays.nodes.keys(),
            *arrays.transformers.keys(),
            *arrays.meters.keys(),
        ),
        node_kinds=(("BUS",) * n + ("NODE",) * nodes + ("TRANSFORMER",) * transformers + ("METER",) * meters),
        edge_start=np.concatenate(
            [
                network.branch_from,
                feeding,
                n + arrays.edge_start[closed],
                n + arrays.transformer_node[placed],
                first_transformer + arrays.meter_transformer[hung],
            ]
        ),
        edge_end=np.concatenate(
            [
                network.branch_to,
                n + sources,
                n + arrays.edge_end[closed],
                first_transformer + placed,
                first_meter + hung,
            ]
        ),
        is_source=np.concatenate(
            [_has_units(network), np.zeros(nodes + transformers + meters, dtype=np.bool_)]
        ),
        customers=customers,
    )


def _has_units(network: Network) -> np.ndarray:
    has = np.zeros(network.n_buses, dtype=np.bool_)
    has[network.unit_bus[network.unit_pmax_mw > 0.0]] = True
    return has


def _feeding_buses(network: Network, circuits: Circuits) -> tuple[IntArray, IntArray]:
    """Return the buses that feed circuits, and for each the position of its substation among theirs."""
    buses, positions = [], []
    at = network.bus_substation
    for position, key in enumerate(circuits.arrays.substations.keys()):
        substation = network.substation_index.get(key)
        if substation is not None:
            own = np.flatnonzero(at == substation)
            buses.append(int(own[np.argmax(network.bus_load_mw[own])]))
            positions.append(position)
    return np.array(buses, dtype=np.int64), np.array(positions, dtype=np.int64)
