"""How fast a change reaches many websockets, and what they cost: our server and bare ones, in one run.

Opens ``--clients`` sockets to one server process at a time, changes one row ``--changes`` times and measures
for each socket the time from the commit to the message, the memory of the server process per socket, and its
CPU time per message. The servers: daphne with our schema, every socket subscribed to ``outageUpdates``;
daphne with a bare channels consumer that sends the same bytes when Redis says so; and the ``websockets``
library's server doing the same. The bare ones know no user, no schema and no database: they are the limit.

Needs a database with migrations and Redis; it makes rows of its own and deletes them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django  # noqa: E402 - the path must be set first

django.setup()

import redis  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.gis.geos import Point  # noqa: E402
from django.utils import timezone  # noqa: E402
from websockets.asyncio.client import ClientConnection, connect  # noqa: E402

from flux_site.api.live import announce  # noqa: E402
from flux_site.api.tokens import issue  # noqa: E402
from grid import models  # noqa: E402

QUERY = """subscription ($circuit: String) { outageUpdates(circuitId: $circuit) { isCurrentState isLive
    goneIds outages { assetId status causeCode startedAt estimatedRestorationAt customersInterrupted
              customersOut lon lat version circuit { assetId name substation { assetId name } } } } }"""
BARE_TOPIC = "benchmark:fanout"
CIRCUIT = "CKT-BENCHMARK"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
CONNECTING_AT_ONCE = 25


@dataclass(kw_only=True)
class Result:
    """What was measured of one server."""

    server: str
    latencies_ms: list[float] = field(default_factory=list)
    kib_per_client: float = 0.0
    cpu_us_per_message: float = 0.0
    connect_s: float = 0.0
    message_bytes: int = 0

    def line(self) -> str:
        """Return a row of the table."""
        p50, p95 = statistics.median(self.latencies_ms), statistics.quantiles(self.latencies_ms, n=20)[-1]
        return (
            f"{self.server:34} {p50:8.1f} {p95:8.1f} {max(self.latencies_ms):8.1f} "
            f"{self.kib_per_client:9.1f} {self.cpu_us_per_message:9.0f} "
            f"{self.connect_s:8.1f} {self.message_bytes:7}"
        )


class Server:
    """A server process under measurement."""

    def __init__(self, arguments: list[str], port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "FLUX_FANOUT_PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    @property
    def resident_kib(self) -> int:
        """The memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    @property
    def cpu_s(self) -> float:
        """The CPU time of the process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


@contextmanager
def running(arguments: list[str], port: int) -> Iterator[Server]:
    """Run a server while the block runs."""
    server = Server(arguments, port)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Client:
    """One websocket that notes when the state of each change arrived."""

    def __init__(self, link: ClientConnection) -> None:
        self.link = link
        self.arrived_at: dict[int, float] = {}
        self.last_bytes = 0

    async def read(self) -> None:
        """Read until cancelled."""
        async for text in self.link:
            now = time.perf_counter()
            if '"ping"' in str(text)[:20]:
                await self.link.send('{"type":"pong"}')
                continue
            found = str(text).rpartition('"version":')[2] or str(text).rpartition('"version": ')[2]
            digits = "".join(
                part for part in found.strip()[:12].split(",")[0].split("}")[0] if part.isdigit()
            )
            if digits:
                self.arrived_at[int(digits)] = now
                self.last_bytes = len(text)


async def open_ours(url: str, token: str) -> Client:
    """Subscribe and wait for the current state."""
    headers = {"Authorization": f"Bearer {token}"}
    link = await connect(
        url,
        subprotocols=["graphql-transport-ws"],
        additional_headers=headers,
        open_timeout=60,
        compression=None,
    )
    await link.send('{"type":"connection_init"}')
    assert json.loads(await link.recv())["type"] == "connection_ack"
    payload = {"query": QUERY, "variables": {"circuit": CIRCUIT}}
    await link.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    first = json.loads(await link.recv())
    assert first["type"] == "next", first
    assert "errors" not in first["payload"], first
    return Client(link)


async def open_bare(url: str) -> Client:
    """Connect and wait for the greeting."""
    link = await connect(url, open_timeout=60, compression=None)
    await link.recv()
    return Client(link)


async def measure(name: str, server: Server, opening: Any, change: Any, options: Any) -> Result:
    """Open the sockets, make the changes, and return what was seen."""
    result = Result(server=name)
    warm = await opening()
    before_kib = server.resident_kib
    began = time.perf_counter()
    clients: list[Client] = []
    while len(clients) < options.clients:
        count = min(CONNECTING_AT_ONCE, options.clients - len(clients))
        clients += await asyncio.gather(*(opening() for _ in range(count)))
    result.connect_s = time.perf_counter() - began
    result.kib_per_client = (server.resident_kib - before_kib) / options.clients
    readers = [asyncio.create_task(client.read()) for client in [*clients, warm]]
    await asyncio.sleep(0.5)
    cpu_before_s = server.cpu_s
    for number in range(2, options.changes + 2):
        committed_at = await asyncio.to_thread(change, number)
        deadline = time.monotonic() + 30
        while not all(number in client.arrived_at for client in clients):
            if time.monotonic() > deadline:
                missing = sum(number not in client.arrived_at for client in clients)
                sys.exit(f"{name}: {missing} clients did not hear of change {number}")
            await asyncio.sleep(0.005)
        result.latencies_ms += [(client.arrived_at[number] - committed_at) * 1000 for client in clients]
        await asyncio.sleep(options.pause_s)
    messages = options.changes * (options.clients + 1)
    result.cpu_us_per_message = (server.cpu_s - cpu_before_s) / messages * 1e6
    result.message_bytes = clients[0].last_bytes
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*(client.link.close() for client in [*clients, warm]), return_exceptions=True)
    return result


def change_outage(version: int) -> float:
    """Change the outage, commit, announce it, and return when it was committed."""
    models.Outage.objects.filter(pk="OUT-BENCHMARK").update(version=version, updated_at=timezone.now())
    committed_at = time.perf_counter()
    announce("outages", ["OUT-BENCHMARK"])
    return committed_at


def make_rows() -> Any:
    """Create a circuit with an outage and a user who may see it; return the user's token."""
    place = Point(-95.4, 29.8, srid=4326)
    common: dict[str, Any] = {"zone": None}
    station = models.Substation.objects.create(
        id="SUB-BENCHMARK", name="Benchmark", location=place, interconnect="Texas", load_mw=0.0,
        generation_capacity_mw=0.0, status="OPERATIONAL", **common,
    )  # fmt: skip
    circuit = models.Circuit.objects.create(
        id=CIRCUIT, name="Benchmark", substation=station, voltage_kv=12.47, conductor_type="477 ACSR",
        rated_a=600.0, rated_mva=12.96, length_km=1.0, peak_load_mw=1.0, transformer_count=0,
        customer_count=0, status="ENERGIZED", **common,
    )  # fmt: skip
    models.Outage.objects.create(
        id="OUT-BENCHMARK", substation=station, circuit=circuit, status="CONFIRMED", cause_code="WIND",
        started_at=timezone.now(), customers_interrupted=12, customers_out=12, location=place, **common,
    )  # fmt: skip
    for key in ("outages", "circuits", "substations"):
        models.SyncLayer.objects.get_or_create(
            pk=key, defaults={"synced_at": timezone.now(), "confirmed_at": timezone.now()}
        )
    user = get_user_model().objects.create_superuser("benchmark-fanout")
    return issue(user=user, name="benchmark", expires_in_days=1)[1]


