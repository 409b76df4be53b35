"""A figure with its range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cascade.engine.errors import CascadeInputError


class InvalidDecisionInput(CascadeInputError):
    """Report an input that no decision can be worked out from."""

    code = "INVALID_DECISION_INPUT"


@dataclass(frozen=True, kw_only=True)
class Range:
    """Hold a low, a middle and a high value of one figure; None is unknown, never 0.

    Attributes:
        low: the low value.
        mid: the middle value.
        high: the high value.
        reasons: why a value is unknown or a bound, in plain words.
    """

    low: float | None
    mid: float | None
    high: float | None
    reasons: tuple[str, ...] = ()

    @classmethod
    def exactly(cls, value: float) -> Range:
        """Return a value known without a range."""
        return cls(low=value, mid=value, high=value)

    @classmethod
    def unknown(cls, reason: str) -> Range:
        """Return a figure nothing is known of."""
        return cls(low=None, mid=None, high=None, reasons=(reason,))

    def times(self, factor: float) -> Range:
        """Return the figure times a factor >= 0."""
        low, mid, high = (
            None if value is None else value * factor for value in (self.low, self.mid, self.high)
        )
        return Range(low=low, mid=mid, high=high, reasons=self.reasons)


def total(ranges: Iterable[Range]) -> Range:
    """Return the sum of figures, bound by bound; a bound that one of them lacks is unknown.

    Low and high bounds are added as if all figures went wrong together, so the range of the sum is not
    understated.
    """
    found = list(ranges)

    def add(name: str) -> float | None:
        values = [getattr(each, name) for each in found]
        return None if any(value is None for value in values) else float(sum(values))

    reasons = tuple(dict.fromkeys(reason for each in found for reason in each.reasons))
    return Range(low=add("low"), mid=add("mid"), high=add("high"), reasons=reasons)
