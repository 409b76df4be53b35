"""An outage, the order to restore it, and its crew: they move together, in one change.

Locks are taken in this order everywhere: the outage, the work order, the crew.
"""

from __future__ import annotations

from grid import models
from grid.operations import CLOSED_WORK_STATUSES, WorkPriority, WorkStatus
from grid.operations.work import OUTAGE_RESTORATION
from grid.services.operations import Unit
from grid.services.operations.duty import follow, lock_free_crew
from grid.services.operations.unit import step
from grid.services.outages import estimating
from grid.services.outages.devices import device_of
from grid.services.outages.reporting import new_id


def lock_order(unit: Unit, outage: models.Outage) -> models.WorkOrder | None:
    """Return the unfinished order to restore an outage, locked; None if there is none."""
    orders = models.WorkOrder.objects.filter(outage=outage, work_type=OUTAGE_RESTORATION)
    unfinished = orders.exclude(status__in=CLOSED_WORK_STATUSES).order_by("created_at", "pk")
    key = unfinished.values_list("pk", flat=True).first()
    return None if key is None else unit.lock_known(models.WorkOrder, key)


def is_restoration(order: models.WorkOrder) -> bool:
    """Return whether an order is the one to restore an outage, and moves with it."""
    return order.outage_id is not None and order.work_type == OUTAGE_RESTORATION


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
    """Cancel the unfinished orders to restore an outage that is no longer one, and free their crews."""
    orders = models.WorkOrder.objects.filter(outage=outage, work_type=OUTAGE_RESTORATION)
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
        work_type=OUTAGE_RESTORATION,
        priority=WorkPriority.EMERGENCY,
        status=WorkStatus.ASSIGNED,
        asset_kind=str(device.kind),
        asset_id=device.id,
        substation_id=outage.substation_id,
        circuit_id=outage.circuit_id,
        zone_id=outage.zone_id,
        outage=outage,
        crew=crew,
        description=f"Restore supply behind {device}",
        created_at=unit.now,
        location=outage.location,
    )
