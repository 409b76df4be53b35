"""Three ledgers, never added up: what customers lose, what the utility spends, what a regulator may ask.

The first is a cost to society. The second is in part the same money seen from the other side, and the third
is a transfer: a sum of the three would count twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cascade.engine.decisions.customer_cost import CostShare, both_methods
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range, total


@dataclass(frozen=True, kw_only=True)
class UtilityRates:
    """Hold the utility's own rates; None is not known, and makes the line unknown.

    Attributes:
        crew_hour_usd: a crew's hour, with its vehicles.
        material_usd: material of one repair, by kind of repair.
        margin_usd_per_mwh: what the utility earns on a MWh delivered.
    """

    crew_hour_usd: float | None = None
    material_usd: Mapping[str, float] = field(default_factory=dict)
    margin_usd_per_mwh: float | None = None

    def __post_init__(self) -> None:
        """Check the rates.

        Raises:
            InvalidDecisionInput: if one is negative or no number.
        """
        rates = {"crew_hour_usd": self.crew_hour_usd, "margin_usd_per_mwh": self.margin_usd_per_mwh}
        rates |= {f"material_usd[{kind}]": usd for kind, usd in self.material_usd.items()}
        for name, value in rates.items():
            if value is not None and not 0.0 <= value < float("inf"):
                raise InvalidDecisionInput(field=name, message=f"is {value}; allowed: a number >= 0, or none")


@dataclass(frozen=True, kw_only=True)
class RegulatoryItem:
    """Hold one exposure that a user has entered; there are none by default."""

    name: str
    usd: Range


@dataclass(frozen=True, kw_only=True)
class Line:
    """Hold one line of a ledger."""

    name: str
    usd: Range


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Hold the lines of a ledger and their sum."""

    name: str
    lines: tuple[Line, ...]
    usd: Range


def customer_ledger(
    shares: Iterable[CostShare], *, voll_usd: Range | None = None, gaps: Sequence[str] = ()
) -> Ledger:
    """Return the customers' ledger, a line a method.

    Args:
        shares: the costs of the customers known.
        voll_usd: value of all load lost, where that is known better than from the customers' mean loads.
        gaps: why not all customers without supply are known; if any, the damage functions give no more than
            a floor.
    """
    found = list(shares)
    damage = total(share.damage_usd for share in found)
    voll = total(share.voll_usd for share in found) if voll_usd is None else voll_usd
    if gaps:
        damage = Range(low=damage.low, mid=None, high=None, reasons=(*damage.reasons, *gaps))
    lines = (Line(name="DAMAGE_FUNCTIONS", usd=damage), Line(name="VALUE_OF_LOST_LOAD", usd=voll))
    return Ledger(name="CUSTOMER", lines=lines, usd=both_methods(damage, voll))


def utility_ledger(
    *,
    crew_hours: Range,
    repairs: Mapping[str, int],
    unserved_mwh: Range,
    rates: UtilityRates,
) -> Ledger:
    """Return the utility's ledger: labour, material and lost margin.

    Args:
        crew_hours: hours of all crews, repair and travel.
        repairs: how many repairs of each kind.
        unserved_mwh: energy not sold.
        rates: the utility's rates.
    """
    lines = (
        Line(name="LABOUR", usd=_rated(crew_hours, rates.crew_hour_usd, "an hour of a crew")),
        Line(name="MATERIAL", usd=_material(repairs, rates)),
        Line(name="LOST_MARGIN", usd=_rated(unserved_mwh, rates.margin_usd_per_mwh, "the margin of a MWh")),
    )
    return Ledger(name="UTILITY", lines=lines, usd=total(line.usd for line in lines))


def regulatory_ledger(items: Iterable[RegulatoryItem] = ()) -> Ledger:
    """Return the regulator's ledger: what a user entered, 0 by default."""
    lines = tuple(Line(name=item.name, usd=item.usd) for item in items)
    return Ledger(name="REGULATORY", lines=lines, usd=total(line.usd for line in lines))


def _rated(amount: Range, rate: float | None, name: str) -> Range:
    if rate is None:
        return Range.unknown(f"no rate on record for {name}")
    return amount.times(rate)


def _material(repairs: Mapping[str, int], rates: UtilityRates) -> Range:
    priced = []
    for kind, count in sorted(repairs.items()):
        if count == 0:
            continue
        usd = rates.material_usd.get(kind)
        known = Range.unknown(f"no material cost on record for {kind}") if usd is None else Range.exactly(usd)
        priced.append(known.times(count))
    return total(priced)
