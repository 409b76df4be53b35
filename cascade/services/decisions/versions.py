"""Which version of the damage functions and of the cost assumptions is used."""

from __future__ import annotations

from django.db import transaction

from cascade import models


@transaction.atomic
def make_current(row: models.DamageTable | models.CostAssumptions) -> None:
    """Use a version from now on, in place of the one used so far. Studies already made keep theirs."""
    rows = type(row).objects.select_for_update().order_by("pk")
    rows.filter(is_current=True).update(is_current=False)
    rows.filter(pk=row.pk).update(is_current=True)
