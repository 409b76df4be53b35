"""Answers a question from the warehouse: reads it, builds the select, guards it, runs it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from agent.semantic.builder import MOST_ROWS, Builder, Built, Column
from agent.semantic.expressions import Clock
from agent.semantic.form import Question
from agent.semantic.guard import allowed_columns, check
from agent.semantic.model import DimensionKind, SemanticModel
from agent.semantic.parser import AskBack, Outcome, Parser, Refused, Understood
from agent.semantic.record import Record, read_anchor, read_catalog
from agent.semantic.visibility import EVERYTHING, NotVisible, Viewer, readable
from grid.ddl.sql import select_text
from grid.warehouse.errors import TableNotLoaded
from grid.warehouse.interface import Warehouse

MOST_KNOWN_IDS = 10_000
"""So many ids are remembered to be on record."""


@dataclass(frozen=True)
class Answer:
    """What a question was taken to mean, and what the warehouse holds of it."""

    question: Question
    clock: Clock
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]
    is_cut_off: bool
    sql: str
    mended: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    parse_ms: float = 0.0
    run_ms: float = 0.0


Reply = Answer | AskBack | Refused


class Analyst:
    """What one viewer may ask of one warehouse at one moment. May be used by many threads at once."""

    def __init__(
        self, model: SemanticModel, warehouse: Warehouse, zone: ZoneInfo, most_rows: int = MOST_ROWS
    ) -> None:
        """Read the newest moment and the values of the sampled dimensions, for who may see everything.

        Raises:
            WarehouseError: if the warehouse cannot be read.
            NoData: if nothing in it has a time yet.
        """
        anchor = read_anchor(model, warehouse)
        if anchor is None:
            raise NoData("the warehouse holds no readings, loads, outages or weather yet")
        clock = Clock(anchor, zone)
        self._set_up(model, warehouse, clock, Record(model, warehouse, clock), most_rows, EVERYTHING)

    def _set_up(
        self,
        model: SemanticModel,
        warehouse: Warehouse,
        clock: Clock,
        record: Record,
        most_rows: int,
        viewer: Viewer,
    ) -> None:
        self.model = model
        self.clock = clock
        self.viewer = viewer
        self._warehouse = warehouse
        self._record = record
        self._most_rows = most_rows
        self._builder = Builder(model, clock, most_rows, viewer)
        self._parser = Parser(model, read_catalog(model, warehouse, viewer), clock)
        self._columns = allowed_columns(model)
        self._lock = threading.Lock()
        self._known_ids: set[tuple[str, str]] = set()

    def seen_by(self, viewer: Viewer) -> Analyst:
        """Return the analyst of the same moment for somebody who may see less.

        Raises:
            WarehouseError: if the warehouse cannot be read.
        """
        found = Analyst.__new__(Analyst)
        found._set_up(self.model, self._warehouse, self.clock, self._record, self._most_rows, viewer)
        return found

    def parse(self, text: str, previous: Question | None = None) -> Outcome:
        """Return what a question means to somebody who may see what the viewer may."""
        outcome = self._parser.parse(text, previous)
        match outcome:
            case Understood():
                reason = self._why_hidden(outcome.question)
                return outcome if reason is None else Refused(reason, is_forbidden=True)
            case AskBack() if any(choice.question is not None for choice in outcome.choices):
                return self._visible_choices(outcome)
            case _:
                return outcome

    def _visible_choices(self, asked: AskBack) -> Outcome:
        """Return a question back with those choices only that can be answered to the viewer."""
        reasons = {
            choice: None if choice.question is None else self._why_hidden(choice.question)
            for choice in asked.choices
        }
        left = tuple(choice for choice, reason in reasons.items() if reason is None)
        if len(left) == len(asked.choices):
            return asked
        if not left:
            return Refused(next(reason for reason in reasons.values() if reason), is_forbidden=True)
        if len(left) == 1 and left[0].question is not None:
            return Understood(left[0].question)
        return replace(asked, choices=left)

    def _why_hidden(self, question: Question) -> str | None:
        if self.viewer == EVERYTHING:
            return None
        try:
            self._builder.build(question)
        except NotVisible as error:
            return str(error)
        return None

    def ask(self, text: str, previous: Question | None = None) -> Reply:
        """Return the answer to a question, or what must be clear first, or why it is refused.

        Raises:
            WarehouseError: if the warehouse cannot answer.
        """
        started = time.perf_counter()
        outcome = self.parse(text, previous)
        parse_ms = 1000.0 * (time.perf_counter() - started)
        if not isinstance(outcome, Understood):
            return outcome
        return self.answer(outcome.question, mended=outcome.mended, parse_ms=parse_ms)

    def answer(
        self, question: Question, *, mended: tuple[tuple[str, str], ...] = (), parse_ms: float = 0.0
    ) -> Reply:
        """Return the rows of a form, whoever filled it in.

        Raises:
            QuestionInvalid: if the form names what the model does not know.
            StatementRefused: if the guard does not let the statement pass.
            WarehouseError: if the warehouse cannot answer.
        """
        started = time.perf_counter()
        try:
            built = self._builder.build(question)
        except NotVisible as error:
            return Refused(str(error), is_forbidden=True)
        sql = select_text(built.query)
        check(sql, self._columns)
        try:
            unknown = self._unknown_ids(question)
            if unknown:
                known_to = "that you may see" if self.viewer.zone_ids else "on record"
                return AskBack(f"There is no {', no '.join(unknown)} {known_to}.", words=tuple(unknown))
            not_covered, notes = self._record.coverage(question)
            if not_covered is not None:
                return AskBack(not_covered)
            rows = self._warehouse.select_rows(built.query)
        except TableNotLoaded as error:
            return AskBack(f"Nothing of that is on record yet: {error}")
        return Answer(
            question=question,
            clock=self.clock,
            columns=built.columns,
            rows=rows[: built.limit],
            is_cut_off=_is_cut_off(built, question, len(rows)),
            sql=sql,
            mended=mended,
            notes=notes,
            parse_ms=parse_ms,
            run_ms=1000.0 * (time.perf_counter() - started),
        )

    def _unknown_ids(self, question: Question) -> list[str]:
        """Return the ids that a question names and no row has that the viewer may see."""
        unknown = []
        for chosen in (*question.filters, *question.share):
            dimension = self.model.dimensions[chosen.dimension]
            if dimension.kind is not DimensionKind.ID:
                continue
            unknown += [value for value in chosen.values if not self._is_known(chosen.dimension, value)]
        return unknown

    def _is_known(self, name: str, value: str) -> bool:
        key = (name, value)
        with self._lock:
            if key in self._known_ids:
                return True
        dimension = self.model.dimensions[name]
        column = readable(self.model, dimension.table, self.viewer).c[dimension.column]
        is_known = bool(
            self._warehouse.select_rows(select(column.label("found")).where(column == value).limit(1))
        )
        if is_known:
            with self._lock:
                if len(self._known_ids) >= MOST_KNOWN_IDS:
                    self._known_ids.clear()
                self._known_ids.add(key)
        return is_known


class NoData(Exception):
    """The warehouse holds nothing that questions could be about."""


def _is_cut_off(built: Built, question: Question, number: int) -> bool:
    return number > built.limit and (question.limit is None or question.limit > built.limit)
