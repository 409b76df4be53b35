"""How a view is declared, and the expressions that several views share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Double,
    Integer,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    null,
)

EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True, eq=False)
class View:
    """A view: what it is called, what it says, and the select over declared tables and views that it is.

    ``source`` is what queries read; it has columns and can be joined like a table.
    """

    schema: str
    name: str
    comment: str
    query: Select[Any] | CompoundSelect[Any]
    source: CTE

    @property
    def fullname(self) -> str:
        """Return ``schema.name``."""
        return f"{self.schema}.{self.name}"


VIEWS: dict[str, View] = {}
"""Every declared view by its full name, each after those that it reads."""


def view(schema: str, name: str, comment: str, query: Select[Any] | CompoundSelect[Any]) -> CTE:
    """Declare a view and return its source.

    A query that reads the source contains the view's select, so it runs on every backend, reads the same
    snapshot as the rest of the query, and fails with TableNotLoaded where a table below was never loaded.
    """
    source = query.cte(name)
    declared = View(schema, name, comment, query, source)
    if declared.fullname in VIEWS:
        raise ValueError(f"view {declared.fullname} is declared twice")
    VIEWS[declared.fullname] = declared
    return source


def distance_km(lat_a: Any, lon_a: Any, lat_b: Any, lon_b: Any) -> ColumnElement[float]:
    """Return the great-circle distance of two points in degrees, by the haversine formula."""
    north: Any = func.sin(func.radians(lat_b - lat_a) / 2.0, type_=Double)
    east: Any = func.sin(func.radians(lon_b - lon_a) / 2.0, type_=Double)
    cosines: Any = func.cos(func.radians(lat_a), type_=Double) * func.cos(func.radians(lat_b), type_=Double)
    chord: Any = north * north + cosines * east * east
    # Rounding may lift it above 1 for points opposite each other.
    return 2.0 * EARTH_RADIUS_KM * func.asin(func.sqrt(func.least(1.0, chord)), type_=Double)


def count_where(condition: Any) -> ColumnElement[int]:
    """Return how many rows of a group satisfy ``condition``; 0 in a group without any."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def ratio(part: Any, whole: Any) -> ColumnElement[float]:
    """Return ``part / whole``; null where the whole is 0."""
    numerator: Any = cast(part, Double)
    return numerator / func.nullif(cast(whole, Double), 0.0)  # type: ignore[no-any-return]


def text(value: str) -> ColumnElement[str]:
    """Return a constant text."""
    return literal(value, String)


def unknown(kind: Any) -> ColumnElement[Any]:
    """Return a null of type ``kind``."""
    return cast(null(), kind)


def or_zero(count: Any) -> ColumnElement[int]:
    """Return a count, or 0 where an outer join found nothing to count."""
    return func.coalesce(count, literal(0, Integer))
