"""Time contingency screening beside scipy and lightsim2grid on the published transmission cases.

    python benchmarks/cascade_speed.py [--case texas --case 10k --case 70k --case us] [--json]

CPU time of one core, kernels compiled beforehand (the time that takes is printed too). Every engine gets the
same balanced network, and their answers are compared; a difference ends the run. Ours and the peers are timed
alike: the median of five runs, of fewer where they take long. The peers are timed on a part of the
contingencies where all would take long, and scaled up; the table says so. Takes some minutes with the 70,000
buses.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is imported
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from cascade.engine.native.base import NativeBase, native_base
from cascade.engine.native.pairs import n2_pairs
from cascade.engine.native.screening import Screening, screen_n_minus_1
from cascade.engine.native.wave import flows_without
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from grid.powerflow.network import Network
from tests.unit.engine.matpower_case import load_matpower_case
from tests.unit.engine.texas_case import load_case

Result = TypeVar("Result")
SEED = 2026
WIDTH = 256
"""Right-hand sides that scipy solves at once."""


@dataclass(frozen=True)
class Case:
    """Hold a case and the goals for it.

    Attributes:
        title: what the table calls it.
        load: gives the network.
        seconds: goal for N-1.
        ratio: goal for N-1 as a part of scipy's time.
        scipy_sample: contingencies scipy is timed on, None for all.
        lightsim_sample: contingencies lightsim2grid is timed on, None for all.
    """

    title: str
    load: Callable[[], Network]
    seconds: float
    ratio: float
    scipy_sample: int | None
    lightsim_sample: int | None


@dataclass(frozen=True)
class Line:
    """Hold one line of the table."""

    what: str
    engine: str
    cpu_s: float
    ratio: float | None = None
    goal: str = ""
    note: str = ""


CASES = {
    "texas": Case("Texas (2,000 buses)", lambda: load_case("Texas"), 0.06, 1 / 8, None, None),
    "10k": Case("ACTIVSg10k", lambda: load_matpower_case("case_ACTIVSg10k"), 0.7, 1 / 10, None, 2_000),
    "70k": Case("ACTIVSg70k", lambda: load_matpower_case("case_ACTIVSg70k"), 60.0, 1 / 7, 2_048, 100),
}


def timed(action: Callable[[], Result]) -> tuple[Result, float]:
    """Return what a call returns and its CPU seconds."""
    before = time.process_time()
    result = action()
    return result, time.process_time() - before


def steady(action: Callable[[], Result]) -> tuple[Result, float]:
    """Return what a call returns and the median CPU seconds of five, or of as many as stay under 10 s."""
    result, cpu = timed(action)
    times = [cpu]
    while len(times) < 5 and sum(times) + cpu < 10.0:
        times.append(timed(action)[1])
    return result, float(np.median(times))


def all_us() -> Network:
    """Return the three interconnections as one network of three islands."""
    parts = [load_case(name) for name in ("Eastern", "Western", "Texas")]
    offset = np.concatenate([[0], np.cumsum([part.n_buses for part in parts])]).tolist()

    def joined(field: str) -> np.ndarray:
        return np.concatenate([getattr(part, field) for part in parts])

    def shifted(field: str) -> np.ndarray:
        return np.concatenate([getattr(part, field) + at for part, at in zip(parts, offset, strict=False)])

    return Network(
        base_mva=parts[0].base_mva,
        bus_ids=tuple(name for part in parts for name in part.bus_ids),
        bus_load_mw=joined("bus_load_mw"),
        bus_substation=np.full(offset[-1], -1),
        substation_ids=(),
        branch_ids=tuple(name for part in parts for name in part.branch_ids),
        branch_from=shifted("branch_from"),
        branch_to=shifted("branch_to"),
        x_pu=joined("x_pu"),
        tap=joined("tap"),
        shift_deg=joined("shift_deg"),
        rate_mva=joined("rate_mva"),
        unit_ids=tuple(name for part in parts for name in part.unit_ids),
        unit_bus=shifted("unit_bus"),
        unit_p_mw=joined("unit_p_mw"),
        unit_pmax_mw=joined("unit_pmax_mw"),
    )


def scipy_lodf(base: NativeBase, branches: np.ndarray) -> np.ndarray:
    """Return the worst loading after each outage by the plain method: SuperLU and blocks of dense LODF.

    NaN where the outage splits an island.
    """
    network = base.prepared.network
    n, start, end = network.n_buses, network.branch_from, network.branch_to
    b = network.susceptance_mw
    matrix = csc_array(
        (np.r_[b, b, -b, -b], (np.r_[start, end, start, end], np.r_[start, end, end, start])), shape=(n, n)
    )
    label = base.prepared.islands.label
    kept = np.ones(n, dtype=np.bool_)
    kept[np.unique(label, return_index=True)[1]] = False
    lu = splu(matrix[kept][:, kept])
    place = np.cumsum(kept) - 1
    rated = np.flatnonzero(base.prepared.rated)
    worst = np.empty(len(branches))
    for first in range(0, len(branches), WIDTH):
        block = branches[first : first + WIDTH]
        lanes = np.arange(len(block))
        right = np.zeros((n, len(block)))
        right[start[block], lanes] += 1.0
        right[end[block], lanes] -= 1.0
        angle = np.zeros((n, len(block)))
        angle[kept] = lu.solve(right[kept])
        own = 1.0 - b[block] * (angle[start[block], lanes] - angle[end[block], lanes])
        with np.errstate(divide="ignore", invalid="ignore"):
            strength = np.where(np.abs(own) > 1e-8, base.flow_mw[block] / own, np.nan)
        flow = (
            base.flow_mw[rated, None] + b[rated, None] * (angle[start[rated]] - angle[end[rated]]) * strength
        )
        loading = np.abs(flow) / base.rate_mva[rated, None]
        loading[rated[:, None] == block] = 0.0
        worst[first : first + WIDTH] = loading.max(axis=0)
    assert place[-1] + 1 == kept.sum()
    return worst


def lightsim_case(base: NativeBase) -> dict[str, object]:
    """Return the balanced network as lightsim2grid reads it: injections as loads, taps within reactances."""
    network, model = base.prepared.network, base.prepared.model
    right = model.right_side(live_on=base.live_on, injection_mw=base.injection_mw)
    n, m = network.n_buses, network.n_branches
    bus = np.zeros((n, 13))
    bus[:, 0] = np.arange(1, n + 1)
    bus[:, 1] = 1
    bus[0, 1] = 3
    bus[:, 2] = -right
    bus[:, [6, 7, 10]] = 1.0
    bus[:, 9] = 100.0
    bus[:, 11], bus[:, 12] = 1.1, 0.9
    branch = np.zeros((m, 13))
    branch[:, 0], branch[:, 1] = network.branch_from + 1, network.branch_to + 1
    branch[:, 3] = network.base_mva / network.susceptance_mw
    branch[:, 10] = 1.0
    branch[:, 11], branch[:, 12] = -360.0, 360.0
    unit = np.zeros((1, 21))
    unit[0, [0, 5, 6, 7, 8]] = [1, 1.0, network.base_mva, 1, 1e6]
    return {"bus": bus, "branch": branch, "gen": unit, "baseMVA": network.base_mva, "version": "2"}


def time_lightsim(base: NativeBase, branches: np.ndarray) -> tuple[np.ndarray, float]:
    """Return lightsim2grid's worst loading after each outage (NaN where it has none), and its CPU seconds."""
    from lightsim2grid.contingencyAnalysis import ContingencyAnalysisCPP
    from lightsim2grid.lightsim2grid_cpp import AlgorithmType
    from lightsim2grid.network import init_from_matpower

    grid = init_from_matpower(lightsim_case(base))
    n = base.prepared.network.n_buses
    start = grid.dc_pf(np.ones(n, dtype=np.complex128), 10, 1e-8)
    assert len(start) == n
    analysis = ContingencyAnalysisCPP(grid)
    analysis.change_algorithm(AlgorithmType.DC_KLU)
    order = np.sort(branches)
    analysis.add_multiple_n1(order.tolist())

    def run() -> np.ndarray:
        analysis.compute(start, 10, 1e-8)
        return np.asarray(analysis.compute_power_flows())

    flow, cpu = steady(run)
    done = np.array([default[0] for default in analysis.my_defaults()])
    rated = base.prepared.rated
    idle = np.abs(flow).sum(axis=1) == 0.0
    # The shifts went in as injections, so the shifters' own flows lack them.
    flow -= base.prepared.model.shift_flow_mw
    loading = np.abs(flow[:, rated]) / base.rate_mva[rated]
    worst = dict(zip(done.tolist(), loading.max(axis=1).tolist(), strict=True))
    found = np.array([worst[int(branch)] for branch in branches])
    failed = ~np.isfinite(found) | idle[np.searchsorted(done, branches)]
    return np.where(failed, np.nan, found), cpu


