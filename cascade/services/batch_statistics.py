"""The statistics of a batch as they are stored and shown: by id and name, the most frequent first."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from cascade.engine.batch.result import ENDINGS, BatchResult
from cascade.engine.choke_points import choke_points
from cascade.engine.statistics import InfluenceGraph, Tally
from grid.powerflow.network import Network
from grid.selectors.network import name_branches

MOST_NAMED = 50
MOST_EDGES = 100_000
MOST_GENERATIONS = 100
QUANTILES = (0.5, 0.9, 0.95, 0.99, 0.999, 1.0)
LEAST_MW = 1e-6


def statistics_of(
    result: BatchResult, tally: Tally, order: np.ndarray, network: Network, label: Callable[[int], str]
) -> dict[str, Any]:
    """Return the distribution of losses, how failures multiply, and which branches begin and spread them.

    Args:
        result: the rows of the batch.
        tally: the statistics of its trips.
        order: the rows by severity.
        network: the network as it was given.
        label: what a row takes out.
    """
    lost = result.shed_mw[result.solved]
    ids, roles, branching = network.branch_ids, tally.roles, tally.branching
    narrow = choke_points(tally.graph, count=MOST_NAMED)
    lists: dict[str, list[dict[str, Any]]] = {
        "most_tripped": [
            {"branch_id": ids[branch], "cascades": int(roles.n_tripped[branch])}
            for branch in _largest(roles.n_tripped)
        ],
        "initiators": [
            {
                "branch_id": ids[branch],
                "cascades": int(roles.n_initiated[branch]),
                "shed_mw": float(roles.shed_initiated_mw[branch]),
            }
            for branch in _largest(roles.n_initiated, roles.shed_initiated_mw)
        ],
        "spreaders": [
            {
                "branch_id": ids[branch],
                "losses": int(tally.graph.n_out[branch]),
                "spread": int(roles.n_spread[branch]),
                "followers": float(roles.n_followers[branch]),
            }
            for branch in _largest(roles.n_followers)
        ],
        "choke_points": [
            {
                "branch_id": ids[branch],
                "losses": int(narrow.n_out[at]),
                "later_trips": float(narrow.later_trips[at]),
                "avoided_trips": float(narrow.avoided_trips[at]),
                "avoided_frac": float(narrow.avoided_frac[at]),
            }
            for at, branch in enumerate(narrow.branch.tolist())
        ],
    }
    _add_names(lists.values())
    endings = np.bincount(result.ending, minlength=len(ENDINGS)).tolist()
    return {
        "loss_quantiles_mw": {f"{share:g}": float(np.quantile(lost, share)) for share in QUANTILES}
        if len(lost)
        else {},
        "loss_exceedance": _exceedance(lost),
        "branching_ratio": None if np.isnan(branching.ratio) else branching.ratio,
        "losses_by_generation": branching.losses[:MOST_GENERATIONS].tolist(),
        "endings": {
            "UNSOLVED" if ending is None else ending.value: count
            for ending, count in zip(ENDINGS, endings, strict=True)
            if count
        },
        **lists,
        "worst_initiators": [
            {"label": label(row), "shed_mw": float(result.shed_mw[row])}
            for row in order[result.solved[order]][:MOST_NAMED].tolist()
            if result.shed_mw[row] > LEAST_MW
        ],
        "influence_edge_count": int(tally.graph.followed.nnz),
        "engine_path": str(result.path),
        "by_reference_count": int(result.by_reference.sum()),
    }


def influence_table(graph: InfluenceGraph, network: Network) -> pa.Table:
    """Return the influence of branches on each other, the most frequent first; at most 100,000 pairs.

    Columns: from_branch_id went out ``from_losses`` times; in the next generation to_branch_id tripped
    ``followed`` times, which is ``probability`` of those; ``shared`` is the same with each trip shared among
    all branches that went out before it.
    """
    followed, shared_graph = graph.followed.copy(), graph.shared.copy()
    for matrix in (followed, shared_graph):  # both have entries at the same places
        matrix.sum_duplicates()
    edges, shared = followed.tocoo(), shared_graph.data
    row, column = edges.coords
    best = np.lexsort((column, row, -shared, -edges.data))[:MOST_EDGES]
    row, column = row[best], column[best]
    ids = pa.array(network.branch_ids, pa.string())
    losses = graph.n_out[row]
    return pa.table(
        {
            "from_branch_id": ids.take(pa.array(row, pa.int64())),
            "to_branch_id": ids.take(pa.array(column, pa.int64())),
            "from_losses": pa.array(losses, pa.int32()),
            "followed": pa.array(edges.data[best].astype(np.int64), pa.int32()),
            "shared": pa.array(shared[best], pa.float64()),
            "probability": pa.array(edges.data[best] / np.maximum(losses, 1), pa.float64()),
        }
    )


def _largest(values: np.ndarray, second: np.ndarray | None = None) -> list[int]:
    """Return the branches with the largest values above 0; of equals, those with the larger second one."""
    place = np.arange(len(values))
    order = np.lexsort((place, -(place * 0.0 if second is None else second), -values))[:MOST_NAMED]
    return [branch for branch in order.tolist() if values[branch] > 0]


def _add_names(lists: Iterable[list[dict[str, Any]]]) -> None:
    rows = [row for each in lists for row in each]
    names = name_branches(list({row["branch_id"] for row in rows}))
    for row in rows:
        row["name"] = names.get(row["branch_id"])


def _exceedance(lost: np.ndarray) -> list[dict[str, float]]:
    """Return P(loss >= x) at each power of two MW up to the largest loss."""
    found: list[dict[str, float]] = []
    at_mw = 1.0
    while len(lost) and at_mw <= lost.max():
        found.append({"at_least_mw": at_mw, "probability": float((lost >= at_mw).mean())})
        at_mw *= 2.0
    return found
