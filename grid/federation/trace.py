"""The trace of a request: which backend answered which field, how fast, and why a fallback was taken."""

from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from strawberry.extensions import SchemaExtension


@dataclass(frozen=True, kw_only=True)
class BackendUse:
    """One answer: the field, its backend, the time taken and, if it was no first choice, why."""

    field: str
    backend: str
    ms: float
    fallback_reason: str | None = None
    age_s: float | None = None
    is_stale: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the entry as it stands in ``extensions.backends``."""
        return {
            "field": self.field,
            "backend": self.backend,
            "ms": round(self.ms, 2),
            "fallbackReason": self.fallback_reason,
            "ageS": None if self.age_s is None else round(self.age_s, 1),
            "isStale": self.is_stale,
        }


_uses: ContextVar[list[BackendUse] | None] = ContextVar("backend_uses", default=None)


def record(use: BackendUse) -> None:
    """Add an answer to the trace of the current request, if there is one."""
    uses = _uses.get()
    if uses is not None:
        uses.append(use)


class BackendsExtension(SchemaExtension):
    """Puts the trace of a request into ``extensions.backends``."""

    def on_operation(self) -> Iterator[None]:
        """Collect while the operation runs."""
        self._collected: list[BackendUse] = []
        token = _uses.set(self._collected)
        try:
            yield
        finally:
            try:
                _uses.reset(token)
            except ValueError:  # a subscription is closed in another context than it was opened in
                _uses.set(None)

    def get_results(self) -> dict[str, Any]:
        """Return the trace since the last result: a subscription has many."""
        collected = getattr(self, "_collected", [])
        uses = [use.as_json() for use in collected]
        collected.clear()
        return {"backends": uses}