def compare(ours: Screening, theirs: np.ndarray, branches: np.ndarray, skip: np.ndarray, who: str) -> str:
    """Return how far the two differ where both have an answer and nothing splits.

    Raises:
        AssertionError: if that is more than 1e-7 of a rating, or nothing was compared.
    """
    both = ~ours.splits[branches] & np.isfinite(theirs) & ~skip[branches]
    assert np.count_nonzero(both) > 0.5 * len(branches), who
    gap = np.max(np.abs(ours.worst_loading_frac[branches[both]] - theirs[both]))
    assert gap < 1e-7, (who, gap)
    return f"worst loadings differ by at most {gap:.0e}"


def time_n_minus_1(case: Case, lines: list[Line]) -> NativeBase:
    """Time N-1 of every branch of one case."""
    prepared = prepare(case.load())
    base = native_base(prepared, CascadeParams())
    screen_n_minus_1(base, np.arange(16))  # compiled and loaded
    shifted = prepared.network.shift_deg != 0.0
    m = prepared.network.n_branches
    what = f"{case.title}: N-1 of {m:,} branches"

    def ours() -> Screening:
        return screen_n_minus_1(native_base(prepared, CascadeParams()))

    result, cpu = steady(ours)
    splits = int(result.splits.sum())
    note = f"{splits:,} of them split the network; {int(result.by_reference.sum())} by the reference path"
    lines.append(Line(what, "ours", cpu, goal=f"<= {case.seconds:g} s", note=note))

    rng = np.random.default_rng(SEED)
    branches = np.arange(m)
    if case.scipy_sample:
        branches = np.sort(rng.choice(m, case.scipy_sample, replace=False))
    theirs, peer = steady(lambda: scipy_lodf(base, branches))
    peer *= m / len(branches)
    note = compare(result, theirs, branches, np.zeros(m, dtype=np.bool_), "scipy")
    note += f"; scaled up from {len(branches):,}" if len(branches) < m else ""
    goal = f"<= {case.ratio:.3f}"
    lines.append(Line(what, "scipy SuperLU + LODF", peer, ratio=cpu / peer, goal=goal, note=note))

    branches = np.arange(m)
    if case.lightsim_sample:
        branches = np.sort(rng.choice(m, case.lightsim_sample, replace=False))
    theirs, peer = time_lightsim(base, branches)
    peer *= m / len(branches)
    note = compare(result, theirs, branches, shifted, "lightsim2grid")
    note += f"; scaled up from {len(branches):,}" if len(branches) < m else ""
    lines.append(Line(what, "lightsim2grid DC", peer, ratio=cpu / peer, note=note))
    return base


