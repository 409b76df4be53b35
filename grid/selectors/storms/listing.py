"""Past storms: storm days in a row, whom they interrupted, and when it was worst."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from grid.pipeline.periods import whole
from grid.selectors.ami_scope import local_zone
from grid.selectors.reliability.asking import answered, check_days, visible_part
from grid.selectors.reliability.history import History, find_history, find_record
from grid.selectors.storms.replaying import MOST_DAYS as MOST_REPLAYED_DAYS
from grid.selectors.storms.rule import RULE_SPAN, StormRule, local_day, outages_by_day, storm_rule
from grid.selectors.storms.spells import OutageSpells, outages_of, spell_of
from grid.standards.customers_out import peak_out
from grid.standards.reliability import SUSTAINED_AFTER
from grid.warehouse import Warehouse, queries
from grid.warehouse.queries import InterruptionScope

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Storm:
    """A past storm: the unplanned outages that began on storm days in a row.

    Attributes:
        first_day, last_day: its local days.
        began_at: when its first outage began.
        ended_at: when its last customer was back; None while some are not.
        replay_start, replay_end: the time a replay of it shows: from the start of its first day until its
            last customer was back, the next storm began, or the longest replay is over.
        outage_count: its outages.
        unknown_outage_count: those of them whose customers are not on record, and not in the numbers below.
        customer_interruptions: customers of sustained interruptions that began on its days, each as often as
            it was interrupted; None if no outage's customers are on record.
        customer_minutes: their minutes without supply, up to the end of the record; None likewise.
        peak_customers_out: the most customers without supply at once in the time of the replay, by any
            unplanned outage; None likewise.
        peak_at: the first moment it was so many.
        major_event_days: its days that were major event days; None if that cannot be known.
        major_event_reason: why it cannot.
    """

    first_day: date
    last_day: date
    began_at: datetime
    ended_at: datetime | None
    replay_start: datetime
    replay_end: datetime
    outage_count: int
    unknown_outage_count: int
    customer_interruptions: int | None
    customer_minutes: float | None
    peak_customers_out: int | None
    peak_at: datetime | None
    major_event_days: tuple[date, ...] | None
    major_event_reason: str | None


@dataclass(frozen=True, kw_only=True)
class PastStorms:
    """The storms of a period, the newest first.

    Attributes:
        storms: they.
        rule: what makes a day a storm day.
        first_day, last_day: the period, local days, as far as it is on record; None if none of it is.
        as_of: the newest moment on record; None without a record.
    """

    storms: tuple[Storm, ...]
    rule: StormRule
    first_day: date | None
    last_day: date | None
    as_of: datetime | None


@dataclass(frozen=True, kw_only=True)
class _Days:
    """Storm days in a row, and the time that a replay of them shows at most, naive UTC."""

    first: date
    last: date
    start: datetime
    end: datetime
    replay_until: datetime


def storms(*, first_day: date | None, last_day: date | None, user: Any) -> PastStorms:
    """Return the storms of the local days ``first_day`` to ``last_day``, by default of the whole record.

    Storms are those of the zones that the user may see.

    Raises:
        BadInput: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    today = local_day(timezone.now())
    given = [day for day in (first_day, last_day) if day is not None]
    if given:
        check_days(given[0], given[-1], what="the list of storms")
    scope = visible_part(substation_id=None, circuit_id=None, user=user)
    return answered(
        field="storms",
        scope=scope,
        question={"first": first_day, "last": last_day, "today": today},
        ask=lambda warehouse: _find(warehouse, scope, first_day, last_day, today),
    )


def _find(
    warehouse: Warehouse, scope: InterruptionScope, first: date | None, last: date | None, today: date
) -> PastStorms:
    record = find_record(warehouse)
    if record is None:
        rule = storm_rule({}, today=today)
        return PastStorms(storms=(), rule=rule, first_day=None, last_day=None, as_of=None)
    first = max(first or record.first_day, record.first_day)
    last = min(last or record.last_day, record.last_day)
    is_on_record = first <= last
    # A storm that the period cuts is shown whole, so that it is the same in every answer.
    counts = outages_by_day(
        warehouse, scope, min(record.first_day, today - RULE_SPAN), max(today, record.last_day)
    )
    rule = storm_rule(counts, today=today)
    runs = _runs(sorted(day for day, count in counts.items() if rule.is_storm(count)), record.as_of)
    wanted = [days for days in runs if is_on_record and days.first <= last and days.last >= first]
    found = _storms(warehouse, scope, wanted, record.as_of) if wanted else []
    return PastStorms(
        storms=tuple(reversed(found)),
        rule=rule,
        first_day=first if is_on_record else None,
        last_day=last if is_on_record else None,
        as_of=record.as_of.replace(tzinfo=UTC),
    )


