"""Numbers, counts, rankings, trends and lists out of the warehouse, from a question in words or a form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import Field

from agent import events
from agent.answers.events import events_of, text_of
from agent.answers.words import interpretation, notes
from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import DoneReason
from agent.semantic.analyst import Analyst, Answer, NoData, Reply
from agent.semantic.form import QuestionInvalid
from agent.semantic.guard import StatementRefused
from agent.semantic.loading import semantic_model
from agent.semantic.model import SemanticModel
from agent.semantic.parser import AskBack, Refused
from agent.semantic.visibility import Viewer
from agent.tools.analyst_catalogue import described, index
from agent.tools.analyst_form import FormInput
from agent.tools.analysts import analysts
from agent.tools.spec import Caller, Input, ToolSpec
from grid.selectors.visibility import granted_zone_ids
from grid.selectors.warehouse import ask_warehouse
from grid.warehouse.errors import WarehouseQueryTimeout, WarehouseQueryTooLarge

MOST_CONTENT_CHARACTERS = 12_000
"""Of the rows that a model is given; the reader's table has them all."""


class AnalystInput(Input):
    """A question in words, or as a form; nothing at all to be told what questions may be about."""

    question: str | None = Field(
        default=None, description="A question in plain English: one thing, with names, ids, times and units."
    )
    form: FormInput | None = Field(
        default=None, description="The question as data, where words were not understood. Not with question."
    )
    previous_form: FormInput | None = Field(
        default=None, description="The form of the answer before, which a short question changes."
    )
    describe: list[str] = Field(
        default=[], description="Names of tables whose metrics, facts and dimensions are to be told."
    )


def viewer_of(user: Any, model: SemanticModel) -> Viewer:
    """Return what a user may see of the model."""
    return Viewer(
        zone_ids=frozenset(granted_zone_ids(user)),
        permissions=frozenset(permission for permission in model.permissions if user.has_perm(permission)),
    )


def run(caller: Caller, asked: AnalystInput) -> ToolOutcome:
    """Answer a question, or tell what questions may be about."""
    model = semantic_model()
    viewer = viewer_of(caller.user, model)
    if asked.question is None and asked.form is None:
        return _told(model, asked.describe, viewer)
    if asked.question is not None and asked.form is not None:
        raise ToolRefused("question, form: give one of them.")
    reply = _replied(asked, model, viewer)
    match reply:
        case Answer():
            return _answered(reply, model)
        case AskBack():
            return _asked_back(reply, model)
        case Refused() if reply.is_forbidden:
            raise ToolRefused(reply.reason)
        case Refused():
            return ToolOutcome(
                content={"out_of_scope": reply.reason}, summary=reply.reason, ended=DoneReason.OUT_OF_SCOPE
            )


@dataclass(frozen=True)
class _Failed:
    """A failure that says nothing of the warehouse's health."""

    reason: str


def _replied(asked: AnalystInput, model: SemanticModel, viewer: Viewer) -> Reply:
    def of(analyst: Analyst) -> Reply:
        if asked.form is not None:
            return analyst.answer(asked.form.question())
        previous = None if asked.previous_form is None else asked.previous_form.question()
        return analyst.ask(asked.question or "", previous)

    def ask() -> Reply | _Failed:
        try:
            return of(analysts().seen_by(viewer))
        except WarehouseQueryTimeout:
            return _Failed("That takes too long to count. Ask for a shorter time or for fewer things.")
        except WarehouseQueryTooLarge:
            return _Failed("That needs too much memory. Ask for a shorter time or for fewer things.")
        except NoData as error:
            return _Failed(f"There is nothing to ask about: {error}.")

    try:
        found = ask_warehouse(ask)
    except QuestionInvalid as error:
        raise ToolRefused(f"form.{error.field}: {error}.{_near(str(error), model)}") from error
    except StatementRefused as error:
        raise ToolRefused(f"The statement was not run: {error}.") from error
    if isinstance(found, _Failed):
        raise ToolRefused(found.reason)
    return found