def time_pairs(base: NativeBase, lines: list[Line]) -> None:
    """Time all N-2 pairs."""
    n2_pairs(base, np.arange(16))
    result, cpu = timed(lambda: n2_pairs(base))
    together = int((~result.by_one_alone).sum())
    note = (
        f"{len(result.first):,} overload something, {together:,} of them only together;"
        f" {len(result.pending_first):,} of two bridges or a joint split are left to the cascade engine"
    )
    lines.append(Line(f"Texas: N-2 of {result.n_pairs:,} pairs", "ours", cpu, goal="<= 10 s", note=note))


def plain_wave(base: NativeBase, lost: np.ndarray) -> np.ndarray:
    """Return the flows after some losses by the plain method: islands, B built and factorised anew.

    The losses must split nothing.
    """
    network = base.prepared.network
    n, start, end = network.n_buses, network.branch_from, network.branch_to
    on = np.ones(network.n_branches, dtype=np.bool_)
    on[lost] = False
    ones = np.ones(int(on.sum()))
    count, label = connected_components(csc_array((ones, (start[on], end[on])), shape=(n, n)), directed=False)
    assert count == base.prepared.islands.count
    b = np.where(on, network.susceptance_mw, 0.0)
    matrix = csc_array(
        (np.r_[b, b, -b, -b], (np.r_[start, end, start, end], np.r_[start, end, end, start])), shape=(n, n)
    )
    kept = np.ones(n, dtype=np.bool_)
    kept[np.unique(label, return_index=True)[1]] = False
    right = base.prepared.model.right_side(live_on=on & base.live_on, injection_mw=base.injection_mw)
    lu = splu(
        matrix[kept][:, kept],
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.01,
        options={"SymmetricMode": True},
    )
    angle = np.zeros(n)
    angle[kept] = lu.solve(right[kept])
    flow: np.ndarray = b * (angle[start] - angle[end]) - np.where(on, base.prepared.model.shift_flow_mw, 0.0)
    return flow


