"""Opens the warehouse that a URL names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from grid.warehouse.errors import WarehouseUrlInvalid

if TYPE_CHECKING:
    from grid.warehouse.interface import Warehouse

_MEMORY = re.compile(r"^\d+(\.\d+)?\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$")


def open_warehouse(url: str, *, query_timeout_s: float = 60.0) -> Warehouse:
    """Return the warehouse at ``url``; nothing is opened or connected before its first use.

    ``embedded:///absolute/folder`` with the options ``memory_limit`` (say ``2GB``) and ``threads``, or
    ``snowflake://user:password@account/DATABASE?warehouse=NAME&role=NAME``. A query that works longer
    than ``query_timeout_s`` seconds is ended.

    Raises:
        WarehouseUrlInvalid: if the URL names no warehouse.
    """
    if not query_timeout_s > 0:
        raise ValueError("query_timeout_s must be above 0")
    scheme = url.partition("://")[0]
    match scheme:
        case "embedded":
            return _open_embedded(url, query_timeout_s)
        case "snowflake":
            from grid.warehouse.snowflake import SnowflakeWarehouse  # imports a slow driver

            return SnowflakeWarehouse.from_url(url, query_timeout_s=query_timeout_s)
        case _:
            raise WarehouseUrlInvalid("a warehouse URL starts with embedded:// or snowflake://")


def _open_embedded(url: str, query_timeout_s: float) -> Warehouse:
    from grid.warehouse.duckdb_reader import ReaderLimits
    from grid.warehouse.embedded import EmbeddedWarehouse

    parts = urlsplit(url)
    folder = unquote(parts.path)
    if parts.netloc or not folder.startswith("/") or folder == "/":
        raise WarehouseUrlInvalid("an embedded warehouse URL is embedded:///absolute/folder")
    limits = ReaderLimits(query_timeout_s=query_timeout_s)
    options = dict(parse_qsl(parts.query))
    memory_limit = options.pop("memory_limit", limits.memory_limit)
    threads = options.pop("threads", str(limits.threads))
    if not _MEMORY.match(memory_limit):
        raise WarehouseUrlInvalid(f"memory_limit must be a size such as 2GB, not {memory_limit!r}")
    if not threads.isdigit() or not 1 <= int(threads) <= 1024:
        raise WarehouseUrlInvalid(f"threads must be from 1 to 1024, not {threads!r}")
    if options:
        raise WarehouseUrlInvalid(f"unknown option {min(options)!r} in the warehouse URL")
    return EmbeddedWarehouse(
        Path(folder),
        ReaderLimits(query_timeout_s=query_timeout_s, memory_limit=memory_limit, threads=int(threads)),
    )
