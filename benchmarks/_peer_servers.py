"""The servers that graphql_peers.py compares: how they are started, asked and measured."""

import contextlib
import http.client
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

POSTGRAPHILE = "5.1.5"
NODE_FOLDER = Path(tempfile.gettempdir()) / f"flux-postgraphile-{POSTGRAPHILE}"


class Peer:
    """A running server: how to ask it, and the CPU time it and its PostgreSQL processes have used."""

    def __init__(
        self, name: str, process: "subprocess.Popen[bytes]", port: int, path: str, token: str
    ) -> None:
        self.name, self.process, self.path = name, process, path
        self.numbers = itertools.count()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        if not token:
            del self.headers["Authorization"]

    def ask(self, query: str, *, is_new: bool = False) -> bytes:
        """Send a query and return the answer; fail on any error. ``is_new``: none before was like it."""
        request: dict[str, Any] = {"query": query}
        if is_new:
            request["extensions"] = {"asked": next(self.numbers)}
        try:
            answer, body = self._sent(request)
        except (OSError, http.client.HTTPException):  # the server closed a connection that stood idle
            self.connection.close()
            answer, body = self._sent(request)
        if answer.status != 200 or b'"errors"' in body[:200]:
            sys.exit(f"{self.name} failed: {answer.status} {body[:500]!r}")
        return body

    def _sent(self, request: dict[str, Any]) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request("POST", self.path, json.dumps(request), self.headers)
        answer = self.connection.getresponse()
        return answer, answer.read()

    def server_ms(self) -> float:
        """Return the CPU time of the server's processes so far."""
        return sum(map(cpu_ms, family(self.process.pid)))


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in task.read_text().split() if int(child) not in found]
    return found


def cpu_ms(pid: int) -> float:
    """Return the CPU time of a process in ms, with that of threads that have ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000.0
    return 0.0


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int, **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until the block ends; wait until it listens."""
    log = Path(tempfile.gettempdir()) / f"flux-peer-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
        try:
            deadline = time.monotonic() + 180
            while process.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.2)
            else:
                sys.exit(f"{command[:3]} did not start:\n{log.read_text()[-2000:]}")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def our_servers(token: str) -> list[tuple[str, list[str], int]]:
    """Return the commands that serve this product."""
    granian = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "1",
        "--blocking-threads",
        "2",
    ]
    ports = [free_port() for _ in range(3)]
    return [
        ("ours", [*granian, "--port", str(ports[0]), "flux_site.wsgi:application"], ports[0]),
        ("stock", [*granian, "--port", str(ports[1]), "benchmarks._stock_wsgi:application"], ports[1]),
        (
            "daphne",
            [sys.executable, "-m", "daphne", "-p", str(ports[2]), "flux_site.asgi:application"],
            ports[2],
        ),
    ]


def install_postgraphile() -> Path | None:
    """Return the folder with PostGraphile and Node 22, installed there if need be; None if npm cannot."""
    server = NODE_FOLDER / "node_modules" / "postgraphile"
    if server.is_dir():
        return NODE_FOLDER
    npm = shutil.which("npm")
    if npm is None:
        return None
    NODE_FOLDER.mkdir(parents=True, exist_ok=True)
    (NODE_FOLDER / "package.json").write_text('{"private": true, "type": "module"}')
    install = [npm, "install", "--no-audit", "--no-fund", "node@22", f"postgraphile@{POSTGRAPHILE}"]
    if subprocess.run(install, cwd=NODE_FOLDER, check=False, capture_output=True).returncode != 0:
        return None
    return NODE_FOLDER


def postgraphile_command(folder: Path, port: int) -> list[str]:
    """Write the server's configuration and return its command."""
    (folder / "server.mjs").write_text(
        f"""
        import {{ createServer }} from "node:http";
        import {{ postgraphile }} from "postgraphile";
        import {{ PostGraphileAmberPreset }} from "postgraphile/presets/amber";
        import {{ makePgService }} from "postgraphile/adaptors/pg";
        import {{ grafserv }} from "postgraphile/grafserv/node";
        const preset = {{
          extends: [PostGraphileAmberPreset],
          pgServices: [makePgService({{
            connectionString: process.env.FLUX_DATABASE_URL, schemas: ["public", "peers"] }})],
          grafserv: {{ port: {port}, graphqlPath: "/graphql", graphiql: false, watch: false }},
        }};
        const serv = postgraphile(preset).createServ(grafserv);
        const server = createServer();
        server.on("error", (error) => {{ console.error(error); process.exit(1); }});
        await serv.addTo(server);
        server.listen({port}, "127.0.0.1");
        """
    )
    return [str(folder / "node_modules" / ".bin" / "node"), "server.mjs"]


def thread_ms(pid: int) -> float:
    """Return the CPU time of a process with a single thread in ms, to the nanosecond."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    return 0.0
