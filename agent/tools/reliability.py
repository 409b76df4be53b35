"""The tool ``reliability``: the indices of IEEE 1366 of a period, as the reliability page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field

from agent.backends.requests import ToolOutcome
from agent.events import Assets, ColumnType, DoneReason, Event
from agent.tools import telling
from agent.tools.periods import DayPeriod, read_days
from agent.tools.resolving import Found, resolve
from agent.tools.spec import Caller, Input, ToolSpec
from grid.selectors import reliability
from grid.selectors.reliability import DEFINITIONS, Point, ReliabilityBucket, ReliabilityIndex, Report
from grid.selectors.zones import is_limited, zone_names
from grid.standards.reliability import Index, Indices
from grid.warehouse.queries import Planned

FIELDS = {
    ReliabilityIndex.SAIDI: "saidi",
    ReliabilityIndex.SAIFI: "saifi",
    ReliabilityIndex.CAIDI: "caidi",
    ReliabilityIndex.ASAI: "asai",
    ReliabilityIndex.MAIFI: "maifi",
    ReliabilityIndex.MAIFI_E: "maifi_e",
}
EVERYTHING = frozenset({"system", "the system", "the whole system", "whole system", "everything", "all"})
NOTHING_ON_RECORD = "No interruption is on record, so no index of reliability can be told."
CHART_FROM_DAYS = 59
"""A shorter period has no months to compare."""


class ReliabilityInput(Input):
    """Which period, and of what."""

    period: str | DayPeriod | None = Field(
        default=None,
        description="Whole local days: words such as 'last year', '2025', 'July 2025', 'the last 90 days', "
        "or start and end. Without it the 365 days that end on the newest day on record.",
    )
    scope: str | None = Field(
        default=None,
        max_length=200,
        description="A zone, substation or circuit, by id or name; without it the whole system.",
    )
    with_major_events: bool | None = Field(
        default=None,
        description="true: all days; false: without major event days; without it both are told.",
    )
    planned: Planned = Field(
        default=Planned.ALL, description="ALL interruptions, only UNPLANNED ones, or only PLANNED ones."
    )


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the system: what it is called, and the arguments that name it."""

    label: str
    of: dict[str, str]
    asset: Found | None = None


def run(caller: Caller, asked: ReliabilityInput) -> ToolOutcome:
    """Return the indices of a period.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    part = _part(asked.scope, caller.user)
    record = reliability.recorded(user=caller.user)
    if record is None:
        return ToolOutcome(
            content={"indices": [], "reason": NOTHING_ON_RECORD},
            summary=NOTHING_ON_RECORD,
            ended=DoneReason.ANSWERED,
        )
    first, last = read_days(asked.period, first=record.first_day, today=record.last_day)
    named: Any = {"substation_id": None, "circuit_id": None, **part.of}
    days = {"first_day": first, "last_day": last, "planned": asked.planned, "user": caller.user}
    found = reliability.report(**days, **named)
    points: list[Point] = []
    if (last - first).days >= CHART_FROM_DAYS and found.found.with_major.saidi.value is not None:
        points = reliability.series(bucket=ReliabilityBucket.MONTH, **days, **named)
    return ToolOutcome(
        content=_content(found, part, asked),
        events=tuple(_events(found, part, asked, points)),
        summary=_summary(found, part, asked),
    )


def _part(scope: str | None, user: Any) -> Part:
    said = (scope or "").strip()
    if not said or said.casefold() in EVERYTHING:
        return Part(label="your zones" if is_limited(user) else "the whole system", of={})
    zones = {key: name for key, name in zone_names(user).items() if _bare(said) in (_bare(key), _bare(name))}
    if len(zones) == 1:
        [(zone_id, name)] = zones.items()
        return Part(label=f"zone {name}", of={"zone_id": zone_id})
    asset = resolve(said, user, ("SUB", "CKT"), asking="What is the reliability of {}?")
    field = "substation_id" if asset.kind == "SUB" else "circuit_id"
    return Part(label=f"{asset.noun} {asset.label}", of={field: asset.asset_id}, asset=asset)


def _bare(name: str) -> str:
    """Return a zone's name without the word "zone"."""
    words = name.casefold().replace("-", " ").split()
    return " ".join(word for word in words if word not in {"the", "zone", "load"})


def _values(found: Report, index: ReliabilityIndex) -> tuple[Index, Index]:
    def of(indices: Indices) -> Index:
        value: Index = getattr(indices, FIELDS[index])
        return value

    return of(found.found.with_major), of(found.found.without_major)


def _content(found: Report, part: Part, asked: ReliabilityInput) -> dict[str, Any]:
    indices = []
    for index in FIELDS:
        every, rest = _values(found, index)
        indices.append(
            {
                "index": index.value,
                "unit": DEFINITIONS[index].unit,
                "with_major_event_days": every.value,
                "without_major_event_days": rest.value,
                "reason_unknown": every.reason or rest.reason,
            }
        )
    return {
        "scope": part.label,
        "scope_id": next(iter(part.of.values()), None),
        "planned": asked.planned.value,
        "first_day": telling.iso(found.first_day),
        "last_day": telling.iso(found.last_day),
        "as_of": telling.iso(found.as_of),
        "is_partial": found.is_partial,
        "customers_served": found.customers_served,
        "customers_out_now": found.customers_out,
        "customer_interruptions": found.totals.customer_interruptions,
        "customer_minutes": found.totals.customer_minutes,
        "indices": indices,
        "major_event_days": [day.isoformat() for day in found.major_days],
        "thresholds_min": [
            {"year": each.year, "t_med_min": each.t_med_min, "reason": each.reason} for each in found.limits
        ],
    }


