"""Where crews wait, as tables of the admin."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from flux_site.admin.display import UNKNOWN, data_table, number

WORDS = {
    "RANGE_TOUCHES_ZERO": "One crew more may save nothing.",
    "COSTS_MORE_THAN_IT_SAVES": "One crew more costs more than it saves.",
    "MOST_CREWS": "As many crews as were allowed; one more might pay.",
    "NOTHING_TO_REPAIR": "There is nothing to repair.",
}


def staging_tables(result: dict[str, Any]) -> SafeString:
    """Return the recommended crews by place, and the plans by number of crews."""
    plans = result["plans"]
    best = next((plan for plan in plans if plan["crews"] == result["recommended_crews"]), None)
    unit = "customer-hours" if result["unit"] == "CUSTOMERS" else "MWh"
    stages = data_table(
        ("Place", "Kind of place", "Longitude", "Latitude", "Crews", "Equipped for", "At home there"),
        (
            (
                stage["name"] or stage["place_id"] or UNKNOWN,
                stage["kind"].replace("_", " ").capitalize(),
                number(stage["longitude"], digits=4),
                number(stage["latitude"], digits=4),
                stage["crews"],
                (stage["crew_kind"] or "every repair").capitalize(),
                number(stage["crews_on_record"]),
            )
            for stage in (best["stages"] if best else ())
        ),
    )
    numbers = data_table(
        (
            "Crews", "Places", f"Plan, {unit}", "P50", "P80", "Last crew saves, P20", "P50", "P80",
            "Saves customers, P50", "Costs",
        ),
        (_row(plan) for plan in plans),
    )  # fmt: skip
    told = WORDS[result["stopped_by"]]
    if best is None:
        return format_html("<p>{}</p>", told)
    return format_html(
        "<p>{} crews at {} places. {}</p>{}<br>{}", best["crews"], best["place_count"], told, stages, numbers
    )


def _row(plan: dict[str, Any]) -> tuple[Any, ...]:
    saved = plan["saved_hours"] or (None, None, None)
    usd = [(plan[name] or {}).get("mid") for name in ("saved_damage_usd", "saved_voll_usd")]
    by_damage = usd[0] is not None
    of_method = "by damage functions" if by_damage else "by value of lost load"
    saves = usd[0] if by_damage else usd[1]
    return (
        plan["crews"],
        plan["place_count"],
        number(plan["weighted_hours"]),
        *(number(hours) for hours in plan["drawn_hours"][1:]),
        *(number(hours) for hours in saved),
        UNKNOWN if saves is None else f"${number(saves, digits=0)} {of_method}",
        UNKNOWN if plan["crew_usd"] is None else f"${number(plan['crew_usd'], digits=0)}",
    )
