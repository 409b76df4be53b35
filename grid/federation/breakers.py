"""Circuit breakers: a store that keeps failing is left alone for a while."""

from collections.abc import Callable
from typing import Any, TypeVar

import pybreaker

from flux_site.api.outages import DATABASE_FAULTS
from grid.warehouse import WarehouseError
from grid.warehouse.errors import TableNotLoaded, WarehouseQueryInvalid, WarehouseQueryTooLarge

T = TypeVar("T")

RESET_AFTER_S = 15
FAILURES_TO_OPEN = 3
NO_OUTAGE = (TableNotLoaded, WarehouseQueryInvalid, WarehouseQueryTooLarge)


class Breaker(pybreaker.CircuitBreaker):
    """A breaker whose calls run side by side; the library's own holds a lock while a call runs."""

    def call(self, func: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Call ``func`` unless the breaker is open."""
        return self.state.call(func, *args, **kwargs)  # type: ignore[no-any-return]


def is_no_postgis_outage(error: BaseException) -> bool:
    """Return whether an error says nothing about the health of PostGIS."""
    return not isinstance(error, DATABASE_FAULTS)


def is_no_warehouse_outage(error: BaseException) -> bool:
    """Return whether an error says nothing about the health of the warehouse."""
    return not isinstance(error, WarehouseError) or isinstance(error, NO_OUTAGE)


postgis_breaker = Breaker(
    fail_max=FAILURES_TO_OPEN, reset_timeout=RESET_AFTER_S, exclude=[is_no_postgis_outage], name="postgis"
)
warehouse_breaker = Breaker(
    fail_max=FAILURES_TO_OPEN, reset_timeout=RESET_AFTER_S, exclude=[is_no_warehouse_outage], name="warehouse"
)
