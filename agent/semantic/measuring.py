"""The numbers that a question asks for: metrics, facts with their aggregates, counts; and how they rank."""

from __future__ import annotations

from collections.abc import Sequence

from agent.semantic.evidence import table_of
from agent.semantic.form import Operator, Order
from agent.semantic.gathering import Measure, Unreadable
from agent.semantic.limits import Limits
from agent.semantic.model import (
    Aggregate,
    Fact,
)
from agent.semantic.numbers import Comparison, converted
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
                    owner = self._counted_by_hour(measure) if measure.is_counted else None
                    if owner is not None:
                        names.append(self._model.tables[owner].count.name)
                    elif measure.is_counted and self._begins_with_noun(measure):
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
            is_kind = any(chosen.dimension.endswith("asset_kind") for chosen in counted)
            if is_kind and not self._is_otherwise_named(table):
                raise Unreadable("I could not tell what to count")
            self._extra_cost += 1.0
            names.append(self._model.tables[table].count.name)
        if found.unit_of is not None:
            found.units.append(found.unit_of)
        if not names:
            names = self._of_unit_asked() or self._of_compared_facts()
        return list(dict.fromkeys(self._counted_once(names)))

    def _counted_once(self, names: list[str]) -> list[str]:
        """Return names so that what is chosen by its hours is counted once."""
        for measure in self._found.measures:
            fact = self._model.facts.get(measure.of) if measure.kind == "FACT" else None
            if fact is None or measure.comparison is None or fact.each is not Aggregate.MAX:
                continue
            series = self._model.tables[fact.table]
            for owner in self._model.tables.values():
                once = next(
                    (m for m in series.metrics.values() if m.distinct == owner.key and m.above is None), None
                )
                is_owner = len(series.key) > 1 and self._model.hops(series.name, owner.name) == 1
                if once is not None and is_owner and owner.count.name in names:
                    return [once.name if name == owner.count.name else name for name in names]
        return names

    def _rank_by_most(self) -> None:
        """Count first what "which feeder had the most outages and how long did they last" ranks by."""
        found = self._found
        wanted = [measure for measure in found.measures if measure.comparison is None]
        if not found.targets or not wanted:
            return
        for direction, at in found.superlatives:
            noun = next((noun for noun in found.nouns if noun[1] == at + 1), None)
            if noun is None or direction not in {"MOST", "LEAST"} or noun[0] in found.targets:
                continue
            found.nouns.remove(noun)
            found.measures.insert(0, Measure("COUNT", noun[0], noun[1]))
            return

    def _check_split(self, order: Order | None) -> None:
        """Refuse "transformers by size": a number is no group; it may rank."""
        split = next((measure for measure in self._found.measures if measure.is_split), None)
        if split is not None and order is None and not self._found.superlatives:
            raise Unreadable(f"I cannot split by {split.text}; ask for a range of it, or for the highest")

    def _check_average(self, groups: Sequence[str]) -> None:
        """Refuse an average of one row: that of "average consumption per meter and day" may be of all."""
        for measure in self._found.measures:
            fact = self._model.facts.get(measure.of)
            if fact is None or self._found.grain is None or Aggregate.AVG not in measure.aggregates:
                continue
            table = self._model.tables[fact.table]
            owners = [other for other in self._model.tables if self._model.hops(table.name, other) == 1]
            keys = {
                f"{owner}.{key.name}" for owner in owners if (key := self._model.tables[owner].key_dimension)
            }
            if len(table.key) > 1 and keys & set(groups):
                raise Unreadable("the average over all of them, or of each by itself?")

    def _check_units(self, metrics: list[str]) -> None:
        """Check that an answer can be in the unit that it is asked in: no MVA of outages."""
        for unit in self._found.units:
            if not any(
                converted(Comparison(Operator.EQUAL, 1.0, unit=unit), self._model.metrics[name].unit)
                for name in metrics
            ):
                raise Unreadable(f"what is asked is not measured in {unit}")

    def _is_otherwise_named(self, table: str) -> bool:
        """Return whether something but its kinds of assets says that a table is meant: a fact of it, say."""
        other = [*(name for name, _ in self._found.loose), *self._found.groups]
        other += [measure.of for measure in self._found.measures if measure.kind == "FACT"]
        # a finding is of an inspection; "active" may be of anything
        chosen = [c.dimension for c in self._found.chosen]
        other += [name for name in chosen if not name.endswith(("asset_kind", "status"))]
        return table in {table_of(name) for name in other} | self._tables_named()

    def _of_unit_asked(self) -> list[str]:
        """Return the sum that "how many km of 500 kV lines" asks for."""
        found, unit = self._found, self._found.unit_of
        if unit is None:
            return []
        tables = self._tables_named() | {table_of(chosen.dimension) for chosen in found.chosen}
        facts = [
            fact
            for table in sorted(tables)
            for fact in self._model.tables[table].facts.values()
            if Aggregate.SUM in fact.aggregates
            and converted(Comparison(Operator.EQUAL, 1.0, unit=unit), fact.unit) is not None
        ]
        metric = self._model.metric_of(facts[0], Aggregate.SUM) if len(facts) == 1 else None
        if metric is None:
            raise Unreadable(f"{unit} of what?")
        self._used_facts.append(f"{facts[0].table}.{facts[0].name}")
        return [metric.name]

    def _of_fact(self, measure: Measure) -> list[str]:
        fact = self._model.facts[measure.of]
        self._used_facts.append(measure.of)
        aggregates: list[Aggregate | None] = list(measure.aggregates)
        if not self._found.targets and not self._found.groups:
            self._check_said(measure)
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
                aggregates = list(dict.fromkeys(self._extreme(fact, said) for said in (near or own)))
            elif ranked or self._found.groups:
                aggregates = [self._ranked_aggregate(fact, direction) if ranked else None]
            else:
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
        return self._begins_with(measure, table.nouns)

    def _begins_with(self, measure: Measure, nouns: Sequence[str]) -> bool:
        return any(stems(measure.text)[: len(stems(noun))] == stems(noun) for noun in nouns)

    def _counted_by_hour(self, measure: Measure) -> str | None:
        """Return the things of "how many transformers exceeded 80 % loading": no hours are counted."""
        table = self._model.tables[table_of(measure.of)]
        owners = [
            other
            for other in self._model.tables.values()
            if len(table.key) > 1 and self._model.hops(table.name, other.name) == 1
        ]
        return next((owner.name for owner in owners if self._begins_with(measure, owner.nouns)), None)

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
        has_twin = any(
            name != measure.of and measure.text.lower() in (word.removeprefix("~") for word in fact.synonyms)
            for name, fact in self._model.facts.items()
        )
        if is_bare and measure.comparison is None and not found.nouns and has_twin:
            raise Unreadable(f"{measure.text} may be of many things")
        is_said_how = measure.aggregates or measure.comparison is not None or found.superlatives
        if is_bare and not is_said_how and not found.nouns:
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
            item.kind in (Kind.FILLER, Kind.NOUN, Kind.AGGREGATE, Kind.AND, Kind.SUPERLATIVE)
            for item in between
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
            if measure.is_listed and not self._found.targets:  # "which assets have a health index under 35"
                owner = self._counted_by_hour(measure)
                own = fact.table if self._begins_with_noun(measure) else owner
                self._found.targets += [own] if own else []
            targets = {table_of(name) for name in self._found.targets}
            nouns = {table for table, at in self._found.nouns if not self._is_beside_its_value(at)}
            kinds = {table_of(c.dimension) for c in self._found.chosen if c.dimension.endswith("asset_kind")}
            if fact.table in targets | nouns or (fact.table in kinds and not targets):
                continue
            metric = self._model.metric_of(fact, Aggregate.SUM if self._is_summed(fact) else fact.each)
            if not self._found.targets and len(nouns) == 1 and self._model.tables[min(nouns)].lists_rows:
                self._found.targets.append(min(nouns))  # "transformers loaded above 90 %"
                self._found.nouns = [noun for noun in self._found.nouns if noun[0] not in nouns]
            if self._has_own(measure.comparison):
                raise Unreadable("of each itself, or of what belongs to it?")
            if metric is None or not self._found.targets or fact.is_compared_by_kind:
                raise Unreadable("I could not tell what is compared")
            names.append(metric.name)
        return names

    def _has_own(self, comparison: Comparison) -> bool:
        """Return whether what is listed has a number of that unit itself: circuits have a rating in MVA."""
        tables = [table for table in self._found.targets if table in self._model.tables]
        return comparison.unit is not None and any(
            converted(comparison, fact.unit) is not None
            for table in tables
            for fact in self._model.tables[table].facts.values()
            if fact.unit != "%"
        )

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
        limited = {table_of(m.of) for m in found.measures if m.kind == "FACT" and m.comparison is not None}
        is_rows = found.is_which or limited == set(tables)  # "transformers with a health index below 40"
        kinds = [chosen for chosen in found.chosen if chosen.dimension.endswith("asset_kind")]
        if len(tables) == 1 and kinds and not self._is_otherwise_named(tables[0]):
            return None
        if len(tables) == 1 and is_rows and not found.is_compared and not found.loose:
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
        if found.sort is not None and has_target and direction is None and found.limit is None:
            return Order(metrics[0], found.sort == "MOST"), None
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
