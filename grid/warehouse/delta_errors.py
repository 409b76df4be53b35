"""What goes wrong inside Delta, said in this package's terms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deltalake.exceptions import DeltaError
from sqlalchemy import Table

from grid.warehouse.delta_damage import find_damage
from grid.warehouse.errors import WarehouseCorrupted, WarehouseError, WarehouseFull, WarehouseUnavailable
from grid.warehouse.incoming import IncomingData

_NO_ROOM = ("No space left", "os error 28", "Disk quota", "os error 122", "File too large", "os error 27")


@contextmanager
def reported(table: Table, folder: Path, incoming: IncomingData | None = None) -> Iterator[None]:
    """Turn what Delta raises about ``table`` into a WarehouseError that names the file at fault.

    An error of the incoming data itself passes through.
    """
    try:
        yield
    except WarehouseError:
        raise
    except BaseException as error:
        if incoming is not None and incoming.error is not None:
            raise
        is_panic = type(error).__name__ == "PanicException"  # Rust's, outside the tree of Exception
        if not isinstance(error, DeltaError | OSError) and not is_panic:
            raise
        raise _explained(error, table, folder) from error


def _explained(error: BaseException, table: Table, folder: Path) -> WarehouseError:
    text = str(error)
    message = text.splitlines()[0] if text else type(error).__name__
    if any(sign in text for sign in _NO_ROOM):
        return WarehouseFull(f"no room to write table {table.fullname}: {message}", table=table.fullname)
    damage = find_damage(folder)
    if damage is not None:
        return WarehouseCorrupted(
            f"table {table.fullname} cannot be read: {damage.problem}: {damage.file}",
            table=table.fullname,
            file=damage.file,
        )
    return WarehouseUnavailable(f"table {table.fullname}: {message}", table=table.fullname)
