"""Every connection has a page size, also where a query names none.

The library answers a connection without ``first`` and ``last`` with all its rows. So the default page size is
written into each document when it is parsed, and page sizes given by variables are checked before execution.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    IntValueNode,
    NameNode,
    NullValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    parse,
    value_from_ast_untyped,
    visit,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from flux_site.api.errors import BadInput, LimitExceeded
from flux_site.api.limits import (
    DEFAULT_PAGE,
    LIST_ARGUMENTS,
    MAX_PAGE,
    MAX_TOKENS,
    MAX_TOKENS_ANONYMOUS,
    check_document,
    check_text,
    check_variables,
)
from flux_site.api.operations_file import check_listed
from flux_site.api.visibility import user_in

KEPT_DOCUMENTS = 256
TOO_MANY_TOKENS = "Parsing aborted"


@dataclass(frozen=True, kw_only=True)
class PageSizes:
    """The page sizes of one field: per argument the number given, or the variable that gives it."""

    field: str
    given: tuple[tuple[str, int | str], ...]


@dataclass(kw_only=True)
class PagedDocument:
    """A parsed document whose connections all have a page size, with those that variables decide.

    ``faults`` is what validation found, None until it has run; kept here, since to look a document up by its
    content, as the library's own cache does, means to walk through it.
    """

    document: DocumentNode
    open_sizes: tuple[PageSizes, ...]
    defaults: Mapping[str, Any]
    faults: list[GraphQLError] | None = None


class _DefaultPages(Visitor):
    """Writes the default page size where a connection has none, and collects those given by variables."""

    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self._type_info = type_info
        self.open_sizes: list[PageSizes] = []

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        definition = self._type_info.get_field_def()
        if definition is None or not set(LIST_ARGUMENTS) <= definition.args.keys():
            return None
        kept = [
            argument
            for argument in node.arguments or ()
            if not (argument.name.value in LIST_ARGUMENTS and isinstance(argument.value, NullValueNode))
        ]
        sizes = [argument for argument in kept if argument.name.value in LIST_ARGUMENTS]
        if any(isinstance(argument.value, VariableNode) for argument in sizes):
            self.open_sizes.append(PageSizes(field=node.name.value, given=tuple(map(_given, sizes))))
        if not sizes:
            value = IntValueNode(value=str(DEFAULT_PAGE))
            kept.append(ArgumentNode(name=NameNode(value="first"), value=value))
        return replace(node, arguments=tuple(kept))


def _given(argument: ArgumentNode) -> tuple[str, int | str]:
    if isinstance(argument.value, VariableNode):
        return argument.name.value, argument.value.name.value
    return argument.name.value, int(value_from_ast_untyped(argument.value))


@lru_cache(maxsize=KEPT_DOCUMENTS)
def parse_paged(schema: GraphQLSchema, query: str, max_tokens: int) -> PagedDocument:
    """Return a document parsed and with page sizes; the newest ones are kept, so that validation is kept too.

    Raises:
        GraphQLSyntaxError: if the text is no GraphQL.
        LimitExceeded: if it has too many tokens, or asks for too much.
    """
    type_info = TypeInfo(schema)
    pages = _DefaultPages(type_info)
    check_text(query)
    try:
        parsed = parse(query, max_tokens=max_tokens)
    except GraphQLSyntaxError as error:
        if TOO_MANY_TOKENS in error.message:
            raise LimitExceeded(f"The query has more than {max_tokens} tokens.") from error
        raise
    check_document(schema, parsed)
    document = visit(parsed, TypeInfoVisitor(type_info, pages))
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for operation in operations
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return PagedDocument(document=document, open_sizes=tuple(pages.open_sizes), defaults=defaults)


def check_sizes(paged: PagedDocument, variables: Mapping[str, Any]) -> None:
    """Raise unless the page sizes that variables give are within the limits.

    Raises:
        LimitExceeded: if one is above the largest page.
        BadInput: if one is negative, or a connection is left without a page size.
    """
    values = {**paged.defaults, **variables}
    for sizes in paged.open_sizes:
        known = []
        for argument, given in sizes.given:
            size = values.get(given) if isinstance(given, str) else given
            if size is None:
                continue
            known.append(size)
            if not isinstance(size, int):
                continue  # refused by the type of the variable
            if size > MAX_PAGE:
                raise LimitExceeded(
                    f"{sizes.field} asks for {size} rows a page; at most {MAX_PAGE}.", field=argument
                )
            if size < 0:
                raise BadInput(
                    f"{argument} of {sizes.field} is {size}; it must be 0 to {MAX_PAGE}.", field=argument
                )
        if not known:
            raise BadInput(
                f"{sizes.field} has no page size: {sizes.given[0][0]} is null.", field=sizes.given[0][0]
            )


class PagedParser(SchemaExtension):
    """Parses and validates within the limits and with page sizes, each of the last documents once."""

    def on_parse(self) -> Iterator[None]:
        """Parse."""
        context = self.execution_context
        query = context.query or ""
        check_listed(query, settings.GRAPHQL_OPERATIONS_FILE)
        self._paged = parse_paged(context.schema._schema, query, most_tokens(query, context.context))
        context.graphql_document = self._paged.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Validate, unless this document has been."""
        context = self.execution_context
        if self._paged.faults is None:
            self._paged.faults = validate_document(
                context.schema._schema, self._paged.document, context.validation_rules
            )
        context.pre_execution_errors = self._paged.faults
        yield

    def on_execute(self) -> Iterator[None]:
        """Check the page sizes."""
        variables = self.execution_context.variables
        if variables:
            check_variables(variables)
        check_sizes(self._paged, variables or {})
        yield


def most_tokens(query: str, context: Any) -> int:
    """Return how many tokens a document may have; who asks is looked up only where it makes a difference."""
    if len(query) <= MAX_TOKENS_ANONYMOUS or user_in(context).is_authenticated:
        return MAX_TOKENS
    return MAX_TOKENS_ANONYMOUS
