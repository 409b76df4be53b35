"""The tables that a select reads, and how names are shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select, true

from agent.semantic.expressions import Clock, fact_value, matches, partition_within, piece_of_time, within
from agent.semantic.form import Filter, Grain, Period, QuestionInvalid
from agent.semantic.model import DimensionKind, SemanticModel, SemanticTable
from agent.semantic.visibility import EVERYTHING, NotVisible, Viewer, readable, why_hidden


class Scope:
    """A base and what its rows belong to, joined when they are first named."""

    def __init__(
        self,
        model: SemanticModel,
        base: str,
        clock: Clock,
        time: str | None = None,
        viewer: Viewer = EVERYTHING,
    ) -> None:
        """Read rows of ``base`` that the viewer may see.

        Raises:
            NotVisible: if they may see none; so does every method that names another such table.
        """
        self.base = base
        self._own_time = time
        self._model = model
        self._clock = clock
        self._viewer = viewer
        # A table on the way to another is joined by its keys and shows nothing itself.
        self._joining = replace(viewer, permissions=None)
        # No table is joined twice, so none needs another name.
        self._sources: dict[str, Any] = {base: readable(model, base, viewer)}
        self._from: Any = self._sources[base]

    def can_reach(self, name: str) -> bool:
        """Return whether each row of the base has one value of a dimension."""
        return self._model.path(self.base, name.partition(".")[0]) is not None

    def column(self, table: str, name: str) -> Any:
        """Return a column of the base or of what its rows belong to."""
        return self._source(table).c[name]

    def dimension(self, name: str) -> Any:
        """Return the column of a dimension."""
        found = self._model.dimensions[name]
        return self.column(found.table, found.column)

    def number(self, name: str) -> Any:
        """Return a fact, or a dimension that is a number."""
        if name in self._model.dimensions:
            return self.dimension(name)
        fact = self._model.facts[name]
        return fact_value(
            fact, self._source(fact.table).c, self._model.tables[fact.table].dimensions, self._clock
        )

    def select(self, *columns: Any) -> Select[Any]:
        """Return a select of columns that this scope gave."""
        return select(*columns).select_from(self._from)

    def piece(self, grain: Grain, period: Period | None) -> Any:
        """Return the piece of time that a row of a period is in; None: of any time."""
        table, time = self._time("grain")
        if time.kind is DimensionKind.YEAR and grain is not Grain.YEAR:
            raise QuestionInvalid(f"{table.nouns[0]}s are known by year only", "grain")
        if time.kind is DimensionKind.DATE and grain is Grain.HOUR:
            raise QuestionInvalid(f"{table.nouns[0]}s are known by day only", "grain")
        return piece_of_time(time, self.dimension(f"{table.name}.{time.name}"), grain, self._clock, period)

    def within(self, period: Period) -> list[Any]:
        """Return the conditions that a row is within a period."""
        table, time = self._time("periods")
        if time.kind is DimensionKind.DATE and not period.is_whole_days:
            raise QuestionInvalid(f"{table.nouns[0]}s are known by day only", "periods")
        if time.kind is DimensionKind.YEAR and not all(
            at is None or (at.month, at.day) == (1, 1) for at in (period.start, period.end)
        ):
            raise QuestionInvalid(f"of {table.nouns[0]}s the year is known only", "periods")
        found = within(time, self.dimension(f"{table.name}.{time.name}"), period, self._clock)
        if table.partition is not None and self._own_time is None:
            found += partition_within(self.column(table.name, table.partition), period, self._clock)
        return found

    def defaults(self, asked: set[str]) -> list[Any]:
        """Return what rows of the base must be unless the question says otherwise."""
        table = self._model.tables[self.base]
        if any(
            table.dimensions[name].kind is DimensionKind.ID
            for name in table.dimensions
            if f"{table.name}.{name}" in asked
        ):
            return []  # one thing by its id, whatever it is
        return [
            matches(
                table.dimensions[name],
                self.dimension(f"{table.name}.{name}"),
                Filter(f"{table.name}.{name}", values),
            )
            for name, values in table.default.items()
            if f"{table.name}.{name}" not in asked
        ]

    def _time(self, field: str) -> tuple[SemanticTable, Any]:
        table = self._model.tables[self.base]
        if self._own_time is not None:
            owner, _, name = self._own_time.partition(".")
            if owner != table.name:
                raise QuestionInvalid(f"{self._own_time} is no time of {table.description.lower()}", "time")
            return table, table.dimensions[name]
        if table.time is None:
            raise QuestionInvalid(f"{table.description.lower()}: these have no time on record", field)
        return table, table.dimensions[table.time]

    def _source(self, table: str) -> Any:
        reason = why_hidden(self._model.tables[table], self._viewer)
        if reason is not None:
            raise NotVisible(reason)
        if table not in self._sources:
            path = self._model.path(self.base, table)
            if path is None:
                raise QuestionInvalid(
                    f"{_things(self._model.tables[self.base])} are not known by "
                    f"{_things(self._model.tables[table]).removesuffix('s')}",
                    "groups",
                )
            for relation in path:
                if relation.refers_to not in self._sources:
                    start = self._sources[relation.table]
                    end = readable(self._model, relation.refers_to, self._joining)
                    condition: Any = true()
                    for left, right in zip(relation.columns, relation.references, strict=True):
                        condition = start.c[left] == end.c[right]
                    self._sources[relation.refers_to] = end
                    self._from = self._from.outerjoin(end, condition)
        return self._sources[table]


def _things(table: SemanticTable) -> str:
    """Return what the rows of a table are, in the plural."""
    noun = table.nouns[0] if table.nouns else table.name.replace("_", " ")
    if noun.endswith(("ss", "ch", "sh", "x")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"


def title_of(name: str) -> str:
    """Return a name as a title: words, without the unit at its end."""
    words = name.split("_")
    units = {"kwh", "kva", "mw", "mva", "pct", "kv", "km", "mm", "mps", "c", "v", "kw", "m"}
    if len(words) > 1 and words[-1] in units:
        words = words[:-1]
    return " ".join(words).capitalize()
