"""Lists on the fast path: plans, made once for a selection, its arguments and what the user may see."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import ProgrammingError, models
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import get_argument_values
from strawberry.schema.schema_converter import get_arguments
from strawberry.types import Info
from strawberry_django.optimizer import DjangoOptimizerExtension

from flux_site.api.visibility import user_of
from grid.federation.warehouse_database.router import is_asking_warehouse
from grid.models.base import granted_zone_ids
from grid.schema.fast import statements
from grid.schema.fast.completion import Complete, Writer, compiled
from grid.schema.fast.executor import Completed, FastExecutor, ResolveInfo
from grid.schema.fast.kept import KeptBySelection
from grid.schema.fast.selection import Count, Details, Edges, ListShape, NotPlain, PageInfo, shape_of_list
from grid.schema.fast.statements import Columns, Row, Statement

logger = logging.getLogger(__name__)

Zones = frozenset[str] | None


@dataclass(frozen=True, kw_only=True)
class ListPlan:
    """How a list is answered: its statements, its page, its nested lists and the function that writes it."""

    page: Statement | None
    has_rows: bool
    count: Statement | None
    is_counted: bool
    first: int | None
    last: int | None
    nested: "tuple[tuple[int, ListPlan], ...]"
    complete: Complete
    select: Callable[..., Statement | None]

    def page_with(self, more: str, parameters: Sequence[Any]) -> Statement | None:
        """Return the statement of the page with an expression as a further column; None without rows."""
        return self.select(more=more, parameters=parameters) if self.has_rows else None

    def answer(self, zones: Zones, found: list[Row] | None = None) -> dict[str, Any]:
        """Return the answer of a list at the root; ``found``: the rows of its page if they are there.

        Raises:
            NotPlain: if the rows are not what the ordinary executor could answer without an error.
        """
        total = None
        if self.is_counted:
            counted = statements.run(self.count)
            total = counted[0][0] if counted else 0
        if found is None:
            found = statements.run(self.page) if self.has_rows else []
        rows, *more = self._page(found)
        return self.complete(rows, *more, total, zones, self._nested(rows, zones))

    def answers(self, parents: Sequence[str], zones: Zones) -> dict[str, dict[str, Any]]:
        """Return the answers of a nested list by their parents' keys.

        Raises:
            NotPlain: as above.
        """
        if not parents:
            return {}
        keys = list(parents)
        totals: dict[int, int] = {}
        if self.is_counted:
            totals = {row[-1]: row[0] for row in statements.run(self.count, keys)}
        found = statements.run(self.page, keys) if self.has_rows else []
        pages = [self._page(rows) for rows in statements.grouped(found, len(keys))]
        nested = self._nested([row for rows, *_ in pages for row in rows], zones)
        return {
            key: self.complete(rows, *more, totals.get(place, 0), zones, nested)
            for place, (key, (rows, *more)) in enumerate(zip(keys, pages, strict=True), start=1)
        }

    def _page(self, rows: list[Row]) -> tuple[list[Row], bool, bool]:
        """Return the rows of the page in order, and whether there are rows before and after it."""
        if self.last is not None:
            return rows[: self.last][::-1], len(rows) > self.last, False
        if self.first is not None:
            return rows[: self.first], False, len(rows) > self.first
        return rows, False, False

    def _nested(self, rows: Sequence[Row], zones: Zones) -> list[dict[str, dict[str, Any]]]:
        return [
            plan.answers(list(dict.fromkeys(key for row in rows if (key := row[column]) is not None)), zones)
            for column, plan in self.nested
        ]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan with the permissions its types ask for; None: the ordinary executor answers."""

    plan: ListPlan | None
    permissions: tuple[str, ...]


_plans: KeptBySelection[Planned] = KeptBySelection(2_000)


def has_plan(info: Info) -> bool:
    """Return whether there is a plan for a connection field at the root, or one can be made."""
    try:
        return _planned(info) is not None
    except Exception:  # noqa: BLE001 - who asks cannot be told: the ordinary way says so
        return False


def fast_list(info: Info) -> Completed | None:
    """Return the answer of a connection field at the root, or None if the ordinary executor is to answer."""
    if is_asking_warehouse():
        return None
    planned = _planned(info)
    if planned is None:
        return None
    granted = granted_zone_ids(user_of(info))
    zones = frozenset(granted) if granted else None
    try:
        return Completed(planned.answer(zones), by=(planned, zones))
    except NotPlain:
        return None
    except ProgrammingError:
        logger.exception("Unable to answer %s on the fast path", info.field_name)
        return None


