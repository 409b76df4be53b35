"""Bringing customers back, all at once or step by step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flux_site.api.errors import BadInput
from grid import models
from grid.services.operations import NotOut, TooManyRestored, changing
from grid.services.operations.unit import step
from grid.services.outages import estimating, interrupting
from grid.services.outages.checks import check_past

_NAMED = 5


def restore(
    *,
    outage_id: str,
    restored_at: datetime,
    transformer_ids: Sequence[str] | None = None,
    meter_ids: Sequence[str] | None = None,
    customers_restored: int | None = None,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.Outage:
    """Say that customers of an outage are supplied again. With the last of them the outage is restored.

    Those over which another active outage lies do not come back: it takes them over (see ``interrupting``).

    Args:
        outage_id: which.
        restored_at: since when they are supplied.
        transformer_ids: those of these transformers; None, and no meters: all that are left.
        meter_ids: those of these meters, where the outage has them out one by one.
        customers_restored: if given, how many that must be: a check of what the operator believes.
        expected_version: refuse if the outage has another one.
        actor: the user; None for the system.
        note: kept in the history.

    Raises:
        NotFound: if there is no such outage that the actor may see.
        StaleVersion, ImpossibleTransition: if the outage is not as it should be.
        BadInput: if the moment is before the interruption or in the future, or the customers are not as many.
        NotOut: if something named is not out by this outage, or was restored before.
        TooManyRestored: if more customers would come back than are out.
    """
    with changing(actor=actor, note=note) as unit:
        interrupting.take_turns_with(outage_id)
        outage = unit.lock(models.Outage, outage_id, expected_version=expected_version)
        step(outage, "RESTORE_PART")
        check_past(restored_at, "restoredAt", now=unit.now)
        rows = _chosen(outage, transformer_ids, meter_ids)
        _check_customers(outage, rows, customers_restored)
        early = next((row for row in rows if restored_at < row.started_at), None)
        if early is not None or restored_at < outage.started_at:
            since = outage.started_at if early is None else early.started_at
            raise BadInput(
                f"restoredAt is {restored_at:%Y-%m-%d %H:%M:%S%z}, before the interruption began "
                f"({since:%Y-%m-%d %H:%M:%S%z}).",
                field="restoredAt",
            )
        back = interrupting.hand_over(unit, outage, rows)
        models.OutageInterruption.objects.filter(pk__in=[row.pk for row in back]).update(
            restored_at=restored_at, updated_at=unit.now
        )
        unit.interruptions_changed(outage.pk)
        interrupting.count(outage)
        told: dict[str, Any] = {"customers_restored": [None, sum(row.customers for row in back)]}
        if len(back) < len(rows):
            told["interruptions_taken_over"] = [None, len(rows) - len(back)]
        left = models.OutageInterruption.objects.filter(outage=outage, restored_at__isnull=True)
        if left.exists():
            unit.save(outage, action="RESTORE_PART", told=told | estimating.re_estimate(outage, unit))
        else:
            step(outage, "RESTORE")
            newest = models.OutageInterruption.objects.filter(outage=outage).order_by("-restored_at").first()
            outage.restored_at = restored_at if newest is None else newest.restored_at
            unit.save(outage, action="RESTORE", told=told)
    return outage


def _chosen(
    outage: models.Outage, transformer_ids: Sequence[str] | None, meter_ids: Sequence[str] | None
) -> list[models.OutageInterruption]:
    """Return the open interruptions that are meant.

    Raises:
        NotOut: naming the field, and what of it is not out.
    """
    rows = list(models.OutageInterruption.objects.filter(outage=outage).order_by("pk"))
    if transformer_ids is None and meter_ids is None:
        return [row for row in rows if row.restored_at is None]
    chosen: dict[str, models.OutageInterruption] = {}
    for field, wanted, column in (
        ("transformerIds", transformer_ids, "transformer_id"),
        ("meterIds", meter_ids, "meter_id"),
    ):
        if wanted is None:
            continue
        by_key: dict[str, list[models.OutageInterruption]] = {}
        for row in rows:
            if column == "meter_id" or row.meter_id is None:
                by_key.setdefault(getattr(row, column), []).append(row)
        unknown = [key for key in wanted if key not in by_key]
        if unknown:
            raise NotOut(f"{_some(unknown)} not interrupted by {outage.pk}.", field=field)
        done = [key for key in wanted if all(row.restored_at is not None for row in by_key[key])]
        if done:
            raise NotOut(f"{_some(done)} restored already.", field=field)
        chosen |= {row.pk: row for key in wanted for row in by_key[key]}
    if not chosen:
        raise BadInput("Nothing is named that should be restored.", field="transformerIds")
    return list(chosen.values())


def _check_customers(
    outage: models.Outage, rows: Sequence[models.OutageInterruption], expected: int | None
) -> None:
    if expected is None:
        return
    if expected > outage.customers_out:
        raise TooManyRestored(
            f"customersRestored is {expected}; {outage.customers_out} are out by {outage.pk}.",
            field="customersRestored",
        )
    behind = sum(row.customers for row in rows)
    if expected != behind:
        raise BadInput(
            f"customersRestored is {expected}; what is named supplies {behind}.", field="customersRestored"
        )


def _some(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{', '.join(keys[:_NAMED])}{more} {'is' if len(keys) == 1 else 'are'}"
