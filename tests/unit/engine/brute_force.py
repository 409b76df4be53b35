"""The cascade once more, as plainly as it can be written, from its description alone.

Nothing is shared with the engine but the network's data: Python lists and loops, union-find, and a dense
matrix for each island. Slow, and meant to be read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from grid.powerflow.network import Network
from tests.unit.engine.brute_force_balance import Book, Options


class SingularMatrix(Exception):
    """The angles of an island are not determined."""


@dataclass
class PlainWave:
    tripped: list[int]
    causes: list[str]
    time_s: float
    units_tripped: int
    blocks_shed: int
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
    end: str = ""

    def decide(self, value: float, limit: float) -> None:
        """Note how near a decision between two numbers was."""
        if limit not in (0.0, math.inf):
            self.closest_call = min(self.closest_call, abs(value / limit - 1))


def run(
    network: Network,
    *,
    branches_out: list[int],
    buses_out: list[int],
    load_multiplier: float,
    rating_multiplier: float,
    options: Options | None = None,
) -> PlainResult:
    options = options or Options()
    n, m = len(network.bus_ids), len(network.branch_ids)
    load = [float(value) for value in network.bus_load_mw]
    units: list[list[float]] = []  # bus, output, capacity, cost, place among the units given
    for place, (bus, p, pmax) in enumerate(
        zip(network.unit_bus, network.unit_p_mw, network.unit_pmax_mw, strict=True)
    ):
        if p < 0:
            load[bus] += -float(p)
        else:
            cost = options.cost[place] if options.cost else math.nan
            units.append([int(bus), float(p), float(pmax), cost, place])
    for bus in range(n):
        if load[bus] < 0:
            units.append([bus, -load[bus], -load[bus], math.nan, len(network.unit_ids) + bus])
            load[bus] = 0.0
    for unit in units:
        unit[2] = max(unit[2], unit[1])
    tap = [1.0 if value == 0 else float(value) for value in network.tap]
    b = [network.base_mva / (float(network.x_pu[k]) * tap[k]) for k in range(m)]
    ends = [(int(network.branch_from[k]), int(network.branch_to[k])) for k in range(m)]
    shift = [math.radians(float(value)) for value in network.shift_deg]
    pumped = [0.0] * n
    for place in options.units_out:
        if network.unit_p_mw[place] < 0:
            pumped[network.unit_bus[place]] += -float(network.unit_p_mw[place])
    stays = [1 - min(pumped[bus], load[bus]) / load[bus] if load[bus] > 0 else 1.0 for bus in range(n)]
    load = [value * load_multiplier for value in load]
    rate = [float(value) * rating_multiplier for value in network.rate_mva]
    for k, factor in enumerate(options.rating_frac or []):
        rate[k] *= 1.0 if math.isnan(factor) else factor

    branch_in = [True] * m
    bus_in = [True] * n
    result = PlainResult(demand_mw=sum(load), base_served_mw=0.0)
    gone: dict[int, int] = dict.fromkeys(range(n), 0)  # blocks shed at each bus
    book = Book(options=options, gone=gone, decide=result.decide)
    for members in components(n, bus_in, branch_in, ends):
        book.balance(members, load, units, intact=True)
    result.base_served_mw = sum(load)

    units = [unit for unit in units if unit[4] not in options.units_out]
    load = [value * stays[bus] for bus, value in enumerate(load)]
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
    causes: list[str] = []
    lost = [k for k in range(m) if not branch_in[k]]
    collected = [0.0] * m
    time_s = 0.0
    defect = np.random.default_rng([options.seed, 2, 0]).random(m)
    while True:
        alive = dead = 0
        flow = [0.0] * m
        live: list[int] = []
        dead_bus = [not inside for inside in bus_in]
        overloaded: list[int] = []
        book.units_tripped = book.blocks_shed = 0
        for members in components(n, bus_in, branch_in, ends):
            if not book.balance(members, load, units, intact=False):
                dead += 1
                for bus in members:
                    dead_bus[bus] = True
                continue
            alive += 1
            inside = [k for k in range(m) if branch_in[k] and ends[k][0] in members]
            live += inside
            for k, value in solve(members, inside, load, units, b, ends, shift).items():
                flow[k] = value
                if rate[k] > 0:
                    limit = rate[k] * options.alpha
                    result.closest_margin = min(result.closest_margin, abs(abs(value) / limit - 1))
                    threshold = limit * (1 + 1e-6)
                    result.decide(abs(value), threshold)
                    if abs(value) > threshold:
                        overloaded.append(k)
        served = sum(load)
        result.waves.append(
            PlainWave(
                tripped=tripped,
                causes=causes,
                time_s=time_s,
                units_tripped=book.units_tripped,
                blocks_shed=book.blocks_shed,
                shed_mw=result.base_served_mw - served,
                served_mw=served,
                generated_mw=sum(unit[1] for unit in units),
                alive=alive,
                dead=dead,
                overloads=len(overloaded),
            )
        )
        result.flow_mw, result.dead_bus, result.load_mw = flow, dead_bus, list(load)
        # Who goes next, and why.
        chosen: dict[int, str] = {}
        near_lost = {bus for k in lost for bus in ends[k]}
        failing = [
            k
            for k in live
            if options.defect_prob is not None
            and defect[k] < options.defect_prob
            and (ends[k][0] in near_lost or ends[k][1] in near_lost)
        ]
        wait_s, late = 0.0, False
        if options.relay is not None:
            chosen, wait_s, late = relays_act(
                options, result, flow, rate, live, overloaded, collected, time_s, hurry=bool(failing)
            )
        elif options.chance is not None:
            number = np.random.default_rng([options.seed, 1, len(result.waves) - 1]).random(m)
            p_over, p_near, begins = options.chance
            for k in live:
                if k in overloaded:
                    if number[k] < p_over:
                        chosen[k] = "RANDOM_OVERLOAD"
                elif rate[k] > 0:
                    result.decide(abs(flow[k]), begins * rate[k] * options.alpha)
                    if abs(flow[k]) >= begins * rate[k] * options.alpha and number[k] < p_near:
                        chosen[k] = "RANDOM_NEAR_LIMIT"
        elif options.worst_only:
            ranked = sorted(overloaded, key=lambda k: -abs(flow[k]) / rate[k])
            if ranked:
                chosen[ranked[0]] = "OVERLOAD"
            if len(ranked) > 1:
                first, second = (abs(flow[k]) / rate[k] for k in ranked[:2])
                result.decide(first, second)
        else:
            chosen = dict.fromkeys(overloaded, "OVERLOAD")
        for k in failing:
            chosen.setdefault(k, "HIDDEN_FAILURE")
        if not chosen:
            result.end = "BLACKOUT" if not alive else "STABLE"
            if alive and overloaded:
                result.end = "TIME_LIMIT" if late else "SPARED"
            return result
        time_s += wait_s
        tripped = lost = sorted(chosen)
        causes = [chosen[k] for k in tripped]
        for k in tripped:
            branch_in[k] = False


def relays_act(
    options: Options,
    result: PlainResult,
    flow: list[float],
    rate: list[float],
    live: list[int],
    overloaded: list[int],
    collected: list[float],
    time_s: float,
    *,
    hurry: bool,
) -> tuple[dict[int, str], float, bool]:
    """Let time run to the first relay; return who trips, how long it took, and whether it was too late."""
    assert options.relay is not None
    share, delay_s, instant, horizon_s = options.relay
    chosen: dict[int, str] = {}
    if instant is not None:
        for k in live:
            if rate[k] > 0:
                result.decide(abs(flow[k]), instant * rate[k])
                if abs(flow[k]) > instant * rate[k]:
                    chosen[k] = "SHORT_TIME_RATING"
    moments = {
        k: (share * rate[k] * delay_s - collected[k]) / (abs(flow[k]) - options.alpha * rate[k])
        for k in overloaded
    }
    if chosen or hurry:
        wait_s = 0.0
    elif moments:
        wait_s = min(moments.values())
    else:
        return {}, 0.0, False
    if horizon_s is not None:
        result.decide(time_s + wait_s, horizon_s)
        if time_s + wait_s > horizon_s:
            return {}, 0.0, True
    for k in overloaded:
        collected[k] += (abs(flow[k]) - options.alpha * rate[k]) * wait_s
        if k not in chosen and moments[k] <= wait_s * (1 + 1e-9):
            chosen[k] = "RELAY_TIMER"
        elif k not in chosen:
            result.decide(moments[k], wait_s)
    return chosen, wait_s, False


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
