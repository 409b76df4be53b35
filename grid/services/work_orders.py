"""The life of a work order. The order of an outage moves with the outage (see ``crewing``)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.operations import (
    ACTIVE_OUTAGE_STATUSES,
    OUTAGE_WORK_TYPES,
    WORK_PRIORITIES,
    WORK_TYPES,
    WorkStatus,
    outage_work_type,
)
from grid.services.operations import ImpossibleTransition, OutageNotRestored, Unit, changing
from grid.services.operations.duty import follow, lock_free_crew
from grid.services.operations.unit import check_note, step
from grid.services.outages import crewing
from grid.services.outages.checks import check_moment
from grid.services.outages.reporting import new_id

MAX_HOURS = 10_000.0
ASSET_KINDS: dict[str, type[Any]] = {
    "SUBSTATION": models.Substation,
    "CIRCUIT": models.Circuit,
    "LINE": models.LineSection,
    "SWITCH": models.Switch,
    "POLE": models.Pole,
    "TRANSFORMER": models.Transformer,
    "METER": models.Meter,
}
"""What work is done on."""


def create_work_order(
    *,
    work_type: str,
    priority: str,
    asset_kind: str,
    asset_id: str,
    outage_id: str | None = None,
    description: str | None = None,
    scheduled_at: datetime | None = None,
    estimated_hours: float | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Create an open work order.

    Raises:
        NotFound: if there is no such asset or outage that the actor may see.
        BadInput: naming the field at fault.
        ImpossibleTransition: if the outage is over.
    """
    if work_type not in WORK_TYPES:
        raise BadInput(f"workType is {work_type!r}; it must be {', '.join(WORK_TYPES)}.", field="workType")
    if priority not in WORK_PRIORITIES:
        raise BadInput(
            f"priority is {priority!r}; it must be {', '.join(WORK_PRIORITIES)}.", field="priority"
        )
    is_outage_order = work_type in OUTAGE_WORK_TYPES
    if is_outage_order and outage_id is None:
        raise BadInput(f"An order of the type {work_type} needs an outage.", field="outageId")
    _check_hours(estimated_hours, "estimatedHours")
    if scheduled_at is not None:
        check_moment(scheduled_at, "scheduledAt")
    text = check_note(description, "description")
    place = _place(asset_kind, asset_id, actor)
    with changing(actor=actor, note=note) as unit:
        if outage_id is not None:
            outage = unit.lock(models.Outage, outage_id)
            if is_outage_order:
                _check_needs_order(unit, outage, work_type)
        order = models.WorkOrder(
            id=new_id("WO", unit.now),
            work_type=work_type,
            priority=priority,
            status=WorkStatus.OPEN,
            asset_kind=asset_kind,
            asset_id=asset_id,
            outage_id=outage_id,
            description=text,
            created_at=unit.now,
            scheduled_at=scheduled_at,
            estimated_hours=estimated_hours,
            **place,
        )
        unit.add(order, action="CREATE")
    return order


