"""Rows of the warehouse as outages with the times their customers were without supply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grid.standards.customers_out import Spell

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class OutageSpells:
    """An outage, and when its customers were without supply.

    Attributes:
        outage_id: its key.
        record: its row of ``unplanned_outages``; None if only its interruptions are on record.
        rows: its rows of ``unplanned_spells``; none: whom it interrupted is not on record.
    """

    outage_id: str
    record: Row | None
    rows: tuple[Row, ...]

    @property
    def is_unknown(self) -> bool:
        """Whether it interrupted customers of whom it is not on record who they were, and how long."""
        return not self.rows

    @property
    def spells(self) -> list[Spell]:
        """Its spells."""
        return [spell_of(row) for row in self.rows]

    @property
    def began_at(self) -> datetime:
        """When the first customer lost supply, naive UTC."""
        if self.rows or self.record is None:
            return min(row["started_at"] for row in self.rows)
        began_at: datetime = self.record["started_at"]
        return began_at

    @property
    def reported_at(self) -> datetime:
        """When it began by its own record, else when the first customer lost supply, naive UTC."""
        if self.record is None:
            return self.began_at
        reported_at: datetime = self.record["started_at"]
        return reported_at

    @property
    def restored_at(self) -> datetime | None:
        """When the last customer was back, naive UTC; None while some are not."""
        ends = [row["restored_at"] for row in self.rows]
        if self.record is not None and not self.rows:
            ends = [self.record["restored_at"]]
        return None if any(end is None for end in ends) else max(ends)


def spell_of(row: Row) -> Spell:
    """Return a row of ``unplanned_spells`` as a spell, in naive UTC."""
    return Spell(row["started_at"], row["restored_at"], int(row["customers"]))


def outages_of(records: Iterable[Row], spells: Iterable[Row]) -> list[OutageSpells]:
    """Return the outages of rows of ``unplanned_outages`` and ``unplanned_spells``, by when they began.

    One whose interruptions are on record, but not among ``spells``, interrupted nobody in the time looked at.
    One without interruptions that says it interrupted nobody is none: what was out behind it went over to
    another outage. Neither is among the answer.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in spells:
        rows[row["outage_id"]].append(row)
    known = {record["outage_id"]: record for record in records}
    unknown = {
        key
        for key, record in known.items()
        if key not in rows and not record["has_interruptions"] and int(record["customers_interrupted"]) > 0
    }
    found = [
        OutageSpells(outage_id=key, record=known.get(key), rows=tuple(rows.get(key, ())))
        for key in (*rows, *unknown)
    ]
    return sorted(found, key=lambda outage: (outage.began_at, outage.outage_id))
