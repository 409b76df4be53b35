"""How many customers are without supply at a moment, and when they were most.

Customers that lost and got back supply together are a *spell*. At a moment t a spell counts with its
customers if it began at or before t and was not over at t: what is restored at exactly t is back. The number
is a step function, so its peak lies at a moment at which some spell begins, or at the start of the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spell:
    """Customers without supply from one moment to another.

    Attributes:
        began_at: when they lost it.
        restored_at: when it came back; None while it has not.
        customers: how many.
    """

    began_at: datetime
    restored_at: datetime | None
    customers: int

    def is_out(self, at: datetime) -> bool:
        """Return whether its customers are without supply at a moment."""
        return self.began_at <= at and (self.restored_at is None or self.restored_at > at)


@dataclass(frozen=True, slots=True)
class Peak:
    """The most customers without supply at once, and the first moment at which it was so many."""

    customers: int
    at: datetime


def customers_out(spells: Iterable[Spell], at: datetime) -> int:
    """Return how many customers are without supply at a moment."""
    return sum(spell.customers for spell in spells if spell.is_out(at))


def peak_out(spells: Iterable[Spell], *, since: datetime, until: datetime) -> Peak | None:
    """Return the most customers without supply at once from ``since`` to ``until``, both included.

    None if nobody is without supply in that time.
    """
    changes: dict[datetime, int] = {}
    for spell in spells:
        began_at = max(spell.began_at, since)
        if began_at > until or (spell.restored_at is not None and spell.restored_at <= began_at):
            continue
        changes[began_at] = changes.get(began_at, 0) + spell.customers
        if spell.restored_at is not None and spell.restored_at <= until:
            changes[spell.restored_at] = changes.get(spell.restored_at, 0) - spell.customers
    peak: Peak | None = None
    out = 0
    for at in sorted(changes):
        out += changes[at]
        if out > (0 if peak is None else peak.customers):
            peak = Peak(out, at)
    return peak
