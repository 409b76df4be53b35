"""Reliability of supply: the indices of IEEE 1366-2022.

An interruption here is that of a group of customers from the moment they lost supply to the moment it came
back. An outage that is restored in steps is one such row for each step, so that the customer minutes of all
rows are those of the outage. An interruption of more than five minutes is *sustained*, any other *momentary*,
whatever caused it and wherever it was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUSTAINED_AFTER = timedelta(minutes=5)
"""An interruption longer than this is sustained."""

NO_CUSTOMERS = "No customers are served."
NO_INTERRUPTIONS = "There was no sustained interruption."
NO_TIME = "None of the period is on record."


@dataclass(frozen=True, kw_only=True)
class Interruptions:
    """Interruptions, one entry for customers who lost and got back supply together.

    Attributes:
        started_at: when they lost it, UTC, ``datetime64[us]``.
        restored_at: when it came back; NaT while it has not.
        customers: how many.
        is_planned: whether it was planned.
    """

    started_at: NDArray[np.datetime64]
    restored_at: NDArray[np.datetime64]
    customers: NDArray[np.int64]
    is_planned: NDArray[np.bool_]

    def minutes(self, as_of: np.datetime64) -> NDArray[np.float64]:
        """Return how long each lasted; those not yet over are counted up to ``as_of``."""
        until = np.where(np.isnat(self.restored_at), as_of, self.restored_at)
        # One that began after ``as_of`` has not lasted yet.
        return np.maximum((until - self.started_at) / np.timedelta64(1, "m"), 0.0)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What the indices are made of; totals of parts add up to those of the whole.

    Attributes:
        customer_interruptions: customers of sustained interruptions, each as often as it was interrupted.
        customer_minutes: minutes without supply of these, summed over customers.
        momentary_interruptions: customers of momentary interruptions, each as often.
        momentary_events: the same, the operations of one recloser sequence counted once.
    """

    customer_interruptions: int = 0
    customer_minutes: float = 0.0
    momentary_interruptions: int = 0
    momentary_events: int = 0

    def __add__(self, other: Totals) -> Totals:
        """Return the totals of both."""
        return Totals(
            customer_interruptions=self.customer_interruptions + other.customer_interruptions,
            customer_minutes=self.customer_minutes + other.customer_minutes,
            momentary_interruptions=self.momentary_interruptions + other.momentary_interruptions,
            momentary_events=self.momentary_events + other.momentary_events,
        )


@dataclass(frozen=True, kw_only=True)
class Index:
    """A ratio: its value, what it was made of, and why it has no value if it has none."""

    value: float | None
    numerator: float
    denominator: float
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Indices:
    """The indices of customers over a period.

    Attributes:
        saifi: sustained interruptions a customer served.
        saidi: minutes without supply a customer served.
        caidi: minutes a sustained interruption lasted for a customer.
        asai: share of the period, 0 to 1, that a customer served was supplied.
        maifi: momentary interruptions a customer served.
        maifi_e: momentary interruption events a customer served.
    """

    saifi: Index
    saidi: Index
    caidi: Index
    asai: Index
    maifi: Index
    maifi_e: Index


def totals(interruptions: Interruptions, *, as_of: np.datetime64) -> Totals:
    """Return the totals of interruptions; those not yet over are counted up to ``as_of``."""
    minutes = interruptions.minutes(as_of)
    is_sustained = minutes > SUSTAINED_AFTER / timedelta(minutes=1)
    customers = interruptions.customers
    momentary = int(customers[~is_sustained].sum())
    return Totals(
        customer_interruptions=int(customers[is_sustained].sum()),
        customer_minutes=float((customers * minutes)[is_sustained].sum()),
        momentary_interruptions=momentary,
        momentary_events=momentary,
    )


def indices(found: Totals, *, customers_served: int, period_minutes: float) -> Indices:
    """Return the indices of a period.

        SAIFI   = CI / N          CI    customers interrupted by sustained interruptions
        SAIDI   = CMI / N         CMI   their minutes without supply
        CAIDI   = CMI / CI        N     customers served
        ASAI    = 1 - CMI / (N T) T     minutes of the period
        MAIFI   = customers interrupted by momentary interruptions / N
        MAIFI_E = the same by momentary interruption events / N

    An interruption belongs to the period with all of its minutes, also those after the period's end.

    Args:
        found: totals of the interruptions that began in the period.
        customers_served: customers served, interrupted or not.
        period_minutes: length of the period, min: 525,600 for a year, 527,040 for a leap year.
    """
    served = float(customers_served)
    ci, cmi = float(found.customer_interruptions), found.customer_minutes
    customer_time = served * period_minutes
    return Indices(
        saifi=_ratio(ci, served, NO_CUSTOMERS),
        saidi=_ratio(cmi, served, NO_CUSTOMERS),
        caidi=_ratio(cmi, ci, NO_INTERRUPTIONS),
        asai=_ratio(customer_time - cmi, customer_time, NO_TIME if served > 0.0 else NO_CUSTOMERS),
        maifi=_ratio(float(found.momentary_interruptions), served, NO_CUSTOMERS),
        maifi_e=_ratio(float(found.momentary_events), served, NO_CUSTOMERS),
    )


def unknown(reason: str) -> Indices:
    """Return indices without values, all for one reason."""
    none = Index(value=None, numerator=0.0, denominator=0.0, reason=reason)
    return Indices(saifi=none, saidi=none, caidi=none, asai=none, maifi=none, maifi_e=none)


def cemi(customers_by_count: dict[int, int], n: int, *, customers_served: int) -> Index:
    """Return CEMI_n: the share, 0 to 1, of customers served with ``n`` or more sustained interruptions.

    Args:
        customers_by_count: customers by how often each was interrupted.
        n: from how many.
        customers_served: customers served, interrupted or not.

    Raises:
        ValueError: if ``n`` is not positive.
    """
    if n < 1:
        raise ValueError(f"n is {n}; it must be 1 or more")
    experienced = sum(customers for count, customers in customers_by_count.items() if count >= n)
    return share_of_customers(experienced, customers_served=customers_served)


def celid(customers_by_minutes: dict[float, int], hours: float, *, customers_served: int) -> Index:
    """Return CELID: the share, 0 to 1, of customers served who were without supply for ``hours`` or longer.

    It is CELID-s if the minutes are those of each customer's longest sustained interruption, and CELID-t if
    they are those of all of them.

    Args:
        customers_by_minutes: customers by these minutes.
        hours: from how long, h.
        customers_served: customers served, interrupted or not.

    Raises:
        ValueError: if ``hours`` is not positive.
    """
    if not hours > 0.0:
        raise ValueError(f"hours is {hours}; it must be above 0")
    experienced = sum(
        customers for minutes, customers in customers_by_minutes.items() if minutes >= hours * 60
    )
    return share_of_customers(experienced, customers_served=customers_served)


def share_of_customers(customers: int, *, customers_served: int) -> Index:
    """Return the share, 0 to 1, of the customers served that these are."""
    return _ratio(float(customers), float(customers_served), NO_CUSTOMERS)


def _ratio(numerator: float, denominator: float, reason: str) -> Index:
    if not denominator > 0.0:
        return Index(value=None, numerator=numerator, denominator=denominator, reason=reason)
    return Index(value=numerator / denominator, numerator=numerator, denominator=denominator)
