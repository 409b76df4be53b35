"""What an asset is: its record, what hangs on it, its load, health and supply."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from agent.backends.requests import ToolOutcome
from agent.events import Assets, Column, ColumnType, Table, make_table
from agent.tools.asset_sentences import asset_sentences, evidence
from agent.tools.outage_sentences import outage_document, outage_refs, outage_sentences, outage_table
from agent.tools.resolving import Found, asset_meant
from agent.tools.spec import Caller, Input, ToolSpec
from agent.tools.wording import iso
from grid.selectors.asset_facts import AssetFacts, as_of, asset_facts
from grid.selectors.outage_facts import outage_detail

ASKING = "What is {}?"
_UNITS = {
    "kva": "kVA", "mva": "MVA", "mw": "MW", "mvar": "Mvar", "kv": "kV", "a": "A", "km": "km", "m": "m",
    "pct": "%", "kwh": "kWh", "pu": "per unit", "deg": "°",
}  # fmt: skip
_COLUMNS = (
    Column(name="figure", label="Figure", type=ColumnType.TEXT),
    Column(name="value", label="Value", type=ColumnType.REAL),
    Column(name="unit", label="Unit", type=ColumnType.TEXT),
    Column(name="as_of", label="As of", type=ColumnType.TIMESTAMP),
)


class AssetLookupInput(Input):
    """What to look up."""

    asset: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="Id or name of one asset: SUB-1234, 'xfmr 12 01 0004', Wallis, 'Wallis 01 circuit', "
            "'line from Wallis to Katy'. Substations, circuits, transformers, switches, line sections, "
            "poles, meters, customers, transmission branches, buses, generating units, trees, outages, work "
            "orders, crews.",
        ),
    ]


def run(caller: Caller, asked: AssetLookupInput) -> ToolOutcome:
    """Return what is on record of an asset."""
    found = asset_meant(caller, asked.asset, asking=ASKING)
    if found.kind == "OUT":
        return outage_outcome(found.asset_id, caller.user)
    facts = asset_facts(asset_id=found.asset_id, kind=found.kind, user=caller.user)
    assets = (found.ref, *outage_refs(facts.outages))
    return ToolOutcome(
        content=_document(found, facts),
        events=(_figures(found, facts), Assets(assets=assets)),
        summary=asset_sentences(found, facts),
    )


def outage_outcome(outage_id: str, user: Any) -> ToolOutcome:
    """Return what is on record of an outage."""
    detail = outage_detail(outage_id=outage_id, user=user)
    content = {
        **outage_document(detail.outage),
        "critical_customers_out": detail.critical_out,
        "transformers": detail.transformers,
        "transformers_out": detail.transformers_out,
        "open_work_orders": [{"id": key, "status": status} for key, status in detail.work_orders],
    }
    return ToolOutcome(
        content=content,
        events=(
            outage_table(f"Outage {outage_id}", [detail.outage], 1),
            Assets(assets=outage_refs([detail.outage])),
        ),
        summary=outage_sentences(detail),
    )


def _document(found: Found, facts: AssetFacts) -> dict[str, Any]:
    health = facts.health
    return {
        "asset_id": found.asset_id,
        "kind": found.noun,
        "name": found.label,
        "of": found.parent,
        "zone": found.zone,
        "lat_deg": found.lat,
        "lon_deg": found.lon,
        "record": _plain(facts.values),
        **({"personal": facts.personal} if facts.personal else {}),
        "counts": facts.counts,
        "state": _plain(facts.state),
        "load": _plain(facts.load),
        "voltage": _plain(facts.voltage),
        "weather_rating": _plain(facts.rating),
        "health": None
        if health is None
        else {
            **_plain({name: health[name] for name in _HEALTH}),
            "points": dict(evidence(health)) if health["health_index"] is not None else {},
        },
        "active_outages": [outage_document(each) for each in facts.outages],
        "active_outage_count": facts.outage_count,
        "open_work_orders": facts.open_work_orders,
        "load_as_of": iso(as_of(facts)),
    }


_HEALTH = ("health_index", "band", "confidence_frac", "failures_per_year", "reason", "as_of")
_LEFT_OUT = {"id", "zone_id", "transformer_id", "circuit_id", "substation_id", "asset_kind"}


def _plain(values: dict[str, Any] | None) -> Any:
    if values is None:
        return None
    return {
        name: iso(value) if hasattr(value, "isoformat") else value
        for name, value in values.items()
        if name not in _LEFT_OUT or name == "circuit_id"
    }


def _figures(found: Found, facts: AssetFacts) -> Table:
    """Return every number with a unit, and every count; what is not known is null."""
    rows: list[tuple[str, float | int | None, str | None, Any]] = []
    at = as_of(facts)
    for values, when in ((facts.values, None), (facts.state, at), (facts.load, at)):
        for name, value in (values or {}).items():
            stem, _, suffix = name.rpartition("_")
            if suffix in _UNITS and stem and not isinstance(value, str):
                rows.append((_title(stem), value, _UNITS[suffix], when))
    if facts.health is not None:
        rows.append(("Health index, 0 to 100", facts.health["health_index"], None, facts.health["as_of"]))
    rows += [(_title(noun), count, None, None) for noun, count in facts.counts.items()]
    return make_table(title=f"Figures of {found.asset_id}", columns=_COLUMNS, rows=rows, row_count=len(rows))


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


SPEC = ToolSpec(
    name="asset_lookup",
    description="What one asset is and how it is: kind, rating, place, what it hangs on and what hangs on "
    "it, load in the newest hour, health, supply, open work. For 'what is', 'tell me about', 'how loaded "
    "is', 'how healthy is' one asset. Not for lists, totals or history: grid_analyst. Not for what is fed "
    "through it: trace.",
    input=AssetLookupInput,
    permissions=("grid.view_substation", "grid.view_circuit"),
    run=run,
)
