"""Carry out a measurement: the graph, its measures, the simulations beside them, and the rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from cascade import models
from cascade.engine.centrality.damage import rank_correlation
from cascade.engine.centrality.electrical import electrical_betweenness
from cascade.engine.centrality.graph import GridGraph
from cascade.engine.centrality.measures import Centralities, measure
from cascade.engine.centrality.separation import Separation, separate
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.state import CascadeState
from cascade.selectors.grid_graph import transmission_graph, whole_graph
from cascade.services.inputs import load
from flux_site.api.errors import NotFound
from flux_site.jobs.context import JobContext
from grid.powerflow.arrays import FloatArray
from grid.powerflow.dcflow import SingularIsland
from grid.selectors.warehouse import get_warehouse
from grid.warehouse.arrow import pa_schema
from grid.warehouse.errors import WarehouseError
from grid.warehouse.tables import node_centrality_features

MOST_SIMULATED = 2_000
"""Buses whose outage is simulated; of a larger network, as many drawn at random."""
RUNS_KEPT = 2
MEASURES = (
    "degree",
    "betweenness",
    "closeness",
    "eigenvector",
    "pagerank",
    "clustering",
    "neighbours_2_hops",
    "downstream_nodes",
    "electrical_betweenness",
)
_COLUMNS = (
    "run_id",
    "node_id",
    "node_kind",
    "substation_id",
    *MEASURES,
    "downstream_customers",
    "simulated_loss_mw",
)

Progress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Measured:
    """Hold what was found of a graph; arrays have one entry per node."""

    graph: GridGraph
    substation_ids: list[str | None]
    values: dict[str, FloatArray]
    downstream_customers: FloatArray
    simulated_loss_mw: FloatArray
    n_samples: int | None
    betweenness_error: float | None


def carry_out(context: JobContext) -> dict[str, Any]:
    """Carry out a measurement. Safe to repeat.

    Returns:
        How many nodes and edges were measured and how many outages simulated.

    Raises:
        NotFound: if the run was deleted.
        BadInput: if the cache no longer holds its network.
        JobCancelled: if somebody asked for it; nothing is stored.
    """
    run = models.CentralityRun.objects.filter(job_id=context.job_id).first()
    if run is None:
        raise NotFound("The run of this job was deleted.")
    found = measure_grid(run.scope, run.interconnect, run.seed, context.progress)
    context.progress(0.95, "Storing")
    loss = found.simulated_loss_mw
    correlations = [
        asdict(rank_correlation(name, found.values[name], loss, seed=run.seed)) for name in MEASURES
    ]
    simulated = int(np.count_nonzero(~np.isnan(loss)))
    with transaction.atomic():
        run.nodes.all().delete()
        _copy(run, found)
        run.computed_at = timezone.now()
        run.graph_digest = found.graph.digest()
        run.node_count, run.edge_count = found.graph.n_nodes, found.graph.n_edges
        run.sample_count, run.betweenness_error = found.n_samples, found.betweenness_error
        run.simulated_count, run.correlations = simulated, correlations
        run.save()
        _drop_old(run)
    counts = {"nodes": found.graph.n_nodes, "edges": found.graph.n_edges, "simulated": simulated}
    try:
        counts["rows_written"] = _write_back(run, found)
    except WarehouseError as error:
        context.log(f"The warehouse could not take the values, the cache holds them: {error}")
    return counts


def measure_grid(scope: str, interconnect: str, seed: int, progress: Progress) -> Measured:
    """Measure all nodes of a scope in this process."""
    progress(0.0, "Loading the network")
    network = load(interconnect)
    prepared = prepare(network)
    is_whole = scope == models.CentralityScope.WHOLE
    graph = whole_graph(network) if is_whole else transmission_graph(network)
    n, buses = graph.n_nodes, network.n_buses

    def part(first: float, last: float) -> Progress:
        return lambda share, step: progress(first + (last - first) * share, step)

    central: Centralities = measure(graph, seed=seed, progress=part(0.02, 0.5))
    below: Separation = separate(graph)
    electrical, loss = np.full(n, np.nan), np.full(n, np.nan)
    if prepared.factor is not None:
        electrical[:buses] = electrical_betweenness(prepared, progress=part(0.5, 0.7))[1]
    loss[:buses] = simulate_buses(prepared, seed, part(0.7, 0.95))
    values = {
        name: np.asarray(getattr(central, name), dtype=np.float64)
        for name in MEASURES
        if hasattr(central, name)
    }
    at = network.bus_substation.tolist()
    return Measured(
        graph=graph,
        substation_ids=[
            *(network.substation_ids[place] if place >= 0 else None for place in at),
            *[None] * (n - buses),
        ],
        values={
            **values,
            "downstream_nodes": below.downstream_nodes.astype(np.float64),
            "electrical_betweenness": electrical,
        },
        downstream_customers=below.downstream_customers,
        simulated_loss_mw=loss,
        n_samples=central.n_samples,
        betweenness_error=central.betweenness_error,
    )


def simulate_buses(prepared: Prepared, seed: int, progress: Progress) -> FloatArray:
    """Return the load lost in the cascade that the outage of each bus starts, MW; NaN: not simulated."""
    n = prepared.network.n_buses
    drawn = np.arange(n)
    if n > MOST_SIMULATED:
        drawn = np.sort(np.random.default_rng(seed).choice(n, MOST_SIMULATED, replace=False))
    loss = np.full(n, np.nan)
    base = CascadeState(prepared=prepared, params=CascadeParams())
    no_branch = np.zeros(prepared.network.n_branches, dtype=np.bool_)
    for number, bus in enumerate(drawn.tolist()):
        out = np.zeros(n, dtype=np.bool_)
        out[bus] = True
        state = base.fork()
        try:
            state.take_out(Outages(branch_out=no_branch, bus_out=out))
            state.settle()
            while len(state.overloaded):
                state.trip()
                state.settle()
        except SingularIsland:
            continue
        loss[bus] = state.base_served_mw - state.served_mw
        if number % 20 == 0:
            progress(number / len(drawn), f"Outages of {number} of {len(drawn)} buses simulated")
    return loss


def _copy(run: models.CentralityRun, found: Measured) -> None:
    """Write the rows in one COPY."""
    whole = {"neighbours_2_hops", "downstream_nodes"}
    columns: list[list[Any]] = [
        [run.pk] * found.graph.n_nodes,
        list(found.graph.node_ids),
        list(found.graph.node_kinds),
        found.substation_ids,
    ]
    for name in MEASURES:
        numbers = found.values[name]
        if name in whole:
            columns.append(numbers.astype(np.int64).tolist())
        else:
            columns.append(_or_null(numbers))
    columns.append([None if value is None else int(value) for value in _or_null(found.downstream_customers)])
    columns.append(_or_null(found.simulated_loss_mw))
    table = models.NodeCentrality._meta.db_table
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        for row in zip(*columns, strict=True):
            copy.write_row(row)


def _or_null(values: FloatArray) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _drop_old(run: models.CentralityRun) -> None:
    """Delete the nodes' rows of all but the newest runs of the same graph."""
    same = models.CentralityRun.objects.finished().filter(scope=run.scope, interconnect=run.interconnect)
    kept = list(same.order_by("-computed_at").values_list("pk", flat=True)[:RUNS_KEPT])
    models.NodeCentrality.objects.filter(run__in=same.exclude(pk__in=kept)).delete()


