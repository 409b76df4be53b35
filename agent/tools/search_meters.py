"""Which meters there are: of a transformer, a circuit, a substation, a pole, a customer, or by their ids."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import AssetRef, Assets, Column, ColumnType, Table, make_table
from agent.tools.resolving import Found, Unknown, asset_meant, ids_meant
from agent.tools.spec import Caller, Input, ToolSpec
from agent.tools.wording import UNKNOWN, bullets, counted, day, iso, listed, lower, plain
from grid.selectors.service_points import METERS_OF, MeterRow, Meters, find_meters

MOST = 50
ASKING = "Which meters are at {}?"
_METER = re.compile(r"^MTR-\d+$")
_COLUMNS = (
    Column(name="meter_id", label="Meter", type=ColumnType.TEXT),
    Column(name="transformer_id", label="Transformer", type=ColumnType.TEXT),
    Column(name="circuit_id", label="Circuit", type=ColumnType.TEXT),
    Column(name="substation_id", label="Substation", type=ColumnType.TEXT),
    Column(name="customer_class", label="Class", type=ColumnType.TEXT),
    Column(name="phases", label="Phases", type=ColumnType.TEXT),
    Column(name="status", label="Status", type=ColumnType.TEXT),
    Column(name="install_date", label="Installed", type=ColumnType.DATE),
    Column(name="outage_id", label="Out by outage", type=ColumnType.TEXT),
)
_TEXT = Field(min_length=1, max_length=200)


class SearchMetersInput(Input):
    """Which meters; at least one of the four is needed, and all that are given have to fit."""

    text: Annotated[
        str | None,
        _TEXT,
        Field(
            description="A meter id or its beginning (MTR-00012), or the id or name of the substation, "
            "circuit, transformer, pole or customer that the meters belong to."
        ),
    ] = None
    transformer_id: Annotated[
        str | None, _TEXT, Field(description="Id or name of the transformer that feeds them.")
    ] = None
    circuit_id: Annotated[str | None, _TEXT, Field(description="Id or name of the circuit they are on.")] = (
        None
    )
    customer_id: Annotated[str | None, _TEXT, Field(description="Id of the customer they measure.")] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="How many meters to show, 1 to 50.")] = 10


def run(caller: Caller, asked: SearchMetersInput) -> ToolOutcome:
    """Return the meters that fit."""
    of: list[Found] = []
    beginnings: list[str] = []
    unknown: Unknown | None = None
    for field, kind in (("transformer_id", "XFMR"), ("circuit_id", "CKT"), ("customer_id", "CUST")):
        given = getattr(asked, field)
        if given is not None:
            of.append(asset_meant(caller, given, (kind,), asking=ASKING))
    if asked.text is not None:
        try:
            of.append(asset_meant(caller, asked.text, METERS_OF, asking=ASKING))
        except Unknown as error:
            unknown = error
            beginnings = [each for each in ids_meant(asked.text) if _METER.match(each)][:1]
            if not beginnings:
                raise
    if not of and not beginnings:
        raise ToolRefused("Say which meters: text, transformer_id, circuit_id or customer_id is needed.")
    found = find_meters(
        of=[(each.kind, each.asset_id) for each in of],
        beginnings=beginnings,
        first=asked.limit,
        user=caller.user,
    )
    if unknown is not None and not found.total:
        raise unknown
    whose = listed([plain(each.described()) for each in of] + [f"{each}…" for each in beginnings])
    return ToolOutcome(
        content={
            "of": [each.asset_id for each in of],
            "id_begins_with": beginnings[0] if beginnings else None,
            "total": found.total,
            "by_class": found.by_class,
            "by_status": found.by_status,
            "without_supply": found.out,
            "active_customers": found.customers,
            "meters": [_document(each) for each in found.meters],
        },
        events=_events(found),
        summary=_summary(whose, [each.note for each in of if each.note], found),
    )


def _document(meter: MeterRow) -> dict[str, object]:
    document = dict(vars(meter))
    document["meter_id"] = document.pop("asset_id")
    document["install_date"] = iso(meter.install_date)
    return {**document, "lon_deg": document.pop("lon"), "lat_deg": document.pop("lat")}


def _events(found: Meters) -> tuple[Table | Assets, ...]:
    if not found.meters:
        return ()
    rows = [
        [getattr(each, "asset_id" if column.name == "meter_id" else column.name) for column in _COLUMNS]
        for each in found.meters
    ]
    table = make_table(
        title="Meters",
        columns=_COLUMNS,
        rows=rows,
        is_truncated=found.total > len(rows),
        row_count=found.total,
    )
    refs = tuple(
        AssetRef(asset_id=each.asset_id, label=f"Meter {each.asset_id}", lon=each.lon, lat=each.lat)
        for each in found.meters
    )
    return table, Assets(assets=refs)


def _summary(whose: str, notes: list[str], found: Meters) -> str:
    told = "".join(f"{note}\n\n" for note in notes)
    if not found.total:
        return f"{told}No meter that you may see belongs to {whose}."
    classes = listed(f"{count:,} {lower(name)}" for name, count in found.by_class.items())
    states = listed(f"{count:,} {lower(name)}" for name, count in found.by_status.items())
    customers = (
        "customers not shown, you may not see them"
        if found.customers is None
        else counted(found.customers, "active customer")
    )
    out = (
        f"{counted(found.out, 'meter')} without supply by active outages"
        if found.out
        else "no active outage on them"
    )
    shown = f" The first {len(found.meters)} by id:" if found.total > len(found.meters) else ""
    head = f"**{counted(found.total, 'meter')}** ({whose}): {classes}; {states}; {customers}; {out}.{shown}"
    return f"{told}{head}\n\n{bullets([_line(each) for each in found.meters])}"


def _line(meter: MeterRow) -> str:
    parts = [
        f"**{plain(meter.asset_id)}** at {plain(meter.transformer_id)}, circuit {plain(meter.circuit_id)}",
        lower(meter.customer_class),
        f"phases {plain(meter.phases)}" if meter.phases else f"phases {UNKNOWN}",
        lower(meter.status),
        f"installed {day(meter.install_date)}",
        f"out by {plain(meter.outage_id)}" if meter.outage_id else "",
    ]
    return ", ".join(part for part in parts if part)


SPEC = ToolSpec(
    name="search_meters",
    description="Lists the meters of a transformer, circuit, substation, pole or customer, or those whose "
    "ids begin so, with class, state and whether an outage has them out. Not for readings, energy or "
    "voltages: grid_analyst.",
    input=SearchMetersInput,
    permissions=("grid.view_meter",),
    run=run,
)
