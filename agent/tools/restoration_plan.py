"""The tool ``restoration_plan``: a plan on record, who repairs what in which order, and when power is "
"back."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agent.backends.requests import ToolOutcome
from agent.events import ColumnType, Event
from agent.tools import telling
from agent.tools.pointing import named, pointed_at
from agent.tools.spec import Caller, Input, ToolSpec
from cascade.engine.decisions.kinds import StudyKind
from cascade.selectors import run_reports
from cascade.services.decisions.economics import Economics, economics
from flux_site.api.errors import FluxError

MOST_STEPS = 100
"""Steps of a plan that a table shows; the plan's page has all."""
TOLD_STEPS = 5
LEAST_MW = 0.05
UNITS = {"CUSTOMERS": "customer-hours", "MW": "MWh"}
NO_PLAN = "There is no restoration plan that you may see. A planner starts one from a finished cascade run."


class RestorationPlanInput(Input):
    """Which plan."""

    run_id: str | None = Field(
        default=None, pattern=r"^\d{1,18}$", description="The newest plan of this cascade run."
    )
    study_id: str | None = Field(
        default=None,
        pattern=r"^\d{1,18}$",
        description="This plan. Without both, the newest plan of the run before the user, else of any.",
    )


def run(caller: Caller, asked: RestorationPlanInput) -> ToolOutcome:
    """Return a plan.

    Raises:
        NotFound: naming the field.
    """
    study = _study(caller, asked)
    if study is None:
        which = NO_PLAN
        if asked.run_id is not None:
            which = f"There is no restoration plan of run {asked.run_id} that you may see."
        return ToolOutcome(content={"study_id": None, "reason_unknown": which}, summary=which)
    if study.result is None:
        return _unfinished(study)
    plan = study.result
    costs, why_not = _costs(study, caller.user)
    known = named([step["asset_id"] for step in plan["steps"][:MOST_STEPS]], caller.user)
    return ToolOutcome(
        content=_content(study, plan, costs, why_not),
        events=(*_events(study, plan), *pointed_at([step["asset_id"] for step in plan["steps"]], known)),
        summary=_summary(study, plan, costs, why_not),
    )


def _study(caller: Caller, asked: RestorationPlanInput) -> Any:
    kind, user = StudyKind.RESTORATION, caller.user
    if asked.study_id is not None:
        return run_reports.find_study(int(asked.study_id), kind, user)
    if asked.run_id is not None:
        run_reports.find_run(int(asked.run_id), user)
        return run_reports.newest_study(kind, user=user, run_id=int(asked.run_id))
    shown = caller.context.run_id
    of_shown = None
    if shown is not None and shown.isdigit():
        of_shown = run_reports.newest_study(kind, user=user, run_id=int(shown))
    return of_shown or run_reports.newest_study(kind, user=user)


def _unfinished(study: Any) -> ToolOutcome:
    job = study.job
    told = {"study_id": str(study.pk), "status": job.status, "error": job.error_message or None}
    if job.is_finished:
        reason = telling.plain(job.error_message or f"its job is {job.status.lower()}")
        text = f"The restoration plan “{telling.plain(study.name)}” ({study.pk}) has no result: {reason}"
    else:
        share = telling.number(round(100.0 * job.progress_frac), "%")
        text = (
            f"The restoration plan “{telling.plain(study.name)}” ({study.pk}) is not ready yet: {share} done."
        )
    return ToolOutcome(content=told, summary=text)


def _costs(study: Any, user: Any) -> tuple[Economics | None, str]:
    """Return what the run costs when it is restored by a plan, or why that is not known."""
    if study.run is None:
        return None, "the plan's run is gone"
    if not user.has_perm("cascade.view_cascaderun"):
        return None, "seeing costs needs the permission cascade.view_cascaderun"
    try:
        return economics(run=study.run, durations=None, study=study), ""
    except FluxError as error:
        return None, error.message


