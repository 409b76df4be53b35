"""The analytical policy: the warehouse, with a result cache.

An answer is kept with the version of the data it rests on and given again while that has not changed. When
the warehouse is down, the last answer is given with its age, marked stale.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.conf import settings
from django.core.cache import cache

from flux_site.api.errors import WarehouseUnavailableError
from flux_site.api.outages import QUEUE_FAULTS
from grid.federation.store import WarehouseBusy, ask_warehouse
from grid.federation.trace import BackendUse, record

logger = logging.getLogger(__name__)

T = TypeVar("T")

KEEP_LAST_ANSWER_S = 24 * 3600
NO_VERSION = "None"
"""The version of a table that is not there: rather lost than changed, so the warehouse is asked why."""
CHECKED_FOR_S = 5
"""How long a version looked up on Snowflake holds: there each look is a query of its own."""

_locks = [threading.Lock() for _ in range(64)]


@dataclass(frozen=True, kw_only=True)
class _Question(Generic[T]):
    """What is asked, and under which key its answer is kept."""

    field: str
    key: str
    data_version: Callable[[], str]
    ask: Callable[[], T]
    encode: Callable[[T], Any]

    def asked(self, kept_version: str | None) -> T | None:
        """Return the warehouse's answer and keep it; None if the data is still that of ``kept_version``."""

        def ask_unless_kept() -> tuple[str, T | None]:
            version = self.data_version()
            return version, None if version == kept_version else self.ask()

        version, answer = ask_warehouse(ask_unless_kept)
        if answer is not None:
            _set(self.key, {"version": version, "at": time.time(), "answer": self.encode(answer)})
        if _is_remote():
            _set(f"{self.key}:checked", True, timeout=CHECKED_FOR_S)
        return answer

    def refresh(self) -> None:
        """Ask anew beside the request, unless some process is doing so."""
        if _add(f"{self.key}:refreshing", timeout=int(settings.WAREHOUSE_QUERY_TIMEOUT_S)):
            threading.Thread(target=self._refresh, name=f"refresh {self.field}", daemon=True).start()

    def _refresh(self) -> None:
        try:
            self.asked(None)
        except WarehouseUnavailableError as error:
            logger.warning("Unable to refresh %s: %s", self.field, error)
        finally:
            _delete(f"{self.key}:refreshing")


def analytical(
    *,
    field: str,
    question: dict[str, Any],
    data_version: Callable[[], str],
    ask: Callable[[], T],
    encode: Callable[[T], Any],
    decode: Callable[[Any], T],
    stale_for_s: float = 0.0,
) -> T:
    """Return the warehouse's answer, from the result cache when the data has not changed since.

    Args:
        field: name of the GraphQL field, for the trace.
        question: the arguments of the query, JSON-serialisable; part of the cache key.
        data_version: the version of the tables the answer rests on.
        ask: queries the warehouse.
        encode: turns an answer into something the cache can keep.
        decode: the reverse.
        stale_for_s: an answer no older than this is given at once, marked stale, though the data has changed,
            while one process asks for the new one.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    began = time.perf_counter()
    digest = hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).hexdigest()[:32]
    key = f"answer:{field}:{digest}"
    asked = _Question(field=field, key=key, data_version=data_version, ask=ask, encode=encode)

    def given(kept: dict[str, Any], reason: str | None = None, *, is_stale: bool = False) -> T:
        _record(field, began, "result-cache", reason, age_s=time.time() - kept["at"], is_stale=is_stale)
        return decode(kept["answer"])

    kept, is_checked = _kept(key)
    if kept is not None and is_checked:
        return given(kept)
    try:
        if kept is not None and time.time() - kept["at"] <= stale_for_s:
            version = ask_warehouse(data_version)
            if version == kept["version"]:
                return given(kept)
            if NO_VERSION not in version.split(";"):
                asked.refresh()
                return given(kept, "the data has changed; the new answer is being made", is_stale=True)
        with _one_at_a_time(key):
            kept, is_checked = _kept(key)  # somebody else may have asked meanwhile
            if kept is not None and is_checked:
                return given(kept)
            answer = asked.asked(None if kept is None else kept["version"])
    except WarehouseUnavailableError as error:
        if kept is None:
            raise
        return given(kept, f"the warehouse failed: {type(error.__cause__ or error).__name__}", is_stale=True)
    if answer is None and kept is not None:
        return given(kept)
    _record(field, began, "warehouse", None)
    return cast("T", answer)


@contextmanager
def _one_at_a_time(key: str) -> Iterator[None]:
    """Let one request of this process ask a question; the others wait a little for its answer.

    Raises:
        WarehouseBusy: if it takes longer.
    """
    lock = _locks[hash(key) % len(_locks)]
    if not lock.acquire(timeout=settings.WAREHOUSE_SLOT_WAIT_S):
        raise WarehouseBusy("The warehouse is still working on the same question. Try again.")
    try:
        yield
    finally:
        lock.release()


def _record(
    field: str,
    began: float,
    backend: str,
    reason: str | None,
    *,
    age_s: float | None = None,
    is_stale: bool = False,
) -> None:
    ms = (time.perf_counter() - began) * 1000.0
    record(
        BackendUse(
            field=field, backend=backend, ms=ms, fallback_reason=reason, age_s=age_s, is_stale=is_stale
        )
    )


def _is_remote() -> bool:
    return bool(settings.WAREHOUSE_URL.startswith("snowflake"))


def _kept(key: str) -> tuple[dict[str, Any] | None, bool]:
    """Return the answer kept, and whether it was compared with the data a moment ago."""
    found = _attempted(lambda: cache.get_many([key, f"{key}:checked"])) or {}
    return found.get(key), bool(found.get(f"{key}:checked"))


def _set(key: str, value: Any, *, timeout: int = KEEP_LAST_ANSWER_S) -> None:
    _attempted(lambda: cache.set(key, value, timeout=timeout))


def _add(key: str, *, timeout: int) -> bool:
    return bool(_attempted(lambda: cache.add(key, True, timeout=timeout)))


def _delete(key: str) -> None:
    _attempted(lambda: cache.delete(key))


def _attempted(use: Callable[[], Any]) -> Any:
    """Use Redis; while it is away nothing is kept."""
    try:
        return use()
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to use the result cache: %s", error)
        return None
