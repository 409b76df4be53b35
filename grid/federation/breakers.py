"""The breakers of the two stores."""

from flux_site.api.breakers import (
    FAILURES_TO_OPEN,
    RESET_AFTER_S,
    Breaker,
    is_no_postgis_outage,
    postgis_breaker,
)
from grid.warehouse import WarehouseError
from grid.warehouse.errors import TableNotLoaded, WarehouseQueryInvalid, WarehouseQueryTooLarge

__all__ = [
    "FAILURES_TO_OPEN",
    "NO_OUTAGE",
    "RESET_AFTER_S",
    "Breaker",
    "is_no_postgis_outage",
    "is_no_warehouse_outage",
    "postgis_breaker",
    "warehouse_breaker",
]

NO_OUTAGE = (TableNotLoaded, WarehouseQueryInvalid, WarehouseQueryTooLarge)


def is_no_warehouse_outage(error: BaseException) -> bool:
    """Return whether an error says nothing about the health of the warehouse."""
    return not isinstance(error, WarehouseError) or isinstance(error, NO_OUTAGE)


warehouse_breaker = Breaker(
    fail_max=FAILURES_TO_OPEN, reset_timeout=RESET_AFTER_S, exclude=[is_no_warehouse_outage], name="warehouse"
)
