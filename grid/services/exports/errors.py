"""What can go wrong in an export."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from flux_site.api.errors import FluxError


class ExportFailed(FluxError):
    """A file could not be made; nothing of it is left."""

    def __init__(self, message: str, *, code: str, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.code = code


class ExportGone(FluxError):
    """The file of an export is not there, or no longer."""

    code = "EXPORT_GONE"


def disk_full(folder: object) -> ExportFailed:
    """Return the failure of a disk without room."""
    return ExportFailed(
        f"There is no room left for exports in {folder}. Remove files there, or ask for fewer rows.",
        code="DISK_FULL",
    )


@contextmanager
def as_failures(folder: object) -> Iterator[None]:
    """Turn what the disk or the writer of a format has wrong into errors of the product."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise disk_full(folder) from error
        raise ExportFailed(
            f"The export folder {folder} cannot be used: {error.strerror or error}",
            code="EXPORT_FOLDER_UNUSABLE",
        ) from error
    except (pa.ArrowException, RuntimeError) as error:  # pyogrio's own errors are RuntimeErrors
        raise ExportFailed(f"The file could not be written: {error}", code="WRITING_FAILED") from error
