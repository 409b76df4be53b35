"""Answers a question from the warehouse: reads it, builds the select, guards it, runs it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, func, select

from agent.semantic.builder import MOST_ROWS, Builder, Built, Column
from agent.semantic.expressions import Clock
from agent.semantic.form import Question
from agent.semantic.guard import allowed_columns, check
from agent.semantic.model import DimensionKind, SemanticModel
from agent.semantic.parser import AskBack, Outcome, Parser, Refused, Understood
from agent.semantic.vocabulary import Catalog
from grid.ddl.sql import select_text
from grid.warehouse.errors import TableNotLoaded
from grid.warehouse.interface import Warehouse

MOST_VALUES = 5_000
"""A dimension with more values than these is not read beforehand: its values are not words of questions."""


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
    """The words and values of one warehouse at one moment. May be used by many threads at once."""

    def __init__(
        self, model: SemanticModel, warehouse: Warehouse, zone: ZoneInfo, most_rows: int = MOST_ROWS
    ) -> None:
        """Read the newest moment and the values of the sampled dimensions.

        Raises:
            WarehouseError: if the warehouse cannot be read.
            NoData: if nothing in it has a time yet.
        """
        self._model = model
        self._warehouse = warehouse
        anchor = read_anchor(model, warehouse)
        if anchor is None:
            raise NoData("the warehouse holds no readings, loads, outages or weather yet")
        self.clock = Clock(anchor, zone)
        self._builder = Builder(model, self.clock, most_rows)
        self._parser = Parser(model, read_catalog(model, warehouse), self.clock)
        self._columns = allowed_columns(model)
        self._lock = threading.Lock()
        self._known_ids: dict[tuple[str, str], bool] = {}
        self._first: dict[str, datetime | None] = {}

    def parse(self, text: str, previous: Question | None = None) -> Outcome:
        """Return what a question means."""
        return self._parser.parse(text, previous)

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
    ) -> Answer | AskBack:
        """Return the rows of a form, whoever filled it in.

        Raises:
            QuestionInvalid: if the form names what the model does not know.
            StatementRefused: if the guard does not let the statement pass.
            WarehouseError: if the warehouse cannot answer.
        """
        started = time.perf_counter()
        built = self._builder.build(question)
        sql = select_text(built.query)
        check(sql, self._columns)
        unknown = self._unknown_ids(question)
        if unknown:
            return AskBack(f"There is no {', no '.join(unknown)} on record.", words=tuple(unknown))
        try:
            not_covered, notes = self._coverage(question)
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

    def _coverage(self, question: Question) -> tuple[str | None, tuple[str, ...]]:
        """Return why a period holds nothing at all, and what to know where it holds only part.

        "None in 2019" would be untrue of a record that begins in 2023.
        """
        notes = []
        for name in self._times(question):
            first = self._first_moment(name)
            dimension = self._model.dimensions[name]
            if first is None or dimension.kind is DimensionKind.YEAR:
                continue
            table = self._model.tables[dimension.table]
            local = first if dimension.kind is DimensionKind.DATE else _local(first, self.clock)
            begins = f"The record of {table.nouns[0]}s begins on {local.day} {local:%B %Y}"
            for period in question.periods:
                if period.end is not None and period.end <= local:
                    return f"{begins}; of the time before nothing is known.", ()
                if period.start is not None and period.start.date() < local.date():
                    notes.append(f"{begins}: the time before is not counted.")
        return None, tuple(dict.fromkeys(notes))

    def _times(self, question: Question) -> list[str]:
        if not question.periods:
            return []
        if question.time is not None:
            return [question.time]
        tables = [self._model.metrics[name].table for name in question.metrics] or [question.subject or ""]
        found = []
        for name in dict.fromkeys(tables):
            table = self._model.tables[name]
            if table.time is not None and not table.time_words:
                found.append(f"{name}.{table.time}")
        return found

    def _first_moment(self, name: str) -> datetime | None:
        with self._lock:
            if name in self._first:
                return self._first[name]
        dimension = self._model.dimensions[name]
        column = self._model.tables[dimension.table].columns_of.c[dimension.column]
        rows = self._warehouse.select_rows(select(func.min(column, type_=column.type).label("first")))
        first = rows[0]["first"] if rows else None
        if first is not None and not isinstance(first, datetime):
            first = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - a local day
        with self._lock:
            self._first[name] = first
        return first

    def _unknown_ids(self, question: Question) -> list[str]:
        """Return the ids that a question names and no row has."""
        unknown = []
        for chosen in (*question.filters, *question.share):
            dimension = self._model.dimensions[chosen.dimension]
            if dimension.kind is not DimensionKind.ID:
                continue
            unknown += [value for value in chosen.values if not self._is_known(chosen.dimension, value)]
        return unknown

    def _is_known(self, name: str, value: str) -> bool:
        key = (name, value)
        with self._lock:
            if key in self._known_ids:
                return True
        dimension = self._model.dimensions[name]
        column = self._model.tables[dimension.table].columns_of.c[dimension.column]
        is_known = bool(
            self._warehouse.select_rows(select(column.label("found")).where(column == value).limit(1))
        )
        if is_known:
            with self._lock:
                self._known_ids[key] = True
        return is_known


def _local(at: datetime, clock: Clock) -> datetime:
    return Clock(at, clock.zone).local


class NoData(Exception):
    """The warehouse holds nothing that questions could be about."""


def read_anchor(model: SemanticModel, warehouse: Warehouse) -> datetime | None:
    """Return the newest moment on record, naive UTC; None without any."""
    found: list[datetime] = []
    for dimension in model.clock:
        column = model.tables[dimension.table].columns_of.c[dimension.column]
        try:
            rows = warehouse.select_rows(select(func.max(column, type_=DateTime()).label("newest")))
        except TableNotLoaded:
            continue
        found += [row["newest"] for row in rows if row["newest"] is not None]
    return max(found, default=None)


def read_catalog(model: SemanticModel, warehouse: Warehouse) -> Catalog:
    """Return the values of the sampled dimensions."""
    catalog: dict[str, list[str]] = {}
    for name, dimension in model.dimensions.items():
        if not dimension.is_sampled:
            continue
        column = model.tables[dimension.table].columns_of.c[dimension.column]
        query = select(column.label("value")).where(column.is_not(None)).distinct().limit(MOST_VALUES + 1)
        try:
            rows = warehouse.select_rows(query)
        except TableNotLoaded:
            continue
        if len(rows) <= MOST_VALUES:
            catalog[name] = sorted(str(row["value"]) for row in rows)
    return catalog


def _is_cut_off(built: Built, question: Question, number: int) -> bool:
    return number > built.limit and (question.limit is None or question.limit > built.limit)