def _runs(days: Sequence[date], as_of: datetime) -> list[_Days]:
    """Return days in a row as one, each with how long a replay of it may go on."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    spans = [whole(run[0], run[-1], local_zone()) for run in runs]
    found = []
    for number, (run, span) in enumerate(zip(runs, spans, strict=True)):
        ends = [span.start + timedelta(days=MOST_REPLAYED_DAYS), max(as_of, span.start + _HOUR)]
        if number + 1 < len(spans):
            ends.append(spans[number + 1].start)
        found.append(
            _Days(first=run[0], last=run[-1], start=span.start, end=span.end, replay_until=min(ends))
        )
    return found


def _storms(
    warehouse: Warehouse,
    scope: InterruptionScope,
    runs: Sequence[_Days],
    as_of: datetime,
) -> list[Storm]:
    times = [(days.start, max(days.replay_until, days.end)) for days in runs]
    records = warehouse.select_rows(queries.unplanned_outages(scope, times))
    spells = warehouse.select_rows(queries.unplanned_spells(scope, times, whole_outages=True))
    outages = outages_of(records, spells)
    history = find_history(warehouse, scope, runs[0].first, runs[-1].last)
    return [
        _storm(
            days,
            [row["started_at"] for row in records if days.start <= row["started_at"] < days.end],
            outages,
            history,
            as_of,
        )
        for days in runs
    ]


def _storm(
    days: _Days,
    beginnings: Sequence[datetime],
    outages: Iterable[OutageSpells],
    history: History,
    as_of: datetime,
) -> Storm:
    around = [
        outage
        for outage in outages
        if outage.began_at <= days.replay_until
        and (outage.restored_at is None or outage.restored_at > days.start)
    ]
    own = [outage for outage in around if days.start <= outage.reported_at < days.end]
    ends = [outage.restored_at for outage in own]
    known_ends = [end for end in ends if end is not None]
    # Nobody was without supply by any of them: it was over when it began.
    ended_at = None if len(known_ends) < len(ends) else max(known_ends, default=min(beginnings))
    replay_end = days.replay_until if ended_at is None else min(_hour_after(ended_at), days.replay_until)
    known = [spell for outage in around for spell in outage.spells]
    peak = peak_out(known, since=days.start, until=replay_end)
    lasted = [
        (spell.customers, (spell.restored_at or as_of) - spell.began_at)
        for spell in (spell_of(row) for outage in around for row in outage.rows)
        if days.start <= spell.began_at < days.end
    ]
    sustained = [(customers, time) for customers, time in lasted if time > SUSTAINED_AFTER]
    reason = history.unjudged_reason(days.first, days.last)
    return Storm(
        first_day=days.first,
        last_day=days.last,
        began_at=_aware(min(beginnings)),
        ended_at=None if ended_at is None else _aware(ended_at),
        replay_start=_aware(days.start),
        replay_end=_aware(replay_end),
        outage_count=len(beginnings),
        unknown_outage_count=sum(outage.is_unknown for outage in own),
        customer_interruptions=sum(customers for customers, _ in sustained) if known else None,
        customer_minutes=sum(customers * (time / _MINUTE) for customers, time in sustained)
        if known
        else None,
        peak_customers_out=None if peak is None else peak.customers,
        peak_at=None if peak is None else _aware(peak.at),
        major_event_days=None
        if reason is not None
        else tuple(day for day in history.major_days if days.first <= day <= days.last),
        major_event_reason=reason,
    )


def _hour_after(at: datetime) -> datetime:
    """Return the first full hour not before a moment."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour if hour == at else hour + _HOUR


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
