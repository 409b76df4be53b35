"""Units that a column of a file may be in, and what brings them to the unit of the warehouse column."""

from __future__ import annotations

import math

FEET_IN_M = 0.3048  # international foot, exact
US_SURVEY_FEET_IN_M = 1200.0 / 3937.0
MILES_IN_M = 1609.344  # international mile, exact

FACTORS: dict[str, dict[str, float]] = {
    "m": {
        "ft": FEET_IN_M,
        "us_ft": US_SURVEY_FEET_IN_M,
        "yd": 0.9144,
        "in": 0.0254,
        "cm": 0.01,
        "km": 1000.0,
        "mi": MILES_IN_M,
    },
    "km": {"m": 0.001, "ft": FEET_IN_M / 1000.0, "mi": MILES_IN_M / 1000.0},
    "kv": {"v": 0.001, "mv": 1000.0},
    "kva": {"va": 0.001, "mva": 1000.0},
    "mva": {"va": 1e-6, "kva": 0.001},
    "mw": {"w": 1e-6, "kw": 0.001, "gw": 1000.0},
    "mvar": {"var": 1e-6, "kvar": 0.001},
    "a": {"ka": 1000.0, "ma": 0.001},
    "deg": {"rad": 180.0 / math.pi},
    "pct": {"frac": 100.0},
    "pu": {"pct": 0.01},
}
"""By the unit a column's name ends in: the other units, each with the factor that converts from it."""

SPELLINGS = {
    "feet": "ft",
    "foot": "ft",
    "inches": "in",
    "meters": "m",
    "metres": "m",
    "kilometers": "km",
    "kilometres": "km",
    "miles": "mi",
    "mile": "mi",
    "volts": "v",
    "amps": "a",
    "percent": "pct",
}


def unit_of(column: str) -> str | None:
    """Return the unit that a column's name ends in; None if it ends in none that is known."""
    ending = column.rpartition("_")[2].lower()
    ending = SPELLINGS.get(ending, ending)
    known = ending in FACTORS or any(ending in others for others in FACTORS.values())
    return ending if known and "_" in column else None


def units_for(column: str) -> tuple[str, ...]:
    """Return the units that values of a warehouse column may be given in, its own first."""
    own = unit_of(column)
    return (own, *FACTORS[own]) if own in FACTORS else ()


def factor(*, column: str, unit: str) -> float:
    """Return what a value in ``unit`` is multiplied by to be in the unit of ``column``.

    Raises:
        KeyError: if the column has no such unit.
    """
    own = unit_of(column)
    if own is None:
        raise KeyError(unit)
    return 1.0 if unit == own else FACTORS[own][unit]
