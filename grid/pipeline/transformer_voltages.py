"""The voltages at the meters of each transformer, by local day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, cast, func, select

from grid.warehouse.tables import ami_daily_usage, meter_infrastructure
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS


def transformer_voltage_days(day: date) -> Select[Any]:
    """Return the readings by voltage band of each transformer on a local day, from ``ami_daily_usage``.

    Columns of ``transformer_daily_voltage``, by transformer. A meter counts for the transformer that it hangs
    on when the date is rolled up. Bands are null where the nominal voltage of none of its meters is known.
    """
    found = all_transformer_voltage_days().where(ami_daily_usage.c.usage_date == day)
    return found.order_by(found.selected_columns.transformer_id)


def all_transformer_voltage_days() -> Select[Any]:
    """Return the same of every day, for a warehouse that keeps them up to date itself."""
    daily, meter = ami_daily_usage.c, meter_infrastructure.c
    return (
        select(
            meter.transformer_id,
            daily.usage_date,
            cast(func.count(), Integer).label("meter_count"),
            cast(func.sum(daily.reading_count), Integer).label("reading_count"),
            *(cast(func.sum(daily[name]), BigInteger).label(name) for name in VOLTAGE_COUNTS),
        )
        .join_from(ami_daily_usage, meter_infrastructure, meter.meter_key == daily.meter_key)
        .group_by(meter.transformer_id, daily.usage_date)
    )
