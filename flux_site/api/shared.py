"""The mark of a subscription that all users who see the same may share."""

from typing import Any

from strawberry.extensions.field_extension import FieldExtension
from strawberry.types import Info


class Shared(FieldExtension):
    """Lets the sockets of users with the same rights and zones share one run of a subscription.

    Its first answer must be the whole current state, and no answer may depend on who asks beyond their rights
    and zones. A socket that falls behind then gets the current state in place of what it missed.
    """

    def resolve(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Resolve as if it were not there."""
        return next_(source, info, **kwargs)

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Resolve as if it were not there."""
        result = next_(source, info, **kwargs)
        while hasattr(result, "__await__"):
            result = await result
        return result