def _content(study: Any, plan: dict[str, Any], costs: Economics | None, why_not: str) -> dict[str, Any]:
    same = (
        "unit",
        "lost_mw",
        "unattributed_mw",
        "coverage_frac",
        "has_travel",
        "is_verified",
        "weighted_hours",
        "lower_bound_hours",
        "gap_frac",
        "makespan_h",
        "milestones",
    )
    shown = ("sequence", "asset_id", "name", "kind", "crew", "starts_h", "energised_h", "p50_h", "p80_h")
    low, mid, high = plan["crew_hours"]
    return {
        "study_id": str(study.pk),
        "run_id": None if study.run_id is None else str(study.run_id),
        "name": study.name,
        "created_at": telling.iso(study.created_at),
        "crews": study.inputs["crews"],
        **{name: plan[name] for name in same},
        "crew_hours": {"p20": low, "p50": mid, "p80": high},
        "step_count": len(plan["steps"]),
        "steps": [
            {
                **{name: step[name] for name in shown},
                "restores_mw": step["restores_mw"],
                "customers": step["customers"],
            }
            for step in plan["steps"][:MOST_STEPS]
        ],
        "switching_done_h": (plan.get("switching") or {}).get("done_h"),
        "costs_usd": None if costs is None else _ledgers(costs),
        "reason_costs_unknown": why_not or None,
    }


def _ledgers(costs: Economics) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: {
            "low": ledger.usd.low,
            "mid": ledger.usd.mid,
            "high": ledger.usd.high,
            "reasons": list(ledger.usd.reasons),
        }
        for name, ledger in (("customers", costs.customer), ("utility", costs.utility))
    }
    unserved = costs.unserved_mwh
    found["unserved_mwh"] = {"low": unserved.low, "mid": unserved.mid, "high": unserved.high}
    return found


def _events(study: Any, plan: dict[str, Any]) -> list[Event]:
    columns = [
        telling.column("sequence", "Order", ColumnType.INTEGER),
        telling.column("asset_id", "Asset"),
        telling.column("name", "Name"),
        telling.column("kind", "Repair"),
        telling.column("crew", "Crew", ColumnType.INTEGER),
        telling.column("starts_h", "Begins", ColumnType.REAL, "h"),
        telling.column("energised_h", "Energised as planned", ColumnType.REAL, "h"),
        telling.column("p50_h", "P50", ColumnType.REAL, "h"),
        telling.column("p80_h", "P80", ColumnType.REAL, "h"),
        telling.column("restores_mw", "Load it brings back", ColumnType.REAL, "MW"),
        telling.column("customers", "Customers it brings back", ColumnType.REAL),
    ]
    steps = plan["steps"][:MOST_STEPS]
    shares = [
        telling.column("share_frac", "Share that is back", ColumnType.REAL, "0..1"),
        telling.column("planned_h", "As planned", ColumnType.REAL, "h"),
        telling.column("p50_h", "P50", ColumnType.REAL, "h"),
        telling.column("p80_h", "P80", ColumnType.REAL, "h"),
    ]
    events: list[Event] = [
        telling.table(
            f"Repairs in the order of the plan {study.name}",
            columns,
            [[step[column.name] for column in columns] for step in steps],
            is_truncated=len(plan["steps"]) > len(steps),
            row_count=len(plan["steps"]),
        ),
        telling.table(
            f"When shares of what was lost are back, plan {study.name}",
            shares,
            [[each[column.name] for column in shares] for each in plan["milestones"]],
        ),
    ]
    chart = telling.lines(
        "Share of what was lost that is back (P50)",
        [
            (each["p50_h"], 100.0 * each["share_frac"])
            for each in plan["milestones"]
            if each["p50_h"] is not None
        ],
        by="hours_after_the_start",
        value="share_back",
        unit="%",
    )
    return [*events, chart] if chart is not None else events


