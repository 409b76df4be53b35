"""Whether the services the product stands on are up."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import connection

from flux_site.api.patience import answering_within

TIMEOUT_S = 1.5


@dataclass(frozen=True, kw_only=True)
class ServiceState:
    """One service: up or not, how fast it answered, and what is wrong."""

    name: str
    is_up: bool
    latency_ms: float | None
    detail: str


def _probe(name: str, check: Callable[[], str]) -> ServiceState:
    began = time.perf_counter()
    try:
        detail = check()
    except Exception as error:  # noqa: BLE001 - a probe reports whatever is wrong instead of failing
        lines = str(error).strip().splitlines()
        return ServiceState(
            name=name, is_up=False, latency_ms=None, detail=lines[0][:200] if lines else type(error).__name__
        )
    return ServiceState(
        name=name, is_up=True, latency_ms=(time.perf_counter() - began) * 1000.0, detail=detail
    )


def _postgis() -> str:
    with answering_within(TIMEOUT_S), connection.cursor() as cursor:
        cursor.execute("SELECT postgis_lib_version()")
        return f"PostGIS {cursor.fetchone()[0]}"


def _redis() -> str:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    ) as client:
        client.ping()
    return "answers"


def _workers() -> str:
    from flux_site.celery import app

    answers = app.control.ping(timeout=0.7)
    if not answers:
        raise RuntimeError("no worker answers; jobs wait in the queue")
    return f"{len(answers)} answering"


def service_states(
    extra: Mapping[str, Callable[[], str]] | None = None, *, with_workers: bool = True
) -> list[ServiceState]:
    """Return the state of every service; ``extra`` adds probes, each returning its detail or raising."""
    probes: dict[str, Callable[[], str]] = {"postgis": _postgis, "redis": _redis}
    if with_workers:
        probes["workers"] = _workers
    return [_probe(name, check) for name, check in (probes | dict(extra or {})).items()]