def _events(found: Report, part: Part, asked: ReliabilityInput, points: list[Point]) -> list[Event]:
    title = f"Reliability of {part.label}, {telling.days(found.first_day, found.last_day)}"
    rows = []
    for index in FIELDS:
        every, rest = _values(found, index)
        rows.append((index.value, every.value, rest.value, DEFINITIONS[index].unit))
    events: list[Event] = [
        telling.table(
            title,
            [
                telling.column("index", "Index"),
                telling.column("with_major_event_days", "All days", ColumnType.REAL),
                telling.column("without_major_event_days", "Without major event days", ColumnType.REAL),
                telling.column("unit", "Unit"),
            ],
            rows,
        )
    ]
    is_without = asked.with_major_events is False
    months: list[tuple[date, float | None]] = [
        (
            point.first_day,
            (point.found.without_major if is_without else point.found.with_major).saidi.value,
        )
        for point in points
    ]
    chart = telling.lines(
        f"SAIDI by month of {part.label}" + (", without major event days" if is_without else ""),
        months,
        by="month",
        value="saidi_min",
        unit="min per customer",
    )
    if chart is not None:
        events.append(chart)
    if part.asset is not None:
        events.append(Assets(assets=(part.asset.ref,)))
    return events


def _summary(found: Report, part: Part, asked: ReliabilityInput) -> str:
    kinds = {Planned.ALL: "", Planned.PLANNED: "planned ", Planned.UNPLANNED: "unplanned "}
    head = (
        f"Reliability of **{telling.plain(part.label)}** {telling.days(found.first_day, found.last_day)}, "
        f"by IEEE 1366, all {kinds[asked.planned]}interruptions:"
    )
    lines = [head, "", *_index_lines(found, asked), ""]
    totals = found.totals
    lines.append(
        f"Sustained: {telling.counted(totals.customer_interruptions, 'customer interruption')}, "
        f"{telling.number(totals.customer_minutes)} customer minutes, over "
        f"{telling.counted(found.customers_served, 'customer')} served as on record now."
    )
    lines += _major_lines(found)
    if found.customers_out:
        lines.append(
            f"{telling.counted(found.customers_out, 'customer')} of these interruptions "
            f"{'is' if found.customers_out == 1 else 'are'} still out; their minutes are counted up to then."
        )
    lines.append(f"The record goes to {telling.moment(found.as_of)}.")
    if found.is_partial and found.record_first_day is not None:
        lines.append(
            "Not all of the period is on record: the record begins on "
            f"{telling.day(found.record_first_day)}; only the time on record counts."
        )
    if part.asset is not None and part.asset.note:
        lines.append(part.asset.note)
    return "\n".join(lines)


def _index_lines(found: Report, asked: ReliabilityInput) -> list[str]:
    lines = []
    for index in (
        ReliabilityIndex.SAIDI,
        ReliabilityIndex.SAIFI,
        ReliabilityIndex.CAIDI,
        ReliabilityIndex.ASAI,
    ):
        every, rest = _values(found, index)
        match asked.with_major_events:
            case True:
                said = f"**{_told(index, every)}** (all days)"
            case False:
                said = f"**{_told(index, rest)}** without major event days"
            case _:
                said = f"**{_told(index, every)}**; without major event days {_told(index, rest)}"
        lines.append(f"- {index.value}: {said}")
    return lines


def _told(index: ReliabilityIndex, value: Index) -> str:
    if value.value is None:
        return f"not known ({telling.plain((value.reason or '').rstrip('.'))})"
    if index is ReliabilityIndex.ASAI:
        return f"{100.0 * value.value:.4f} %"
    return telling.number(value.value, DEFINITIONS[index].unit)


def _major_lines(found: Report) -> list[str]:
    if found.major_days:
        days = telling.listed([telling.day(each) for each in found.major_days])
        return [f"{telling.counted(len(found.major_days), 'major event day')} (2.5 beta): {days}."]
    reasons = [each for each in found.limits if each.t_med_min is None]
    if reasons:
        return []  # why they are not known stands beside the indices
    return ["No day of the period is a major event day (2.5 beta)."]


SPEC = ToolSpec(
    name="reliability",
    description="Indices of supply reliability by IEEE 1366 (SAIDI, SAIFI, CAIDI, ASAI, MAIFI) of a "
    "period, of the whole system, a zone, a substation or a circuit, with and without major event days. "
    "Not for single outages (outage_status), nor for causes or rankings (grid_analyst).",
    input=ReliabilityInput,
    permissions=("grid.view_outage",),
    run=run,
)
