"""Views of outages: those still active, the steps of restoration, and all interruptions as one list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double, Integer, String, cast, false, func, select, union_all

from grid.warehouse.dialects import between
from grid.warehouse.queries.past_figures import MOMENTARY_S
from grid.warehouse.tables import (
    ACTIVE_OUTAGE_STATUSES,
    APPLICATIONS,
    PRODUCTION,
    OutageStatus,
    momentary_interruptions,
    outage_interruptions,
    outage_restoration_tracker,
)
from grid.warehouse.views.base import text, unknown, view

_interruption = outage_interruptions.c
_momentary = momentary_interruptions.c
_outage = outage_restoration_tracker.c

active_outages = view(
    APPLICATIONS,
    "active_outages",
    "Outages not yet ended, with the deepest asset known to have failed or opened.",
    select(
        _outage.outage_id,
        _outage.substation_id,
        _outage.circuit_id,
        func.coalesce(_outage.meter_id, _outage.transformer_id, _outage.switch_id, _outage.circuit_id).label(
            "failed_asset_id"
        ),
        _outage.status,
        _outage.cause_code,
        _outage.is_planned,
        _outage.started_at,
        _outage.estimated_restoration_at,
        _outage.estimated_restoration_p80_at,
        _outage.customers_interrupted,
        _outage.customers_out,
        _outage.crew_id,
        _outage.latitude,
        _outage.longitude,
    ).where(_outage.status.in_(ACTIVE_OUTAGE_STATUSES)),
)

_restorations = (
    select(
        _interruption.outage_id,
        _interruption.restored_at,
        cast(func.sum(_interruption.customers), Integer).label("customers_restored"),
    )
    .where(_interruption.restored_at.is_not(None))
    .group_by(_interruption.outage_id, _interruption.restored_at)
    .subquery("restorations")
)
outage_restoration_steps = view(
    PRODUCTION,
    "outage_restoration_steps",
    "Steps in which the customers of an outage were restored: a step is a moment at which some were.",
    select(
        _restorations.c.outage_id,
        cast(
            func.row_number().over(
                partition_by=_restorations.c.outage_id, order_by=_restorations.c.restored_at
            ),
            Integer,
        ).label("step_number"),
        _restorations.c.restored_at,
        _restorations.c.customers_restored,
    ),
)


def _minutes(start: Any, end: Any) -> Any:
    return cast(between("second", start, end), Double) / 60.0


_out_minutes = _minutes(_interruption.started_at, _interruption.restored_at)
_blink_minutes = _minutes(_momentary.started_at, _momentary.ended_at)
customer_interruptions = view(
    APPLICATIONS,
    "customer_interruptions",
    "Every interruption of customers: by outages, transformer by transformer, and by reclosing, device by "
    "device; without those of cancelled outages, which did not happen. Null minutes: still out.",
    union_all(
        select(
            _interruption.interruption_id,
            text("OUTAGE").label("origin"),
            _interruption.outage_id,
            _interruption.substation_id,
            _interruption.circuit_id,
            _interruption.transformer_id.label("device_id"),
            _interruption.started_at,
            _interruption.restored_at,
            _interruption.customers,
            _out_minutes.label("duration_minutes"),
            (_interruption.customers * _out_minutes).label("customer_minutes"),
            (_out_minutes > MOMENTARY_S / 60.0).label("is_sustained"),
            _outage.is_planned,
            _outage.cause_code,
        )
        .join_from(
            outage_interruptions,
            outage_restoration_tracker,
            _outage.outage_id == _interruption.outage_id,
        )
        .where(_outage.status != OutageStatus.CANCELLED.value),
        select(
            _momentary.momentary_id.label("interruption_id"),
            text("RECLOSING").label("origin"),
            unknown(String(64)).label("outage_id"),
            _momentary.substation_id,
            _momentary.circuit_id,
            _momentary.switch_id.label("device_id"),
            _momentary.started_at,
            _momentary.ended_at.label("restored_at"),
            _momentary.customers_interrupted.label("customers"),
            _blink_minutes.label("duration_minutes"),
            (_momentary.customers_interrupted * _blink_minutes).label("customer_minutes"),
            (_blink_minutes > MOMENTARY_S / 60.0).label("is_sustained"),
            false().label("is_planned"),
            unknown(String(32)).label("cause_code"),
        ),
    ),
)
