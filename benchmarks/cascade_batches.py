"""Time batches of cascades on the published Texas case beside a loop over lightsim2grid's compiled grid.

    python benchmarks/cascade_batches.py [--us] [--json]

CPU time of one core, the median of five runs of either side, kernels compiled beforehand (the time that takes
is printed too); building the batch from a prepared network counts. The peer is the fastest loop that can be
written over lightsim2grid: it factorises with KLU in C++, trips every overloaded branch at once, and after a
split goes on with the main island alone, whose slack takes up the imbalance. It is timed on a random part of
the contingencies and scaled up; on those in which nothing splits both must agree on every wave. A sample is
compared with the reference path too, wave by wave. A difference ends the run. Then the same batch is run by
one and by two processes (wall clock, so the machine must be idle). ``--us`` adds a batch on the whole
interconnected United States (82,071 buses) and its memory.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is imported

import numpy as np

from cascade.engine.batch.builders import every_branch, random_branches
from cascade.engine.batch.contingencies import Contingencies, split
from cascade.engine.batch.result import BatchResult, merge
from cascade.engine.batch.run import run_many
from cascade.engine.cascade import simulate
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from grid.powerflow.base_case import adjusted_ratings, secured, solve_base_case
from grid.powerflow.network import Network, normalise
from tests.unit.engine.texas_case import load_case

Result = TypeVar("Result")
SEED = 2026
CLOSE_CALL = 1e-5
CHECKED = 40
PAIRS = 20_000


@dataclass(frozen=True)
class Line:
    """Hold one line of the table."""

    what: str
    figure: str
    goal: str = ""
    note: str = ""


def timed(action: Callable[[], Result]) -> tuple[Result, float]:
    """Return what a call returns and its CPU seconds."""
    before = time.process_time()
    result = action()
    return result, time.process_time() - before


def steady(action: Callable[[], Result]) -> tuple[Result, float]:
    """Return what a call returns and the median CPU seconds of five."""
    runs = [timed(action) for _ in range(5)]
    return runs[0][0], float(np.median([seconds for _, seconds in runs]))


class LightsimGrid:
    """Run cascades in a loop over lightsim2grid."""

    def __init__(self, network: Network, load_multiplier: float) -> None:
        """Build the balanced network in lightsim2grid."""
        warnings.simplefilter("ignore")
        from lightsim2grid.network import init_from_matpower

        normal = normalise(network)
        base = solve_base_case(replace(normal, bus_load_mw=normal.bus_load_mw * load_multiplier))
        n, m, units = normal.n_buses, normal.n_branches, normal.n_units
        slack = int(normal.unit_bus[np.argmax(base.unit_p_mw)])
        bus, branch, unit = np.zeros((n, 13)), np.zeros((m, 13)), np.zeros((units, 21))
        bus[:, 0], bus[:, 1], bus[:, 2] = np.arange(1, n + 1), 1, base.bus_load_mw
        bus[normal.unit_bus, 1] = 2
        bus[slack, 1] = 3
        bus[:, [6, 7, 10]] = 1.0
        bus[:, 9], bus[:, 11], bus[:, 12] = 100.0, 1.1, 0.9
        branch[:, 0], branch[:, 1] = normal.branch_from + 1, normal.branch_to + 1
        branch[:, 3] = normal.x_pu
        branch[:, 10], branch[:, 11], branch[:, 12] = 1.0, -360.0, 360.0
        unit[:, 0], unit[:, 1], unit[:, 8] = normal.unit_bus + 1, base.unit_p_mw, normal.unit_pmax_mw
        unit[:, 3], unit[:, 4] = 1e3, -1e3
        unit[:, [5, 7]] = 1.0
        unit[:, 6] = network.base_mva
        self._grid: Any = init_from_matpower(
            {"bus": bus, "branch": branch, "gen": unit, "baseMVA": network.base_mva, "version": "2"}
        )
        self._voltage = np.ones(n, dtype=np.complex128)
        self._limit_mva = np.where(network.rate_mva > 0, network.rate_mva * (1.0 + 1e-6), np.inf)
        self._grid.dc_pf(self._voltage, 1, 1e-8)
        worst_mw = float(np.max(np.abs(self._grid.get_line_res1()[0] - base.flow_mw)))
        assert worst_mw < 1e-6, worst_mw

    def run(self, branches: list[int]) -> tuple[list[list[int]], bool]:
        """Return the branches tripped per wave, and whether anything split off."""
        grid, out, divided = self._grid, list(branches), False
        for branch in branches:
            grid.deactivate_powerline(branch)
        waves: list[list[int]] = []
        while True:
            if len(grid.dc_pf(self._voltage, 1, 1e-8)) == 0:
                if not divided:
                    # What falls out of the main island is not easily put back: go on with a copy.
                    grid = self._grid.copy()
                    divided = True
                try:
                    grid.consider_only_main_component()
                except RuntimeError:
                    break  # the slack is alone
                if len(grid.dc_pf(self._voltage, 1, 1e-8)) == 0:
                    break
            flow_mw = np.abs(np.nan_to_num(grid.get_line_res1()[0]))
            over = np.flatnonzero(flow_mw > self._limit_mva)
            if len(over) == 0:
                break
            waves.append(over.tolist())
            for branch in waves[-1]:
                grid.deactivate_powerline(branch)
                if grid is self._grid:
                    out.append(branch)
        for branch in out:
            self._grid.reactivate_powerline(branch)
        return waves, divided


def check_with_reference(
    prepared: Prepared, params: CascadeParams, contingencies: Contingencies, result: BatchResult
) -> str:
    """Compare a sample with the reference path and say how many rows it was."""
    rng = np.random.default_rng(SEED)
    spreading = np.flatnonzero(result.n_tripped > 0)
    rows = np.concatenate(
        [rng.choice(len(result), CHECKED // 2), rng.choice(spreading, CHECKED - CHECKED // 2)]
    )
    compared = 0
    for row in rows.tolist():
        outages = contingencies.outages(row, prepared.network)
        single = simulate(network=prepared, outages=outages, params=params)
        if single.closest_margin < CLOSE_CALL:
            continue
        expected = [wave.tripped.tolist() for wave in single.waves[1:]]
        assert [wave.tolist() for wave in result.waves(row)] == expected, row
        assert abs(result.shed_mw[row] - single.shed_mw) < 1e-6, row
        trips = slice(result.trip_start[row], result.trip_start[row + 1])
        flows = np.concatenate([wave.tripped_flow_mw for wave in single.waves])
        assert np.max(np.abs(result.trip_flow_mw[trips] - flows), initial=0.0) < 1e-6, row
        compared += 1
    return f"{compared} rows equal the reference path's"


def time_peer(
    network: Network, load_multiplier: float, contingencies: Contingencies, ours: BatchResult, sample: int
) -> tuple[float, str]:
    """Return the peer's CPU seconds per contingency, after comparing what can be compared."""
    peer = LightsimGrid(network, load_multiplier)
    rows = np.random.default_rng(SEED + 1).choice(len(contingencies), sample, replace=False).tolist()
    lists = [contingencies.branches_of(row).tolist() for row in rows]
    answers, seconds = steady(lambda: [peer.run(branches) for branches in lists])
    compared = 0
    for row, (waves, divided) in zip(rows, answers, strict=True):
        if divided or ours.closest_margin[row] < CLOSE_CALL:
            continue
        assert [wave.tolist() for wave in ours.waves(row)] == waves, row
        compared += 1
    return seconds / sample, f"peer: {sample} rows, {compared} without a split are equal"


