"""The layer of the voltages at transformers, a week of them together.

A week, as EN 50160 takes to judge supply voltages: long enough to hold working days and a weekend, short
enough to show what is wrong now. It ends with the newest local day that any transformer has readings of, so
that a warehouse whose feed stands still keeps its rows.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from grid import models
from grid.layers.definition import Layer, Schedule
from grid.layers.zones import zone_of_substation
from grid.warehouse import tables
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS

WEEK_DAYS = 7

_day = tables.transformer_daily_voltage.c
_unit = tables.transformer_metadata.c

_substation_of = (
    sa.select(_unit.transformer_id, sa.func.min(_unit.substation_id).label("substation_id"))
    .group_by(_unit.transformer_id)
    .subquery("substation_of_transformer")
)
_newest_day = sa.select(sa.func.max(_day.usage_date)).correlate(None).scalar_subquery()
# Literals, not parameters: days are taken off a date as a whole number in every dialect.
_since: Any = _newest_day.op("-", return_type=sa.Date())(sa.literal_column(str(WEEK_DAYS)))


def _sum(*columns: Any) -> Any:
    return sa.func.sum(sum(columns[1:], start=columns[0]))


def _share_pct(outside: Any) -> Any:
    judged = sa.cast(sa.func.nullif(_judged, 0), sa.Double)
    return 100.0 * sa.cast(outside, sa.Double) / judged


_judged = _sum(*(_day[name] for name in VOLTAGE_COUNTS))
_outside_b = _sum(_day.below_b_count, _day.above_b_count)
_outside_a = _sum(_day.below_b_count, _day.above_b_count, _day.b_low_count, _day.b_high_count)
_zone = zone_of_substation.c.zone_id

transformer_voltage = Layer(
    key="transformer_voltage",
    title="Voltages at transformers",
    model=models.TransformerVoltage,
    source=sa.select(
        _day.transformer_id.label("id"),
        _zone.label("zone_id"),
        _day.transformer_id.label("transformer_id"),
        sa.func.min(_day.usage_date).label("first_day"),
        sa.func.max(_day.usage_date).label("last_day"),
        sa.cast(sa.func.count(), sa.Integer).label("day_count"),
        sa.func.max(_day.meter_count).label("meter_count"),
        sa.cast(sa.func.sum(_day.reading_count), sa.Integer).label("reading_count"),
        sa.cast(sa.func.coalesce(_judged, 0), sa.Integer).label("judged_count"),
        *(sa.cast(sa.func.sum(_day[name]), sa.Integer).label(name) for name in VOLTAGE_COUNTS),
        _share_pct(_outside_a).label("outside_a_pct"),
        _share_pct(_outside_b).label("outside_b_pct"),
    )
    .select_from(
        tables.transformer_daily_voltage.outerjoin(
            _substation_of, _substation_of.c.transformer_id == _day.transformer_id
        ).outerjoin(zone_of_substation, zone_of_substation.c.substation_id == _substation_of.c.substation_id)
    )
    .where(_day.usage_date > _since)
    .group_by(_day.transformer_id, _zone),
    schedule=Schedule.EVERY_5_MINUTES,
    is_incremental=False,
    may_be_absent=True,
    sheds_rows=True,
)
