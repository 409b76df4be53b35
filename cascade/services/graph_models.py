"""Answers of the graph models: what they take out, labelled as what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from cascade.engine.errors import CascadeInputError
from cascade.engine.graph_models.graph import Graph, GraphWave
from cascade.engine.graph_models.motter_lai import MotterLaiParams, MotterLaiResult, motter_lai
from cascade.engine.graph_models.probabilistic_bfs import SpreadParams, spread
from cascade.models import CentralityRun
from cascade.selectors.substation_graph import (
    customers_under,
    substation_graph,
    substation_values,
)
from cascade.services.inputs import load
from flux_site.api.errors import BadInput, LimitExceeded, NotFound
from grid.powerflow.network import Network
from grid.selectors.substation_places import Place, branch_lengths_km, find_place, visible_places

MOST_WAVES = 10
"""Each wave of Motter-Lai takes the shortest paths of the whole graph anew."""
MOST_SUBSTATIONS = 1_500
"""Of a graph for Motter-Lai: one betweenness of 1,250 takes a fifth of a second."""
MOST_NODES = 1_000
MOST_SEED = 2**32 - 1
FIELD_NAMES = {
    "temperature_c": "temperatureC",
    "load_multiplier": "loadMultiplier",
    "threshold_prob": "thresholdProb",
    "max_waves": "maxWaves",
    "max_nodes": "maxNodes",
    "count_ends": "countEnds",
}


class GraphModel(StrEnum):
    """Which model."""

    PROBABILISTIC_BFS = "PROBABILISTIC_BFS"
    MOTTER_LAI = "MOTTER_LAI"


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What a model is, to be told with every answer of it."""

    label: str
    caveat: str
    formula: str
    source: str


TOLD = {
    GraphModel.PROBABILISTIC_BFS: Telling(
        label="Topological toy: spreading by probability. No power flows, no ratings.",
        caveat="It follows neither flows nor ratings, so it says nothing about what would truly trip. Its "
        "constants have no source and are fitted to nothing; cold counts as stress although it raises what a "
        "line can carry. For comparison only; startCascadeRun simulates a cascade.",
        formula="p = min(0.95, exp(-d / 5 km) * criticality * (100 * betweenness + 0.1) * "
        "(1 + |T - 25 C| / 25 C) * load * 0.5)",
        source="The demonstration that this product began with; no publication.",
    ),
    GraphModel.MOTTER_LAI: Telling(
        label="Topological toy: overload of shortest paths. No power flows, no ratings.",
        caveat="Its loads are counts of shortest paths, not megawatts, and electricity takes no shortest "
        "paths. How many nodes it takes out says little about how much load is lost (Hines, Cotilla-Sanchez, "
        "Blumsack, Chaos 20, 033122, 2010). For comparison only; startCascadeRun simulates a cascade.",
        formula="C = (1 + alpha) * L(0), a node fails if L > C; G = N' / N",
        source='Motter, Lai, "Cascade-based attacks on complex networks", Phys. Rev. E 66, 065102(R), 2002.',
    ),
}


@dataclass(frozen=True, kw_only=True)
class FailedNode:
    """A substation that failed.

    Attributes:
        place: the substation.
        triggered_by_id: the substation that made it fail; None where the model knows none, or out of sight.
        strength: its probability, or its load over its capacity; None for patient zero, and where there is
            no capacity.
        customers: active accounts on its circuits; None where the cache has no circuits of it.
    """

    place: Place
    triggered_by_id: str | None
    strength: float | None
    customers: int | None


@dataclass(frozen=True, kw_only=True)
class GraphCascade:
    """What a graph model answers.

    Attributes:
        model: which.
        told: what it is.
        interconnect: whose substations.
        n_nodes: of the graph.
        n_edges: pairs of substations joined by branches in service.
        waves: failed substations that the user may see, wave by wave.
        hidden_count: further ones, in zones that the user may not see.
        is_settled: whether nothing further would fail; else a limit was reached.
        largest_before: nodes of the largest component at the start, of Motter-Lai.
        largest_after: the same at the end.
        centrality_run: where betweenness and criticality are from, of the spreading model.
    """

    model: GraphModel
    told: Telling
    interconnect: str
    n_nodes: int
    n_edges: int
    waves: list[list[FailedNode]]
    hidden_count: int
    is_settled: bool
    largest_before: int | None
    largest_after: int | None
    centrality_run: CentralityRun | None