def delete_rows() -> None:
    """Delete what was created."""
    models.Outage.objects.filter(pk="OUT-BENCHMARK").delete()
    models.Circuit.objects.filter(pk=CIRCUIT).delete()
    models.Substation.objects.filter(pk="SUB-BENCHMARK").delete()
    get_user_model().objects.filter(username="benchmark-fanout").delete()


async def run_all(options: Any, token: str) -> list[Result]:
    """Measure every server."""
    results = []
    port = free_port()
    ours = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "flux_site.asgi:application"]
    with running(ours, port) as server:
        url = f"ws://127.0.0.1:{port}/graphql"
        results.append(
            await measure("flux on daphne", server, lambda: open_ours(url, token), change_outage, options)
        )
    link = redis.Redis.from_url(settings.REDIS_URL)
    filler = "x" * max(0, results[0].message_bytes - 30)

    def say(version: int) -> float:
        said_at = time.perf_counter()
        link.publish(BARE_TOPIC, json.dumps({"filler": filler, "version": version}))
        return said_at

    for name, module in (
        ("channels consumer on daphne", ["-m", "daphne", "-b", "127.0.0.1", "-p", "{port}"]),
        ("websockets server", ["benchmarks/_bare_websockets.py"]),
    ):
        port = free_port()
        arguments = [part.replace("{port}", str(port)) for part in module]
        if "daphne" in arguments:
            arguments.append("benchmarks._bare_channels:application")
        with running(arguments, port) as server:
            url = f"ws://127.0.0.1:{port}/"
            results.append(await measure(name, server, lambda url=url: open_bare(url), say, options))
    return results


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--pause-s", type=float, default=0.4)
    options = parser.parse_args()
    delete_rows()
    token = make_rows()
    try:
        results = asyncio.run(run_all(options, token))
    finally:
        delete_rows()
    print(f"{options.clients} clients, {options.changes} changes, one server process")
    names = ("p50 ms", "p95 ms", "max ms")
    print(f"{'server':34} {names[0]:>8} {names[1]:>8} {names[2]:>8}", end=" ")
    print(f"{'KiB/cl.':>9} {'CPU us/m':>9} {'connect s':>8} {'bytes':>7}")
    for result in results:
        print(result.line())
    ours = statistics.median(results[0].latencies_ms)
    for bare in results[1:]:
        print(f"p50 over that of {bare.server}: {ours / statistics.median(bare.latencies_ms):.1f}")


if __name__ == "__main__":
    main()