def time_pairs(network: Network, lines: list[Line]) -> None:
    """Time random N-2 cascades at base load."""
    prepared, params = prepare(network), CascadeParams()
    pairs = random_branches(network, size=2, count=PAIRS, seed=SEED)
    ours, seconds = steady(lambda: run_many(prepared, params, pairs))
    checked = check_with_reference(prepared, params, pairs, ours)
    peer_s, note = time_peer(network, 1.0, pairs, ours, 400)
    what = f"Texas, {PAIRS:,} random N-2 cascades, base load"
    spreading = int(np.count_nonzero(ours.n_tripped))
    lines.append(Line(what, f"{PAIRS / seconds:,.0f}/s", ">= 10,000/s", f"{spreading} with trips; {checked}"))
    lines.append(Line("  loop over lightsim2grid", f"{1 / peer_s:,.0f}/s", "", note))
    lines.append(Line("  ratio", f"{peer_s * PAIRS / seconds:.1f} x", ">= 20 x"))


def time_stressed(network: Network, lines: list[Line]) -> None:
    """Time N-1 cascades at load × 1.2 on the secured base case."""
    secure = secured(network, 1.2)
    prepared, params = prepare(secure), CascadeParams(load_multiplier=1.2)
    everything = every_branch(secure)
    ours, seconds = steady(lambda: run_many(prepared, params, everything))
    checked = check_with_reference(prepared, params, everything, ours)
    peer_s, note = time_peer(secure, 1.2, everything, ours, 160)
    solves = int((ours.n_waves + 1).sum())
    what = f"Texas, all {len(everything):,} N-1 cascades, load × 1.2, secured base"
    note_ours = f"{solves:,} power flows, {int(ours.n_tripped.sum()):,} trips; {checked}"
    lines.append(Line(what, f"{seconds:.2f} s", "<= 1.2 s", note_ours))
    lines.append(Line("  loop over lightsim2grid", f"{peer_s * len(everything):.1f} s", "", note))
    lines.append(Line("  ratio", f"{peer_s * len(everything) / seconds:.1f} x", ">= 12 x"))


