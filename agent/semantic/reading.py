"""Puts together what a question says: one form, or the reason why these meanings do not go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.semantic.builder import Builder
from agent.semantic.evidence import table_of
from agent.semantic.form import Grain, Order, Question, QuestionInvalid
from agent.semantic.forms import Forms
from agent.semantic.gathering import Unreadable, grain_for
from agent.semantic.model import Aggregate, DimensionKind, SemanticModel
from agent.semantic.numbers import converted
from agent.semantic.segments import Item
from agent.semantic.times import TimeGrammar
from agent.semantic.vocabulary import Kind, Meaning


@dataclass(frozen=True)
class Read:
    """A form and how far-fetched it is: 0 is what the words say of the tables they name."""

    question: Question
    cost: float


class Reader:
    """Reads the items of one question, after the form of the one before it."""

    def __init__(
        self, model: SemanticModel, builder: Builder, grammar: TimeGrammar, previous: Question | None = None
    ) -> None:
        self._model = model
        self._builder = builder
        self._grammar = grammar
        self._previous = previous

    def read(self, items: Sequence[Item]) -> Read:
        """Return the form of the items.

        Raises:
            Unreadable: if these meanings do not go together.
        """
        said = _Reading(self._model, self._grammar, self._with_nouns(items), self._previous)
        question = said.question()
        try:
            self._builder.build(question)
        except QuestionInvalid as error:
            raise Unreadable(str(error)) from error
        return Read(question, said.cost(question))

    def _with_nouns(self, items: Sequence[Item]) -> list[Item]:
        """Return items with the nouns that values stand for: "reclosers" are switches."""
        found: list[Item] = []
        for at, item in enumerate(items):
            found.append(item)
            dimension = self._model.dimensions.get(item.meaning.of) if item.kind is Kind.VALUE else None
            if dimension is None or not dimension.names_things or not item.is_plural:
                continue
            after = next((other for other in items[at + 1 :] if other.kind is not Kind.FILLER), None)
            is_named = after is not None and after.kind is Kind.NOUN and after.meaning.of == dimension.table
            if is_named or (item.meaning.is_weak and not self._has_unit_of(dimension.table, items, at)):
                continue
            found.append(Item(item.text, Meaning(Kind.NOUN, dimension.table), item.is_plural))
        return found

    def _has_unit_of(self, table: str, items: Sequence[Item], at: int) -> bool:
        """Return whether a quantity of its table stands near a value: "500 kV lines", "lines at 500 kV"."""
        near = [item for item in items[max(0, at - 1) : at + 4] if item.kind is Kind.COMPARISON]
        return any(
            dimension.unit and item.meaning.extra.unit and converted(item.meaning.extra, dimension.unit)
            for dimension in self._model.tables[table].dimensions.values()
            for item in near
        )


class _Reading(Forms):
    """Reads a whole question, or one that changes the question before it."""

    def question(self) -> Question:
        found = self._found
        self._bind_comparisons()
        if self._is_follow_up():
            return self._followed()
        if found.follow == "ADD" or (
            found.follow == "CHANGE" and self._previous is None and not found.measures
        ):
            raise Unreadable("there is nothing before that this could be about")
        if found.relatives and not found.periods:
            raise Unreadable("I could not tell before what")
        for relative in found.relatives:
            earlier = self._grammar.before(found.periods[0], relative.grain)
            if earlier is None:
                raise Unreadable("I could not tell before what")
            found.periods.append(earlier)
        return self._carried(self._whole())

    def _carried(self, question: Question) -> Question:
        """Return "and how many customers were affected?" of the time and part that was asked of before."""
        found, before = self._found, self._previous
        says_of_what = bool(found.periods or found.chosen or found.is_about)
        if before is None or not found.begins_with_and or says_of_what or not question.metrics:
            return question
        return replace(question, periods=before.periods, filters=(*before.filters, *question.filters))

    def cost(self, question: Question) -> float:
        """Return how many steps the tables of filters and groups are away, and what else is far-fetched."""
        base = self._base(question)
        total = self._extra_cost - 1.0 * len(self._found.times) + self._found.kinds_as_nouns
        mentioned = {table for table, _ in self._found.nouns} | set(self._found.targets)
        mentioned |= {measure.of for measure in self._found.measures if measure.kind == "COUNT"}
        mentioned |= {name for name in self._found.groups if "." not in name}
        total += 2.0 * sum(
            self._model.dimensions[name].kind is DimensionKind.UTC for name in question.groups
        )  # nobody splits by the second
        for name in [*question.groups, *(item.dimension for item in (*question.filters, *question.share))]:
            table = table_of(name)
            hops = self._model.hops(base, table)
            total += 4.0 if hops is None else float(hops)
            total -= 0.5 if table in mentioned and table != base else 0.0
        for chosen in self._found.chosen:
            dimension = self._model.dimensions[chosen.dimension]
            if (dimension.is_sampled or chosen.is_id) and self._is_named(chosen):
                total -= 3.0
        for name in self._used_facts:
            total += 0.0 if table_of(name) in mentioned else 0.6
        for metric in question.metrics:
            total += 0.0 if self._model.metrics[metric].table in mentioned else 0.6
        if self._previous is not None and self._previous.metrics and self._found.begins_with_and:
            before = {self._model.metrics[name].table for name in self._previous.metrics}
            total -= 0.5 * sum(self._model.metrics[name].table in before for name in question.metrics)
        if self._previous is not None and self._is_follow_up():
            known = {item.dimension for item in self._previous.filters} | set(self._previous.groups)
            total -= sum(2.0 for chosen in self._found.chosen if chosen.dimension in known)
        return total

    def _whole(self) -> Question:
        found = self._found
        self._check_weak()
        recent = self._most_recent()
        if recent is not None:
            return recent
        looked_up = self._lookup()
        if looked_up is not None:
            return looked_up
        superlative = self._fact_superlative()
        if superlative is not None:
            return superlative
        listed = self._listed_metric()
        if listed is not None:
            return listed
        others = [table for table, _ in found.nouns if table not in found.ranked[:1]]
        if found.ranked and not found.targets and (found.measures or others) and found.superlatives:
            found.targets.append(found.ranked[0])
            found.target_is_plural = self._is_plural_noun(found.ranked[0])
            found.nouns = [noun for noun in found.nouns if noun[0] != found.ranked[0]]
        self._rank_by_most()
        metrics = self._metrics()
        self._check_units(metrics)
        having = self._having(metrics)
        targets = [name for name in found.targets if name not in Grain.__members__]
        having = having or self._having(metrics)
        if having and not targets and not found.groups:
            targets = [self._limited_noun(metrics)]  # "transformers that serve more than 10 customers"
        if not metrics:
            noun = self._counted_noun()
            child = self._held_by(noun)
            if noun is not None and child is not None:
                return self._things_that_have(noun, child)
            if noun is not None and found.kinds_as_nouns and not self._is_otherwise_named(noun):
                raise Unreadable("I could not tell what is asked of them")
            if noun is None or self._asks_rows(noun):
                return self._rows(noun)
            metrics = [self._model.tables[noun].count.name]
            if found.groups and not found.superlatives:
                targets = [
                    name for name in targets if name != noun
                ]  # "what did inspections find, by finding"
        groups = [self._group(name) for name in [*targets, *found.groups]]
        groups = list(dict.fromkeys(groups))
        self._check_average(groups)
        share, filters = self._shared(self._filters())
        groups += [name for name in self._compared_groups() if name not in groups]
        self._check_loose(filters, share, groups)
        self._check_nouns(metrics, groups)
        grain = found.grain or (
            grain_for(found.periods[0] if found.periods else None) if found.is_trend else None
        )
        conditions = self._conditions(metrics, having)
        order, limit = self._order(metrics, targets)
        self._check_split(order)
        if found.is_when:
            grain, order, limit = self._when(metrics, groups, grain)
        self._check_active(filters, conditions)
        self._check_used(metrics, groups, filters, conditions)
        return self._with_periods(
            Question(
                metrics=tuple(metrics),
                groups=tuple(groups),
                grain=grain,
                filters=filters,
                conditions=conditions,
                having=tuple(having),
                share=share,
                order=order,
                limit=limit,
            )
        )

    def _is_follow_up(self) -> bool:
        found = self._found
        if self._previous is None:
            return False
        nouns = [noun for noun in found.nouns if not self._is_beside_its_value(noun[1])]
        is_alone = bool(
            [measure for measure in found.measures if not measure.is_of_before]
            or found.targets
            or nouns
            or (found.fact_superlatives and found.follow is None)
            or found.is_counting
        )
        if found.follow == "ADD" or self._changes_a_filter() or self._counts_another():
            return True
        return not is_alone and not found.is_about

    def _changes_a_filter(self) -> bool:
        """Return whether "and of industrial customers?" names nothing but another value of a filter."""
        found, before = self._found, self._previous
        if before is None or not (found.begins_with_and or found.follow == "CHANGE"):
            return False
        says_more = found.measures or found.targets or found.fact_superlatives or found.is_counting
        known = {item.dimension for item in before.filters}
        return (
            not says_more
            and any(chosen.dimension in known for chosen in found.chosen)
            and all(self._is_after_value(at) for _, at in found.nouns)
        )

    def _counts_another(self) -> bool:
        """Return whether "and meters?" asks for the number of other things under the same filters."""
        found, before = self._found, self._previous
        says_more = bool(found.measures or found.targets or found.fact_superlatives or found.is_counting)
        says_more = says_more or bool(found.chosen or found.groups or found.comparisons or found.periods)
        return (
            before is not None
            and (found.begins_with_and or found.follow == "CHANGE")
            and len(found.nouns) == 1
            and not says_more
        )

    def _counted_instead(self, before: Question) -> Question:
        counts = {table.count.name for table in self._model.tables.values()}
        if set(before.metrics) - counts or not before.metrics:
            raise Unreadable("ask that in full, please")
        anew = self._model.tables[self._found.nouns[0][0]].count.name
        return replace(before, metrics=(anew,), order=None, limit=None)

    def _followed(self) -> Question:
        """Return the question before, with what this one says in place of what it said."""
        found, before = self._found, self._previous
        if before is None:
            raise Unreadable("there is nothing before that this could be about")
        anew = [measure for measure in found.measures if not measure.is_of_before]
        if anew or found.targets or found.is_share or found.is_compared:
            raise Unreadable("ask that in full, please")
        question = self._counted_instead(before) if self._counts_another() else before
        found.aggregates += self._extremes_anew(before)
        if found.aggregates:
            question = replace(question, metrics=self._aggregated_anew(before), order=None)
        periods = list(found.periods)
        for relative in found.relatives:
            earlier = self._grammar.before(before.periods[0], relative.grain) if before.periods else None
            if earlier is None:
                raise Unreadable("I could not tell before what")
            periods.append(earlier)
        if periods:
            question = replace(question, periods=tuple(periods))
        conditions = self._conditions([], [])
        if conditions:
            limited = {condition.of for condition in conditions}
            kept = tuple(condition for condition in before.conditions if condition.of not in limited)
            question = replace(question, conditions=(*kept, *conditions))
        filters = self._filters()
        named = {item.dimension for item in filters}
        if filters:
            others = tuple(item for item in before.filters if item.dimension not in named)
            question = replace(question, filters=(*others, *filters))
        groups = tuple(dict.fromkeys(self._group(name) for name in found.groups))
        if groups or found.grain:
            kept_groups = before.groups if found.follow == "ADD" else ()
            kept_grain = before.grain if found.follow == "ADD" else None
            question = replace(
                question,
                groups=tuple(dict.fromkeys((*kept_groups, *groups))),
                grain=found.grain or kept_grain,
            )
        if found.limit is not None or found.superlatives:
            if not (question.groups or question.grain) or not question.metrics:
                raise Unreadable("so many of what?")
            is_down = not found.superlatives or found.superlatives[0][0] in {"MOST", "WORST"}
            question = replace(question, order=Order(question.metrics[0], is_down), limit=found.limit or 1)
        if question == before:
            raise Unreadable("I could not tell what to change")
        self._check_loose(filters, (), list(groups))
        return question

    def _extremes_anew(self, before: Question) -> list[Aggregate]:
        """Return the aggregates that "the longest instead" asks for of the number before."""
        found = self._found
        facts = {
            f"{metric.table}.{metric.fact}"
            for metric in (self._model.metrics[name] for name in before.metrics)
        }
        extremes = []
        for of, direction, _ in found.fact_superlatives:
            if of not in facts:
                raise Unreadable("ask that in full, please")
            extremes.append(Aggregate.MAX if direction == "MOST" else Aggregate.MIN)
        if not (before.groups or before.grain) and found.limit is None:
            extremes += [
                Aggregate.MAX if direction == "MOST" else Aggregate.MIN
                for direction, _ in found.superlatives
                if direction in {"MOST", "LEAST"}
            ]
            if extremes:
                found.superlatives.clear()
        return extremes

    def _aggregated_anew(self, before: Question) -> tuple[str, ...]:
        names = []
        for name in before.metrics:
            metric = self._model.metrics[name]
            fact = self._model.tables[metric.table].facts.get(metric.fact or "")
            if fact is None:
                raise Unreadable("that number has no other aggregate")
            of = self._model.tables[metric.table].facts[fact.merges] if fact.merges else fact
            for aggregate in self._found.aggregates:
                anew = self._model.metric_of(of, aggregate)
                if anew is None:
                    raise Unreadable(f"{fact.name} has no {aggregate.value.lower()}")
                names.append(anew.name)
        return tuple(dict.fromkeys(names))