def graph_cascade(
    *,
    model: GraphModel,
    patient_zero_id: str,
    interconnect: str | None,
    spreading: dict[str, Any] | None,
    motter: dict[str, Any] | None,
    max_waves: int,
    user: Any,
) -> GraphCascade:
    """Return what a model takes out once a substation fails.

    Args:
        model: which model.
        patient_zero_id: the substation, or a bus of it.
        interconnect: whose graph; None: the one of patient zero.
        spreading: settings of the spreading model, by the names of :class:`SpreadParams`.
        motter: those of Motter and Lai, by the names of :class:`MotterLaiParams`.
        max_waves: stop after this many waves.
        user: substations out of sight are counted, not told.

    Raises:
        BadInput: naming the field.
        NotFound: if there is no such substation that the user may see.
        NotMeasured: naming what to run first.
        LimitExceeded: if the graph is too large for the model to answer at once.
    """
    _check(model, spreading, motter, max_waves)
    params = _params(model, spreading if model is GraphModel.PROBABILISTIC_BFS else motter, max_waves)
    zero = _patient_zero(patient_zero_id, user)
    if interconnect is not None and interconnect != zero.interconnect:
        raise BadInput(
            f"{patient_zero_id} is of {zero.interconnect}, not of {interconnect!r}.", field="interconnect"
        )
    network = load(zero.interconnect)
    graph, branch_ids = substation_graph(network)
    if zero.substation_id not in graph.node_index:
        raise NotFound(
            f"{zero.substation_id} has no bus in the network of {zero.interconnect}.", field="patientZeroId"
        )
    run: CentralityRun | None = None
    outcome: MotterLaiResult | None = None
    if isinstance(params, SpreadParams):
        waves, run, is_settled = _spread(network, graph, branch_ids, zero, params)
    else:
        _check_size(graph)
        outcome = motter_lai(graph=graph, removed=[zero.substation_id], params=params)
        waves, is_settled = outcome.waves, outcome.is_settled
    nodes, hidden = _told(graph, waves, user)
    return GraphCascade(
        model=model,
        told=TOLD[model],
        interconnect=zero.interconnect,
        n_nodes=graph.n_nodes,
        n_edges=_pairs(graph),
        waves=nodes,
        hidden_count=hidden,
        is_settled=is_settled,
        largest_before=outcome.largest_before if outcome else None,
        largest_after=outcome.largest_after if outcome else None,
        centrality_run=run,
    )


def _check(
    model: GraphModel, spreading: dict[str, Any] | None, motter: dict[str, Any] | None, max_waves: int
) -> None:
    wrong, name = (motter, "motterLai") if model is GraphModel.PROBABILISTIC_BFS else (spreading, "spreading")
    if wrong is not None:
        raise BadInput(f"{name} holds settings of another model than {model}; leave it out.", field=name)
    if not 0 <= max_waves <= MOST_WAVES:
        raise BadInput(f"maxWaves is {max_waves}; it must be 0 to {MOST_WAVES}.", field="maxWaves")
    for field, lowest, highest in (("max_nodes", 1, MOST_NODES), ("seed", 0, MOST_SEED)):
        value = (spreading or {}).get(field, lowest)
        if not lowest <= value <= highest:
            name = FIELD_NAMES.get(field, field)
            raise BadInput(f"{name} is {value}; it must be {lowest} to {highest}.", field=name)


def _params(
    model: GraphModel, given: dict[str, Any] | None, max_waves: int
) -> SpreadParams | MotterLaiParams:
    try:
        if model is GraphModel.PROBABILISTIC_BFS:
            return SpreadParams(**(given or {}), max_waves=max_waves)
        return MotterLaiParams(**(given or {}), max_waves=max_waves)
    except CascadeInputError as error:
        raise BadInput(str(error), field=FIELD_NAMES.get(error.field, error.field)) from error


def _patient_zero(asset_id: str, user: Any) -> Place:
    found = find_place(asset_id, user=user)
    if found is None:
        raise NotFound(f"There is no substation or bus {asset_id!r}.", field="patientZeroId")
    return found


def _spread(
    network: Network,
    graph: Graph,
    branch_ids: tuple[str, ...],
    zero: Place,
    params: SpreadParams,
) -> tuple[Sequence[GraphWave], CentralityRun, bool]:
    values = substation_values(network, interconnect=zero.interconnect)
    distance = branch_lengths_km(branch_ids, interconnect=zero.interconnect)
    # One wave and one node more than asked for tell whether anything more would have failed.
    further = replace(params, max_waves=params.max_waves + 1, max_nodes=params.max_nodes + 1)

    def outcome(with_params: SpreadParams) -> tuple[GraphWave, ...]:
        return spread(
            graph=graph,
            distance_km=distance,
            criticality=values.criticality,
            betweenness=values.betweenness,
            first_failed=[zero.substation_id],
            params=with_params,
        )

    waves = outcome(params)
    is_settled = _count(waves) == _count(outcome(further))
    return waves, values.run, is_settled


def _count(waves: Sequence[GraphWave]) -> int:
    return sum(len(wave.nodes) for wave in waves)


def _check_size(graph: Graph) -> None:
    if graph.n_nodes > MOST_SUBSTATIONS:
        raise LimitExceeded(
            f"The graph has {graph.n_nodes:,} substations; MOTTER_LAI answers at once for at most "
            f"{MOST_SUBSTATIONS:,}.",
            field="model",
        )


def _pairs(graph: Graph) -> int:
    low, high = np.minimum(graph.edge_from, graph.edge_to), np.maximum(graph.edge_from, graph.edge_to)
    return len(np.unique(low * graph.n_nodes + high))


def _told(graph: Graph, waves: Sequence[GraphWave], user: Any) -> tuple[list[list[FailedNode]], int]:
    ids = [graph.node_ids[node] for wave in waves for node in wave.nodes.tolist()]
    seen = visible_places(ids, user=user)
    customers = customers_under(list(seen))

    def node(wave: GraphWave, place: int, key: str) -> FailedNode:
        parent = int(wave.parents[place])
        by = graph.node_ids[parent] if parent >= 0 else None
        strength = float(wave.strength[place])
        return FailedNode(
            place=seen[key],
            triggered_by_id=by if by in seen else None,
            strength=strength if np.isfinite(strength) else None,
            customers=customers.get(key),
        )

    told = [
        [
            node(wave, place, graph.node_ids[index])
            for place, index in enumerate(wave.nodes.tolist())
            if graph.node_ids[index] in seen
        ]
        for wave in waves
    ]
    return told, len(ids) - len(seen)
