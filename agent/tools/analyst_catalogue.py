"""What questions may be about, in few words: for a language model that fills in a form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from agent.semantic.model import Dimension, Fact, Metric, SemanticModel, SemanticTable
from agent.semantic.visibility import Viewer, may_see

MOST_SYNONYMS = 4
MOST_TABLES = 6
"""So many tables are described at once."""


def index(model: SemanticModel, viewer: Viewer) -> dict[str, str]:
    """Return the tables that a viewer may ask about, each with what it holds."""
    return {name: table.description for name, table in model.tables.items() if may_see(model, name, viewer)}


def described(model: SemanticModel, names: Sequence[str], viewer: Viewer) -> dict[str, Any]:
    """Return the metrics, facts and dimensions of some tables, those left out that a viewer may not see."""
    return {
        name: _table(model, model.tables[name], viewer)
        for name in names[:MOST_TABLES]
        if name in model.tables and may_see(model, name, viewer)
    }


def _table(model: SemanticModel, table: SemanticTable, viewer: Viewer) -> dict[str, Any]:
    reached = [
        name
        for name in model.tables
        if name != table.name and model.path(table.name, name) is not None and may_see(model, name, viewer)
    ]
    return {
        "rows": table.description,
        "time": table.time and f"{table.name}.{table.time}",
        "metrics": {metric.name: _metric(metric) for metric in table.metrics.values()},
        "facts": {f"{table.name}.{fact.name}": _fact(fact) for fact in table.facts.values()},
        "dimensions": {f"{table.name}.{item.name}": _dimension(item) for item in table.dimensions.values()},
        "also_by_dimensions_of": reached,
    }


def _metric(metric: Metric) -> str:
    return _joined([metric.unit, metric.description, _synonyms(metric.synonyms)])


def _fact(fact: Fact) -> str:
    return _joined([fact.unit, fact.description, _synonyms(fact.synonyms)])


def _dimension(dimension: Dimension) -> str:
    values = f"one of {', '.join(dimension.values)}" if dimension.values else ""
    pattern = f"like {dimension.pattern}" if dimension.pattern else ""
    return _joined(
        [
            dimension.kind.value,
            dimension.unit,
            values,
            pattern,
            dimension.description,
            _synonyms(dimension.synonyms),
        ]
    )


def _synonyms(words: Sequence[str]) -> str:
    chosen = [word.lstrip("~") for word in words[:MOST_SYNONYMS]]
    return f"also called {', '.join(chosen)}" if chosen else ""


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)
