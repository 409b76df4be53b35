"""Keeps drivers whose threads do not survive a fork from hanging or crashing a child process."""

from __future__ import annotations

import os

from grid.warehouse.errors import WarehouseUnavailable

_user_pids: list[int] = []  # the process that used a driver first


def claim() -> None:
    """Note that this process uses a warehouse driver.

    Delta's and Snowflake's drivers run threads of their own; a child forked after their first use
    would panic or wait for ever.

    Raises:
        WarehouseUnavailable: if a parent of this process had used a driver before it forked.
    """
    if not _user_pids:
        _user_pids.append(os.getpid())
    if _user_pids[0] != os.getpid():
        raise WarehouseUnavailable(
            "this process was forked from one that had already used the warehouse; "
            "use the warehouse after the fork only, or start the process with spawn"
        )
