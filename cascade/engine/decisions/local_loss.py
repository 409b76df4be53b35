"""Who and what is out through failures of the distribution network, beside what substations lost.

A substation that lost the share s of its load left each of its customers without supply with the chance s.
Somebody behind a failed element of such a substation counts once: with the chance 1 - s the failed element
alone keeps him out, with the chance s both do, and the longer of the two lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.ranges import Range


@dataclass(frozen=True, kw_only=True)
class SubstationLoss:
    """Hold what a substation lost.

    Attributes:
        share_frac: lost load over load, 0 to 1.
        durations: how long.
    """

    share_frac: float
    durations: Durations


@dataclass(frozen=True, kw_only=True)
class OutPart:
    """Hold customers alike.

    Attributes:
        substation: the substation on their record; None if there is none.
        billing_class: their class.
        customers: how many; an expected count need not be whole.
        durations: how long they are out.
    """

    substation: str | None
    billing_class: str
    customers: float
    durations: Durations


@dataclass(frozen=True, kw_only=True)
class LocalLoss:
    """Hold what is out through failed elements of the distribution network; keys begin with the substation.

    Attributes:
        customers: customers by substation, billing class and time.
        load_mw: load of the transformers out, by substation and time, as far as it is known.
        unknown_loads: transformers and single meters out whose load is not known, likewise.
        gaps: failed elements of which nobody knows what hangs on them.
    """

    customers: Mapping[tuple[str | None, str, Durations], int] = field(default_factory=dict)
    load_mw: Mapping[tuple[str | None, Durations], float] = field(default_factory=dict)
    unknown_loads: Mapping[tuple[str | None, Durations], int] = field(default_factory=dict)
    gaps: int = 0

    @property
    def customer_count(self) -> int:
        """Count the customers out."""
        return sum(self.customers.values())

    @property
    def gap_reason(self) -> str:
        """Say what nobody knows; empty if there is nothing."""
        if not self.gaps:
            return ""
        return f"{self.gaps:,} failed elements have no place in the network: what hangs on them is unknown"


def out_parts(
    local: LocalLoss,
    substations: Mapping[str, SubstationLoss],
    customers: Mapping[str, Mapping[str, int]],
) -> list[OutPart]:
    """Return all customers out, each once.

    Args:
        local: who is out through failed elements.
        substations: what substations lost.
        customers: all customers of those substations by class; a substation left out has none on record.
    """
    own: dict[tuple[str | None, str], int] = {}
    for (name, billing, _), count in local.customers.items():
        own[name, billing] = own.get((name, billing), 0) + count
    parts = [
        OutPart(
            substation=name,
            billing_class=billing,
            customers=max(0, count - own.get((name, billing), 0)) * substations[name].share_frac,
            durations=substations[name].durations,
        )
        for name, by_class in customers.items()
        if name in substations
        for billing, count in sorted(by_class.items())
    ]
    for (name, billing, durations), count in local.customers.items():
        lost = _lost(substations, name)
        for share, lasts in _chances(durations, lost):
            parts.append(
                OutPart(substation=name, billing_class=billing, customers=count * share, durations=lasts)
            )
    return [part for part in parts if part.customers > 0.0]


def local_mw(local: LocalLoss, substations: Mapping[str, SubstationLoss]) -> tuple[float, int]:
    """Return the load lost beyond what the substations lost, as far as known, and how many loads are not."""

    def beyond(name: str | None) -> float:
        lost = _lost(substations, name)
        return 1.0 if lost is None else 1.0 - lost.share_frac

    known = sum(mw * beyond(name) for (name, _), mw in local.load_mw.items())
    return known, sum(count for (name, _), count in local.unknown_loads.items() if beyond(name) > 0.0)


def local_unserved_mwh(local: LocalLoss, substations: Mapping[str, SubstationLoss]) -> Range:
    """Return the energy not served beyond what the substations did not serve.

    Where a load is not known, mid and high are unknown and low is that of the known loads, a floor.
    """

    def hours(name: str | None, durations: Durations) -> list[float]:
        lost = _lost(substations, name)
        expected = [0.0, 0.0, 0.0]
        for chance, lasts in _chances(durations, lost):
            expected = [sum_h + chance * each for sum_h, each in zip(expected, _bounds(lasts), strict=True)]
        if lost is None:
            return expected
        counted = [lost.share_frac * each for each in _bounds(lost.durations)]
        return [max(0.0, each - own) for each, own in zip(expected, counted, strict=True)]

    bounds = [0.0, 0.0, 0.0]
    for (name, durations), mw in local.load_mw.items():
        for index, each in enumerate(hours(name, durations)):
            bounds[index] += mw * each
    unknown = sum(
        count
        for (name, durations), count in local.unknown_loads.items()
        if any(each > 0.0 for each in hours(name, durations))
    )
    low, mid, high = bounds
    if unknown:
        return Range(low=low, mid=None, high=None, reasons=(unknown_loads_reason(unknown),))
    return Range(low=low, mid=mid, high=high)


def unknown_loads_reason(count: int) -> str:
    """Say that loads are not known."""
    return f"the load of {count:,} transformers or single meters out is not on record"


def floor_of(figure: Range, reasons: Iterable[str]) -> Range:
    """Return a figure of which part is unknown: its low value holds as a floor, mid and high are unknown."""
    given = tuple(reason for reason in reasons if reason)
    if not given:
        return figure
    return Range(low=figure.low, mid=None, high=None, reasons=tuple(dict.fromkeys((*figure.reasons, *given))))


def _lost(substations: Mapping[str, SubstationLoss], name: str | None) -> SubstationLoss | None:
    return None if name is None else substations.get(name)


def _bounds(durations: Durations) -> tuple[float, float, float]:
    return durations.low_h, durations.mid_h, durations.high_h


def _chances(durations: Durations, lost: SubstationLoss | None) -> list[tuple[float, Durations]]:
    """Return how long somebody behind a failed element is out, with the chance of each."""
    if lost is None:
        return [(1.0, durations)]
    low_h, mid_h, high_h = map(max, _bounds(durations), _bounds(lost.durations))
    both = Durations(low_h=low_h, mid_h=mid_h, high_h=high_h)
    return [(1.0 - lost.share_frac, durations), (lost.share_frac, both)]
