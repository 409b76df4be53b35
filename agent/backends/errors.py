"""What goes wrong with a server that answers for us."""

from __future__ import annotations

from agent.events import Error


class BackendFault(Exception):
    """An expected failure of a back end: its code, what to tell, and whether trying again may help."""

    def __init__(
        self, message: str, *, code: str, is_retryable: bool = False, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.is_retryable = is_retryable
        self.request_id = request_id

    def event(self) -> Error:
        """Return the event that tells of it."""
        return Error(
            code=self.code,
            message=self.message,
            is_retryable=self.is_retryable,
            request_id=self.request_id,
        )


CODES = {
    400: "BACKEND_BAD_REQUEST",
    401: "BACKEND_UNAUTHENTICATED",
    403: "BACKEND_FORBIDDEN",
    404: "BACKEND_NOT_FOUND",
    408: "BACKEND_TIMEOUT",
    429: "BACKEND_BUSY",
}
RETRIED = frozenset({429, 502, 503, 504})


def status_fault(status: int, message: str, *, request_id: str | None = None) -> BackendFault:
    """Return the fault that an HTTP status tells of."""
    code = CODES.get(status, "BACKEND_UNAVAILABLE" if status >= 500 else "BACKEND_BAD_REQUEST")
    is_retryable = status in RETRIED or status >= 500
    return BackendFault(
        f"The server answered {status}: {message}",
        code=code,
        is_retryable=is_retryable,
        request_id=request_id,
    )
