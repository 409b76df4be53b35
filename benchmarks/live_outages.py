"""From a last gasp in the stream to an outage in PostGIS and on a websocket, under a steady load of readings.

    python benchmarks/live_outages.py [--rate 2000] [--failures 60] [--every 1.0] [--received 0.7]

Needs a synced cache without a running consumer. It *reports outages* there and restores them at the end, so
give it a cache of its own: tools/flux.py starts one, flux_load and flux_sync fill it.

Three processes work as in production. This one sends readings at the given rate and lets one device fail
every so often: fuses, transformers, reclosers, breakers in turn, each on a circuit of its own and with five
meters or more (a single gasp waits a minute by intention). A consumer (flux_stream consume) lands both
streams and detects. daphne serves one GraphQL subscription of all outages. The gasps that arrive are sent
together, each with the given probability. Measured from before they are sent:

- PostGIS: until an outage of that circuit is committed, seen by a look every 20 ms;
- device: until the outage names the device that failed, or one with the very same transformers;
- websocket: until a message of the subscription holds an outage of that circuit.

Goal: 95 % of the failures on the websocket within 1 s.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

import numpy as np  # noqa: E402 - Django must be set up first
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402

from flux_site.api.tokens import issue  # noqa: E402
from grid import models  # noqa: E402
from grid.operations import ACTIVE_OUTAGE_STATUSES  # noqa: E402
from grid.selectors import topology  # noqa: E402
from grid.selectors.stream_transport import get_transport  # noqa: E402
from grid.services.outages.devices import device_of  # noqa: E402
from grid.streaming import DeviceEvent, DeviceKind, EventKind, Reading, encode_event, encode_reading  # noqa: E402
from grid.streaming.transport import StreamFull, StreamName  # noqa: E402
from grid.topology import DeviceKind as Kind  # noqa: E402
from grid.topology import DeviceRef, Network  # noqa: E402
from tests.servers.environment import free_port  # noqa: E402
from tests.servers.processes import Process  # noqa: E402
from tests.servers.subscriptions import subscriber  # noqa: E402
from tests.servers.web import WebServer  # noqa: E402

QUERY = "subscription { outageUpdates { outages { assetId circuitId: circuit { assetId } } } }"
KINDS = ("FUSE", "TRANSFORMER", "RECLOSER", "FUSE", "TRANSFORMER", "BREAKER")
GIVE_UP_S = 10.0
SEND_EVERY_S = 0.05


@dataclass
class Failure:
    """Hold one failure and when it was seen where, by the monotonic clock."""

    kind: str
    device: DeviceRef
    circuit_id: str
    transformer_ids: frozenset[str]
    meter_ids: list[str]
    sent_s: float = 0.0
    seen_s: dict[str, float] = field(default_factory=dict)

    def see(self, where: str) -> None:
        """Note that it is seen, the first time."""
        self.seen_s.setdefault(where, time.monotonic())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=int, default=2000, help="readings a second")
    parser.add_argument("--failures", type=int, default=60)
    parser.add_argument("--every", type=float, default=1.0, help="seconds from one failure to the next")
    parser.add_argument("--received", type=float, default=0.7, help="share of last gasps that arrive")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    network = topology.metered_network()
    rng = np.random.default_rng(options.seed)
    failures = draw_failures(network, options.failures + 1, rng)
    stop = threading.Event()
    port = free_port()
    user, _ = get_user_model().objects.get_or_create(
        username="live-outages-benchmark", defaults={"is_superuser": True}
    )
    token, raw = issue(user=user, name="live outages", expires_in_days=1)
    web = Process(
        ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "flux_site.asgi:application"], dict(os.environ)
    )
    consumer = Process(["manage.py", "flux_stream", "consume", "--no-warehouse"], dict(os.environ))
    sender = threading.Thread(target=send_readings, args=(network, options.rate, stop))
    try:
        server = WebServer(process=web, port=port)
        web.wait_until(lambda: _listens(server))
        consumer.wait_until(lambda: models.StreamConsumer.objects.count() >= 2)
        threads = [
            threading.Thread(
                target=watch_socket, args=(f"ws://127.0.0.1:{port}/graphql", raw, failures, stop)
            ),
            threading.Thread(target=watch_postgis, args=(failures, stop)),
            sender,
        ]
        for thread in threads:
            thread.start()
        inject(failures[:1], 0.0, 1.0, rng)  # the consumer reads the network with its first batch
        _wait_for(failures[:1], timeout_s=60.0)
        cpu_before = _cpu_s([web, consumer])
        began_s = time.monotonic()
        inject(failures[1:], options.every, options.received, rng)
        _wait_for(failures, timeout_s=GIVE_UP_S)
        lasted_s = time.monotonic() - began_s
        cpu_s = _cpu_s([web, consumer]) - cpu_before
    finally:
        stop.set()
        sender.join()
        restore_all(failures)
        for process in (consumer, web):
            process.stop()
        token.delete()
        user.delete()
    result = summary(failures[1:])
    result["CPU of consumer and web, cores"] = round(cpu_s / lasted_s, 3)
    result["load of the machine, processes"] = os.getloadavg()[0]
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for name, row in result.items():
        print(f"{name:44} {row}")


def _wait_for(failures: list[Failure], *, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and not all("websocket" in f.seen_s for f in failures):
        time.sleep(0.05)


def draw_failures(network: Network, count: int, rng: np.random.Generator) -> list[Failure]:
    """Return failures of devices of each kind in turn, each on a circuit without an active outage."""
    arrays = network.arrays
    kinds = dict(models.Switch.objects.values_list("pk", "kind"))
    busy = set(
        models.Outage.objects.filter(status__in=ACTIVE_OUTAGE_STATUSES).values_list("circuit_id", flat=True)
    )
    keys = np.array(arrays.switches.keys())
    kind_of = np.array([kinds[key] for key in keys])
    failures: list[Failure] = []
    while len(failures) < count:
        kind = KINDS[len(failures) % len(KINDS)]
        if kind == "TRANSFORMER":
            pool = np.flatnonzero(network.meter_counts >= 5)
        else:
            pool = np.flatnonzero(kind_of == kind)
        circuits = arrays.transformer_circuit if kind == "TRANSFORMER" else arrays.switch_circuit
        free = [p for p in pool.tolist() if arrays.circuits.key(int(circuits[p])) not in busy]
        if not free:
            raise SystemExit(f"only {len(failures)} failures fit on circuits of their own; ask for fewer")
        pick = int(rng.choice(free))
        units = np.array([pick]) if kind == "TRANSFORMER" else network.behind_switch(pick)
        meters = network.meters_of(units)
        if len(meters) < 5:
            continue
        circuit_id = arrays.circuits.key(int(circuits[pick]))
        busy.add(circuit_id)
        ref = (
            DeviceRef(Kind.TRANSFORMER, arrays.transformers.key(pick))
            if kind == "TRANSFORMER"
            else DeviceRef(Kind.SWITCH, str(keys[pick]))
        )
        names = frozenset(arrays.transformers.keys(units))
        failures.append(Failure(kind, ref, circuit_id, names, arrays.meters.keys(meters)))
    return failures


def send_readings(network: Network, rate: int, stop: threading.Event) -> None:
    """Send readings of all meters in turn at a steady rate; each meter's next one is of its next interval."""
    keys = network.arrays.meters.keys()
    transport = get_transport()
    interval = timedelta(minutes=15)
    now = datetime.now(UTC)
    at = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) - timedelta(hours=24)
    began_s, sent = time.monotonic(), 0
    while not stop.wait(SEND_EVERY_S):
        due = int((time.monotonic() - began_s) * rate)
        bodies = []
        for n in range(sent, due):
            moment = at + interval * (n // len(keys))
            bodies.append(encode_reading(Reading(keys[n % len(keys)], moment, 15, 0.25, 120.5)))
        sent = due
        for start in range(0, len(bodies), 500):
            _publish(StreamName.READINGS, bodies[start : start + 500], transport)
    connection.close()


def _publish(stream: StreamName, bodies: list[bytes], transport: Any) -> None:
    while True:
        try:
            transport.publish(stream, bodies)
        except StreamFull as error:
            time.sleep(error.retry_after_s)
        else:
            return


def inject(failures: list[Failure], every_s: float, received: float, rng: np.random.Generator) -> None:
    """Let the devices fail one after the other."""
    transport = get_transport()
    began_s = time.monotonic()
    for number, failure in enumerate(failures):
        time.sleep(max(0.0, began_s + number * every_s - time.monotonic()))
        moment = datetime.now(UTC)
        gasps = [
            encode_event(_event(meter, EventKind.LAST_GASP, moment))
            for meter in failure.meter_ids
            if rng.random() < received
        ]
        failure.sent_s = time.monotonic()
        for start in range(0, len(gasps), 500):
            _publish(StreamName.EVENTS, gasps[start : start + 500], transport)


def _event(meter: str, kind: EventKind, moment: datetime) -> DeviceEvent:
    return DeviceEvent(f"{os.urandom(12).hex()}", DeviceKind.METER, meter, kind, moment)


def watch_postgis(failures: list[Failure], stop: threading.Event) -> None:
    """Look for the outages every 20 ms."""
    by_circuit = {failure.circuit_id: failure for failure in failures}
    since = datetime.now(UTC)
    while not stop.wait(0.02):
        open_ = {key: f for key, f in by_circuit.items() if f.sent_s and "device" not in f.seen_s}
        if not open_:
            continue
        rows = models.Outage.objects.filter(
            circuit_id__in=list(open_), status__in=ACTIVE_OUTAGE_STATUSES, updated_at__gte=since
        )
        for row in rows:
            failure = by_circuit[row.circuit_id]
            failure.see("PostGIS")
            device = device_of(row)
            if device == failure.device or (
                device.kind is not Kind.METER
                and frozenset(topology.transformers_behind(device)) == failure.transformer_ids
            ):
                failure.see("device")
    connection.close()


def watch_socket(url: str, token: str, failures: list[Failure], stop: threading.Event) -> None:
    """Follow all outages on one socket."""
    by_circuit = {failure.circuit_id: failure for failure in failures}
    with subscriber(url, token=token) as client:
        client.subscribe(QUERY)
        while not stop.is_set():
            try:
                message = client.receive(timeout_s=0.5)
            except TimeoutError:
                continue
            if message["type"] != "next" or not message["payload"].get("data"):
                raise SystemExit(f"the subscription ended: {message}")
            for outage in message["payload"]["data"]["outageUpdates"]["outages"]:
                failure = by_circuit.get(outage["circuitId"]["assetId"])
                if failure is not None and failure.sent_s:
                    failure.see("websocket")


def restore_all(failures: list[Failure]) -> None:
    """Have all meters say that their supply is back, and wait until their outages have ended."""
    transport = get_transport()
    moment = datetime.now(UTC)
    for failure in failures:
        if failure.sent_s:
            back = [encode_event(_event(m, EventKind.POWER_RESTORED, moment)) for m in failure.meter_ids]
            for start in range(0, len(back), 500):
                _publish(StreamName.EVENTS, back[start : start + 500], transport)
    circuits = [failure.circuit_id for failure in failures if failure.sent_s]
    active = models.Outage.objects.filter(circuit_id__in=circuits, status__in=ACTIVE_OUTAGE_STATUSES)
    deadline = time.monotonic() + 60.0
    while active.filter(source="LAST_GASP").exists() and time.monotonic() < deadline:
        time.sleep(0.5)
    if left := active.filter(source="LAST_GASP").count():
        print(f"{left} outages are still active; restore them by hand", file=sys.stderr)


def summary(failures: list[Failure]) -> dict[str, Any]:
    """Return percentiles of the times, s, and how many failures were seen at all."""
    result: dict[str, Any] = {"failures": len(failures)}
    for where in ("PostGIS", "device", "websocket"):
        times = sorted(f.seen_s[where] - f.sent_s for f in failures if where in f.seen_s)
        result[f"{where}: seen"] = len(times)
        if times:
            for percent in (50, 95, 100):
                result[f"{where}: p{percent}, s"] = round(float(np.percentile(times, percent)), 3)
    return result


def _cpu_s(processes: list[Process]) -> float:
    """Return the CPU time of processes, s."""
    total = 0.0
    for process in processes:
        fields = Path(f"/proc/{process.process.pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _listens(server: WebServer) -> bool:
    try:
        return server.ask("/columns/none").status == 401
    except OSError:
        return False


if __name__ == "__main__":
    main()
