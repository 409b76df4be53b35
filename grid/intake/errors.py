"""Why a file cannot be imported at all; what is wrong with single rows is told row by row instead."""

from __future__ import annotations

from enum import StrEnum


class IntakeError(Exception):
    """A file, or what is asked of it, cannot be used; nothing was written.

    ``code`` is stable and meant for programs, ``field`` the input at fault, where there is one.
    """

    def __init__(self, message: str, *, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class Reason(StrEnum):
    """Why a row of a file is refused."""

    MISSING_KEY = "MISSING_KEY"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    MISSING_VALUE = "MISSING_VALUE"
    WRONG_TYPE = "WRONG_TYPE"
    NOT_FINITE = "NOT_FINITE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    BAD_TEXT = "BAD_TEXT"
    BAD_CHOICE = "BAD_CHOICE"
    BAD_GEOMETRY = "BAD_GEOMETRY"


def damaged(name: str, problem: object) -> IntakeError:
    """Return the error of a file whose content cannot be read."""
    text = (str(problem).splitlines() or ["unknown damage"])[0]
    return IntakeError(f"{name} is damaged or cut off: {text}", code="FILE_DAMAGED", field="file")


def too_large(name: str, limit_bytes: int) -> IntakeError:
    """Return the error of a file that unpacks to more than is allowed."""
    return IntakeError(
        f"{name} holds more than {limit_bytes:,} bytes when unpacked, which is the limit.",
        code="FILE_TOO_LARGE",
        field="file",
    )
