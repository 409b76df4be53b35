"""Walks the phrases of a question once and sorts what they say: numbers, groups, filters, times, order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from agent.semantic.form import Grain, Period
from agent.semantic.model import Aggregate, DimensionKind, SemanticModel
from agent.semantic.numbers import Comparison
from agent.semantic.segments import Item
from agent.semantic.times import Relative
from agent.semantic.vocabulary import Kind

_WITHIN_GROUPS = {"the", "a", "an", "their", "its", "each"}


class Unreadable(Exception):
    """These meanings of the phrases do not go together; the text says why."""


class WordUnclear(Unreadable):
    """One word was taken for something that nothing else in the question speaks for."""


@dataclass
class Measure:
    """A number that is asked for: a metric, a fact with its aggregates, or the number of rows of a table."""

    kind: str  # METRIC, FACT or COUNT
    of: str
    at: int
    aggregates: list[Aggregate] = field(default_factory=list)
    is_counted: bool = False
    is_listed: bool = False
    is_split: bool = False
    text: str = ""
    comparison: Comparison | None = None
    is_of_before: bool = False


@dataclass
class Chosen:
    """A filter as said."""

    dimension: str
    values: tuple[str, ...]
    at: int
    is_excluded: bool = False
    is_id: bool = False
    is_weak: bool = False


@dataclass
class Gathered:
    """What a question says, sorted but not yet put together."""

    measures: list[Measure] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)  # table.dimension, a table's name, or a Grain
    target_is_plural: bool = False
    groups: list[str] = field(default_factory=list)
    grain: Grain | None = None
    nouns: list[tuple[str, int]] = field(default_factory=list)
    loose: list[tuple[str, int]] = field(default_factory=list)
    chosen: list[Chosen] = field(default_factory=list)
    comparisons: list[tuple[Comparison, int]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    relatives: list[Relative] = field(default_factory=list)
    superlatives: list[tuple[str, int]] = field(default_factory=list)
    fact_superlatives: list[tuple[str, str, int]] = field(default_factory=list)
    aggregates: list[Aggregate] = field(default_factory=list)
    time_words: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    limit: int | None = None
    follow: str | None = None
    is_which: bool = False
    is_about: bool = False
    is_when: bool = False
    is_compared: bool = False
    is_share: bool = False
    is_trend: bool = False
    is_now: bool = False
    is_counting: bool = False
    begins_with_and: bool = False
    kinds_as_nouns: int = 0
    ranked: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    unit_of: str | None = None
    is_recent: bool = False
    sort: str | None = None
    when_values: list[str] = field(default_factory=list)


class Gatherer:
    """Sorts the items of one question."""

    def __init__(self, model: SemanticModel, items: Sequence[Item]) -> None:
        self._model = model
        self._items = items
        self._found = Gathered()
        self._is_by = False
        self._is_which = False
        self._is_not = False
        self._is_top = False

    def gather(self) -> Gathered:
        """Return what the items say.

        Raises:
            Unreadable: if two of them do not go together.
        """
        found = self._found
        for at, item in enumerate(self._items):
            self._one(at, item)
        if (
            found.aggregates
            and found.measures
            and found.measures[-1].kind == "FACT"
            and not found.measures[-1].aggregates
        ):
            found.measures[-1].aggregates, found.aggregates = found.aggregates, []
        if self._is_not:
            raise Unreadable("I could not tell what is left out")
        return found

    def _one(self, at: int, item: Item) -> None:
        found, meaning = self._found, item.meaning
        match item.kind:
            case Kind.FILLER:
                if item.text.lower() not in _WITHIN_GROUPS and (found.groups or found.grain):
                    self._is_by = False  # "by fuel type in zone Coast"
                return
            case Kind.AND:
                if at == 0:
                    found.begins_with_and = True
                return
            case Kind.COUNT:
                found.is_counting = True
            case Kind.AGGREGATE:
                found.aggregates.append(meaning.extra)
                self._is_which = False
                return
            case Kind.SUPERLATIVE:
                found.superlatives.append((meaning.extra, at))
                return
            case Kind.FACT_SUPERLATIVE:
                found.fact_superlatives.append((meaning.of, meaning.extra, at))
                return
            case Kind.TOP:
                found.superlatives.append((meaning.extra or "MOST", at))
                self._is_top = True
                return
            case Kind.UNIT:
                found.units.append(meaning.extra)
            case Kind.RECENT:
                found.is_recent = True
                return
            case Kind.SORT:
                found.sort = meaning.extra
            case Kind.UNIT_OF:
                found.unit_of = meaning.extra
            case Kind.NUMBER:
                if found.limit is not None or meaning.extra < 1:
                    raise Unreadable(f"I could not tell what {item.text} is")
                found.limit = meaning.extra
                self._is_top = True
                return
            case Kind.COMPARISON if self._is_top and meaning.extra.unit is None and meaning.extra.is_bare:
                raise Unreadable(f"I could not tell what {item.text} is")
            case Kind.COMPARISON:
                found.comparisons.append((meaning.extra, at))
            case Kind.BY:
                self._is_by = True
                return
            case Kind.WHICH:
                found.is_which = self._is_which = True
                return
            case Kind.ABOUT:
                found.is_about = True
            case Kind.WHEN:
                found.is_when = True
            case Kind.COMPARE:
                found.is_compared = True
            case Kind.SHARE:
                found.is_share = True
            case Kind.TREND:
                found.is_trend = True
            case Kind.NOW:
                found.is_now = True
                return
            case Kind.FOLLOW:
                said = meaning.extra
                if said == "ONLY":
                    is_first = all(item.kind in (Kind.FILLER, Kind.AND) for item in self._items[:at])
                    said = "ADD" if is_first else None
                found.follow = said if said and found.follow != "ADD" else found.follow
                return
            case Kind.NOT:
                self._is_not = True
                return
            case Kind.TIME_WORD:
                found.time_words.append(meaning.of)
            case Kind.TIME:
                self._time(meaning.extra)
            case Kind.GRAIN | Kind.PIECE:
                self._piece(item)
                return
            case Kind.VALUE:
                found.chosen.append(
                    Chosen(
                        meaning.of, meaning.values, at, self._is_not, meaning.extra == "ID", meaning.is_weak
                    )
                )
                if meaning.extra == "WHEN":
                    found.when_values.append(meaning.of.partition(".")[0])
                self._is_not = False
                if self._is_by and meaning.of.endswith("asset_kind"):
                    raise Unreadable("that is no way to split it")
                self._is_by = False
                self._kind_as_noun(item)
                return  # "which active outages": the noun comes after
            case Kind.METRIC | Kind.FACT:
                self._number(at, item)
                return
            case Kind.NOUN:
                self._noun(at, item)
                return
            case Kind.DIMENSION:
                self._dimension(at, item)
                return
        self._is_by = False
        self._is_which = False

    def _kind_as_noun(self, item: Item) -> None:
        """Take "which transformers" as the assets of that kind, where a table holds several kinds."""
        table, _, name = item.meaning.of.partition(".")
        is_asked = (
            (self._is_which or self._is_top) and name.endswith("asset_kind") and not self._found.targets
        )
        if is_asked and self._model.tables[table].key_dimension is not None:
            self._found.targets.append(table)
            self._found.target_is_plural = item.is_plural
            self._found.kinds_as_nouns += 1
            self._is_which = self._is_top = False

    def _time(self, said: Period | Relative) -> None:
        if isinstance(said, Relative):
            self._found.relatives.append(said)
        else:
            self._found.periods.append(said)

    def _piece(self, item: Item) -> None:
        found, grain = self._found, item.meaning.extra
        is_target = self._is_which or self._is_top or bool(found.superlatives or found.fact_superlatives)
        if item.kind is Kind.PIECE and not self._is_by and not is_target:
            raise Unreadable(f"I could not tell what {item.text} is about")
        if found.grain is not None:
            raise Unreadable("time can be cut in one way only")
        if item.kind is Kind.GRAIN and found.aggregates:
            raise Unreadable(f"of the {item.text} totals, or {item.text} over the time?")
        found.grain = grain
        if not self._is_by and item.kind is Kind.PIECE:
            found.targets.append(grain.value)
            found.target_is_plural = item.is_plural
        self._is_which = self._is_top = False
        self._is_by = self._is_by and item.kind is Kind.PIECE  # "per month and type"

    def _number(self, at: int, item: Item) -> None:
        found = self._found
        for part in item.inner:
            match part.kind:
                case Kind.SUPERLATIVE:
                    found.superlatives.append((part.meaning.extra, at))
                case Kind.TIME:
                    self._time(part.meaning.extra)
                case Kind.COMPARE:
                    found.is_compared = True
        measure = Measure(item.kind.value, item.meaning.of, at, list(found.aggregates), found.is_counting)
        measure.is_listed = self._is_which
        measure.is_split = self._is_by
        measure.text = item.text
        measure.comparison = next(
            (part.meaning.extra for part in item.inner if part.kind is Kind.COMPARISON), None
        )
        found.aggregates.clear()
        found.is_counting = False
        self._is_which = self._is_by = self._is_top = False
        same = next(
            (other for other in found.measures if (other.kind, other.of) == (measure.kind, measure.of)), None
        )
        if same is None:
            found.measures.append(measure)
        else:  # "how much energy did they use"
            same.aggregates = same.aggregates or measure.aggregates
            same.comparison = same.comparison or measure.comparison

    def _noun(self, at: int, item: Item) -> None:
        found, table = self._found, item.meaning.of
        if self._is_by and self._is_ranked_by(table, item.is_plural):
            found.measures.append(Measure("COUNT", table, at))  # "top 3 feeders by outages"
        elif self._is_by and at and self._items[at - 1].kind is Kind.SUPERLATIVE:
            raise Unreadable(f"first ask which {item.text} that is")  # "affected by the worst cascade"
        elif self._is_by and not self._is_own(table, item.is_plural):
            found.groups.append(table)
            return  # "per circuit and cause"
        elif found.is_counting or self._is_counted_along(at):
            found.measures.append(Measure("COUNT", table, at))
            found.is_counting = False
        elif (self._is_which or self._is_top) and not found.targets:
            found.targets.append(table)
            found.target_is_plural = item.is_plural
        else:
            found.nouns.append((table, at))
            if at and self._items[at - 1].kind is Kind.SUPERLATIVE and not found.ranked:
                found.ranked.append(table)  # "worst circuit by SAIDI"
            elif self._is_loaded_most(at) and not found.ranked:
                found.ranked.append(table)  # "most loaded transformer"
        self._is_which = self._is_top = False

    def _is_ranked_by(self, table: str, is_plural: bool) -> bool:
        """Return whether things are ranked by how many rows of a table belong to each."""
        found = self._found
        ranked = [target for target in [*found.targets, *found.ranked] if target in self._model.tables]
        is_above = bool(ranked) and (self._model.hops(table, ranked[0]) or 0) > 0
        return is_plural and is_above and bool(found.superlatives) and not found.measures

    def _is_counted_along(self, at: int) -> bool:
        """Return whether a noun is one of several numbers: "transformers, meters and customers"."""
        if not self._items[at].is_plural or self._is_which or self._is_top:
            return False
        before = self._beside(at, -1)
        after = self._beside(at, 1)
        counted = {measure.at for measure in self._found.measures if measure.kind == "COUNT"}
        numbers = {measure.at for measure in self._found.measures if measure.kind != "COUNT"}
        if before is not None and self._items[before].kind is Kind.AND:
            first = self._beside(before, -1)
            if first is not None and (first in counted or first in numbers):
                return True  # "energy and customers by circuit"
        if after is None:
            return False
        if before in counted and self._items[after].kind in (Kind.AND, Kind.NOUN):
            return True
        if self._items[after].kind is not Kind.AND:
            return False
        second = self._beside(after, 1)
        is_first = at == 0 or all(item.kind is Kind.FILLER for item in self._items[:at])
        # "outages and customers interrupted by month"
        return is_first and second is not None and self._items[second].kind in (Kind.FACT, Kind.METRIC)

    def _beside(self, at: int, step: int) -> int | None:
        """Return where the next item is in a direction; articles do not count."""
        at += step
        while 0 <= at < len(self._items):
            item = self._items[at]
            if item.kind is not Kind.FILLER or item.text.lower() not in _WITHIN_GROUPS | {"of"}:
                return at
            at += step
        return None

    def _is_loaded_most(self, at: int) -> bool:
        kinds = [item.kind for item in self._items[:at] if item.kind is not Kind.VALUE]
        return kinds[-2:] == [Kind.SUPERLATIVE, Kind.FACT] or self._is_with_most(at)

    def _is_with_most(self, at: int) -> bool:
        """Return whether "circuit with the most outages" is said at ``at``."""
        after = [
            item
            for item in self._items[at + 1 : at + 6]
            if item.text.lower() != "the" and item.kind is not Kind.VALUE
        ]
        if len(after) < 2 or after[0].text.lower() not in {"with", "having"}:
            return False
        numbers = (Kind.FACT, Kind.METRIC, Kind.NOUN, Kind.COUNT)
        return any(part.kind is Kind.SUPERLATIVE for part in after[1].inner) or (
            after[1].kind is Kind.SUPERLATIVE and len(after) > 2 and after[2].kind in numbers
        )

    def _is_own(self, table: str, is_plural: bool) -> bool:
        """Return whether the number before is of these rows anyway: "customers affected by outages"."""
        return any(
            measure.kind == "FACT"
            and measure.of.partition(".")[0] == table
            and (is_plural or any(aggregate is not Aggregate.SUM for aggregate in measure.aggregates))
            for measure in self._found.measures
        )

    def _dimension(self, at: int, item: Item) -> None:
        found, name = self._found, item.meaning.of
        before = self._items[at - 1] if at else None
        after = self._items[at + 1] if at + 1 < len(self._items) else None
        if self._is_moment(name) and after is not None and after.kind is Kind.TIME:
            found.times.append(name)  # "restored yesterday"
            return
        if self._is_by:
            found.groups.append(name)
            return
        is_ranked = (before is not None and before.kind is Kind.SUPERLATIVE) or self._is_with_most(at)
        if (self._is_which or self._is_top or is_ranked) and not found.targets and not found.is_counting:
            found.targets.append(name)
            found.target_is_plural = item.is_plural
        else:
            found.loose.append((name, at))
        self._is_which = self._is_top = False

    def _is_moment(self, name: str) -> bool:
        return self._model.dimensions[name].kind in (DimensionKind.UTC, DimensionKind.DATE)


def grain_for(period: Period | None) -> Grain:
    """Return the pieces that a trend over a period is shown in."""
    if period is None or period.start is None:
        return Grain.MONTH
    if period.end is None:
        return Grain.MONTH
    length = period.end - period.start
    if length <= timedelta(days=1):
        return Grain.HOUR
    return Grain.DAY if length <= timedelta(days=62) else Grain.MONTH
