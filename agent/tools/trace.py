"""What feeds an asset, what it feeds, and which switches isolate it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any

from pydantic import Field

from agent.backends.requests import ToolOutcome
from agent.events import AssetRef, Assets, Column, ColumnType, Event, Table, make_table
from agent.tools.resolving import Found, asset_meant
from agent.tools.spec import Caller, Input, ToolSpec
from agent.tools.wording import bullets, counted, listed, lower, plain
from flux_site.api.errors import BadInput
from grid.selectors.asset_facts import asset_facts
from grid.selectors.connectivity import LoadBasis, Positions
from grid.selectors.named_assets import NamedAsset, list_by_id
from grid.selectors.places import Affected
from grid.selectors.switching import isolate_asset, trace_asset
from grid.selectors.switching_answers import IsolationResult, SwitchRef, TraceResult
from grid.selectors.tracing import PathStep
from grid.topology.tracing import TraceKind

KINDS = ("SUB", "CKT", "SW", "LINE", "XFMR", "POLE", "MTR", "CUST")
MOST_SHOWN = 50
"""Assets of a kind that are pointed at on the map and named to a model."""
MOST_NAMED = 8
"""Switches that a sentence names."""


class Direction(StrEnum):
    """Where to."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    FEEDING_PATH = "FEEDING_PATH"


_TRACES = {
    Direction.UPSTREAM: TraceKind.UPSTREAM,
    Direction.DOWNSTREAM: TraceKind.DOWNSTREAM,
    Direction.FEEDING_PATH: TraceKind.TO_SOURCE,
}
_ASKED = {
    Direction.UPSTREAM: "What is upstream of {}?",
    Direction.DOWNSTREAM: "What is downstream of {}?",
    Direction.FEEDING_PATH: "How is {} fed?",
}


class TraceInput(Input):
    """What to trace, and where to."""

    asset: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="Id or name of a substation, circuit, switch, line section, transformer, pole, meter "
            "or customer of the distribution network.",
        ),
    ]
    direction: Annotated[
        Direction,
        Field(
            description="DOWNSTREAM: all that is fed through it, and the switches that isolate it. UPSTREAM: "
            "every section and switch on some way from a source. FEEDING_PATH: the way to the source, step "
            "by step."
        ),
    ]
    positions: Annotated[
        Positions,
        Field(description="PRESENT: switches as last reported. NORMAL: as they are normally."),
    ] = Positions.PRESENT


def run(caller: Caller, asked: TraceInput) -> ToolOutcome:
    """Return what the trace finds."""
    found = asset_meant(caller, asked.asset, KINDS, asking=_ASKED[asked.direction])
    asset_id = found.asset_id
    if found.kind == "CUST":
        asset_id = asset_facts(asset_id=asset_id, kind="CUST", user=caller.user).values["meter_id"]
    traced = trace_asset(
        asset_id=asset_id,
        kind=_TRACES[asked.direction],
        positions=asked.positions,
        user=caller.user,
    )
    isolated = None
    if asked.direction is Direction.DOWNSTREAM:
        isolated = _isolation(asset_id, asked.positions, caller.user)
    placed = _placed(traced, isolated, caller.user)
    content: dict[str, Any] = {
        "asset_id": found.asset_id,
        "kind": found.noun,
        "direction": asked.direction.value,
        "positions": traced.positions.value,
        "switches_off_normal": traced.off_normal[:MOST_SHOWN],
        "is_fed": traced.is_fed,
        "substations": traced.substation_ids,
        "counts": _counts(traced.found),
        "switches": traced.found.switch_ids(MOST_SHOWN, 0),
        "transformers": traced.found.transformer_ids(MOST_SHOWN, 0),
        "open_switches_at_ends": [each.asset_id for each in traced.open_switches[:MOST_SHOWN]],
    }
    if asked.direction is Direction.FEEDING_PATH:
        content["path"] = [vars(step) for step in traced.steps[:MOST_SHOWN]]
    if isolated is not None:
        content["isolation"] = _isolation_document(isolated)
    table = _path_table(found, traced) if traced.steps else _count_table(found, traced, asked.direction)
    refs = (found.ref, *(_ref(each) for each in placed if each.asset_id != found.asset_id))
    events: tuple[Event, ...] = (table, Assets(assets=refs))
    return ToolOutcome(
        content=content, events=events, summary=_summary(found, traced, isolated, asked.direction)
    )


def _isolation(asset_id: str, positions: Positions, user: Any) -> IsolationResult | None:
    """Return how an asset is isolated; None of one that has no place among switches."""
    try:
        return isolate_asset(asset_id=asset_id, basis=LoadBasis.NEWEST, positions=positions, user=user)
    except BadInput:
        return None


