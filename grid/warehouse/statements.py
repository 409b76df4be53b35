"""What a query reads: its declared tables, and which of them may be absent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Select, Table
from sqlalchemy.sql import visitors

from grid.warehouse.arrow import Query
from grid.warehouse.errors import WarehouseQueryInvalid
from grid.warehouse.tables import metadata

_OPTIONAL = "warehouse_optional_tables"


def reading_as_empty(query: Select[Any], *tables: Table) -> Select[Any]:
    """Return ``query`` with ``tables`` read as empty when they were never loaded.

    Without this, a query over a table that was never loaded fails with TableNotLoaded: an empty
    answer would say "none" where the truth is "not known".
    """
    return query.execution_options(**{_OPTIONAL: frozenset(table.fullname for table in tables)})


def optional_tables(query: Query) -> frozenset[str]:
    """Return the full names of the tables that ``reading_as_empty`` named."""
    names: frozenset[str] = query.get_execution_options().get(_OPTIONAL, frozenset())
    return names


def tables_read(query: Query) -> list[Table]:
    """Return the declared tables that ``query`` reads, at any depth, ordered by name.

    Raises:
        WarehouseQueryInvalid: if it is not a select, or reads a table that is not declared.
    """
    if not isinstance(query, Select | CompoundSelect):
        raise WarehouseQueryInvalid("a warehouse runs selects over its declared tables only")
    found: dict[str, Table] = {}
    for element in visitors.iterate(query):
        if isinstance(element, Table):
            found[element.fullname] = element
    for name, table in found.items():
        if metadata.tables.get(name) is not table:
            raise WarehouseQueryInvalid(f"table {name} is not declared in the warehouse", table=name)
    return [found[name] for name in sorted(found)]
