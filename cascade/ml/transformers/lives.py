"""Lives of units as they were seen, for the model of age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cascade.ml.transformers.features import HOURS_PER_YEAR, age_years
from grid.powerflow.arrays import BoolArray, FloatArray
from grid.warehouse import Warehouse
from grid.warehouse.queries import transformer_failures as records


@dataclass(frozen=True, eq=False)
class UnitSpans:
    """Hold lives of units as seen between two moments, for the model of age.

    Attributes:
        transformer_id: their places.
        entry_years: age when they came under observation.
        exit_years: age when they left it.
        failed: whether they failed then.
    """

    transformer_id: npt.NDArray[np.object_]
    entry_years: FloatArray
    exit_years: FloatArray
    failed: BoolArray


def read_spans(*, warehouse: Warehouse, since: datetime, until: datetime) -> UnitSpans:
    """Read the lives of units between two moments.

    Args:
        warehouse: where the records are.
        since: start of the records.
        until: what comes later is not looked at.
    """
    table = pa.Table.from_batches(list(warehouse.select_arrow(records.unit_spans(since, until))))
    installed = table["installed_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    removed = table["removed_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    year = np.asarray(table["install_year"].cast(pa.float64()).to_numpy(), dtype=np.float64)
    first, last = np.datetime64(since, "us"), np.datetime64(until, "us")
    at_first = age_years(at=first, install_year=year, installed_at=installed)
    entry = np.maximum(np.where(installed > first, 0.0, at_first), 0.0)
    end = np.where(np.isnat(removed), last, removed)
    start = np.where(installed > first, installed, first)
    seen = (end - start) / np.timedelta64(1, "s") / 3600.0 / HOURS_PER_YEAR
    kept = seen > 0.0
    reason = np.asarray(table["removal_reason"].to_numpy(), dtype=object)
    return UnitSpans(
        transformer_id=np.asarray(table["transformer_id"].to_numpy(), dtype=object)[kept],
        entry_years=entry[kept],
        exit_years=(entry + seen)[kept],
        failed=np.asarray(reason == "FAILED", dtype=np.bool_)[kept],
    )
