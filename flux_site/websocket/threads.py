"""The threads in which sockets ask the database.

A thread that has asked keeps its connection, and a socket stays open for days: so the connection goes back to
the pool after every call, and sockets that only listen have no thread at all.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.db import close_old_connections

SHARED_THREADS = 4


class DatabaseThread(ThreadPoolExecutor):
    """One thread that gives its database connection back after every call."""

    def __init__(self, name: str) -> None:
        super().__init__(max_workers=1, thread_name_prefix=name)

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Carry out a call in the thread."""

        def carry_out() -> Any:
            try:
                return call(*arguments, **named)
            finally:
                close_old_connections()

        return super().submit(carry_out)


_shared = itertools.cycle([DatabaseThread(f"sockets-{n}") for n in range(SHARED_THREADS)])


@asynccontextmanager
async def own_thread() -> AsyncIterator[None]:
    """Ask the database in a thread of the block's own, so that a long question holds up nobody else."""
    thread = DatabaseThread("socket")
    try:
        async with ThreadSensitiveContext(executor=thread):
            yield
    finally:
        thread.shutdown(wait=False)


@asynccontextmanager
async def shared_thread() -> AsyncIterator[None]:
    """Ask the database in one of the few threads that all sockets share: for short questions of many."""
    async with ThreadSensitiveContext(executor=next(_shared)):
        yield
