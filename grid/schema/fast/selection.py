"""The shape of a selection: which columns, related objects and lists it asks for, under which names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, get_named_type, is_leaf_type
from graphql.execution.collect_fields import FieldDetails
from strawberry.relay import Node
from strawberry_django.fields.field import StrawberryDjangoConnectionExtension, StrawberryDjangoField

from grid.models.base import AssetQuerySet
from grid.schema.fast.columns import READ_FROM, ROW_RULE, Column, RowRule

BACK_REFERENCE = "strawberry-definition"
PLAIN_SCALARS = {"String", "Float", "Int", "Boolean", "DateTime", "Date", "ID"}
PLAIN_COLUMNS = (
    models.CharField,
    models.TextField,
    models.FloatField,
    models.IntegerField,
    models.BooleanField,
    models.DateTimeField,
    models.DateField,
)

Details = list[FieldDetails]
Collect = Callable[[GraphQLObjectType, Details], dict[str, Details]]


class NotPlain(Exception):
    """The selection, the user or the rows ask for more than columns: the ordinary executor answers."""


@dataclass(frozen=True, kw_only=True)
class Constant:
    """A ``__typename``."""

    value: str


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A column of the row; ``global_id_of`` names the type where it is a Relay id."""

    column: Column
    field: "models.Field[Any, Any]"
    global_id_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class RelatedObject:
    """The object a foreign key points to."""

    relation: str
    is_required: bool
    shape: "ObjectShape"


@dataclass(frozen=True, kw_only=True)
class Count:
    """A ``totalCount``."""


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The ``cursor`` of an edge."""


@dataclass(frozen=True, kw_only=True)
class PageInfo:
    """A ``pageInfo``: per response name the field's name, or a constant."""

    entries: tuple[tuple[str, str | Constant], ...]


@dataclass(frozen=True, kw_only=True)
class Edges:
    """An ``edges``: what each edge holds."""

    entries: "tuple[tuple[str, Cursor | Constant | ObjectShape], ...]"


@dataclass(frozen=True, kw_only=True)
class ListShape:
    """A connection: its own entries, and the field and nodes it was asked by."""

    entries: tuple[tuple[str, Edges | PageInfo | Count | Constant], ...]
    field: StrawberryDjangoField
    definition: GraphQLField
    model: type[models.Model]
    rule: RowRule
    details: Details

    @property
    def objects(self) -> "list[ObjectShape]":
        """The shapes of its nodes: one for each time they are asked for."""
        return [
            inner
            for _, part in self.entries
            if isinstance(part, Edges)
            for _, inner in part.entries
            if isinstance(inner, ObjectShape)
        ]


Entry = Constant | Leaf | RelatedObject | ListShape


@dataclass(frozen=True, kw_only=True)
class ObjectShape:
    """What is asked of an object."""

    entries: tuple[tuple[str, Entry], ...]
    model: type[models.Model]
    rule: RowRule

    def rules(self) -> "set[tuple[type[models.Model], RowRule]]":
        """Return the row rules of all types below, with their models."""
        found = {(self.model, self.rule)}
        for _, entry in self.entries:
            if isinstance(entry, RelatedObject):
                found |= entry.shape.rules()
            elif isinstance(entry, ListShape):
                found.add((entry.model, entry.rule))
                for shape in entry.objects:
                    found |= shape.rules()
        return found


def shape_of_list(definition: GraphQLField, details: Details, collect: Collect) -> ListShape:
    """Return the shape of a connection field.

    Raises:
        NotPlain: if something in it is no plain column, relation or list.
    """
    field, type_ = definition.extensions.get(BACK_REFERENCE), get_named_type(definition.type)
    if (
        not isinstance(field, StrawberryDjangoField)
        or not isinstance(type_, GraphQLObjectType)
        or "edges" not in type_.fields
    ):
        raise NotPlain("no connection")
    if not getattr(getattr(field.base_resolver, "wrapped_func", None), "can_optimize", False):
        raise NotPlain(f"{field.python_name} has a resolver of its own")
    edge_type = _object_type(type_, "edges")
    node_type = _object_type(edge_type, "node")
    model, rule = model_and_rule(node_type)
    entries: list[tuple[str, Any]] = []
    for name, inner in collect(type_, details).items():
        match inner[0].node.name.value:
            case "__typename":
                entries.append((name, Constant(value=type_.name)))
            case "totalCount":
                entries.append((name, Count()))
            case "pageInfo":
                entries.append((name, _page_info(_object_type(type_, "pageInfo"), inner, collect)))
            case "edges":
                entries.append((name, _edges(edge_type, node_type, inner, collect)))
            case other:
                raise NotPlain(other)
    return ListShape(
        entries=tuple(entries), field=field, definition=definition, model=model, rule=rule, details=details
    )


