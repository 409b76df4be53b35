"""The executor that takes a finished answer as it is, and asks for one before it calls a list's resolver."""

from contextvars import ContextVar
from typing import Any

import numpy as np
from graphql import GraphQLField, GraphQLResolveInfo, OperationType
from graphql.execution.executor import to_nodes
from graphql.execution.values import get_argument_values
from strawberry.schema.schema import (
    StrawberryGraphQLCoreExecutionContext,
    _OperationContextAwareGraphQLResolveInfo,
)
from strawberry.types import Info
from strawberry.utils.inspect import in_async_context

BACK_REFERENCE = "strawberry-definition"
SHORTCUT = "fast-list"

under_policy: ContextVar[bool] = ContextVar("under_policy", default=False)
"""Whether the policy of the field is at work already: its ordinary resolver then does not begin it anew."""


class Completed:
    """A value that needs no completion: plain data, as it stands in the response.

    ``by``: the plan of a list that made it, and the zones it was made for.
    """

    __slots__ = ("by", "data")

    def __init__(self, data: Any, by: Any = None) -> None:
        self.data = data
        self.by = by


def column(values: Any, info: Info) -> Any:
    """Return a column that is completed: as it is where the answer is written from arrays, else as a list.

    NaN, which stands for an unknown value, is written as null.
    """
    if getattr(info.context, "takes_arrays", False):
        return Completed(values)
    if isinstance(values, np.ndarray):
        return Completed([None if value != value else value for value in values.tolist()])
    return Completed(list(values))


class ResolveInfo(_OperationContextAwareGraphQLResolveInfo):
    """What resolvers know of a field, with the executor it belongs to."""

    executor: "FastExecutor"


class Shortcut:
    """The way to a list's answer: permission and policy as declared, but no resolver unless it is needed.

    The library's way to a resolver turns arguments into objects and passes through each extension; this is
    most of what a short list costs.
    """

    def __init__(self, definition: GraphQLField, operational: Any, guard: Any) -> None:
        self.definition = definition
        self.field = definition.extensions[BACK_REFERENCE]
        self.operational = operational
        self.guard = guard

    @classmethod
    def of(cls, definition: GraphQLField) -> "Shortcut | None":
        """Return the shortcut of a field whose outermost extensions are the policy and then the guard."""
        if SHORTCUT not in definition.extensions:
            extensions = getattr(definition.extensions.get(BACK_REFERENCE), "extensions", ())
            fits = (
                len(extensions) == 3
                and hasattr(extensions[1], "has_fast_answer")
                and hasattr(extensions[2], "refusal")
            )
            definition.extensions[SHORTCUT] = cls(definition, *extensions[1:]) if fits else None
        found: Shortcut | None = definition.extensions[SHORTCUT]
        return found

    def answer(self, info: Info, executor: "FastExecutor", details: Any) -> Any:
        """Return the field's answer by the policy; the warehouse is asked by the ordinary resolver."""

        def ordinary(source: Any, info: Info, **_: Any) -> Any:
            values = get_argument_values(
                self.definition,
                details[0].node,
                executor.variable_values,
                details[0].fragment_variable_values,
                executor.hide_suggestions,
            )
            token = under_policy.set(True)
            try:
                return self.definition.resolve(source, info._raw_info, **values)  # type: ignore[misc]
            finally:
                under_policy.reset(token)

        self.guard.refusal(info)
        return self.operational.answer(ordinary, None, info, {})

    def part(self, name: str, info: Info, plan: Any, zones: Any) -> Any:
        """Return how the field was answered, so that it can be answered again."""
        from grid.schema.fast.repeated import Part

        layers = self.operational.layers_below(info)
        return Part(name=name, field=info.field_name, plan=plan, zones=zones, layers=layers)


class FastExecutor(StrawberryGraphQLCoreExecutionContext):  # type: ignore[misc,valid-type]
    """The ordinary executor; a resolver may also return an answer that is already completed."""

    def build_resolve_info(self, *arguments: Any) -> GraphQLResolveInfo:
        """Return the field's info, which knows this executor."""
        info: Any = ResolveInfo(*super().build_resolve_info(*arguments))  # type: ignore[call-arg,arg-type]
        info.executor = self
        return info  # type: ignore[no-any-return]

    def execute_field(self, parent_type: Any, source: Any, details: Any, path: Any, *more: Any) -> Any:
        """Execute a field; a list at the root by its shortcut if there is a plan for it."""
        if path.prev is None and self.operation.operation is OperationType.QUERY:
            answered = getattr(self.context_value, "answered", None)
            if answered is not None:
                answered.fields += 1
            definition = parent_type.fields.get(details[0].node.name.value)
            shortcut = None if definition is None or in_async_context() else Shortcut.of(definition)
            if shortcut is not None:
                raw = self.build_resolve_info(definition, to_nodes(details), parent_type, path)
                info = Info(_raw_info=raw, _field=shortcut.field)
                if shortcut.operational.has_fast_answer(info):
                    try:
                        result = shortcut.answer(info, self, details)
                        if answered is not None and type(result) is Completed and result.by is not None:
                            answered.parts.append(shortcut.part(path.key, info, *result.by))
                        return self.complete_value(definition.type, details, raw, path, result, *more)
                    except Exception as error:  # noqa: BLE001 - any error of a field is its answer
                        self.handle_field_error(error, definition.type, details, path)
                        return None
        return super().execute_field(parent_type, source, details, path, *more)

    def complete_value(
        self, return_type: Any, details: Any, info: Any, path: Any, result: Any, *more: Any
    ) -> Any:
        """Complete a value, unless it is completed."""
        if type(result) is Completed:
            return result.data
        return super().complete_value(return_type, details, info, path, result, *more)
