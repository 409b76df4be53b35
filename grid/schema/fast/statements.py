"""SQL of the fast path: the ordinary querysets, filters, orders and pages, but selecting columns only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import models
from django.db.models.expressions import Col, RawSQL
from django.db.models.sql.datastructures import BaseTable
from strawberry.types import Info
from strawberry_django.relay.cursor_connection import OrderingDescriptor, apply_cursor_pagination

from flux_site.api.prepared import fetch
from grid.schema.fast.selection import PLAIN_COLUMNS, NotPlain

LOOKUP_SEP = "__"
PARENT = "parent"

Row = tuple[Any, ...]


@dataclass(kw_only=True)
class Columns:
    """The columns a statement selects, each once."""

    position: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def add(self, path: str, function: str | None = None) -> int:
        """Return the place of a column in the rows."""
        return self.position.setdefault((path, function), len(self.position))


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement with its parameters; None stands for one that can find nothing."""

    sql: str
    parameters: tuple[Any, ...]


def run(statement: Statement | None, *first: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement."""
    if statement is None:
        return []
    return fetch(statement.sql, (*first, *statement.parameters))


def rows_of_parents(field_name: str, model: type[models.Model]) -> models.QuerySet[Any]:
    """Return the rows of a model that hang on the parent of the statement around it."""
    return model._default_manager.filter(**{field_name: RawSQL(f"{PARENT}.id", ())})  # noqa: S611 - a name of ours


def paged(
    rows: models.QuerySet[Any], info: Info, sizes: dict[str, Any], columns: Columns
) -> tuple[models.QuerySet[Any], "tuple[tuple[int, models.Field[Any, Any]], ...]"]:
    """Return a page of rows, and the columns of its cursors with their fields.

    Raises:
        NotPlain: if the rows are in the order of something that is no column of theirs.
    """
    page, descriptors = apply_cursor_pagination(
        rows, info=info, related_field_id=None, max_results=None, **sizes
    )
    return page, tuple(_cursor_column(page, descriptor, columns) for descriptor in descriptors)


def _cursor_column(
    page: models.QuerySet[Any], descriptor: OrderingDescriptor, columns: Columns
) -> tuple[int, "models.Field[Any, Any]"]:
    expression = descriptor.order_by.expression
    if not isinstance(expression, Col) or not isinstance(page.query.alias_map[expression.alias], BaseTable):
        raise NotPlain("ordered by something that is no column of the rows")
    target = expression.target
    if type(target) not in PLAIN_COLUMNS:
        raise NotPlain("ordered by something that is no plain column")
    return columns.add("pk" if target.primary_key else target.attname), target


def select(
    rows: models.QuerySet[Any], columns: Columns, *, more: str | None = None, parameters: Sequence[Any] = ()
) -> Statement | None:
    """Return the statement that selects some columns of some rows; ``more``: an expression, as the last."""
    functions = {
        f"_fast_{place}": models.Func(models.F(path), function=function, output_field=models.FloatField())
        for (path, function), place in columns.position.items()
        if function is not None
    }
    names = [
        path if function is None else f"_fast_{place}" for (path, function), place in columns.position.items()
    ]
    if more is not None:
        expression = RawSQL(more, tuple(parameters), output_field=models.TextField())  # noqa: S611 - ours, bound
        return _compiled(rows.annotate(**functions, _fast_more=expression).values_list(*names, "_fast_more"))
    return _compiled(rows.annotate(**functions).values_list(*names) if names else rows.values_list("pk"))


def _compiled(rows: models.QuerySet[Any]) -> Statement | None:
    try:
        sql, parameters = rows.query.get_compiler("default").as_sql()
    except EmptyResultSet:
        return None
    except FullResultSet as error:
        raise NotPlain("no condition") from error
    return Statement(sql=sql, parameters=tuple(parameters))


def count(rows: models.QuerySet[Any]) -> Statement | None:
    """Return the statement that counts rows."""
    inner = _compiled(rows.order_by().values_list("pk"))
    if inner is None:
        return None
    sql = f"SELECT count(*) FROM ({inner.sql}) AS counted"  # noqa: S608 - Django's own text, values bound
    return Statement(sql=sql, parameters=inner.parameters)


def for_each_parent(statement: Statement | None) -> Statement | None:
    """Return the statement that runs another once for each of an array of parents, in their order.

    Its first parameter is the array; its last column is the parent's place in it, from 1.
    """
    if statement is None:
        return None
    found = f"SELECT found.*, row_number() OVER () AS rank FROM ({statement.sql}) AS found"  # noqa: S608
    parents = f"unnest(%s::text[]) WITH ORDINALITY AS {PARENT}(id, place)"
    # Django's own text inside; its values are bound.
    sql = f"SELECT child.*, {PARENT}.place FROM {parents} CROSS JOIN LATERAL ({found}) AS child"  # noqa: S608
    return Statement(sql=f"{sql} ORDER BY {PARENT}.place, child.rank", parameters=statement.parameters)


def grouped(rows: Sequence[tuple[Any, ...]], parents: int) -> list[list[tuple[Any, ...]]]:
    """Return the rows of ``for_each_parent`` by parent."""
    groups: list[list[tuple[Any, ...]]] = [[] for _ in range(parents)]
    for row in rows:
        groups[row[-1] - 1].append(row)
    return groups
