"""What the risk is made of, all in one unit: customer-hours of interruption expected within the horizon."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from grid.powerflow.arrays import FloatArray

HORIZON_H = 24.0
HOURS_PER_YEAR = 8760.0
MINUTES_PER_HOUR = 60.0


class RiskPart(StrEnum):
    """A part of the risk."""

    OUTAGES = "OUTAGES"
    """Outages that run now, until they end or the horizon does."""
    EQUIPMENT = "EQUIPMENT"
    """Failures of transformers and poles, by their health and the heat of their windings."""
    WEATHER = "WEATHER"
    """Load above what circuits and the network may carry in the weather of the hour."""
    CONTINGENCIES = "CONTINGENCIES"
    """The loss of each branch of the transmission network from the present state."""
    VEGETATION = "VEGETATION"
    """Trees that fall on lines."""
    BACKGROUND = "BACKGROUND"
    """All other causes, as often as on the utility's own ordinary days."""


VITAL = (RiskPart.OUTAGES, RiskPart.BACKGROUND)
"""Without one of these there is no score: one is what is known for certain, the other the largest of a calm
day."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Items:
    """Hold what a part is made of, one entry for each asset.

    Attributes:
        kind: what the assets are.
        ids: their natural keys.
        zones: their load zones; None: not known, they count nowhere.
        customer_hours: expected within the horizon; NaN: not known.
        details: further columns that tell where the number comes from, by name; NaN: not known.
    """

    kind: str
    ids: Sequence[str]
    zones: Sequence[str | None]
    customer_hours: FloatArray
    details: Mapping[str, Sequence[float] | FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ZonePart:
    """Hold a part of the risk of one zone.

    Attributes:
        customer_hours: expected within the horizon; None: not known.
        known: assets whose share is known.
        total: assets that the part is made of.
        reason: why it is not known.
    """

    customer_hours: float | None
    known: int = 0
    total: int = 0
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """Hold what one asset adds to a part of the risk of one zone."""

    part: RiskPart
    zone: str
    kind: str
    asset_id: str
    customer_hours: float
    details: dict[str, float | None]


NONE_KNOWN = "None of {total} assets has the data it rests on."


def by_zone(items: Iterable[Items], zones: Sequence[str]) -> dict[str, ZonePart]:
    """Return the sum of each zone. What is not known of single assets is left out and counted.

    A zone without any such asset has none of the risk, 0; one that has some, but none of them known, has an
    unknown one.
    """
    sums = dict.fromkeys(zones, 0.0)
    known, total = dict.fromkeys(zones, 0), dict.fromkeys(zones, 0)
    for each in items:
        of_zone = np.array([zone if zone in sums else "" for zone in each.zones], dtype=object)
        is_known = ~np.isnan(each.customer_hours)
        for zone in {str(zone) for zone in of_zone if zone}:
            here = of_zone == zone
            total[zone] += int(here.sum())
            known[zone] += int((here & is_known).sum())
            sums[zone] += float(each.customer_hours[here & is_known].sum())
    return {
        zone: ZonePart(customer_hours=sums[zone], known=known[zone], total=total[zone])
        if known[zone] or not total[zone]
        else ZonePart(customer_hours=None, total=total[zone], reason=NONE_KNOWN.format(total=total[zone]))
        for zone in zones
    }


def largest(part: RiskPart, items: Iterable[Items], zones: Sequence[str], count: int) -> list[Contribution]:
    """Return the ``count`` assets of each zone that add most, the most first; equal ones by id.

    Assets that add nothing, or an unknown amount, are none.
    """
    found: list[Contribution] = []
    for zone in zones:
        here: list[Contribution] = []
        for each in items:
            in_zone = np.array([other == zone for other in each.zones], dtype=np.bool_)
            worth = np.where(in_zone, np.nan_to_num(each.customer_hours), 0.0)
            here += [
                Contribution(
                    part=part,
                    zone=zone,
                    kind=each.kind,
                    asset_id=each.ids[n],
                    customer_hours=float(worth[n]),
                    details={name: _plain(values[n]) for name, values in each.details.items()},
                )
                for n in _greatest(worth, count)
            ]
        here.sort(key=lambda one: (-one.customer_hours, one.asset_id))
        found += here[:count]
    return found


def _greatest(worth: FloatArray, count: int) -> list[int]:
    """Return the places of the greatest numbers above 0; more than ``count`` where the last are equal."""
    positive = np.flatnonzero(worth > 0.0)
    if len(positive) <= count:
        return [int(n) for n in positive]
    least = np.partition(worth[positive], -count)[-count]
    return [int(n) for n in positive[worth[positive] >= least]]


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
