"""What switching would change: who loses or gains supply, who is fed otherwise, what circuits carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.topology.arrays import NONE, BoolArray, FloatArray, IntArray
from grid.topology.feeding import FeedTree
from grid.topology.inventory import Equipment
from grid.topology.network import Network
from grid.topology.region import Carried, Region, carried, region_around


@dataclass(frozen=True, kw_only=True)
class CircuitLoad:
    """Hold what a circuit feeds in one state; all that hangs on its heads, whatever the records say.

    Attributes:
        transformers: how many transformers it feeds.
        load_kva: their load as far as it is known.
        unknown_loads: how many of their loads are not known.
        in_loop: whether a loop shares its load with another way, so that what its edges carry is not known.
        worst_edge: position of the edge loaded most of those whose rating and load are known; ``NONE``: none.
        worst_loading_pct: its load over its rating, %; None if there is none.
        overloaded_edges: how many edges are loaded above their rating by what is known.
    """

    transformers: int
    load_kva: float
    unknown_loads: int
    in_loop: bool
    worst_edge: int
    worst_loading_pct: float | None
    overloaded_edges: int


@dataclass(frozen=True, kw_only=True)
class CircuitChange:
    """Hold a circuit before and after; its position is ``NONE`` where the record of a head names none."""

    circuit: int
    before: CircuitLoad
    after: CircuitLoad


@dataclass(frozen=True, eq=False, kw_only=True)
class SwitchingEffect:
    """Hold what switching changes.

    Attributes:
        loses: transformers that lose their supply.
        gains: transformers that get supply.
        moves: transformers that another circuit feeds.
        new_loops: edges that close a loop and did not before.
        circuits: the circuits that feed any of what the switches belong to.
    """

    loses: IntArray
    gains: IntArray
    moves: IntArray
    new_loops: IntArray
    circuits: list[CircuitChange]


def effect_of(
    network: Network, *, opened: IntArray, closed: IntArray, equipment: Equipment, load_kva: FloatArray
) -> SwitchingEffect:
    """Return what changes if switches open and close.

    Args:
        network: in the state before.
        opened: positions of switches.
        closed: positions of switches.
        equipment: ratings and circuits.
        load_kva: per transformer of the network; NaN is unknown.
    """
    arrays, sections = network.arrays, len(network.arrays.sections)
    changed = sections + np.concatenate([opened, closed])
    state = network.is_closed.copy()
    state[sections + opened] = False
    state[sections + closed] = True
    region = region_around(network, np.concatenate([arrays.edge_start[changed], arrays.edge_end[changed]]))
    before, after = region.fed(network.is_closed), region.fed(state)
    was, now = _circuit_at(region, before, equipment), _circuit_at(region, after, equipment)
    was_fed = before.position[region.at] != NONE
    is_fed = after.position[region.at] != NONE
    units = region.transformers
    new_loops = after.is_loop & ~before.is_loop
    fed_by = np.unique(np.concatenate([was[was != _UNFED], now[now != _UNFED]]))
    return SwitchingEffect(
        loses=units[was_fed & ~is_fed],
        gains=units[~was_fed & is_fed],
        moves=units[was_fed & is_fed & (was[region.at] != now[region.at])],
        new_loops=region.edges[new_loops],
        circuits=[
            CircuitChange(
                circuit=int(circuit),
                before=_load(region, before, was, circuit, equipment, load_kva),
                after=_load(region, after, now, circuit, equipment, load_kva),
            )
            for circuit in fed_by.tolist()
        ],
    )


_UNFED = -2


def _circuit_at(region: Region, tree: FeedTree, equipment: Equipment) -> IntArray:
    """Return per node the circuit of the head that feeds it; ``_UNFED`` of sources and of what is not fed."""
    found = np.full(len(region.nodes), _UNFED, dtype=np.int64)
    in_order = np.full(len(tree.order), _UNFED, dtype=np.int64)
    above = tree.parent[tree.order]
    at_head = (above != NONE) & (tree.parent[np.maximum(above, 0)] == NONE)
    for node in tree.order[at_head].tolist():
        circuit = equipment.edge_circuit[region.edges[tree.entry[node]]]
        in_order[tree.position[node] : tree.end[node]] = circuit
    found[tree.order] = in_order
    return found


def _load(
    region: Region,
    tree: FeedTree,
    circuit_at: IntArray,
    circuit: int,
    equipment: Equipment,
    load_kva: FloatArray,
) -> CircuitLoad:
    own = circuit_at == circuit
    load = load_kva[region.transformers[own[region.at]]]
    loops = tree.is_loop & (own[region.start] | own[region.end])
    nodes = np.flatnonzero(own & (tree.entry != NONE))
    worst, pct, overloaded = _worst(region, tree, nodes, carried(region, tree, load_kva), equipment)
    in_loop = bool(loops.any())
    return CircuitLoad(
        transformers=len(load),
        load_kva=float(np.nansum(load)),
        unknown_loads=int(np.isnan(load).sum()),
        in_loop=in_loop,
        worst_edge=NONE if in_loop else worst,
        worst_loading_pct=None if in_loop else pct,
        overloaded_edges=0 if in_loop else overloaded,
    )


def _worst(
    region: Region, tree: FeedTree, nodes: IntArray, load: Carried, equipment: Equipment
) -> tuple[int, float | None, int]:
    edges = region.edges[tree.entry[nodes]]
    pct = 100.0 * load.known_kva[nodes] / equipment.edge_rated_kva[edges]
    is_over: BoolArray = pct > 100.0  # NaN is not
    known = np.flatnonzero(~np.isnan(pct) & ((load.unknown[nodes] == 0) | is_over))
    if not len(known):
        return NONE, None, int(is_over.sum())
    best = known[np.argmax(pct[known])]
    return int(edges[best]), float(pct[best]), int(is_over.sum())
