"""Which function carries out which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flux_site.jobs.context import JobContext

Handler = Callable[["JobContext"], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """A kind of job: its name, its handler and how often a lost one is begun anew."""

    name: str
    handler: Handler
    max_attempts: int


_KINDS: dict[str, JobKind] = {}


def job_kind(name: str, *, max_attempts: int = 3) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of jobs of kind ``name``.

    The handler takes a JobContext, returns the outcome's counts and must be safe to run twice.
    """

    def register(handler: Handler) -> Handler:
        _KINDS[name] = JobKind(name=name, handler=handler, max_attempts=max_attempts)
        return handler

    return register


def find_kind(name: str) -> JobKind | None:
    """Return the kind called ``name``, or None."""
    return _KINDS.get(name)
