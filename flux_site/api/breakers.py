"""Circuit breakers: a service that keeps failing is left alone for a while."""

import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pybreaker

from flux_site.api.outages import DATABASE_FAULTS

T = TypeVar("T")

RESET_AFTER_S = 5
FAILURES_TO_OPEN = 3


class _CallFailed(Exception):
    """A call that ran elsewhere failed."""


class Breaker(pybreaker.CircuitBreaker):
    """A breaker whose calls run side by side; the library's own holds a lock while a call runs.

    After the pause a single call tries whether the service is back; the others do not wait for it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._trial = threading.Lock()

    def call(self, func: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Call ``func`` unless the breaker is open.

        Raises:
            pybreaker.CircuitBreakerError: if it is, or another call is trying.
        """
        if self.current_state == pybreaker.STATE_CLOSED:
            return self.state.call(func, *args, **kwargs)  # type: ignore[no-any-return]
        if not self._trial.acquire(blocking=False):
            raise pybreaker.CircuitBreakerError("Another call is trying whether the service is back")
        try:
            if self.current_state == pybreaker.STATE_OPEN:
                if self._is_pausing():
                    raise pybreaker.CircuitBreakerError("The service is left alone for a while")
                self.half_open()
            return self.state.call(func, *args, **kwargs)  # type: ignore[no-any-return]
        finally:
            self._trial.release()

    @property
    def is_left_alone(self) -> bool:
        """Whether calls are not to be tried now."""
        return self.current_state == pybreaker.STATE_OPEN and self._is_pausing()

    def tell(self, *, is_ok: bool) -> None:
        """Count a call that ran outside ``call``, as one that streams."""

        def outcome() -> None:
            if not is_ok:
                raise _CallFailed

        with contextlib.suppress(_CallFailed, pybreaker.CircuitBreakerError):
            self.call(outcome)

    def _is_pausing(self) -> bool:
        opened_at = self._state_storage.opened_at
        return bool(opened_at and datetime.now(UTC) < opened_at + timedelta(seconds=self.reset_timeout))


def is_no_postgis_outage(error: BaseException) -> bool:
    """Return whether an error says nothing about the health of PostGIS."""
    return not isinstance(error, DATABASE_FAULTS)


login_breaker = Breaker(
    fail_max=FAILURES_TO_OPEN, reset_timeout=RESET_AFTER_S, exclude=[is_no_postgis_outage], name="login"
)
"""Apart from the next: a user found would make it forget that other questions fail."""

postgis_breaker = Breaker(
    fail_max=FAILURES_TO_OPEN, reset_timeout=RESET_AFTER_S, exclude=[is_no_postgis_outage], name="postgis"
)
