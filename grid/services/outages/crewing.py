"""An outage, its order, and its crew: they move together, in one change.

The order of an outage is the one to restore supply or, where the outage is planned, to do the work it is for.

Locks are taken in this order everywhere: the outage, the work order, the crew.
"""

from __future__ import annotations

from grid import models
from grid.operations import (
    CLOSED_WORK_STATUSES,
    OUTAGE_WORK_TYPES,
    WorkPriority,
    WorkStatus,
    outage_work_type,
)
from grid.services.operations import Unit
from grid.services.operations.duty import follow, lock_free_crew
from grid.services.operations.unit import step
from grid.services.outages import estimating
from grid.services.outages.devices import device_of
from grid.services.outages.reporting import new_id


def lock_order(unit: Unit, outage: models.Outage) -> models.WorkOrder | None:
    """Return the unfinished order of an outage, locked; None if there is none."""
    orders = models.WorkOrder.objects.filter(outage=outage, work_type__in=OUTAGE_WORK_TYPES)
    unfinished = orders.exclude(status__in=CLOSED_WORK_STATUSES).order_by("created_at", "pk")
    key = unfinished.values_list("pk", flat=True).first()
    return None if key is None else unit.lock_known(models.WorkOrder, key)


def is_outage_order(order: models.WorkOrder) -> bool:
    """Return whether an order is that of an outage, and moves with it."""
    return order.outage_id is not None and order.work_type in OUTAGE_WORK_TYPES


def assign(unit: Unit, outage: models.Outage, order: models.WorkOrder | None, crew_id: str) -> None:
    """Give an outage and its order to a crew; an order is made if there is none. A former crew is freed."""
    former = outage.crew_id
    step(outage, "ASSIGN")
    crew = lock_free_crew(unit, crew_id, zone_id=outage.zone_id, already=former == crew_id)
    outage.crew = crew
    if outage.confirmed_at is None:
        outage.confirmed_at = unit.now
    if order is None:
        unit.add(_new_order(unit, outage, crew), action="CREATE")
    else:
        step(order, "ASSIGN")
        order.crew = crew
        unit.save(order, action="ASSIGN")
    unit.save(outage, action="ASSIGN", told=estimating.re_estimate(outage, unit))
    follow(unit, crew.pk, action="ASSIGN")
    if former is not None and former != crew.pk:
        follow(unit, former, action="FREE")


def start(unit: Unit, outage: models.Outage, order: models.WorkOrder | None) -> None:
    """Note that the crew works on an outage."""
    step(outage, "START")
    if order is not None:
        step(order, "START")
        unit.save(order, action="START")
    unit.save(outage, action="START", told=estimating.re_estimate(outage, unit, work_begins=True))
    follow(unit, outage.crew_id, action="ARRIVE")


def withdraw(unit: Unit, outage: models.Outage, order: models.WorkOrder | None) -> None:
    """Take the crew off an outage, which is then confirmed, and off its order, which is then open."""
    crew_id = outage.crew_id
    step(outage, "WITHDRAW")
    outage.crew = None
    if order is not None and order.status != WorkStatus.OPEN:
        step(order, "WITHDRAW")
        order.crew = None
        unit.save(order, action="WITHDRAW")
    unit.save(outage, action="WITHDRAW", told=estimating.re_estimate(outage, unit))
    follow(unit, crew_id, action="FREE")


def call_off(unit: Unit, outage: models.Outage) -> None:
    """Cancel the unfinished orders of an outage that is no longer one, and free their crews."""
    orders = models.WorkOrder.objects.filter(outage=outage, work_type__in=OUTAGE_WORK_TYPES)
    keys = list(orders.exclude(status__in=CLOSED_WORK_STATUSES).order_by("pk").values_list("pk", flat=True))
    crews = {outage.crew_id}
    for key in keys:
        order = unit.lock_known(models.WorkOrder, key)
        crews.add(order.crew_id)
        step(order, "CANCEL")
        unit.save(order, action="CANCEL")
    for crew_id in sorted(key for key in crews if key is not None):
        follow(unit, crew_id, action="FREE")


def _new_order(unit: Unit, outage: models.Outage, crew: models.Crew) -> models.WorkOrder:
    device = device_of(outage)
    return models.WorkOrder(
        id=new_id("WO", unit.now),
        work_type=outage_work_type(is_planned=outage.is_planned),
        priority=WorkPriority.MEDIUM if outage.is_planned else WorkPriority.EMERGENCY,
        status=WorkStatus.ASSIGNED,
        asset_kind=str(device.kind),
        asset_id=device.id,
        substation_id=outage.substation_id,
        circuit_id=outage.circuit_id,
        zone_id=outage.zone_id,
        outage=outage,
        crew=crew,
        description=f"{'Planned work' if outage.is_planned else 'Restore supply'} behind {device}",
        created_at=unit.now,
        location=outage.location,
    )
