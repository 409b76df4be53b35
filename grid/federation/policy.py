"""The operational policy.

PostGIS first; on error, timeout, open breaker or a layer never synced, the warehouse answers the same
question. The analytical one is in ``results``.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import pybreaker
from django.conf import settings
from django.db import InternalError, ProgrammingError
from django.utils import timezone

from flux_site.api.errors import DatabaseUnavailable, WarehouseUnavailableError
from flux_site.api.outages import DATABASE_FAULTS, database_was_away, note_database_away
from flux_site.api.patience import answering_within
from flux_site.api.prepared import fetch
from grid.federation.breakers import postgis_breaker
from grid.federation.store import ask_warehouse
from grid.federation.trace import BackendUse, record
from grid.federation.warehouse_database.router import asking_warehouse
from grid.layers import LAYERS

logger = logging.getLogger(__name__)

T = TypeVar("T")

POSTGIS_FAILURES = (*DATABASE_FAULTS, InternalError, ProgrammingError)
"""After these the warehouse is asked; a value that cannot be compared (DataError) is the client's fault."""


_CONFIRMED = "SELECT key, confirmed_at FROM grid_synclayer WHERE key = ANY(%s) AND synced_at IS NOT NULL"


class NeverSynced(WarehouseUnavailableError):
    """The cache does not hold a layer yet, and the warehouse cannot answer in its place."""

    code = "NEVER_SYNCED"


@dataclass(frozen=True, kw_only=True)
class LayerAge:
    """How old the layers behind an answer are: the oldest one's age, and whether one is past its limit."""

    age_s: float | None
    is_stale: bool


def operational(
    *,
    field: str,
    layers: Sequence[str],
    from_cache: Callable[[], T],
    from_warehouse: Callable[[], T],
    vital_layers: Sequence[str] | None = None,
    is_check: bool = False,
) -> T:
    """Return the answer of PostGIS, or of the warehouse if PostGIS cannot give it.

    Args:
        field: name of the GraphQL field, for the trace.
        layers: sync layers the answer rests on; one never synced sends the question to the warehouse.
        from_cache: answers from PostGIS.
        from_warehouse: answers the same question from the warehouse.
        vital_layers: those without which there is no answer, all by default. If another was never synced and
            the warehouse cannot answer either, its part of PostGIS's answer is empty; the trace says so.
        is_check: a look-up that an analytical field does first; it is in the trace only if PostGIS failed it.

    Raises:
        NeverSynced: if a vital layer was never synced and the warehouse cannot answer.
        DatabaseUnavailable: if neither store can answer.
    """
    began = time.perf_counter()
    missing: list[str] = []

    def ask_cache(*, is_complete: bool = True) -> tuple[list[str], LayerAge, T | None]:
        unfilled, age = _state_of(layers)
        return unfilled, age, None if unfilled and is_complete else from_cache()

    def answered(age: LayerAge, answer: T | None, reason: str | None) -> T:
        if is_check and reason is None:
            return cast("T", answer)
        record(
            BackendUse(
                field=field,
                backend="postgis",
                ms=_ms_since(began),
                fallback_reason=reason,
                age_s=age.age_s,
                is_stale=age.is_stale,
            )
        )
        return cast("T", answer)

    reason = "PostGIS did not answer earlier in this request" if database_was_away() else None
    if reason is None:
        try:
            # One call for both: a success of the first would make the breaker forget failures of the second.
            with answering_within(settings.POSTGIS_ANSWER_TIMEOUT_S):
                missing, age, answer = postgis_breaker.call(ask_cache)
            if not missing:
                return answered(age, answer, None)
            reason = f"never synced: {', '.join(missing)}"
        except pybreaker.CircuitBreakerError:
            reason = "PostGIS failed repeatedly and is left alone for a while"
        except POSTGIS_FAILURES as error:
            reason = f"PostGIS failed: {type(error).__name__}"
            if isinstance(error, DATABASE_FAULTS):
                note_database_away()
            logger.warning("Unable to answer %s from PostGIS: %s", field, error)
    try:
        found = ask_warehouse(from_warehouse)
    except WarehouseUnavailableError as error:
        vital = [layer for layer in missing if vital_layers is None or layer in vital_layers]
        if vital:
            raise NeverSynced(
                f"The layer {vital[0]!r} has never been synced; run a sync first. {error.message}"
            ) from error
        if missing:
            _, age, answer = ask_cache(is_complete=False)
            return answered(age, answer, f"{reason}; empty here, since {error.message}")
        raise DatabaseUnavailable(
            f"Neither PostgreSQL nor the warehouse answers. {reason}. {error.message}"
        ) from error
    record(BackendUse(field=field, backend="warehouse", ms=_ms_since(began), fallback_reason=reason))
    return found


def from_either_store(
    *,
    field: str,
    layers: Sequence[str],
    ask: Callable[[], T],
    vital_layers: Sequence[str] | None = None,
    is_check: bool = False,
) -> T:
    """Return what ``ask`` finds by querysets over the layers, in PostGIS or else in the warehouse.

    Raises:
        NeverSynced, DatabaseUnavailable: if neither store can answer.
    """

    def ask_elsewhere() -> T:
        with asking_warehouse():
            return ask()

    return operational(
        field=field,
        layers=layers,
        vital_layers=vital_layers,
        is_check=is_check,
        from_cache=ask,
        from_warehouse=ask_elsewhere,
    )


def _state_of(layers: Sequence[str]) -> tuple[list[str], LayerAge]:
    """Return the layers never synced, and the age of the others."""
    confirmed = dict(fetch(_CONFIRMED, (list(layers),)))
    now = timezone.now()
    ages = {key: (now - moment).total_seconds() for key, moment in confirmed.items() if moment is not None}
    return [layer for layer in layers if layer not in confirmed], age_of(ages)


def age_of(ages: Mapping[str, float]) -> LayerAge:
    """Return the age of an answer by the seconds since each of its layers was last confirmed."""
    return LayerAge(
        age_s=max(ages.values(), default=None),
        is_stale=any(age > LAYERS[key].max_age.total_seconds() for key, age in ages.items()),
    )


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000.0
