"""The federation root fields, which the library adds, are closed to anonymous users like all others."""

from collections.abc import Iterator

from graphql import ExecutionResult, FieldNode, GraphQLError, OperationDefinitionNode
from graphql.language import FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from strawberry.extensions import SchemaExtension

from flux_site.api.errors import Unauthenticated

CLOSED = {"_service", "_entities"}


class ClosedRootExtension(SchemaExtension):
    """Refuses ``_service`` and ``_entities`` to anonymous users."""

    def on_execute(self) -> Iterator[None]:
        """Short-circuit the execution if an anonymous user asks for a closed field."""
        context = self.execution_context
        document = context.graphql_document
        definitions = document.definitions if document is not None else ()
        fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
        operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        asked = {name for node in operations for name in _root_fields(node.selection_set, fragments, frozenset())}
        request = context.context["request"] if isinstance(context.context, dict) else context.context.request
        if asked & CLOSED and not _is_authenticated(request):
            refused = Unauthenticated("Log in first.")
            error = GraphQLError(refused.message, original_error=refused)
            context.result = ExecutionResult(data=None, errors=[error])
        yield


def _is_authenticated(request: object) -> bool:
    user = getattr(request, "user", None)
    if user is None:
        user = getattr(request, "scope", {}).get("user")
    return bool(user is not None and user.is_authenticated)


def _root_fields(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], seen: frozenset[str]
) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            fragment = fragments.get(node.name.value)
            if fragment is not None:
                yield from _root_fields(fragment.selection_set, fragments, seen | {node.name.value})
