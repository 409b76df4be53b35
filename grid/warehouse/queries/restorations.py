"""How long finished outages lasted, and how long crews worked on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from grid.warehouse import tables

_outage = tables.outage_restoration_tracker.c
_switch = tables.grid_switches.c
_work = tables.work_orders.c

_kind_of_switch = (
    sa.select(_switch.switch_id, sa.func.min(_switch.switch_kind).label("switch_kind"))
    .group_by(_switch.switch_id)
    .subquery("kind_of_switch")
)
_hours_worked = (
    sa.select(_work.outage_id, sa.func.sum(_work.actual_hours).label("worked_h"))
    .where(_work.work_type == tables.OUTAGE_RESTORATION, _work.status == "COMPLETED", _work.actual_hours > 0)
    .group_by(_work.outage_id)
    .subquery("hours_worked")
)


def finished_outages(*, since: datetime) -> sa.Select[Any]:
    """Return the select of unplanned outages restored since a moment (naive UTC).

    Columns: switch_kind, transformer_id, meter_id, cause_code, started_at, restored_at, worked_h (null if no
    order tells).
    """
    source = tables.outage_restoration_tracker.outerjoin(
        _kind_of_switch, _outage.switch_id == _kind_of_switch.c.switch_id
    ).outerjoin(_hours_worked, _outage.outage_id == _hours_worked.c.outage_id)
    return (
        sa.select(
            _kind_of_switch.c.switch_kind,
            _outage.transformer_id,
            _outage.meter_id,
            _outage.cause_code,
            _outage.started_at,
            _outage.restored_at,
            _hours_worked.c.worked_h,
        )
        .select_from(source)
        .where(
            _outage.status == "RESTORED",
            _outage.is_planned.is_(False),
            _outage.restored_at.is_not(None),
            _outage.restored_at >= since,
        )
    )
