"""Measures the consumer of the streams against a plain COPY of the same rows into the same table, in one run.

    python benchmarks/stream_ingest.py [--readings 200000] [--meters 600000] [--rate 2000] [--seconds 30]

Works in a schema of its own, dropped at the end, and under names of its own in the Redis of the settings.

- copy: COPY of text that lies ready in memory into the empty partitioned table with its primary key, 5,000
  rows and a commit at a time: the limit of PostgreSQL.
- consume: everything sent before, a lane started: read, decode, check, land with what goes to the warehouse,
  acknowledge. CPU of the lane, of PostgreSQL and of Redis apart.
- latency: a sender at a steady rate and a consumer in a process of its own; from before the XADD to the call
  of a listener, which is behind the commit.

Ratios are wall time over that of COPY.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django
from django.conf import settings

SCHEMA = "flux_benchmark"
settings.DATABASES["default"]["OPTIONS"]["options"] += f" -c search_path={SCHEMA},public"
django.setup()

import redis  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402

from grid.services.streaming import listeners, partitions  # noqa: E402
from grid.services.streaming.consumer import Consumer, Lane  # noqa: E402
from grid.streaming import Reading, encode_reading  # noqa: E402
from grid.streaming.redis_transport import RedisTransport  # noqa: E402
from grid.streaming.transport import StreamFull, StreamName  # noqa: E402

TABLES = (
    "grid_transformer",
    "grid_switch",
    "grid_deviceevent",
    "grid_streampending",
    "grid_streamdeadletter",
    "grid_streamconsumer",
)
COPY_ROWS = 5_000
TICK_S = 0.01
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--readings", type=int, default=200_000)
    parser.add_argument("--meters", type=int, default=600_000)
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--consume", metavar="FILE", help=argparse.SUPPRESS)  # the child
    parser.add_argument("--prefix", default=f"bench-{uuid.uuid4().hex[:8]}.", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.consume:
        consume_and_note(options.prefix, Path(options.consume))
        return
    transport = RedisTransport(settings.REDIS_URL, prefix=options.prefix, backlog_limit=10**9)
    with own_tables(options.meters), own_streams(options.prefix):
        results = {
            "copy": measure_copy(options.readings, options.meters),
            "consume": measure_consume(transport, options.readings, options.meters),
            "latency": measure_latency(transport, options),
        }
    ratio = results["copy"]["readings_per_s"] / results["consume"]["readings_per_s"]
    results["consume"]["wall_ratio_to_copy"] = round(ratio, 2)
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for name, values in results.items():
        print(name)
        for key, value in values.items():
            print(f"  {key:34} {value:,}")


def make_readings(count: int, meters: int, *, shift: int = 0) -> list[Reading]:
    """Return readings of the newest intervals, every meter once before the next interval."""
    now = datetime.now(UTC)
    newest = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return [
        Reading(
            f"MTR-{(number * 7_919) % meters:06d}",
            newest - (number // meters + shift) * timedelta(minutes=15),
            15,
            round(0.1 + number % 1_000 / 1_000, 4),
            240.0 + number % 10 / 10,
        )
        for number in range(count)
    ]


def measure_copy(count: int, meters: int) -> dict[str, Any]:
    """Return what PostgreSQL alone takes."""
    readings = make_readings(count, meters)
    partitions.make_hours({partitions.hour_of(reading.reading_at) for reading in readings})
    now = datetime.now(UTC)
    texts = [
        "".join(
            f"{r.meter_id}\t{r.reading_at}\t{r.interval_minutes}\t{r.usage_kwh}\t{r.voltage_v}\t{r.quality}\t{now}\n"
            for r in readings[start : start + COPY_ROWS]
        )
        for start in range(0, count, COPY_ROWS)
    ]
    statement = (
        "COPY ami_realtime (meter_id, reading_at, interval_minutes, usage_kwh, voltage_v, quality,"
        " received_at) FROM STDIN"
    )
    before, started_s = postgres_cpu_s(), time.perf_counter()
    with connection.cursor() as cursor:
        for text in texts:
            with cursor.copy(statement) as copy:
                copy.write(text)
    wall_s, cpu_s = time.perf_counter() - started_s, postgres_cpu_s() - before
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ami_realtime")
    return {
        "readings_per_s": round(count / wall_s),
        "postgres_us_per_reading": round(cpu_s / count * 1e6, 1),
    }


def measure_consume(transport: RedisTransport, count: int, meters: int) -> dict[str, Any]:
    """Return what a lane does with all that was sent before."""
    readings = make_readings(count, meters)
    for start in range(0, count, 2_000):
        transport.publish(StreamName.READINGS, [encode_reading(r) for r in readings[start : start + 2_000]])
    stop = threading.Event()
    lane = Lane(transport, StreamName.READINGS, name="bench", stop=stop)
    thread = threading.Thread(target=lane.run)
    before = cpu_now()
    started_s = time.perf_counter()
    thread.start()
    wait_until(lambda: transport.backlog(StreamName.READINGS).message_count == 0)
    wall_s = time.perf_counter() - started_s
    used = [after - then for then, after in zip(before, cpu_now(), strict=True)]
    stop.set()
    thread.join()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ami_realtime")
        assert cursor.fetchone()[0] == count
        cursor.execute("TRUNCATE ami_realtime, grid_streampending")
    names = ("consumer", "postgres", "redis")
    return {
        "readings_per_s": round(count / wall_s),
        **{f"{name}_us_per_reading": round(s / count * 1e6, 1) for name, s in zip(names, used, strict=True)},
    }


def measure_latency(transport: RedisTransport, options: argparse.Namespace) -> dict[str, Any]:
    """Return how long readings take from the sender to behind the commit, at a steady rate."""
    count = int(options.rate * options.seconds)
    readings = make_readings(count, options.meters, shift=4)
    notes = Path(f"/tmp/{options.prefix}notes")
    child = subprocess.Popen(
        [sys.executable, __file__, "--consume", str(notes), "--prefix", options.prefix],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "ready"
    transport.publish(StreamName.READINGS, [encode_reading(make_readings(1, 1, shift=8)[0])])
    wait_until(lambda: transport.backlog(StreamName.READINGS).message_count == 0)  # it has begun
    sent: dict[tuple[str, str], float] = {}
    before, redis_before, child_before = postgres_cpu_s(), redis_cpu_s(), process_cpu_s(child.pid)
    waits = 0
    started_s = time.perf_counter()
    done = 0
    while done < count:
        due = min(count, int((time.perf_counter() - started_s) * options.rate))
        part = readings[done:due]
        if part:
            bodies = [encode_reading(reading) for reading in part]
            now_s = time.time()
            try:
                transport.publish(StreamName.READINGS, bodies[:2_000])
            except StreamFull:
                waits += 1
                continue
            part = part[:2_000]
            sent.update({(r.meter_id, r.reading_at.isoformat()): now_s for r in part})
            done += len(part)
        time.sleep(TICK_S)
    wall_s = time.perf_counter() - started_s
    wait_until(lambda: transport.backlog(StreamName.READINGS).message_count == 0)
    status = Path(f"/proc/{child.pid}/status").read_text()
    used_s = process_cpu_s(child.pid) - child_before
    child.terminate()
    child.wait(timeout=30)
    heard = [line.split() for line in notes.read_text().splitlines()]
    notes.unlink()
    delays = sorted(float(at) - sent[meter, moment] for meter, moment, at in heard if (meter, moment) in sent)
    assert len(delays) == count
    memory_kb = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    return {
        "sent_per_s": round(count / wall_s),
        "p50_ms": round(statistics.median(delays) * 1000),
        "p95_ms": round(delays[int(len(delays) * 0.95)] * 1000),
        "p99_ms": round(delays[int(len(delays) * 0.99)] * 1000),
        "max_ms": round(delays[-1] * 1000),
        "consumer_core_pct": round(used_s / wall_s * 100, 1),
        "postgres_core_pct": round((postgres_cpu_s() - before) / wall_s * 100, 1),
        "redis_core_pct": round((redis_cpu_s() - redis_before) / wall_s * 100, 1),
        "consumer_memory_mb": round(memory_kb / 1024),
        "told_to_wait": waits,
    }


def consume_and_note(prefix: str, notes: Path) -> None:
    """Be the consumer: note when each reading was behind its commit; SIGTERM ends it."""
    import signal

    transport = RedisTransport(settings.REDIS_URL, prefix=prefix)
    heard: list[tuple[Sequence[Reading], float]] = []
    listeners.on_readings(lambda readings, _now: heard.append((readings, time.time())))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print("ready", flush=True)
    Consumer(transport, stop=stop, has_warehouse_lane=False).run()
    with notes.open("w") as file:
        file.writelines(
            f"{reading.meter_id} {reading.reading_at.isoformat()} {at}\n"
            for readings, at in heard
            for reading in readings
        )


@contextmanager
def own_tables(meters: int) -> Iterator[None]:
    """Make empty copies of the tables, and meters, while the block runs."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        cursor.execute("SET statement_timeout = 0")
        for table in TABLES:
            cursor.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute(f"CREATE TABLE {SCHEMA}.grid_meter (LIKE public.grid_meter)")
        cursor.execute(
            f"CREATE TABLE {SCHEMA}.ami_realtime (LIKE public.ami_realtime INCLUDING ALL)"
            " PARTITION BY RANGE (reading_at)"
        )
        cursor.execute(
            f"INSERT INTO {SCHEMA}.grid_meter (id, meter_key, transformer_id, circuit_id, substation_id,"
            " location, customer_class, phases, status)"
            " SELECT 'MTR-' || lpad(n::text, 6, '0'), n, 'XFMR-1', 'CKT-1', 'SUB-1',"
            " ST_SetSRID(ST_MakePoint(-95, 29), 4326), 'RESIDENTIAL', 'A', 'ACTIVE'"
            f" FROM generate_series(0, {meters - 1}) n"
        )
        cursor.execute(f"ALTER TABLE {SCHEMA}.grid_meter ADD PRIMARY KEY (id)")
        cursor.execute(f"ANALYZE {SCHEMA}.grid_meter")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


@contextmanager
def own_streams(prefix: str) -> Iterator[None]:
    """Delete the streams at the end."""
    try:
        yield
    finally:
        client = redis.Redis.from_url(settings.REDIS_URL)
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not is_so():
        time.sleep(0.02)


def cpu_now() -> tuple[float, float, float]:
    """Return the CPU seconds used so far by this process, PostgreSQL and Redis."""
    return time.process_time(), postgres_cpu_s(), redis_cpu_s()


def process_cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def postgres_cpu_s() -> float:
    """Return the CPU seconds of the server and all it started, those that ended included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    server = int(Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()[1])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    ended = Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()
    total = process_cpu_s(server) + (int(ended[13]) + int(ended[14])) / TICKS_PER_S
    return total + sum(process_cpu_s(int(child)) for child in children)


def redis_cpu_s() -> float:
    """Return the CPU seconds of Redis."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    try:
        used: Any = client.info("cpu")
        return float(used["used_cpu_sys"] + used["used_cpu_user"])
    finally:
        client.close()


if __name__ == "__main__":
    main()
