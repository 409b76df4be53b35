"""Reporting an outage, and moving one to the device it really lies behind."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flux_site.api.errors import BadInput
from grid import models
from grid.operations import OUTAGE_SOURCES, OutageStatus
from grid.services.operations import AlreadyOut, changing
from grid.services.operations.unit import step
from grid.services.outages import estimating, interrupting
from grid.services.outages.checks import check_cause, check_past
from grid.services.outages.devices import Place, Supplied, find_place, supplied_through
from grid.topology import DeviceRef

_FIRST = (OutageStatus.PREDICTED, OutageStatus.CONFIRMED)


def new_id(prefix: str, at: datetime) -> str:
    """Return a key that no row has, in either store: of the day, and random."""
    return f"{prefix}-{at:%Y%m%d}-{secrets.token_hex(4).upper()}"


def report_outage(
    *,
    device: DeviceRef,
    started_at: datetime,
    source: str,
    status: str = OutageStatus.CONFIRMED,
    actor: Any | None = None,
    cause_code: str | None = None,
    note: str | None = None,
    transformer_ids: Sequence[str] | None = None,
    is_planned: bool = False,
) -> models.Outage:
    """Report an outage behind a device. Who is out follows from the network.

    Customers that another active outage has out already stay with it; predicted outages that lie within are
    absorbed (see ``interrupting``).

    Args:
        device: the deepest device known to have failed or opened.
        started_at: when supply was lost.
        source: how it became known.
        status: PREDICTED or CONFIRMED.
        actor: the user; None for the system.
        cause_code: if known already.
        note: kept in the history.
        transformer_ids: only these of the transformers behind the device; None: all.
        is_planned: whether it was announced.

    Raises:
        NotFound: if there is no such device that the actor may see.
        BadInput: naming the field at fault.
        AlreadyOut: if another active outage has all of them out.
    """
    if source not in OUTAGE_SOURCES:
        raise BadInput(f"source is {source!r}; it must be {', '.join(OUTAGE_SOURCES)}.", field="source")
    if status not in _FIRST:
        raise BadInput(f"status is {status!r}; an outage begins {' or '.join(_FIRST)}.", field="status")
    cause = check_cause(cause_code)
    place = find_place(device, actor=actor)
    supplied = supplied_through(device, transformer_ids)
    with changing(actor=actor, note=note) as unit:
        interrupting.take_turns(place.circuit_id)
        check_past(started_at, "startedAt", now=unit.now)
        _check_any_supplied(supplied, None, device)
        outage = models.Outage(
            id=new_id("OUT", unit.now),
            cause_code=cause,
            is_planned=is_planned,
            source=source,
            status=status,
            started_at=started_at,
            confirmed_at=unit.now if status == OutageStatus.CONFIRMED else None,
            customers_interrupted=0,
            customers_out=0,
            notes=unit.note,
        )
        _put(outage, place)
        told = estimating.re_estimate(outage, unit)
        unit.add(outage, action="REPORT", told=told)
        interrupting.interrupt(unit, outage, supplied)
        interrupting.count(outage)
        outage.save(update_fields=["customers_interrupted", "customers_out"])
    return outage


def move_outage(
    *,
    outage_id: str,
    device: DeviceRef,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.Outage:
    """Say that an outage lies behind another device of its circuit, further up or down.

    Who is behind the new device and not out yet is added, from the start of the outage. Who is not behind it
    is taken out, since they never were without supply; those restored already keep their interruption.

    Raises:
        NotFound: if there is no such outage or device that the actor may see.
        StaleVersion, ImpossibleTransition: if the outage is not as it should be.
        BadInput: if the device belongs to another circuit, or supplies nothing.
        AlreadyOut: if another active outage has all of them out.
    """
    place = find_place(device, actor=actor)
    supplied = supplied_through(device, None)
    with changing(actor=actor, note=note) as unit:
        interrupting.take_turns(place.circuit_id)
        outage = unit.lock(models.Outage, outage_id, expected_version=expected_version)
        step(outage, "MOVE")
        if outage.circuit_id != place.circuit_id:
            raise BadInput(
                f"{device} belongs to circuit {place.circuit_id}; {outage_id} is on {outage.circuit_id}.",
                field="device",
            )
        _check_any_supplied(supplied, outage_id, device)
        _put(outage, place)
        interrupting.leave(unit, outage, supplied)
        interrupting.interrupt(unit, outage, supplied)
        interrupting.count(outage)
        told = estimating.re_estimate(outage, unit)
        unit.save(outage, action="MOVE", told=told)
    return outage


def _check_any_supplied(supplied: Sequence[Supplied], outage_id: str | None, device: DeviceRef) -> None:
    """Refuse a device whose customers are all out by other outages that are more than predicted, or wider.

    Raises:
        AlreadyOut: naming one of those outages.
    """
    others = interrupting.open_by_others(supplied, outage_id=outage_id)
    whole = {row.transformer_id for row in others if row.meter_id is None}
    single = {row.meter_id for row in others if row.meter_id is not None}
    if any(
        each.transformer_id not in whole and (each.meter_id is None or each.meter_id not in single)
        for each in supplied
    ):
        return
    behind = {each.transformer_id for each in supplied if each.meter_id is None}
    holders = {row.outage_id: row.outage for row in others}
    for key in sorted(holders):
        rows = models.OutageInterruption.objects.filter(outage_id=key)
        is_within = not rows.exclude(transformer_id__in=behind, restored_at__isnull=True).exists()
        if holders[key].status == OutageStatus.PREDICTED and is_within:
            return  # it will be absorbed
    first = holders[min(holders)]
    raise AlreadyOut(
        f"All customers behind {device} are out by outage {first.pk} already ({first.status}, "
        f"version {first.version}).",
        field="device",
    )


def _put(outage: models.Outage, place: Place) -> None:
    outage.substation_id = place.substation_id
    outage.circuit_id = place.circuit_id
    outage.zone_id = place.zone_id
    outage.switch_id = place.switch_id
    outage.transformer_id = place.transformer_id
    outage.meter_id = place.meter_id
    outage.location = place.location
