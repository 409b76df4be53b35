"""Functions compiled for a selection: they turn rows into the answer."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from django.db import models
from strawberry_django.relay.cursor_connection import DjangoCursorEdge

from grid.schema.fast.columns import RowRule
from grid.schema.fast.selection import (
    Constant,
    Count,
    Cursor,
    Edges,
    Entry,
    Leaf,
    ListShape,
    NotPlain,
    ObjectShape,
    PageInfo,
    RelatedObject,
)
from grid.schema.fast.statements import LOOKUP_SEP, Columns, Row

CursorColumns = tuple[tuple[int, Any], ...]
Complete = Callable[..., dict[str, Any]]

MOMENTS = (models.DateTimeField, models.DateField)


@dataclass(frozen=True, kw_only=True)
class NestedList:
    """A list inside an object: where its parent's key is in the rows."""

    shape: ListShape
    parent_model: type[models.Model]
    parent_column: int


@dataclass(kw_only=True)
class Writer:
    """Writes the expression of a list's answer, collecting the columns and nested lists it reads.

    In the expression ``r`` is a row, ``rows`` the page, ``Z`` the zones that may be seen (None: all) and
    ``N`` the answers of the nested lists by their parents' keys.
    """

    columns: Columns
    nested: list[NestedList] = field(default_factory=list)
    floats: set[int] = field(default_factory=set)

    def list_(self, shape: ListShape) -> str:
        """Return the expression of a connection."""
        return self._dict(shape.entries, self._part)

    def _dict(self, entries: Sequence[tuple[str, Any]], write: Callable[[Any], str]) -> str:
        return "{" + ", ".join(f"{name!r}: {write(entry)}" for name, entry in entries) + "}"

    def _part(self, part: Edges | PageInfo | Count | Constant) -> str:
        match part:
            case Constant(value=value):
                return repr(value)
            case Count():
                return "total"
            case PageInfo(entries=entries):
                return self._dict(entries, _page_info)
            case Edges(entries=entries):
                return f"[{self._dict(entries, self._in_edge)} for r in rows]"

    def _in_edge(self, entry: Cursor | Constant | ObjectShape) -> str:
        match entry:
            case Constant(value=value):
                return repr(value)
            case Cursor():
                return "cursor(r)"
            case ObjectShape():
                return self._object(entry, "")

    def _object(self, shape: ObjectShape, prefix: str) -> str:
        return self._dict(shape.entries, lambda entry: self._entry(entry, shape, prefix))

    def _entry(self, entry: Entry, parent: ObjectShape, prefix: str) -> str:
        match entry:
            case Constant(value=value):
                return repr(value)
            case Leaf():
                return self._leaf(entry, prefix)
            case RelatedObject():
                return self._related(entry, f"{prefix}{entry.relation}{LOOKUP_SEP}")
            case ListShape():
                key = self.columns.add(f"{prefix}pk")
                self.nested.append(NestedList(shape=entry, parent_model=parent.model, parent_column=key))
                return f"N[{len(self.nested) - 1}][r[{key}]]"

    def _leaf(self, leaf: Leaf, prefix: str) -> str:
        place = self.columns.add(f"{prefix}{leaf.column.name}", leaf.column.function)
        value = f"r[{place}]"
        if leaf.global_id_of is not None:
            return f"global_id({leaf.global_id_of + ':'!r}, {value})"
        if isinstance(leaf.field, models.FloatField):
            self.floats.add(place)
        if isinstance(leaf.field, MOMENTS):
            return f"(None if {value} is None else {value}.isoformat())"
        return value

    def _related(self, related: RelatedObject, prefix: str) -> str:
        key = f"r[{self.columns.add(f'{prefix}pk')}]"
        is_there = f"{key} is not None"
        is_seen = self._is_seen(related.shape.rule, prefix)
        if is_seen is not None:
            is_there += f" and ({is_seen})"
        otherwise = "refuse()" if related.is_required else "None"
        return f"({self._object(related.shape, prefix)} if {is_there} else {otherwise})"

    def _is_seen(self, rule: RowRule, prefix: str) -> str | None:
        if rule.zone is None:
            return None
        return f"Z is None or r[{self.columns.add(f'{prefix}{rule.zone}')}] in Z"


def _page_info(entry: str | Constant) -> str:
    match entry:
        case Constant(value=value):
            return repr(value)
        case "startCursor":
            return "(cursor(rows[0]) if rows else None)"
        case "endCursor":
            return "(cursor(rows[-1]) if rows else None)"
        case "hasNextPage":
            return "has_next"
        case "hasPreviousPage":
            return "has_previous"
    raise NotPlain(entry)


def compiled(expression: str, *, floats: Sequence[int], cursor_columns: CursorColumns) -> Complete:
    """Return the function ``(rows, has_previous, has_next, total, Z, N)`` that completes a page.

    It raises NotPlain where the ordinary executor would answer with an error.
    """
    check = "".join(f"    known(rows, {place})\n" for place in sorted(floats))
    source = f"def complete(rows, has_previous, has_next, total, Z, N):\n{check}    return {expression}\n"
    names = {
        "cursor": _cursor_writer(cursor_columns),
        "global_id": _global_id,
        "known": _known,
        "refuse": _refuse,
    }
    # The text holds names of the schema and response names, which are GraphQL names; nothing else of a
    # request.
    exec(compile(source, "<selection>", "exec"), names)  # noqa: S102
    return names["complete"]  # type: ignore[return-value]


def _known(rows: Sequence[Row], place: int) -> None:
    """Refuse columns with values that GraphQL has no number for."""
    if not isfinite(sum([row[place] or 0.0 for row in rows])):
        raise NotPlain("not a number")


def _refuse() -> None:
    raise NotPlain("a row that must be there may not be seen")


def _global_id(prefix: str, key: str) -> str:
    return b64encode(f"{prefix}{key}".encode()).decode()


def _cursor_writer(columns: CursorColumns) -> Callable[[Row], str]:
    """Return the function that writes the cursor of a row, as the pager does."""
    prefix = f"{DjangoCursorEdge.CURSOR_PREFIX}:"
    written = [(place, _as_text(field)) for place, field in columns]

    def cursor(row: Row) -> str:
        values = [None if row[place] is None else text(row[place]) for place, text in written]
        return b64encode((prefix + json.dumps(values, separators=(",", ":"))).encode()).decode()

    return cursor


def _as_text(field: "models.Field[Any, Any]") -> Callable[[Any], str]:
    return (lambda moment: str(moment.isoformat())) if isinstance(field, MOMENTS) else str
