"""Which moments a data set of failures asks about, and from when on its rows are there to evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from cascade.ml.errors import BadDataset
from cascade.ml.transformers.dataset import HORIZONS_DAYS, quarter_starts
from grid.warehouse import Warehouse
from grid.warehouse.queries import evidence
from grid.warehouse.queries import transformer_failures as records

BURN_IN = timedelta(days=365)
"""Of the records the first year only tells of the past."""
TEST_SPAN = timedelta(days=610)
"""The last twenty months are there to evaluate: three quarters have a whole year after them."""


@dataclass(frozen=True, kw_only=True)
class FailurePlan:
    """Say which rows are wanted. Times are naive UTC.

    Attributes:
        records_from: the oldest record.
        known_until: the records are complete up to here.
        test_from: models to be evaluated know nothing of what comes later.
        cut_offs: the moments asked about.
    """

    records_from: datetime
    known_until: datetime
    test_from: datetime
    cut_offs: tuple[datetime, ...]

    def __post_init__(self) -> None:
        """Check that there is something to train on and something to ask about, within every horizon.

        Raises:
            BadDataset: naming the field.
        """
        longest = timedelta(days=max(HORIZONS_DAYS))
        if not any(at + longest <= self.test_from for at in self.cut_offs):
            raise BadDataset(
                field="test_from",
                message=f"is {self.test_from:%Y-%m-%d}: no moment is a year or more before it to train on; "
                f"records begin on {self.records_from:%Y-%m-%d}",
            )
        if not any(self.test_from <= at <= self.known_until - longest for at in self.cut_offs):
            raise BadDataset(
                field="test_from",
                message=f"is {self.test_from:%Y-%m-%d}: no moment after it has a year of records behind it; "
                f"they end on {self.known_until:%Y-%m-%d}",
            )

    @property
    def choice_from(self) -> datetime | None:
        """Return from when on rows of before the test choose between models; None: they are too few years.

        Half of the moments that have a year behind them to train on, and a year before the test after them.
        """
        longest = timedelta(days=max(HORIZONS_DAYS))
        known = [at for at in self.cut_offs if at + longest <= self.test_from]
        later = [at for at in known if at - longest >= known[0]]
        return later[len(later) // 2] if later else None

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return {
            "records_from": self.records_from.isoformat(),
            "known_until": self.known_until.isoformat(),
            "test_from": self.test_from.isoformat(),
            "cut_offs": [at.isoformat() for at in self.cut_offs],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FailurePlan:
        """Return the plan that :meth:`to_dict` was made from.

        Raises:
            BadDataset: naming what is missing or wrong.
        """
        try:
            cut_offs = tuple(datetime.fromisoformat(at) for at in values["cut_offs"])
            times = {
                name: datetime.fromisoformat(values[name])
                for name in ("records_from", "known_until", "test_from")
            }
        except (KeyError, TypeError, ValueError) as error:
            raise BadDataset(field="plan", message=f"is damaged: {error}") from error
        return cls(cut_offs=cut_offs, **times)


def plan_failures(warehouse: Warehouse, *, now: datetime, test_from: datetime | None = None) -> FailurePlan:
    """Return the plan of all that is on record: the start of every quarter after the first year.

    Args:
        warehouse: where the records are.
        now: the present, naive UTC; what is dated later is not looked at.
        test_from: from when on rows are there to evaluate; the last twenty months if None.

    Raises:
        BadDataset: if there are no records, or too few years of them.
    """
    first, known_until = record_span(warehouse, now=now)
    cut_offs = tuple(quarter_starts(first + BURN_IN, known_until))
    if test_from is None:
        later = [at for at in cut_offs if at >= known_until - TEST_SPAN]
        test_from = later[0] if later else known_until
    return FailurePlan(records_from=first, known_until=known_until, test_from=test_from, cut_offs=cut_offs)


def record_span(warehouse: Warehouse, *, now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when records reach, the present at most. Naive UTC.

    Raises:
        BadDataset: if there are none.
    """
    first, last = _moment(warehouse, evidence.oldest_outage()), _moment(warehouse, records.newest_record())
    if first is None or last is None:
        raise BadDataset(field="records", message="hold no outage, so nothing tells which transformers fail")
    return first, min(last, now)


def is_forged(warehouse: Warehouse) -> bool:
    """Return whether the records come from the forge, which alone tells what it truly expected."""
    return _moment(warehouse, records.newest_truth()) is not None


def _moment(warehouse: Warehouse, query: Any) -> datetime | None:
    table = pa.Table.from_batches(list(warehouse.select_arrow(query)))
    found: datetime | None = table["at"].to_pylist()[0]
    return None if found is None else found.replace(tzinfo=None)