def model_and_rule(type_: GraphQLObjectType) -> tuple[type[models.Model], RowRule]:
    """Return the model behind an object type, and which of its rows the type shows.

    Raises:
        NotPlain: if the type is no model's, or does not say which rows it shows.
    """
    origin = type_.extensions[BACK_REFERENCE].origin
    django = getattr(origin, "__strawberry_django_definition__", None)
    rule = getattr(getattr(origin, "get_queryset", None), ROW_RULE, None)
    if django is None or rule is None:
        raise NotPlain(f"{type_.name} does not say which rows it shows")
    rows = type(django.model._default_manager.all())
    if rule.zone == "zone_id" and rows.visible_to is not AssetQuerySet.visible_to:
        raise NotPlain(f"{type_.name} has a filter of its own")
    return django.model, rule


def _object_type(parent: GraphQLObjectType, field: str) -> GraphQLObjectType:
    found = get_named_type(parent.fields[field].type)
    if not isinstance(found, GraphQLObjectType):
        raise NotPlain(f"{parent.name}.{field}")
    return found


def _page_info(type_: GraphQLObjectType, details: Details, collect: Collect) -> PageInfo:
    return PageInfo(
        entries=tuple(
            (name, Constant(value=type_.name) if field == "__typename" else field)
            for name, inner in collect(type_, details).items()
            for field in (inner[0].node.name.value,)
        )
    )


def _edges(
    edge_type: GraphQLObjectType, node_type: GraphQLObjectType, details: Details, collect: Collect
) -> Edges:
    entries: list[tuple[str, Any]] = []
    for name, inner in collect(edge_type, details).items():
        match inner[0].node.name.value:
            case "__typename":
                entries.append((name, Constant(value=edge_type.name)))
            case "cursor":
                entries.append((name, Cursor()))
            case "node":
                entries.append((name, shape_of_object(node_type, inner, collect)))
            case other:
                raise NotPlain(other)
    return Edges(entries=tuple(entries))


def shape_of_object(type_: GraphQLObjectType, details: Details, collect: Collect) -> ObjectShape:
    """Return the shape of an object.

    Raises:
        NotPlain: if something in it is no plain column, relation or list.
    """
    model, rule = model_and_rule(type_)
    entries: list[tuple[str, Entry]] = []
    for name, inner in collect(type_, details).items():
        field_name = inner[0].node.name.value
        if field_name == "__typename":
            entries.append((name, Constant(value=type_.name)))
        else:
            entries.append((name, _entry(type_, model, field_name, inner, collect)))
    return ObjectShape(entries=tuple(entries), model=model, rule=rule)


def _entry(
    type_: GraphQLObjectType, model: type[models.Model], name: str, details: Details, collect: Collect
) -> Entry:
    graphql_field = type_.fields[name]
    field = graphql_field.extensions.get(BACK_REFERENCE)
    inner_type = get_named_type(graphql_field.type)
    if name == "id" and issubclass(type_.extensions[BACK_REFERENCE].origin, Node):
        return Leaf(column=Column(name="pk"), field=model._meta.pk, global_id_of=type_.name)
    if not isinstance(field, StrawberryDjangoField) or (field.store and field.store.annotate):
        raise NotPlain(f"{type_.name}.{name}")
    metadata: Any = field.metadata
    column: Column | None = metadata.get(READ_FROM)
    if column is not None and not field.extensions:
        source: Any = model._meta.pk if column.name == "pk" else model._meta.get_field(column.name)
        return Leaf(column=column, field=models.FloatField() if column.function else source)
    if isinstance(inner_type, GraphQLObjectType) and "edges" in inner_type.fields:
        if [type(extension) for extension in field.extensions] != [StrawberryDjangoConnectionExtension]:
            raise NotPlain(f"{type_.name}.{name} has extensions of its own")
        return shape_of_list(graphql_field, details, collect)
    if field.base_resolver is not None or field.extensions:
        raise NotPlain(f"{type_.name}.{name}")
    try:
        source = model._meta.get_field(field.django_name or field.python_name)
    except FieldDoesNotExist as error:
        raise NotPlain(f"{type_.name}.{name}") from error
    if is_leaf_type(inner_type) and type(source) in PLAIN_COLUMNS and inner_type.name in PLAIN_SCALARS:
        return Leaf(column=Column(name=source.name), field=source)
    if isinstance(inner_type, GraphQLObjectType) and (source.many_to_one or source.one_to_one):
        return RelatedObject(
            relation=source.name,
            is_required=isinstance(graphql_field.type, GraphQLNonNull),
            shape=shape_of_object(inner_type, details, collect),
        )
    raise NotPlain(f"{type_.name}.{name}")
