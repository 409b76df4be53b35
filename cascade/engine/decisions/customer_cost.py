"""What interruptions cost customers, by two methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cascade.engine.decisions.damage_functions import CostClass, DamageTable, check_hours
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range, total


@dataclass(frozen=True, kw_only=True)
class Durations:
    """Hold how long an interruption lasts: low, mid and high, hours.

    Raises:
        InvalidDecisionInput: if one is negative or they do not ascend.
    """

    low_h: float
    mid_h: float
    high_h: float

    def __post_init__(self) -> None:
        """Check the order."""
        for field in ("low_h", "mid_h", "high_h"):
            check_hours(field, getattr(self, field))
        if not self.low_h <= self.mid_h <= self.high_h:
            raise InvalidDecisionInput(
                field="mid_h", message="durations must ascend: low_h <= mid_h <= high_h"
            )

    @classmethod
    def exactly(cls, hours: float) -> Durations:
        """Return a duration without a range."""
        return cls(low_h=hours, mid_h=hours, high_h=hours)

    def each(self, answer: Callable[[float], float | None], reason: str = "") -> Range:
        """Return the range of what an answer that grows with the duration gives."""
        low, mid, high = answer(self.low_h), answer(self.mid_h), answer(self.high_h)
        unknown = None in (low, mid, high)
        return Range(low=low, mid=mid, high=high, reasons=(reason,) if unknown and reason else ())


@dataclass(frozen=True, kw_only=True)
class CustomerGroup:
    """Hold customers alike: one class, one area, one duration.

    Attributes:
        cost_class: their class.
        area: where they are, for the break-down.
        customers: how many; an expected count need not be whole.
        durations: how long they are out.
        average_kw: mean load of one of them; None for the class's.
    """

    cost_class: CostClass
    area: str
    customers: float
    durations: Durations
    average_kw: float | None = None

    def __post_init__(self) -> None:
        """Check the counts."""
        check_hours("customers", self.customers)
        if self.average_kw is not None:
            check_hours("average_kw", self.average_kw)


@dataclass(frozen=True, kw_only=True)
class CostShare:
    """Hold the part of one class in one area.

    Attributes:
        cost_class: the class.
        area: the area.
        customers: customers interrupted.
        unserved_mwh: energy not served.
        damage_usd: by damage functions.
        voll_usd: by the value of lost load.
    """

    cost_class: CostClass
    area: str
    customers: float
    unserved_mwh: Range
    damage_usd: Range
    voll_usd: Range


def unserved_mwh(group: CustomerGroup, table: DamageTable) -> Range:
    """Return the energy that a group goes without: customers · mean kW · hours."""
    average_kw = group.average_kw
    if average_kw is None:
        average_kw = table.functions[group.cost_class].average_kw
    load_mw = group.customers * average_kw / 1000.0
    return group.durations.each(lambda hours: load_mw * hours)


def damage_usd(group: CustomerGroup, table: DamageTable) -> Range:
    """Return what a group loses by the table's damage functions, in reported dollars.

    Beyond the durations the survey covers, mid and high are unknown and low is the cost of the longest
    duration covered: a floor.
    """
    function = table.functions[group.cost_class]
    factor = group.customers * table.price_factor

    def cost(hours: float) -> float | None:
        each = function.event_cost_usd(hours, average_kw=group.average_kw)
        return None if each is None else each * factor

    found = group.durations.each(
        cost,
        f"{table.name} covers interruptions up to {function.longest_h:g} h: the low value is the cost of "
        "that duration, a floor, where a longer one is unknown",
    )
    return (
        found
        if found.low is not None
        else Range(low=cost(function.longest_h), mid=found.mid, high=found.high, reasons=found.reasons)
    )


def cost_shares(
    groups: Iterable[CustomerGroup], *, table: DamageTable, voll_usd_per_mwh: float
) -> list[CostShare]:
    """Return the costs by class and area, by class and then area.

    Raises:
        InvalidDecisionInput: if the table lacks a class, or the value of lost load is negative.
    """
    check_hours("voll_usd_per_mwh", voll_usd_per_mwh)
    members: dict[tuple[CostClass, str], list[CustomerGroup]] = {}
    for group in groups:
        if group.cost_class not in table.functions:
            raise InvalidDecisionInput(
                field="functions", message=f"{table.name} has no damage function of {group.cost_class}"
            )
        members.setdefault((group.cost_class, group.area), []).append(group)
    shares = []
    for (cost_class, area), those in sorted(members.items()):
        energy = total(unserved_mwh(group, table) for group in those)
        shares.append(
            CostShare(
                cost_class=cost_class,
                area=area,
                customers=sum(group.customers for group in those),
                unserved_mwh=energy,
                damage_usd=total(damage_usd(group, table) for group in those),
                voll_usd=energy.times(voll_usd_per_mwh),
            )
        )
    return shares


def both_methods(damage: Range, voll: Range) -> Range:
    """Return the customer cost with the range over both methods: mid is the damage functions'.

    Low and high are the outermost bounds known of either. Where the damage functions have no middle value
    the middle is unknown, since the two methods measure different things and are not averaged.
    """

    def outermost(pick: Callable[[Sequence[float]], float], values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return pick(known) if known else None

    return Range(
        low=outermost(min, (damage.low, voll.low)),
        mid=damage.mid,
        high=outermost(max, (damage.high, voll.high)),
        reasons=tuple(dict.fromkeys((*damage.reasons, *voll.reasons))),
    )
