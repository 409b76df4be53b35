"""From readings as they were received to one reading per meter and interval."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Date,
    Select,
    SmallInteger,
    Table,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)

from grid.warehouse.dialects import between, qualify
from grid.warehouse.tables import (
    ami_interval_readings,
    ami_readings_history,
    ami_readings_raw,
    meter_infrastructure,
)

QUALITIES = ("ACTUAL", "ESTIMATED", "OUTAGE")
MAX_EARLY = timedelta(minutes=5)
"""How far a meter's clock may be ahead of ours before its readings are refused."""
_MAX_EARLY_US = MAX_EARLY // timedelta(microseconds=1)


def fault() -> Any:
    """Return why a received reading is refused, or null; its meter is joined as ``meter_infrastructure``."""
    raw, meter = ami_readings_raw.c, meter_infrastructure.c
    return case(
        (meter.meter_key.is_(None), "UNKNOWN_METER"),
        (raw.usage_kwh.is_(None), "MISSING_USAGE"),
        (raw.usage_kwh < 0, "NEGATIVE_USAGE"),
        (raw.interval_minutes.not_in((5, 15, 30, 60)), "BAD_INTERVAL"),
        (cast(raw.reading_at, Date) != raw.reading_date, "BAD_DATE"),
        (between("microsecond", raw.ingested_at, raw.reading_at) > _MAX_EARLY_US, "FROM_THE_FUTURE"),
        (and_(raw.quality.is_not(None), raw.quality.not_in(QUALITIES)), "BAD_QUALITY"),
        else_=null(),
    )


def _received() -> Any:
    return ami_readings_raw.outerjoin(
        meter_infrastructure, ami_readings_raw.c.meter_id == meter_infrastructure.c.meter_id
    )


def refused_readings(day: date) -> Select[Any]:
    """Return the received readings of a UTC date that are refused: reason and the row, oldest first."""
    raw = ami_readings_raw.c
    reason = fault()
    return (
        select(reason.label("reason"), *raw)
        .select_from(_received())
        .where(raw.reading_date == day, reason.is_not(None))
        .order_by(raw.ingested_at, raw.meter_id, raw.reading_at)
    )


def meter_key_range() -> Select[Any]:
    """Return the lowest and the highest meter key, as ``lo`` and ``hi``; null without meters."""
    key = meter_infrastructure.c.meter_key
    return select(func.min(key).label("lo"), func.max(key).label("hi"))


def clean_readings(day: date, *, lo_key: int, hi_key: int) -> Select[Any]:
    """Return the readings of a UTC date of the meters ``lo_key`` to ``hi_key``, by meter and time.

    Of several readings of one meter and interval the one received last counts; of two received at the same
    instant an actual one, then the larger. Those cleaned before stand behind every one received.
    """
    raw, kept, meter = ami_readings_raw.c, ami_interval_readings.c, meter_infrastructure.c
    received = _received_clean().where(raw.reading_date == day, meter.meter_key.between(lo_key, hi_key))
    before = _kept(ami_interval_readings).where(
        kept.reading_date == day, kept.meter_key.between(lo_key, hi_key)
    )
    candidates = union_all(received, before).subquery("candidates")
    ranked = select(candidates, _place(candidates).label("place")).subquery("ranked")
    columns = [ranked.c[column.name] for column in ami_interval_readings.columns]
    return select(*columns).where(ranked.c.place == 1).order_by(ranked.c.meter_key, ranked.c.reading_at)


def all_clean_readings() -> Select[Any]:
    """Return the readings of every date and meter, for a warehouse that keeps them up to date itself.

    What counts is the same as above; behind every reading received stand those of ``ami_readings_history``.
    """
    candidates = union_all(_received_clean(), _kept(ami_readings_history)).subquery("candidates")
    columns = [candidates.c[column.name] for column in ami_interval_readings.columns]
    return qualify(select(*columns), _place(candidates) == literal_column("1"))


def _place(candidates: Any) -> Any:
    """Return the place of a reading among those of its meter and interval: 1 is the one that counts."""
    order = (
        candidates.c.ingested_at.desc().nulls_last(),
        candidates.c.quality,  # ACTUAL before ESTIMATED before OUTAGE
        candidates.c.usage_kwh.desc(),
    )
    return func.row_number().over(
        partition_by=(candidates.c.meter_key, candidates.c.reading_at), order_by=order
    )


def _received_clean() -> Select[Any]:
    raw, meter = ami_readings_raw.c, meter_infrastructure.c
    return (
        select(
            meter.meter_key,
            raw.reading_at,
            raw.reading_date,
            cast(raw.interval_minutes, SmallInteger).label("interval_minutes"),
            raw.usage_kwh,
            case((raw.quality == "OUTAGE", null()), else_=raw.voltage_v).label("voltage_v"),
            func.coalesce(raw.quality, literal_column("'ACTUAL'")).label("quality"),
            raw.ingested_at,
        )
        .select_from(_received())
        .where(fault().is_(None))
    )


def _kept(table: Table) -> Select[Any]:
    """Return readings that were clean when they were written; they have no time of receipt."""
    kept = table.c
    return select(
        kept.meter_key,
        kept.reading_at,
        kept.reading_date,
        kept.interval_minutes,
        kept.usage_kwh,
        kept.voltage_v,
        kept.quality,
        cast(null(), ami_readings_raw.c.ingested_at.type).label("ingested_at"),
    )
