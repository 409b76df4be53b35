"""Evidence and watches in PostGIS: written by taking the later moment, so that a replay changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q

from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES
from grid.services.detection.sorting import Said, Watch
from grid.topology import NONE, Network
from grid.topology.arrays import FloatArray
from grid.topology.evidence import NEVER, Evidence
from grid.topology.switch_reports import SwitchState

KEPT = timedelta(hours=48)
"""Evidence is kept so long, and longer on circuits with an active outage."""

LOOKED_BACK = timedelta(minutes=10)
"""Signs of life so long before an unsettled circuit was judged still matter to it."""

_METERS = """
    INSERT INTO grid_meterevidence AS held (meter_id, circuit_id, dark_at, restored_at, lit_at)
    SELECT * FROM unnest(
        %s::varchar[], %s::varchar[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    ON CONFLICT (meter_id) DO UPDATE SET
        circuit_id = excluded.circuit_id,
        dark_at = greatest(held.dark_at, excluded.dark_at),
        restored_at = greatest(held.restored_at, excluded.restored_at),
        lit_at = greatest(held.lit_at, excluded.lit_at)
"""
_SWITCHES = """
    INSERT INTO grid_switchevidence AS held (switch_id, circuit_id, opened_at, closed_at)
    SELECT * FROM unnest(%s::varchar[], %s::varchar[], %s::timestamptz[], %s::timestamptz[])
    ON CONFLICT (switch_id) DO UPDATE SET
        circuit_id = excluded.circuit_id,
        opened_at = greatest(held.opened_at, excluded.opened_at),
        closed_at = greatest(held.closed_at, excluded.closed_at)
"""
_CALL_FOR_REVIEW = """
    INSERT INTO grid_circuitwatch AS held (circuit_id, due_at, is_watched)
    SELECT circuit_id, %s, true FROM unnest(%s::varchar[]) AS circuit_id ORDER BY circuit_id
    ON CONFLICT (circuit_id) DO UPDATE SET due_at = least(held.due_at, excluded.due_at)
"""
_NOTE_REVIEW = """
    INSERT INTO grid_circuitwatch (circuit_id, reviewed_at, due_at, is_watched) VALUES (%s, %s, %s, %s)
    ON CONFLICT (circuit_id) DO UPDATE SET
        reviewed_at = excluded.reviewed_at, due_at = excluded.due_at, is_watched = excluded.is_watched
"""


def remember(said: Mapping[str, Said]) -> None:
    """Merge what the devices of circuits said into what they said before."""
    for statement, rows, names in (
        (_METERS, "meters", ("dark_at", "restored_at", "lit_at")),
        (_SWITCHES, "switches", ("opened_at", "closed_at")),
    ):
        found = [
            (key, circuit_id, *(moments.get(name) for name in names))
            for circuit_id, of_circuit in said.items()
            for key, moments in getattr(of_circuit, rows).items()
        ]
        if found:  # in one order everywhere, so that two who write at once wait for each other in turn
            columns = [list(column) for column in zip(*sorted(found, key=lambda row: row[0]), strict=True)]
            with connection.cursor() as cursor:
                cursor.execute(statement, columns)


def recall(network: Network, circuit_id: str) -> tuple[Evidence, list[SwitchState]]:
    """Return the evidence of a circuit; meters that the network no longer knows are passed over."""
    rows = list(
        models.MeterEvidence.objects.filter(circuit_id=circuit_id)
        .order_by("meter_id")
        .values_list("meter_id", "dark_at", "restored_at", "lit_at")
    )
    meter = network.arrays.meters.positions([row[0] for row in rows])
    known = meter != NONE
    dark = _seconds([row[1] for row in rows])[known]
    restored = _seconds([row[2] for row in rows])[known]
    lit = _seconds([row[3] for row in rows])[known]
    switches = models.SwitchEvidence.objects.filter(circuit_id=circuit_id).order_by("switch_id")
    return (
        Evidence(meter=meter[known], dark_at=dark, restored_at=restored, lit_at=lit),
        [
            SwitchState(
                switch_id=row.switch_id,
                opened_s=_second(row.opened_at),
                closed_s=_second(row.closed_at),
            )
            for row in switches
        ],
    )


def watch(network: Network) -> Watch:
    """Return whose readings are looked at: meters that are out, and all of circuits that are unsettled."""
    arrays = network.arrays
    out = models.OutageInterruption.objects.filter(
        restored_at__isnull=True, outage__status__in=ACTIVE_OUTAGE_STATUSES
    ).order_by()
    rows = list(out.values_list("transformer_id", "started_at"))
    unsettled = models.CircuitWatch.objects.filter(is_watched=True, reviewed_at__isnull=False).order_by()
    circuits = list(unsettled.values_list("circuit_id", "reviewed_at"))
    unit_since = np.full(len(arrays.transformers), np.inf)
    at = arrays.transformers.positions([row[0] for row in rows])
    np.minimum.at(unit_since, at[at != NONE], _seconds([row[1] for row in rows])[at != NONE])
    circuit_since = np.full(len(arrays.circuits) + 1, np.inf)  # the last is that of no circuit
    at = arrays.circuits.positions([row[0] for row in circuits])
    reviewed = _seconds([row[1] for row in circuits]) - LOOKED_BACK.total_seconds()
    circuit_since[at[at != NONE]] = reviewed[at != NONE]
    of_circuit = circuit_since[arrays.transformer_circuit]
    return Watch(network=network, unit_since_s=np.minimum(unit_since, of_circuit))


def note_review(circuit_id: str, *, now: datetime, due_at: datetime | None, is_watched: bool) -> None:
    """Note that a circuit was judged, and when it is due again."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_REVIEW, [circuit_id, now, due_at, is_watched])


def call_for_review(circuit_ids: Iterable[str], *, at: datetime) -> None:
    """Have circuits judged at some moment, or when they are due anyway if that is earlier."""
    keys = sorted(circuit_ids)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_CALL_FOR_REVIEW, [at, keys])


def due_circuits(now: datetime, *, most: int) -> list[str]:
    """Return circuits that are due, the longest waiting first."""
    due = models.CircuitWatch.objects.filter(due_at__lte=now).order_by("due_at", "circuit_id")
    return list(due.values_list("circuit_id", flat=True)[:most])


def forget_old(now: datetime) -> int:
    """Delete evidence too old to matter; return how many rows."""
    active = models.Outage.objects.filter(status__in=ACTIVE_OUTAGE_STATUSES).values("circuit_id")
    count = 0
    stores: Mapping[Any, Sequence[str]] = {
        models.MeterEvidence: ("dark_at", "restored_at", "lit_at"),
        models.SwitchEvidence: ("opened_at", "closed_at"),
    }
    for model, names in stores.items():
        is_recent = Q()
        for name in names:
            is_recent |= Q(**{f"{name}__gte": now - KEPT})
        count += model.objects.exclude(is_recent).exclude(circuit_id__in=active).delete()[0]
    return count


def _second(moment: datetime | None) -> float:
    return NEVER if moment is None else moment.timestamp()


def _seconds(moments: Sequence[datetime | None]) -> FloatArray:
    return np.array([_second(moment) for moment in moments], dtype=np.float64)
