"""One circuit judged and its outages brought to what was found, in one transaction."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from django.db import transaction

from flux_site.api import live
from flux_site.api.errors import FluxError
from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES, OutageSource, OutageStatus
from grid.services import outages
from grid.services.detection import remembering
from grid.services.detection.sorting import Said
from grid.services.operations import changing
from grid.services.outages.devices import device_of
from grid.services.outages.interrupting import take_turns
from grid.topology import NONE, Network
from grid.topology.actions import Action, Confirm, Move, OpenOutage, Report, Restore, Units
from grid.topology.arrays import FloatArray
from grid.topology.circuit_scope import CircuitScope, cut_out
from grid.topology.detection import DetectionParams
from grid.topology.evidence import NEVER
from grid.topology.reconcile import review

logger = logging.getLogger(__name__)

PARAMS = DetectionParams()
TRY_AGAIN = timedelta(seconds=30)
"""When a circuit is judged again after something about its outages could not be done."""

_scopes: WeakKeyDictionary[Network, dict[str, CircuitScope]] = WeakKeyDictionary()


def judge(network: Network, circuit_id: str, *, now: datetime, said: Said | None = None) -> bool:
    """Take what devices of a circuit said and do what follows; return whether an outage changed.

    Changes of one circuit's outages take turns, whoever makes them, and all of this is one transaction: a
    process that is killed leaves the evidence and the outages as they were before, and the stream brings the
    events again.
    """
    with changing(actor=None):
        take_turns(circuit_id)
        if said is not None:
            remembering.remember({circuit_id: said})
        scope = _scope(network, circuit_id)
        if scope is None:
            remembering.note_review(circuit_id, now=now, due_at=None, is_watched=False)
            return False
        evidence, switches = remembering.recall(network, circuit_id)
        rows = _open_outages(circuit_id)
        found = review(
            network=network,
            scope=scope,
            evidence=evidence,
            outages=[_as_open(scope, network, row, started) for row, started in rows],
            resolved_s=_resolved(scope, network, circuit_id, now),
            now_s=now.timestamp(),
            params=PARAMS,
            switches=switches,
        )
        done = [_act(network, scope, action, now) for action in found.actions]
        due_at = None if found.due_s is None else datetime.fromtimestamp(found.due_s, UTC)
        if not all(done):
            due_at = min(due_at or now + TRY_AGAIN, now + TRY_AGAIN)
        is_watched = bool(found.actions) or found.due_s is not None
        remembering.note_review(circuit_id, now=now, due_at=due_at, is_watched=is_watched)
        if any(done):
            transaction.on_commit(partial(live.announce, "circuits", [circuit_id]), robust=True)
    return any(done)


def _scope(network: Network, circuit_id: str) -> CircuitScope | None:
    """Return the circuit cut out of the network, kept as long as the network is."""
    kept = _scopes.setdefault(network, {})
    if circuit_id not in kept:
        position = network.arrays.circuits.position(circuit_id)
        if position == NONE:
            return None
        kept[circuit_id] = cut_out(network, position)
    return kept[circuit_id]


def _open_outages(circuit_id: str) -> list[tuple[models.Outage, datetime]]:
    """Return the active outages of a circuit with their interruptions, and when each was reported."""
    rows = models.Outage.objects.filter(circuit_id=circuit_id, status__in=ACTIVE_OUTAGE_STATUSES)
    found = list(rows.prefetch_related("interruptions").order_by("started_at", "pk"))
    reports = models.OperationEvent.objects.filter(outage__in=found, version=1).order_by()
    reported = dict(reports.values_list("outage_id", "at")) if found else {}
    return [(row, max(row.started_at, reported.get(row.pk, row.started_at))) for row in found]


def _as_open(
    scope: CircuitScope, network: Network, outage: models.Outage, reported_at: datetime
) -> OpenOutage:
    device = device_of(outage)
    interruptions = list(outage.interruptions.all())
    out = [row.transformer_id for row in interruptions if row.restored_at is None]
    return OpenOutage(
        outage_id=outage.pk,
        device=device,
        started_s=outage.started_at.timestamp(),
        reported_s=reported_at.timestamp(),
        is_predicted=outage.status == OutageStatus.PREDICTED,
        units=scope.unit_numbers(network.arrays.transformers.positions(out)),
        meter=scope.meter_number(network, device),
        is_partly_restored=len(out) < len(interruptions),
    )


def _resolved(scope: CircuitScope, network: Network, circuit_id: str, now: datetime) -> FloatArray:
    """Return per meter when its last outage ended, or when an operator said that it was none."""
    resolved = np.full(len(scope.meters), NEVER)

    def put(units: Units, meter: int | None, at: datetime) -> None:
        if meter is not None:
            resolved[meter] = max(resolved[meter], at.timestamp())
            return
        for unit in units:
            rows = scope.meters_of(unit, unit + 1)
            resolved[rows] = np.maximum(resolved[rows], at.timestamp())

    since = now - remembering.KEPT
    ended = models.OutageInterruption.objects.filter(circuit_id=circuit_id, restored_at__gte=since)
    numbers = {int(position): number for number, position in enumerate(scope.transformers.tolist())}
    places = {int(position): number for number, position in enumerate(scope.meters.tolist())}
    for transformer_id, meter_id, at in ended.values_list("transformer_id", "meter_id", "restored_at"):
        unit = numbers.get(network.arrays.transformers.position(transformer_id))
        meter = None if meter_id is None else places.get(network.arrays.meters.position(meter_id))
        if unit is not None and at is not None and (meter_id is None or meter is not None):
            put(frozenset([unit]), meter, at)
    called_off = models.OperationEvent.objects.filter(
        outage__circuit_id=circuit_id, action="CANCEL", actor__isnull=False, at__gte=since
    )
    for event in called_off.select_related("outage"):
        device = device_of(event.outage)
        put(scope.units_behind(network, device), scope.meter_number(network, device), event.at)
    return resolved


def _act(network: Network, scope: CircuitScope, action: Action, now: datetime) -> bool:
    """Do one thing; return whether it could be done."""
    try:
        with transaction.atomic():
            _do(network, scope, action, now)
    except FluxError as error:
        logger.warning("Unable to do %s: %s", action, error)
        return False
    return True


def _do(network: Network, scope: CircuitScope, action: Action, now: datetime) -> None:
    match action:
        case Report():
            outages.report_outage(
                device=action.device,
                started_at=min(_moment(action.started_s), now),
                source=OutageSource.SCADA if action.is_told else OutageSource.LAST_GASP,
                status=OutageStatus.CONFIRMED if action.is_told else OutageStatus.PREDICTED,
                transformer_ids=None if action.units is None else _keys(network, scope, action.units),
            )
        case Move():
            # Whom another outage has out already stays with that one: the service leaves out just those that
            # ``action.units`` leaves out.
            outages.move_outage(outage_id=action.outage_id, device=action.device)
        case Confirm():
            outages.confirm_outage(outage_id=action.outage_id)
        case Restore():
            _restore(network, scope, action, now)
        case _:
            pass  # folded already: the outage that now covers it took its interruptions over


def _restore(network: Network, scope: CircuitScope, step: Restore, now: datetime) -> None:
    rows = models.OutageInterruption.objects.filter(outage_id=step.outage_id, restored_at__isnull=True)
    named: dict[str, Any] = {}
    if step.units is not None:
        rows = rows.filter(transformer_id__in=_keys(network, scope, step.units))
        found = list(rows.order_by("pk").values_list("transformer_id", "meter_id"))
        named["transformer_ids"] = [unit for unit, meter in found if meter is None] or None
        named["meter_ids"] = [meter for _, meter in found if meter is not None] or None
        if not found:
            return
    began = [row.started_at for row in rows] or [now]
    restored_at = min(max(_moment(step.restored_s), *began), now)
    outages.restore(outage_id=step.outage_id, restored_at=restored_at, **named)


def _keys(network: Network, scope: CircuitScope, units: Units) -> list[str]:
    return network.arrays.transformers.keys(scope.transformers[sorted(units)])


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
