"""Columns that several roll-ups of readings share."""

from sqlalchemy import BigInteger, Column

VOLTAGE_COUNTS = ("below_b_count", "b_low_count", "in_a_count", "b_high_count", "above_b_count")
"""Readings by band of ANSI C84.1, lowest first, in the order of ``VoltageBand``."""


def voltage_counts() -> list[Column[int]]:
    """Return a column per voltage band; null where no nominal voltage is known."""
    return [Column(name, BigInteger, comment="readings, by ANSI C84.1") for name in VOLTAGE_COUNTS]
