"""Limits in questions: which number "above 90 %" or "more than 100" is about."""

from __future__ import annotations

from agent.semantic.evidence import Evidence
from agent.semantic.form import Condition, Operator
from agent.semantic.gathering import Measure, Unreadable
from agent.semantic.model import (
    Aggregate,
    DimensionKind,
    Fact,
)
from agent.semantic.numbers import UNITS, Comparison, converted
from agent.semantic.vocabulary import Kind


class Limits(Evidence):
    """Binds comparisons to facts and counts."""

    def _bind_comparisons(self) -> None:
        """Give each comparison the fact that it is about: beside it, or the one of that unit."""
        found = self._found
        for comparison, at in found.comparisons:
            measure = self._beside(at, comparison) or self._counted_after(at, comparison)
            if measure is None:
                measure = self._of_unit(at, comparison)
                found.measures.append(measure)
            if measure.comparison is not None and measure.comparison is not comparison:
                raise Unreadable("two limits of one thing")
            measure.comparison = comparison
        found.comparisons.clear()

    def _beside(self, at: int, comparison: Comparison) -> Measure | None:
        facts = [
            measure
            for measure in self._found.measures
            if measure.kind == "FACT" and measure.comparison is None
        ]
        before = [measure for measure in facts if measure.at < at and at - measure.at <= 4]
        after = [measure for measure in facts if measure.at > at and measure.at - at <= 2]
        for measure in [*reversed(before), *after]:
            fact = self._model.facts[measure.of]
            needs_unit = fact.unit in UNITS or fact.unit.lower() in UNITS
            is_clear = comparison.unit is not None or not needs_unit or measure.at < at
            fits = converted(comparison, fact.unit) is not None and is_clear
            if fits and not self._is_noun_between(measure.at, at):
                return measure
        return None

    def _is_noun_between(self, start: int, end: int) -> bool:
        low, high = min(start, end), max(start, end)
        return any(item.kind is Kind.NOUN for item in self._items[low + 1 : high]) and high - low > 3

    def _counted_after(self, at: int, comparison: Comparison) -> Measure | None:
        """Return the number of what follows: "more than 100 outages"."""
        if comparison.unit is not None or at + 1 >= len(self._items):
            return None
        follows = next(
            (
                i
                for i in range(at + 1, len(self._items))
                if self._items[i].kind not in (Kind.FILLER, Kind.VALUE)
            ),
            None,
        )
        if follows is None:
            return None
        item = self._items[follows]
        if item.kind is Kind.NOUN:
            found = self._found
            found.nouns = [noun for noun in found.nouns if noun[1] != follows]
            measure = Measure("COUNT", item.meaning.of, follows)
            found.measures.append(measure)
            return measure
        if item.kind in (Kind.FACT, Kind.METRIC):
            return next((m for m in self._found.measures if m.at == follows), None)
        return None

    def _of_unit(self, at: int, comparison: Comparison) -> Measure:
        """Return the fact of the named tables that has the unit: "transformers above 500 kVA"."""
        if comparison.unit is None:
            raise Unreadable(f"I could not tell what {self._items[at].text} is about")
        tables = sorted(self._tables_named())
        is_of_before = not tables and self._previous is not None
        if self._previous is not None and is_of_before:  # "only those older than 50 years"
            before = self._previous
            tables = sorted({self._model.metrics[name].table for name in before.metrics})
            tables = [before.subject] if before.subject else tables
        if self._found.periods:  # "transformers above 80 % this week": what is measured by the hour
            tables = [series for table in tables for series in self._series_of(table)] + tables
        for table in tables:
            for fact in self._model.tables[table].facts.values():
                if converted(comparison, fact.unit) is not None:
                    return Measure("FACT", f"{table}.{fact.name}", at, is_of_before=is_of_before)
            for dimension in self._model.tables[table].dimensions.values():
                if (
                    dimension.kind is DimensionKind.NUMBER
                    and converted(comparison, dimension.unit) is not None
                ):
                    return Measure("FACT", f"{table}.{dimension.name}", at)
        raise Unreadable(f"I could not tell what {self._items[at].text} is about")

    def _series_of(self, table: str) -> list[str]:
        """Return the tables with rows for each thing and time, where the thing's own has no such time."""
        own = self._model.tables[table]
        if own.time is not None and not own.time_words:
            return []
        return [
            other.name
            for other in self._model.tables.values()
            if len(other.key) > 1 and self._model.hops(other.name, table) == 1
        ]

    def _having(self, metrics: list[str]) -> list[Condition]:
        """Return the conditions on sums: "which circuits had more than 100 outages"."""
        found, conditions = self._found, []
        for measure in found.measures:
            if measure.comparison is None:
                continue
            if measure.kind == "FACT" and measure.of in self._model.facts:
                fact = self._model.facts[measure.of]
                target = found.targets[0] if found.targets else None
                nouns = {table for table, _ in found.nouns}
                if target is None or not self._is_summed(fact) or fact.table in nouns:
                    continue
                metric = self._model.metric_of(fact, Aggregate.SUM)
                name, unit = ("" if metric is None else metric.name), fact.unit
            elif measure.kind == "COUNT":
                name, unit = self._model.tables[measure.of].count.name, ""
            else:
                name, unit = (
                    measure.of,
                    self._model.metrics[measure.of].unit if measure.of in self._model.metrics else "",
                )
            if name in metrics:
                conditions.append(_condition(name, measure.comparison, unit))
        return conditions

    def _conditions(self, metrics: list[str], having: list[Condition]) -> tuple[Condition, ...]:
        limited = {condition.of for condition in having}
        found = []
        for measure in self._found.measures:
            if measure.comparison is None or measure.kind != "FACT":
                continue
            unit = self._unit(measure.of)
            fact = self._model.facts.get(measure.of)
            summed = None if fact is None else self._model.metric_of(fact, Aggregate.SUM)
            if summed is not None and summed.name in limited:
                continue
            found.append(_condition(measure.of, measure.comparison, unit))
        return tuple(found)

    def _limited_noun(self, metrics: list[str]) -> str:
        """Return the things that a limit on a number chooses, where they are named without "which"."""
        found = self._found
        nouns = list(dict.fromkeys(table for table, _ in found.nouns))
        is_counted = any(measure.kind == "COUNT" and measure.comparison is None for measure in found.measures)
        if (
            len(nouns) != 1
            or is_counted
            or len(metrics) != 1
            or self._model.tables[nouns[0]].key_dimension is None
        ):
            raise Unreadable("ask which they are, and I list them")
        found.nouns.clear()
        return nouns[0]

    def _is_summed(self, fact: Fact) -> bool:
        return fact.aggregates[0] is Aggregate.SUM and fact.table not in self._found.targets


def _condition(of: str, comparison: Comparison, unit: str) -> Condition:
    values = converted(comparison, unit)
    if values is None:
        raise Unreadable("those units do not measure the same")
    if comparison.operator is not Operator.BETWEEN:
        return Condition(of, comparison.operator, values[0])
    return Condition(of, Operator.BETWEEN, values[0], values[1])
