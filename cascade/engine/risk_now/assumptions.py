"""The rates and limits that the risk rests on, each with what it is taken from. Users replace them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cascade.engine.scenarios.spec import Basis

KM_PER_100_MILES = 160.9344
VOLTAGE_LIMIT_KV = 200.0
"""From here on a line has the rates of the higher class."""


class RiskAssumption(StrEnum):
    """What is assumed."""

    LINE_ENDS_BELOW_200_KV = "LINE_ENDS_BELOW_200_KV"
    LINE_LENGTH_BELOW_200_KV = "LINE_LENGTH_BELOW_200_KV"
    LINE_ENDS_FROM_200_KV = "LINE_ENDS_FROM_200_KV"
    LINE_LENGTH_FROM_200_KV = "LINE_LENGTH_FROM_200_KV"
    TRANSFORMER = "TRANSFORMER"
    TRIP_THRESHOLD = "TRIP_THRESHOLD"
    OVERLOAD_TIME = "OVERLOAD_TIME"
    MOST_AGEING = "MOST_AGEING"


_RTS = "IEEE Reliability Test System, IEEE Trans. Power Apparatus and Systems 98(6), 1979"
_NOT_ON_RECORD = "Replace it by your own outage records."
DEFAULTS: tuple[dict[str, Any], ...] = (
    {
        "key": RiskAssumption.LINE_ENDS_BELOW_200_KV.value,
        "value": 0.22,
        "unit": "outages a year",
        "basis": Basis.PUBLISHED.value,
        "source": f"{_RTS}: permanent outages of 138 kV lines, the part that does not depend on their "
        f"length (terminals). Taken for all lines below 200 kV. {_NOT_ON_RECORD}",
    },
    {
        "key": RiskAssumption.LINE_LENGTH_BELOW_200_KV.value,
        "value": round(0.52 / KM_PER_100_MILES, 6),
        "unit": "outages a year and km",
        "basis": Basis.PUBLISHED.value,
        "source": f"{_RTS}: permanent outages of 138 kV lines, 0.52 a year and 100 miles. Taken for all "
        f"lines below 200 kV. {_NOT_ON_RECORD}",
    },
    {
        "key": RiskAssumption.LINE_ENDS_FROM_200_KV.value,
        "value": 0.29,
        "unit": "outages a year",
        "basis": Basis.PUBLISHED.value,
        "source": f"{_RTS}: permanent outages of 230 kV lines, the part that does not depend on their "
        f"length (terminals). Taken for all lines from 200 kV on. {_NOT_ON_RECORD}",
    },
    {
        "key": RiskAssumption.LINE_LENGTH_FROM_200_KV.value,
        "value": round(0.34 / KM_PER_100_MILES, 6),
        "unit": "outages a year and km",
        "basis": Basis.PUBLISHED.value,
        "source": f"{_RTS}: permanent outages of 230 kV lines, 0.34 a year and 100 miles. Taken for all "
        f"lines from 200 kV on. {_NOT_ON_RECORD}",
    },
    {
        "key": RiskAssumption.TRANSFORMER.value,
        "value": 0.02,
        "unit": "outages a year",
        "basis": Basis.PUBLISHED.value,
        "source": f"{_RTS}: permanent outages of transformers. {_NOT_ON_RECORD}",
    },
    {
        "key": RiskAssumption.TRIP_THRESHOLD.value,
        "value": 1.5,
        "unit": "times the rating",
        "basis": Basis.PUBLISHED.value,
        "source": "NERC PRC-023, requirement R1, criterion 1: load-responsive relays of transmission lines "
        "must not operate at or below 150 % of the highest seasonal rating. Above it the branch is taken to "
        "trip; below, operators relieve it in time.",
    },
    {
        "key": RiskAssumption.OVERLOAD_TIME.value,
        "value": 4.0,
        "unit": "h",
        "basis": Basis.ASSUMPTION.value,
        "source": "How long a load stays above the rating of the hour. Four hours is the usual duration of a "
        "long-time emergency rating; no forecast of the load is on record.",
    },
    {
        "key": RiskAssumption.MOST_AGEING.value,
        "value": 10.0,
        "unit": "times the rate",
        "basis": Basis.ASSUMPTION.value,
        "source": "A transformer whose insulation ages faster than normal (IEEE C57.91, factor above 1) is "
        "taken to fail as much more often, at most so many times. 10 is a hot spot of about 134 °C.",
    },
)


@dataclass(frozen=True, kw_only=True)
class RiskAssumptions:
    """Hold the figures in force.

    Raises:
        ValueError: naming one that is missing, negative or not finite.
    """

    values: Mapping[str, float]

    def __post_init__(self) -> None:
        """Check every figure."""
        for key in RiskAssumption:
            value = self.values.get(key)
            if value is None or not math.isfinite(value) or value < 0.0:
                raise ValueError(f"{key} is {value}; allowed: a number from 0 on")

    def __getitem__(self, key: RiskAssumption) -> float:
        """Return a figure."""
        return self.values[key]

    def branch_outages_per_year(self, *, is_line: bool, base_kv: float, length_km: float | None) -> float:
        """Return how often a branch goes out of service for good in a year.

        Lines by a part for their ends and one for their length; a length that is not known, as of a tie
        within a substation, adds nothing. Transformers alike.
        """
        if not is_line:
            return self[RiskAssumption.TRANSFORMER]
        if base_kv < VOLTAGE_LIMIT_KV:
            ends = self[RiskAssumption.LINE_ENDS_BELOW_200_KV]
            per_km = self[RiskAssumption.LINE_LENGTH_BELOW_200_KV]
        else:
            ends = self[RiskAssumption.LINE_ENDS_FROM_200_KV]
            per_km = self[RiskAssumption.LINE_LENGTH_FROM_200_KV]
        return ends + per_km * (length_km or 0.0)


def install(assumption: Any) -> None:
    """Create the rows that are not there, given their manager. Rows changed by users stay."""
    for row in DEFAULTS:
        assumption.get_or_create(key=row["key"], defaults=row)


def usual() -> RiskAssumptions:
    """Return the figures that a new installation begins with."""
    return RiskAssumptions(values={row["key"]: row["value"] for row in DEFAULTS})