def assign_work_order(
    *,
    work_order_id: str,
    crew_id: str,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Give an order to a crew; the order of an outage takes the outage along.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
        CrewUnavailable: if the crew is of another territory, off shift or busy.
    """

    def assign(unit: Unit, order: models.WorkOrder, outage: models.Outage | None) -> None:
        if outage is not None:
            crewing.assign(unit, outage, order, crew_id)
            return
        former = order.crew_id
        step(order, "ASSIGN")
        order.crew = lock_free_crew(unit, crew_id, zone_id=order.zone_id, already=former == crew_id)
        unit.save(order, action="ASSIGN")
        follow(unit, crew_id, action="ASSIGN")
        if former != crew_id:
            follow(unit, former, action="FREE")

    return _changed(work_order_id, expected_version, actor, note, assign)


def withdraw_work_order(
    *,
    work_order_id: str,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Take the crew off an order, which is then open; and off the outage it restores.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
    """

    def withdraw(unit: Unit, order: models.WorkOrder, outage: models.Outage | None) -> None:
        if outage is not None:
            crewing.withdraw(unit, outage, order)
            return
        crew_id = order.crew_id
        step(order, "WITHDRAW")
        order.crew = None
        unit.save(order, action="WITHDRAW")
        follow(unit, crew_id, action="FREE")

    return _changed(work_order_id, expected_version, actor, note, withdraw)


def schedule_work_order(
    *,
    work_order_id: str,
    scheduled_at: datetime | None,
    estimated_hours: float | None = None,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Say when the work is to begin, and how long it should take if that is given.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
        BadInput: if it would begin before the order was made, or the hours are out of range.
    """
    _check_hours(estimated_hours, "estimatedHours")

    def schedule(unit: Unit, order: models.WorkOrder, outage: models.Outage | None) -> None:
        step(order, "SCHEDULE")
        if scheduled_at is not None and check_moment(scheduled_at, "scheduledAt") < order.created_at:
            raise BadInput(
                f"scheduledAt is before the order was made ({order.created_at:%Y-%m-%d %H:%M:%S%z}).",
                field="scheduledAt",
            )
        order.scheduled_at = scheduled_at
        if estimated_hours is not None:
            order.estimated_hours = estimated_hours
        unit.save(order, action="SCHEDULE")

    return _changed(work_order_id, expected_version, actor, note, schedule)


def start_work_order(
    *,
    work_order_id: str,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Note that the crew is at work, on the outage too if the order restores one.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
        CrewUnavailable: if the order was on hold and its crew does something else.
    """

    def start(unit: Unit, order: models.WorkOrder, outage: models.Outage | None) -> None:
        if outage is not None:
            crewing.start(unit, outage, order)
            return
        was_on_hold = order.status == WorkStatus.ON_HOLD
        step(order, "START")
        if was_on_hold:
            if order.crew_id is None:
                raise ImpossibleTransition(f"Work order {order.pk} has no crew.", field="workOrderId")
            lock_free_crew(unit, order.crew_id, zone_id=order.zone_id)
        unit.save(order, action="START")
        follow(unit, order.crew_id, action="ARRIVE")

    return _changed(work_order_id, expected_version, actor, note, start)


def hold_work_order(
    *,
    work_order_id: str,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Put an order on hold; its crew is free meanwhile. From an outage, withdraw the crew instead.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
    """

    def hold(unit: Unit, order: models.WorkOrder, outage: models.Outage | None) -> None:
        if outage is not None:
            raise ImpossibleTransition(
                f"Work order {order.pk} is that of outage {outage.pk}: withdraw the crew instead.",
                field="workOrderId",
            )
        step(order, "HOLD")
        unit.save(order, action="HOLD")
        follow(unit, order.crew_id, action="FREE")

    return _changed(work_order_id, expected_version, actor, note, hold)


def complete_work_order(
    *,
    work_order_id: str,
    completed_at: datetime | None = None,
    actual_hours: float | None = None,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Complete an order and free its crew.

    Args:
        work_order_id: which.
        completed_at: when; None: now.
        actual_hours: how long the crew worked; None: not known.
        expected_version: refuse if the order has another one.
        actor: the user; None for the system.
        note: kept in the history.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
        BadInput: if the moment is before the order was made or in the future, or the hours are out of range.
        OutageNotRestored: if the outage it restores still leaves customers without supply.
    """
    _check_hours(actual_hours, "actualHours")

    def complete(unit: Unit, order: models.WorkOrder, outage: models.Outage | None) -> None:
        if outage is not None:
            raise OutageNotRestored(
                f"{outage.customers_out} customers are still out by outage {outage.pk}: restore it first.",
                field="workOrderId",
            )
        step(order, "COMPLETE")
        at = unit.now if completed_at is None else check_moment(completed_at, "completedAt")
        if not order.created_at <= at <= unit.now:
            raise BadInput(
                f"completedAt is {at:%Y-%m-%d %H:%M:%S%z}; it must lie between the making of the order "
                f"({order.created_at:%Y-%m-%d %H:%M:%S%z}) and now.",
                field="completedAt",
            )
        order.completed_at = at
        if actual_hours is not None:
            order.actual_hours = actual_hours
        unit.save(order, action="COMPLETE")
        follow(unit, order.crew_id, action="FREE")

    return _changed(work_order_id, expected_version, actor, note, complete)


def cancel_work_order(
    *,
    work_order_id: str,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Cancel an order and free its crew; an outage that it restores is then confirmed, without a crew.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
    """

    def cancel(unit: Unit, order: models.WorkOrder, outage: models.Outage | None) -> None:
        crew_id = order.crew_id
        if outage is not None and outage.status in ("ASSIGNED", "IN_PROGRESS") and outage.crew_id == crew_id:
            crewing.withdraw(unit, outage, None)
        step(order, "CANCEL")
        unit.save(order, action="CANCEL")
        follow(unit, crew_id, action="FREE")

    return _changed(work_order_id, expected_version, actor, note, cancel)


def _changed(
    work_order_id: str,
    expected_version: int | None,
    actor: Any | None,
    note: str | None,
    change: Callable[[Unit, models.WorkOrder, models.Outage | None], None],
) -> models.WorkOrder:
    """Lock the active outage that an order restores, if it does, then the order, and change them."""
    found = models.WorkOrder.objects.filter(pk=work_order_id).first()
    if found is None:
        raise NotFound(f"There is no work order {work_order_id!r} that you may see.", field="workOrderId")
    with changing(actor=actor, note=note) as unit:
        outage = None
        if crewing.is_outage_order(found) and found.outage_id is not None:
            locked = unit.lock_known(models.Outage, found.outage_id)
            outage = locked if locked.status in ACTIVE_OUTAGE_STATUSES else None
        order = unit.lock(models.WorkOrder, work_order_id, expected_version=expected_version)
        change(unit, order, outage)
    return order


def _check_needs_order(unit: Unit, outage: models.Outage, work_type: str) -> None:
    """Refuse an order of an outage that is over, has one, or is of the other type.

    Raises:
        ImpossibleTransition, BadInput: naming the field at fault.
    """
    if outage.status not in ACTIVE_OUTAGE_STATUSES:
        raise ImpossibleTransition(f"Outage {outage.pk} is {outage.status}.", field="outageId")
    wanted = outage_work_type(is_planned=outage.is_planned)
    if work_type != wanted:
        raise BadInput(
            f"workType is {work_type!r}; outage {outage.pk} is {'' if outage.is_planned else 'not '}planned, "
            f"so its order is of the type {wanted}.",
            field="workType",
        )
    if crewing.lock_order(unit, outage) is not None:
        raise BadInput(f"Outage {outage.pk} has an unfinished order already.", field="outageId")


def _place(asset_kind: str, asset_id: str, actor: Any | None) -> dict[str, Any]:
    """Return where an asset is: substation, circuit, zone and location.

    Raises:
        BadInput: if the kind is none of ``ASSET_KINDS``, or the asset is on no circuit.
        NotFound: if there is no such asset that the actor may see.
    """
    model = ASSET_KINDS.get(asset_kind)
    if model is None:
        raise BadInput(
            f"assetKind is {asset_kind!r}; it must be {', '.join(ASSET_KINDS)}.", field="assetKind"
        )
    rows = model.objects.all() if actor is None else model.objects.visible_to(actor)
    asset = rows.filter(pk=asset_id).first()
    if asset is None:
        raise NotFound(f"There is no {asset_kind.lower()} {asset_id!r} that you may see.", field="assetId")
    if model is models.Substation:
        circuit = asset.circuits.order_by("pk").first()
    else:
        circuit = asset if model is models.Circuit else asset.circuit
    if circuit is None:
        raise BadInput(f"No circuit begins at substation {asset_id}.", field="assetId")
    if model is models.LineSection:
        location = asset.route.interpolate_normalized(0.5)
        location.srid = asset.route.srid
    else:
        location = getattr(asset, "location", None) or circuit.substation.location
    return {
        "substation_id": circuit.substation_id,
        "circuit_id": circuit.pk,
        "zone_id": asset.zone_id,
        "location": location,
    }


def _check_hours(hours: float | None, field: str) -> None:
    if hours is not None and not (math.isfinite(hours) and 0.0 < hours <= MAX_HOURS):
        raise BadInput(f"{field} is {hours}; it must be above 0 and at most {MAX_HOURS:g}.", field=field)
