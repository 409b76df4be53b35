"""What is done between two losses."""

from __future__ import annotations

from enum import StrEnum


class Adjustment(StrEnum):
    """Name what operators do between the first and the second loss."""

    NONE = "NONE"
    """Nothing: units and loads stay as the first cascade left them, balanced."""
    SHARE_HEADROOM = "SHARE_HEADROOM"
    """Redispatch: in every island all units run at the same share of their capacity."""
