"""Last gasps and returns of the meters that lose their supply while a day is played."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from grid.selectors.warehouse import get_warehouse
from grid.streaming import DeviceEvent, DeviceKind, EventKind
from grid.warehouse.queries import played_day
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import outage_interruptions


@dataclass(frozen=True)
class PlayedMeters:
    """The meters that are played: id by key, and those of each transformer."""

    ids: dict[int, str]
    of_transformer: dict[str, list[str]]


@dataclass(frozen=True)
class Silence:
    """Meters without supply, from when to when; ``restored_at`` None: for as long as is played."""

    meter_ids: tuple[str, ...]
    started_at: datetime
    restored_at: datetime | None

    def is_at(self, moment: datetime) -> bool:
        """Return whether the meters are without supply at a moment."""
        return self.started_at <= moment and (self.restored_at is None or moment < self.restored_at)


def list_meters(limit: int | None) -> PlayedMeters:
    """Return the meters of the warehouse, the first ones if there is a limit."""
    ids: dict[int, str] = {}
    of_transformer: dict[str, list[str]] = {}
    for batch in get_warehouse().select_arrow(played_day.meters_by_key(limit)):
        columns = [batch.column(name).to_pylist() for name in ("meter_key", "meter_id", "transformer_id")]
        for key, meter_id, transformer_id in zip(*columns, strict=True):
            ids[key] = meter_id
            of_transformer.setdefault(transformer_id, []).append(meter_id)
    return PlayedMeters(ids, of_transformer)


def recorded(meters: PlayedMeters, *, since: datetime, until: datetime) -> list[Silence]:
    """Return the interruptions of the warehouse's outages from ``since`` to before ``until``."""
    query = played_day.interruptions(since=_naive(since), until=_naive(until))
    known = set(meters.ids.values())
    found = []
    for row in get_warehouse().select_rows(reading_as_empty(query, outage_interruptions)):
        alone = [row["meter_id"]] if row["meter_id"] in known else []
        affected = alone if row["meter_id"] else meters.of_transformer.get(row["transformer_id"], [])
        if affected:
            restored_at = row["restored_at"].replace(tzinfo=UTC) if row["restored_at"] else None
            found.append(Silence(tuple(affected), row["started_at"].replace(tzinfo=UTC), restored_at))
    return found


def failing(
    meters: PlayedMeters,
    transformer_ids: Iterable[str],
    *,
    started_at: datetime,
    restored_at: datetime | None,
) -> list[Silence]:
    """Return that the meters of some transformers lose their supply."""
    affected = tuple(
        meter_id
        for transformer_id in transformer_ids
        for meter_id in meters.of_transformer.get(transformer_id, [])
    )
    return [Silence(affected, started_at, restored_at)] if affected else []


def events_of(silences: Sequence[Silence], *, gasp_share: float) -> Iterator[DeviceEvent]:
    """Yield last gasps and returns of the meters; the same ones, with the same ids, every time.

    Args:
        silences: who loses supply.
        gasp_share: share of last gasps that arrive; returns all do.
    """
    for silence in silences:
        for meter_id in silence.meter_ids:
            if zlib.crc32(meter_id.encode()) < gasp_share * 2**32:
                yield _event(meter_id, EventKind.LAST_GASP, silence.started_at)
            if silence.restored_at is not None:
                yield _event(meter_id, EventKind.POWER_RESTORED, silence.restored_at)


def moved(event: DeviceEvent, shift: timedelta) -> DeviceEvent:
    """Return an event at another moment, which makes it another event with an id of its own."""
    return _event(event.device_id, event.kind, event.occurred_at + shift)


def _event(meter_id: str, kind: EventKind, at: datetime) -> DeviceEvent:
    """Return an event of a meter; its id follows from what it says."""
    said = f"{meter_id}|{kind}|{at.isoformat()}"
    event_id = hashlib.sha256(said.encode()).hexdigest()[:32]
    return DeviceEvent(event_id, DeviceKind.METER, meter_id, kind, at)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
