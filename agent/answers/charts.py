"""A chart of an answer where one helps: a line over time, bars over a few groups."""

from __future__ import annotations

from typing import Any

from agent.events import cell
from agent.semantic.analyst import Answer
from agent.semantic.builder import PERIOD, TIME, Column

VEGA_LITE = "https://vega.github.io/schema/vega-lite/v5.json"
MOST_BARS = 40
FEWEST_POINTS = 2


def chart_of(answer: Answer, title: str) -> dict[str, Any] | None:
    """Return a Vega-Lite document with its data in it; None where a chart would say no more than the rows."""
    numbers = [column for column in answer.columns if column.is_number]
    names = [column for column in answer.columns if not column.is_number]
    if not answer.question.metrics or not names or len(numbers) != 1 or not len(answer.rows) >= FEWEST_POINTS:
        return None
    number = numbers[0]
    encoding: dict[str, Any] = {"y": _axis(number, "quantitative")}
    if names[0].name == TIME:
        mark: dict[str, Any] = {"type": "line", "point": True}
        encoding["x"] = _axis(names[0], "temporal")
        if len(names) > 1:
            encoding["color"] = _axis(names[-1], "nominal")
    elif len(answer.rows) <= MOST_BARS:
        mark = {"type": "bar"}
        category = names[-1] if len(names) > 1 and names[0].name != PERIOD else names[0]
        encoding = {"x": _axis(number, "quantitative"), "y": {**_axis(category, "nominal"), "sort": None}}
        others = [
            column for column in names if column is not category and column.name not in _twins(category)
        ]
        if others and (others[0].name == PERIOD or len(answer.question.groups) > 1):
            encoding["color"] = _axis(others[0], "nominal")
    else:
        return None
    return {
        "$schema": VEGA_LITE,
        "title": title,
        "mark": mark,
        "encoding": encoding,
        "data": {"values": [{name: cell(value) for name, value in row.items()} for row in answer.rows]},
    }


def _axis(column: Column, kind: str) -> dict[str, Any]:
    unit = f" ({column.unit})" if column.unit and column.unit not in {"1", "0..1"} else ""
    return {"field": column.name, "type": kind, "title": f"{column.title}{unit}"}


def _twins(column: Column) -> set[str]:
    """Return the key that a name stands beside."""
    return {column.name.removesuffix("_name") + "_id"} if column.name.endswith("_name") else set()
