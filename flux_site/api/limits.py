"""Limits on a query: depth, aliases, tokens, page size and the product of nested lists.

The rule classes are made once: a class made per request would defeat the validation cache.
"""

from typing import Any

from graphql import GraphQLError, IntValueNode, OperationDefinitionNode, ValidationRule, VariableNode
from graphql.language import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.validation import ValidationContext
from strawberry.extensions import AddValidationRules

MAX_DEPTH = 15
MAX_ALIASES = 30
MAX_TOKENS = 2_000
MAX_PAGE = 200
MAX_COST = 50_000
MAX_ROOT_FIELDS = 30
DEFAULT_PAGE = 50
LIST_ARGUMENTS = ("first", "last")


class QueryLimits(ValidationRule):
    """Refuses an operation that is too deep, too wide or too costly, naming the limit.

    The cost of a field is 1, times the page sizes of the connections it lies under; a page size
    given by a variable counts as the largest allowed.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments: dict[str, Any] = {
            node.name.value: node
            for node in context.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._aliases = self._cost = self._root_fields = 0

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Walk the whole operation once."""
        self._aliases = self._cost = self._root_fields = 0
        self._walk(node.selection_set, depth=1, multiplier=1, open_fragments=frozenset())

    def _refuse(self, message: str, node: Any) -> None:
        self.report_error(
            GraphQLError(
                f"The query is over a limit: {message}.", nodes=[node], extensions={"code": "LIMIT_EXCEEDED"}
            )
        )

    def _walk(
        self,
        selections: SelectionSetNode | None,
        *,
        depth: int,
        multiplier: int,
        open_fragments: frozenset[str],
    ) -> bool:
        """Add up a selection set; returns False once a limit is passed."""
        for node in selections.selections if selections else ():
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                fragment = self._fragments.get(name)
                if fragment is None or name in open_fragments:
                    continue  # other rules report unknown and cyclic fragments
                passed = self._walk(
                    fragment.selection_set,
                    depth=depth,
                    multiplier=multiplier,
                    open_fragments=open_fragments | {name},
                )
            elif isinstance(node, InlineFragmentNode):
                passed = self._walk(
                    node.selection_set, depth=depth, multiplier=multiplier, open_fragments=open_fragments
                )
            else:
                passed = self._enter_field(node, depth, multiplier, open_fragments)  # type: ignore[arg-type]
            if not passed:
                return False
        return True

    def _enter_field(
        self, node: FieldNode, depth: int, multiplier: int, open_fragments: frozenset[str]
    ) -> bool:
        if node.name.value.startswith("__"):
            return True
        self._cost += multiplier
        self._aliases += node.alias is not None
        self._root_fields += depth == 1
        page = self._page_size(node)
        for value, limit, name in (
            (self._root_fields, MAX_ROOT_FIELDS, "root fields"),
            (depth, MAX_DEPTH, "levels deep"),
            (self._aliases, MAX_ALIASES, "aliases"),
            (page, MAX_PAGE, "rows a page"),
            (self._cost, MAX_COST, "values in all"),
        ):
            if value > limit:
                self._refuse(f"{value} {name}; at most {limit}", node)
                return False
        return self._walk(
            node.selection_set,
            depth=depth + 1,
            multiplier=multiplier * max(page, 1),
            open_fragments=open_fragments,
        )

    def _page_size(self, node: FieldNode) -> int:
        """Return the rows a list may answer with, or 0 for a field that is no list with a size.

        Every connection has a size by now, see paging.
        """
        sizes = []
        for argument in node.arguments or ():
            if argument.name.value in LIST_ARGUMENTS:
                if isinstance(argument.value, IntValueNode):
                    sizes.append(int(argument.value.value))
                elif isinstance(argument.value, VariableNode):
                    sizes.append(MAX_PAGE)
        return max(sizes, default=0)


class LimitsExtension(AddValidationRules):
    """Adds the limits to every operation."""

    def __init__(self) -> None:
        super().__init__([QueryLimits])
