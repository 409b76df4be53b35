"""The warehouse as the federation asks it: few at a time, behind a breaker, with clear errors."""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import TypeVar

import pybreaker
from django.conf import settings

from flux_site.api.errors import WarehouseUnavailableError
from grid.federation.breakers import warehouse_breaker
from grid.warehouse import Warehouse, WarehouseError, open_warehouse

T = TypeVar("T")

_slots = threading.BoundedSemaphore(settings.WAREHOUSE_QUERIES_AT_ONCE)
_has_slot: ContextVar[bool] = ContextVar("has_warehouse_slot", default=False)


class WarehouseBusy(WarehouseUnavailableError):
    """This process asks the warehouse as much at once as it may."""

    code = "WAREHOUSE_BUSY"


@lru_cache(maxsize=8)
def _open(url: str, query_timeout_s: float) -> Warehouse:
    return open_warehouse(url, query_timeout_s=query_timeout_s)


def get_warehouse() -> Warehouse:
    """Return the warehouse named by the settings, opened once per process and URL."""
    return _open(settings.WAREHOUSE_URL, settings.WAREHOUSE_QUERY_TIMEOUT_S)


def fallback_warehouse() -> Warehouse:
    """Return the same warehouse for questions that cannot wait long; it has connections of its own."""
    return warehouse_within(settings.OPERATIONAL_QUERY_TIMEOUT_S)


def warehouse_within(query_timeout_s: float) -> Warehouse:
    """Return the same warehouse for questions with a time limit of their own; opened once per limit."""
    return _open(settings.WAREHOUSE_URL, query_timeout_s)


def ask_warehouse(ask: Callable[[], T]) -> T:
    """Return what ``ask`` gets from the warehouse, behind the breaker and among the queries allowed at once.

    A call inside another counts as one.

    Raises:
        WarehouseBusy: if too many queries are running already.
        WarehouseUnavailableError: if the warehouse fails, or was left alone for failing; its cause says why.
    """
    if _has_slot.get():
        return ask()
    if not _slots.acquire(timeout=settings.WAREHOUSE_SLOT_WAIT_S):
        raise WarehouseBusy(
            f"The warehouse is busy: {settings.WAREHOUSE_QUERIES_AT_ONCE} queries are running. Try again."
        )
    token = _has_slot.set(True)
    try:
        return warehouse_breaker.call(ask)
    except (WarehouseError, pybreaker.CircuitBreakerError) as error:
        raise WarehouseUnavailableError(f"The warehouse cannot answer: {error}") from error
    finally:
        _has_slot.reset(token)
        _slots.release()
