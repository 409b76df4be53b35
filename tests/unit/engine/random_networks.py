"""Random small networks with everything that real ones have, and worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grid.powerflow.base_case import solve_base_case
from grid.powerflow.network import Network


def random_network(rng: np.random.Generator) -> Network:
    """Return 1 to 14 buses in one or several islands.

    Among them: negative reactances, taps (0 too), phase shifters, parallel branches, unlimited branches, dead
    buses, infeeds (negative loads), pumps (negative units), units above their capacity, too little and too
    much generation.
    """
    n = int(rng.integers(1, 15))
    m = int(rng.integers(0, 2 * n + 2)) if n > 1 else 0
    ends = np.array([rng.choice(n, 2, replace=False) for _ in range(m)], dtype=np.int64).reshape(m, 2)
    n_units = int(rng.integers(0, n + 2))
    n_substations = int(rng.integers(1, n + 1))
    output = rng.uniform(0.0, 100.0, n_units) * rng.choice([1.0, 1.0, 1.0, 0.0, -0.5], n_units)
    return Network(
        base_mva=float(rng.choice([1.0, 100.0])),
        bus_ids=tuple(f"BUS-{bus}" for bus in range(n)),
        bus_load_mw=rng.uniform(0.0, 60.0, n) * rng.choice([1.0, 1.0, 1.0, 0.0, -0.6], n),
        bus_substation=rng.integers(-1, n_substations, n),
        substation_ids=tuple(f"SUB-{substation}" for substation in range(n_substations)),
        branch_ids=tuple(f"BR-{branch}" for branch in range(m)),
        branch_from=ends[:, 0],
        branch_to=ends[:, 1],
        x_pu=rng.uniform(0.02, 0.5, m) * rng.choice([1.0, 1.0, 1.0, 1.0, 1.0, -1.0], m),
        tap=rng.choice([0.0, 1.0, 0.93, 1.08], m),
        shift_deg=rng.choice([0.0, 0.0, 0.0, 0.0, 0.4, -3.0], m),
        rate_mva=rng.uniform(5.0, 90.0, m) * rng.choice([1.0, 1.0, 1.0, 0.0], m),
        unit_ids=tuple(f"PLANT-{unit}" for unit in range(n_units)),
        unit_bus=rng.integers(0, n, n_units),
        unit_p_mw=output,
        unit_pmax_mw=np.abs(output) * rng.choice([0.5, 1.0, 1.5, 3.0], n_units) * rng.integers(0, 2, n_units),
    )


def tight_network(rng: np.random.Generator) -> Network:
    """Return 8 to 24 meshed buses, rated just above the base-case flows: outages spread over waves."""
    n = int(rng.integers(8, 25))
    ends = [(bus, (bus + 1) % n) for bus in range(n)]
    ends += [tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(n // 2)]
    m, n_units = len(ends), max(2, n // 4)
    load_mw = rng.uniform(5.0, 60.0, n) * rng.choice([1.0, 1.0, 1.0, 0.0, -0.2], n)
    share = rng.uniform(0.5, 1.5, n_units)
    output = np.abs(load_mw).sum() * share / share.sum()
    network = Network(
        base_mva=100.0,
        bus_ids=tuple(f"BUS-{bus}" for bus in range(n)),
        bus_load_mw=load_mw,
        bus_substation=np.arange(n) // 2,
        substation_ids=tuple(f"SUB-{substation}" for substation in range((n + 1) // 2)),
        branch_ids=tuple(f"BR-{branch}" for branch in range(m)),
        branch_from=[start for start, _ in ends],
        branch_to=[end for _, end in ends],
        x_pu=rng.uniform(0.02, 0.5, m) * rng.choice([1.0] * 15 + [-1.0], m),
        tap=rng.choice([0.0, 1.0, 0.93, 1.08], m),
        shift_deg=rng.choice([0.0, 0.0, 0.0, 0.4, -1.0], m),
        rate_mva=np.zeros(m),
        unit_ids=tuple(f"PLANT-{unit}" for unit in range(n_units)),
        unit_bus=rng.integers(0, n, n_units),
        unit_p_mw=output,
        unit_pmax_mw=output * rng.uniform(0.9, 1.6, n_units),
    )
    size_mw = np.abs(solve_base_case(network).flow_mw)
    return replace(
        network, rate_mva=(size_mw + 2.0) * rng.uniform(1.0, 1.6, m) * rng.choice([1.0] * 9 + [0.0], m)
    )


def random_outage(rng: np.random.Generator, network: Network) -> tuple[list[int], list[int], list[int]]:
    """Return branches, buses and substations to take out, at least one in all."""
    while True:
        branches = np.flatnonzero(rng.random(network.n_branches) < rng.choice([0.0, 0.1, 0.4])).tolist()
        buses = np.flatnonzero(rng.random(network.n_buses) < rng.choice([0.0, 0.0, 0.2])).tolist()
        substations = np.flatnonzero(
            rng.random(len(network.substation_ids)) < rng.choice([0.0, 0.0, 0.2])
        ).tolist()
        if branches or buses or np.isin(network.bus_substation, substations).any():
            return branches, buses, substations
