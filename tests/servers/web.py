"""The real web server as a child process, and a client of it that needs no library of ours."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.servers.environment import environment, free_port
from tests.servers.processes import Process, running


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, kw_only=True)
class WebServer:
    """A running web server."""

    process: Process
    port: int

    def ask(self, path: str, *, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send one request and return the answer, its body decoded if it is JSON."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            payload = None if body is None else json.dumps(body)
            sent = {"Content-Type": "application/json"} if payload else {}
            link.request(
                "POST" if payload else "GET", path, body=payload, headers={**sent, **(headers or {})}
            )
            response = link.getresponse()
            content = response.read()
        finally:
            link.close()
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return Answer(
            status=response.status,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=json.loads(content) if is_json else content,
        )

    def graphql(self, query: str, *, token: str, **variables: Any) -> Answer:
        """Post an operation with a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.ask("/graphql", body={"query": query, "variables": variables}, headers=headers)

    @property
    def socket_url(self) -> str:
        """The address of the GraphQL websocket."""
        return f"ws://127.0.0.1:{self.port}/graphql"


@contextmanager
def web_server(
    application: str = "flux_site.asgi:application", *, port: int | None = None, **changes: str
) -> Iterator[WebServer]:
    """Run daphne on the test database while the block runs; ``changes`` go into its environment.

    With a ``port`` it comes back where a server was before. It waits long for a connection to PostgreSQL,
    since tests beside it keep the machine busy; tests of a lost database say that it shall not.
    """
    port = port or free_port()
    changes = {"FLUX_TEST_DATABASE_PATIENCE_S": "15", **changes}
    arguments = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), application]
    with running(arguments, environment(**changes)) as process:
        server = WebServer(process=process, port=port)
        process.wait_until(lambda: _answers(server))
        yield server


def _answers(server: WebServer) -> bool:
    try:
        return server.ask("/columns/none").status == 401
    except OSError:
        return False
