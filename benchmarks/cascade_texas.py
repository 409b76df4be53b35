"""Time the cascade engine on the Texas interconnection, beside a plain scipy loop and pandapower.

    python benchmarks/cascade_texas.py [--json]

Every figure is a median over the same random outages for each engine, of wall clock and of CPU; the results
of the engines are compared, and any difference ends the run. One thread. Takes about half a minute.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is imported

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from cascade.engine.cascade import simulate
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.sweep import n_minus_1
from grid.powerflow.base_case import solve_base_case
from grid.powerflow.dcflow import solve_flows
from grid.powerflow.network import Network, normalise
from tests.unit.engine.texas_case import load_case

Result = TypeVar("Result")
SEED = 2026
SWEEP_SAMPLE = 150
"""Contingencies the plain loop is timed on; its time for all of them is scaled up from these."""


@dataclass
class Timing:
    """Hold one line of the table."""

    what: str
    engine: str
    wall: float
    cpu: float
    unit: str = "ms"
    note: str = ""


@dataclass
class Draws:
    """Hold random outages of one kind."""

    name: str
    branches: list[list[int]]
    params: CascadeParams


def plain_cascade(
    network: Network, branches_out: list[int], params: CascadeParams
) -> tuple[list[list[int]], float, np.ndarray]:
    """Run the cascade with what numpy and scipy offer, building everything anew in every wave.

    Returns:
        The branches tripped per wave, the load shed, and the final flows.
    """
    network = normalise(network)
    n, m = network.n_buses, network.n_branches
    start, end, unit_bus = network.branch_from, network.branch_to, network.unit_bus
    b = network.base_mva / (network.x_pu * network.tap)
    phi = np.deg2rad(network.shift_deg)
    load = network.bus_load_mw * params.load_multiplier
    rate = network.rate_mva * params.rating_multiplier
    p, pmax = network.unit_p_mw.copy(), network.unit_pmax_mw
    on = np.ones(m, dtype=bool)

    def islands() -> tuple[int, np.ndarray]:
        graph = coo_array((np.ones(on.sum()), (start[on], end[on])), shape=(n, n))
        count, label = connected_components(graph, directed=False)
        return count, label

    def balance(count: int, label: np.ndarray) -> np.ndarray:
        nonlocal load, p
        where = label[unit_bus]
        demand = np.bincount(label, load, count)
        output, capacity = np.bincount(where, p, count), np.bincount(where, pmax, count)
        alive = (demand > 0) & (capacity > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(alive, np.minimum(1.0, capacity / demand), 0.0)
            raised = p + (pmax - p) * ((demand - output) / (capacity - output))[where]
            lowered = p * (demand / output)[where]
        p = np.where(
            ~alive[where],
            0.0,
            np.where(
                (demand >= capacity)[where],
                pmax,
                np.where((output < demand)[where], raised, np.where((output > demand)[where], lowered, p)),
            ),
        )
        load = load * kept[label]
        return alive

    balance(*islands())
    base = load.sum()
    on[branches_out] = False
    waves: list[list[int]] = []
    while True:
        count, label = islands()
        alive = balance(count, label)
        live = on & alive[label][start]
        weight, s, e = b[live], start[live], end[live]
        matrix = coo_array(
            (np.r_[weight, weight, -weight, -weight], (np.r_[s, e, s, e], np.r_[s, e, e, s])), shape=(n, n)
        ).tocsc()
        right = np.bincount(unit_bus, p, n) - load
        right += np.bincount(s, weight * phi[live], n) - np.bincount(e, weight * phi[live], n)
        solved = alive[label]
        solved[np.unique(label, return_index=True)[1]] = False  # one reference per island
        angle = np.zeros(n)
        angle[solved] = spsolve(matrix[solved][:, solved], right[solved])
        flow = np.zeros(m)
        flow[live] = weight * (angle[s] - angle[e] - phi[live])
        trips = np.flatnonzero((rate > 0) & (np.abs(flow) > rate * (1 + params.overload_tolerance_frac)))
        if not len(trips):
            return waves, float(base - load.sum()), flow
        waves.append(trips.tolist())
        on[trips] = False


def timed(action: Callable[..., Result], **arguments: Any) -> tuple[Result, tuple[float, float]]:
    """Return what a call returns, and its wall and CPU milliseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = action(**arguments)
    return result, ((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3)


def median_of(samples: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the medians of wall and CPU times."""
    return statistics.median(wall for wall, _ in samples), statistics.median(cpu for _, cpu in samples)


def outages_of(network: Network, branches: list[int]) -> Outages:
    """Return the outage of some branches."""
    mask = np.zeros(network.n_branches, dtype=np.bool_)
    mask[branches] = True
    return Outages(branch_out=mask, bus_out=np.zeros(network.n_buses, dtype=np.bool_))


def draws(network: Network) -> list[Draws]:
    """Return the kinds of outage that are timed."""
    rng = np.random.default_rng(SEED)

    def pick(size: int, times: int) -> list[list[int]]:
        return [rng.choice(network.n_branches, size, replace=False).tolist() for _ in range(times)]

    return [
        Draws("random N-1", pick(1, 60), CascadeParams()),
        Draws("random N-2", pick(2, 60), CascadeParams()),
        Draws("random N-50", pick(50, 15), CascadeParams()),
        Draws("heavy: N-20, load × 1.15", pick(20, 10), CascadeParams(load_multiplier=1.15)),
    ]


def time_cascades(network: Network, prepared: Prepared, timings: list[Timing]) -> None:
    """Time single cascades, after checking that both engines agree on each."""
    for kind in draws(network):
        ours: list[tuple[float, float]] = []
        plain: list[tuple[float, float]] = []
        waves = trips = 0
        for branches in kind.branches:
            outages = outages_of(network, branches)
            result, took = timed(simulate, network=prepared, outages=outages, params=kind.params)
            ours.append(took)
            expected, took = timed(plain_cascade, network=network, branches_out=branches, params=kind.params)
            plain.append(took)
            expected_waves, expected_shed_mw, expected_flow_mw = expected
            assert [wave.tripped.tolist() for wave in result.waves[1:]] == expected_waves, branches
            assert abs(result.shed_mw - expected_shed_mw) < 1e-6, branches
            assert np.max(np.abs(result.flow_mw - expected_flow_mw)) < 1e-6, branches
            waves += len(result.waves)
            trips += len(result.tripped)
        note = f"{waves / len(ours):.1f} power flows, {trips / len(ours):.1f} trips on average"
        timings.append(Timing(kind.name, "engine", *median_of(ours), note=note))
        timings.append(Timing(kind.name, "plain scipy loop", *median_of(plain)))


def time_sweep(network: Network, prepared: Prepared, timings: list[Timing]) -> None:
    """Time the sweep over every branch."""
    params = CascadeParams()
    sweep, (wall, cpu) = timed(n_minus_1, network=prepared, params=params)
    what = f"N-1 of all {network.n_branches:,} branches"
    timings.append(Timing(what, "engine", wall / 1e3, cpu / 1e3, unit="s"))

    sample = np.random.default_rng(SEED).choice(network.n_branches, SWEEP_SAMPLE, replace=False)
    took = np.zeros(2)
    for branch in sample.tolist():
        expected, once = timed(plain_cascade, network=network, branches_out=[branch], params=params)
        assert abs(expected[1] - sweep.shed_mw[branch]) < 1e-6, branch
        took += once
    wall, cpu = took * network.n_branches / SWEEP_SAMPLE / 1e3
    note = f"scaled up from {SWEEP_SAMPLE} random branches"
    timings.append(Timing(what, "plain scipy loop", float(wall), float(cpu), unit="s", note=note))


def time_single_flow(network: Network, prepared: Prepared, timings: list[Timing]) -> None:
    """Time one DC power flow of the intact network, set up and solved."""
    what = "one DC power flow, intact"
    base, _ = timed(solve_base_case, network=network)
    samples = [timed(solve_base_case, network=network)[1] for _ in range(20)]
    timings.append(Timing(what, "engine", *median_of(samples), note="from the bare network, model and all"))
    everything = np.ones(network.n_branches, dtype=np.bool_)
    model, injection_mw = (
        prepared.model,
        np.asarray(prepared.model.injections(bus_load_mw=base.bus_load_mw, unit_p_mw=base.unit_p_mw)),
    )
    arguments = {
        "islands": prepared.islands,
        "alive": np.ones(prepared.islands.count, dtype=np.bool_),
        "branch_on": everything,
        "injection_mw": injection_mw,
    }
    samples = [timed(solve_flows, model=model, **arguments)[1] for _ in range(50)]
    timings.append(Timing(what, "engine, model ready", *median_of(samples), note="factorised and solved"))
    run, flows = pandapower_case(base.network, base.bus_load_mw, base.unit_p_mw)
    samples = [timed(run)[1] for _ in range(8)]
    worst_mw = float(np.max(np.abs(flows() - base.flow_mw)))
    assert worst_mw < 1e-6, worst_mw
    note = f"flows differ by {worst_mw:.0e} MW at most"
    timings.append(Timing(what, "pandapower rundcpp", *median_of(samples), note=note))


def pandapower_case(
    network: Network, load_mw: np.ndarray, unit_p_mw: np.ndarray
) -> tuple[Callable[[], None], Callable[[], np.ndarray]]:
    """Return a function that runs pandapower's DC power flow on the network, and one that gives its flows."""
    logging.getLogger("pandapower").setLevel(logging.ERROR)  # it advises to install numba at every run
    import pandapower

    net = pandapower.create_empty_network(sn_mva=network.base_mva)
    vn_kv = 100.0
    ohm_per_pu = vn_kv**2 / network.base_mva
    buses = pandapower.create_buses(net, network.n_buses, vn_kv=vn_kv)
    pandapower.create_loads(net, buses, p_mw=load_mw)
    pandapower.create_sgens(net, buses[network.unit_bus], p_mw=unit_p_mw)
    pandapower.create_ext_grid(net, int(buses[0]))
    pandapower.create_lines_from_parameters(
        net,
        buses[network.branch_from],
        buses[network.branch_to],
        length_km=1.0,
        r_ohm_per_km=0.0,
        x_ohm_per_km=network.x_pu * ohm_per_pu,
        c_nf_per_km=0.0,
        max_i_ka=1.0,
    )

    def run() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pandapower.rundcpp(net, numba=False)

    def flows() -> np.ndarray:
        flow_mw: np.ndarray = net.res_line.p_from_mw.to_numpy()
        return flow_mw

    return run, flows


def table(timings: list[Timing]) -> str:
    """Return the timings as text, with the ratio of each to the engine's."""
    ours = {timing.what: timing for timing in timings if timing.engine == "engine"}
    lines = [f"{'':34}{'':20}{'wall':>10}{'CPU':>10}{'CPU ratio':>11}"]
    for timing in timings:
        ratio = timing.cpu / ours[timing.what].cpu
        figures = f"{timing.wall:8.2f} {timing.unit:<2}{timing.cpu:7.2f} {timing.unit:<2}{ratio:9.1f} x"
        lines.append(f"{timing.what:34}{timing.engine:20}{figures}  {timing.note}".rstrip())
    return "\n".join(lines)


def main() -> None:
    """Run all timings and print them."""
    parser = argparse.ArgumentParser(description="Time the cascade engine on the Texas interconnection.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    network = load_case("Texas")
    prepared = prepare(network)
    timings: list[Timing] = []
    samples = [timed(prepare, network=network)[1] for _ in range(10)]
    timings.append(
        Timing("preparing the network", "engine", *median_of(samples), note="once for all cascades")
    )
    time_cascades(network, prepared, timings)
    time_sweep(network, prepared, timings)
    time_single_flow(network, prepared, timings)
    if arguments.json:
        print(json.dumps([asdict(timing) for timing in timings], indent=2))
    else:
        print(table(timings))


if __name__ == "__main__":
    main()
