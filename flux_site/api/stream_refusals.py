"""Refusals before an operation begins, as the first result of a stream of results."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from graphql import GraphQLError
from strawberry.types.execution import PreExecutionError
from strawberry.utils.aio import aclosing

from flux_site.api.errors import FluxError


async def with_refusals(
    results: Any, process_errors: Callable[[list[GraphQLError]], None]
) -> AsyncIterator[Any]:
    """Yield the results; what an extension raises before the first one is a result that says so.

    An extension that parses or checks a document raises its refusals. The library makes answers of them over
    HTTP, but lets a stream, hence a websocket, end without a word.
    """
    has_begun = False
    try:
        async with aclosing(results):
            async for result in results:
                has_begun = True
                yield result
    except (FluxError, GraphQLError) as error:
        if has_begun:
            raise
        refusal = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        process_errors([refusal])
        yield PreExecutionError(data=None, errors=[refusal])