def _placed(traced: TraceResult, isolated: IsolationResult | None, user: Any) -> list[NamedAsset]:
    """Return assets of an answer with where they stand: the most telling ones, not thousands."""
    ids = [
        *traced.substation_ids,
        *(() if isolated is None else (each.asset_id for each in (*isolated.opens, *isolated.recloses))),
        *(step.asset_id for step in traced.steps if step.kind != "LineSection"),
        *(each.asset_id for each in traced.open_switches),
        *traced.found.switch_ids(MOST_SHOWN, 0),
        *traced.found.transformer_ids(MOST_SHOWN, 0),
    ]
    wanted = list(dict.fromkeys(ids))[: 2 * MOST_SHOWN]
    return list_by_id(wanted, user=user, codes=("SUB", "SW", "XFMR", "MTR")) if wanted else []


def _ref(asset: NamedAsset) -> AssetRef:

    return AssetRef(asset_id=asset.asset_id, label=asset.label, lon=asset.lon, lat=asset.lat)


def _counts(found: Affected) -> dict[str, int]:
    return {
        "line_sections": len(found.sections),
        "switches": len(found.switches),
        "transformers": len(found.transformers),
        "meters": len(found.meters),
        "active_customers": found.customer_count,
        "critical_customers": found.critical_customer_count,
    }


def _isolation_document(isolated: IsolationResult) -> dict[str, Any]:
    return {
        "is_possible": isolated.is_possible,
        "open": [vars(each) for each in isolated.opens],
        "open_to_feed_the_rest_from_elsewhere": [vars(each) for each in isolated.separates],
        "close_again": [vars(each) for each in isolated.recloses],
        "loses_supply_active_customers": isolated.lost.customer_count,
        "stays_out_active_customers": isolated.stays_out.customer_count,
        "parts_that_ties_can_feed": sum(
            any(tie.verdict == "FEASIBLE" for tie in part.ties) for part in isolated.parts
        ),
        "parts": len(isolated.parts),
    }


def _path_table(found: Found, traced: TraceResult) -> Table:
    columns = (
        Column(name="step", label="Step", type=ColumnType.INTEGER),
        Column(name="asset_id", label="Asset", type=ColumnType.TEXT),
        Column(name="kind", label="Kind", type=ColumnType.TEXT),
    )
    steps = [*traced.steps, *(PathStep(asset_id=key, kind="Substation") for key in traced.substation_ids)]
    rows = [(n, step.asset_id, step.switch_kind or step.kind) for n, step in enumerate(steps, 1)]
    return make_table(
        title=f"How {found.asset_id} is fed, the nearest first",
        columns=columns,
        rows=rows,
        row_count=len(rows),
    )


def _count_table(found: Found, traced: TraceResult, direction: Direction) -> Table:
    columns = (
        Column(name="kind", label="Kind", type=ColumnType.TEXT),
        Column(name="count", label="Count", type=ColumnType.INTEGER),
    )
    rows = [(name.replace("_", " ").capitalize(), count) for name, count in _counts(traced.found).items()]
    where = "Downstream" if direction is Direction.DOWNSTREAM else "Upstream"
    return make_table(title=f"{where} of {found.asset_id}", columns=columns, rows=rows, row_count=len(rows))


def _summary(
    found: Found, traced: TraceResult, isolated: IsolationResult | None, direction: Direction
) -> str:
    note = f"{found.note}\n\n" if found.note else ""
    name = f"**{plain(found.label)}**" + (
        "" if found.asset_id in found.label else f" ({plain(found.asset_id)})"
    )
    if direction is Direction.FEEDING_PATH:
        lines = _path_lines(traced)
        head = f"{name}, {found.noun}: the way to its source."
    elif direction is Direction.UPSTREAM:
        counts = _counts(traced.found)
        lines = [
            (
                f"On the ways from its source: {counted(counts['line_sections'], 'line section')} and "
                f"{counted(counts['switches'], 'switch')}."
            ),
            _sources(traced),
            _switches("Switches on the way", traced.found.switch_ids(MOST_NAMED, 0), counts["switches"]),
        ]
        head = f"{name}, {found.noun}: what is upstream."
    else:
        lines = [_feeds(traced), *_isolation_lines(isolated), _ends(traced)]
        head = f"{name}, {found.noun}: what is fed through it."
    if not traced.is_fed:
        lines.insert(0, "It is not fed: no closed way leads to a source.")
    return f"{note}{head}\n\n{bullets([*lines, _state(traced)])}"


