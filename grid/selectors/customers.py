"""The customers of meters, as a user may see them."""

from collections.abc import Sequence
from typing import Any

from grid import models
from grid.models.base import AssetQuerySet
from grid.selectors.topology import IS_SERVED


def served_by(meter_ids: Sequence[str], *, user: Any, critical_only: bool = False) -> AssetQuerySet:
    """Return the active accounts of some meters that a user may see, by meter, then by id."""
    rows: AssetQuerySet = models.Customer.objects.visible_to(user).filter(IS_SERVED, meter_id__in=meter_ids)
    if critical_only:
        rows = rows.filter(critical_kind__isnull=False)
    return rows.order_by("meter_id", "pk")
