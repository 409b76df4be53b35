"""Filling the warehouse by the forge: once for a configuration, resumed when interrupted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa

from flux_site.api.errors import BadInput
from grid.forge.config import (
    DEFAULT_AMI_DAYS,
    DEFAULT_HISTORY_YEARS,
    MAX_AMI_DAYS,
    MAX_HISTORY_YEARS,
    MAX_RAW_DAYS,
    ForgeConfig,
    Scale,
)
from grid.forge.errors import ForgeConfigError, ForgeDataError
from grid.forge.load import load_warehouse
from grid.selectors.warehouse import get_warehouse
from grid.services.asset_health import assess
from grid.warehouse import Warehouse, pa_schema, tables

__all__ = [
    "DEFAULT_AMI_DAYS",
    "DEFAULT_HISTORY_YEARS",
    "MAX_AMI_DAYS",
    "MAX_HISTORY_YEARS",
    "MAX_RAW_DAYS",
    "LoadOutcome",
    "load_forged_data",
]

ALL = ("Texas", "Western", "Eastern")


@dataclass(frozen=True, kw_only=True)
class LoadOutcome:
    """What a load did: the end of its metering period; the rows per table, None if all was there."""

    end_at: datetime
    rows: dict[str, int] | None


def load_forged_data(
    *,
    scale: str,
    interconnects: Sequence[str],
    seed: int,
    now: datetime,
    time_zone: str,
    territory: tuple[float, float, float, float],
    force: bool,
    progress: Callable[[float, str], None],
    ami_days: int = DEFAULT_AMI_DAYS,
    raw_days: int = 0,
    history_years: int = DEFAULT_HISTORY_YEARS,
    rows: Callable[[int, int], None] | None = None,
) -> LoadOutcome:
    """Load the forged data of a configuration into the warehouse, unless it is there.

    The metering period ends at the last local midnight before ``now`` of the first load, and stays there: a
    load begun again continues with the period it began with. It ends with the health of the assets assessed.
    ``force`` begins a new period. ``progress`` is told the fraction done and the step, ``rows`` how many rows
    are written of how many.

    Raises:
        BadInput: naming the field, or the damaged source file.
        WarehouseError: if the warehouse refuses a batch; what was complete stays.
    """
    warehouse = get_warehouse()
    warehouse.prepare()
    newest = None if force else _newest_load(warehouse)
    names = ALL if [name.lower() for name in interconnects] == ["all"] else tuple(interconnects)

    def config_until(end_at: datetime) -> ForgeConfig:
        try:
            return ForgeConfig(
                scale=cast("Scale", scale),  # the configuration checks the text itself
                seed=seed,
                interconnects=names,
                end_at=end_at,
                time_zone=time_zone,
                territory=territory,
                ami_days=ami_days,
                raw_days=raw_days,
                history_years=history_years,
            )
        except ForgeConfigError as error:
            raise BadInput(str(error), field=error.field) from error

    end_at = _last_midnight(now, time_zone)
    config = config_until(end_at)
    if newest is not None:
        kept = config_until(newest["end_at"])
        if kept.digest() == newest["config_digest"]:
            config, end_at = kept, newest["end_at"]
            if newest["status"] == "COMPLETED":
                if warehouse.version(tables.asset_health) is None:  # of a version that did not assess
                    _assess_health(progress, now)
                return LoadOutcome(end_at=end_at, rows=None)
    number = _record(warehouse, config, status="STARTED", now=now)
    try:
        written = load_warehouse(warehouse=warehouse, config=config, progress=progress, rows=rows)
    except ForgeDataError as error:
        raise BadInput(f"The transmission data cannot be used: {error}") from error
    except ForgeConfigError as error:
        raise BadInput(str(error), field=error.field) from error
    _assess_health(progress, now)
    _record(warehouse, config, status="COMPLETED", now=now, number=number)
    return LoadOutcome(end_at=end_at, rows=written)


def _assess_health(progress: Callable[[float, str], None], now: datetime) -> None:
    assess(lambda done, step: progress(0.99 + 0.01 * done, f"assessing health of assets: {step}"), now=now)


def _last_midnight(now: datetime, time_zone: str) -> datetime:
    """Return the newest local midnight not after ``now``, as naive UTC."""
    local = now.astimezone(ZoneInfo(time_zone))
    midnight = datetime.combine(local.date(), time.min, tzinfo=ZoneInfo(time_zone))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def _newest_load(warehouse: Warehouse) -> dict[str, Any] | None:
    if warehouse.version(tables.forge_loads) is None:
        return None
    columns = tables.forge_loads.c
    newest = sa.select(sa.func.max(columns.load_number)).scalar_subquery()
    rows = warehouse.select_rows(sa.select(tables.forge_loads).where(columns.load_number == newest))
    return max(rows, key=lambda row: row["status"] == "COMPLETED") if rows else None


def _record(
    warehouse: Warehouse, config: ForgeConfig, *, status: str, now: datetime, number: int | None = None
) -> int:
    """Note the state of a load and return its number."""
    if number is None:
        newest = _newest_load(warehouse)
        number = (newest["load_number"] if newest else 0) + 1
    row = {
        "load_number": number,
        "status": status,
        "config_digest": config.digest(),
        "scale": config.scale.value,
        "seed": config.seed,
        "interconnects": ",".join(config.interconnects),
        "end_at": config.period_end,
        "recorded_at": now.astimezone(UTC).replace(tzinfo=None),
    }
    schema = pa_schema(tables.forge_loads)
    warehouse.append(
        tables.forge_loads, pa.Table.from_pylist([row], schema=schema), f"load/{number}/{status}"
    )
    return number
