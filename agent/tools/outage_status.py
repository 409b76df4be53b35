"""Who is out, where, why, who works on it and until when."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import Assets, Event
from agent.tools.asset_lookup import outage_outcome
from agent.tools.outage_sentences import outage_document, outage_line, outage_refs, outage_table
from agent.tools.resolving import Found, Unknown, asset_meant, resolve
from agent.tools.spec import Caller, Input, ToolSpec
from agent.tools.wording import bullets, counted, iso, moment, plain
from grid.selectors.outage_facts import OutageList, OutageScope, find_zone, is_city, list_outages

KINDS = ("SUB", "CKT", "SW", "XFMR", "MTR", "CUST", "OUT")
MOST = 50
LISTED = 10
ASKING = "Is {} without supply?"
_WORDS = {
    OutageScope.ACTIVE: "active outage",
    OutageScope.PLANNED: "active planned outage",
    OutageScope.UNASSIGNED: "active outage without a crew",
    OutageScope.RESTORED: "restored outage",
}
_PLURALS = {OutageScope.UNASSIGNED: "active outages without a crew"}
_NAME = Field(min_length=1, max_length=200)


class OutageStatusInput(Input):
    """Which outages; without asset, outage_id and area all that the user may see."""

    asset: Annotated[
        str | None,
        _NAME,
        Field(
            description="Id or name of a substation, circuit, switch, transformer, meter or customer: the "
            "outages that leave it, or customers of it, without supply."
        ),
    ] = None
    outage_id: Annotated[str | None, _NAME, Field(description="Id of one outage: OUT-000123.")] = None
    area: Annotated[
        str | None, _NAME, Field(description="Load zone, city, ZIP code, substation or circuit.")
    ] = None
    scope: Annotated[
        OutageScope,
        Field(
            description="ACTIVE: not restored yet. PLANNED: active and announced. UNASSIGNED: active without "
            "a crew. RESTORED: restored within the 24 hours before the newest restoration on record."
        ),
    ] = OutageScope.ACTIVE
    limit: Annotated[int, Field(ge=1, le=MOST, description="How many outages to show, 1 to 50.")] = LISTED


def run(caller: Caller, asked: OutageStatusInput) -> ToolOutcome:
    """Return the outages that are asked about."""
    given = [name for name in ("asset", "outage_id", "area") if getattr(asked, name) is not None]
    if len(given) > 1:
        raise ToolRefused(f"{given[1]}: cannot be given together with {given[0]}; give one of them.")
    user = caller.user
    if asked.outage_id is not None:
        found = resolve(asked.outage_id, user, ("OUT",), asking="What is the state of {}?")
        return outage_outcome(found.asset_id, user)
    if asked.area is not None:
        return _of_area(asked.area, asked, caller)
    if asked.asset is not None:
        found = asset_meant(caller, asked.asset, KINDS, asking=ASKING)
        if found.kind == "OUT":
            return outage_outcome(found.asset_id, user)
        return _of_asset(found, asked, user)
    outages = list_outages(user=user, scope=asked.scope, first=asked.limit)
    return _outcome(outages, asked.scope, where="", about=None)


def _of_area(area: str, asked: OutageStatusInput, caller: Caller) -> ToolOutcome:
    user = caller.user
    name = area.strip().removeprefix("zone ").removeprefix("the ")
    zone = find_zone(name, user=user)
    if zone is not None:
        outages = list_outages(user=user, scope=asked.scope, first=asked.limit, zone_id=zone[0])
        return _outcome(outages, asked.scope, where=f" in zone {plain(zone[1])}", about=None)
    if is_city(name, user=user):
        outages = list_outages(user=user, scope=asked.scope, first=asked.limit, city=name)
        where = f" with customers in {plain(name)}"
        return _outcome(outages, asked.scope, where=where, about=None)
    try:
        found = resolve(area, caller.user, ("SUB", "CKT"), asking="Which outages are there at {}?")
    except Unknown as error:
        what = "zone, city, ZIP code, substation or circuit"
        raise Unknown(error.text, error.near, what=what, asking=error.asking) from error
    return _of_asset(found, asked, caller.user)


def _of_asset(found: Found, asked: OutageStatusInput, user: Any) -> ToolOutcome:
    outages = list_outages(user=user, scope=asked.scope, first=asked.limit, at=(found.kind, found.asset_id))
    named = plain(found.label if found.asset_id in found.label else f"{found.label} ({found.asset_id})")
    return _outcome(outages, asked.scope, where=f" of {found.noun} {named}", about=found)


def _outcome(outages: OutageList, scope: OutageScope, *, where: str, about: Found | None) -> ToolOutcome:
    now = timezone.now()
    noun = _WORDS[scope]
    many = f"{outages.total:,} {_PLURALS[scope]}" if scope in _PLURALS else counted(outages.total, noun)
    said = counted(outages.total, noun) if outages.total == 1 else many
    since = "" if outages.since is None else f" since {moment(outages.since)}"
    note = f"{about.note}\n\n" if about is not None and about.note else ""
    as_of = f"As of {moment(now)}"
    if outages.updated_at is not None:
        as_of += f"; newest change of them {moment(outages.updated_at)}"
    if not outages.total:
        calm = (
            " As far as is known it has supply."
            if scope is OutageScope.ACTIVE and about is not None and about.kind in {"XFMR", "MTR", "CUST"}
            else ""
        )
        summary = f"{note}No {noun}{where}{since}.{calm} {as_of}."
    else:
        more = f" The first {len(outages.outages)}:" if outages.total > len(outages.outages) else ""
        summary = (
            f"{note}**{said}**{where}{since}{_sums(outages, scope)}. {as_of}.{more}\n\n"
            f"{bullets([outage_line(each) for each in outages.outages])}"
        )
    refs = (*(() if about is None else (about.ref,)), *outage_refs(outages.outages))
    title = f"{noun[0].upper()}{noun[1:]}s" if scope not in _PLURALS else _PLURALS[scope].capitalize()
    events: tuple[Event, ...] = (
        (outage_table(title, outages.outages, outages.total),) if outages.outages else ()
    )
    return ToolOutcome(
        content={
            "scope": scope.value,
            "of": None if about is None else about.asset_id,
            "total": outages.total,
            "customers_out": outages.customers_out,
            "without_crew": outages.without_crew,
            "since": iso(outages.since),
            "as_of": iso(now),
            "newest_change_at": iso(outages.updated_at),
            "outages": [outage_document(each) for each in outages.outages],
        },
        events=(*events, Assets(assets=refs)) if refs else events,
        summary=summary,
    )


def _sums(outages: OutageList, scope: OutageScope) -> str:
    if scope is OutageScope.RESTORED:
        return ""
    crew = "" if scope is OutageScope.UNASSIGNED else f", {outages.without_crew:,} of them without a crew"
    return f", {counted(outages.customers_out, 'customer')} out{crew}"


SPEC = ToolSpec(
    name="outage_status",
    description="Outages now: where, since when, cause, customers out, crew, estimated restoration (P50 "
    "and P80); of everything, of an area, of one asset or customer, or one outage in full. Not for "
    "history, counts by month or indices: grid_analyst, reliability.",
    input=OutageStatusInput,
    permissions=("grid.view_outage",),
    run=run,
)
