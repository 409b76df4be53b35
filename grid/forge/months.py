"""The calendar months of a run of hours: in them the condition of equipment is taken to be constant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from grid.forge.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Months:
    """Hold the UTC months of consecutive hours; the first and the last may be parts.

    Attributes:
        month: first day of each, datetime64[M].
        lo: first hour of each.
        hi: end of its hours.
        is_whole: whether all of its hours are there.
    """

    month: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    lo: IntArray
    hi: IntArray
    is_whole: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.lo)

    @property
    def hours(self) -> IntArray:
        """Hours of each that are there."""
        return self.hi - self.lo

    @property
    def middle_year(self) -> FloatArray:
        """The middle of each as a year with its fraction."""
        return np.asarray(1970.0 + (self.month.astype(np.int64) + 0.5) / 12.0, dtype=np.float64)


def months_of(start: datetime, hours: int) -> Months:
    """Return the months of ``hours`` hours from a naive UTC moment on."""
    at = np.datetime64(start, "h") + np.arange(hours)
    month = at.astype("datetime64[M]")
    lo = np.flatnonzero(np.diff(month.astype(np.int64), prepend=-(2**40)))
    hi = np.append(lo[1:], hours)
    first = month[lo]
    length = ((first + 1).astype("datetime64[h]") - first.astype("datetime64[h]")).astype(np.int64)
    return Months(first, lo.astype(np.int64), hi.astype(np.int64), hi - lo == length)
