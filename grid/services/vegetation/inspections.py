"""Records what inspections of trees find."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.services.tree_edits import record_inspection_edit
from grid.standards.tree_strike import FailureLikelihood, Lean

MAX_NOTE = 2_000


@transaction.atomic
def record_inspection(
    *,
    tree_id: str,
    failure_likelihood: str,
    lean: str | None = None,
    inspected_at: datetime | None = None,
    note: str | None = None,
    actor: Any | None = None,
) -> models.TreeRisk:
    """Record what an inspection of a tree found, and mark the tree to be assessed again.

    Raises:
        NotFound: if there is no such tree, assessed, that the actor may see.
        BadInput: naming the field at fault.
    """
    for name, value, allowed in (
        ("failureLikelihood", failure_likelihood, FailureLikelihood),
        ("lean", lean, Lean),
    ):
        if value is not None and value not in list(allowed):
            raise BadInput(f"{name} is {value!r}; it must be {', '.join(allowed)}.", field=name)
    if inspected_at is not None and (timezone.is_naive(inspected_at) or inspected_at > timezone.now()):
        raise BadInput(
            "inspectedAt must have an offset from UTC and not lie in the future.", field="inspectedAt"
        )
    if note is not None and len(note) > MAX_NOTE:
        raise BadInput(f"note has {len(note)} characters; at most {MAX_NOTE}.", field="note")
    rows = models.TreeRisk.objects.all() if actor is None else models.TreeRisk.objects.visible_to(actor)
    tree = rows.select_for_update().filter(pk=tree_id).first()
    if tree is None:
        raise NotFound(f"There is no assessed tree {tree_id!r} that you may see.", field="treeId")
    inspection = models.TreeInspection.objects.create(
        tree_id=tree_id,
        zone_id=tree.zone_id,
        inspected_at=inspected_at or timezone.now(),
        failure_likelihood=failure_likelihood,
        lean=lean,
        note=note,
        inspector=None if actor is None else actor.get_username(),
    )
    tree.is_stale = True
    tree.save(update_fields=["is_stale"])
    record_inspection_edit(inspection, actor=actor)
    return tree