def _summary(study: Any, plan: dict[str, Any], costs: Economics | None, why_not: str) -> str:
    steps = plan["steps"]
    head = (
        f"Restoration plan **{telling.plain(study.name)}** (study {study.pk}, made "
        f"{telling.moment(study.created_at)}): {telling.counted(len(steps), 'repair')} by "
        f"{telling.counted(study.inputs['crews'], 'crew')}, {telling.number(plan['lost_mw'], 'MW')} to "
        "bring back."
    )
    if not steps:
        return f"{head}\nThere is nothing to repair."
    lines = [head, "", *_milestone_words(plan), "", "Order of the repairs:", ""]
    lines += [f"{step['sequence']}. {_step_words(step)}" for step in steps[:TOLD_STEPS]]
    if len(steps) > TOLD_STEPS:
        lines.append(f"\n{telling.counted(len(steps) - TOLD_STEPS, 'more repair')} in the table.")
    low, mid, high = plan["crew_hours"]
    unit = UNITS.get(plan["unit"], plan["unit"])
    hours = (
        f"Without supply in all, as planned: {telling.number(plan['weighted_hours'], unit)}; no plan of as "
        "many "
        f"crews goes below {telling.number(plan['lower_bound_hours'], unit)}. Hours of crews: "
        f"{telling.number(mid, 'h')} (P50; P20 {telling.number(low, 'h')}, P80 {telling.number(high, 'h')})."
    )
    lines += [
        "",
        hours,
        _cost_words(costs, why_not),
        *_caution(plan),
    ]
    return "\n".join(lines)


def _milestone_words(plan: dict[str, Any]) -> list[str]:
    told = []
    for each in plan["milestones"]:
        if each["p50_h"] is None:
            continue
        told.append(
            f"- {telling.number(100.0 * each['share_frac'], '%')} back after "
            f"**{telling.number(each['p50_h'], 'h')}** "
            f"(P50), {telling.number(each['p80_h'], 'h')} (P80)"
        )
    return told or ["When shares of it are back is not known."]


def _step_words(step: dict[str, Any]) -> str:
    name = step["asset_id"] if not step["name"] else f"{step['name']} ({step['asset_id']})"
    kind = str(step["kind"]).replace("_", " ").lower()
    brings = []
    if step["customers"]:
        brings.append(f"{telling.number(round(step['customers']))} customers")
    if step["restores_mw"] is not None and step["restores_mw"] >= LEAST_MW:
        brings.append(telling.number(step["restores_mw"], "MW"))
    back = f", brings back {' and '.join(brings)}" if brings else ""
    return (
        f"{telling.plain(name)}, {kind}, crew {step['crew']}: energised after "
        f"{telling.number(step['p50_h'], 'h')} "
        f"(P50), {telling.number(step['p80_h'], 'h')} (P80){back}"
    )


def _cost_words(costs: Economics | None, why_not: str) -> str:
    if costs is None:
        return f"What the outage costs is not known: {telling.plain(why_not).rstrip('.')}."
    lines = []
    for who, usd in (("customers", costs.customer.usd), ("the utility", costs.utility.usd)):
        why = f" ({telling.plain('; '.join(usd.reasons))})" if usd.reasons else ""
        if usd.mid is None:
            floor = f", at least {_dollars(usd.low)}" if usd.low is not None else ""
            lines.append(f"Cost to {who}: not known{floor}{why}.")
            continue
        lines.append(
            f"Cost to {who} with this plan: **{_dollars(usd.mid)}**, between {_dollars(usd.low)} and "
            f"{_dollars(usd.high)}{why}."
        )
    return "\n".join(lines)


def _dollars(value: float | None) -> str:
    return telling.UNKNOWN if value is None else f"${value:,.0f}"


def _caution(plan: dict[str, Any]) -> list[str]:
    notes = []
    if plan["unattributed_mw"] > LEAST_MW:
        notes.append(f"{telling.number(plan['unattributed_mw'], 'MW')} are brought back by no single repair.")
    if not plan["has_travel"]:
        notes.append("Travel is not counted.")
    if not plan["is_verified"]:
        notes.append("The steps were not checked on the network.")
    if any(step["would_trip"] for step in plan["steps"]):
        first = next(step for step in plan["steps"] if step["would_trip"])
        notes.append(
            f"After step {first['sequence']} {telling.counted(first['would_trip'], 'branch')} "
            "would be overloaded: redispatch first."
        )
    return [" ".join(notes)] if notes else []


SPEC = ToolSpec(
    name="restoration_plan",
    description="A restoration plan on record, of a cascade run: order of repairs, crews, when shares are "
    "back (P50, P80), dollars. It explains plans and makes none.",
    input=RestorationPlanInput,
    permissions=("cascade.view_decisionstudy",),
    run=run,
)
