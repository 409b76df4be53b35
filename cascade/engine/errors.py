"""The base of the errors that a caller can mend by changing the input."""

from __future__ import annotations


class CascadeInputError(ValueError):
    """Report an input that a cascade cannot be run with.

    Attributes:
        code: stable code for clients.
        field: the input at fault.
    """

    code = "INVALID_CASCADE_INPUT"

    def __init__(self, *, field: str, message: str) -> None:
        self.field = field
        super().__init__(f"{field}: {message}")
