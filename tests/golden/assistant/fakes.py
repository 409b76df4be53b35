"""Tools that stand for the real ones: they tell what they were asked, and know a few names of a small grid.

The analyst reads words with the real parser, without rows; the documents are the product's own, searched
as they are. So whether a question is understood, or covered by a document, is decided by the real code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from agent.backends.requests import Tool, ToolOutcome
from agent.documents.builtin import built_in_documents
from agent.documents.kinds import DocumentKind
from agent.documents.lexical import Entry
from agent.documents.passages import cut
from agent.documents.ranking import Passages
from agent.events import (
    AssetRef,
    Assets,
    Choice,
    Choices,
    ChoicesReason,
    Citation,
    Column,
    ColumnType,
    DoneReason,
    make_table,
)
from agent.semantic.expressions import Clock
from agent.semantic.form import question_from_json
from agent.semantic.loading import semantic_model
from agent.semantic.parser import AskBack, Parser, Refused

TOOLS = (
    "grid_analyst",
    "search_customers",
    "search_meters",
    "search_technical_docs",
    "search_compliance_docs",
    "asset_lookup",
    "trace",
    "outage_status",
    "cascade",
    "risk",
    "restoration_plan",
    "weather_rating",
    "reliability",
)
NAMES = {
    "wallis": ("SUB-40687",),
    "simonton": ("SUB-40735",),
    "fulshear": ("SUB-40701", "SUB-40702"),
    "wallis 01": ("CKT-40687-01",),
    "simonton 01": ("CKT-40735-01",),
    "fulshear 01": ("CKT-40701-01",),
    "coast": ("COAST",),
    "coast zone": ("COAST",),
    "far west": ("FAR_WEST",),
    "north": ("NORTH",),
}
_KIND_WORDS = {"substation", "station", "circuit", "feeder", "transformer", "line", "the", "transmission"}
_CATALOG = {
    "stations.substation_name": ["WALLIS", "SIMONTON", "FULSHEAR 1", "FULSHEAR 2"],
    "circuits.circuit_name": ["Wallis 01", "Wallis 02", "Simonton 01", "Simonton 02", "Fulshear 01"],
    "customers.city": ["Wallis", "Simonton", "Fulshear", "Katy"],
    "zones.zone_name": ["Coast", "Far West", "North"],
    "plants.fuel_type": ["wind", "solar", "ng", "coal", "nuclear"],
    "trees.species": ["Live oak", "Pecan", "Loblolly pine"],
}


def tools(names: Iterable[str] = TOOLS) -> tuple[Tool, ...]:
    """Return the tools that a user may use."""
    return tuple(_tool(name) for name in names)


def _tool(name: str) -> Tool:
    async def run(given: Mapping[str, Any]) -> ToolOutcome:
        return _OUTCOMES.get(name, _found)(name, given)

    return Tool(name=name, description=name, parameters={}, run=run)


def _found(name: str, given: Mapping[str, Any]) -> ToolOutcome:
    """Return what was asked as the answer; a name is looked up in the place of an asset."""
    field = next((field for field in ("asset", "line", "scope") if isinstance(given.get(field), str)), None)
    if field is None or (name in ("risk", "outage_status") and field == "scope"):
        return ToolOutcome(content={"tool": name}, summary=f"Answer of {name}.", events=_listed(name))
    words = [word for word in str(given[field]).lower().split() if word not in _KIND_WORDS]
    text = str(given[field])
    ids = (text,) if text[:1].isupper() and "-" in text else NAMES.get(" ".join(words), ())
    if not ids or "99999" in text:
        return ToolOutcome(
            content={"found": False}, summary=f"There is no asset “{text}”.", ended=DoneReason.ASKED_BACK
        )
    if len(ids) > 1:
        offered = tuple(Choice(label=f"{each}, substation", question=f"Tell me about {each}") for each in ids)
        return ToolOutcome(
            content={"found": False},
            summary="Which one?",
            events=(Choices(reason=ChoicesReason.AMBIGUOUS, choices=offered),),
            ended=DoneReason.ASKED_BACK,
        )
    found = Assets(assets=(AssetRef(asset_id=ids[0], label=ids[0]),))
    return ToolOutcome(content={"asset": ids[0]}, summary=f"{name} of {ids[0]}.", events=(found,))


def _listed(name: str) -> tuple[Any, ...]:
    """Return a table of assets, for questions about "the second one"."""
    if name != "risk":
        return ()
    columns = [
        Column(name="rank", label="Rank", type=ColumnType.INTEGER),
        Column(name="asset", label="Asset", type=ColumnType.TEXT),
    ]
    return (
        make_table(
            columns=columns, rows=[(1, "XFMR-1-01-0001"), (2, "XFMR-1-01-0002"), (3, "XFMR-1-01-0003")]
        ),
    )


@cache
def parser() -> Parser:
    """Return the parser of the real model, with the values of a small grid."""
    clock = Clock(datetime(2025, 8, 12, 17), ZoneInfo("America/Chicago"))
    return Parser(semantic_model(), _CATALOG, clock)


def _analyst(name: str, given: Mapping[str, Any]) -> ToolOutcome:
    if given.get("form") is not None:
        return ToolOutcome(content={"form": dict(given["form"])}, summary="Answer of the form.")
    previous = given.get("previous_form")
    outcome = parser().parse(given["question"], None if previous is None else question_from_json(previous))
    match outcome:
        case Refused(reason=reason):
            return ToolOutcome(
                content={"out_of_scope": reason}, summary=reason, ended=DoneReason.OUT_OF_SCOPE
            )
        case AskBack():
            forms = {item.label: item.question.as_json() for item in outcome.choices if item.question}
            content: dict[str, Any] = {"question": outcome.text}
            content |= {"choices": forms} if forms else {}
            content |= {"not_known": list(outcome.words)} if outcome.words else {}
            offered = tuple(Choice(label=item.label, question=item.label) for item in outcome.choices)
            reason = ChoicesReason.UNKNOWN_WORDS if outcome.words else ChoicesReason.AMBIGUOUS
            return ToolOutcome(
                content=content,
                summary=outcome.text,
                events=(Choices(reason=reason, choices=offered),) if offered else (),
                ended=DoneReason.ASKED_BACK,
            )
        case _:
            return ToolOutcome(content={"form": outcome.question.as_json()}, summary="Answer of the analyst.")


@cache
def _passages() -> tuple[Passages, tuple[tuple[str, str, str, str, DocumentKind], ...]]:
    places: list[tuple[str, str, str, str, DocumentKind]] = []
    entries: list[Entry] = []
    for document in built_in_documents():
        for passage in cut(document.document):
            title = document.document.title or document.key
            places.append((document.key, title, passage.section, passage.text, document.kind))
            standard = document.document.meta["standard"]
            entries.append(Entry(title=title, section=passage.section, text=passage.text, standard=standard))
    return Passages(entries), tuple(places)


def _documents(name: str, given: Mapping[str, Any]) -> ToolOutcome:
    kind = DocumentKind.TECHNICAL if name == "search_technical_docs" else DocumentKind.COMPLIANCE
    passages, places = _passages()
    keep = np.array([place[4] is kind for place in places])
    found = passages.search(given["question"], limit=3, keep=keep)
    if not found:
        return ToolOutcome(
            content={"passages": []},
            summary="The documents do not cover that.",
            ended=DoneReason.OUT_OF_SCOPE,
        )
    content = [
        {
            "number": number,
            "document": places[each.index][1],
            "section": places[each.index][2],
            "text": places[each.index][3],
            "score": each.score,
            "coverage_frac": each.coverage_frac,
        }
        for number, each in enumerate(found, 1)
    ]
    cited = tuple(
        Citation(number=number, document_id=places[each.index][0], document_title=places[each.index][1])
        for number, each in enumerate(found, 1)
    )
    return ToolOutcome(content={"passages": content}, summary="The documents say [1].", events=cited)


_OUTCOMES = {
    "grid_analyst": _analyst,
    "search_technical_docs": _documents,
    "search_compliance_docs": _documents,
}
