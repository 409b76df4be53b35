"""A past time played again: its unplanned outages with the steps of their restoration, and the weather."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from flux_site.api.errors import BadInput
from grid import models
from grid.federation import from_either_store
from grid.operations import restoration_steps
from grid.selectors.ami_scope import asked
from grid.selectors.hours import span
from grid.selectors.reliability.asking import answered, visible_part
from grid.selectors.reliability.history import find_record
from grid.selectors.storms.spells import OutageSpells, outages_of
from grid.standards.customers_out import peak_out
from grid.warehouse import Warehouse, queries
from grid.warehouse.queries import InterruptionScope

MOST_DAYS = 31
MOST_OUTAGES = 10_000


@dataclass(frozen=True, slots=True)
class CustomersAt:
    """So many customers at a moment."""

    at: datetime
    customers: int


@dataclass(frozen=True, kw_only=True)
class ReplayedOutage:
    """An outage of a replay.

    Attributes:
        outage_id: its key.
        circuit_id: its circuit.
        device_kind, device_id: the deepest device known to have failed or opened; None if the outage itself
            is not on record.
        cause_code: its cause; None: not known.
        began_at: when its first customer lost supply.
        restored_at: when its last customer was back; None while some are not.
        lon, lat: where it is, degrees; None if not on record.
        customers: whom it interrupted, each as often as it was; None if not on record.
        losses: when how many lost supply; empty if not on record.
        steps: when how many were back; empty if not on record, or nobody was.
    """

    outage_id: str
    circuit_id: str
    device_kind: str | None
    device_id: str | None
    cause_code: str | None
    began_at: datetime
    restored_at: datetime | None
    lon: float | None
    lat: float | None
    customers: int | None
    losses: tuple[CustomersAt, ...]
    steps: tuple[CustomersAt, ...]


@dataclass(frozen=True, kw_only=True)
class Replay:
    """The outages of a time.

    Attributes:
        start, end: the time, both moments in it.
        as_of: the newest moment on record, what comes after it is not known; None without a record.
        outages: those that somebody was without supply by, and those of unknown customers, by beginning.
        unknown_outage_count: those whose customers are not on record.
        peak_customers_out: the most customers without supply at once; None if nobody is known to have been.
        peak_at: the first moment it was so many.
    """

    start: datetime
    end: datetime
    as_of: datetime | None
    outages: tuple[ReplayedOutage, ...]
    unknown_outage_count: int
    peak_customers_out: int | None
    peak_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WeatherOfHour:
    """The weather of an hour over all stations; None: no station observed it.

    Attributes:
        at: the hour's start.
        station_count: stations that observed anything.
        temperature_c: mean, °C.
        wind_speed_mps: mean, m/s.
        wind_speed_max_mps: of the station with the most, m/s.
        precipitation_mm: mean, mm.
    """

    at: datetime
    station_count: int
    temperature_c: float | None
    wind_speed_mps: float | None
    wind_speed_max_mps: float | None
    precipitation_mm: float | None


def replay(*, start: datetime, end: datetime, user: Any) -> Replay:
    """Return the unplanned outages that somebody was without supply by from ``start`` to ``end``.

    Raises:
        BadInput: naming the field; if the time is longer than 31 days or has more than 10,000 outages.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    since, until = span(start, end, most_days=MOST_DAYS, what="a replay")
    scope = visible_part(substation_id=None, circuit_id=None, user=user)
    return answered(
        field="stormReplay",
        scope=scope,
        question={"since": since, "until": until},
        ask=lambda warehouse: _replay(warehouse, scope, since, until),
    )


def weather_between(*, start: datetime, end: datetime) -> list[WeatherOfHour]:
    """Return the weather of each hour on record from that of ``start`` to ``end``, oldest first.

    Raises:
        BadInput: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    since, until = span(start, end, most_days=MOST_DAYS, what="a replay")
    hour = since.replace(minute=0, second=0, microsecond=0)
    return asked(
        field="stormReplay.weather",
        question={"since": hour, "until": until},
        queries={"weather": queries.hourly_weather(hour, until)},
        build=lambda rows: [
            WeatherOfHour(**{**row, "at": row["at"].replace(tzinfo=UTC)}) for row in rows["weather"]
        ],
        encode=lambda answer: [asdict(each) for each in answer],
        decode=lambda kept: [WeatherOfHour(**each) for each in kept],
    )


def cached_outages(*, outage_ids: Iterable[str], user: Any) -> set[str]:
    """Return those of the outages that have a page of their own: the cache, or its stand-in, holds them."""
    wanted = list(outage_ids)
    if not wanted:
        return set()
    rows: Any = models.Outage.objects
    return from_either_store(
        field="stormReplay.isCached",
        layers=("outages",),
        ask=lambda: set(rows.visible_to(user).filter(pk__in=wanted).values_list("pk", flat=True)),
        is_check=True,
    )


def _replay(warehouse: Warehouse, scope: InterruptionScope, since: datetime, until: datetime) -> Replay:
    times = [(since, until)]
    records = warehouse.select_rows(queries.unplanned_outages(scope, times))
    rows = warehouse.select_rows(queries.unplanned_spells(scope, times, whole_outages=True))
    found = outages_of(records, rows)
    if len(found) > MOST_OUTAGES:
        raise BadInput(
            f"The time has {len(found):,} outages; a replay shows at most {MOST_OUTAGES:,}. Choose a shorter "
            "one.",
            field="end",
        )
    record = find_record(warehouse)
    peak = peak_out((spell for outage in found for spell in outage.spells), since=since, until=until)
    return Replay(
        start=_aware(since),
        end=_aware(until),
        as_of=None if record is None else _aware(record.as_of),
        outages=tuple(_replayed(outage) for outage in found),
        unknown_outage_count=sum(outage.is_unknown for outage in found),
        peak_customers_out=None if peak is None else peak.customers,
        peak_at=None if peak is None else _aware(peak.at),
    )


def _replayed(outage: OutageSpells) -> ReplayedOutage:
    record = outage.record
    kind, device = (None, None) if record is None else _device(record)
    losses: dict[datetime, int] = defaultdict(int)
    for spell in outage.spells:
        losses[spell.began_at] += spell.customers
    steps = restoration_steps((spell.restored_at, spell.customers) for spell in outage.spells)
    restored_at = outage.restored_at
    return ReplayedOutage(
        outage_id=outage.outage_id,
        circuit_id=(record or outage.rows[0])["circuit_id"],
        device_kind=kind,
        device_id=device,
        cause_code=None if record is None else record["cause_code"],
        began_at=_aware(outage.began_at),
        restored_at=None if restored_at is None else _aware(restored_at),
        lon=None if record is None else record["lon"],
        lat=None if record is None else record["lat"],
        customers=None if outage.is_unknown else sum(losses.values()),
        losses=tuple(CustomersAt(_aware(at), customers) for at, customers in sorted(losses.items())),
        steps=tuple(CustomersAt(_aware(at), customers) for at, customers in steps),
    )


def _device(record: Any) -> tuple[str, str]:
    """Return kind and key of the deepest device that an outage names."""
    for kind, column in (("METER", "meter_id"), ("TRANSFORMER", "transformer_id"), ("SWITCH", "switch_id")):
        if record[column] is not None:
            return kind, record[column]
    return "CIRCUIT", record["circuit_id"]


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
