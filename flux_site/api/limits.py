"""Limits on a document: size, depth, width and the product of nested lists.

They are checked when a document has been parsed, before it is validated: the library's rules take time
that grows with the square of what they look at. The check visits a bounded number of selections, whatever
the document says.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from graphql.language import ast

from flux_site.api.errors import LimitExceeded

MAX_CHARACTERS = 32_000
MAX_NESTING = 50
MAX_TOKENS = 1_000
MAX_TOKENS_ANONYMOUS = 300
MAX_OPERATIONS = 10
MAX_SELECTIONS = 1_000
MAX_REPEATS = 30
MAX_DIRECTIVES = 50
MAX_DEPTH = 15
MAX_ALIASES = 30
MAX_ROOT_FIELDS = 30
MAX_PAGE = 250
MAX_COST = 50_000
MAX_VARIABLE_VALUES = 10_000
MAX_VARIABLE_DEPTH = 20

MAX_DIGITS = 12

DEFAULT_PAGE = 50
LIST_ARGUMENTS = ("first", "last")
SIZE_ARGUMENTS = {"first": 1.0, "last": 1.0, "limit": 1.0, "hours": 0.1}
"""Arguments that say how long a list may be, and what an entry counts; hours are read in one go."""
PLAIN_LIST_SIZE = 20
"""Entries a list without a size is taken to have."""
COSTS = {
    "totalCount": 10,
    "feederColumns": 5_000,
    "gridTopology": 5_000,
    "clusters": 5_000,
    "outageImpact": 5_000,
    "distributionImpact": 5_000,
    "storms": 2_000,
    "stormReplay": 5_000,
    "patientZero": 1_000,
    "graphCascade": 10_000,
    "heatmap": 2_000,
    "dataSummary": 1_000,
    "vulnerabilityColumns": 2_000,
    "assistantThread": 2_000,
    "assistantThreads": 200,
    "sendAssistantMessage": 500,
    "retryAssistantAnswer": 500,
}
"""What fields cost that are more than a value: a count reads all rows of a list, columns a whole table,
clusters, the impact of an outage and storms up to a hundred thousand rows, a summary every table, a graph
model all shortest paths of the network some ten times, a conversation all events of its answers."""

_TEXTS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*', re.DOTALL)
_BRACKETS = re.compile(r"[\[{(\]})]")


def check_text(query: str) -> None:
    """Raise if a document is too long or nested too deeply to be parsed.

    Raises:
        LimitExceeded: if it is.
    """
    if len(query) > MAX_CHARACTERS:
        raise _over(len(query), "characters", MAX_CHARACTERS)
    depth = 0
    for bracket in _BRACKETS.findall(_TEXTS.sub("", query)):
        depth += 1 if bracket in "[{(" else -1
        if depth > MAX_NESTING:
            raise _over(depth, "brackets in each other", MAX_NESTING)


def check_variables(variables: Mapping[str, Any]) -> None:
    """Raise if variables hold too many values, or values nested too deeply.

    Raises:
        LimitExceeded: if they do.
    """
    left: list[tuple[Any, int]] = [(variables, 0)]
    seen = 0
    while left:
        value, depth = left.pop()
        seen += 1
        if depth > MAX_VARIABLE_DEPTH:
            raise _over(depth, "levels in the variables", MAX_VARIABLE_DEPTH)
        if isinstance(value, dict | list):
            if seen + len(value) > MAX_VARIABLE_VALUES:
                raise _over(seen + len(value), "values in the variables", MAX_VARIABLE_VALUES)
            left += [(inner, depth + 1) for inner in (value.values() if isinstance(value, dict) else value)]


def check_document(schema: GraphQLSchema, document: DocumentNode) -> int:
    """Return how many selections were visited; raise if the document asks for too much.

    Raises:
        LimitExceeded: naming the limit and the field at which it was passed.
    """
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) > MAX_OPERATIONS:
        raise _over(len(operations), "operations", MAX_OPERATIONS)
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    walk = _Walk(schema=schema, fragments=fragments)
    for operation in operations:
        walk.operation(operation)
    for fragment in fragments.values():
        walk.unused(fragment)
    return walk.selections


@dataclass(kw_only=True)
class _Walk:
    """The sums of a walk through a document; the counts of an operation begin anew with it.

    The cost of a field is what it costs itself, times the sizes of the lists it lies in; a size given by a
    variable counts as the largest allowed. Fragments count each time they are used.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    used: set[str] = field(default_factory=set)
    selections: int = 0
    directives: int = 0
    aliases: int = 0
    cost: int = 0
    root_fields: int = 0

    def operation(self, node: OperationDefinitionNode) -> None:
        """Walk an operation."""
        self.aliases = self.cost = self.root_fields = 0
        root = self.schema.get_root_type(node.operation)
        self._count_directives(node)
        self._walk(node.selection_set, root, depth=1, multiplier=1, open_fragments=frozenset(), names={})

    def unused(self, fragment: FragmentDefinitionNode) -> None:
        """Walk a fragment that no operation uses: it is validated like the others."""
        if fragment.name.value not in self.used:
            self.aliases = self.cost = self.root_fields = 0
            self._walk(
                fragment.selection_set,
                self.schema.type_map.get(fragment.type_condition.name.value),
                depth=2,
                multiplier=1,
                open_fragments=frozenset({fragment.name.value}),
                names={},
            )

    def _walk(
        self,
        selections: SelectionSetNode | None,
        parent: GraphQLNamedType | None,
        *,
        depth: int,
        multiplier: int,
        open_fragments: frozenset[str],
        names: dict[str, list[Any]],
        told: int = 0,
    ) -> None:
        """Add up a selection set; ``names`` holds per response name its count and what is below it.

        ``told``: the length of the lists right below, where the field around them says it; else 0.
        """
        for node in selections.selections if selections else ():
            self.selections += 1
            self._at_most(self.selections, MAX_SELECTIONS, "selections", node)
            self._count_directives(node)
            if isinstance(node, FieldNode):
                self._field(node, parent, depth, multiplier, open_fragments, names, told)
                continue
            inner: Any = node
            still_open = open_fragments
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                self.used.add(name)
                inner = self.fragments.get(name)
                if inner is None or name in open_fragments:
                    continue  # validation reports unknown and cyclic fragments
                still_open = open_fragments | {name}
            condition = inner.type_condition
            self._walk(
                inner.selection_set,
                parent if condition is None else self.schema.type_map.get(condition.name.value),
                depth=depth,
                multiplier=multiplier,
                open_fragments=still_open,
                names=names,
                told=told,
            )

    def _field(
        self,
        node: FieldNode,
        parent: GraphQLNamedType | None,
        depth: int,
        multiplier: int,
        open_fragments: frozenset[str],
        names: dict[str, list[Any]],
        told: int,
    ) -> None:
        name = node.name.value
        self.root_fields += depth == 1
        self._at_most(self.root_fields, MAX_ROOT_FIELDS, "root fields", node)
        self.aliases += node.alias is not None
        self._at_most(self.aliases, MAX_ALIASES, "aliases", node)
        entry = names.setdefault(node.alias.value if node.alias else name, [0, {}])
        entry[0] += 1
        self._at_most(entry[0], MAX_REPEATS, "times the same name", node)
        is_introspection = name.startswith("__")  # its depth is limited by the library's own rule
        definition = self._definition(parent, name)
        page = _page_size(node)
        self._at_most(page, MAX_PAGE, "rows a page", node)
        if not is_introspection:
            self._at_most(depth, MAX_DEPTH, "levels deep", node)
            self.cost += multiplier * COSTS.get(name, 1)
            self._at_most(self.cost, MAX_COST, "values in all", node)
        size = _size(node, definition, told)
        is_around_lists = definition is not None and not _is_list(definition)
        self._walk(
            node.selection_set,
            get_named_type(definition.type) if definition is not None else None,
            depth=1 - MAX_SELECTIONS if is_introspection else depth + 1,
            multiplier=0 if is_introspection else multiplier * (1 if is_around_lists else size),
            open_fragments=open_fragments,
            names=entry[1],
            told=size if is_around_lists and size > 1 else 0,
        )

    def _definition(self, parent: Any, name: str) -> GraphQLField | None:
        found: GraphQLField | None = getattr(parent, "fields", {}).get(name)
        return found

    def _count_directives(self, node: Any) -> None:
        self.directives += len(node.directives or ())
        self._at_most(self.directives, MAX_DIRECTIVES, "directives", node)

    def _at_most(self, value: int, limit: int, what: str, node: ast.Node) -> None:
        if value > limit:
            raise _over(value, what, limit, node)


