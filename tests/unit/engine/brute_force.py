"""The cascade once more, as plainly as it can be written, from its description alone.

Nothing is shared with the engine but the network's data: Python lists and loops, union-find, and a dense
matrix for each island. Slow, and meant to be read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from grid.powerflow.network import Network


class SingularMatrix(Exception):
    """The angles of an island are not determined."""


@dataclass
class PlainWave:
    tripped: list[int]
    shed_mw: float
    served_mw: float
    generated_mw: float
    alive: int
    dead: int
    overloads: int


@dataclass
class PlainResult:
    demand_mw: float
    base_served_mw: float
    waves: list[PlainWave] = field(default_factory=list)
    flow_mw: list[float] = field(default_factory=list)
    dead_bus: list[bool] = field(default_factory=list)
    load_mw: list[float] = field(default_factory=list)
    closest_margin: float = math.inf
    closest_call: float = math.inf
    """Smallest relative distance of a flow to the tripping threshold: tiny means that rounding may decide."""


def run(
    network: Network,
    *,
    branches_out: list[int],
    buses_out: list[int],
    load_multiplier: float,
    rating_multiplier: float,
) -> PlainResult:
    n, m = len(network.bus_ids), len(network.branch_ids)
    load = [float(value) for value in network.bus_load_mw]
    units: list[list[float]] = []
    for bus, p, pmax in zip(network.unit_bus, network.unit_p_mw, network.unit_pmax_mw, strict=True):
        if p < 0:
            load[bus] += -float(p)
        else:
            units.append([int(bus), float(p), float(pmax)])
    for bus in range(n):
        if load[bus] < 0:
            units.append([bus, -load[bus], -load[bus]])
            load[bus] = 0.0
    for unit in units:
        unit[2] = max(unit[2], unit[1])
    tap = [1.0 if value == 0 else float(value) for value in network.tap]
    b = [network.base_mva / (float(network.x_pu[k]) * tap[k]) for k in range(m)]
    ends = [(int(network.branch_from[k]), int(network.branch_to[k])) for k in range(m)]
    shift = [math.radians(float(value)) for value in network.shift_deg]
    load = [value * load_multiplier for value in load]
    rate = [float(value) * rating_multiplier for value in network.rate_mva]

    branch_in = [True] * m
    bus_in = [True] * n
    result = PlainResult(demand_mw=sum(load), base_served_mw=0.0)
    for members in components(n, bus_in, branch_in, ends):
        balance(members, load, units)
    result.base_served_mw = sum(load)

    for bus in buses_out:
        bus_in[bus] = False
        load[bus] = 0.0
        units = [unit for unit in units if unit[0] != bus]
        for k in range(m):
            if bus in ends[k]:
                branch_in[k] = False
    for k in branches_out:
        branch_in[k] = False

    tripped: list[int] = []
    while True:
        alive = dead = 0
        flow = [0.0] * m
        dead_bus = [not inside for inside in bus_in]
        overloaded: list[int] = []
        for members in components(n, bus_in, branch_in, ends):
            if not balance(members, load, units):
                dead += 1
                for bus in members:
                    dead_bus[bus] = True
                continue
            alive += 1
            inside = [k for k in range(m) if branch_in[k] and ends[k][0] in members]
            for k, value in solve(members, inside, load, units, b, ends, shift).items():
                flow[k] = value
                if rate[k] > 0:
                    result.closest_margin = min(result.closest_margin, abs(abs(value) / rate[k] - 1))
                    threshold = rate[k] * (1 + 1e-6)
                    result.closest_call = min(result.closest_call, abs(abs(value) / threshold - 1))
                    if abs(value) > threshold:
                        overloaded.append(k)
        served = sum(load)
        result.waves.append(
            PlainWave(
                tripped=tripped,
                shed_mw=result.base_served_mw - served,
                served_mw=served,
                generated_mw=sum(unit[1] for unit in units),
                alive=alive,
                dead=dead,
                overloads=len(overloaded),
            )
        )
        result.flow_mw, result.dead_bus, result.load_mw = flow, dead_bus, list(load)
        if not overloaded:
            return result
        tripped = sorted(overloaded)
        for k in tripped:
            branch_in[k] = False


def components(
    n: int, bus_in: list[bool], branch_in: list[bool], ends: list[tuple[int, int]]
) -> list[set[int]]:
    parent = list(range(n))

    def root(bus: int) -> int:
        while parent[bus] != bus:
            bus = parent[bus]
        return bus

    for k, (start, end) in enumerate(ends):
        if branch_in[k] and bus_in[start] and bus_in[end]:
            parent[root(start)] = root(end)
    groups: dict[int, set[int]] = {}
    for bus in range(n):
        if bus_in[bus]:
            groups.setdefault(root(bus), set()).add(bus)
    return list(groups.values())


def balance(members: set[int], load: list[float], units: list[list[float]]) -> bool:
    """Balance one island in place; return whether it is alive."""
    own = [unit for unit in units if unit[0] in members]
    demand = sum(load[bus] for bus in members)
    capacity = sum(unit[2] for unit in own)
    generation = sum(unit[1] for unit in own)
    if capacity == 0 or demand == 0:
        for bus in members:
            load[bus] = 0.0
        for unit in own:
            unit[1] = 0.0
        return False
    if demand > capacity:
        for bus in members:
            load[bus] *= capacity / demand
        for unit in own:
            unit[1] = unit[2]
    elif generation < demand:
        headroom = sum(unit[2] - unit[1] for unit in own)
        missing = demand - generation
        for unit in own:
            unit[1] += missing * (unit[2] - unit[1]) / headroom
    elif generation > demand:
        for unit in own:
            unit[1] *= demand / generation
    return True


def solve(
    members: set[int],
    inside: list[int],
    load: list[float],
    units: list[list[float]],
    b: list[float],
    ends: list[tuple[int, int]],
    shift: list[float],
) -> dict[int, float]:
    """Solve the DC power flow of one island; the first bus is the reference."""
    order = sorted(members)
    place = {bus: index for index, bus in enumerate(order)}
    matrix = np.zeros((len(order), len(order)))
    right = np.zeros(len(order))
    for bus in order:
        right[place[bus]] -= load[bus]
    for unit in units:
        if unit[0] in members:
            right[place[int(unit[0])]] += unit[1]
    for k in inside:
        i, j = place[ends[k][0]], place[ends[k][1]]
        matrix[i, i] += b[k]
        matrix[j, j] += b[k]
        matrix[i, j] -= b[k]
        matrix[j, i] -= b[k]
        right[i] += b[k] * shift[k]
        right[j] -= b[k] * shift[k]
    angle = np.zeros(len(order))
    if len(order) > 1:
        reduced = matrix[1:, 1:]
        if len(order) < 100 and np.linalg.cond(reduced) > 1e11:
            raise SingularMatrix
        angle[1:] = np.linalg.solve(reduced, right[1:])
    return {k: float(b[k] * (angle[place[ends[k][0]]] - angle[place[ends[k][1]]] - shift[k])) for k in inside}
