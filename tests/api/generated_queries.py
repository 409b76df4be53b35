"""Queries over the asset connections, generated from the schema by hypothesis."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from hypothesis import strategies as st
from strawberry_django.fields.field import StrawberryDjangoField

from grid.schema.fast.columns import ROW_RULE
from tests.api.asset_classes import ASSET_CLASSES
from tests.api.selections import object_type

READ_BY_A_RESOLVER = {"id", "assetId", "lon", "lat"}
"""Fields with a resolver that returns a column, or a function of one."""
LEVELS = 3
PAGE_INFO = ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor", "__typename")


@dataclass
class Query:
    """A query under construction."""

    draw: Any
    is_plain: bool
    fragments: list[str] = field(default_factory=list)
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def variable(self, type_: str, value: Any) -> str:
        """Return a new variable with a value."""
        name = f"v{len(self.variables)}"
        self.variables[name] = (type_, value)
        return f"${name}"

    def chance(self, percent: int) -> bool:
        """Return true in so many cases of a hundred."""
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def some(self, names: Iterable[str], most: int) -> list[str]:
        """Return some of some names, in any order."""
        return self.draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=most))

    def text(self, selection: str) -> str:
        """Return the whole document."""
        declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in self.variables.items())
        return f"query Q{f'({declared})' if declared else ''} {{ {selection} }} {' '.join(self.fragments)}"


def leaves_of(type_: GraphQLObjectType, *, are_plain: bool) -> list[str]:
    """Return the leaf fields of a type that are, or are not, plain columns."""
    return [
        name
        for name, each in type_.fields.items()
        if is_leaf_type(get_named_type(each.type)) or name == "route"
        if is_plain(type_, name) == are_plain
    ]


def is_plain(type_: GraphQLObjectType, name: str) -> bool:
    """Return whether a field is nothing but a column."""
    if name in READ_BY_A_RESOLVER:
        return True
    definition = type_.fields[name].extensions.get("strawberry-definition")
    origin = type_.extensions["strawberry-definition"].origin
    django = getattr(origin, "__strawberry_django_definition__", None)
    if django is None:
        return False  # computed: its parts are no columns
    return (
        isinstance(definition, StrawberryDjangoField)
        and definition.base_resolver is None
        and (definition.django_name or definition.python_name)
        in {each.name for each in django.model._meta.get_fields()}
    )


def objects_of(type_: GraphQLObjectType, *, are_lists: bool, are_plain: bool) -> list[str]:
    """Return the fields that lead to other objects, one each or lists; all, or those of plain rows."""
    return [
        name
        for name, each in type_.fields.items()
        if isinstance(inner := get_named_type(each.type), GraphQLObjectType)
        if ("edges" in inner.fields) == are_lists
        if not are_plain or says_its_rows(node_of(inner) if are_lists else inner)
    ]


def says_its_rows(type_: GraphQLObjectType) -> bool:
    """Return whether a type is rows of a table and says which of them it shows."""
    origin = type_.extensions["strawberry-definition"].origin
    return hasattr(origin, "__strawberry_django_definition__") and hasattr(
        getattr(origin, "get_queryset", None), ROW_RULE
    )


def node_of(connection: GraphQLObjectType) -> GraphQLObjectType:
    """Return the type of a connection's nodes."""
    edge = get_named_type(connection.fields["edges"].type)
    return get_named_type(edge.fields["node"].type)


def selection_of(query: Query, type_: GraphQLObjectType, levels: int) -> str:
    """Return a selection on an object."""
    names = [*leaves_of(type_, are_plain=True), "__typename"]
    parts = [decorated(query, name) for name in query.some(names, 6)]
    if not query.is_plain and (others := leaves_of(type_, are_plain=False)):
        parts += [decorated(query, name) for name in query.some(others, 2)]
    if levels > 0:
        for are_lists, share in ((False, 50), (True, 30)):
            names = objects_of(type_, are_lists=are_lists, are_plain=query.is_plain)
            if names and query.chance(share):
                for name in query.some(names, 2):
                    inner = get_named_type(type_.fields[name].type)
                    alias = f"{name}{len(parts)}: "
                    if are_lists:
                        parts.append(alias + connection_of(query, type_, name, levels - 1))
                    else:
                        parts.append(f"{alias}{name} {{ {selection_of(query, inner, levels - 1)} }}")
    return wrapped(query, type_, " ".join(parts))


