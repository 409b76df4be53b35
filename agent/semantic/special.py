"""Questions that are neither plain numbers nor rows: when, the latest, what has something; and checks."""

from __future__ import annotations

from abc import abstractmethod

from agent.semantic.evidence import table_of
from agent.semantic.form import Condition, Filter, Grain, Order, Question
from agent.semantic.gathering import Unreadable
from agent.semantic.measuring import RANKED, Measuring
from agent.semantic.model import Aggregate, DimensionKind


class Special(Measuring):
    """Makes the rarer forms, and refuses questions of which a part would say nothing."""

    @abstractmethod
    def _with_periods(self, question: Question) -> Question:
        """Return a question with the times that were said."""

    def _when(self, metrics: list[str], groups: list[str], grain: Grain | None) -> tuple[Grain, Order, int]:
        """Return the piece of time in which a number was at its extreme: "when was the peak load"."""
        metric = self._model.metrics[metrics[0]]
        table = self._model.tables[metric.table]
        is_extreme = metric.aggregate in (Aggregate.MAX, Aggregate.MIN)
        if len(metrics) != 1 or groups or grain is not None or not is_extreme or len(table.key) < 2:
            raise Unreadable("I can tell how much, not when")
        is_day = table.time is not None and table.dimensions[table.time].kind is DimensionKind.DATE
        order = Order(metric.name, metric.aggregate is Aggregate.MAX)
        return Grain.DAY if is_day else Grain.HOUR, order, 1

    def _check_used(
        self,
        metrics: list[str],
        groups: list[str],
        filters: tuple[Filter, ...],
        conditions: tuple[Condition, ...],
    ) -> None:
        """Refuse a question in which a noun says nothing, or in which it may say two things."""
        found = self._found
        limited = {table_of(condition.of) for condition in conditions}
        if limited & {name for name in found.groups if name in self._model.tables}:
            raise Unreadable("of each of them, or of all together?")
        bases = {self._model.metrics[name].table for name in metrics}
        used = {table_of(name) for name in groups} | {table_of(item.dimension) for item in filters} | limited
        used |= bases | {table_of(item.dimension) for item in found.chosen}
        for table, at in found.nouns:
            is_owner = any(
                len(self._model.tables[base].key) > 1 and self._model.hops(base, table) == 1 for base in bases
            )
            item = self._items[at]
            is_mentioned = item.text.lower() in self._mentions(bases)
            if table not in used and not is_owner and not is_mentioned and item.is_plural:
                raise Unreadable(f"what about {self._items[at].text}?")

    def _check_active(self, filters: tuple[Filter, ...], conditions: tuple[Condition, ...]) -> None:
        """Refuse a limit on how long something took that is not over: it has no duration yet."""
        for condition in conditions:
            fact = self._model.facts.get(condition.of)
            if fact is None or fact.between is None:
                continue
            now = self._model.tables[fact.table].now
            for item in filters:
                name = item.dimension.partition(".")[2]
                if table_of(item.dimension) == fact.table and set(item.values) <= set(now.get(name, ())):
                    raise Unreadable("what is not over has no duration yet")

    def _most_recent(self) -> Question | None:
        """Return the newest rows by their time: "the five most recent outages"."""
        found = self._found
        if not found.is_recent:
            return None
        targets = [name for name in found.targets if name in self._model.tables]
        nouns = list(
            dict.fromkeys(
                [*targets, *(table for table, at in found.nouns if not self._is_beside_its_value(at))]
            )
        )
        table = self._model.tables[nouns[0]] if len(nouns) == 1 else None
        if table is None or table.time is None or table.dimensions[table.time].kind is not DimensionKind.UTC:
            raise Unreadable("the latest of what?")
        if (
            found.measures
            or found.groups
            or found.grain
            or found.superlatives
            or found.is_counting
            or found.is_share
            or found.is_compared
            or found.aggregates
        ):
            raise Unreadable("their number, or which they are?")
        filters = self._filters()
        self._check_loose(filters, (), [])
        time = f"{table.name}.{table.time}"
        is_plural = found.target_is_plural or self._is_plural_noun(table.name)
        return self._with_periods(
            Question(
                subject=table.name,
                columns=tuple(dict.fromkeys([time, *(f"{table.name}.{name}" for name in table.show)])),
                filters=filters,
                order=Order(time),
                limit=found.limit or (RANKED if is_plural else 1),
            )
        )

    def _held_by(self, noun: str | None) -> str | None:
        """Return the table whose rows choose others above them: "which circuits feed hospitals"."""
        found = self._found
        if noun is None or not found.is_which or found.grain or found.groups or found.periods:
            return None
        named = [table_of(chosen.dimension) for chosen in found.chosen] + [table for table, _ in found.nouns]
        below = {table for table in named if self._model.hops(noun, table) is None}
        if len(below) != 1 or any(chosen.is_excluded for chosen in found.chosen):
            return None
        child = min(below)
        if any(chosen.dimension.endswith("asset_kind") for chosen in found.chosen):
            return None  # "circuits and their substations" are not asked for their health
        return child if self._model.hops(child, noun) is not None else None

    def _things_that_have(self, noun: str, child: str) -> Question:
        """Return the things that rows of another table belong to, with their number."""
        filters = self._filters()
        groups = [self._group(noun)]
        metric = self._model.tables[child].count.name
        if self._found.superlatives or self._found.limit or self._found.is_share or self._found.is_compared:
            raise Unreadable("ranked by what?")
        self._check_loose(filters, (), groups)
        return self._with_periods(
            Question(
                metrics=(metric,),
                groups=tuple(groups),
                filters=filters,
                conditions=self._conditions([metric], []),
            )
        )
