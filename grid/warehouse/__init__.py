"""The warehouse: the source of truth of every fact, on Snowflake or embedded (Delta Lake read by DuckDB)."""

from grid.warehouse.arrow import pa_schema
from grid.warehouse.errors import (
    SchemaMismatch,
    TableNotLoaded,
    WarehouseConflict,
    WarehouseCorrupted,
    WarehouseError,
    WarehouseFull,
    WarehouseQueryInvalid,
    WarehouseQueryTimeout,
    WarehouseQueryTooLarge,
    WarehouseUnavailable,
    WarehouseUrlInvalid,
)
from grid.warehouse.interface import Expected, PartitionedWarehouse, RowsOf, Warehouse
from grid.warehouse.opening import open_warehouse

__all__ = [
    "Expected",
    "PartitionedWarehouse",
    "RowsOf",
    "SchemaMismatch",
    "TableNotLoaded",
    "Warehouse",
    "WarehouseConflict",
    "WarehouseCorrupted",
    "WarehouseError",
    "WarehouseFull",
    "WarehouseQueryInvalid",
    "WarehouseQueryTimeout",
    "WarehouseQueryTooLarge",
    "WarehouseUnavailable",
    "WarehouseUrlInvalid",
    "open_warehouse",
    "pa_schema",
]
