"""Conditions on the rows, as clients state them in text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa

from flux_site.api.errors import BadInput
from grid.selectors.exchange.collections import MOMENT, Collection, ExchangeAttribute

MAX_TEXT = 256
MAX_VALUES = 1000
MAX_CONDITIONS = 20
_WHOLE_BITS = 63


class Relation(StrEnum):
    """How the values of an attribute are compared."""

    IN = "IN"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    IS_UNKNOWN = "IS_UNKNOWN"
    IS_KNOWN = "IS_KNOWN"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition; ``values`` are of the attribute's kind."""

    attribute: ExchangeAttribute
    relation: Relation
    values: tuple[Any, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept; ``parse_condition`` reads it."""
        return {
            "attribute": self.attribute.name,
            "relation": self.relation.value,
            "values": [str(value) for value in self.values],
        }


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A span of time; None is open. Both ends count."""

    start: datetime | None
    end: datetime | None


def parse_condition(
    collection: Collection,
    *,
    attribute: str,
    relation: str = Relation.IN,
    values: list[str] | tuple[str, ...] = (),
    field: str,
) -> Condition:
    """Return a condition on an attribute.

    Personal attributes are refused: their values could be found out by asking.

    Raises:
        BadInput: naming ``field``.
    """
    found = collection.attribute(attribute)
    allowed = [each.name for each in collection.attributes if not each.is_personal]
    if found is None or found.is_personal:
        reason = "identifies people, so rows cannot be chosen by it" if found else "is no attribute"
        raise BadInput(
            f"{attribute[:80]!r} {reason} of {collection.key}; those are {', '.join(allowed)}.", field=field
        )
    if relation not in Relation.__members__:
        raise BadInput(f"{relation[:40]!r} is none of {', '.join(Relation.__members__)}.", field=field)
    how = Relation(relation)
    takes = 0 if how in {Relation.IS_UNKNOWN, Relation.IS_KNOWN} else 1
    most = MAX_VALUES if how == Relation.IN else takes
    if not takes <= len(values) <= most:
        wanted = "no value" if takes == 0 else "one value" if most == 1 else f"1 to {MAX_VALUES} values"
        raise BadInput(f"{how.value} of {attribute} takes {wanted}, not {len(values)}.", field=field)
    if how in {Relation.AT_LEAST, Relation.AT_MOST} and pa.types.is_boolean(found.kind):
        raise BadInput(f"{attribute} is true or false and has no order; use IN.", field=field)
    return Condition(
        attribute=found, relation=how, values=tuple(_value(each, found, field) for each in values)
    )


def parse_interval(text: str, *, field: str = "datetime") -> Interval:
    """Return the interval of RFC 3339 moments that ``text`` states: one, ``a/b``, ``a/..`` or ``../b``.

    Raises:
        BadInput: unless it is one.
    """
    parts = text.split("/")
    allowed = "a moment as 2026-05-01T00:00:00Z, or two with / between them, of which one may be .."
    if len(parts) > 2 or len(text) > MAX_TEXT:
        raise BadInput(f"{field} is {text[:80]!r}; it must be {allowed}.", field=field)
    open_end = {"", ".."} if len(parts) == 2 else set()
    ends = [None if part in open_end else _moment(part, field, allowed) for part in parts]
    start, end = ends[0], ends[-1]
    if len(parts) == 2 and start is None and end is None:
        raise BadInput(f"{field} is {text[:80]!r}; one end must be a moment.", field=field)
    if start is not None and end is not None and start > end:
        raise BadInput(f"{field} ends before it starts.", field=field)
    return Interval(start=start, end=end)


def _moment(text: str, field: str, allowed: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadInput(f"{field} has {text[:40]!r}; it must be {allowed}.", field=field)
    return found


def _value(text: str, attribute: ExchangeAttribute, field: str) -> Any:
    """Return a value of an attribute's kind.

    Raises:
        BadInput: if the text is none.
    """
    kind = attribute.kind
    found: Any = None
    try:
        if pa.types.is_string(kind):
            found = text if len(text) <= MAX_TEXT and "\0" not in text else None
        elif pa.types.is_boolean(kind):
            found = {"true": True, "false": False}.get(text.lower())
        elif pa.types.is_integer(kind):
            whole = int(text) if len(text) <= 20 else 2**_WHOLE_BITS
            found = whole if -(2**_WHOLE_BITS) <= whole < 2**_WHOLE_BITS else None
        elif pa.types.is_floating(kind):
            number = float(text)
            found = number if math.isfinite(number) else None
        elif kind == MOMENT:
            moment = datetime.fromisoformat(text)
            found = moment if moment.tzinfo is not None else None
        else:
            found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None:
        raise BadInput(
            f"{text[:80]!r} is no value of {attribute.name}; it takes {_named(kind)}.", field=field
        )
    return found


def _named(kind: pa.DataType) -> str:
    if pa.types.is_string(kind):
        return f"a text of at most {MAX_TEXT} characters"
    if pa.types.is_boolean(kind):
        return "true or false"
    if pa.types.is_integer(kind):
        return "a whole number"
    if pa.types.is_floating(kind):
        return "a finite number"
    return "a moment with its offset, as 2026-05-01T00:00:00Z" if kind == MOMENT else "a date, as 2026-05-01"
