"""The kinds of questions: rows, one thing by its id, a superlative, what a counting metric counts."""

from __future__ import annotations

from dataclasses import replace

from agent.semantic.evidence import table_of
from agent.semantic.form import Condition, Filter, Operator, Order, Question
from agent.semantic.gathering import Measure, Unreadable
from agent.semantic.measuring import RANKED
from agent.semantic.model import (
    Aggregate,
    DimensionKind,
    Metric,
    MetricKind,
    SemanticTable,
)
from agent.semantic.numbers import Comparison
from agent.semantic.special import Special
from agent.semantic.vocabulary import Kind


class Forms(Special):
    """Makes forms that are no plain numbers by group."""

    def _with_periods(self, question: Question) -> Question:
        found = self._found
        table = self._model.tables[self._base(question)]
        question = self._at_present(question, table)
        if len(found.periods) > 2:
            raise Unreadable("I compare two times, not more")
        wrong = [
            name
            for name in found.time_words
            if name != table.name
            and name not in {m.of for m in found.measures}
            and not (self._is_built(name) and not found.periods)  # "installed capacity" says no time
        ]
        if wrong:
            raise Unreadable(
                f"{table.nouns[0] if table.nouns else table.name}: this does not go with that word"
            )
        says_when = table.name in (*found.time_words, *found.when_values) or any(
            m.kind == "METRIC" for m in found.measures
        )
        if found.periods and table.time_words and not says_when:
            raise Unreadable(
                f"when were they {table.time_words[0]}? Only that is on record of {table.nouns[0]}s"
            )
        if found.is_compared and len(found.periods) < 2 and not question.groups and not question.share:
            raise Unreadable("I could not tell what to compare with what")
        return replace(question, periods=tuple(found.periods), time=self._time_meant(table))

    def _is_built(self, name: str) -> bool:
        table = self._model.tables[name]
        return table.time is not None and table.dimensions[table.time].kind is DimensionKind.YEAR

    def _at_present(self, question: Question, table: SemanticTable) -> Question:
        """Return a question about now: what is going on, where the table tells that."""
        if not self._found.is_now:
            return question
        if table.now and not self._found.periods:
            kept = {item.dimension for item in (*question.filters, *question.share)}
            added = [Filter(f"{table.name}.{name}", values) for name, values in table.now.items()]
            return replace(
                question, filters=(*question.filters, *(item for item in added if item.dimension not in kept))
            )
        if self._is_by_the_hour(table) and not self._found.periods:
            self._found.periods.append(self._grammar.last_hour())
            return question
        if table.time is not None and not table.time_words and not self._found.periods:
            raise Unreadable(f"today's, or the latest? {table.description} have many times")
        return question

    def _is_by_the_hour(self, table: SemanticTable) -> bool:
        """Return whether a table holds a row for each thing and hour: the newest is what is so now."""
        is_moment = table.time is not None and table.dimensions[table.time].kind is DimensionKind.UTC
        return is_moment and len(table.key) > 1 and table.time in {d.name for d in self._model.clock}

    def _time_meant(self, table: SemanticTable) -> str | None:
        """Return the time that periods are about where it is not the table's own: "restored yesterday"."""
        times = [name for name in self._found.times if name != f"{table.name}.{table.time}"]
        if len(times) > 1 or any(table_of(name) != table.name for name in self._found.times):
            raise Unreadable("I could not tell which time is meant")
        return times[0] if times else None

    def _listed_metric(self) -> Question | None:
        """Return the rows that a counting metric counts: "which trees are within the clearance"."""
        found = self._found
        if len(found.measures) != 1 or not found.measures[0].is_listed or found.measures[0].kind != "METRIC":
            return None
        metric = self._model.metrics[found.measures[0].of]
        table = self._model.tables[metric.table]
        if metric.kind is not MetricKind.COUNT:
            return None
        if found.targets or found.groups or found.superlatives or metric.distinct != table.key:
            if self._chosen_by_limit(found.measures[0], metric, table):
                return None
            raise Unreadable("their number, or which they are?")
        wanted = tuple(Filter(f"{table.name}.{name}", values) for name, values in metric.where.items())
        if metric.known:
            values = self._model.dimensions[f"{table.name}.{metric.known}"].values
            if not values:
                raise Unreadable("their number, or which they are?")
            wanted = (*wanted, Filter(f"{table.name}.{metric.known}", tuple(values)))
        above = metric.above
        limits = (
            () if above is None else (Condition(f"{table.name}.{above.fact}", Operator.ABOVE, above.value),)
        )
        filters = (*self._filters(), *wanted)
        self._check_loose(filters, (), [])
        self._check_nouns([metric.name], [])
        columns = [item.of for item in limits]
        return self._with_periods(
            Question(
                subject=table.name,
                columns=tuple(columns),
                filters=filters,
                conditions=limits,
                limit=found.limit,
            )
        )

    def _chosen_by_limit(self, measure: Measure, metric: Metric, table: SemanticTable) -> bool:
        """Take "which transformers are overloaded" as those above the limit of their loading."""
        found = self._found
        owner = next((each for each in self._model.tables.values() if each.key == metric.distinct), None)
        if metric.above is None or owner is None or found.targets or found.superlatives:
            return False
        measure.kind, measure.of = "FACT", f"{table.name}.{metric.above.fact}"
        unit = "%" if self._model.facts[measure.of].unit == "%" else None
        measure.comparison = Comparison(Operator.ABOVE, metric.above.value, unit=unit)
        found.targets.append(owner.name)
        found.target_is_plural = True
        return True

    def _rows(self, noun: str | None) -> Question:
        found = self._found
        if noun is None:
            raise Unreadable("I could not tell what is asked")
        if (
            found.superlatives
            or found.limit
            or found.grain
            or found.groups
            or found.is_share
            or found.is_compared
        ):
            raise Unreadable("ranked by what?")
        for other, at in found.nouns:
            if other != noun and self._model.hops(noun, other) is None:
                raise Unreadable(f"{self._items[at].text} do not go with that")
        table = self._model.tables[noun]
        filters = self._filters()
        conditions = self._conditions([], [])
        columns = [item.of for item in conditions] + [
            item.dimension for item in filters if not item.dimension.endswith("_id")
        ]
        columns += [name for name, _ in found.loose if self._model.hops(noun, table_of(name)) is not None]
        columns += [f"{noun}.{name}" for name in table.show]
        return self._with_periods(
            Question(
                subject=noun,
                columns=tuple(dict.fromkeys(columns)),
                filters=filters,
                conditions=conditions,
                limit=found.limit,
            )
        )

    def _lookup(self) -> Question | None:
        """Return the question for what is known of one thing, named by its id."""
        found = self._found
        ids = [chosen for chosen in found.chosen if chosen.is_id]
        if (
            len(ids) != 1
            or found.groups
            or found.grain
            or found.is_share
            or found.is_compared
            or found.superlatives
        ):
            return None
        if found.is_counting or any(
            measure.kind != "FACT" or measure.aggregates for measure in found.measures
        ):
            return None
        dimension = self._model.dimensions[ids[0].dimension]
        table = self._model.tables[dimension.table]
        if table.key != (dimension.column,):
            return None  # a weather station has a row for each hour
        columns: list[str] = []
        for name, at in found.loose:
            if self._model.dimensions[name].table != table.name:
                raise Unreadable(f"{self._items[at].text} is not of that")
            columns.append(name)
        for measure in found.measures:
            if (
                measure.comparison is not None
                or self._model.facts[measure.of].table != table.name
                or found.periods
            ):
                return None
            columns.append(measure.of)
        for target in found.targets:
            if "." in target:
                if self._model.dimensions[target].table != table.name:
                    return None
                columns.append(target)
                continue
            if (
                target == table.name
                or target not in self._model.tables
                or self._model.hops(table.name, target) is None
            ):
                return None
            end = self._model.tables[target]
            columns.append(self._group(target))
            columns += [f"{target}.{end.label}"] if end.label else []
        only_name = all(other == table.name for other, _ in found.nouns)
        if found.measures and not only_name:
            return None  # "transformers on CKT-1 by rating"
        is_bare = all(item.kind in (Kind.NOUN, Kind.VALUE, Kind.FILLER, Kind.WHICH) for item in self._items)
        if not columns and not ((found.is_about or is_bare) and only_name):
            return None
        if len(found.chosen) > 1 or found.periods or found.limit:
            raise Unreadable("one thing is looked up by its id alone")
        if found.is_when and not any(
            self._model.dimensions[name].kind in (DimensionKind.UTC, DimensionKind.DATE, DimensionKind.YEAR)
            for name in columns
            if name in self._model.dimensions
        ):
            raise Unreadable("that is no time")
        if found.is_when or found.is_about:
            found.time_words.clear()
        if found.is_about or not columns:
            columns += [f"{table.name}.{name}" for name in table.show]
        return Question(subject=table.name, columns=tuple(dict.fromkeys(columns)), filters=self._filters())

    def _fact_superlative(self) -> Question | None:
        """Return the ranking that a word like "oldest" or "hottest" asks for."""
        found = self._found
        if not found.fact_superlatives:
            return None
        name, direction, _ = found.fact_superlatives[0]
        if any(measure.of == name for measure in found.measures):
            return None  # "the longest outage duration"
        if (
            len(found.fact_superlatives) > 1
            or found.measures
            or found.is_counting
            or (found.aggregates and found.aggregates != [Aggregate.AVG])
            or found.is_share
        ):
            raise Unreadable("that ranks by two things")
        is_most = direction == "MOST"
        metric = self._superlative_metric(name, is_most)
        table = metric.table
        self._used_facts.append(f"{table}.{metric.fact}")
        if found.grain is not None and not found.groups:
            groups: list[str] = []
            is_plural = found.target_is_plural
        else:
            ranked = self._ranked_table(table)
            is_ranked_rows = found.limit is not None
            named = [(other, at) for other, at in found.nouns if other == ranked]
            targets = [other for other in found.targets if other in self._model.tables]
            if not named and ranked not in targets:
                raise Unreadable("the most of what?")
            above = [other for other in targets if other != ranked and self._model.hops(ranked, other)]
            if above:
                return self._ranked_above(above[0], metric, is_most)
            if found.groups and not is_ranked_rows:
                return self._extreme_of_each(metric)
            groups = [self._group(ranked)]
            is_plural = found.target_is_plural if targets else self._items[named[0][1]].is_plural
        if found.aggregates:
            raise Unreadable("that ranks by two things")
        filters = self._filters()
        groups += [name for name in (self._group(name) for name in found.groups) if name not in groups]
        self._check_loose(filters, (), groups)
        self._check_nouns([metric.name], groups)
        limit = found.limit or (RANKED if is_plural else 1)
        return self._with_periods(
            Question(
                metrics=(metric.name,),
                groups=tuple(groups),
                grain=found.grain,
                filters=filters,
                conditions=self._conditions([metric.name], []),
                order=Order(metric.name, is_most),
                limit=limit,
            )
        )

    def _extreme_of_each(self, metric: Metric) -> Question:
        """Return the extreme of each group: "longest outage per circuit" is no ranking of outages."""
        groups = list(dict.fromkeys(self._group(name) for name in self._found.groups))
        filters = self._filters()
        self._check_loose(filters, (), groups)
        self._check_nouns([metric.name], groups)
        return self._with_periods(
            Question(
                metrics=(metric.name,),
                groups=tuple(groups),
                filters=filters,
                conditions=self._conditions([metric.name], []),
            )
        )

    def _ranked_above(self, above: str, metric: Metric, is_most: bool) -> Question:
        """Return what "which feeder has the oldest transformers on average" ranks: the feeders."""
        found = self._found
        if not found.aggregates:
            raise Unreadable("on average, or the single one that is most so?")
        fact = self._model.tables[metric.table].facts[metric.fact or ""]
        mean = self._model.metric_of(fact, found.aggregates[0])
        if mean is None:
            raise Unreadable(f"{fact.name} has no average")
        filters, groups = self._filters(), [self._group(above)]
        self._check_loose(filters, (), groups)
        self._check_nouns([mean.name], groups)
        return self._with_periods(
            Question(
                metrics=(mean.name,),
                groups=tuple(groups),
                filters=filters,
                order=Order(mean.name, is_most),
                limit=found.limit or (RANKED if found.target_is_plural else 1),
            )
        )

    def _superlative_metric(self, name: str, is_most: bool) -> Metric:
        if name in self._model.metrics:
            return self._model.metrics[name]
        fact = self._model.facts[name]
        wanted = Aggregate.SUM if fact.each is Aggregate.SUM else Aggregate.MAX if is_most else Aggregate.MIN
        metric = self._model.metric_of(fact, wanted)
        if metric is None:
            raise Unreadable(f"{fact.name} has no extreme")
        return metric

    def _asks_rows(self, noun: str) -> bool:
        found = self._found
        if (
            found.groups
            or found.grain
            or found.is_trend
            or found.is_share
            or found.is_compared
            or len(found.periods) > 1
        ):
            return False
        if any(name != noun for name in found.targets):
            return False
        return found.is_which or self._model.tables[noun].lists_rows or found.limit is not None
