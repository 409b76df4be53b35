"""A client of GraphQL over websockets that speaks graphql-transport-ws and nothing of ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")


class Subscriber:
    """An open socket."""

    def __init__(self, link: ClientConnection) -> None:
        self.link = link

    def send(self, kind: str, **more: Any) -> None:
        """Send a message."""
        self.link.send(json.dumps({"type": kind, **more}))

    def receive(self, timeout_s: float = 10.0) -> dict[str, Any]:
        """Return the next message, answering the server's pings."""
        while True:
            message: dict[str, Any] = json.loads(self.link.recv(timeout=timeout_s))
            if message["type"] != "ping":
                return message
            self.send("pong")

    def subscribe(self, query: str, key: str = "1", **variables: Any) -> None:
        """Start an operation."""
        self.send("subscribe", id=key, payload={"query": query, "variables": variables})


@contextmanager
def subscriber(
    url: str, *, token: str | None = None, cookie: str | None = None, origin: str | None = None
) -> Iterator[Subscriber]:
    """Open a socket and greet the server while the block runs."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if cookie:
        headers["Cookie"] = cookie
    with connect(
        url,
        subprotocols=[PROTOCOL],
        additional_headers=headers,
        origin=Origin(origin) if origin else None,
        open_timeout=15,
        close_timeout=2,
    ) as link:
        client = Subscriber(link)
        client.send("connection_init")
        assert client.receive() == {"type": "connection_ack"}
        yield client
