"""What was on record of every transformer at a moment, and which failed after it.

Each question about the past has the moment it may know up to as a bound parameter, so what came later cannot
reach a feature. ``evidence_at`` columns tell how new the newest record is that an answer rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Double,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from grid.warehouse.dialects import between
from grid.warehouse.tables import (
    TRANSFORMER_REPLACEMENT,
    UnitRemoval,
    momentary_interruptions,
    outage_restoration_tracker,
    t_transformer_true_hazard,
    transformer_hourly_load,
    transformer_metadata,
    transformer_monthly_load,
    transformer_units,
    work_orders,
)
from grid.warehouse.tables.operations import OutageStatus, WorkStatus

LOAD_LIMITS_PCT = (100.0, 120.0, 150.0)
"""Loadings whose hours are counted."""

_unit = transformer_units.c


def standing_units(at: datetime) -> Select[Any]:
    """Return the unit that stands at each transformer's place at a moment, by transformer.

    Columns: transformer_id, circuit_id, unit_id, is_on_pole, phases, primary_kv, rated_kva, maker,
    built_year, liquid, install_year, installed_at (null where only the year is known), customer_count.
    """
    place = transformer_metadata.c
    return (
        select(
            _unit.transformer_id,
            place.circuit_id,
            _unit.unit_id,
            place.pole_id.is_not(None).label("is_on_pole"),
            place.phases,
            place.primary_kv,
            _unit.rated_kva,
            _unit.maker,
            _unit.built_year,
            _unit.liquid,
            _unit.install_year,
            _unit.installed_at,
            place.customer_count,
        )
        .select_from(
            transformer_units.join(transformer_metadata, place.transformer_id == _unit.transformer_id)
        )
        .where(_stands(at))
        .order_by(_unit.transformer_id)
    )


def batch_records(until: datetime) -> Select[Any]:
    """Return per maker and year of manufacture how many units there were by a moment and how many had failed.

    Columns: maker, built_year, unit_count, failure_count.
    """
    has_failed = and_(_unit.removal_reason == UnitRemoval.FAILED, _unit.removed_at <= until)
    return (
        select(
            _unit.maker,
            _unit.built_year,
            cast(func.count(), BigInteger).label("unit_count"),
            cast(func.sum(case((has_failed, 1), else_=0)), BigInteger).label("failure_count"),
        )
        .where(_known_by(until), _unit.maker.is_not(None), _unit.built_year.is_not(None))
        .group_by(_unit.maker, _unit.built_year)
        .order_by(_unit.maker, _unit.built_year)
    )


def newest_kept_month() -> Select[Any]:
    """Return the first day of the newest month whose load is kept as a month: ``month``; null without any."""
    return select(func.max(transformer_monthly_load.c.load_month).label("month"))


def newest_record() -> Select[Any]:
    """Return up to when records reach: ``at``, the later of the newest outage and the newest hour of load;
    null without either.
    """
    outage = select(func.max(outage_restoration_tracker.c.started_at)).scalar_subquery()
    hour = select(func.max(transformer_hourly_load.c.load_hour)).scalar_subquery()
    return select(
        case(
            (outage.is_(None), hour),
            (hour.is_(None), outage),
            (outage > hour, outage),
            else_=hour,
        ).label("at")
    )


def loads_between(first: date, until: datetime, *, hours_from: datetime) -> Select[Any]:
    """Return the load of each transformer from a month on until a moment.

    Months that are kept as such count if they end by the moment; hours count from ``hours_from`` on.

    Columns: transformer_id, hours, peak_loading_pct, mean_loading_pct, hours_over_100_pct,
    hours_over_120_pct, hours_over_150_pct, peak_hot_spot_c, mean_ageing_factor, mean_voltage_pu (null where
    not on record), newest_month (first day of the newest month or hour).
    """
    month, hour = transformer_monthly_load.c, transformer_hourly_load.c
    kept = select(
        month.transformer_id,
        cast(month.hours, Double).label("hours"),
        month.peak_loading_pct,
        (month.mean_loading_pct * month.hours).label("loading_sum"),
        month.hours_over_100_pct,
        month.hours_over_120_pct,
        month.hours_over_150_pct,
        month.peak_hot_spot_c,
        (month.mean_ageing_factor * month.hours).label("ageing_sum"),
        case((month.mean_ageing_factor.is_not(None), month.hours), else_=0).label("aged_hours"),
        (month.mean_voltage_pu * month.hours).label("voltage_sum"),
        case((month.mean_voltage_pu.is_not(None), month.hours), else_=0).label("voltage_hours"),
        month.load_month.label("newest_month"),
    ).where(month.load_month >= first, month.load_month < _month_of(until))
    hours = select(
        hour.transformer_id,
        literal(1.0, Double).label("hours"),
        hour.loading_pct.label("peak_loading_pct"),
        hour.loading_pct.label("loading_sum"),
        *(
            case((hour.loading_pct > limit, 1.0), else_=0.0).label(f"hours_over_{limit:.0f}_pct")
            for limit in LOAD_LIMITS_PCT
        ),
        hour.hot_spot_c.label("peak_hot_spot_c"),
        hour.ageing_factor.label("ageing_sum"),
        case((hour.ageing_factor.is_not(None), 1), else_=0).label("aged_hours"),
        literal(None, Double).label("voltage_sum"),
        literal(0, Integer).label("voltage_hours"),
        cast(hour.load_hour, Date).label("newest_month"),
    ).where(
        hour.load_hour >= hours_from,
        hour.load_hour >= datetime(first.year, first.month, first.day),  # noqa: DTZ001 - naive UTC
        hour.load_hour < until,
        hour.loading_pct.is_not(None),
    )
    every = union_all(kept, hours).subquery("every_load")
    found = every.c
    return (
        select(
            found.transformer_id,
            func.sum(found.hours).label("hours"),
            func.max(found.peak_loading_pct).label("peak_loading_pct"),
            (func.sum(found.loading_sum) / func.sum(found.hours)).label("mean_loading_pct"),
            *(
                func.sum(found[f"hours_over_{limit:.0f}_pct"]).label(f"hours_over_{limit:.0f}_pct")
                for limit in LOAD_LIMITS_PCT
            ),
            func.max(found.peak_hot_spot_c).label("peak_hot_spot_c"),
            (func.sum(found.ageing_sum) / func.nullif(func.sum(found.aged_hours), 0)).label(
                "mean_ageing_factor"
            ),
            (func.sum(found.voltage_sum) / func.nullif(func.sum(found.voltage_hours), 0)).label(
                "mean_voltage_pu"
            ),
            func.max(found.newest_month).label("newest_month"),
        )
        .group_by(found.transformer_id)
        .order_by(found.transformer_id)
    )


def repairs_between(since: datetime, until: datetime) -> Select[Any]:
    """Return the outages of transformers that were over by a moment, of the unit that stands there then.

    Columns: transformer_id, own_count (equipment or overload), lightning_count, other_count, evidence_at.
    """
    outage = outage_restoration_tracker.c
    own = outage.cause_code.in_(("EQUIPMENT", "OVERLOAD"))
    lightning = outage.cause_code == "LIGHTNING"
    return (
        select(
            outage.transformer_id,
            _count(own).label("own_count"),
            _count(and_(lightning, ~own)).label("lightning_count"),
            _count(~or_(own, lightning)).label("other_count"),
            func.max(outage.restored_at).label("evidence_at"),
        )
        .select_from(
            outage_restoration_tracker.join(
                transformer_units, and_(_unit.transformer_id == outage.transformer_id, _stands(until))
            )
        )
        .where(
            ~outage.is_planned,
            outage.status == OutageStatus.RESTORED,
            outage.started_at > since,
            outage.restored_at <= until,
            or_(_unit.installed_at.is_(None), outage.started_at > _unit.installed_at),
        )
        .group_by(outage.transformer_id)
        .order_by(outage.transformer_id)
    )


def circuit_faults_between(since: datetime, until: datetime) -> Select[Any]:
    """Return the outages of each circuit's lines and switches that were over by a moment.

    Columns: circuit_id, fault_count, lightning_count, evidence_at.
    """
    outage = outage_restoration_tracker.c
    return (
        select(
            outage.circuit_id,
            cast(func.count(), BigInteger).label("fault_count"),
            _count(outage.cause_code == "LIGHTNING").label("lightning_count"),
            func.max(outage.restored_at).label("evidence_at"),
        )
        .where(
            outage.transformer_id.is_(None),
            outage.meter_id.is_(None),
            ~outage.is_planned,
            outage.status == OutageStatus.RESTORED,
            outage.started_at > since,
            outage.restored_at <= until,
        )
        .group_by(outage.circuit_id)
        .order_by(outage.circuit_id)
    )


def circuit_momentaries_between(since: datetime, until: datetime) -> Select[Any]:
    """Return the reclosing sequences of each circuit: circuit_id, momentary_count, evidence_at."""
    brief = momentary_interruptions.c
    return (
        select(
            brief.circuit_id,
            cast(func.count(), BigInteger).label("momentary_count"),
            func.max(brief.ended_at).label("evidence_at"),
        )
        .where(brief.started_at > since, brief.ended_at <= until)
        .group_by(brief.circuit_id)
        .order_by(brief.circuit_id)
    )


def first_failures(after: datetime, until: datetime) -> Select[Any]:
    """Return the first order to replace each transformer that failed: transformer_id, failed_at."""
    work = work_orders.c
    return (
        select(work.asset_id.label("transformer_id"), func.min(work.created_at).label("failed_at"))
        .where(
            work.work_type == TRANSFORMER_REPLACEMENT,
            work.status != WorkStatus.CANCELLED,
            work.created_at > after,
            work.created_at <= until,
        )
        .group_by(work.asset_id)
        .order_by(work.asset_id)
    )


def first_renewals(after: datetime, until: datetime) -> Select[Any]:
    """Return when each transformer was first replaced without having failed: transformer_id, renewed_at."""
    return (
        select(_unit.transformer_id, func.min(_unit.removed_at).label("renewed_at"))
        .where(
            _unit.removal_reason == UnitRemoval.RENEWED, _unit.removed_at > after, _unit.removed_at <= until
        )
        .group_by(_unit.transformer_id)
        .order_by(_unit.transformer_id)
    )


def unit_spans(since: datetime, until: datetime) -> Select[Any]:
    """Return the units that stood at some time between two moments, for models of age.

    Columns: transformer_id, install_year, installed_at, removed_at and removal_reason (null if later than
    ``until``).
    """
    is_over = _unit.removed_at <= until
    return (
        select(
            _unit.transformer_id,
            _unit.install_year,
            _unit.installed_at,
            case((is_over, _unit.removed_at)).label("removed_at"),
            case((is_over, _unit.removal_reason)).label("removal_reason"),
        )
        .where(
            _unit.install_year.is_not(None),
            _known_by(until),
            or_(_unit.removed_at.is_(None), _unit.removed_at > since),
        )
        .order_by(_unit.unit_id)
    )


def outage_minutes_of_units(since: datetime, until: datetime) -> Select[Any]:
    """Return how long outages at transformers lasted, minutes, by whether they were planned or a failure.

    Columns: kind (FAILED or PLANNED), outage_count, mean_minutes.
    """
    outage, work = outage_restoration_tracker.c, work_orders.c
    replaced = (
        select(work.outage_id)
        .where(work.work_type == TRANSFORMER_REPLACEMENT, work.outage_id.is_not(None))
        .distinct()
        .subquery("replaced")
    )
    kind = case((outage.is_planned, "PLANNED"), else_="FAILED")
    return (
        select(
            kind.label("kind"),
            cast(func.count(), BigInteger).label("outage_count"),
            func.avg(cast(between("minute", outage.started_at, outage.restored_at), Double)).label(
                "mean_minutes"
            ),
        )
        .select_from(outage_restoration_tracker.outerjoin(replaced, replaced.c.outage_id == outage.outage_id))
        .where(
            outage.transformer_id.is_not(None),
            outage.status == OutageStatus.RESTORED,
            or_(outage.is_planned, replaced.c.outage_id.is_not(None)),
            outage.started_at > since,
            outage.restored_at <= until,
        )
        .group_by(kind)
        .order_by(kind)
    )


def newest_hour() -> Select[Any]:
    """Return the newest hour of load on record: ``at``; null without any."""
    return select(func.max(transformer_hourly_load.c.load_hour).label("at"))


def metered_transformers(since: datetime, until: datetime) -> Select[Any]:
    """Return the transformers that have hourly loads between two moments: transformer_id, in order."""
    hour = transformer_hourly_load.c
    return (
        select(hour.transformer_id)
        .where(hour.load_hour >= since, hour.load_hour < until, hour.loading_pct.is_not(None))
        .distinct()
        .order_by(hour.transformer_id)
    )


def hours_between(
    since: datetime, until: datetime, transformer_ids: Sequence[str] | None = None
) -> Select[Any]:
    """Return hourly loads: transformer_id, load_hour, loading_pct, ambient_c.

    Args:
        since: first hour.
        until: end of the last.
        transformer_ids: of these transformers alone; of all if None.
    """
    hour = transformer_hourly_load.c
    query = select(hour.transformer_id, hour.load_hour, hour.loading_pct, hour.ambient_c).where(
        hour.load_hour >= since, hour.load_hour < until
    )
    if transformer_ids is not None:
        query = query.where(hour.transformer_id.in_(list(transformer_ids)))
    return query.order_by(hour.transformer_id, hour.load_hour)


def newest_truth() -> Select[Any]:
    """Return the newest moment of which the forge told what it expected: ``at``; null of real records."""
    return select(func.max(t_transformer_true_hazard.c.as_of).label("at"))


def true_expectations(moments: Sequence[datetime]) -> Select[Any]:
    """Return what was truly expected at some moments, of forged data alone; only for stating the ceiling.

    Columns: transformer_id, as_of, expected_failures_30d, expected_failures_90d, expected_failures_365d.
    """
    truth = t_transformer_true_hazard
    return select(*truth.c).where(truth.c.as_of.in_(list(moments))).order_by(*truth.primary_key.columns)


def _known_by(at: datetime) -> Any:
    return or_(_unit.installed_at.is_(None), _unit.installed_at <= at)


def _stands(at: datetime) -> Any:
    return and_(_known_by(at), or_(_unit.removed_at.is_(None), _unit.removed_at > at))


def _month_of(at: datetime) -> date:
    return date(at.year, at.month, 1)


def _count(condition: Any) -> Any:
    return cast(func.sum(case((condition, 1), else_=0)), BigInteger)
