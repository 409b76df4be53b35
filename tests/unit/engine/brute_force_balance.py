"""The options of the brute-force cascade, and the balance of one island with them.

Like :mod:`tests.unit.engine.brute_force` it shares nothing with the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Options:
    """What differs from the plain cascade; nothing, as it stands."""

    alpha: float = 1.0
    worst_only: bool = False
    relay: tuple[float, float, float | None, float | None] | None = None
    """Overload as a share of the rating, seconds, instant limit, horizon in seconds."""
    chance: tuple[float, float, float] | None = None
    """Chance of an overloaded branch, of one near its limit, and where that begins."""
    defect_prob: float | None = None
    seed: int = 0
    cost: list[float] | None = None
    """Cost per unit, for merit order."""
    ramp: float | None = None
    """Share of its capacity that a unit moves by in a wave."""
    blocks: list[float] | None = None
    collapses: bool = True
    rating_frac: list[float] | None = None
    units_out: list[int] = field(default_factory=list)


@dataclass
class Book:
    """Balance islands, and keep count of what that took."""

    options: Options
    gone: dict[int, int]
    decide: Callable[[float, float], None]
    units_tripped: int = 0
    blocks_shed: int = 0

    def balance(
        self, members: set[int], load: list[float], units: list[list[float]], *, intact: bool
    ) -> bool:
        """Balance one island in place; return whether it is alive."""
        options = self.options
        if options.cost is None and options.ramp is None and options.blocks is None:
            return balance(members, load, units)
        own = [unit for unit in units if unit[0] in members]
        demand = sum(load[bus] for bus in members)
        generation = sum(unit[1] for unit in own)
        alive = demand > 0 and any(unit[2] > 0 for unit in own)
        if alive and abs(demand - generation) > 1e-9 * demand:
            alive = self.change(members, own, demand, load, intact=intact)
        if not alive:
            for bus in members:
                load[bus] = 0.0
            for unit in own:
                unit[1] = 0.0
        return alive

    def change(
        self, members: set[int], own: list[list[float]], demand: float, load: list[float], *, intact: bool
    ) -> bool:
        options = self.options
        step = math.inf if intact or options.ramp is None else options.ramp
        low = [max(0.0, unit[1] - step * unit[2]) if unit[2] else 0.0 for unit in own]
        high = [min(unit[2], unit[1] + step * unit[2]) if unit[2] else 0.0 for unit in own]
        return self.meet(members, own, (low, high), demand, load, intact=intact)

    def meet(
        self,
        members: set[int],
        own: list[list[float]],
        reach: tuple[list[float], list[float]],
        demand: float,
        load: list[float],
        *,
        intact: bool,
    ) -> bool:
        options = self.options
        low = [value if unit[2] else 0.0 for value, unit in zip(reach[0], own, strict=True)]
        high = [value if unit[2] else 0.0 for value, unit in zip(reach[1], own, strict=True)]
        if sum(low) > demand * (1 + 1e-9):
            self.decide(sum(low), demand)
            stuck = [i for i in range(len(own)) if low[i] > 0]
            smallest = min(stuck, key=lambda i: own[i][1])
            own[smallest][1] = own[smallest][2] = 0.0
            self.units_tripped += 1
            return self.meet(members, own, (low, high), demand, load, intact=intact)
        self.decide(sum(low), demand)
        most = sum(high)
        if most == 0:
            return False
        self.decide(demand, most)
        if demand > most and not intact and options.blocks is not None:
            (done,) = {self.gone[bus] for bus in members}
            intact_load = demand / (1 - sum(options.blocks[:done]))
            while demand > most and done < len(options.blocks):
                demand -= options.blocks[done] * intact_load
                self.decide(demand, most)
                done += 1
                self.blocks_shed += 1
            before = sum(load[bus] for bus in members)
            for bus in members:
                self.gone[bus] = done
                load[bus] *= max(demand, 0.0) / before
            if (demand > most and options.collapses) or demand < 1e-9:
                return False
            if demand <= most and sum(low) > demand * (1 + 1e-9):
                return self.meet(members, own, (low, high), demand, load, intact=intact)
        if demand > most:
            for bus in members:
                load[bus] *= most / demand
            demand = most
        missing = demand - sum(unit[1] for unit in own)
        if options.cost is None:
            room = sum(high[i] - own[i][1] if missing > 0 else own[i][1] - low[i] for i in range(len(own)))
            for i, unit in enumerate(own):
                if room > 0:
                    unit[1] += missing * (high[i] - unit[1] if missing > 0 else unit[1] - low[i]) / room
            return True

        def turn(i: int) -> tuple[bool, float, float]:
            cost = own[i][3]
            unknown = math.isnan(cost)
            return (unknown, 0.0 if unknown else cost if missing > 0 else -cost, own[i][4])

        for i in sorted(range(len(own)), key=turn):
            wanted = own[i][1] + missing
            given = min(max(wanted, low[i]), high[i])
            missing -= given - own[i][1]
            own[i][1] = given
        return True


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
