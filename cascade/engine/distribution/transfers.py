"""Load that ties can take from substations that lose load to others: what a control room could move.

Considered is every open switch between a part fed by a substation to be relieved and one fed by another that
is not. On the way up from the tie each switch operated from the control room parts off more load; the largest
part counts that the tie's other side carries within every rating on the way, that of its circuit and of its
substation among them. What is not known is not relied on. Voltage is not checked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.params import SwitchingParams
from grid.topology import NONE
from grid.topology.arrays import IntArray
from grid.topology.backfeed import Option, Verdict, compare_ties
from grid.topology.isolation import DeadPart, dead_parts

KVA_PER_MVA = 1000.0


@dataclass(frozen=True, kw_only=True)
class TransferCandidate:
    """Hold what one tie could take.

    Attributes:
        tie_id: the open switch to close.
        open_switch_id: the switch to open, so that the network stays radial.
        from_substation: the substation relieved.
        to_substation: the one that takes over.
        mw: load that moves, MW.
        customers: customers that move with it.
        margin_kva: what the tightest rating on the way has left.
    """

    tie_id: str
    open_switch_id: str
    from_substation: str
    to_substation: str
    mw: float
    customers: int
    margin_kva: float | None


def candidate_transfers(
    model: DistributionModel,
    relieved: Collection[str],
    *,
    params: SwitchingParams | None = None,
    most: int = 20,
) -> list[TransferCandidate]:
    """Return what ties could take from some substations, the most load first.

    Args:
        model: the network with its loads.
        relieved: ids of the substations that lose load; none of them takes anything over.
        params: which switches are operated from the control room, and the power factor.
        most: how many are returned at most, each of another tie.
    """
    params = params or SwitchingParams()
    network, arrays, sections = model.network, model.network.arrays, model.sections
    keys = [key for key in relieved if arrays.substations.position(key) != NONE]
    if not keys:
        return []
    wanted = set(model.substation_node[arrays.substations.positions(sorted(keys))].tolist()) - {NONE}
    feeding = _feeding(model)
    is_remote = model.is_of_kind(params.remote_kinds)
    found = []
    for tie in np.flatnonzero(network.is_open & is_remote).tolist():
        ends = (int(arrays.edge_start[sections + tie]), int(arrays.edge_end[sections + tie]))
        for own, other in (ends, ends[::-1]):
            from_node, to_node = int(feeding[own]), int(feeding[other])
            if from_node not in wanted or to_node == NONE or to_node in wanted:
                continue
            best = _largest(model, tie, own, is_remote)
            if best is not None:
                switch, part, option = best
                found.append(
                    TransferCandidate(
                        tie_id=arrays.switches.key(tie),
                        open_switch_id=arrays.switches.key(switch),
                        from_substation=arrays.nodes.key(from_node),
                        to_substation=arrays.nodes.key(to_node),
                        mw=option.load_kva * params.power_factor / KVA_PER_MVA,
                        customers=network.customers_of(part.transformers),
                        margin_kva=option.margin_kva,
                    )
                )
    found.sort(key=lambda each: (-each.mw, each.tie_id))
    return found[:most]


def _feeding(model: DistributionModel) -> IntArray:
    """Return per node the source that feeds it; ``NONE`` of one that is not fed."""
    tree, sources = model.network.tree, model.network.arrays.sources
    first = np.sort(tree.position[sources])
    at = np.searchsorted(first, tree.position, side="right") - 1
    feeding = np.full(len(tree.position), NONE, dtype=np.int64)
    fed = tree.position != NONE
    feeding[fed] = tree.order[first[at[fed]]]
    return feeding


def _largest(
    model: DistributionModel, tie: int, node: int, is_remote: np.ndarray
) -> tuple[int, DeadPart, Option] | None:
    """Return the switch to open, the part behind it and what the tie makes of it; None if none fits."""
    network, sections = model.network, model.sections
    best: tuple[int, DeadPart, Option] | None = None
    for edge in network.path_to_source(node).tolist():
        if edge < sections or not is_remote[edge - sections]:
            continue
        opened = np.array([edge], dtype=np.int64)
        parts = [part for part in dead_parts(network, opened) if node in part.nodes]
        if len(parts) != 1:
            break  # a loop feeds it otherwise
        part = replace(parts[0], ties=np.array([tie], dtype=np.int64))
        [option] = compare_ties(
            network, part, equipment=model.equipment, load_kva=model.load_kva, opened=opened
        )
        if option.verdict is not Verdict.FEASIBLE:
            break  # a larger part carries no less
        if option.load_kva > 0.0 and not option.unknown_loads:
            best = (edge - sections, part, option)
    return best