def decorated(query: Query, name: str) -> str:
    """Return a field, perhaps under another name or a directive."""
    text = f"{name}_{query.draw(st.integers(1, 3))}: {name}" if query.chance(10) else name
    if query.chance(10):
        directive = query.draw(st.sampled_from(["include", "skip"]))
        text += f" @{directive}(if: {query.variable('Boolean!', query.draw(st.booleans()))})"
    return text


def wrapped(query: Query, type_: GraphQLObjectType, selection: str) -> str:
    """Return a selection, perhaps inside a fragment, always with a field that no directive takes away."""
    selection = f"{selection} __typename"
    if query.chance(15):
        return f"... on {type_.name} {{ {selection} }}"
    if query.chance(15):
        name = f"f{len(query.fragments)}"
        query.fragments.append(f"fragment {name} on {type_.name} {{ {selection} }}")
        return f"...{name}"
    return selection


def connection_of(query: Query, parent: GraphQLObjectType, name: str, levels: int) -> str:
    """Return a connection with its arguments and selection."""
    type_ = get_named_type(parent.fields[name].type)
    node = node_of(type_)
    parts = []
    if query.chance(40):
        parts.append("totalCount")
    if query.chance(40):
        parts.append(f"pageInfo {{ {' '.join(query.some(PAGE_INFO, 4))} }}")
    if query.chance(90) or not parts:
        cursor = "cursor " if query.chance(40) else ""
        parts.append(f"edges {{ {cursor}node {{ {selection_of(query, node, levels)} }} }}")
    if query.chance(20):
        parts.append("__typename")
    arguments = arguments_of(query, parent.fields[name].args, node.name)
    return f"{name}{f'({arguments})' if arguments else ''} {{ {' '.join(parts)} }}"


def arguments_of(query: Query, known: Any, node: str) -> str:
    """Return page size, order and filter of a connection."""
    given = []
    if query.chance(70):
        size = query.draw(st.integers(0, 4))
        end = query.draw(st.sampled_from(["first", "first", "last"]))
        given.append(f"{end}: {query.variable('Int', size) if query.chance(30) else size}")
    if "ordering" in known and query.chance(50):
        fields = list(get_named_type(known["ordering"].type).fields)
        directions = ["ASC", "DESC", "ASC_NULLS_FIRST", "DESC_NULLS_LAST"]
        orders = ", ".join(
            f"{{{name}: {query.draw(st.sampled_from(directions))}}}"
            for name in dict.fromkeys(query.some(fields, 2))
        )
        given.append(f"ordering: [{orders}]")
    if "filters" in known and query.chance(50):
        given.append(f"filters: {{assetId: {filter_of(query)}}}" if has_key(known) else "filters: {}")
    return ", ".join(given)


def has_key(known: Any) -> bool:
    return "assetId" in get_named_type(known["filters"].type).fields


def filter_of(query: Query) -> str:
    """Return a condition on a text."""
    lookup = query.draw(st.sampled_from(["gt", "lte", "contains", "iEndsWith", "inList", "isNull", "exact"]))
    lookup = {"gt": "startsWith", "lte": "iContains"}.get(lookup, lookup)
    if lookup == "isNull":
        return "{isNull: false}"
    text = query.draw(st.sampled_from(["-1", "R-", "X", "a", "%", "_", "'", "é"]))
    if lookup == "inList":
        return f"{{inList: {query.variable('[String!]', [text, 'SUB-x', 'CKT-x'])}}}"
    return f"{{{lookup}: {query.variable('String', text)}}}"


@st.composite
def queries(draw: Any, *, are_plain: bool) -> tuple[str, dict[str, Any]]:
    """Return a query over one or two asset connections, with its variables."""
    query = Query(draw=draw, is_plain=are_plain)
    root = object_type("Query")
    parts = [
        f"r{n}: {connection_of(query, root, each.root, draw(st.integers(0, LEVELS)))}"
        for n, each in enumerate(draw(st.lists(st.sampled_from(ASSET_CLASSES), min_size=1, max_size=2)))
    ]
    return query.text(" ".join(parts)), {name: value for name, (_, value) in query.variables.items()}