def _write_back(run: models.CentralityRun, found: Measured) -> int:
    """Put the values in the place of the warehouse's."""
    loss = found.simulated_loss_mw
    worst = float(np.nanmax(loss)) if not np.isnan(loss).all() else 0.0
    risk = loss / worst if worst > 0.0 else np.full(len(loss), np.nan)
    n = found.graph.n_nodes
    columns: dict[str, Any] = {
        "node_id": list(found.graph.node_ids),
        "node_type": list(found.graph.node_kinds),
        "graph_version": [run.graph_digest] * n,
        "degree_centrality": _or_null(found.values["degree"]),
        "betweenness_centrality": _or_null(found.values["betweenness"]),
        "closeness_centrality": _or_null(found.values["closeness"]),
        "eigenvector_centrality": _or_null(found.values["eigenvector"]),
        "pagerank": _or_null(found.values["pagerank"]),
        "clustering_coefficient": _or_null(found.values["clustering"]),
        "downstream_node_count": found.values["downstream_nodes"].astype(np.int64).tolist(),
        "downstream_customers": [
            None if value is None else int(value) for value in _or_null(found.downstream_customers)
        ],
        "cascade_risk_score": _or_null(risk),
        "computed_at": [(run.computed_at or timezone.now()).replace(tzinfo=None)] * n,
    }
    schema = pa_schema(node_centrality_features)
    table = pa.table({name: columns[name] for name in schema.names}, schema=schema)
    return get_warehouse().replace(node_centrality_features, table, f"centrality/{uuid.uuid4().hex}")
