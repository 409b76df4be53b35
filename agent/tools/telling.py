"""How tools tell what they found: shares, chances, tables and charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from agent.answers.charts import VEGA_LITE
from agent.events import Chart, Column, ColumnType, Table, cell, make_table
from agent.tools.wording import UNKNOWN, counted, day, iso, moment, number, plain


def days(first: date, last: date) -> str:
    """Return a span of days, first and last included."""
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def pct(value: float | None) -> str:
    """Return a share in per cent."""
    return number(value, "%")


def chance(probability: float | None) -> str:
    """Return a probability of 0 to 1 as per cent; what is certain is said to be so."""
    if probability is None:
        return UNKNOWN
    if probability in (0.0, 1.0):
        return "certain" if probability else "ruled out"
    return f"{number(100.0 * probability, '%')} likely"


def listed(items: Sequence[str], most: int = 5) -> str:
    """Return a few things in a row; how many more there are is said."""
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most:,} more"


def column(name: str, label: str, kind: ColumnType = ColumnType.TEXT, unit: str | None = None) -> Column:
    """Return a column of a table."""
    return Column(name=name, label=label, type=kind, unit=unit)


def table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], **more: Any) -> Table:
    """Return a table with its title."""
    return make_table(title=title, columns=columns, rows=rows, **more)


def bars(title: str, rows: Iterable[tuple[str, Any]], *, name: str, value: str, unit: str) -> Chart | None:
    """Return a chart of bars, in the order given; None with fewer than two known values."""
    values = [{name: label, value: cell(amount)} for label, amount in rows if amount is not None]
    if len(values) < 2:
        return None
    x = {"field": value, "type": "quantitative", "title": f"{_capital(value)} ({unit})"}
    y = {"field": name, "type": "nominal", "sort": None, "title": _capital(name)}
    return _chart(title, "bar", {"x": x, "y": y}, values)


def lines(title: str, rows: Iterable[tuple[Any, Any]], *, by: str, value: str, unit: str) -> Chart | None:
    """Return a chart of a line over dates or numbers; None with fewer than two known values."""
    points = [(at, amount) for at, amount in rows if amount is not None]
    if len(points) < 2:
        return None
    is_time = isinstance(points[0][0], date)
    x = {"field": by, "type": "temporal" if is_time else "quantitative", "title": _capital(by)}
    y = {"field": value, "type": "quantitative", "title": f"{_capital(value)} ({unit})"}
    values = [{by: cell(at), value: cell(amount)} for at, amount in points]
    return _chart(title, {"type": "line", "point": True}, {"x": x, "y": y}, values)


def _chart(title: str, mark: Any, encoding: dict[str, Any], values: list[dict[str, Any]]) -> Chart:
    spec = {"$schema": VEGA_LITE, "title": title, "mark": mark, "encoding": encoding}
    return Chart(spec={**spec, "data": {"values": values}}, title=title)


def _capital(name: str) -> str:
    words = name.replace("_", " ")
    return f"{words[0].upper()}{words[1:]}"


__all__ = [
    "UNKNOWN",
    "bars",
    "chance",
    "column",
    "counted",
    "day",
    "days",
    "iso",
    "lines",
    "listed",
    "moment",
    "number",
    "pct",
    "plain",
    "table",
]
