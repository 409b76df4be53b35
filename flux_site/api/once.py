"""What several fields of one request need, computed for the first of them."""

import math
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from strawberry.types import Info

T = TypeVar("T")

SOCKET_HOLDS_S = 1.0
"""A websocket's context outlives its messages; what was found for one is too old for the next."""

_ATTRIBUTE = "_found_once"
_lock = threading.Lock()


def once(info: Info, name: str, find: Callable[[], T]) -> T:
    """Return what ``find`` returns, asking once per request and ``name``; once a second on a socket."""
    found = _found(info)
    holds_s = SOCKET_HOLDS_S if isinstance(info.context, dict) else math.inf
    with _lock:
        entry = found.setdefault(name, _Entry())
    with entry.lock:  # fields of an asynchronous request resolve in threads
        if entry.at is None or time.monotonic() - entry.at > holds_s:
            entry.value, entry.at = find(), time.monotonic()
        return entry.value  # type: ignore[no-any-return]


class _Entry:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at: float | None = None
        self.value: Any = None


def _found(info: Info) -> dict[str, _Entry]:
    context: Any = info.context
    if isinstance(context, dict):
        return context.setdefault(_ATTRIBUTE, {})  # type: ignore[no-any-return]
    with _lock:
        if not hasattr(context, _ATTRIBUTE):
            setattr(context, _ATTRIBUTE, {})
    return getattr(context, _ATTRIBUTE)  # type: ignore[no-any-return]
