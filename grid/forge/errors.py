"""What can go wrong in the forge, each with a stable code and what a person needs to mend it."""

from __future__ import annotations

from typing import ClassVar


class ForgeError(Exception):
    """The base of every expected failure of the forge."""

    code: ClassVar[str] = "FORGE_ERROR"


class ForgeConfigError(ForgeError):
    """A field of the configuration is unusable; ``field`` names it."""

    code = "FORGE_CONFIG_INVALID"

    def __init__(self, *, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class ForgeDataError(ForgeError):
    """A source data file is missing, damaged or inconsistent.

    Attributes:
        file: name of the file.
        row: line number in the file, the header being line 1; None when the whole file is at fault.
        problem: what is wrong.
    """

    code = "FORGE_DATA_INVALID"

    def __init__(self, *, file: str, problem: str, row: int | None = None) -> None:
        where = file if row is None else f"{file}, row {row}"
        super().__init__(f"{where}: {problem}")
        self.file = file
        self.row = row
        self.problem = problem
