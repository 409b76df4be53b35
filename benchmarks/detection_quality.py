"""How well outages are found when last gasps are lost, and how long connectivity takes, on the loaded grid.

    python benchmarks/detection_quality.py [--trials 100] [--copies 1] [--json]

Reads the network of the synced cache and changes nothing. For each kind of device and each share of lost
gasps, devices are drawn at random and made to fail: their meters' gasps arrive over 20 s except those lost,
and every other meter of the circuit sends a false gasp with the probability that the method assumes. After
90 s, when lone gasps have been waited for, the devices found are compared with the one that failed.

- recall: failures of which the right device was named, or one with the very same meters.
- precision: devices named that are right, of all that were named.
- customers: share of the meters without supply that the outages found cover, and of those they cover that
  are without supply.
- rule: the same for a plain rule in place of the likelihood: the highest device half of whose meters gasped.

Then how long it takes to read the network, to build its arrays, to feed it, and to trace; with --copies the
arrays are built of so many copies of it side by side: 20 of the demo grid are as large as the metro grid.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

import numpy as np  # noqa: E402 - Django must be set up first

from grid import models  # noqa: E402
from grid.selectors import topology  # noqa: E402
from grid.topology import NONE, DeviceKind, Network, build_network  # noqa: E402
from grid.topology.circuit_scope import CircuitScope, cut_out  # noqa: E402
from grid.topology.detection import DetectionParams, find_outages  # noqa: E402
from grid.topology.evidence import NEVER, Evidence  # noqa: E402

PARAMS = DetectionParams()
LOST = (0.1, 0.2, 0.3, 0.4, 0.5)
ONSET_S, LOOK_S = 1_000.0, 1_090.0
RULE_SHARE = 0.5
KINDS = ("METER", "TRANSFORMER", "FUSE", "SECTIONALIZER", "RECLOSER", "BREAKER")


@dataclass
class Score:
    """Count what was found."""

    failures: int = 0
    heard: int = 0
    right: int = 0
    named: int = 0
    out: int = 0
    covered: int = 0
    covered_out: int = 0
    shares: list[float] = field(default_factory=list)

    def add(self, truth: set[int], found: list[set[int]], *, is_heard: bool) -> None:
        """Count one failure: the meters out, and those of each device named."""
        together = set().union(*found) if found else set()
        self.failures += 1
        self.heard += is_heard
        self.right += any(meters == truth for meters in found)
        self.named += len(found)
        self.out += len(truth)
        self.covered += len(together)
        self.covered_out += len(together & truth)

    def row(self) -> dict[str, float | None]:
        """Return the shares, %; None where nothing was named."""

        def share(part: int, whole: int) -> float | None:
            return 100.0 * part / whole if whole else None

        return {
            "heard_pct": share(self.heard, self.failures),
            "recall_pct": share(self.right, self.failures),
            "precision_pct": share(self.right, self.named),
            "customers_recall_pct": share(self.covered_out, self.out),
            "customers_precision_pct": share(self.covered_out, self.covered),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--trials", type=int, default=100, help="failures of each kind and share")
    parser.add_argument("--copies", type=int, default=1, help="networks side by side to build and trace")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    times = measure_times(options.copies)
    network = topology.metered_network()
    rng = np.random.default_rng(options.seed)
    quality = measure_quality(network, options.trials, rng)
    if options.json:
        print(json.dumps({"times": times, "quality": quality}, indent=2))
        return
    for name, value in times.items():
        print(f"{name:28} {value:12,.3f}")
    print(
        f"\n{'device':14}{'lost':>6}{'heard':>8} | {'recall':>8}{'precis.':>8}{'cust. rec.':>12}"
        f"{'cust. prec.':>12} | rule:{'recall':>8}{'precis.':>8}"
    )
    for row in quality:
        ours, rule = row["ours"], row["rule"]
        print(
            f"{row['kind']:14}{row['lost_pct']:5.0f}%{_pct(ours['heard_pct']):>8} | "
            f"{_pct(ours['recall_pct']):>8}{_pct(ours['precision_pct']):>8}"
            f"{_pct(ours['customers_recall_pct']):>12}{_pct(ours['customers_precision_pct']):>12}"
            f" |      {_pct(rule['recall_pct']):>8}{_pct(rule['precision_pct']):>8}"
        )


def _pct(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def copied(columns: Any, copies: int) -> Any:
    """Return columns with every id so many times, each copy's with a prefix of its own."""
    if not is_dataclass(columns):
        values = list(columns)
        is_text = bool(values) and isinstance(values[0], str) and values[0] not in KINDS
        return [f"{n}:{v}" if is_text else v for n in range(copies) for v in values]
    parts = {f.name: copied(getattr(columns, f.name), copies) for f in fields(columns)}
    if "kind" in parts:
        parts["kind"] = list(columns.kind) * copies
    return type(columns)(**parts)


