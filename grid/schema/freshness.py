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
from grid.schema.types.base import LAYER_OF_MODEL

__all__ = ["NeverSynced", "Operational", "layers_selected"]

Resolver = Callable[..., Any]


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

    def answer(self, next_: Resolver, source: Any, info: Info, kwargs: dict[str, Any]) -> Any:
        """Return what the first store that can gives."""

        def ask() -> Any:
            return counted(next_(source, info, **kwargs), info)

        selected = layers_selected(info._raw_info)
        return from_either_store(
            field=info.field_name,
            layers=tuple(dict.fromkeys([*self.layers, *selected])),
            vital_layers=self.layers or selected[:1],
            ask=ask,
        )


def counted(result: Any, info: Info) -> Any:
    """Return a connection that has counted its rows, if asked to; so the count comes from the same store."""
    rows = result.total_count_qs if isinstance(result, DjangoCursorConnection) else None
    if isinstance(rows, QuerySet) and "totalCount" in _names(info._raw_info):
        total = rows.count()
        rows.count = lambda: total  # type: ignore[method-assign]
    return result


def layers_selected(info: GraphQLResolveInfo) -> list[str]:
    """Return the layers that the types below a field are read from, each once, outermost first."""
    found: dict[str, None] = {}

    def visit(type_: GraphQLNamedType, selections: SelectionSetNode | None) -> None:
        layer = _layer_of(type_)
        if layer is not None:
            found[layer] = None
        for parent, node in _fields(info, type_, selections):
            definition = getattr(parent, "fields", {}).get(node.name.value)
            inner = get_named_type(definition.type) if definition is not None else None
            if inner is not None and is_composite_type(inner):
                visit(inner, node.selection_set)

    for node in info.field_nodes:
        visit(get_named_type(info.return_type), node.selection_set)
    return list(found)


def _layer_of(type_: GraphQLNamedType) -> str | None:
    """Return the layer that a GraphQL type's rows come from; None for a type that is no layer's."""
    definition = type_.extensions.get("strawberry-definition")
    django = getattr(getattr(definition, "origin", None), "__strawberry_django_definition__", None)
    return LAYER_OF_MODEL.get(getattr(django, "model", None))  # type: ignore[arg-type]


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


def _names(info: GraphQLResolveInfo) -> list[str]:
    """Return the names of the fields selected right below a field."""
    type_ = get_named_type(info.return_type)
    return [
        field.name.value for node in info.field_nodes for _, field in _fields(info, type_, node.selection_set)
    ]
