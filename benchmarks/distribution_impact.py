"""How long the consequence of failures takes on a network of metropolitan size, and how much memory.

    python benchmarks/distribution_impact.py [--copies 20] [--questions 40] [--seed 1] [--json]

Forges the demo grid in memory and puts so many copies of it side by side (20 are 600,000 meters), each
transformer at its peak. Failures are drawn at random; protection, switching with ties, the count and the
repairs are those of the product. Who loses supply without a dead substation is also found by networkx, on a
graph that stands ready; both must find the same transformers. No database is read or written.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import networkx as nx
import numpy as np
from tracing import build

from cascade.engine.distribution.consequence import follow, lose_supply
from cascade.engine.distribution.counting import SupplyCounter
from cascade.engine.distribution.faults import Failures
from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.repairs import Broken, local_repairs
from cascade.engine.distribution.summary import summarise
from cascade.engine.distribution.supply import SubstationSupply
from cascade.engine.distribution.transfers import candidate_transfers
from grid.forge import ForgeConfig
from grid.forge.build import forge
from grid.standards.conductors import CATALOGUE

END_AT = datetime(2026, 6, 1)  # noqa: DTZ001 - the forge takes naive UTC
STORM_SHARE = 0.01
"""Share of the sections that a storm breaks."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    tables = forge(config=ForgeConfig(end_at=END_AT)).tables
    before_mib = peak_mib()
    began = time.perf_counter()
    model = model_of(tables, options.copies)
    built_s = time.perf_counter() - began
    rng = np.random.default_rng(options.seed)
    arrays = model.network.arrays
    began = time.perf_counter()
    SupplyCounter(model).count([])
    first_s = time.perf_counter() - began
    result: dict[str, Any] = {
        "meters": len(arrays.meters),
        "transformers": len(arrays.transformers),
        "sections": len(arrays.sections),
        "substations": len(arrays.substations),
        "build_s": built_s,
        "first_question_s": first_s,
        "questions": questions(model, options.questions, rng),
        "peer": peer(model, min(10, options.questions), rng),
        "peak_mib": peak_mib(),
        "above_forged_tables_mib": peak_mib() - before_mib,
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for name in ("meters", "transformers", "sections", "substations"):
        print(f"{name:32}{result[name]:12,}")
    print(f"{'build, s':32}{built_s:12.2f}")
    print(f"{'what is made once, s':32}{first_s:12.2f}\n")
    print(f"{'question':48}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}")
    for row in result["questions"]:
        print(f"{row['question']:48}{row['p50_ms']:10.1f}{row['p95_ms']:10.1f}{row['max_ms']:10.1f}")
    found = result["peer"]
    print(f"\n{'who loses supply without a substation by':48}{'p50 ms':>10}{'ratio':>10}")
    for name in ("ours", "networkx"):
        print(f"{name:48}{found[name]:10.1f}{found[name] / found['ours']:10.1f}")
    print(f"\npeak memory {result['peak_mib']:,.0f} MiB, the forged tables among it")


def model_of(tables: Any, copies: int) -> DistributionModel:
    """Return so many copies of a forged grid as the engine takes it."""
    network, equipment = build(tables, copies)
    arrays = network.arrays

    def lined_up(ids: Any, frame: Any, key: str, column: str) -> list[Any]:
        """Return a column of a table in the order of ids that begin with the number of their copy."""
        by_id = dict(zip(frame[key].tolist(), frame[column].tolist(), strict=True))
        return [by_id[each.partition(":")[2]] for each in ids.keys()]  # noqa: SIM118 - Ids are no dict

    units = tables["transformer_metadata"].to_pandas()
    meters = tables["meter_infrastructure"].to_pandas()
    lines = tables["grid_power_lines"].to_pandas()
    switches = tables["grid_switches"].to_pandas()
    classes = lined_up(arrays.meters, meters, "meter_id", "customer_class")
    names = sorted(set(classes))
    conductor = lined_up(arrays.sections, lines, "line_id", "conductor_type")
    length_km = np.array(lined_up(arrays.sections, lines, "line_id", "length_m")) / 1000.0
    none = np.zeros(len(arrays.switches))

    def impedance(name: str) -> np.ndarray:
        per_km = [getattr(CATALOGUE[each], name) if each in CATALOGUE else np.nan for each in conductor]
        return np.concatenate([np.array(per_km) * length_km, none])

    return DistributionModel(
        network=network,
        equipment=equipment,
        load_kva=np.array(
            lined_up(arrays.transformers, units, "transformer_id", "peak_load_kva"), dtype=float
        ),
        meter_critical=np.zeros(len(arrays.meters), dtype=np.int64),
        meter_class=np.array([names.index(each) for each in classes], dtype=np.int64),
        class_names=tuple(names),
        switch_kinds=tuple(lined_up(arrays.switches, switches, "switch_id", "switch_kind")),
        edge_r_ohm=impedance("r_ohm_per_km"),
        edge_x_ohm=impedance("x_ohm_per_km"),
    )


def ends_of(model: DistributionModel, sections: np.ndarray) -> Failures:
    """Return the failure of sections."""
    arrays = model.network.arrays
    return Failures(nodes=np.unique(np.concatenate([arrays.edge_start[sections], arrays.edge_end[sections]])))


def supplies_of(model: DistributionModel, dead: list[str], short: list[str]) -> list[SubstationSupply]:
    """Return substations without supply, and some that are served by half."""
    return [
        *(SubstationSupply(substation_id=key, base_mw=20.0, lost_mw=20.0, is_dead=True) for key in dead),
        *(SubstationSupply(substation_id=key, base_mw=20.0, lost_mw=10.0, is_dead=False) for key in short),
    ]


def questions(model: DistributionModel, count: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return how long each question takes, over failures drawn at random."""
    arrays = model.network.arrays
    keys = arrays.substations.keys()
    storm = max(1, int(STORM_SHARE * len(arrays.sections)))

    def drawn(number: int) -> list[str]:
        return [keys[each] for each in rng.choice(len(keys), min(number, len(keys)), replace=False).tolist()]

    def impact(**given: Any) -> None:
        summarise(follow(model, **given))

    def broken() -> None:
        sections = rng.choice(len(arrays.sections), storm, replace=False)
        found = follow(model, failures=ends_of(model, sections))
        local_repairs(
            found,
            [
                Broken(id=arrays.sections.key(each), kind="OVERHEAD_SPAN", section=each)
                for each in sections.tolist()
            ],
        )

    counter = SupplyCounter(model)
    some = min(count, 10)
    asked: list[tuple[str, int, Callable[[], None]]] = [
        ("impact of a section", count,
         lambda: impact(failures=ends_of(model, rng.choice(len(arrays.sections), 1)))),
        ("impact of a substation", count, lambda: impact(supplies=supplies_of(model, drawn(1), []))),
        ("impact of 5 dead, 5 short substations", some,
         lambda: impact(supplies=supplies_of(model, drawn(5), drawn(5)))),
        (f"impact of a storm, {storm:,} sections", 3,
         lambda: impact(failures=ends_of(model, rng.choice(len(arrays.sections), storm, replace=False)))),
        (f"repairs of a storm, {storm:,} sections", 3, broken),
        ("customers after a wave, 5 dead, 5 short", count,
         lambda: counter.count(supplies_of(model, drawn(5), drawn(5))) and None),
        ("ties that could relieve a substation", some, lambda: candidate_transfers(model, drawn(1)) and None),
    ]  # fmt: skip
    rows = []
    for name, times_asked, ask in asked:
        times = []
        for _ in range(times_asked):
            at = time.perf_counter()
            ask()
            times.append(1000.0 * (time.perf_counter() - at))
        rows.append(
            {
                "question": name,
                "p50_ms": statistics.median(times),
                "p95_ms": float(np.percentile(times, 95)),
                "max_ms": max(times),
            }
        )
    return rows


def peer(model: DistributionModel, count: int, rng: np.random.Generator) -> dict[str, float]:
    """Return how long it takes to find who loses supply without a substation, by us and by networkx, ms."""
    arrays, network = model.network.arrays, model.network
    closed = np.flatnonzero(network.is_closed)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(arrays.nodes)))
    graph.add_edges_from(np.column_stack([arrays.edge_start[closed], arrays.edge_end[closed]]).tolist())
    sources = set(arrays.sources.tolist())
    units: dict[int, list[int]] = {}
    for unit, node in enumerate(arrays.transformer_node.tolist()):
        units.setdefault(node, []).append(unit)
    times: dict[str, list[float]] = {"ours": [], "networkx": []}
    for number in rng.choice(len(arrays.substations), count).tolist():
        key, node = arrays.substations.key(number), int(model.substation_node[number])
        at = time.perf_counter()
        ours = lose_supply(model, supplies=supplies_of(model, [key], [])).unit_out
        times["ours"].append(1000.0 * (time.perf_counter() - at))
        at = time.perf_counter()
        reached = nx.node_connected_component(graph, node)
        theirs = {unit for each in reached for unit in units.get(each, ())}
        times["networkx"].append(1000.0 * (time.perf_counter() - at))
        assert sources & reached == {node}, "a substation feeds its own circuits alone"
        assert set(np.flatnonzero(ours).tolist()) == theirs, "both must find the same"
    return {name: statistics.median(each) for name, each in times.items()}


def peak_mib() -> float:
    """Return the most memory that this process has held, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


if __name__ == "__main__":
    main()
