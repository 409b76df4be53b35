"""One change of operations: its rows, their history, their edits for the warehouse, and the news of them.

Everything is one transaction. Its first statement takes, table by table in a fixed order, the lock that a
change needs anyway, so that a sync that is just writing one of these tables is waited for before any row is
looked at, and never waits for us while we wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.db import models as django_models
from django.utils import timezone

from flux_site.api import live
from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.operations import Transition, find_transition, sources_of
from grid.operations.tables import TRANSITIONS
from grid.services.operations import rows
from grid.services.operations.errors import ImpossibleTransition, StaleVersion
from grid.services.outbox import Action, record
from grid.services.status import refresh_status_on_commit

Row = TypeVar("Row", models.Outage, models.WorkOrder, models.Crew)

_TABLES = (models.Outage, models.OutageInterruption, models.WorkOrder, models.Crew)
_LOCK = f"LOCK TABLE {', '.join(model._meta.db_table for model in _TABLES)} IN ROW EXCLUSIVE MODE"
_NAMES: dict[type, str] = {models.Outage: "outage", models.WorkOrder: "work order", models.Crew: "crew"}
_FIELDS: dict[type, str] = {
    models.Outage: "outageId",
    models.WorkOrder: "workOrderId",
    models.Crew: "crewId",
}
_SUBJECT: dict[type, str] = {
    models.Outage: "outage_id",
    models.WorkOrder: "work_order_id",
    models.Crew: "crew_id",
}
_TOPICS: dict[type, str] = {models.Outage: "outages", models.WorkOrder: "work_orders", models.Crew: "crews"}
_KINDS: dict[type, str] = {
    models.Outage: rows.OUTAGE,
    models.WorkOrder: rows.WORK_ORDER,
    models.Crew: rows.CREW,
}
_PAYLOADS: dict[type, Any] = {
    models.Outage: rows.outage_row,
    models.WorkOrder: rows.work_order_row,
    models.Crew: rows.crew_row,
}
_UNTOLD = {"version", "updated_at"}
MAX_NOTE = 2000


class Unit:
    """A change under way. Made by ``changing``."""

    def __init__(self, *, actor: Any | None, note: str | None, now: datetime) -> None:
        self.actor = actor
        self.note = note
        self.now = now
        self._before: dict[tuple[type, str], dict[str, Any]] = {}
        self._events: list[models.OperationEvent] = []
        self._saved: dict[tuple[type, str], tuple[Any, Action]] = {}
        self._interrupted: dict[str, None] = {}

    def lock(
        self, model: type[Row], key: str, *, expected_version: int | None = None, field: str | None = None
    ) -> Row:
        """Return a row, locked until the change is made.

        Raises:
            NotFound: if there is none that the actor may see.
            StaleVersion: if it has another version than expected.
        """
        visible: Any = model._default_manager.all()
        if self.actor is not None:
            visible = visible.visible_to(self.actor)
        # NO KEY: the full lock would hold up the sync of every layer whose rows refer to this one.
        row: Any = visible.select_for_update(no_key=True, of=("self",)).filter(pk=key).first()
        named = field or _FIELDS[model]
        if row is None:
            raise NotFound(f"There is no {_NAMES[model]} {key!r} that you may see.", field=named)
        if expected_version is not None and row.version != expected_version:
            raise _stale(row, expected_version)
        self._before[model, row.pk] = _values(row)
        return row  # type: ignore[no-any-return]

    def add(
        self, row: Row, *, action: str, note: str | None = None, told: dict[str, Any] | None = None
    ) -> Row:
        """Insert a row with version 1."""
        row.version = 1
        row.updated_at = self.now
        row.save(force_insert=True)
        self._told(row, action=action, from_status=None, changes=told or {}, note=note)
        self._before[type(row), row.pk] = _values(row)
        self._saved[type(row), row.pk] = (row, Action.INSERT)
        return row

    def lock_known(self, model: type[Row], key: str) -> Row:
        """Return a row that is known to exist, locked, whoever may see it."""
        row: Any = model._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=key)
        if (model, key) not in self._before:
            self._before[model, key] = _values(row)
        return row  # type: ignore[no-any-return]

    def save(
        self, row: Row, *, action: str, note: str | None = None, told: dict[str, Any] | None = None
    ) -> Row:
        """Write a locked row, its version one higher, and tell what changed.

        Args:
            row: the row with its new values.
            action: what was done.
            note: in place of the note of the whole change.
            told: more to tell beside the columns that changed: name: [before, after].
        """
        key = (type(row), row.pk)
        before = self._before[key]
        after = _values(row)
        changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        row.version += 1
        row.updated_at = self.now
        row.save(force_update=True)
        self._told(
            row, action=action, from_status=before["status"], changes=changes | (told or {}), note=note
        )
        self._before[key] = after
        action_so_far = self._saved[key][1] if key in self._saved else Action.UPDATE
        self._saved[key] = (row, action_so_far)
        return row

    def interruptions_changed(self, outage_id: str) -> None:
        """Send the interruptions of an outage to the warehouse with the change."""
        self._interrupted[outage_id] = None

    def finish(self) -> None:
        """Write the history and the edits; the last step of the transaction."""
        topics: dict[str, list[str]] = {}
        models.OperationEvent.objects.bulk_create(self._events)
        for (model, key), (row, action) in self._saved.items():
            record(
                kind=_KINDS[model], key=key, action=action, payload=_PAYLOADS[model](row), actor=self.actor
            )
            topics.setdefault(_TOPICS[model], []).append(key)
        for outage_id in self._interrupted:
            found = models.OutageInterruption.objects.filter(outage_id=outage_id).order_by("pk")
            record(
                kind=rows.INTERRUPTIONS,
                key=outage_id,
                action=Action.UPDATE,
                payload=rows.interruption_rows(found),
                actor=self.actor,
            )
        for event in self._events:
            record(
                kind=rows.EVENT,
                key=str(event.pk),
                action=Action.INSERT,
                payload=rows.event_row(event),
                actor=self.actor,
            )
        refresh_status_on_commit(self._circuits())
        for topic, keys in topics.items():
            transaction.on_commit(_announcement(topic, keys), robust=True)

    def _circuits(self) -> set[str]:
        """Return the circuits whose state the change touches."""
        outages = {key for model, key in self._saved if model is models.Outage} | self._interrupted.keys()
        rows_out = models.OutageInterruption.objects.filter(outage_id__in=outages)
        found = set(rows_out.order_by().values_list("circuit_id", flat=True).distinct())
        found |= {row.circuit_id for row, _ in self._saved.values() if isinstance(row, models.Outage)}
        return found | {key for event in self._events for key in event.changes.get("circuit_id", ()) if key}

    def _told(
        self, row: Any, *, action: str, from_status: str | None, changes: dict[str, Any], note: str | None
    ) -> None:
        self._events.append(
            models.OperationEvent(
                **{_SUBJECT[type(row)]: row.pk},
                version=row.version,
                action=action,
                from_status=from_status,
                to_status=row.status,
                changes=changes,
                actor=self.actor.get_username() if self.actor is not None else None,
                at=self.now,
                note=note or self.note,
            )
        )


@contextmanager
def changing(*, actor: Any | None, note: str | None = None) -> Iterator[Unit]:
    """Make one change: all of it, or nothing if the block raises.

    Args:
        actor: the user; None for the system.
        note: what they say about it, kept in the history.

    Raises:
        BadInput: if the note is too long.
    """
    text = check_note(note)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
        unit = Unit(actor=actor, note=text, now=timezone.now())
        yield unit
        unit.finish()


def check_note(note: str | None, field: str = "note") -> str | None:
    """Return a note without blanks around it, None if nothing is left.

    Raises:
        BadInput: if it is too long, or PostgreSQL cannot store it.
    """
    text = (note or "").strip()
    if len(text) > MAX_NOTE:
        raise BadInput(f"{field} has {len(text)} characters; at most {MAX_NOTE} are kept.", field=field)
    if "\0" in text:
        raise BadInput(f"{field} holds a NUL character.", field=field)
    return text or None


def step(row: Row, action: str) -> Transition:
    """Move a row's status as an action does; return the step.

    Raises:
        ImpossibleTransition: if the action is not possible in its status.
    """
    table = TRANSITIONS[type(row).__name__]
    found = find_transition(table, action=action, status=row.status)
    if found is None:
        allowed = ", ".join(sources_of(table, action))
        name = _NAMES[type(row)]
        raise ImpossibleTransition(
            f"{action} is not possible: {name} {row.pk} is {row.status}; it must be {allowed}.",
            field=_FIELDS[type(row)],
        )
    if found.target is not None:
        row.status = found.target
    return found


def _stale(row: Any, expected: int) -> StaleVersion:
    event = models.OperationEvent.objects.filter(**{_SUBJECT[type(row)]: row.pk}).first()
    at = event.at if event is not None else row.updated_at
    by = f"{event.action} by {event.actor or 'the system'}" if event is not None else "a sync"
    when = "" if at is None else f" The last change was {by} at {at:%Y-%m-%d %H:%M:%S} UTC."
    return StaleVersion(
        f"{_NAMES[type(row)].capitalize()} {row.pk} is at version {row.version}, not {expected}: "
        f"look at it again.{when}",
        field="expectedVersion",
    )


def _values(row: django_models.Model) -> dict[str, Any]:
    return {
        field.attname: _plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.attname not in _UNTOLD and not field.primary_key
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, GEOSGeometry):
        return [value.x, value.y]  # type: ignore[attr-defined]
    return value


def _announcement(topic: str, keys: list[str]) -> Any:
    return lambda: live.announce(topic, keys)