def measure_times(copies: int) -> dict[str, float]:
    """Return seconds and counts of reading, building and tracing the network."""
    began = time.perf_counter()
    columns = topology._load_metered()
    read = time.perf_counter()
    columns = columns if copies == 1 else copied(columns, copies)
    began_build = time.perf_counter()
    network = build_network(columns)
    built = time.perf_counter()
    network.meters_of(np.empty(0, dtype=np.int64))
    opened = [
        network.arrays.switches.key(int(s)) for s in np.flatnonzero(network.arrays.is_isolating)[:1].tolist()
    ]
    start = time.perf_counter()
    network.with_switches(opened=opened)
    fed = time.perf_counter()
    traces = []
    for switch in np.flatnonzero(network.arrays.is_isolating)[:: max(1, len(network.arrays.switches) // 300)]:
        at = time.perf_counter()
        units = network.behind_switch(int(switch))
        network.arrays.meters.keys(network.meters_of(units))
        network.customers_of(units)
        traces.append(time.perf_counter() - at)
    arrays = network.arrays
    return {
        "transformers": float(len(arrays.transformers)),
        "meters": float(len(arrays.meters)),
        "line sections": float(len(arrays.sections)),
        "switches": float(len(arrays.switches)),
        "problems": float(sum(map(len, network.problems.values()))),
        "read from PostGIS (one copy), s": read - began,
        "build, s": built - began_build,
        "feed after switching, s": fed - start,
        "trace with meters p50, ms": 1000.0 * statistics.median(traces),
        "trace with meters max, ms": 1000.0 * max(traces),
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }


def measure_quality(network: Network, trials: int, rng: np.random.Generator) -> list[dict[str, object]]:
    """Return the scores per kind of device and share of lost gasps."""
    switch_kinds = dict(models.Switch.objects.order_by("pk").values_list("pk", "kind"))
    kinds = np.array([switch_kinds[key] for key in network.arrays.switches.keys(None)])
    scopes: dict[int, CircuitScope] = {}

    def scope_of(circuit: int) -> CircuitScope:
        if circuit not in scopes:
            scopes[circuit] = cut_out(network, circuit)
        return scopes[circuit]

    rows: list[dict[str, object]] = []
    for kind in KINDS:
        for lost in LOST:
            ours, rule = Score(), Score()
            for circuit, truth in _failures(network, scope_of, kinds, kind, trials, rng):
                scope = scope_of(circuit)
                gasped = np.zeros(len(scope.meters), dtype=np.bool_)
                gasped[list(truth)] = rng.random(len(truth)) >= lost
                is_heard = bool(gasped.any())
                out = np.zeros(len(scope.meters), dtype=np.bool_)
                out[list(truth)] = True
                gasped |= ~out & (rng.random(len(gasped)) < PARAMS.false_gasp_frac)
                ours.add(truth, _found(network, scope, gasped), is_heard=is_heard)
                rule.add(truth, _by_rule(scope, gasped), is_heard=is_heard)
            rows.append({"kind": kind, "lost_pct": 100.0 * lost, "ours": ours.row(), "rule": rule.row()})
    return rows


def _failures(network, scope_of, kinds, kind, trials, rng):  # type: ignore[no-untyped-def]
    """Yield circuits with the meters, as numbers within it, that lose their supply."""
    arrays = network.arrays
    if kind in {"METER", "TRANSFORMER"}:
        pool = np.flatnonzero(network.meter_counts > 0)
        circuits = arrays.transformer_circuit
    else:
        pool = np.flatnonzero(kinds == kind)
        circuits = arrays.switch_circuit
    done = 0
    while done < trials:
        pick = int(rng.choice(pool))
        if circuits[pick] == NONE:
            continue
        scope = scope_of(int(circuits[pick]))
        units = network.behind_switch(pick) if kind not in {"METER", "TRANSFORMER"} else np.array([pick])
        numbers = sorted(scope.unit_numbers(units))
        if not numbers:
            continue
        rows = scope.meters_of(numbers[0], numbers[-1] + 1)
        truth = set(range(rows.start, rows.stop))
        if kind == "METER":
            truth = {int(rng.choice(sorted(truth)))}
        if truth:
            done += 1
            yield int(circuits[pick]), truth


def _found(network: Network, scope: CircuitScope, gasped: np.ndarray) -> list[set[int]]:
    heard = np.flatnonzero(gasped)
    never = np.full(len(heard), NEVER)
    order = np.argsort(scope.meters[heard])
    evidence = Evidence(
        meter=scope.meters[heard][order],
        dark_at=np.full(len(heard), ONSET_S),
        restored_at=never,
        lit_at=never,
    )
    found = []
    for finding in find_outages(network=network, scope=scope, evidence=evidence, now_s=LOOK_S, params=PARAMS):
        rows = scope.meters_of(finding.units.start, finding.units.stop)
        meters = set(range(rows.start, rows.stop))
        if finding.device.kind is DeviceKind.METER:
            number = scope.meter_number(network, finding.device)
            meters = set() if number is None else {number}
        found.append(meters)
    return found


def _by_rule(scope: CircuitScope, gasped: np.ndarray) -> list[set[int]]:
    """Return what a plain rule names: from the head, the first device half of whose meters gasped."""
    found: list[set[int]] = []
    taken = np.zeros(len(scope.meters), dtype=np.bool_)
    ranges = [scope.meters_of(int(lo), int(hi)) for lo, hi in zip(scope.lo, scope.hi, strict=True)]
    ranges += [scope.meters_of(unit, unit + 1) for unit in range(len(scope.transformers))]
    for rows in ranges:
        count = rows.stop - rows.start
        if count and not taken[rows].any() and gasped[rows].sum() >= RULE_SHARE * count:
            taken[rows] = True
            found.append(set(range(rows.start, rows.stop)))
    return [*found, *({meter} for meter in np.flatnonzero(gasped & ~taken).tolist())]


if __name__ == "__main__":
    main()
