"""The semantic model: tables with their dimensions, facts and metrics, and how they relate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import CTE, Table


class DimensionKind(StrEnum):
    """What the values of a dimension are."""

    TEXT = "TEXT"
    ID = "ID"
    BOOLEAN = "BOOLEAN"
    NUMBER = "NUMBER"
    UTC = "UTC"
    DATE = "DATE"
    YEAR = "YEAR"


class Aggregate(StrEnum):
    """How a metric sums up a fact."""

    SUM = "SUM"
    AVG = "AVG"
    MAX = "MAX"
    MIN = "MIN"


class MetricKind(StrEnum):
    """What a metric is made of."""

    COUNT = "COUNT"
    AGGREGATE = "AGGREGATE"
    RATIO = "RATIO"
    SUM_PER = "SUM_PER"


class ZoneBy(StrEnum):
    """How the load zone of a row is known."""

    OWN = "OWN"
    PARENT = "PARENT"
    PUBLIC = "PUBLIC"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class ZoneRule:
    """How the load zone of a row is known.

    Attributes:
        by: OWN: ``column`` holds it; PARENT: it is that of the row of ``table`` whose ``references`` is
            ``column``; PUBLIC: rows belong to none and are open to everybody; UNKNOWN: nothing tells.
    """

    by: ZoneBy
    column: str = ""
    table: str | None = None
    references: str = ""


@dataclass(frozen=True)
class ValueSet:
    """Words that stand for several values of a dimension: "active" outages."""

    words: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Dimension:
    """What rows of a table can be grouped and filtered by."""

    table: str
    name: str
    column: str
    kind: DimensionKind
    synonyms: tuple[str, ...] = ()
    description: str = ""
    unit: str = ""
    pattern: str = ""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    sets: tuple[ValueSet, ...] = ()
    is_sampled: bool = False
    needs_noun: bool = False
    names_things: bool = False


@dataclass(frozen=True)
class Fact:
    """A number that each row of a table has.

    Attributes:
        between: two moments of the row; the fact is the minutes from the first to the second.
        age_of: a dimension of years; the fact is the years since.
        where: what rows must be for the fact to count in a metric.
        each: the aggregate that stands for one thing of several rows, where a question ranks things by it.
        finer: a fact of a finer table, used where a question is about hours or minutes.
        is_compared_by_kind: a limit on it must say whether the mean, the lowest or the highest is meant.
        merges: the fact whose metric this one's aggregate is.
    """

    table: str
    name: str
    column: str
    unit: str
    aggregates: tuple[Aggregate, ...]
    synonyms: tuple[str, ...] = ()
    description: str = ""
    between: tuple[str, str] | None = None
    age_of: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    each: Aggregate | None = None
    most: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    is_worse_low: bool = False
    finer: str | None = None
    merges: str | None = None
    is_compared_by_kind: bool = False


@dataclass(frozen=True)
class Above:
    """The condition of a metric that a fact exceeds a value."""

    fact: str
    value: float


@dataclass(frozen=True)
class Metric:
    """A number of many rows.

    Attributes:
        fact: what an AGGREGATE sums up, or the column of a SUM_PER.
        distinct: the columns whose different values a COUNT counts.
        parts: numerator and denominator of a RATIO, names of metrics.
        per: the dimension whose different values a SUM_PER divides by.
    """

    table: str
    name: str
    kind: MetricKind
    unit: str = ""
    synonyms: tuple[str, ...] = ()
    description: str = ""
    aggregate: Aggregate | None = None
    fact: str | None = None
    distinct: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    above: Above | None = None
    known: str | None = None
    parts: tuple[str, str] | None = None
    column: str | None = None
    per: str | None = None
    most: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SemanticTable:
    """A table or view that questions may be about."""

    name: str
    source: str
    columns_of: Table | CTE
    description: str
    permission: str
    zone: ZoneRule
    nouns: tuple[str, ...]
    key: tuple[str, ...]
    unique: tuple[str, ...]
    label: str | None
    time: str | None
    time_words: tuple[str, ...]
    partition: str | None
    lists_rows: bool
    mentions: tuple[str, ...]
    show: tuple[str, ...]
    now: Mapping[str, tuple[str, ...]]
    default: Mapping[str, tuple[str, ...]]
    dimensions: Mapping[str, Dimension]
    facts: Mapping[str, Fact]
    metrics: Mapping[str, Metric]

    @property
    def count(self) -> Metric:
        """Return the metric that counts the table's rows."""
        return next(metric for metric in self.metrics.values() if metric.kind is MetricKind.COUNT)

    @cached_property
    def key_dimension(self) -> Dimension | None:
        """Return the dimension that is the table's key; None where the key is no one dimension."""
        if len(self.key) != 1:
            return None
        return next((item for item in self.dimensions.values() if item.column == self.key[0]), None)


@dataclass(frozen=True)
class Relationship:
    """Rows of ``table`` belong to one row of ``refers_to``: these columns hold the other's."""

    name: str
    table: str
    columns: tuple[str, ...]
    refers_to: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """What is out of scope: the reason, words anywhere, words that begin a command."""

    reason: str
    words: tuple[str, ...]
    starts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SemanticModel:
    """Everything that questions may mean."""

    name: str
    description: str
    tables: Mapping[str, SemanticTable]
    relationships: tuple[Relationship, ...]
    clock: tuple[Dimension, ...]
    scopes: tuple[Scope, ...]
    verified: tuple[str, ...]

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        """Return every dimension by ``table.name``."""
        return {f"{t.name}.{d.name}": d for t in self.tables.values() for d in t.dimensions.values()}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Return every fact by ``table.name``."""
        return {f"{t.name}.{f.name}": f for t in self.tables.values() for f in t.facts.values()}

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """Return every metric by its name, which is unique."""
        return {m.name: m for t in self.tables.values() for m in t.metrics.values()}

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Return every permission that a table of the model needs."""
        return frozenset(table.permission for table in self.tables.values())

    def metric_of(self, fact: Fact, aggregate: Aggregate | None) -> Metric | None:
        """Return the metric that sums up a fact so, or as the fact does by default; None if it has none."""
        wanted = aggregate or fact.aggregates[0]
        owner = self.tables[fact.table]
        for candidate in (fact, *(item for item in owner.facts.values() if item.merges == fact.name)):
            for metric in owner.metrics.values():
                if metric.fact == candidate.name and metric.aggregate is wanted:
                    return metric
        return None

    def hops(self, start: str, end: str) -> int | None:
        """Return over how many relationships rows of ``start`` have one row of ``end``; None: over none."""
        path = self.path(start, end)
        return None if path is None else len(path)

    def path(self, start: str, end: str) -> tuple[Relationship, ...] | None:
        """Return the relationships from ``start`` to ``end``, the fewest; None if there are none."""
        return self._paths.get((start, end))

    @cached_property
    def _paths(self) -> dict[tuple[str, str], tuple[Relationship, ...]]:
        found: dict[tuple[str, str], tuple[Relationship, ...]] = {}
        for start in self.tables:
            found[start, start] = ()
            front = [start]
            while front:
                here = front.pop(0)
                for relation in self.relationships:
                    if relation.table == here and (start, relation.refers_to) not in found:
                        found[start, relation.refers_to] = (*found[start, here], relation)
                        front.append(relation.refers_to)
        return found


def text_tuple(items: Any) -> tuple[str, ...]:
    """Return what YAML holds as a tuple of texts; booleans as ``true`` and ``false``."""
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items or ())
