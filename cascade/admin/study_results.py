"""What a decision study found, as tables and bars for the admin; all of it is in the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cascade.admin.staging import staging_tables
from cascade.engine.decisions.kinds import StudyKind
from flux_site.admin.display import UNKNOWN, data_table, facts_table, number

MAX_ROWS = 100
Result = Mapping[str, Any]


def result_shown(kind: str, result: Result | None) -> SafeString | str:
    """Return the result of a study of a kind for its page; a dash for none."""
    if result is None:
        return UNKNOWN
    return format_html_join("", "{}", ((part,) for part in _PARTS[StudyKind(kind)](result)))


def _explanation(result: Result) -> Iterable[SafeString | str]:
    statements = result["statements"]
    for topic in dict.fromkeys(each["topic"] for each in statements):
        texts = format_html_join(
            "", "<li>{}</li>", ((each["text"],) for each in statements if each["topic"] == topic)
        )
        yield format_html("<h3>{}</h3><ul>{}</ul>", topic.replace("_", " ").capitalize(), texts)


def _restoration(result: Result) -> Iterable[SafeString | str]:
    hours = "MWh" if result["unit"] == "MW" else "customer-hours"
    yield facts_table(
        {
            "load_lost": number(result["lost_mw"], "MW"),
            "repair_jobs": number(result["counts"]["jobs"]),
            "whole_plan_done_after": number(result["makespan_h"], "h"),
            "lost_until_restored": number(result["weighted_hours"], hours),
            "least_that_any_plan_could_lose": number(result["lower_bound_hours"], hours),
            "gap_to_that_bound": _share(result["gap_frac"]),
            "travel_counted": result["has_travel"],
            "switching_restores": number(result["switching"]["restored_customers"], "customers"),
            "without_a_job": number(result["unattributed_mw"], "MW"),
        }
    )
    yield _heading("Milestones")
    yield data_table(
        ("Restored", "Planned, h", "P50, h", "P80, h"),
        (
            (
                _share(each["share_frac"]),
                number(each["planned_h"]),
                number(each["p50_h"]),
                number(each["p80_h"]),
            )
            for each in result["milestones"]
        ),
    )
    steps = result["steps"]
    yield _heading("Schedule", shown=len(steps))
    yield data_table(
        ("Job", "Crew", "Starts, h", "Done, h", "P50, h", "P80, h", "Restores", ""),
        (_step(each, result["makespan_h"]) for each in steps[:MAX_ROWS]),
    )


def _step(step: Result, makespan_h: float) -> tuple[Any, ...]:
    left = 100 * step["starts_h"] / makespan_h if makespan_h else 0
    width = max(0.5, 100 * (step["finished_h"] - step["starts_h"]) / makespan_h) if makespan_h else 0
    bar = format_html(
        '<span class="flux-gantt"><span style="left:{}%;width:{}%"></span></span>',
        f"{left:.2f}",
        f"{min(width, 100 - left):.2f}",
    )
    restores = number(step["restores_mw"], "MW")
    if step["customers"]:
        restores += f", {number(step['customers'])} customers"
    return (
        step["name"] or step["asset_id"],
        step["crew"],
        number(step["starts_h"]),
        number(step["finished_h"]),
        number(step["p50_h"]),
        number(step["p80_h"]),
        restores,
        bar,
    )


def _mitigation(result: Result) -> Iterable[SafeString | str]:
    yield facts_table(
        {
            "load_lost_without": number(result["lost_mw"], "MW"),
            "customers_out_without": number(result["customers_out"], digits=0),
            "share_of_loss_on_record_with_customers": _share(result["coverage_frac"]),
            "overloaded_at_first": number(len(result["overloaded"]), "branches"),
        }
    )
    yield _heading("Actions, each simulated again", shown=len(result["actions"]))
    yield data_table(
        ("Action", "On", "Sheds, MW", "Moves, MW", "Saves, MW", "Customers", "$", "Stops it", "Chance"),
        (_action(each) for each in result["actions"][:MAX_ROWS]),
    )
    yield _heading("Choke points", shown=len(result["choke_points"]))
    yield data_table(
        ("Branch", "Trips in wave", "Saves if it held, MW", "Trips avoided"),
        (
            (
                each["name"] or each["branch_id"],
                each["wave"],
                number(each["saved_mw"]),
                number(each["trips_avoided"]),
            )
            for each in result["choke_points"][:MAX_ROWS]
        ),
    )


def _action(action: Result) -> tuple[Any, ...]:
    chance = action["containment"]
    named = [
        name or target for name, target in zip(action["names"], action["targets"], strict=False)
    ] or list(action["targets"])
    return (
        action["kind"].replace("_", " ").capitalize(),
        _listed(named),
        number(action["shed_mw"]),
        number(action["moved_mw"]),
        number(action["saved_mw"]),
        number(action["customers_saved"], digits=0),
        number(action["saved_usd"], digits=0),
        "yes" if action["is_contained"] else f"no, {action['tripped_count']} trip",
        UNKNOWN
        if chance is None
        else f"{_share(chance['probability'])} ± {_share(chance['standard_error'])}",
    )


def _investment(result: Result) -> Iterable[SafeString | str]:
    portfolio = result["portfolio"]
    yield facts_table(
        {
            "best_set": ", ".join(portfolio["measure_ids"]) or "none",
            "cost": number(portfolio["cost_usd"], "$", 0),
            "saves_a_year": _range(portfolio["annual_usd"], "$"),
            "worth_today": _range(portfolio["benefit_usd"], "$"),
            "sum_of_each_alone": number(portfolio["sum_of_benefits_usd"], "$", 0),
        }
    )
    yield _heading("Measures", shown=len(result["measures"]))
    yield data_table(
        (
            "Measure",
            "Kind",
            "Asset",
            "Costs, $",
            "Saves a year, $",
            "Worth today, $",
            "Payback, years",
            "Chosen",
        ),
        (
            (
                each["id"],
                each["kind"].replace("_", " ").capitalize(),
                each["asset_id"],
                number(each["cost_usd"], digits=0),
                _range(each["annual_usd"]),
                _range(each["benefit_usd"]),
                _range(each["payback_years"], digits=1),
                ", ".join(each["chosen_at"]) or "no",
            )
            for each in result["measures"][:MAX_ROWS]
        ),
    )


def _heading(text: str, shown: int = 0) -> SafeString:
    rest = f" (the first {MAX_ROWS} of {shown:,})" if shown > MAX_ROWS else ""
    return format_html("<h3>{}{}</h3>", text, rest)


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _share(frac: float | None) -> str:
    return UNKNOWN if frac is None else number(100 * frac, "%")


def _range(found: Mapping[str, Any], unit: str = "", digits: int = 0) -> str:
    if found["mid"] is None:
        return UNKNOWN
    low, high = number(found["low"], digits=digits), number(found["high"], digits=digits)
    return f"{number(found['mid'], unit, digits)} ({low} to {high})"


_PARTS: dict[StudyKind, Callable[[Result], Iterable[SafeString | str]]] = {
    StudyKind.EXPLANATION: _explanation,
    StudyKind.RESTORATION: _restoration,
    StudyKind.MITIGATION: _mitigation,
    StudyKind.INVESTMENT: _investment,
    StudyKind.STAGING: lambda result: (staging_tables(dict(result)),),
}
