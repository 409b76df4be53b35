"""How long traces take on a network of metropolitan size, beside networkx and scipy on the same.

    python benchmarks/tracing.py [--copies 20] [--traces 200] [--json]

Forges the demo grid in memory, puts so many copies of it side by side (20 are 600,000 meters) and asks about
switches and sections drawn at random. What is lost without the head of a circuit is also found by networkx,
on a graph that stands ready, and by scipy.sparse.csgraph; all must find the same transformers. Nothing is
read from or written to a database.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import networkx as nx
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order

from grid.forge import ForgeConfig
from grid.forge.build import forge
from grid.topology import (
    Circuits,
    Meters,
    Network,
    NetworkColumns,
    Sections,
    Switches,
    Transformers,
    build_network,
)
from grid.topology.backfeed import compare_ties
from grid.topology.inventory import Equipment, EquipmentColumns, build_equipment
from grid.topology.isolation import dead_parts, isolate
from grid.topology.loops import islands_of, loops_of
from grid.topology.switching import effect_of
from grid.topology.tracing import Start, TraceKind, trace

LIMIT_MS = 50.0
END_AT = datetime(2026, 6, 1)  # noqa: DTZ001 - the forge takes naive UTC
SUBSTATION_MVA = 1e9
"""Substations limit nothing here."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--traces", type=int, default=200)
    parser.add_argument("--peer-traces", type=int, default=10, help="of them, by the peers too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    tables = forge(config=ForgeConfig(end_at=END_AT)).tables
    began = time.perf_counter()
    network, equipment = build(tables, options.copies)
    built_s = time.perf_counter() - began
    rng = np.random.default_rng(options.seed)
    arrays = network.arrays
    load_kva = rng.uniform(1.0, 20.0, len(arrays.transformers))
    result: dict[str, Any] = {
        "meters": len(arrays.meters),
        "transformers": len(arrays.transformers),
        "sections": len(arrays.sections),
        "switches": len(arrays.switches),
        "build_s": built_s,
        "questions": questions(network, equipment, load_kva, options.traces, rng),
        "peers": peers(network, options.peer_traces, rng),
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for name in ("meters", "transformers", "sections", "switches"):
        print(f"{name:28}{result[name]:12,}")
    print(f"{'build, s':28}{built_s:12.2f}\n")
    print(f"{'question':44}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}")
    for row in result["questions"]:
        print(f"{row['question']:44}{row['p50_ms']:10.2f}{row['p95_ms']:10.2f}{row['max_ms']:10.2f}")
    print(f"\n{'the same trace by':44}{'p50 ms':>10}{'ratio':>10}")
    for row in result["peers"]:
        print(f"{row['by']:44}{row['p50_ms']:10.2f}{row['ratio']:10.1f}")
    worst = max(row["max_ms"] for row in result["questions"] if row["is_trace"])
    print(f"\nslowest trace {worst:.1f} ms; the limit is {LIMIT_MS:.0f} ms")


def build(tables: Any, copies: int) -> tuple[Network, Equipment]:
    """Return so many copies of a forged grid as one network."""
    circuits = tables["circuit_metadata"].to_pandas()
    lines = tables["grid_power_lines"].to_pandas()
    switches = tables["grid_switches"].to_pandas()
    units = tables["transformer_metadata"].to_pandas()
    meters = tables["meter_infrastructure"].to_pandas()

    def ids(values: Any) -> list[str]:
        own = values.tolist()
        return [f"{copy}:{value}" for copy in range(copies) for value in own]

    def same(values: Any) -> list[Any]:
        return values.tolist() * copies

    network = build_network(
        NetworkColumns(
            circuits=Circuits(id=ids(circuits.circuit_id), substation_id=ids(circuits.substation_id)),
            sections=Sections(
                id=ids(lines.line_id), from_node=ids(lines.from_node), to_node=ids(lines.to_node)
            ),
            switches=Switches(
                id=ids(switches.switch_id),
                kind=same(switches.switch_kind),
                circuit_id=ids(switches.circuit_id),
                from_node=ids(switches.from_node),
                to_node=ids(switches.to_node),
                is_open=same(switches.is_normally_open),
            ),
            transformers=Transformers(
                id=ids(units.transformer_id), circuit_id=ids(units.circuit_id), node=ids(units.node)
            ),
            meters=Meters(
                id=ids(meters.meter_id),
                transformer_id=ids(meters.transformer_id),
                customer_count=[1] * (len(meters) * copies),
            ),
        )
    )
    equipment = build_equipment(
        network.arrays,
        EquipmentColumns(
            section_id=ids(lines.line_id),
            section_circuit=ids(lines.circuit_id),
            section_phases=same(lines.phases),
            section_rated_a=same(lines.rated_a),
            switch_id=ids(switches.switch_id),
            switch_rated_a=same(switches.rated_a),
            circuit_id=ids(circuits.circuit_id),
            circuit_kv=same(circuits.voltage_kv),
            circuit_rated_mva=same(circuits.rated_mva),
            substation_id=ids(circuits.substation_id),
            substation_rated_mva=[SUBSTATION_MVA] * (len(circuits) * copies),
            transformer_id=ids(units.transformer_id),
            transformer_phases=same(units.phases),
        ),
    )
    return network, equipment


def questions(
    network: Network, equipment: Equipment, load_kva: np.ndarray, traces: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Return how long each question takes, over places drawn at random."""
    arrays, sections = network.arrays, len(network.arrays.sections)
    network.part, network.zone, network.meter_counts  # noqa: B018 - made once per change of the data
    closed = np.flatnonzero(~network.is_open & arrays.is_isolating)
    switches = rng.choice(closed, traces)
    heads = closed[np.isin(arrays.edge_start[sections + closed], arrays.sources)]
    lines = rng.choice(sections, traces)
    ties = rng.choice(np.flatnonzero(network.is_open), traces)

    def with_meters(edge: int, kind: TraceKind) -> None:
        found = trace(network, Start(edges=np.array([edge])), kind)
        arrays.meters.keys(network.meters_of(found.transformers))

    def everything() -> None:
        found = trace(network, Start(nodes=arrays.sources), TraceKind.DOWNSTREAM)
        int(arrays.meter_customers[network.meters_of(found.transformers)].sum())

    def backfeed(switch: int) -> None:
        opened = np.array([sections + switch])
        for part in dead_parts(network, opened):
            compare_ties(network, part, equipment=equipment, load_kva=load_kva, opened=opened)

    asked: list[tuple[str, bool, Callable[[int], Any], list[int]]] = [
        *(
            (f"{kind}, meter ids", True, lambda s, k=kind: with_meters(sections + s, k), switches.tolist())
            for kind in (TraceKind.UPSTREAM, TraceKind.DOWNSTREAM, TraceKind.LOST_IF_OPENED)
        ),
        ("LOST_IF_OPENED of circuit heads, meter ids", True,
         lambda s: with_meters(sections + s, TraceKind.LOST_IF_OPENED), rng.choice(heads, traces).tolist()),
        ("TO_OPEN_POINTS", True,
         lambda s: trace(network, Start(edges=np.array([sections + s])), TraceKind.TO_OPEN_POINTS),
         switches.tolist()),
        ("DOWNSTREAM of all substations, counted", True, lambda _: everything(), list(range(20))),
        ("isolation of a section", False,
         lambda line: isolate(network, arrays.edge_start[[line]]), lines.tolist()),
        ("back-feed behind a switch, all ties", False, backfeed, switches.tolist()),
        ("switching: a tie closed", False,
         lambda tie: effect_of(network, opened=np.empty(0, dtype=np.int64), closed=np.array([tie]),
                               equipment=equipment, load_kva=load_kva), ties.tolist()),
        ("islands", False, lambda _: islands_of(network), list(range(5))),
        ("loops", False, lambda _: loops_of(network), list(range(5))),
        ("all switches anew", False, lambda _: Network(arrays, network.is_open), list(range(3))),
    ]  # fmt: skip
    rows = []
    for name, is_trace, ask, places in asked:
        times = []
        for place in places:
            at = time.perf_counter()
            ask(place)
            times.append(1000.0 * (time.perf_counter() - at))
        rows.append(
            {
                "question": name,
                "is_trace": is_trace,
                "p50_ms": statistics.median(times),
                "p95_ms": float(np.percentile(times, 95)),
                "max_ms": max(times),
            }
        )
    return rows


def peers(network: Network, traces: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return how long what is lost without a circuit's head takes by us and by others; all find the same."""
    arrays, sections = network.arrays, len(network.arrays.sections)
    closed = np.flatnonzero(network.is_closed)
    graph = nx.MultiGraph()
    graph.add_edges_from(
        np.column_stack([arrays.edge_start[closed], arrays.edge_end[closed], closed]).tolist()
    )
    own = np.flatnonzero(~network.is_open & arrays.is_isolating)
    heads = own[np.isin(arrays.edge_start[sections + own], arrays.sources)]
    units: dict[int, list[int]] = {}
    for unit, node in enumerate(arrays.transformer_node.tolist()):
        units.setdefault(node, []).append(unit)
    times: dict[str, list[float]] = {"ours": [], "networkx": [], "scipy.sparse.csgraph": []}
    for head in rng.choice(heads, traces).tolist():
        edge = sections + int(head)
        a, b = int(arrays.edge_start[edge]), int(arrays.edge_end[edge])

        at = time.perf_counter()
        ours = trace(network, Start(edges=np.array([edge])), TraceKind.LOST_IF_OPENED).transformers
        times["ours"].append(time.perf_counter() - at)

        at = time.perf_counter()
        graph.remove_edge(a, b, edge)
        far = nx.node_connected_component(graph, b)
        theirs = {unit for node in far for unit in units.get(node, ())}
        times["networkx"].append(time.perf_counter() - at)
        graph.add_edge(a, b, edge)

        at = time.perf_counter()
        rest = closed[closed != edge]
        matrix = coo_matrix(
            (np.ones(len(rest), dtype=np.int8), (arrays.edge_start[rest], arrays.edge_end[rest])),
            shape=(len(arrays.nodes), len(arrays.nodes)),
        ).tocsr()
        reached = breadth_first_order(matrix, b, directed=False, return_predecessors=False)
        is_far = np.zeros(len(arrays.nodes), dtype=np.bool_)
        is_far[reached] = True
        others = np.flatnonzero(is_far[arrays.transformer_node])
        times["scipy.sparse.csgraph"].append(time.perf_counter() - at)

        assert set(ours.tolist()) == theirs == set(others.tolist()), "all must find the same"
    base = statistics.median(times["ours"])
    return [
        {"by": name, "p50_ms": 1000.0 * statistics.median(each), "ratio": statistics.median(each) / base}
        for name, each in times.items()
    ]


if __name__ == "__main__":
    main()
