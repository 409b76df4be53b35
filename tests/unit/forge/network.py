"""The connectivity graph of forged tables, built from the tables alone."""

import networkx as nx
import pandas as pd

from grid.warehouse.tables import OUTAGE_WORK_TYPES

Frames = dict[str, pd.DataFrame]


def closed_graph(frames: Frames) -> nx.DiGraph:
    """Return line sections and closed switches, directed as the tables say; switch edges carry ``switch``."""
    graph = nx.DiGraph()
    for row in frames["grid_power_lines"].itertuples():
        graph.add_edge(row.from_node, row.to_node, line=row.line_id)
    for row in frames["grid_switches"].itertuples():
        if not row.is_normally_open:
            graph.add_edge(row.from_node, row.to_node, switch=row.switch_id)
    return graph


def transformers_behind(frames: Frames, graph: nx.DiGraph, switch_id: str) -> set[str]:
    """Return the transformers that lose supply when a closed switch opens."""
    switch = frames["grid_switches"].set_index("switch_id").loc[switch_id]
    nodes = {switch.to_node, *nx.descendants(graph, switch.to_node)}
    found = frames["transformer_metadata"]
    return set(found.transformer_id[found.node.isin(nodes)])


def interrupted_transformers(frames: Frames, graph: nx.DiGraph, outage: object) -> set[str]:
    """Return the transformers that an outage row interrupts."""
    if isinstance(outage.transformer_id, str):  # type: ignore[attr-defined]
        return {outage.transformer_id}  # type: ignore[attr-defined]
    return transformers_behind(frames, graph, outage.switch_id)  # type: ignore[attr-defined]


def orders_of_outages(frames: Frames) -> pd.DataFrame:
    """Return the one order of each outage that moves with it, not the side work done during it."""
    orders = frames["work_orders"].dropna(subset=["outage_id"])
    return orders[orders.work_type.isin(OUTAGE_WORK_TYPES)]