_worker: dict[str, Prepared] = {}
_STRESSED = CascadeParams(load_multiplier=1.2)


def start_worker() -> None:
    """Prepare the network in a worker process."""
    secure = secured(load_case("Texas"), 1.2)
    _worker["Texas"] = prepare(secure)
    run_many(_worker["Texas"], _STRESSED, random_branches(secure, size=1, count=3, seed=1))


def run_part(part: Contingencies) -> BatchResult:
    """Run a part of the batch in a worker process."""
    return run_many(_worker["Texas"], _STRESSED, part)


def time_workers(network: Network, lines: list[Line]) -> None:
    """Time the same batch with one and with two worker processes."""
    parts = split(random_branches(network, size=2, count=12_000, seed=SEED), 24)
    took: dict[int, float] = {}
    merged: dict[int, BatchResult] = {}
    for workers in (1, 2):
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=start_worker)
        with pool:
            list(pool.map(run_part, [parts[0].part(0, 1)] * (4 * workers)))
            before = time.perf_counter()
            merged[workers] = merge(list(pool.map(run_part, parts)))
            took[workers] = time.perf_counter() - before
    for field in ("shed_mw", "n_waves", "trip_branch", "trip_flow_mw"):
        np.testing.assert_array_equal(getattr(merged[1], field), getattr(merged[2], field))
    figures = f"{took[1]:.2f} s by one, {took[2]:.2f} s by two: {took[1] / took[2]:.2f} x"
    lines.append(Line("12,000 N-2 at load × 1.2 in 24 parts, wall clock", figures, ">= 1.8 x"))


def time_us(lines: list[Line]) -> None:
    """Time a batch on the whole United States and state its memory."""
    network = load_us()
    rate_mva, _, _ = adjusted_ratings(network)
    prepared, params = prepare(replace(network, rate_mva=rate_mva)), CascadeParams()
    pairs = random_branches(network, size=2, count=300, seed=SEED)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours, seconds = timed(lambda: run_many(prepared, params, pairs))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    solves = int((ours.n_waves + 1).sum())
    note = f"{int(ours.by_reference.sum())} rows by reference; batch +{(after - before) / 1024:,.0f} MiB"
    what = f"United States ({network.n_buses:,} buses), {len(ours)} random N-2 cascades"
    lines.append(Line(what, f"{seconds:.2f} s, {1e3 * seconds / solves:.1f} ms a power flow", "", note))


def load_us() -> Network:
    """Return the three interconnections as one network."""
    parts = [load_case(name) for name in ("Eastern", "Western", "Texas")]
    buses = np.cumsum([0] + [part.n_buses for part in parts])

    def joined(name: str) -> Any:
        values = [getattr(part, name) for part in parts]
        return sum(values, ()) if isinstance(values[0], tuple) else np.concatenate(values)

    def shifted(name: str) -> Any:
        pairs = zip(parts, buses, strict=False)
        return np.concatenate([getattr(part, name) + first for part, first in pairs])

    at_bus = {name: shifted(name) for name in ("branch_from", "branch_to", "unit_bus")}
    same = ("bus_ids", "bus_load_mw", "branch_ids", "x_pu", "tap", "shift_deg", "rate_mva")
    units = ("unit_ids", "unit_p_mw", "unit_pmax_mw")
    return Network(
        base_mva=parts[0].base_mva,
        substation_ids=(),
        bus_substation=np.full(int(buses[-1]), -1),
        **{name: joined(name) for name in (*same, *units)},
        **at_bus,
    )


def main() -> None:
    """Run all timings and print them."""
    parser = argparse.ArgumentParser(description="Time batches of cascades.")
    parser.add_argument("--us", action="store_true", help="also the whole United States")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    network = load_case("Texas")
    prepared = prepare(network)
    few = random_branches(network, size=2, count=3, seed=1)
    _, compiling = timed(lambda: run_many(prepared, CascadeParams(), few))
    lines = [Line("compiling, or loading what was compiled", f"{compiling:.1f} s")]
    time_pairs(network, lines)
    time_stressed(network, lines)
    time_workers(network, lines)
    if arguments.us:
        time_us(lines)
    if arguments.json:
        print(json.dumps([asdict(line) for line in lines], indent=2))
    else:
        for line in lines:
            print(f"{line.what:64}{line.figure:36}{line.goal:14}{line.note}".rstrip())


if __name__ == "__main__":
    main()