def _near(said: str, model: SemanticModel) -> str:
    """Return names of the model that are nearly the one that is none."""
    names = [*model.metrics, *model.dimensions, *model.facts, *model.tables]
    found = get_close_matches(said.partition(" ")[0], names, n=5, cutoff=0.6)
    return f" Near are: {', '.join(found)}." if found else ""


def _told(model: SemanticModel, names: list[str], viewer: Viewer) -> ToolOutcome:
    unknown = [name for name in names if name not in index(model, viewer)]
    if unknown:
        raise ToolRefused(
            f"describe: {unknown[0]} is no table that you may ask about. "
            f"There are: {', '.join(index(model, viewer))}."
        )
    if names:
        return ToolOutcome(content={"tables": described(model, names, viewer)}, summary="")
    summary = "I answer questions about:\n" + "\n".join(
        f"- {description}" for description in index(model, viewer).values()
    )
    return ToolOutcome(
        content={"tables": index(model, viewer), "examples": list(model.verified)}, summary=summary
    )


def _answered(answer: Answer, model: SemanticModel) -> ToolOutcome:
    shown = tuple(
        event for event in events_of(answer, model) if not isinstance(event, events.Text | events.Done)
    )
    rows, is_shortened = _rows(answer)
    columns = [
        {"name": column.name, "label": column.title, "unit": column.unit or None} for column in answer.columns
    ]
    content = {
        "form": answer.question.as_json(),
        "understood": interpretation(model, answer.question, answer.clock),
        "columns": columns,
        "rows": rows,
        "row_count": None if answer.is_cut_off else len(answer.rows),
        "is_truncated": answer.is_cut_off or is_shortened,
        "as_of": f"{answer.clock.anchor.isoformat()}Z",
        "notes": notes(model, answer.question, answer.notes),
    }
    return ToolOutcome(content=content, events=shown, summary=text_of(answer, model))


def _rows(answer: Answer) -> tuple[list[list[events.Cell]], bool]:
    """Return as many rows as a model can well be given, and whether there are more."""
    rows: list[list[events.Cell]] = []
    left = MOST_CONTENT_CHARACTERS
    for row in answer.rows:
        cells = [events.cell(row[column.name]) for column in answer.columns]
        left -= len(json.dumps(cells))
        if left < 0:
            return rows, True
        rows.append(cells)
    return rows, False


def _asked_back(reply: AskBack, model: SemanticModel) -> ToolOutcome:
    """Return the question back; ``choices`` of the content says which form each choice stands for."""
    content: dict[str, Any] = {"question": reply.text}
    forms = {item.label: item.question.as_json() for item in reply.choices if item.question is not None}
    if forms:
        content["choices"] = forms
    if reply.words:
        content["not_known"] = list(reply.words)
    shown = tuple(event for event in events_of(reply, model) if isinstance(event, events.Choices))
    return ToolOutcome(content=content, events=shown, summary=reply.text, ended=DoneReason.ASKED_BACK)


def _description() -> str:
    model = semantic_model()
    tables = "; ".join(f"{name}: {table.description}" for name, table in model.tables.items())
    return (
        "Answers questions about the utility's own data with SQL that it makes itself: counts, sums, "
        "averages, extremes, rankings, trends, shares, comparisons of two periods, and lists of rows. Ask in "
        "plain English with question; every word must be known, otherwise it asks back. Where it does, fill "
        "in form instead: describe=[tables] tells the names of metrics, facts and dimensions, with units and "
        "values. "
        "It does not forecast, does not know causes that nobody recorded, and reads no documents. "
        f"Today is the day of the newest data, told as as_of. Tables: {tables}."
    )


SPEC = ToolSpec(
    name="grid_analyst",
    description=_description(),
    input=AnalystInput,
    permissions=("grid.view_zone",),  # each table needs its own besides
    run=run,
)
