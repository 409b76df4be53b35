"""The usual course of a load over the day, and how far the peaks of its parts coincide."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from flux_site.api.errors import BadInput
from grid.pipeline.load_profile import HourOfLoad, ProfileHour, load_profile
from grid.pipeline.measures import measure
from grid.pipeline.periods import hour_spans
from grid.selectors.ami_scope import Rows, asked, check_period, local_zone, visible_scope
from grid.selectors.usage_analytics import MOST_DAYS_OF_METERS_BY_HOUR
from grid.warehouse import queries
from grid.warehouse.queries import PeakMember, Scope

MOST_DAYS = 366
MOST_DAYS_OF_TRANSFORMER_PEAKS = 62
_HOUR_MINUTES = 60.0


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A course of the day, and how even the load is; None without any hour that counts."""

    hours: list[ProfileHour]
    mean_kw: float | None
    peak_kw: float | None
    peak_at: datetime | None
    load_factor_pct: float | None
    meter_count: int
    hour_count: int
    left_out_hours: int


@dataclass(frozen=True, kw_only=True)
class Coincidence:
    """The peak of a group against the peaks of its members; None without readings."""

    member_count: int
    member_peaks_kw: float | None
    group_peak_kw: float | None
    group_peak_at: datetime | None
    coincidence_factor: float | None


def profile(*, wanted: Scope, first_day: date, last_day: date, min_coverage_pct: float, user: Any) -> Profile:
    """Return the profile of meters' load over the local days ``first_day`` to ``last_day``.

    Hours that were metered to less than ``min_coverage_pct`` do not count: their load is not known.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    scope = visible_scope(wanted, user)
    if not 0.0 < min_coverage_pct <= 100.0:
        raise BadInput(
            f"minCoveragePct is {min_coverage_pct:g}; it must be above 0 and at most 100.",
            field="minCoveragePct",
        )
    most_days = MOST_DAYS_OF_METERS_BY_HOUR if scope.names_meters else MOST_DAYS
    check_period(first_day, last_day, most_days=most_days, what="a profile of these")
    spans = hour_spans(first_day, last_day, local_zone())
    sums = queries.usage_hours(scope=scope, since=spans[0].start, until=spans[-1].end)
    return asked(
        field="loadProfile",
        question={
            "scope": asdict(scope),
            "first": first_day,
            "last": last_day,
            "min_coverage_pct": min_coverage_pct,
        },
        queries={"meters": queries.meter_count(scope), "hours": sums},
        build=lambda rows: _profile(rows, len(spans), min_coverage_pct),
        encode=asdict,
        decode=lambda kept: Profile(**(kept | {"hours": [ProfileHour(**each) for each in kept["hours"]]})),
    )


def coincidence(
    *, wanted: Scope, members: PeakMember, first_day: date, last_day: date, user: Any
) -> Coincidence:
    """Return how far the hourly peaks of the members coincide over the local days given.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    scope = visible_scope(wanted, user)
    if members is PeakMember.METER and not scope.names_meters:
        raise BadInput(
            "Peaks of meters are given for named ones; name transformers or meters.", field="transformerIds"
        )
    if members is PeakMember.TRANSFORMER and (scope.meter_ids or scope.customer_classes):
        raise BadInput("The load of a transformer is that of all its meters, of any class.", field="members")
    if members is PeakMember.CIRCUIT and scope.names_meters:
        raise BadInput("Peaks of circuits are those of all their meters.", field="members")
    most_days = {
        PeakMember.METER: MOST_DAYS_OF_METERS_BY_HOUR,
        PeakMember.TRANSFORMER: MOST_DAYS_OF_TRANSFORMER_PEAKS,
        PeakMember.CIRCUIT: MOST_DAYS,
    }[members]
    check_period(first_day, last_day, most_days=most_days, what=f"coincidence of {members} peaks")
    spans = hour_spans(first_day, last_day, local_zone())
    query = queries.coincidence(scope=scope, members=members, since=spans[0].start, until=spans[-1].end)
    return asked(
        field="coincidence",
        question={"scope": asdict(scope), "members": members, "first": first_day, "last": last_day},
        queries={"peaks": query},
        build=lambda rows: _coincidence(rows["peaks"][0]),
        encode=asdict,
        decode=lambda kept: Coincidence(**kept),
    )


def _profile(rows: dict[str, Rows], hour_count: int, min_coverage_pct: float) -> Profile:
    meter_count = rows["meters"][0]["meter_count"]
    loads = []
    for row in rows["hours"]:
        found = measure([row], meter_count=meter_count, minutes=_HOUR_MINUTES)
        is_known = found.coverage_pct is not None and found.coverage_pct >= min_coverage_pct
        if is_known and found.usage_kwh is not None:
            loads.append(HourOfLoad(at=row["at"], kw=found.usage_kwh))  # kWh of one hour
    made = load_profile(loads, local_zone())
    return Profile(
        hours=list(made.hours),
        mean_kw=made.mean_kw,
        peak_kw=made.peak_kw,
        peak_at=made.peak_at and made.peak_at.replace(tzinfo=UTC),
        load_factor_pct=made.load_factor_pct,
        meter_count=meter_count,
        hour_count=len(loads),
        left_out_hours=hour_count - len(loads),
    )


def _coincidence(row: dict[str, Any]) -> Coincidence:
    of_members, of_group, at = row["member_peaks_kwh"], row["group_peak_kwh"], row["group_peak_at"]
    return Coincidence(
        member_count=row["member_count"],
        member_peaks_kw=of_members,  # kWh of one hour
        group_peak_kw=of_group,
        group_peak_at=at and at.replace(tzinfo=UTC),
        coincidence_factor=of_group / of_members if of_members and of_group is not None else None,
    )