def _over(value: int, what: str, limit: int, node: ast.Node | None = None) -> LimitExceeded:
    where = ""
    if node is not None and node.loc is not None and isinstance(node, FieldNode):
        where = f" (at {node.name.value!r})"
    return LimitExceeded(f"The query is over a limit: {value} {what}; at most {limit}{where}.")


def _page_size(node: FieldNode) -> int:
    """Return the largest page that a field asks for; 0 if it asks for none."""
    return max(_given_sizes(node, LIST_ARGUMENTS), default=0)


def _given_sizes(node: FieldNode, names: Collection[str]) -> Iterator[int]:
    for argument in node.arguments or ():
        name = argument.name.value
        if name in names:
            weight = 1.0 if names is LIST_ARGUMENTS else SIZE_ARGUMENTS[name]
            if isinstance(argument.value, IntValueNode):
                # Texts of thousands of digits are no numbers worth reading.
                given = int(argument.value.value) if len(argument.value.value) < MAX_DIGITS else MAX_COST
                yield ceil(given * weight)
            elif isinstance(argument.value, VariableNode):
                yield MAX_PAGE


def _size(node: FieldNode, definition: GraphQLField | None, told: int) -> int:
    """Return how many entries a field, or the lists right below it, may answer with: 1 if there is none.

    ``told``: what the field around it says of that.
    """
    given = max(_given_sizes(node, SIZE_ARGUMENTS), default=0)
    if given:
        return given
    if definition is None:
        return 1
    if set(LIST_ARGUMENTS) <= definition.args.keys():
        return DEFAULT_PAGE  # every connection gets a page size, see paging
    defaults = [
        ceil(argument.default_value * SIZE_ARGUMENTS[name])
        for name, argument in definition.args.items()
        if name in SIZE_ARGUMENTS and isinstance(argument.default_value, int)
    ]
    if defaults:
        return max(defaults)
    return (told or PLAIN_LIST_SIZE) if _is_plain_list(definition, node) else 1


def _is_list(definition: GraphQLField) -> bool:
    """Return whether a field is a list or a connection; else a size it takes is that of lists below it."""
    type_ = definition.type.of_type if is_non_null_type(definition.type) else definition.type
    return is_list_type(type_) or set(LIST_ARGUMENTS) <= definition.args.keys()


def _is_plain_list(definition: GraphQLField, node: FieldNode) -> bool:
    """Return whether a field is a list with a selection; edges are counted by their connection's page."""
    type_ = definition.type.of_type if is_non_null_type(definition.type) else definition.type
    return is_list_type(type_) and node.selection_set is not None and node.name.value != "edges"
