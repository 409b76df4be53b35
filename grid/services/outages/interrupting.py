"""Who is out by which outage: each customer by one at a time.

- What is out already stays with the outage that has it; another outage over it takes the others only.
- A *predicted* outage all of whose customers lie behind the device of a new outage was a part of it, seen too
  narrowly: it is absorbed. Its interruptions go over with their start, and it is cancelled.
- What is restored while another active outage lies over it does not come back: the interruption goes over to
  that outage, with its start. So it counts once, with its whole length.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import connection
from django.db.models import Sum

from flux_site.api.errors import NotFound
from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES, CLOSED_WORK_STATUSES, OutageStatus
from grid.selectors import topology
from grid.services.operations import Unit
from grid.services.operations.unit import step
from grid.services.outages.devices import Supplied, device_of
from grid.topology import DeviceKind

_CIRCUIT_LOCK = 0x4F505321
"""First key of the advisory locks under which the interruptions of a circuit change."""

Interruptions = Sequence[models.OutageInterruption]


def take_turns(circuit_id: str) -> None:
    """Let changes of who is out on a circuit take turns until the transaction ends."""
    key = zlib.crc32(circuit_id.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CIRCUIT_LOCK, key])


def take_turns_with(outage_id: str) -> None:
    """Let changes of who is out on the circuit of an outage take turns. Call it before the outage is locked.

    Raises:
        NotFound: if there is no such outage.
    """
    circuit_id = models.Outage.objects.filter(pk=outage_id).values_list("circuit_id", flat=True).first()
    if circuit_id is None:
        raise NotFound(f"There is no outage {outage_id!r} that you may see.", field="outageId")
    take_turns(circuit_id)


def interruption_id(outage_id: str, supplied: Supplied | models.OutageInterruption) -> str:
    """Return the key of an interruption."""
    return f"{outage_id}|{supplied.meter_id or supplied.transformer_id}"


def open_by_others(supplied: Iterable[Supplied], *, outage_id: str | None) -> list[models.OutageInterruption]:
    """Return the open interruptions of some transformers by active outages other than one, with these."""
    rows = models.OutageInterruption.objects.select_related("outage").filter(
        transformer_id__in={each.transformer_id for each in supplied},
        restored_at__isnull=True,
        outage__status__in=ACTIVE_OUTAGE_STATUSES,
    )
    return list(rows.exclude(outage_id=outage_id).order_by("pk"))


def interrupt(
    unit: Unit, outage: models.Outage, supplied: Sequence[Supplied], *, absorbs: bool = True
) -> None:
    """Add to an outage those who are not out yet, and absorb predicted outages that lie within.

    Args:
        unit: the change.
        outage: the outage, saved.
        supplied: whom its device supplies.
        absorbs: whether predicted outages are taken over.
    """
    others = open_by_others(supplied, outage_id=outage.pk)
    if absorbs:
        others = _absorb(unit, outage, supplied, others)
    whole = {row.transformer_id for row in others if row.meter_id is None}
    own = models.OutageInterruption.objects.filter(outage=outage)
    known = set(own.values_list("pk", flat=True))
    own_whole = set(own.filter(meter__isnull=True).values_list("transformer_id", flat=True))
    partly: dict[str, int] = {}
    single: set[str] = set()
    for row in [*others, *own.filter(meter__isnull=False, restored_at__isnull=True)]:
        if row.meter_id is not None:
            partly[row.transformer_id] = partly.get(row.transformer_id, 0) + row.customers
            single.add(row.meter_id)
    new = [
        replace(each, customers=each.customers - partly.get(each.transformer_id, 0))
        if each.meter_id is None
        else each
        for each in supplied
        if each.transformer_id not in whole | own_whole
        and each.meter_id not in single
        and interruption_id(outage.pk, each) not in known
    ]
    models.OutageInterruption.objects.bulk_create(
        models.OutageInterruption(
            id=interruption_id(outage.pk, each),
            outage=outage,
            transformer_id=each.transformer_id,
            meter_id=each.meter_id,
            substation_id=each.substation_id,
            circuit_id=each.circuit_id,
            zone_id=each.zone_id,
            customers=each.customers,
            started_at=outage.started_at,
            updated_at=unit.now,
        )
        for each in new
    )
    unit.interruptions_changed(outage.pk)


def leave(unit: Unit, outage: models.Outage, supplied: Sequence[Supplied]) -> None:
    """Take from an outage the open interruptions of those not among ``supplied``: they never were out."""
    rows = models.OutageInterruption.objects.filter(outage=outage, restored_at__isnull=True)
    kept = {each.transformer_id for each in supplied}
    meters = {each.meter_id for each in supplied}
    if meters != {None}:
        rows.exclude(meter_id__in=[key for key in meters if key]).delete()
    else:
        rows.exclude(transformer_id__in=kept).delete()
    unit.interruptions_changed(outage.pk)


def count(outage: models.Outage) -> None:
    """Set an outage's numbers of customers to the sums over its interruptions."""
    rows = models.OutageInterruption.objects.filter(outage=outage)
    outage.customers_interrupted = rows.aggregate(n=Sum("customers"))["n"] or 0
    outage.customers_out = rows.filter(restored_at__isnull=True).aggregate(n=Sum("customers"))["n"] or 0


