"""The warehouse of this process."""

from functools import lru_cache

from django.conf import settings

from grid.warehouse import Warehouse, open_warehouse


@lru_cache(maxsize=4)
def _open(url: str, query_timeout_s: float) -> Warehouse:
    return open_warehouse(url, query_timeout_s=query_timeout_s)


def get_warehouse() -> Warehouse:
    """Return the warehouse named by the settings, opened once per process and URL."""
    return _open(settings.WAREHOUSE_URL, settings.WAREHOUSE_QUERY_TIMEOUT_S)
