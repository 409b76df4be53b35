"""What phrases stand beside, and what must hold of them: names, filters, groups, nouns."""

from __future__ import annotations

from agent.semantic.form import Filter, Question
from agent.semantic.gathering import Chosen, Gathered, Gatherer, Unreadable, WordUnclear
from agent.semantic.model import (
    DimensionKind,
    SemanticModel,
)
from agent.semantic.segments import Item
from agent.semantic.times import TimeGrammar
from agent.semantic.vocabulary import Kind


class Evidence:
    """The items of one question, sorted, with what must hold of each."""

    def __init__(
        self, model: SemanticModel, grammar: TimeGrammar, items: list[Item], previous: Question | None
    ) -> None:
        self._model = model
        self._grammar = grammar
        self._items = items
        self._previous = previous
        self._found: Gathered = Gatherer(model, items).gather()
        self._extra_cost = 0.0
        self._used_facts: list[str] = []

    def _base(self, question: Question) -> str:
        return self._model.metrics[question.metrics[0]].table if question.metrics else question.subject or ""

    def _check_weak(self) -> None:
        for item in self._items:
            meaning = item.meaning
            if not meaning.is_weak:
                continue
            if meaning.kind is Kind.VALUE:
                chosen = next(c for c in self._found.chosen if c.at == self._items.index(item))
                if not self._is_named(chosen) and not self._is_placed(chosen.at):
                    raise WordUnclear(f"I could not tell what {item.text} is")
            elif meaning.kind is Kind.FACT_SUPERLATIVE and self._ranked_table(
                table_of(meaning.of)
            ) != table_of(meaning.of):
                continue
            elif not self._is_told_apart(item):
                raise WordUnclear(f"{item.text} may be of many things")

    def _is_placed(self, at: int) -> bool:
        """Return whether a value is said as a place is: "in Coast", "for Far West"."""
        before = self._items[at - 1].text.lower() if at else ""
        return self._items[at].text[:1].isupper() and before in {"in", "for", "within", "across"}

    def _is_told_apart(self, item: Item) -> bool:
        """Return whether something else names the table of a word that many tables have."""
        metric = self._model.metrics.get(item.meaning.of) if item.kind is Kind.METRIC else None
        table = table_of(item.meaning.of) if metric is None else metric.table
        named = self._tables_named() | {table_of(chosen.dimension) for chosen in self._found.chosen}
        if item.kind in (Kind.NOUN, Kind.METRIC):
            named |= {
                table_of(other.meaning.of)
                for other in self._items
                if other.kind in (Kind.FACT, Kind.DIMENSION) and not other.meaning.is_weak
            }
        # "the peak demand of any meter" is of the meter's days
        return table in named or (
            len(self._model.tables[table].key) > 1
            and any(self._model.hops(table, other) == 1 for other in named if other in self._model.tables)
        )

    def _tables_named(self) -> set[str]:
        return {
            item.meaning.of for item in self._items if item.kind is Kind.NOUN and not item.meaning.is_weak
        }

    def _is_named(self, chosen: Chosen) -> bool:
        """Return whether what a value is of stands beside it: "circuit Wallis 01", "city of Fulshear"."""
        dimension = self._model.dimensions[chosen.dimension]
        for step in (-1, 1):
            at = chosen.at + step
            while 0 <= at < len(self._items) and self._items[at].kind in (Kind.FILLER, Kind.AND, Kind.VALUE):
                if self._items[at].text.lower() == "in":
                    break  # "substations in the West zone" are not named West
                at += step
            if not 0 <= at < len(self._items):
                continue
            beside = self._items[at]
            if beside.kind is Kind.NOUN and beside.meaning.of == dimension.table:
                return True
            if beside.kind is Kind.DIMENSION and beside.meaning.of == chosen.dimension:
                return True
        return False

    def _is_beside_its_value(self, at: int) -> bool:
        table = self._items[at].meaning.of
        for chosen in self._found.chosen:
            dimension = self._model.dimensions[chosen.dimension]
            is_naming = chosen.is_id or table in ("circuits", "stations", "zones")
            is_name = dimension.name.endswith("_name") or chosen.is_id
            if dimension.table == table and is_naming and is_name and abs(chosen.at - at) <= 2:
                return True
        return False

    def _filters(self) -> tuple[Filter, ...]:
        merged: dict[tuple[str, bool], list[str]] = {}
        for chosen in self._found.chosen:
            values = merged.setdefault((chosen.dimension, chosen.is_excluded), [])
            if self._is_narrower(chosen, values):
                values[:] = [value for value in values if value in chosen.values]
            else:
                values += [value for value in chosen.values if value not in values]
        for (name, is_excluded), values in merged.items():
            if (name, not is_excluded) in merged:
                raise Unreadable("the same is both wanted and left out")
            if self._model.dimensions[name].kind is DimensionKind.BOOLEAN and len(values) > 1:
                self._found.is_compared = True
        return tuple(
            Filter(name, tuple(values), is_excluded) for (name, is_excluded), values in merged.items()
        )

    def _is_narrower(self, chosen: Chosen, values: list[str]) -> bool:
        """Return whether a value narrows what was chosen before: "single phase transformers on phase C"."""
        is_within = len(chosen.values) < len(values) and set(chosen.values) < set(values)
        is_listed = chosen.at > 0 and self._items[chosen.at - 1].kind is Kind.AND
        return is_within and not is_listed and any(len(other.values) > 1 for other in self._found.chosen)

    def _shared(self, filters: tuple[Filter, ...]) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
        if not self._found.is_share:
            return (), filters
        last = max(self._found.chosen, key=lambda chosen: chosen.at, default=None)
        if last is None:
            raise Unreadable("the share of what?")
        part = tuple(item for item in filters if item.dimension == last.dimension)
        return part, tuple(item for item in filters if item.dimension != last.dimension)

    def _compared_groups(self) -> list[str]:
        """Return the dimensions whose values are compared: "planned versus unplanned"."""
        if not self._found.is_compared or self._found.is_share:
            return []
        counts: dict[str, int] = {}
        for chosen in self._found.chosen:
            if not chosen.is_excluded:
                counts[chosen.dimension] = counts.get(chosen.dimension, 0) + 1
        names = [name for name, number in counts.items() if number > 1]
        if not names and self._found.superlatives == [] and len(self._found.periods) < 2:
            raise Unreadable("I could not tell what to compare with what")
        return names

    def _group(self, name: str) -> str:
        """Return the dimension that a noun or a dimension groups by."""
        if name in self._model.dimensions:
            return name
        key = self._model.tables[name].key_dimension
        if key is None:
            raise Unreadable(f"{name} cannot be grouped by")
        return f"{name}.{key.name}"

    def _check_loose(self, filters: tuple[Filter, ...], share: tuple[Filter, ...], groups: list[str]) -> None:
        used = {item.dimension for item in (*filters, *share)} | set(groups)
        for name, at in self._found.loose:
            dimension = self._model.dimensions[name]
            if name not in used and not any(
                self._model.dimensions[other].synonyms == dimension.synonyms for other in used
            ):
                raise Unreadable(f"what about {self._items[at].text}?")

    def _check_nouns(self, metrics: list[str], groups: list[str]) -> None:
        """Check that every noun is what is counted, or what that belongs to."""
        bases = {self._model.metrics[name].table for name in metrics}
        for table, at in self._found.nouns:
            if table not in bases and self._is_listed_with(bases, at):
                raise Unreadable(f"{self._items[at].text} as well? Ask one after the other")
            if table in bases or any(self._model.hops(base, table) is not None for base in bases):
                continue
            if self._items[at].text.lower() in self._mentions(bases) and self._is_after_value(at):
                continue  # "residential customers"
            raise Unreadable(f"{self._items[at].text} do not go with that")

    def _is_listed_with(self, bases: set[str], at: int) -> bool:
        """Return whether a noun is one of two things asked about: "free crews and open work orders"."""
        between = (Kind.AND, Kind.VALUE, Kind.FILLER)
        for step in (-1, 1):
            here, is_listed = at + step, False
            while 0 <= here < len(self._items) and self._items[here].kind in between:
                if self._items[here].kind is Kind.FILLER and self._items[here].text.lower() not in {
                    "the",
                    "our",
                }:
                    break
                is_listed |= self._items[here].kind is Kind.AND
                here += step
            if is_listed and 0 <= here < len(self._items) and self._items[here].kind is Kind.NOUN:
                return self._items[here].meaning.of in bases
        return False

    def _mentions(self, bases: set[str]) -> set[str]:
        return {word for base in bases for word in self._model.tables[base].mentions}

    def _is_after_value(self, at: int) -> bool:
        return at > 0 and self._items[at - 1].kind is Kind.VALUE

    def _unit(self, name: str) -> str:
        fact = self._model.facts.get(name)
        return fact.unit if fact is not None else self._model.dimensions[name].unit

    def _is_plural_noun(self, table: str) -> bool:
        return any(
            item.kind is Kind.NOUN and item.meaning.of == table and item.is_plural for item in self._items
        )

    def _ranked_table(self, table: str) -> str:
        """Return what a superlative of a table ranks: its rows, or what these are the hours of."""
        key = self._model.tables[table].key
        for other in (*self._found.targets, *(noun for noun, _ in self._found.nouns)):
            known = self._model.tables.get(other)
            if (
                known is not None
                and len(key) > 1
                and known.key == key[:1]
                and self._model.hops(table, other) == 1
            ):
                return other
        return table


def table_of(name: str) -> str:
    """Return the table of a fact or dimension named ``table.name``."""
    return name.partition(".")[0]
