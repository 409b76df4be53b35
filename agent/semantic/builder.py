"""Makes a select of a question: SQLAlchemy Core, values as bound parameters, on both dialects.

Every number is summed up in a table of its own and the sums are joined by what they are grouped by, so that
no row is counted twice because another table has several rows for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Double, Select, case, cast, func, literal, select, true, union_all
from sqlalchemy.types import String

from agent.semantic.expressions import (
    Clock,
    aggregated,
    compared,
    matches,
)
from agent.semantic.form import Filter, Grain, Period, Question, QuestionInvalid
from agent.semantic.model import DimensionKind, Metric, MetricKind, SemanticModel
from agent.semantic.scope import Scope, title_of
from agent.semantic.visibility import EVERYTHING, Viewer
from grid.warehouse.arrow import Query

MOST_ROWS = 1000
TIME = "time"
PERIOD = "period"


@dataclass(frozen=True)
class Column:
    """A column of an answer: what it is called in the rows, what it means, its unit."""

    name: str
    title: str
    unit: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Built:
    """A select and what its columns are. It asks for one row more than may be shown."""

    query: Query
    columns: tuple[Column, ...]
    limit: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A number to be summed up: a metric in its table, and whether it is a denominator for all groups."""

    metric: Metric
    base: str
    is_denominator: bool = False
    share: tuple[Filter, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.metric.name}{'_part' if self.share else ''}{'_whole' if self.is_denominator else ''}"


