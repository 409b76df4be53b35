"""The field extension of everything read from the layers: PostGIS first, else the warehouse."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLResolveInfo,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types import Info
from strawberry.utils.inspect import in_async_context
from strawberry_django.relay import DjangoCursorConnection

from grid.federation import from_either_store
from grid.federation.policy import NeverSynced
from grid.federation.warehouse_database.router import is_asking_warehouse
from grid.schema.fast import KeptBySelection, fast_list, has_plan
from grid.schema.fast.executor import under_policy
from grid.schema.types.base import LAYERS_OF_MODEL

__all__ = ["NeverSynced", "Operational", "layers_selected", "names_selected"]

Resolver = Callable[..., Any]

_layers: KeptBySelection[list[str]] = KeptBySelection(1_000)


class Operational(FieldExtension):
    """Answers a field from PostGIS, or from the warehouse when PostGIS cannot, and records which.

    ``layers``: those it always rests on; the layers of the types selected below it are added.
    """

    answers_without_database = True

    def __init__(self, *layers: str) -> None:
        self.layers = layers

    def resolve(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Resolve; in an async request off the event loop."""
        if in_async_context():
            return sync_to_async(self.answer)(next_, source, info, kwargs)
        return self.answer(next_, source, info, kwargs)

    async def resolve_async(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Resolve off the event loop."""
        return await sync_to_async(self.answer)(next_, source, info, kwargs)

    def has_fast_answer(self, info: Info) -> bool:
        """Return whether a plan for the list is there, or can be made, so that its resolver is not needed."""
        return has_plan(info)

    def answer(self, next_: Resolver, source: Any, info: Info, kwargs: dict[str, Any]) -> Any:
        """Return what the first store that can gives."""

        def ask() -> Any:
            fast = fast_list(info) if source is None else None
            return counted(next_(source, info, **kwargs), info) if fast is None else fast

        if is_asking_warehouse() or under_policy.get():  # the policy is at work already
            return ask()
        return from_either_store(
            field=info.field_name,
            layers=self.layers_below(info),
            vital_layers=self.layers or tuple(_kept_layers(info._raw_info)[:1]),
            ask=ask,
        )

    def layers_below(self, info: Info) -> tuple[str, ...]:
        """Return the layers that the answer rests on."""
        return tuple(dict.fromkeys([*self.layers, *_kept_layers(info._raw_info)]))


def counted(result: Any, info: Info) -> Any:
    """Return a connection that has counted its rows, if asked to; so the count comes from the same store."""
    rows = result.total_count_qs if isinstance(result, DjangoCursorConnection) else None
    if isinstance(rows, QuerySet) and "totalCount" in names_selected(info._raw_info):
        total = rows.count()
        rows.count = lambda: total  # type: ignore[method-assign]
    return result


def _kept_layers(info: GraphQLResolveInfo) -> list[str]:
    """Return the layers selected below a field, found once for a selection."""
    return _layers.get(info.field_nodes, (), lambda: layers_selected(info))


def layers_selected(info: GraphQLResolveInfo) -> list[str]:
    """Return the layers that the types below a field are read from, each once, outermost first."""
    found: dict[str, None] = {}

    def visit(type_: GraphQLNamedType, selections: SelectionSetNode | None) -> None:
        found.update(dict.fromkeys(_layers_of(type_)))
        for parent, node in _fields(info, type_, selections):
            definition = getattr(parent, "fields", {}).get(node.name.value)
            inner = get_named_type(definition.type) if definition is not None else None
            if inner is not None and is_composite_type(inner):
                visit(inner, node.selection_set)

    for node in info.field_nodes:
        visit(get_named_type(info.return_type), node.selection_set)
    return list(found)


def _layers_of(type_: GraphQLNamedType) -> tuple[str, ...]:
    """Return the layers that a GraphQL type's rows come from; none for a type that is no layer's.

    A type that is computed from a layer's rows names it as ``rests_on_layer``.
    """
    origin = getattr(type_.extensions.get("strawberry-definition"), "origin", None)
    named: str | None = getattr(origin, "rests_on_layer", None)
    if named is not None:
        return (named,)
    django = getattr(origin, "__strawberry_django_definition__", None)
    return LAYERS_OF_MODEL.get(getattr(django, "model", None), ())  # type: ignore[arg-type]


def _fields(
    info: GraphQLResolveInfo, type_: GraphQLNamedType, selections: SelectionSetNode | None
) -> list[tuple[GraphQLNamedType, FieldNode]]:
    """Return the fields selected, through fragments, each with the type it is selected on."""
    found: list[tuple[GraphQLNamedType, FieldNode]] = []
    for node in selections.selections if selections is not None else ():
        if isinstance(node, FieldNode):
            found.append((type_, node))
            continue
        if isinstance(node, FragmentSpreadNode):
            fragment: Any = info.fragments[node.name.value]
        else:
            fragment = node
        condition = fragment.type_condition
        inner = type_ if condition is None else info.schema.type_map[condition.name.value]
        found += _fields(info, inner, fragment.selection_set)
    return found


def names_selected(info: GraphQLResolveInfo) -> list[str]:
    """Return the names of the fields selected right below a field."""
    type_ = get_named_type(info.return_type)
    return [
        field.name.value for node in info.field_nodes for _, field in _fields(info, type_, node.selection_set)
    ]