def hand_over(unit: Unit, outage: models.Outage, rows: Interruptions) -> list[models.OutageInterruption]:
    """Give the interruptions that another active outage lies over to it; return the others.

    Args:
        unit: the change.
        outage: whose interruptions end.
        rows: those that end.
    """
    left = list(rows)
    over = models.Outage.objects.filter(circuit_id=outage.circuit_id, status__in=ACTIVE_OUTAGE_STATUSES)
    for key in over.exclude(pk=outage.pk).order_by("pk").values_list("pk", flat=True):
        if not left:
            break
        other = models.Outage.objects.get(pk=key)
        taken = _under(other, left)
        if taken:
            other = unit.lock_known(models.Outage, key)
            _move(unit, taken, to=other)
            count(other)
            unit.save(other, action="TAKE_OVER", note=f"{len(taken)} interruptions of {outage.pk}")
            left = [row for row in left if row not in taken]
    return left


def _under(other: models.Outage, rows: Interruptions) -> list[models.OutageInterruption]:
    """Return the interruptions over which another outage lies, and which it has not restored itself."""
    device = device_of(other)
    if device.kind is DeviceKind.METER:
        return []  # it lies over one service alone, and that is not the same one
    behind = set(topology.transformers_behind(device))
    restored = set(
        models.OutageInterruption.objects.filter(outage=other, restored_at__isnull=False).values_list(
            "transformer_id", flat=True
        )
    )
    return [row for row in rows if row.transformer_id in behind - restored]


def _absorb(
    unit: Unit, outage: models.Outage, supplied: Sequence[Supplied], others: Interruptions
) -> list[models.OutageInterruption]:
    """Take over the predicted outages among ``others`` that lie within; return the rows of the rest."""
    whole = {each.transformer_id for each in supplied if each.meter_id is None}
    predicted = sorted({row.outage_id for row in others if row.outage.status == OutageStatus.PREDICTED})
    absorbed: set[str] = set()
    for key in predicted:
        rows = list(models.OutageInterruption.objects.filter(outage_id=key))
        if any(row.restored_at is not None or row.transformer_id not in whole for row in rows):
            continue
        nested = unit.lock_known(models.Outage, key)
        if nested.status != OutageStatus.PREDICTED:
            continue
        _move(unit, rows, to=outage)
        orders = models.WorkOrder.objects.filter(outage=nested).exclude(status__in=CLOSED_WORK_STATUSES)
        for order_key in orders.order_by("pk").values_list("pk", flat=True):
            order = unit.lock_known(models.WorkOrder, order_key)
            order.outage = outage
            unit.save(order, action="MOVE")
        step(nested, "CANCEL")
        count(nested)
        unit.save(nested, action="CANCEL", note=f"Absorbed by {outage.pk}.")
        absorbed.add(key)
    return [row for row in others if row.outage_id not in absorbed]


def _move(unit: Unit, rows: Interruptions, *, to: models.Outage) -> None:
    """Give interruptions to another outage, with their start."""
    unit.interruptions_changed(to.pk)
    for outage_id in {row.outage_id for row in rows}:
        unit.interruptions_changed(outage_id)
    models.OutageInterruption.objects.filter(pk__in=[row.pk for row in rows]).delete()
    models.OutageInterruption.objects.bulk_create(
        models.OutageInterruption(
            id=interruption_id(to.pk, row),
            outage=to,
            transformer_id=row.transformer_id,
            meter_id=row.meter_id,
            substation_id=row.substation_id,
            circuit_id=row.circuit_id,
            zone_id=row.zone_id,
            customers=row.customers,
            started_at=row.started_at,
            updated_at=unit.now,
        )
        for row in rows
    )
