"""Causes of interruptions: our codes, each in one of the categories of IEEE Std 1782-2014."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A cause.

    Attributes:
        code: as stored.
        label: for people.
        category: of IEEE Std 1782.
    """

    code: str
    label: str
    category: str


_BY_CATEGORY = {
    "Equipment": {"EQUIPMENT": "Equipment failure", "OVERLOAD": "Overload"},
    "Lightning": {"LIGHTNING": "Lightning"},
    "Planned": {"PLANNED_WORK": "Planned work"},
    "Power supply": {
        "GENERATION": "Generation short",
        "SUBSTATION": "Substation",
        "TRANSMISSION": "Transmission",
    },
    "Public": {
        "DIG_IN": "Dig-in",
        "FIRE": "Fire",
        "VANDALISM": "Vandalism",
        "VEHICLE": "Vehicle",
    },
    "Vegetation": {"VEGETATION": "Vegetation"},
    "Weather (other than lightning)": {
        "FLOOD": "Flood",
        "HEAT": "Heat",
        "ICE": "Ice",
        "STORM": "Storm",
        "WIND": "Wind",
    },
    "Wildlife": {"ANIMAL": "Animal"},
    "Other": {"OPERATING_ERROR": "Operating error", "OTHER": "Other"},
    "Unknown": {"UNKNOWN": "Looked for, not found"},
}

CAUSES: dict[str, Cause] = {
    code: Cause(code=code, label=label, category=category)
    for category, causes in _BY_CATEGORY.items()
    for code, label in causes.items()
}
"""Every cause by its code."""
