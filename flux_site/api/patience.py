"""How long a request waits for PostgreSQL: a server that hangs answers no statement timeout of its own."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg

_deadline: ContextVar[float | None] = ContextVar("postgres_deadline", default=None)
POLL_S = 0.1


@contextmanager
def answering_within(seconds: float) -> Iterator[None]:
    """Give PostgreSQL so many seconds for all it is asked inside the block; an outer limit still holds."""
    outer = _deadline.get()
    own = time.monotonic() + seconds
    token = _deadline.set(own if outer is None else min(own, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is given up when its time is over; the server sees that and ends the statement.

    When the server ended it, it has most likely ended the idle ones of its pool too. The pool would find
    them out one by one, with longer and longer pauses in between, so they are replaced all at once.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> psycopg.Cursor[Any]:
        """Execute; the empty statement, by which the pool asks for a sign of life, only if in doubt.

        A server that ends a connection says so: as long as nothing has come on an idle one, it stands.
        """
        if query == "" and self.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            poll = select.poll()
            poll.register(self.fileno(), select.POLLIN)
            if not poll.poll(0):
                return self.cursor()
        return super().execute(query, params, **options)

    def wait(self, gen: Any, interval: float = POLL_S, timeout: float | None = None) -> Any:
        """Wait for an answer, not beyond the deadline.

        Raises:
            psycopg.OperationalError: if the time is over; the connection is closed then.
        """
        deadline = _deadline.get()
        if deadline is not None:
            left_s = max(deadline - time.monotonic(), 0.001)
            timeout = left_s if timeout is None else min(left_s, timeout)
        try:
            return super().wait(gen, interval=interval, timeout=timeout)
        except psycopg.OperationalError as error:
            if deadline is not None and time.monotonic() >= deadline:
                self.close()
                raise psycopg.OperationalError("PostgreSQL did not answer in time") from error
            pool = getattr(self, "_pool", None)
            if self.broken and pool is not None:
                pool.drain()
            raise
