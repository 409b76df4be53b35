"""A client of server-sent events that knows nothing of ours."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ServerEvent:
    """An event as it came."""

    name: str
    data: Any
    id: str | None


class EventStream:
    """An open stream."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self._response = response

    def read(self) -> bytes:
        """Return all that is left, as it is."""
        return self._response.read()

    def __iter__(self) -> Iterator[ServerEvent]:
        """Yield events until the server ends the stream."""
        fields: dict[str, str] = {}
        while line := self._response.readline():
            text = line.decode().rstrip("\r\n")
            if not text:
                if "data" in fields:
                    yield ServerEvent(
                        name=fields.get("event", "message"),
                        data=json.loads(fields["data"]),
                        id=fields.get("id"),
                    )
                fields = {}
            elif not text.startswith(":"):
                name, _, value = text.partition(":")
                fields[name] = value.removeprefix(" ")


@contextmanager
def event_stream(
    port: int, path: str, *, token: str | None = None, body: Any = None, last_id: str | None = None
) -> Iterator[EventStream]:
    """Open a stream while the block runs, by GET, or by POST of a body."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Accept": "text/event-stream"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if last_id is not None:
        headers["Last-Event-ID"] = last_id
    payload = None if body is None else json.dumps(body)
    try:
        link.request("GET" if body is None else "POST", path, body=payload, headers=headers)
        yield EventStream(link.getresponse())
    finally:
        link.close()
