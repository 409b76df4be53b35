"""Transformers that age faster than normal, by hand, on both backends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from grid.warehouse import Warehouse
from grid.warehouse.queries import fast_ageing
from grid.warehouse.tables import transformer_daily_load
from tests.warehouse_rows import fill, filled

pytestmark = pytest.mark.integration


def day(number: int, transformer: str, ageing_h: float | None, aged_hours: int) -> dict[str, Any]:
    return filled(
        transformer_daily_load,
        {
            "transformer_id": transformer,
            "load_date": date(2026, 7, number),
            "ageing_h": ageing_h,
            "aged_hours": aged_hours,
        },
    )


def test_the_mean_factor_of_the_two_newest_days_counts(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        transformer_daily_load,
        [
            day(1, "XFMR-OLD", 240.0, 24),  # a third day back
            day(2, "XFMR-OLD", 1.0, 24),
            day(2, "XFMR-HOT", 60.0, 24),
            day(3, "XFMR-HOT", 12.0, 12),  # 72 h of ageing in 36 hours
            day(3, "XFMR-COOL", 6.0, 24),
            day(3, "XFMR-EVEN", 24.0, 24),  # just as normal is not faster
            day(3, "XFMR-UNKNOWN", None, 0),
        ],
    )

    rows = warehouse.select_rows(fast_ageing())

    assert [(row["transformer_id"], row["ageing_factor"]) for row in rows] == [
        ("XFMR-HOT", pytest.approx(2.0))
    ]
