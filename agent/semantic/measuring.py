"""The numbers that a question asks for: metrics, facts with their aggregates, counts; and how they rank."""

from __future__ import annotations

from agent.semantic.evidence import table_of
from agent.semantic.form import Order
from agent.semantic.gathering import Measure, Unreadable
from agent.semantic.limits import Limits
from agent.semantic.model import (
    Aggregate,
    Fact,
)
from agent.semantic.vocabulary import Kind
from agent.semantic.words import stems

RANKED = 10
"""How many are shown where a ranking is asked for in the plural, without a number."""


class Measuring(Limits):
    """Finds what is to be counted or summed up."""

    def _metrics(self) -> list[str]:
        """Return the names of the metrics that are asked for, without the facts that are compared only."""
        found, names = self._found, []
        is_fact_wanted = False
        for measure in found.measures:
            match measure.kind:
                case "COUNT":
                    names.append(self._model.tables[measure.of].count.name)
                case "METRIC":
                    if any(aggregate is not Aggregate.SUM for aggregate in measure.aggregates):
                        raise Unreadable("that number cannot be averaged or ranked so")
                    names.append(measure.of)
                case _ if measure.comparison is None or measure.aggregates:
                    names += self._of_fact(measure)
                    is_fact_wanted = True
                case _:
                    self._used_facts.append(measure.of)
                    if measure.is_counted and self._begins_with_noun(measure):
                        names.append(self._model.tables[table_of(measure.of)].count.name)
        if found.aggregates and not is_fact_wanted:
            total_of_count = found.aggregates == [Aggregate.SUM] and bool(names)
            if not total_of_count:
                raise Unreadable("I could not tell of what")
        if found.is_counting and not names and (found.nouns or found.targets):
            noun = self._counted_noun()  # "outage count by month", "give me the outage count"
            if noun in found.targets:
                found.targets.remove(noun)
            names += [self._model.tables[noun].count.name] if noun else []
        elif found.is_counting:
            counted = [chosen for chosen in found.chosen if not chosen.is_id]
            if names or not counted:
                raise Unreadable("I could not tell what to count")
            table = self._model.dimensions[counted[0].dimension].table
            self._extra_cost += 1.0
            names.append(self._model.tables[table].count.name)
        if not names:
            names = self._of_compared_facts()
        return list(dict.fromkeys(names))

    def _of_fact(self, measure: Measure) -> list[str]:
        fact = self._model.facts[measure.of]
        self._used_facts.append(measure.of)
        aggregates: list[Aggregate | None] = list(measure.aggregates)
        if not aggregates:
            near = [
                extra
                for extra, at in self._found.superlatives
                if at == measure.at or self._stands_before(at, measure.at)
            ]
            own = [extra for of, extra, _ in self._found.fact_superlatives if of == measure.of]
            ranked = bool(self._found.targets) or self._is_ranked_by_noun()
            direction = next(iter([*near, *own]), None)
            if direction is not None and not ranked:
                aggregates = [self._extreme(fact, direction)]
            elif ranked or self._found.groups:
                aggregates = [self._ranked_aggregate(fact, direction) if ranked else None]
            else:
                self._check_said(measure)
                aggregates = [None]
        names = []
        for aggregate in aggregates:
            metric = self._model.metric_of(fact, aggregate)
            if metric is None:
                raise Unreadable(
                    f"{fact.synonyms[0] if fact.synonyms else fact.name} has no {str(aggregate).lower()}"
                )
            names.append(metric.name)
        return names

    def _begins_with_noun(self, measure: Measure) -> bool:
        """Return whether "plants have a capacity" was read as their capacity: plants are counted then."""
        table = self._model.tables[table_of(measure.of)]
        return any(stems(measure.text)[: len(stems(noun))] == stems(noun) for noun in table.nouns)

    def _ranked_aggregate(self, fact: Fact, direction: str | None) -> Aggregate | None:
        """Return how a fact ranks: its own rows by what each has, others by their sum or extreme."""
        targets = [*self._found.targets, *(table for table, _ in self._found.nouns)]
        if fact.table in targets:
            return fact.each
        if fact.aggregates[0] is Aggregate.SUM:
            return Aggregate.SUM
        return fact.aggregates[0] if direction is None else self._extreme(fact, direction)

    def _check_said(self, measure: Measure) -> None:
        """A bare fact with nothing else said of it is no question."""
        found = self._found
        is_bare = not (
            found.periods
            or found.chosen
            or found.grain
            or measure.is_counted
            or found.is_trend
            or found.is_share
        )
        if is_bare and measure.comparison is None and not found.nouns:
            raise Unreadable("the average, the highest, the total of it?")

    def _extreme(self, fact: Fact, direction: str) -> Aggregate:
        is_high = direction == "MOST" or (
            (direction == "WORST") != fact.is_worse_low and direction in {"WORST", "BEST"}
        )
        if direction == "BEST":
            is_high = fact.is_worse_low
        return Aggregate.MAX if is_high else Aggregate.MIN

    def _stands_before(self, at: int, other: int) -> bool:
        between = self._items[at + 1 : other]
        return at < other and all(
            item.kind in (Kind.FILLER, Kind.NOUN, Kind.AGGREGATE, Kind.AND) for item in between
        )

    def _is_ranked_by_noun(self) -> bool:
        """Return whether a number of things is ranked: "three substations with the highest load"."""
        return self._found.limit is not None and bool(self._found.nouns)

    def _of_compared_facts(self) -> list[str]:
        """Return the metrics of facts that choose: "which transformers were loaded above 90 %"."""
        names = []
        for measure in self._found.measures:
            fact = self._model.facts.get(measure.of)
            if measure.kind != "FACT" or fact is None or measure.comparison is None:
                continue
            targets = {table_of(name) for name in self._found.targets}
            nouns = {table for table, _ in self._found.nouns}
            if fact.table in targets | nouns:
                continue
            metric = self._model.metric_of(fact, Aggregate.SUM if self._is_summed(fact) else fact.each)
            if not self._found.targets and len(nouns) == 1 and self._model.tables[min(nouns)].lists_rows:
                self._found.targets.append(min(nouns))  # "transformers loaded above 90 %"
                self._found.nouns.clear()
            if metric is None or not self._found.targets or fact.is_compared_by_kind:
                raise Unreadable("I could not tell what is compared")
            names.append(metric.name)
        return names

    def _counted_noun(self) -> str | None:
        """Return the table whose rows are meant where no number is named."""
        found = self._found
        targets = [name for name in found.targets if name in self._model.tables]
        grouped = {self._model.dimensions[name].table if "." in name else name for name in found.groups}
        nouns = [table for table, at in found.nouns if not self._is_beside_its_value(at)]
        nouns = list(dict.fromkeys(nouns))
        is_ranking = bool(found.superlatives) or bool(found.limit)
        if targets and not nouns and not is_ranking:
            return targets[0]
        if found.targets and nouns:
            nouns = [table for table in nouns if table not in targets]
        if not nouns and found.groups and grouped:
            raise Unreadable("I could not tell what to count")
        for table in nouns:
            if all(self._model.hops(table, other) is not None for other in nouns):
                return table
        if nouns:
            raise Unreadable("I could not tell which of these to count")
        if targets:
            return targets[0]
        if is_ranking and found.targets and found.targets[0] in self._model.dimensions:
            return self._model.dimensions[found.targets[0]].table  # "the most frequent outage cause"
        tables = list(
            dict.fromkeys(self._model.dimensions[chosen.dimension].table for chosen in found.chosen)
        )
        loose = {table_of(name) for name, _ in found.loose}
        if len(tables) == 1 and loose == set(tables) and found.grain is not None:
            return tables[0]  # "work orders of type renewal by year"
        if len(tables) == 1 and found.is_which and not found.is_compared and not found.loose:
            self._extra_cost += 0.5
            return tables[0]
        return None

    def _order(self, metrics: list[str], targets: list[str]) -> tuple[Order | None, int | None]:
        found = self._found
        said = [direction for direction, _ in found.superlatives]
        said += [
            direction for of, direction, _ in found.fact_superlatives if of in {m.of for m in found.measures}
        ]
        direction = said[0] if said else None
        has_target = bool(found.targets) or bool(found.groups)
        if direction is None:
            if found.limit is not None:
                raise Unreadable("so many of what, by what?")
            return None, None
        if not has_target:
            if found.limit is not None or not self._used_facts:
                nouns = [table for table, _ in found.nouns]
                raise Unreadable("ranked by what?" if not nouns else f"ranked {nouns[0]} by what?")
            return None, None
        metric = self._model.metrics[metrics[0]]
        fact = self._model.tables[metric.table].facts.get(metric.fact or "")
        is_down = self._extreme(fact, direction) is Aggregate.MAX if fact else direction in {"MOST", "WORST"}
        if not found.targets:  # "highest temperature per day" is no ranking
            return None, found.limit
        limit = found.limit or (RANKED if found.target_is_plural else 1)
        return Order(metrics[0], is_down), limit
