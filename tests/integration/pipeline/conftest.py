"""A small warehouse of three meters, two transformers and two weather stations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from grid.pipeline import PipelineParams
from grid.warehouse import PartitionedWarehouse, open_warehouse
from grid.warehouse.tables import (
    ami_readings_raw,
    meter_infrastructure,
    transformer_metadata,
)
from tests.integration.warehouse.rows import table_of

PARAMS = PipelineParams(time_zone="America/Chicago")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[PartitionedWarehouse]:
    """Return an empty embedded warehouse with meters MTR-1 and -2 on XFMR-A, MTR-3 on XFMR-B."""
    opened = open_warehouse(f"embedded://{tmp_path}/warehouse?memory_limit=512MB&threads=1")
    assert isinstance(opened, PartitionedWarehouse)
    meters = [
        {"meter_id": f"MTR-{key}", "meter_key": key, "transformer_id": unit}
        for key, unit in ((1, "XFMR-A"), (2, "XFMR-A"), (3, "XFMR-B"))
    ]
    opened.append(meter_infrastructure, table_of(meter_infrastructure, *meters), "meters")
    units = [
        {"transformer_id": "XFMR-A", "rated_kva": 25.0, "latitude": 29.7, "longitude": -95.4},
        {"transformer_id": "XFMR-B", "rated_kva": 50.0, "latitude": 29.7, "longitude": -95.0},
    ]
    opened.append(transformer_metadata, table_of(transformer_metadata, *units), "units")
    yield opened
    opened.close()


def reading(meter: int | str, at: datetime, kwh: str | None, **rest: Any) -> dict[str, Any]:
    """Return a reading as a meter sends it, received in December."""
    row = {
        "meter_id": f"MTR-{meter}",
        "reading_at": at,
        "reading_date": at.date(),
        "interval_minutes": 15,
        "usage_kwh": None if kwh is None else Decimal(kwh),
        "voltage_v": Decimal("240.00"),
        "quality": "ACTUAL",
        "ingested_at": datetime(2024, 12, 1),
    }
    return row | rest


def receive(warehouse: PartitionedWarehouse, batch_id: str, *rows: dict[str, Any]) -> None:
    """Append readings to those received."""
    warehouse.append(ami_readings_raw, table_of(ami_readings_raw, *rows), batch_id)
