"""Makes work orders of work packages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.operations import WorkPriority
from grid.operations.work import CLOSED_WORK_STATUSES
from grid.services.work_orders import create_work_order
from grid.standards.tree_risk import VegetationLevel

PRIORITY = {
    VegetationLevel.CRITICAL: WorkPriority.HIGH,
    VegetationLevel.HIGH: WorkPriority.MEDIUM,
    VegetationLevel.MEDIUM: WorkPriority.LOW,
}
"""A tree that touches a conductor is urgent, but no emergency while the line is in service."""


@transaction.atomic
def create_work_order_of(
    *,
    package_id: str,
    scheduled_at: datetime | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.WorkOrder:
    """Make an order to trim the trees of a package.

    Raises:
        NotFound: if there is no such package that the actor may see.
        BadInput: if an order was made of it that is not closed.
    """
    rows = models.VegetationWorkPackage.objects.all()
    rows = rows if actor is None else rows.visible_to(actor)
    package = rows.select_for_update().filter(pk=package_id).first()
    if package is None:
        raise NotFound(f"There is no work package {package_id!r} that you may see.", field="packageId")
    order = models.WorkOrder.objects.filter(pk=package.work_order_id).first()
    if order is not None and order.status not in CLOSED_WORK_STATUSES:
        raise BadInput(f"Order {order.pk} was made of this package and is {order.status}.", field="packageId")
    made = create_work_order(
        work_type="VEGETATION_TRIM",
        priority=PRIORITY[VegetationLevel(package.level)],
        asset_kind="LINE",
        asset_id=package_id,
        description=f"Trim {package.tree_count} trees; {package.encroaching_count} are within the clearance.",
        scheduled_at=scheduled_at,
        estimated_hours=package.effort_h,
        actor=actor,
        note=note,
    )
    package.work_order = made
    package.save(update_fields=["work_order"])
    return made
