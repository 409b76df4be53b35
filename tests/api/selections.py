"""Selections built from the schema itself, so that no field is forgotten."""

from functools import cache

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type, is_required_argument


@cache
def graphql_schema() -> GraphQLSchema:
    """Return the product's schema as graphql-core sees it."""
    from flux_site.schema import schema

    return schema._schema


def object_type(name: str) -> GraphQLObjectType:
    """Return an object type of the schema."""
    found = graphql_schema().type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def select_everything(type_name: str, levels: int = 1, *, without: frozenset[str] = frozenset()) -> str:
    """Return a selection of all fields of a type, with related objects and connections ``levels`` deep.

    Fields named in ``without`` are left out, on every level.
    """
    parts = []
    for name, field in object_type(type_name).fields.items():
        if name in without or any(is_required_argument(argument) for argument in field.args.values()):
            continue
        kind = get_named_type(field.type)
        if is_leaf_type(kind):
            parts.append(name)
        elif levels > 0 and isinstance(kind, GraphQLObjectType):
            if "edges" in kind.fields:
                node = get_named_type(get_named_type(kind.fields["edges"].type).fields["node"].type)
                inner = select_everything(node.name, levels - 1, without=without)
                parts.append(f"{name}(first: 5) {{ totalCount edges {{ node {inner} }} }}")
            else:
                parts.append(f"{name} {select_everything(kind.name, levels - 1, without=without)}")
    return "{ " + " ".join(parts) + " }"
