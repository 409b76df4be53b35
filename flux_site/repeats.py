"""Requests that come again: answered at the door, by what was kept when they were answered the ordinary way.

Most requests of a map or a program are the same operation as before with the same variables. The first one
goes through all of Django and the GraphQL library. Where it was answered by plans alone (see
``grid.schema.fast.repeated``), these plans are kept with the headers of the response, under everything in
the request that can change the answer. Whoever asks is told apart by that, and what they may do is compared
in the very statement that reads the rows; so nothing is given that the ordinary way would not give then.
"""

import io
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]

PATH = "/graphql"
MAX_BODY_BYTES = 8_192
KEPT_REQUESTS = 1_000
KEPT_FOR_S = 60.0
"""After that the ordinary way is gone once: it notes the use of a token and what is last known of a user."""

DECIDING = (
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_X_CSRFTOKEN",
    "HTTP_HOST",
    "HTTP_ORIGIN",
    "HTTP_REFERER",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_X_FORWARDED_PROTO",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
    "wsgi.url_scheme",
)
"""What of a request, besides its body, decides whether it is answered and how."""

OF_ONE_RESPONSE = frozenset({"content-length", "date"})


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """How a request is answered again, and until when."""

    repeatable: Any
    headers: tuple[tuple[str, str], ...]
    until: float


class Repeats:
    """A WSGI application around Django's."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._kept: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer again what is known; pass all else on."""
        key = _key(environ)
        if key is None:
            return self.application(environ, start_response)
        kept = self._kept.get(key)
        if kept is not None:
            answer = kept.repeatable.answer() if time.monotonic() < kept.until else None
            if answer is not None:
                start_response("200 OK", [*kept.headers, ("Content-Length", str(len(answer)))])
                return [answer]
        return self._passed_on(environ, start_response, key)

    def _passed_on(
        self, environ: dict[str, Any], start_response: Start, key: tuple[Any, ...]
    ) -> Iterable[bytes]:
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            started[:] = status, headers
            return start_response(status, headers, *more)

        response = self.application(environ, start)
        repeatable = getattr(response, "repeatable", None)
        with self._lock:
            self._kept.pop(key, None)
            if repeatable is not None and _is_plain(*started):
                self._kept[key] = _Kept(
                    repeatable=repeatable,
                    headers=tuple(each for each in started[1] if each[0].lower() not in OF_ONE_RESPONSE),
                    until=time.monotonic() + KEPT_FOR_S,
                )
                while len(self._kept) > KEPT_REQUESTS:
                    self._kept.popitem(last=False)
        return response


def _key(environ: dict[str, Any]) -> tuple[Any, ...] | None:
    """Return what decides the answer of a request; None for one that is not even looked at.

    The body of others is read, and put back to be read again.
    """
    if (
        environ["REQUEST_METHOD"] != "POST"
        or environ.get("PATH_INFO") != PATH
        or environ.get("QUERY_STRING")
        or environ.get("CONTENT_TYPE", "").partition(";")[0].strip() != "application/json"
        or not ("HTTP_AUTHORIZATION" in environ or "HTTP_COOKIE" in environ)
    ):
        return None
    length = environ.get("CONTENT_LENGTH", "")
    if not (length.isdecimal() and len(length) < 6 and int(length) <= MAX_BODY_BYTES):
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return (body, environ["CONTENT_TYPE"], *map(environ.get, DECIDING))


def _is_plain(status: str, headers: list[tuple[str, str]]) -> bool:
    """Return whether a response is nothing but its body: it sets no cookie."""
    return status.startswith("200 ") and not any(name.lower() == "set-cookie" for name, _ in headers)
