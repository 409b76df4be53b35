"""Questions made up from the schema: any list, any filters, any order, any page."""

from typing import Any

from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type, get_nullable_type
from hypothesis import strategies as st

from tests.api.asset_classes import ASSET_CLASSES, AssetClass
from tests.api.selections import graphql_schema, select_everything
from tests.integration.federation.varied_grid import CHOICES, MOMENTS, NUMBERS, TEXTS, WHOLES

KEYS = (
    "SUB-0",
    "SUB-1",
    "SUB-3",
    "CKT-1",
    "XFMR-1-1",
    "MTR-0-0-1",
    "LINE-2-1",
    "sub-1",
    "OUT-1",
    "SW-1",
    "NONE",
)
WORDS = (
    *TEXTS,
    *KEYS,
    "ld",
    "_",
    "%",
    "/",
    "ú",
    "É",
    "ÚÑ",
    "",
    *CHOICES["customer_class"],
    "ACTIVE",
    "KHOU",
    "ZONE-0",
)
BY_SCALAR: dict[str, tuple[Any, ...]] = {
    "String": WORDS,
    "Float": (*NUMBERS, 138, 22.0),
    "Int": (*WHOLES, -3),
    "Boolean": (True, False),
    "DateTime": (*(f"{moment.isoformat()}Z" for moment in MOMENTS), "2025-07-10T07:00:00-05:00"),
}
ONLY_IN_CACHE = frozenset({"history", "serviceArea", "failureRisk", "nextDay"})
REFUSED = {"regex", "iRegex"}
"""Filters that the warehouse refuses, since each database has regular expressions of its own."""


def _values(type_: Any) -> st.SearchStrategy[Any]:
    bare = get_nullable_type(type_)
    if isinstance(bare, GraphQLList):
        return st.lists(_values(bare.of_type), max_size=3)
    if isinstance(bare, GraphQLInputObjectType):
        fields = {name: _values(field.type) for name, field in bare.fields.items()}
        return st.fixed_dictionaries(fields)
    return st.sampled_from(BY_SCALAR[get_named_type(bare).name])


@st.composite
def conditions(draw: Any, type_: GraphQLInputObjectType, levels: int = 2) -> dict[str, Any]:
    """Draw a filter of the given input type."""
    names = [name for name in type_.fields if name not in {"AND", "OR", "NOT", "DISTINCT"}]
    found: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(names), max_size=2, unique=True)):
        lookups = get_named_type(type_.fields[name].type)
        lookup = draw(st.sampled_from([each for each in lookups.fields if each not in REFUSED]))
        found[name] = {lookup: draw(_values(lookups.fields[lookup].type))}
    if levels and draw(st.booleans()):
        nested = draw(conditions(type_, levels - 1))
        joint = draw(st.sampled_from(["AND", "OR", "NOT", "DISTINCT"]))
        is_list = isinstance(get_nullable_type(type_.fields[joint].type), GraphQLList)
        found[joint] = True if joint == "DISTINCT" else [nested] if is_list else nested
    return found


@st.composite
def questions(draw: Any) -> tuple[AssetClass, str, dict[str, Any]]:
    """Draw a list of assets, its query and its variables."""
    asset_class = draw(st.sampled_from(ASSET_CLASSES))
    field = graphql_schema().query_type.fields[asset_class.root]
    filter_type = get_named_type(field.args["filters"].type)
    order_type = get_named_type(field.args["ordering"].type)
    orders = draw(st.lists(st.sampled_from(sorted(order_type.fields)), max_size=2, unique=True))
    directions = ["ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST"]
    page = draw(
        st.sampled_from([{"first": 2}, {"last": 2}, {"first": 5, "last": 2}, {"first": 50}, {"first": 0}])
    )
    variables = {
        "filters": draw(conditions(filter_type)),
        "ordering": [{name: draw(st.sampled_from(directions))} for name in orders],
        **page,
    }
    levels = draw(st.sampled_from([0, 0, 1, 2]))
    selected = select_everything(asset_class.type_name, levels, without=ONLY_IN_CACHE)
    query = f"""query ($filters: {filter_type.name}, $ordering: [{order_type.name}!], $first: Int, $last: Int,
        $after: String, $before: String) {{
        {asset_class.root}(filters: $filters, ordering: $ordering, first: $first, last: $last,
          after: $after, before: $before) {{
          totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
          edges {{ cursor node {selected} }} }} }}"""
    return asset_class, query, variables


__all__ = ["GraphQLNonNull", "conditions", "questions"]
