"""The two policies a field can declare.

*operational*: PostGIS first; on error, timeout, open breaker or a layer never synced, the
warehouse answers the same question. *analytical*: the warehouse, with a result cache; when it
is down, the last answer with its age, marked stale.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import pybreaker
from django.core.cache import cache

from flux_site.api.errors import WarehouseUnavailableError
from flux_site.api.outages import DATABASE_FAULTS, QUEUE_FAULTS
from grid import models
from grid.federation.breakers import postgis_breaker, warehouse_breaker
from grid.federation.trace import BackendUse, record
from grid.warehouse import WarehouseError

logger = logging.getLogger(__name__)

T = TypeVar("T")

KEEP_LAST_ANSWER_S = 24 * 3600


def operational(
    *, field: str, layers: Sequence[str], from_cache: Callable[[], T], from_warehouse: Callable[[], T]
) -> T:
    """Return the answer of PostGIS, or of the warehouse if PostGIS cannot give it.

    Args:
        field: name of the GraphQL field, for the trace.
        layers: sync layers the answer rests on; one never synced sends the question to the warehouse.
        from_cache: answers from PostGIS.
        from_warehouse: answers the same question from the warehouse.

    Raises:
        WarehouseUnavailableError: if neither store can answer.
    """
    began = time.perf_counter()

    def ask_cache() -> tuple[list[str], T | None]:
        missing = models.SyncLayer.objects.never_synced(layers)
        return missing, None if missing else from_cache()

    try:
        # One call for both: a success of the first would make the breaker forget failures of the second.
        missing, answer = postgis_breaker.call(ask_cache)
        if not missing:
            record(BackendUse(field=field, backend="postgis", ms=_ms_since(began)))
            return cast("T", answer)
        reason = f"never synced: {', '.join(missing)}"
    except pybreaker.CircuitBreakerError:
        reason = "PostGIS failed repeatedly and is left alone for a while"
    except DATABASE_FAULTS as error:
        reason = f"PostGIS failed: {type(error).__name__}"
        logger.warning("Unable to answer %s from PostGIS: %s", field, error)
    try:
        found = warehouse_breaker.call(from_warehouse)
    except (WarehouseError, pybreaker.CircuitBreakerError) as error:
        raise _unavailable(error) from error
    record(BackendUse(field=field, backend="warehouse", ms=_ms_since(began), fallback_reason=reason))
    return found


def analytical(
    *,
    field: str,
    question: dict[str, Any],
    data_version: Callable[[], str],
    ask: Callable[[], T],
    encode: Callable[[T], Any],
    decode: Callable[[Any], T],
) -> T:
    """Return the warehouse's answer, from the result cache when the data has not changed since.

    Args:
        field: name of the GraphQL field, for the trace.
        question: the arguments of the query, JSON-serialisable; part of the cache key.
        data_version: the version of the tables the answer rests on.
        ask: queries the warehouse.
        encode: turns an answer into something the cache can keep.
        decode: the reverse.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    began = time.perf_counter()
    digest = hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).hexdigest()[:32]
    key = f"answer:{field}:{digest}"
    kept = _cache_get(key)

    def ask_unless_kept() -> tuple[str, T | None]:
        version = data_version()
        is_kept = kept is not None and kept["version"] == version
        return version, None if is_kept else ask()

    try:
        version, answer = warehouse_breaker.call(ask_unless_kept)
    except (WarehouseError, pybreaker.CircuitBreakerError) as error:
        if kept is None:
            raise _unavailable(error) from error
        age = time.time() - kept["at"]
        reason = f"the warehouse failed: {type(error).__name__}"
        record(
            BackendUse(
                field=field,
                backend="result-cache",
                ms=_ms_since(began),
                fallback_reason=reason,
                age_s=age,
                is_stale=True,
            )
        )
        return decode(kept["answer"])
    if answer is None:
        age = time.time() - kept["at"]
        record(BackendUse(field=field, backend="result-cache", ms=_ms_since(began), age_s=age))
        return decode(kept["answer"])
    _cache_set(key, {"version": version, "at": time.time(), "answer": encode(answer)})
    record(BackendUse(field=field, backend="warehouse", ms=_ms_since(began)))
    return answer


def _unavailable(error: Exception) -> WarehouseUnavailableError:
    return WarehouseUnavailableError(f"The warehouse cannot answer: {error}")


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000.0


def _cache_get(key: str) -> Any:
    try:
        return cache.get(key)
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to read the result cache: %s", error)
        return None


def _cache_set(key: str, value: Any) -> None:
    try:
        cache.set(key, value, timeout=KEEP_LAST_ANSWER_S)
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to write the result cache: %s", error)