class Builder:
    """Builds the selects of one model and clock."""

    def __init__(
        self,
        model: SemanticModel,
        clock: Clock,
        most_rows: int = MOST_ROWS,
        viewer: Viewer = EVERYTHING,
    ) -> None:
        self._model = model
        self._clock = clock
        self._most_rows = most_rows
        self._viewer = viewer

    def build(self, question: Question) -> Built:
        """Return the select of a question.

        Raises:
            QuestionInvalid: if it names what the model does not know, or what does not go together.
            NotVisible: if it is about a table that the viewer may not see.
        """
        self._check_names(question)
        limit = min(question.limit or self._most_rows, self._most_rows)
        if question.metrics:
            return self._numbers(question, limit)
        if question.subject is None:
            raise QuestionInvalid("a question needs metrics or a subject", "metrics")
        return self._rows(question, limit)

    def _check_names(self, question: Question) -> None:
        model = self._model
        for name in question.metrics:
            if name not in model.metrics:
                raise QuestionInvalid(f"{name} is no metric", "metrics")
        if question.subject is not None and question.subject not in model.tables:
            raise QuestionInvalid(f"{question.subject} is no table", "subject")
        for field, names in (
            ("groups", question.groups),
            ("filters", [item.dimension for item in question.filters]),
            ("share", [item.dimension for item in question.share]),
            ("time", [question.time] if question.time else []),
        ):
            for name in names:
                if name not in model.dimensions:
                    raise QuestionInvalid(f"{name} is no dimension", field)
        for name in question.columns:
            if name not in model.dimensions and name not in model.facts:
                raise QuestionInvalid(f"{name} is no dimension or fact", "columns")
        for item in question.conditions:
            dimension = model.dimensions.get(item.of)
            if item.of not in model.facts and (
                dimension is None or dimension.kind is not DimensionKind.NUMBER
            ):
                raise QuestionInvalid(f"{item.of} is no fact", "conditions")
        for item in question.having:
            if item.of not in question.metrics:
                raise QuestionInvalid(f"{item.of} is none of the metrics", "having")
        if any(not item.values for item in (*question.filters, *question.share)):
            raise QuestionInvalid("a filter needs values", "filters")

    # Numbers

    def _numbers(self, question: Question, limit: int) -> Built:
        groups = self._group_columns(question)
        periods: Sequence[Period | None] = question.periods or (None,)
        selects = [
            self._numbers_within(question, groups, period, position)
            for position, period in enumerate(periods)
        ]
        titles = [Column(name, title) for name, title in groups]
        if len(periods) > 1:
            titles.insert(0, Column(PERIOD, "Period"))
        titles += [
            Column(
                name,
                title_of(name),
                "%" if question.share else self._model.metrics[name].unit,
                is_number=True,
            )
            for name in question.metrics
        ]
        query: Any = selects[0]
        if len(selects) > 1:
            together = union_all(*selects).subquery("together")
            query = select(*(together.c[column.name] for column in titles)).order_by(
                together.c.position, *self._ordered(question, groups, together.c)
            )
        else:
            query = query.order_by(
                *self._ordered(question, groups, {c.name: c for c in query.selected_columns})
            )
        return Built(query.limit(limit + 1), tuple(titles), limit)

    def _group_columns(self, question: Question) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        if question.grain is not None:
            found.append((TIME, question.grain.value.capitalize()))
        for name in question.groups:
            dimension = self._model.dimensions[name]
            found.append((dimension.name, title_of(dimension.name)))
            label = self._label_of(name)
            if label is not None:
                found.append((label, title_of(label)))
        return found

    def _label_of(self, name: str) -> str | None:
        """Return the dimension shown beside a key that questions are grouped by."""
        dimension = self._model.dimensions[name]
        table = self._model.tables[dimension.table]
        is_key = table.key_dimension is dimension and table.label is not None
        shown = f"{table.name}.{table.label}"
        return table.label if is_key and shown != name else None

    def _numbers_within(
        self, question: Question, groups: list[tuple[str, str]], period: Period | None, position: int
    ) -> Select[Any]:
        parts = list(dict.fromkeys(self._parts(question)))
        bases = list(dict.fromkeys((part.base, part.is_denominator) for part in parts))
        sums = [
            self._sums(
                question,
                period,
                base,
                [part for part in parts if (part.base, part.is_denominator) == (base, whole)],
                whole,
            )
            for base, whole in bases
        ]
        names = [name for name, _ in groups]
        first = sums[0]
        joined: Any = first
        shared = {name: first.c[name] for name in names}
        for other in sums[1:]:
            common = [name for name in names if name in other.c]
            condition: Any = true()
            for name in common:
                condition &= shared[name].is_not_distinct_from(other.c[name])
            joined = joined.join(other, condition, full=bool(common))
            for name in common:
                shared[name] = func.coalesce(shared[name], other.c[name], type_=other.c[name].type)
        values = {
            part.label: found.c[part.label] for part in parts for found in sums if part.label in found.c
        }
        columns: list[Any] = [shared[name].label(name) for name in names]
        if len(question.periods) > 1 and period is not None:
            columns = [
                literal(position).label("position"),
                literal(period.words, String).label(PERIOD),
                *columns,
            ]
        numbers = {
            name: self._number(self._model.metrics[name], values, bool(question.share))
            for name in question.metrics
        }
        query = select(*columns, *(value.label(name) for name, value in numbers.items())).select_from(joined)
        for condition in question.having:
            query = query.where(compared(numbers[condition.of], condition))
        return query

    def _number(self, metric: Metric, values: dict[str, Any], is_share: bool) -> Any:
        if is_share:
            return 100.0 * values[f"{metric.name}_part"] / func.nullif(values[metric.name], 0.0)
        if metric.kind is not MetricKind.RATIO or metric.parts is None:
            return values[metric.name]
        top, bottom = (self._model.metrics[name] for name in metric.parts)
        whole = values.get(f"{bottom.name}_whole", values.get(bottom.name))
        above = values[top.name]
        if f"{bottom.name}_whole" in values:
            above = func.coalesce(above, 0.0, type_=Double())
        return above / func.nullif(whole, 0.0)

    def _parts(self, question: Question) -> Iterable[_Part]:
        for name in question.metrics:
            metric = self._model.metrics[name]
            if metric.kind is MetricKind.RATIO and metric.parts is not None:
                top, bottom = (self._model.metrics[part] for part in metric.parts)
                yield _Part(top, self._base(top, question))
                yield _Part(bottom, self._base(bottom, question), is_denominator=bottom.table != top.table)
                continue
            metric = self._refined(metric, question)
            base = self._base(metric, question)
            yield _Part(metric, base)
            if question.share:
                yield _Part(metric, base, share=question.share)

    def _refined(self, metric: Metric, question: Question) -> Metric:
        """Return the metric of the finer table where a question is about hours of a table of days."""
        table = self._model.tables[metric.table]
        time = table.dimensions.get(table.time or "")
        in_hours = question.grain is Grain.HOUR or not all(
            period.is_whole_days for period in question.periods
        )
        if not in_hours or time is None or time.kind is not DimensionKind.DATE:
            return metric
        fact = table.facts.get(metric.fact or "")
        finer = None if fact is None or fact.finer is None else self._model.facts[fact.finer]
        found = None if finer is None else self._model.metric_of(finer, metric.aggregate)
        if found is None:
            raise QuestionInvalid(f"{title_of(metric.name)} is known by day, not by hour", "grain")
        return replace(found, name=metric.name)

    def _base(self, metric: Metric, question: Question) -> str:
        """Return the table that a metric is counted in: its own, or a finer one that a condition is on."""
        if metric.kind is not MetricKind.COUNT or metric.above or metric.where or len(metric.distinct) != 1:
            return metric.table
        finer = {item.of.partition(".")[0] for item in question.conditions}
        finer -= {name for name in finer if self._model.hops(metric.table, name) is not None}
        if len(finer) > 1:
            raise QuestionInvalid("conditions on several tables do not go together", "conditions")
        return finer.pop() if finer else metric.table

    def _sums(
        self, question: Question, period: Period | None, base: str, parts: list[_Part], is_whole: bool
    ) -> Any:
        scope = Scope(self._model, base, self._clock, question.time, self._viewer)
        columns: list[Any] = []
        if question.grain is not None and not is_whole:
            columns.append(scope.piece(question.grain, period).label(TIME))
        for name in question.groups:
            if is_whole and not scope.can_reach(name):
                continue  # SAIDI by cause: minutes by cause, over all customers
            columns.append(scope.dimension(name).label(self._model.dimensions[name].name))
            label = self._label_of(name)
            if label is not None:
                columns.append(scope.dimension(f"{name.partition('.')[0]}.{label}").label(label))
        conditions = self._conditions(question, scope, period, is_whole, [part.metric for part in parts])
        own = [self._own_conditions(part.metric, scope) for part in parts]
        is_shared = len({_own(part.metric) for part in parts}) == 1
        if is_shared:  # "failures by maker" is of makers with failures
            conditions += own[0]
            own = [[] for _ in parts]
        numbers = [
            self._summed(part, scope, mine).label(part.label) for part, mine in zip(parts, own, strict=True)
        ]
        query = scope.select(*columns, *numbers).where(*conditions)
        if columns:
            query = query.group_by(*(column.element for column in columns))
        return query.subquery(f"{base}{'_whole' if is_whole else ''}_sums")

    def _conditions(
        self, question: Question, scope: Scope, period: Period | None, is_whole: bool, metrics: list[Metric]
    ) -> list[Any]:
        found = []
        for chosen in question.filters:
            if is_whole and not scope.can_reach(chosen.dimension):
                continue
            found.append(
                matches(self._model.dimensions[chosen.dimension], scope.dimension(chosen.dimension), chosen)
            )
        found += [compared(scope.number(item.of), item) for item in question.conditions]
        if period is not None and not is_whole:
            found += scope.within(period)
        named = {chosen.dimension for chosen in (*question.filters, *question.share)}
        asked = named | {
            name for name in question.groups if self._model.dimensions[name].kind is not DimensionKind.ID
        }
        asked |= {f"{metric.table}.{name}" for metric in metrics for name in metric.where}
        return found + scope.defaults(asked)

    def _own_conditions(self, metric: Metric, scope: Scope) -> list[Any]:
        """Return what rows must be to count in a metric."""
        table = self._model.tables[metric.table]
        conditions = [
            matches(
                table.dimensions[name],
                scope.dimension(f"{table.name}.{name}"),
                Filter(f"{table.name}.{name}", values),
            )
            for name, values in metric.where.items()
        ]
        if metric.above is not None:
            conditions.append(scope.number(f"{table.name}.{metric.above.fact}") > metric.above.value)
        if metric.known is not None:
            conditions.append(scope.dimension(f"{table.name}.{metric.known}").is_not(None))
        return conditions

    def _summed(self, part: _Part, scope: Scope, own: list[Any]) -> Any:
        metric, table = part.metric, self._model.tables[part.metric.table]
        conditions = own + [
            matches(self._model.dimensions[chosen.dimension], scope.dimension(chosen.dimension), chosen)
            for chosen in part.share
        ]

        def where(value: Any) -> Any:
            for condition in conditions:
                value = case((condition, value))
            return value

        match metric.kind:
            case MetricKind.COUNT if metric.distinct == table.key and scope.base == table.name:
                return cast(func.count(where(scope.column(table.name, table.key[0]))), Double)
            case MetricKind.COUNT:
                return cast(
                    func.count(where(scope.column(table.name, metric.distinct[0])).distinct()), Double
                )
            case MetricKind.SUM_PER:
                amount = func.sum(where(scope.column(table.name, metric.column or "")), type_=Double)
                places = func.count(scope.dimension(f"{table.name}.{metric.per}").distinct())
                return cast(amount, Double) / func.nullif(cast(places, Double), 0.0)
            case MetricKind.AGGREGATE if metric.aggregate is not None and scope.base == table.name:
                return aggregated(metric.aggregate, where(scope.number(f"{table.name}.{metric.fact}")))
            case _:
                raise QuestionInvalid(f"{title_of(metric.name)} cannot be counted so", "metrics")

    def _ordered(self, question: Question, groups: list[tuple[str, str]], columns: Any) -> list[Any]:
        found: list[Any] = []
        if question.order is not None and question.order.by in columns:
            column = columns[question.order.by]
            found.append((column.desc() if question.order.is_descending else column.asc()).nulls_last())
        elif question.grain is None and groups and question.metrics:
            found.append(columns[question.metrics[0]].desc().nulls_last())
        return [*found, *(columns[name].asc().nulls_last() for name, _ in groups)]

    # Rows

    def _rows(self, question: Question, limit: int) -> Built:
        table = self._model.tables[question.subject or ""]
        scope = Scope(self._model, table.name, self._clock, question.time, self._viewer)
        by_column = {item.column: item for item in table.dimensions.values()}
        keys = [f"{table.name}.{by_column[name].name}" for name in table.key if name in by_column]
        names = [*keys, *([f"{table.name}.{table.label}"] if table.label else []), *question.columns]
        names = list(dict.fromkeys(names))
        bare = [name for name in table.key if name not in by_column]
        columns = [scope.column(table.name, name).label(name) for name in bare]
        titles = [Column(name, title_of(name)) for name in bare]
        for name in names:
            short = name.partition(".")[2]
            if name in self._model.dimensions:
                columns.append(scope.dimension(name).label(short))
                titles.append(Column(short, title_of(short), self._model.dimensions[name].unit))
            else:
                columns.append(scope.number(name).label(short))
                titles.append(Column(short, title_of(short), self._model.facts[name].unit, is_number=True))
        if len(question.periods) > 1:
            raise QuestionInvalid("rows are of one period", "periods")
        period = question.periods[0] if question.periods else None
        conditions = self._conditions(question, scope, period, False, [])
        by: list[Any] = []
        if question.order is not None:
            time = f"{table.name}.{table.time}"
            if question.order.by not in self._model.facts and question.order.by != time:
                raise QuestionInvalid(f"{question.order.by} is no fact, and not {time}", "order")
            is_time = question.order.by == time
            value = scope.dimension(time) if is_time else scope.number(question.order.by)
            by.append((value.desc() if question.order.is_descending else value.asc()).nulls_last())
        query = scope.select(*columns).where(*conditions).order_by(*by, columns[0].element)
        return Built(query.limit(limit + 1), tuple(titles), limit)


def _own(metric: Metric) -> tuple[Any, ...]:
    return (tuple(metric.where.items()), metric.above, metric.known)