def time_wave(lines: list[Line]) -> None:
    """Time the state after the loss of two branches, on the whole United States."""
    base = native_base(prepare(all_us()), CascadeParams())
    flows_without(base, np.array([0, 1]))
    rng = np.random.default_rng(SEED)
    ours, plain, worst_mw = [], [], 0.0
    while len(plain) < 5:
        lost = rng.choice(base.prepared.network.n_branches, 2, replace=False)
        wave, cpu = timed(lambda lost=lost: flows_without(base, lost))  # type: ignore[misc]
        ours.append(cpu)
        if wave.n_islands == base.prepared.islands.count:
            flow_mw, cpu = timed(lambda lost=lost: plain_wave(base, lost))  # type: ignore[misc]
            plain.append(cpu)
            worst_mw = max(worst_mw, float(np.max(np.abs(flow_mw - wave.flow_mw))))
    assert worst_mw < 1e-6, worst_mw
    cpu, peer = float(np.median(ours)), float(np.median(plain))
    what = "United States (82,071 buses): one wave after N-2"
    note = f"flows differ by at most {worst_mw:.0e} MW"
    lines.append(Line(what, "ours", cpu, goal="<= 0.008 s"))
    lines.append(Line(what, "plain scipy", peer, ratio=cpu / peer, goal="<= 0.067", note=note))


def table(lines: list[Line]) -> str:
    """Return the lines as text."""
    rows = [f"{'':52}{'':22}{'CPU s':>10}{'ours/it':>9}  goal"]
    for line in lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.4f}"
        text = f"{line.what:52}{line.engine:22}{line.cpu_s:10.4f}{ratio:>9}  {line.goal:12}{line.note}"
        rows.append(text.rstrip())
    return "\n".join(rows)


def main() -> None:
    """Run the timings asked for and print them."""
    parser = argparse.ArgumentParser(description="Time contingency screening beside scipy and lightsim2grid.")
    parser.add_argument("--case", action="append", choices=[*CASES, "us"], help="default: all")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    lines: list[Line] = []
    small = prepare(load_case("Texas"))
    ready = native_base(small, CascadeParams())
    _, cpu = timed(
        lambda: (screen_n_minus_1(ready, [0, 1]), n2_pairs(ready, [0, 1]), flows_without(ready, [0]))
    )
    lines.append(Line("first call of every kernel", "ours", cpu, note="compiled, or loaded from the disk"))
    for name in arguments.case or [*CASES, "us"]:
        if name == "us":
            time_wave(lines)
            continue
        base = time_n_minus_1(CASES[name], lines)
        if name == "texas":
            time_pairs(base, lines)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    if arguments.json:
        print(json.dumps({"lines": [asdict(line) for line in lines], "peak_rss_gb": peak_gb}, indent=2))
    else:
        print(table(lines))
        print(f"Peak memory of the whole run, peers included: {peak_gb:.2f} GB")


if __name__ == "__main__":
    main()
