"""The permission a GraphQL field asks for, enforced and printed into the schema."""

from typing import Any

import strawberry
from asgiref.sync import sync_to_async
from graphql import OperationType
from strawberry.extensions.field_extension import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry.utils.inspect import in_async_context

from flux_site.api.errors import DatabaseUnavailable, FluxError
from flux_site.api.operation import Fault
from flux_site.api.principals import Principal
from flux_site.api.visibility import require, require_login


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires_login",
    description="Only for users who are logged in.",
)
class RequiresLoginDirective:
    """Printed on fields open to every logged-in user."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires_permission",
    description="Only with this permission.",
)
class RequiresPermissionDirective:
    """Printed on fields that ask for a permission."""

    permission: str


class Requires(FieldExtension):
    """Refuses a field to anonymous users and, if a permission is named, to users without it.

    ``without_database``: the field can be answered while PostgreSQL is away, for users known from before.
    An extension of the field that has ``answers_without_database`` says the same.
    """

    def __init__(self, permission: str | None = None, *, without_database: bool = False) -> None:
        self.permission = permission
        self.without_database = without_database

    def apply(self, field: StrawberryField) -> None:
        """Print the requirement on the field."""
        directive = (
            RequiresPermissionDirective(permission=self.permission)
            if self.permission
            else RequiresLoginDirective()
        )
        field.directives = [*field.directives, directive]
        self.without_database |= any(
            getattr(extension, "answers_without_database", False) for extension in field.extensions
        )

    def refusal(self, info: Info) -> Fault | None:
        """Return None if the user may use the field; else a mutation's payload, or raise for other fields.

        Raises:
            Unauthenticated, PermissionRefused: on queries and subscriptions.
            DatabaseUnavailable: if the field needs PostgreSQL and the user is only known from before it went.
        """
        try:
            user = require(info, self.permission) if self.permission else require_login(info)
            is_change = info.operation.operation is OperationType.MUTATION
            if isinstance(user, Principal) and (is_change or not self.without_database):
                what = "nothing can be changed" if is_change else f"{info.field_name} cannot be answered"
                raise DatabaseUnavailable(f"PostgreSQL does not answer, so {what}. Try again later.")
        except DatabaseUnavailable:
            raise
        except FluxError as error:
            if info.operation.operation is OperationType.MUTATION:
                return Fault(code=error.code, message=error.message, field=None)
            raise
        return None

    def resolve(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Check, then resolve; in an async request the check runs off the event loop."""
        if in_async_context():
            return self.resolve_async(next_, source, info, **kwargs)
        return self.refusal(info) or next_(source, info, **kwargs)

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Check, then resolve an async field."""
        refusal = await sync_to_async(self.refusal)(info)
        if refusal is not None:
            return refusal
        result = next_(source, info, **kwargs)
        while hasattr(result, "__await__"):
            result = await result
        return result