def _path_lines(traced: TraceResult) -> list[str]:
    if not traced.steps:
        return [] if not traced.is_fed else [f"It stands at its source. {_sources(traced)}"]
    said = []
    for kind, group in groupby(traced.steps, key=lambda step: step.kind):
        steps = list(group)
        if kind == "LineSection":
            ends = (
                plain(steps[0].asset_id)
                if len(steps) == 1
                else f"{plain(steps[0].asset_id)} to {plain(steps[-1].asset_id)}"
            )
            said.append(f"{counted(len(steps), 'line section')} ({ends})")
        else:
            said += [f"{lower(step.switch_kind or step.kind)} {plain(step.asset_id)}" for step in steps]
    said += [f"substation {plain(key)}" for key in traced.substation_ids]
    switches = sum(step.kind == "Switch" for step in traced.steps)
    sections = sum(step.kind == "LineSection" for step in traced.steps)
    return [
        " ← ".join(said) + ".",
        f"{counted(sections, 'line section')} and {counted(switches, 'switch')} on the way.",
    ]


def _feeds(traced: TraceResult) -> str:
    counts = _counts(traced.found)
    critical = counts["critical_customers"]
    among = f", {critical:,} of them critical" if critical else ", none of them critical"
    return (
        f"{counted(counts['transformers'], 'transformer')}, {counted(counts['meters'], 'meter')}, "
        f"{counted(counts['active_customers'], 'active customer')}{among}; over "
        f"{counted(counts['line_sections'], 'line section')} and {counted(counts['switches'], 'switch')}."
    )


def _isolation_lines(isolated: IsolationResult | None) -> list[str]:
    if isolated is None:
        return []
    if not isolated.is_possible:
        return ["No switch isolates it from its source."]
    lines = [
        f"To isolate it, open {_named(isolated.opens)}; "
        f"{counted(isolated.lost.customer_count, 'active customer')} lose supply, of whom "
        f"{isolated.stays_out.customer_count:,} cannot be fed by any tie."
        if isolated.opens
        else "No closed switch has to be opened to isolate it."
    ]
    if isolated.separates:
        lines.append(f"To feed what lies beyond from elsewhere, also open {_named(isolated.separates)}.")
    if isolated.recloses:
        lines.append(f"Then {_named(isolated.recloses)} can be closed again.")
    if isolated.parts:
        able = sum(any(tie.verdict == "FEASIBLE" for tie in part.ties) for part in isolated.parts)
        lines.append(
            f"Of {counted(len(isolated.parts), 'healthy part')} without supply, {able:,} can be fed by a tie "
            "within all ratings, at the loads of the newest hour."
        )
    return lines


def _ends(traced: TraceResult) -> str:
    ids = [each.asset_id for each in traced.open_switches[:MOST_NAMED]]
    return _switches("Open switches at its ends", ids, len(traced.open_switches)) if ids else ""


def _sources(traced: TraceResult) -> str:
    if not traced.substation_ids:
        return "Its source is not known, or not yours to see."
    noun = "Source" if len(traced.substation_ids) == 1 else "Sources"
    return f"{noun}: substation {listed(plain(key) for key in traced.substation_ids)}."


def _switches(what: str, ids: Sequence[str], count: int) -> str:
    if not ids:
        return ""
    more = f" and {count - len(ids):,} more" if count > len(ids) else ""
    return f"{what}: {', '.join(plain(key) for key in ids)}{more}."


def _named(switches: Sequence[SwitchRef]) -> str:
    more = [f"{len(switches) - MOST_NAMED:,} more"] if len(switches) > MOST_NAMED else []
    return listed([f"{lower(each.kind)} {plain(each.asset_id)}" for each in switches[:MOST_NAMED]] + more)


def _state(traced: TraceResult) -> str:
    if traced.positions is Positions.NORMAL:
        return "Every switch taken in its normal position."
    if not traced.off_normal:
        return "Switches as last reported: all in their normal positions."
    named = _switches("", traced.off_normal[:MOST_NAMED], len(traced.off_normal)).removeprefix(": ")
    return f"Switches as last reported; not in their normal position: {named}"


SPEC = ToolSpec(
    name="trace",
    description="Follows the distribution network from an asset: what is fed through it, how many customers, "
    "which switches isolate it and who stays out (DOWNSTREAM); what lies towards the source (UPSTREAM); the "
    "way from a meter, customer or transformer to its substation (FEEDING_PATH). Nothing is switched. Not "
    "for transmission: cascade.",
    input=TraceInput,
    permissions=("grid.view_circuit",),
    run=run,
)
