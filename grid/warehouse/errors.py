"""What can go wrong in a warehouse, as one family of errors with stable codes."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class WarehouseError(Exception):
    """The base of every expected failure of a warehouse.

    ``code`` is stable and meant for programs; ``message`` is meant for people and holds no secret.
    ``table`` is the table concerned (``schema.table``), where there is one.
    """

    code: ClassVar[str] = "WAREHOUSE_ERROR"

    def __init__(self, message: str, *, table: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.table = table


class WarehouseUrlInvalid(WarehouseError):
    """The warehouse URL cannot be understood."""

    code = "WAREHOUSE_URL_INVALID"


class WarehouseUnavailable(WarehouseError):
    """The warehouse cannot be reached, opened, or refuses the login."""

    code = "WAREHOUSE_UNAVAILABLE"


class WarehouseCorrupted(WarehouseError):
    """A file of a table is missing or unreadable; ``file`` is that file."""

    code = "WAREHOUSE_CORRUPTED"

    def __init__(self, message: str, *, table: str, file: Path) -> None:
        super().__init__(message, table=table)
        self.file = file


class WarehouseQueryTimeout(WarehouseError):
    """A query ran longer than the warehouse allows."""

    code = "WAREHOUSE_QUERY_TIMEOUT"


class WarehouseQueryTooLarge(WarehouseError):
    """A query needs more memory than the warehouse may use."""

    code = "WAREHOUSE_QUERY_TOO_LARGE"


class WarehouseQueryInvalid(WarehouseError):
    """The warehouse cannot run the query: unknown table, unsupported construct, wrong type."""

    code = "WAREHOUSE_QUERY_INVALID"


class WarehouseFull(WarehouseError):
    """There is no room left where the warehouse writes; nothing of the batch is visible."""

    code = "WAREHOUSE_FULL"


class WarehouseConflict(WarehouseError):
    """Another writer changed the table during the write; nothing of the batch is visible, try again."""

    code = "WAREHOUSE_CONFLICT"


class TableNotLoaded(WarehouseError):
    """The table is declared but no batch was ever committed to it."""

    code = "TABLE_NOT_LOADED"

    def __init__(self, table: str) -> None:
        super().__init__(f"table {table} was never loaded", table=table)


class SchemaMismatch(WarehouseError):
    """Data does not fit the declared table; ``column`` is the first column that does not."""

    code = "SCHEMA_MISMATCH"

    def __init__(self, *, table: str, column: str, problem: str) -> None:
        super().__init__(f"table {table}, column {column}: {problem}", table=table)
        self.column = column
        self.problem = problem
