"""The error member of every mutation's payload."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

from flux_site.api.errors import FluxError

T = TypeVar("T")


@strawberry.type(name="OperationInfo", description="Why a mutation was not carried out.")
class Fault:
    """An expected failure: nothing was changed."""

    code: str = strawberry.field(description="Stable, for programs.")
    message: str = strawberry.field(description="For people.")
    field: str | None = strawberry.field(description="The input field at fault, if there is one.")


def expected_failures(attempt: Callable[[], T]) -> T | Any:
    """Return what ``attempt`` returns, or a Fault for an expected failure."""
    try:
        return attempt()
    except FluxError as error:
        return Fault(code=error.code, message=error.message, field=error.field)
