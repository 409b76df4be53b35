"""What is known of an asset, in sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from agent.tools.outage_sentences import outage_line
from agent.tools.resolving import Found
from agent.tools.wording import (
    UNKNOWN,
    bullets,
    counted,
    day,
    listed,
    lower,
    moment,
    number,
    percent,
    place,
    plain,
)
from grid.selectors.asset_facts import AssetFacts

_COUNTED = {
    "circuits": "circuit",
    "transformers": "transformer",
    "meters": "meter",
    "active_customers": "active customer",
    "buses": "bus",
    "generating_units": "generating unit",
    "branches": "branch",
    "line_sections": "line section",
    "switches": "switch",
    "poles": "pole",
}
_EVIDENCE = 2


def asset_sentences(found: Found, facts: AssetFacts) -> str:
    """Return all that is known of an asset, as Markdown."""
    named = plain(found.label)
    name = f"**{named}**" if found.asset_id in found.label else f"**{named}** ({plain(found.asset_id)})"
    on = f", {plain(found.parent)}" if found.parent and found.parent not in found.label else ""
    zone = f", zone {plain(found.zone)}" if found.zone else ""
    lines = [
        *_RECORD[facts.kind](facts.values),
        *_people(facts),
        _counts(facts),
        *_load(facts),
        _voltage(facts),
        _rating(facts),
        _health(facts),
        *_supply(facts),
        _work(facts),
        f"Place: {place(found.lat, found.lon)}.",
    ]
    note = f"{found.note}\n\n" if found.note else ""
    return f"{note}{name}: {found.noun}{on}{zone}.\n\n{bullets(lines)}"


def _substation(of: dict[str, Any]) -> list[str]:
    top, low = of["max_kv"], of["min_kv"]
    kv = number(top, "kV") if low is None or low == top else f"{number(top)}/{number(low, 'kV')}"
    built = of["commissioned_date"]
    return [
        f"{lower(of['status']).capitalize()}, {kv}, interconnection {plain(of['interconnect'])}"
        + (f", commissioned {day(built)}." if built else ", date of commissioning not known."),
        (
            f"Transformer capacity: {number(of['capacity_mva'], 'MVA')}. Planning base case: demand "
            f"{number(of['load_mw'], 'MW')}, generation capacity "
            f"{number(of['generation_capacity_mw'], 'MW')}."
        ),
    ]


def _circuit(of: dict[str, Any]) -> list[str]:
    return [
        (
            f"{lower(of['status']).capitalize()}, {number(of['voltage_kv'], 'kV')}, "
            f"{number(of['length_km'], 'km')} of line."
        ),
        (
            f"Backbone: {plain(of['conductor_type'])}, rated {number(of['rated_a'], 'A')}, "
            f"{number(of['rated_mva'], 'MVA')}. Peak at its head over the readings on record: "
            f"{number(of['peak_load_mw'], 'MW')}."
        ),
    ]


def _transformer(of: dict[str, Any]) -> list[str]:
    stands = f", on pole {plain(of['pole_id'])}" if of["pole_id"] else ""
    year = of["install_year"]
    return [
        (
            f"Rated {number(of['rated_kva'], 'kVA')}, {_phases(of)}, {number(of['primary_kv'], 'kV')} to "
            f"{number(of['secondary_kv'], 'kV')}, installed {year if year is not None else UNKNOWN}."
        ),
        f"Fed from line section {plain(of['line_id'])}{stands}.",
        (
            f"Peak on record: {number(of['peak_load_kva'], 'kVA')}, {percent(of['peak_loading_pct'])} of its "
            "rating."
        ),
    ]


def _switch(of: dict[str, Any]) -> list[str]:
    position = "open" if of["is_normally_open"] else "closed"
    ties = f" Ties to circuit {plain(of['other_circuit_id'])}." if of["other_circuit_id"] else ""
    return [
        (
            f"{lower(of['kind']).capitalize()}, normally {position}, rated {number(of['rated_a'], 'A')}, "
            f"on line section {plain(of['line_id']) if of['line_id'] else UNKNOWN}.{ties}"
        )
    ]


def _line(of: dict[str, Any]) -> list[str]:
    laid = "underground" if of["is_underground"] else "overhead"
    fed = f"fed from {plain(of['parent_line'])}" if of["parent_line"] else "the first of its circuit"
    return [
        (
            f"{lower(of['line_class']).capitalize()}, {laid}, {number(of['length_m'], 'm')}, {_phases(of)}, "
            f"{fed}."
        ),
        f"Conductor {plain(of['conductor_type'])}, rated {number(of['rated_a'], 'A')}.",
    ]


def _pole(of: dict[str, Any]) -> list[str]:
    year = of["install_year"]
    return [
        (
            f"{lower(of['material']).capitalize()}, height {number(of['height_m'], 'm')}, class "
            f"{plain(of['pole_class']) if of['pole_class'] else UNKNOWN}, installed "
            f"{year if year is not None else UNKNOWN}; carries line section "
            f"{plain(of['line_id']) if of['line_id'] else UNKNOWN}."
        )
    ]


def _meter(of: dict[str, Any]) -> list[str]:
    return [
        (
            f"{lower(of['status']).capitalize()}, {lower(of['customer_class'])}, {_phases(of)}, installed "
            f"{day(of['install_date'])}."
        ),
        f"Circuit {plain(of['circuit_id'])}, substation {plain(of['substation_id'])}.",
    ]


def _customer(of: dict[str, Any]) -> list[str]:
    critical = of["critical_kind"]
    town = listed(plain(of[name]) for name in ("city", "state", "zip_code") if of[name])
    return [
        f"Account {lower(of['account_status'])}, {lower(of['customer_class'])}"
        + (f", critical: {lower(critical)}." if critical else ", not critical."),
        f"Town: {town or UNKNOWN}.",
    ]


def _branch(of: dict[str, Any]) -> list[str]:
    kind = {"LINE": "Transmission line", "TRANSFORMER": "Transformer", "WINDING": "Transformer winding"}
    rating = "unlimited in the source" if of["rating_mva"] is None else number(of["rating_mva"], "MVA")
    raised = " The rating was raised: the base case overloads it." if of["is_rating_adjusted"] else ""
    loaded = (
        f", {percent(of['base_loading_pct'])} of its rating" if of["base_loading_pct"] is not None else ""
    )
    length = "" if of["length_km"] is None else f", {number(of['length_km'], 'km')}"
    return [
        (
            f"{kind.get(of['kind'], lower(of['kind']))}, {number(of['base_kv'], 'kV')}{length}, "
            f"{'in service' if of['in_service'] else 'out of service'}."
        ),
        (
            f"Rating: {rating}.{raised} Flow in the planning base case: "
            f"{number(of['base_flow_mw'], 'MW')}{loaded}."
        ),
    ]


def _bus(of: dict[str, Any]) -> list[str]:
    return [
        (
            f"Bus number {of['number']} of the source case, {number(of['base_kv'], 'kV')}. Planning base "
            f"case: demand {number(of['load_mw'], 'MW')}, {number(of['load_mvar'], 'Mvar')}."
        )
    ]


def _plant(of: dict[str, Any]) -> list[str]:
    return [
        (
            f"Fuel {plain(of['fuel_type'])}, {number(of['p_min_mw'])} to {number(of['p_max_mw'], 'MW')}, "
            f"{'in service' if of['in_service'] else 'out of service'}; planning base case "
            f"{number(of['p_mw'], 'MW')}."
        )
    ]


def _tree(of: dict[str, Any]) -> list[str]:
    return [
        (
            f"Species {plain(of['species']) if of['species'] else UNKNOWN}, height "
            f"{number(of['height_m'], 'm')}, crown radius {number(of['crown_radius_m'], 'm')}, growth "
            f"{number(of['growth_m_per_year'], 'm')} a year."
        )
    ]


def _work_order(of: dict[str, Any]) -> list[str]:
    lines = [
        (
            f"{lower(of['work_type']).capitalize()} of {lower(of['asset_kind'])} {plain(of['asset_id'])}, "
            f"priority {lower(of['priority'])}, {lower(of['status'])}."
        ),
        (
            f"Created {moment(of['created_at'])}, scheduled {moment(of['scheduled_at'])}, done "
            f"{moment(of['completed_at'])}. Estimate {number(of['estimated_hours'], 'h')}, spent "
            f"{number(of['actual_hours'], 'h')}."
        ),
        (
            f"Outage {plain(of['outage_id']) if of['outage_id'] else 'none'}; crew "
            f"{plain(of['crew_id']) if of['crew_id'] else 'none'}."
        ),
    ]
    if of["description"]:
        lines.append(f"Description on record: “{plain(of['description'])}”")
    return lines


def _crew(of: dict[str, Any]) -> list[str]:
    return [
        (
            f"{lower(of['kind']).capitalize()} crew of {number(of['member_count'])}, {lower(of['status'])}; "
            f"last change {moment(of['updated_at'])}."
        )
    ]


_RECORD: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "SUB": _substation,
    "CKT": _circuit,
    "XFMR": _transformer,
    "SW": _switch,
    "LINE": _line,
    "POLE": _pole,
    "MTR": _meter,
    "CUST": _customer,
    "BR": _branch,
    "BUS": _bus,
    "PLANT": _plant,
    "TREE": _tree,
    "WO": _work_order,
    "CREW": _crew,
}


def _phases(of: dict[str, Any]) -> str:
    phases = of["phases"]
    return f"phase{'s' if len(phases) > 1 else ''} {plain(phases)}" if phases else "phases not known"


def _people(facts: AssetFacts) -> list[str]:
    if not facts.personal:
        return []
    return [
        (
            f"Name: {plain(facts.personal['full_name'])}. Service address: "
            f"{plain(facts.personal['service_address'])}."
        )
    ]


def _counts(facts: AssetFacts) -> str:
    said = listed(counted(count, _COUNTED[noun]) for noun, count in facts.counts.items())
    return f"On it: {said}." if said else ""


def _load(facts: AssetFacts) -> list[str]:
    if facts.kind == "XFMR":
        load = facts.load
        if load is None:
            return ["Load now: not known, no hour of its meters is on record."]
        metered = "" if load["coverage_pct"] is None else f"; {percent(load['coverage_pct'])} of it metered"
        return [
            (
                f"Load: {number(load['load_kva'], 'kVA')}, {percent(load['loading_pct'])} of its rating, in "
                f"the hour from {moment(load['load_hour'])}{metered}."
            )
        ]
    state = facts.state
    if facts.kind not in {"SUB", "CKT"}:
        return []
    if state is None:
        return [] if facts.kind == "SUB" else ["Load and supply now: not known, not computed yet."]
    if state["load_mva"] is None:
        lines = ["Load now: not known."]
    else:
        covered = state["load_coverage_pct"]
        bound = ", a lower bound" if covered is not None and covered < 100.0 else ""
        lines = [
            f"Load: {number(state['load_mva'], 'MVA')}, {_share(state['loading_pct'])} in the hour from "
            f"{moment(state['load_hour'])}; from {state['transformers_with_load']:,} of "
            f"{counted(state['transformer_count'], 'transformer')}"
            + (f", {percent(covered)} of their meters' time metered{bound}." if covered is not None else ".")
        ]
    over = state["overloaded_transformers"]
    worst = state.get("worst_transformer_id") or state.get("worst_circuit_id")
    if state["transformers_with_load"]:
        most = f"; loaded most: {plain(worst)}, {percent(state['worst_loading_pct'])}" if worst else ""
        lines.append(f"Transformers above their rating: {over:,}{most}.")
    return lines


def _share(loading_pct: float | None) -> str:
    return "its rating not known," if loading_pct is None else f"{percent(loading_pct)} of its rating,"


def _voltage(facts: AssetFacts) -> str:
    found = facts.voltage
    if found is None or found["outside_a_pct"] is None:
        return ""
    return (
        f"Voltage from {day(found['first_day'])} to {day(found['last_day'])}: "
        f"{percent(found['outside_a_pct'])} of {found['judged_count']:,} readings outside range A of ANSI "
        f"C84.1, {percent(found['outside_b_pct'])} outside range B."
    )


def _rating(facts: AssetFacts) -> str:
    found = facts.rating
    if found is None:
        return ""
    if found["weather_rated_mva"] is None:
        return f"Rating in the weather: not known ({plain(found['reason'] or 'no reason on record')})."
    loaded = (
        f", loaded to {percent(found['weather_loading_pct'])} of it"
        if found["weather_loading_pct"] is not None
        else ""
    )
    return (
        f"Rating in the weather of the hour from {moment(found['rated_hour'])}: "
        f"{number(found['weather_rated_mva'], 'MVA')}{loaded}."
    )


def _health(facts: AssetFacts) -> str:
    found = facts.health
    if found is None:
        return "Health: not assessed." if facts.kind in {"SUB", "CKT", "XFMR", "POLE"} else ""
    if found["health_index"] is None:
        return f"Health: not known ({lower(found['reason'])}), assessed {moment(found['as_of'])}."
    worst = [each for each in evidence(found) if each[1] < 0.0][:_EVIDENCE]
    lowered = f"; lowered most by {listed(f'{lower(name)} ({points:+.0f})' for name, points in worst)}"
    return (
        f"Health: {found['health_index']:.0f} of 100 (band {plain(found['band'] or UNKNOWN)}), assessed "
        f"{moment(found['as_of'])} with {percent(100.0 * found['confidence_frac'])} of the evidence known"
        f"{lowered if worst else ''}."
    )


def evidence(health: dict[str, Any]) -> list[tuple[str, float]]:
    """Return what lowers or raises an index and by how many points, the worst first."""
    known = [(str(name), float(points)) for name, points, *_ in json.loads(health["contributions"])]
    return sorted(known, key=lambda each: each[1])


def _supply(facts: AssetFacts) -> list[str]:
    if facts.kind not in {"SUB", "CKT", "XFMR", "MTR", "CUST", "SW"}:
        return []
    state = facts.state
    lines = []
    if state is not None:
        lines.append(
            f"Supply: {lower(state['status'])}, {state['customers_out']:,} of "
            f"{counted(state['customers'], 'active customer')} out."
        )
    if facts.outage_count:
        lines.append(f"{counted(facts.outage_count, 'active outage').capitalize()}:")
        lines += [f"  {outage_line(each)}" for each in facts.outages]
    else:
        lines.append("No active outage.")
    return lines


def _work(facts: AssetFacts) -> str:
    return "" if facts.open_work_orders is None else f"Open work orders: {facts.open_work_orders:,}."
