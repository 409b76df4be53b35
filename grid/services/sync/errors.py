"""What can go wrong in a sync, each with a stable code, and how faults of the two stores read as such."""

from __future__ import annotations

import psycopg
from psycopg import errors as pg

from flux_site.api.errors import DatabaseUnavailable, FluxError
from grid.warehouse import TableNotLoaded, WarehouseError

_CONFLICTS = (
    pg.ForeignKeyViolation,
    pg.UniqueViolation,
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.LockNotAvailable,
)


class SyncError(FluxError):
    """A layer could not be synced; its table in the cache is as it was."""

    code = "SYNC_FAILED"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.code = code or type(self).code


class LayerBusy(SyncError):
    """Another run of the same layer has not ended."""

    code = "LAYER_BUSY"


class SourceMismatch(SyncError):
    """The source does not have the columns or types of the layer."""

    code = "SOURCE_MISMATCH"


class SourceIncomplete(SyncError):
    """Fewer or more rows arrived than the warehouse counts."""

    code = "SOURCE_INCOMPLETE"


class AllRowsRejected(SyncError):
    """Not one row of the source could be accepted."""

    code = "ALL_ROWS_REJECTED"


class SuspiciousDelete(SyncError):
    """The run would delete most of a layer; it must be forced."""

    code = "SUSPICIOUS_DELETE"


class VerificationFailed(SyncError):
    """The cache does not hold what was accepted from the source."""

    code = "VERIFICATION_FAILED"


class CacheConflict(SyncError):
    """Rows that this run rests on were changed by somebody else while it ran."""

    code = "CACHE_CONFLICT"


def as_sync_error(error: Exception) -> FluxError | None:
    """Return what a fault of the warehouse or of PostgreSQL means for a run; None if it is a defect."""
    match error:
        case FluxError():
            return error
        case TableNotLoaded():
            return SyncError(f"The source was never loaded: {error.message}.", code="SOURCE_NOT_LOADED")
        case WarehouseError():
            return SyncError(f"The warehouse cannot be read: {error.message}", code=error.code)
        case pg.QueryCanceled():
            return SyncError("PostgreSQL took too long and the run was rolled back.", code="DATABASE_TIMEOUT")
        case pg.DiskFull():
            return SyncError(
                "PostgreSQL has no disk space left; the run was rolled back.", code="DATABASE_FULL"
            )
        case psycopg.Error() if isinstance(error, _CONFLICTS):
            return CacheConflict(
                f"The cache changed during the run, which was rolled back: {_first_line(error)}"
            )
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return DatabaseUnavailable(
                f"The connection to PostgreSQL was lost; rolled back. {_first_line(error)}"
            )
        case psycopg.Error():
            return SyncError(f"PostgreSQL refused the rows; rolled back. {_first_line(error)}")
    return None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
