"""What happened in a cascade run: content, table, chart and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.backends.requests import ToolOutcome
from agent.events import ColumnType, Event
from agent.tools import telling
from agent.tools.pointing import named, pointed_at
from cascade.engine.explanation.wording import CAUSES, ENDINGS
from cascade.engine.result import Termination
from cascade.engine.trip import TripCause
from cascade.selectors import run_reports
from cascade.selectors.trips import trip_names
from flux_site.jobs.models import Job, JobStatus
from grid.selectors.network import name_assets

LOCATION = "/cascade?run={run_id}"
"""Where the map page shows a run."""

MOST_FIRST = 3


def run_outcome(
    run: Any,
    user: Any,
    *,
    statements: Sequence[Mapping[str, Any]] = (),
    more: Sequence[str] = (),
    first_ids: Sequence[str] | None = None,
) -> ToolOutcome:
    """Return a finished run as an answer.

    Args:
        run: the run.
        user: who asks: assets are pointed at that this user may see.
        statements: sentences of its explanation.
        more: further sentences.
        first_ids: what failed first; what is on record if None.
    """
    waves = run_reports.waves_of(run)
    trips = run_reports.first_trips(run, first=MOST_FIRST)
    names = trip_names(run) | {each.asset_id: each.name for each in name_assets(list(run.outages))}
    ids = [*(run.outages if first_ids is None else first_ids), *(trip.branch_id for trip in trips)]
    return ToolOutcome(
        content={
            "run_id": str(run.pk),
            "name": run.name,
            "status": run.job.status,
            "created_at": telling.iso(run.created_at),
            "interconnect": run.interconnect,
            "first_failures": list(run.outages),
            "distribution_elements_failed": run.element_count,
            "load_factor": run.load_multiplier,
            "total_load_mw": run.total_load_mw,
            "lost_mw": run.total_shed_mw,
            "lost_at_once_mw": run.initial_shed_mw,
            "customers_out": run.customers_out,
            "tripped_count": run.tripped_count,
            "wave_count": run.wave_count,
            "ended": run.termination_reason or None,
            "first_trips": [
                {
                    "branch_id": trip.branch_id,
                    "name": names.get(trip.branch_id),
                    "cause": trip.cause,
                    "flow_mw": trip.flow_mw,
                    "rating_mva": trip.rating_mva,
                    "loading_pct": trip.loading_pct,
                    "after_loss_of": trip.parent_id or None,
                }
                for trip in trips
            ],
            "statements": [dict(each) for each in statements],
            "address": LOCATION.format(run_id=run.pk),
        },
        events=(*_events(run, waves), *pointed_at(ids, named(ids, user))),
        summary=_summary(run, waves, trips, names, statements, more),
    )


def run_words(run: Any) -> str:
    """Return a run in one line."""
    name = telling.plain(run.name)
    link = f"[run {run.pk}]({LOCATION.format(run_id=run.pk)})"
    when = telling.moment(run.created_at)
    if run.job.status != JobStatus.SUCCEEDED:
        return f"**{name}**, {link}: {run.job.status.lower()}, started {when}"
    return (
        f"**{name}**, {link}: {telling.number(run.total_shed_mw, 'MW')} lost, "
        f"{telling.counted(run.tripped_count or 0, 'branch')} tripped, {when}"
    )


def job_words(run: Any, job: Job) -> str:
    """Return what a run without a result is doing."""
    link = f"[run {run.pk}]({LOCATION.format(run_id=run.pk)})"
    name = telling.plain(run.name)
    match job.status:
        case JobStatus.FAILED:
            return (
                f"**{name}** ({link}) failed: {telling.plain(job.error_message or 'no reason is on record')}"
            )
        case JobStatus.CANCELLED:
            return f"**{name}** ({link}) was cancelled."
        case JobStatus.QUEUED:
            return f"**{name}** ({link}) waits for a worker. It goes on by itself; look there for its result."
        case _:
            step = f", {telling.plain(job.step)}" if job.step else ""
            return (
                f"**{name}** ({link}) is still computed "
                f"({telling.number(round(100.0 * job.progress_frac), '%')}"
                f"{step}). It goes on by itself; look there for its result."
            )


def _events(run: Any, waves: Sequence[Any]) -> list[Event]:
    columns = [
        telling.column("number", "Wave", ColumnType.INTEGER),
        telling.column("tripped_count", "Branches tripped", ColumnType.INTEGER),
        telling.column("shed_mw", "Load lost in it", ColumnType.REAL, "MW"),
        telling.column("cumulative_shed_mw", "Load lost so far", ColumnType.REAL, "MW"),
        telling.column("customers_out", "Customers out for certain", ColumnType.INTEGER),
        telling.column("customers_expected", "Customers out as expected", ColumnType.REAL),
    ]
    rows = [[getattr(wave, column.name) for column in columns] for wave in waves]
    events: list[Event] = [telling.table(f"Waves of {run.name}", columns, rows)]
    chart = telling.lines(
        f"Load lost, wave by wave, in {run.name}",
        [(wave.number, wave.cumulative_shed_mw) for wave in waves],
        by="wave",
        value="load_lost_mw",
        unit="MW",
    )
    return [*events, chart] if chart is not None else events


def _summary(
    run: Any,
    waves: Sequence[Any],
    trips: Sequence[Any],
    names: Mapping[str, str],
    statements: Sequence[Mapping[str, Any]],
    more: Sequence[str],
) -> str:
    name = telling.plain(run.name)
    of_load = ""
    if run.total_load_mw:
        of_load = f" of {telling.number(run.total_load_mw, 'MW')}"
    computed = (
        f"**{name}** ([run {run.pk}]({LOCATION.format(run_id=run.pk)})), computed "
        f"{telling.moment(run.job.finished_at)} with loads times {telling.number(run.load_multiplier)}: "
        f"**{telling.number(run.total_shed_mw, 'MW')}** lost{of_load}, {_customers(run, waves)}."
    )
    lines = [
        computed,
        _course(run),
    ]
    if statements:
        lines += ["", *(telling.plain(each["text"]) for each in statements)]
    else:
        first = [_name(asset_id, names) for asset_id in run.outages]
        if run.element_count:
            first.append(telling.counted(run.element_count, "element") + " of the distribution network")
        lines += ["", f"First failed: {telling.listed(first)}."] if first else []
        lines += [_trip_words(trip, names) for trip in trips]
    lines += ["", *more] if more else []
    return "\n".join(lines)


def _customers(run: Any, waves: Sequence[Any]) -> str:
    if run.customers_out is None:
        return "customers not known, as none are on record there"
    last = waves[-1].customers_expected if waves else None
    told = f"**{telling.counted(run.customers_out, 'customer')}** without supply for certain"
    if last is not None and round(last) != run.customers_out:
        told += f", {telling.number(round(last))} as expected"
    return told


def _course(run: Any) -> str:
    if not run.tripped_count:
        at_once = "Nothing tripped after the first failures."
        return f"{at_once} {_ending(run)}".rstrip()
    return (
        f"{telling.counted(run.tripped_count, 'branch')} tripped in "
        f"{telling.counted(run.wave_count or 0, 'wave')}; {telling.number(run.initial_shed_mw, 'MW')} were "
        f"lost at once, before any trip. {_ending(run)}"
    ).rstrip()


def _ending(run: Any) -> str:
    known = {each.value: text for each, text in ENDINGS.items()}
    return known.get(run.termination_reason, "") if run.termination_reason in set(Termination) else ""


def _trip_words(trip: Any, names: Mapping[str, str]) -> str:
    cause = CAUSES[TripCause(trip.cause)] if trip.cause in set(TripCause) else trip.cause.lower()
    after = f", after the loss of {_name(trip.parent_id, names)}" if trip.parent_id else ""
    return (
        f"First tripped: {_name(trip.branch_id, names)}, {cause}: "
        f"{telling.number(abs(trip.flow_mw), 'MW')} over a "
        f"rating of {telling.number(trip.rating_mva, 'MVA')} ({telling.pct(trip.loading_pct)}){after}."
    )


def _name(asset_id: str, names: Mapping[str, str]) -> str:
    return telling.plain(f"{names[asset_id]} ({asset_id})" if asset_id in names else asset_id)