def _planned(info: Info) -> ListPlan | None:
    """Return the plan for a field and what its user may see; None if there is none, or none they may use."""
    raw = info._raw_info
    if not isinstance(raw, ResolveInfo):
        return None
    user = user_of(info)
    if not user.is_authenticated:
        return None
    planned = _plans.get(
        raw.field_nodes,
        (repr(raw.variable_values) if raw.variable_values else "", *sorted(granted_zone_ids(user))),
        lambda: _plan(info, raw),
    )
    return planned.plan if all(map(user.has_perm, planned.permissions)) else None


def _plan(info: Info, raw: ResolveInfo) -> Planned:
    executor = raw.executor
    details = [FieldDetails(node, None, None) for node in raw.field_nodes]
    try:
        definition = raw.parent_type.fields[raw.field_name]
        shape = shape_of_list(definition, details, _collector(executor))
        rules = {rule for each in shape.objects for rule in each.rules()} | {(shape.model, shape.rule)}
        permissions = tuple(
            sorted(
                rule.permission.format(model=model._meta.model_name)
                for model, rule in rules
                if rule.permission is not None
            )
        )
        with DjangoOptimizerExtension.disabled():
            plan = _plan_of(shape, shape.model._default_manager.all(), info, executor, is_nested=False)
    except Exception as error:  # noqa: BLE001 - the ordinary executor answers, also with the right error
        if not isinstance(error, NotPlain):
            logger.debug("No fast path for %s: %r", raw.field_name, error)
        return Planned(plan=None, permissions=())
    return Planned(plan=plan, permissions=permissions)


def _collector(executor: FastExecutor) -> Callable[..., dict[str, Details]]:
    return lambda type_, details: executor.collect_subfields(type_, details).grouped_field_set


def _plan_of(
    shape: ListShape,
    rows: models.QuerySet[Any],
    info: Info,
    executor: FastExecutor,
    *,
    is_nested: bool,
) -> ListPlan:
    """Return the plan of a list over some rows, made with the type's, filters' and pager's own querysets."""
    arguments = _arguments(shape, info, executor)
    sizes = {name: arguments.pop(name, None) for name in ("before", "after", "first", "last")}
    if sizes["first"] is not None and sizes["last"] is not None:
        raise NotPlain("both ends of a page")
    rows = shape.field.get_queryset(rows, info, **arguments)
    if rows.query.distinct:
        raise NotPlain("distinct rows")
    is_counted = any(isinstance(part, Count) for _, part in shape.entries)
    if is_nested and is_counted and (sizes["after"] or sizes["before"]):
        raise NotPlain("the ordinary executor counts from the cursor on")
    columns = Columns()
    page, cursor_columns = statements.paged(rows, info, sizes, columns)
    writer = Writer(columns=columns)
    expression = writer.list_(shape)
    nested = tuple(
        (
            each.parent_column,
            _plan_of(each.shape, _rows_below(each.parent_model, each.shape), info, executor, is_nested=True),
        )
        for each in writer.nested
    )
    select = partial(statements.select, page, columns)
    selected, count = select(), statements.count(rows) if is_counted else None
    if is_nested:
        selected, count = statements.for_each_parent(selected), statements.for_each_parent(count)
    return ListPlan(
        page=selected,
        has_rows=any(isinstance(part, Edges | PageInfo) for _, part in shape.entries),
        count=count,
        is_counted=is_counted,
        first=sizes["first"],
        last=sizes["last"],
        nested=nested,
        complete=compiled(expression, floats=sorted(writer.floats), cursor_columns=cursor_columns),
        select=select,
    )


def _arguments(shape: ListShape, info: Info, executor: FastExecutor) -> dict[str, Any]:
    """Return a field's arguments as its resolver would get them."""
    first = shape.details[0]
    values = get_argument_values(
        shape.definition,
        first.node,
        executor.variable_values,
        first.fragment_variable_values,
        hide_suggestions=True,
    )
    _, arguments = get_arguments(
        field=shape.field,
        source=None,
        info=info,
        kwargs=values,
        config=info.schema.config,
        scalar_registry=info.schema.schema_converter.scalar_registry,
    )
    arguments.pop("info", None)
    arguments.pop("root", None)
    return arguments


def _rows_below(parent: type[models.Model], shape: ListShape) -> models.QuerySet[Any]:
    """Return the rows of a nested list under the parent of the statement around it."""
    relation = parent._meta.get_field(shape.field.django_name or shape.field.python_name)
    if not isinstance(relation, models.ManyToOneRel) or relation.related_model is not shape.model:
        raise NotPlain("no list of rows that refer to their parent")
    return statements.rows_of_parents(relation.field.name, shape.model)
