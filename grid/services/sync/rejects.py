"""A source row that the cache refuses, and why."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_STORED_PER_RUN = 10_000
"""Rejected rows kept of one run. All are counted; those beyond are not kept."""


class Reason(StrEnum):
    """Why a row is refused."""

    MISSING_KEY = "MISSING_KEY"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    MISSING_VALUE = "MISSING_VALUE"
    NOT_FINITE = "NOT_FINITE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    BAD_TEXT = "BAD_TEXT"
    BAD_CHOICE = "BAD_CHOICE"
    BAD_GEOMETRY = "BAD_GEOMETRY"
    MISSING_PARENT = "MISSING_PARENT"
    STILL_REFERENCED = "STILL_REFERENCED"


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A refused row as it was read."""

    row_key: str | None
    reason: Reason
    detail: str
    row: dict[str, Any]

    def row_json(self) -> str:
        """Return the row as JSON that PostgreSQL can store: no NaN, no NUL."""
        return json.dumps({name: _plain(value) for name, value in self.row.items()}, default=str).replace(
            "\\u0000", "\\ufffd"
        )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
