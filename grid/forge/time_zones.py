"""IANA time zones of the load zones.

The source gives fixed offsets in POSIX notation (``ETC/GMT+5`` is five hours *behind* Greenwich) and so knows
no summer time. A zone is given the IANA name of its state's clock, but only if that clock's standard time
agrees with the source's offset; otherwise the name is unknown. States cut by a time-zone border are named by
the side that the source's offset points to.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_EASTERN = "America/New_York"
_CENTRAL = "America/Chicago"
_MOUNTAIN = "America/Denver"
_PACIFIC = "America/Los_Angeles"

_BY_STATE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "Maine", "New Hampshire", "Vermont", "Massachusetts", "Rhode Island", "Connecticut", "New York",
            "New Jersey", "Pennsylvania", "Delaware", "Maryland", "Virginia", "North Carolina",
            "South Carolina", "Georgia", "West Virginia", "Ohio",
        ),
        (_EASTERN,),
    ),
    **dict.fromkeys(
        (
            "Alabama", "Mississippi", "Illinois", "Wisconsin", "Minnesota", "Iowa", "Missouri", "Arkansas",
            "Louisiana", "Oklahoma",
        ),
        (_CENTRAL,),
    ),
    **dict.fromkeys(("Montana", "New Mexico", "Utah", "Colorado", "Wyoming"), (_MOUNTAIN,)),
    **dict.fromkeys(("Washington", "California", "Nevada"), (_PACIFIC,)),
    "Michigan": ("America/Detroit", _CENTRAL),
    "Indiana": ("America/Indiana/Indianapolis", _CENTRAL),
    "Kentucky": ("America/Kentucky/Louisville", _CENTRAL),
    "Tennessee": (_CENTRAL, _EASTERN),
    "Florida": (_EASTERN, _CENTRAL),
    "Kansas": (_CENTRAL, _MOUNTAIN),
    "Nebraska": (_CENTRAL, _MOUNTAIN),
    "South Dakota": (_CENTRAL, _MOUNTAIN),
    "North Dakota": (_CENTRAL, _MOUNTAIN),
    "Texas": (_CENTRAL, _MOUNTAIN),
    "Oregon": (_PACIFIC, "America/Boise"),
    "Idaho": ("America/Boise", _PACIFIC),
    "Arizona": ("America/Phoenix",),
}  # fmt: skip

_SOURCE_OFFSET = re.compile(r"ETC/GMT([+-]\d{1,2})", re.IGNORECASE)
_WINTER = datetime(2024, 1, 15)  # noqa: DTZ001 - a wall-clock time: the zone's standard time is asked for


def iana_time_zone(*, state: str | None, source_time_zone: str | None) -> str | None:
    """Return the IANA name for a zone's state and the source's offset, or None where they leave it open."""
    match = _SOURCE_OFFSET.fullmatch((source_time_zone or "").strip())
    if match is None or state is None:
        return None
    offset = timedelta(hours=-int(match.group(1)))
    for name in _BY_STATE.get(state, ()):
        if ZoneInfo(name).utcoffset(_WINTER) == offset:
            return name
    return None


STATE_CODES: dict[str, str] = {
    "Alabama": "AL", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Idaho": "ID",
    "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN",
    "Mississippi": "MS", "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV",
    "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX",
    "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington": "WA", "West Virginia": "WV",
    "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip
"""USPS codes of the states."""
