"""Expected failures, each with a stable code and, where there is one, the input field at fault."""

from __future__ import annotations


class FluxError(Exception):
    """An expected failure that a client can act on."""

    code = "FLUX_ERROR"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def extensions(self) -> dict[str, str]:
        """The machine-readable part of the error, as GraphQL and JSON views send it."""
        return {"code": self.code} | ({"field": self.field} if self.field else {})


class BadInput(FluxError):
    """The input is malformed or out of range."""

    code = "BAD_INPUT"


class NotFound(FluxError):
    """No such thing, or none that this user may see."""

    code = "NOT_FOUND"


class Unauthenticated(FluxError):
    """Nobody is logged in."""

    code = "UNAUTHENTICATED"


class PermissionRefused(FluxError):
    """The user is known but may not do this."""

    code = "PERMISSION_DENIED"


class LimitExceeded(FluxError):
    """The request asks for more than one request may."""

    code = "LIMIT_EXCEEDED"


class DatabaseUnavailable(FluxError):
    """PostgreSQL does not answer."""

    code = "DATABASE_UNAVAILABLE"


class QueueUnavailable(FluxError):
    """Redis, which carries the job queue, does not answer."""

    code = "QUEUE_UNAVAILABLE"


class WarehouseUnavailableError(FluxError):
    """The warehouse does not answer."""

    code = "WAREHOUSE_UNAVAILABLE"
