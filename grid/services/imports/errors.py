"""What can go wrong in an import, as errors of the product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flux_site.api.errors import FluxError
from grid.intake.errors import IntakeError
from grid.warehouse import WarehouseError


class ImportRefused(FluxError):
    """A file cannot be imported as asked; the warehouse is as it was."""

    def __init__(self, message: str, *, code: str, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.code = code


@contextmanager
def as_refusals() -> Iterator[None]:
    """Turn what the file or the warehouse has wrong into errors of the product."""
    try:
        yield
    except IntakeError as error:
        raise ImportRefused(error.message, code=error.code, field=error.field) from error
    except WarehouseError as error:
        raise ImportRefused(f"The warehouse cannot be used: {error.message}", code=error.code) from error
