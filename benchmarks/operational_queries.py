"""Typical operational questions: at the database, over HTTP, against raw SQL, and through the warehouse.

For each question four things are measured in one run:

- ``database``: what PostgreSQL itself needs for the very statements that our path issues over the layers
  (planning and execution as EXPLAIN ANALYZE reports them, summed over the statements of one answer);
- ``raw SQL``: the same for one hand-written statement that answers the question;
- ``http``: the whole way through a running daphne, with a token, and the CPU time daphne spends on it, which
  other work on the machine does not lengthen;
- ``fallback``: the whole way in this process while PostGIS is left alone and the warehouse answers.

Goals: p95 below 20 ms at the database and 50 ms over HTTP; the fallback below 5 s. Needs a synced cache.
"""

import argparse
import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from flux_site.api.tokens import issue  # noqa: E402
from grid import models  # noqa: E402
from grid.federation.breakers import postgis_breaker  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 5
GOALS_MS = {"database": 20.0, "http": 50.0, "fallback": 5000.0}


SEARCHED = (
    "grid_substation",
    "grid_circuit",
    "grid_transformer",
    "grid_branch",
    "grid_meter",
    "grid_switch",
)


def _raw_search(condition: str, tables: tuple[str, ...]) -> str:
    """Return a search over some tables in one statement."""
    parts = (f"(SELECT id FROM {table} WHERE {condition} ORDER BY id LIMIT 10)" for table in tables)
    return " UNION ALL ".join(parts)


def questions() -> dict[str, tuple[str, str]]:
    """Return the questions about rows that are there: per name a query or an address, and the raw SQL."""
    meter = models.Meter.objects.order_by("pk").first()
    zone = models.Substation.objects.order_by("pk").exclude(circuits=None).first()
    if meter is None or zone is None:
        sys.exit("The cache is empty; load data and sync first.")
    at = meter.location
    box = f"{at.x - 0.02},{at.y - 0.02},{at.x + 0.02},{at.y + 0.02}"
    return {
        "20 transformers, filtered, ordered, circuit, total": (
            """{ transformers(first: 20, filters: {peakLoadingPct: {gt: 80}, customerCount: {gte: 2}},
                 ordering: [{peakLoadingPct: DESC}]) { totalCount edges { node { assetId name ratedKva
                 peakLoadingPct circuit { assetId name } } } } }""",
            """SELECT t.id, t.name, t.rated_kva, t.peak_loading_pct, c.id, c.name, (SELECT count(*)
               FROM grid_transformer WHERE peak_loading_pct > 80 AND customer_count >= 2)
               FROM grid_transformer t JOIN grid_circuit c ON c.id = t.circuit_id
               WHERE t.peak_loading_pct > 80 AND t.customer_count >= 2
               ORDER BY t.peak_loading_pct DESC, t.id LIMIT 21""",
        ),
        "one meter with its transformer": (
            f"""{{ meter(assetId: "{meter.pk}") {{ assetId status lon lat transformer {{ assetId name ratedKva
                 latestLoad {{ loadingPct }} }} }} }}""",
            f"""SELECT m.id, m.status, m.location, t.id, t.name, t.rated_kva, l.loading_pct FROM grid_meter m
                JOIN grid_transformer t ON t.id = m.transformer_id
                LEFT JOIN grid_transformerload l ON l.transformer_id = t.id WHERE m.id = '{meter.pk}'""",
        ),
        "substations in a zone, by load": (
            f"""{{ substations(first: 50, filters: {{zoneId: {{exact: "{zone.zone_id}"}}}},
                 ordering: [{{loadMw: DESC}}]) {{ totalCount
                 edges {{ node {{ assetId name loadMw maxKv }} }} }} }}""",
            f"""SELECT id, name, load_mw, max_kv, count(*) OVER () FROM grid_substation
                WHERE zone_id = '{zone.zone_id}' ORDER BY load_mw DESC, id LIMIT 51""",
        ),
        "active outages, newest first": (
            """{ outages(first: 50, ordering: [{startedAt: DESC}],
                 filters: {status: {inList: ["PREDICTED", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"]}}) {
                 totalCount edges { node { assetId startedAt customersOut circuit { name } } } } }""",
            """SELECT o.id, o.started_at, o.customers_out, c.name, count(*) OVER () FROM grid_outage o
               JOIN grid_circuit c ON c.id = o.circuit_id
               WHERE o.status IN ('PREDICTED', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS')
               ORDER BY o.started_at DESC, o.id LIMIT 51""",
        ),
        "customers of a transformer": (
            f"""{{ transformer(assetId: "{meter.transformer_id}") {{ meters(first: 50) {{ totalCount
                 edges {{ node {{ assetId customers(first: 5) {{
                 edges {{ node {{ assetId fullName customerClass }} }} }} }} }} }} }} }}""",
            f"""SELECT m.id, c.id, c.full_name, c.customer_class FROM grid_meter m
                LEFT JOIN grid_customer c ON c.meter_id = m.id
                WHERE m.transformer_id = '{meter.transformer_id}' ORDER BY m.id, c.id""",
        ),
        "search by the start of an id": (
            f"""{{ search(text: "{meter.pk[:-2]}", first: 10) {{ assetId kind title lon lat }} }}""",
            _raw_search(f"upper(id) LIKE upper('{meter.pk[:-2]}%')", SEARCHED),
        ),
        "search by part of a name": (
            """{ search(text: "north", first: 10) { assetId kind title lon lat } }""",
            _raw_search("upper(id) LIKE 'NORTH%' OR upper(name) LIKE '%NORTH%'", SEARCHED[:3])
            + " UNION ALL "
            + _raw_search("upper(id) LIKE 'NORTH%'", SEARCHED[3:]),
        ),
        "transformers of the map in a rectangle": (
            f"/columns/transformers?bbox={box}",
            f"""SELECT t.id, t.circuit_id, ST_X(t.location), ST_Y(t.location), t.rated_kva,
                t.peak_loading_pct, l.loading_pct, t.customer_count FROM grid_transformer t
                LEFT JOIN grid_transformerload l ON l.transformer_id = t.id
                WHERE t.location && ST_MakeEnvelope({box}, 4326) ORDER BY t.id""",
        ),
    }


class Asker:
    """Sends questions through this process's own application."""

    def __init__(self, token: str) -> None:
        self.client = Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {token}")

    def ask(self, question: str) -> None:
        """Ask, and fail on any error."""
        if question.startswith("/"):
            answer = self.client.get(question, HTTP_IF_NONE_MATCH="")
            failed = answer.status_code != 200
        else:
            answer = self.client.post("/graphql", {"query": question}, content_type="application/json")
            failed = answer.status_code != 200 or "errors" in answer.json()
        if failed:
            sys.exit(f"The question failed: {question}\n{answer.content.decode(errors='replace')[:500]}")

    def statements(self, question: str) -> list[tuple[str, Any]]:
        """Return the statements over the layers that an answer issues, with their parameters."""
        found: list[tuple[str, Any]] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if "grid_" in sql and "grid_zonegrant" not in sql:
                found.append((sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            self.ask(question)
        return found


def at_database(statements: list[tuple[str, Any]]) -> float:
    """Return the milliseconds PostgreSQL plans and executes the statements in."""
    total_ms = 0.0
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
            (plan,) = cursor.fetchone()[0]
            total_ms += plan["Planning Time"] + plan["Execution Time"]
    return total_ms


def repeated(measure: Callable[[], float], repeats: int) -> dict[str, float]:
    """Return p50 and p95 of ``repeats`` measurements in ms, after a warm-up."""
    for _ in range(min(WARM_UP, repeats)):
        measure()
    samples = [measure() for _ in range(repeats)]
    return {
        "p50": round(statistics.median(samples), 2),
        "p95": round(statistics.quantiles(samples, n=20)[-1] if repeats > 1 else samples[0], 2),
    }


def wall(call: Callable[[], None]) -> float:
    """Return the milliseconds a call takes."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000.0


def cpu_ms(pid: int) -> float:
    """Return the CPU time a process has used, ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000.0


@contextlib.contextmanager
def running_server(token: str) -> Iterator[tuple[Callable[[str], None], Callable[[], float]]]:
    """Run daphne; return a function that asks it over one connection, and one that reads its CPU time."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    arguments = [
        sys.executable,
        "-m",
        "daphne",
        "-b",
        "127.0.0.1",
        "-p",
        str(port),
        "flux_site.asgi:application",
    ]
    server = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(question: str) -> None:
        if question.startswith("/"):
            link.request("GET", question, headers=headers)
        else:
            link.request("POST", "/graphql", body=json.dumps({"query": question}), headers=headers)
        response = link.getresponse()
        content = response.read()
        if response.status != 200 or content.startswith(b'{"errors"'):
            sys.exit(f"The server failed: {response.status} {content[:300]!r}")

    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                ask("{ viewer { username } }")
                break
            except OSError:
                link.close()
                if time.monotonic() > deadline:
                    sys.exit("daphne did not start")
                time.sleep(0.2)
        yield ask, lambda: cpu_ms(server.pid)
    finally:
        link.close()
        server.terminate()
        server.wait()


def measured(
    asker: Asker, over_http: Callable[[str], None], server_cpu_ms: Callable[[], float], repeats: int
) -> list[dict[str, Any]]:
    """Return the measurements of every question."""
    results = []
    for name, (question, raw) in questions().items():
        statements = asker.statements(question)
        row: dict[str, Any] = {
            "case": name,
            "statements": len(statements),
            "database": repeated(lambda statements=statements: at_database(statements), repeats),
            "raw_sql": repeated(lambda raw=raw: at_database([(raw, None)]), repeats),
        }
        used_ms = server_cpu_ms()
        row["http"] = repeated(lambda question=question: wall(lambda: over_http(question)), repeats)
        row["http_cpu_ms"] = round((server_cpu_ms() - used_ms) / (repeats + min(WARM_UP, repeats)), 1)
        postgis_breaker.open()
        postgis_breaker.reset_timeout = 3600
        row["fallback"] = repeated(
            lambda question=question: wall(lambda: asker.ask(question)), max(5, repeats // 10)
        )
        postgis_breaker.close()
        row["ratio"] = round(row["database"]["p50"] / row["raw_sql"]["p50"], 2)
        row["misses"] = [key for key, goal in GOALS_MS.items() if row[key]["p95"] >= goal]
        results.append(row)
    return results


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    user = get_user_model().objects.filter(is_superuser=True).first()
    if user is None:
        sys.exit("There is no superuser; run `make run` first.")
    token, secret = issue(user=user, name="benchmark", expires_in_days=1)
    try:
        with running_server(secret) as (over_http, server_cpu_ms):
            results = measured(Asker(secret), over_http, server_cpu_ms, options.repeats)
    finally:
        token.delete()
    if options.json:
        print(json.dumps(results, indent=2))
        return
    print(
        f"{'p50 / p95, ms':52}{'database':>16}{'raw SQL':>16}{'ratio':>7}{'HTTP':>16}"
        f"{'CPU':>6}{'fallback':>18}  over its goal"
    )
    for row in results:
        cells = [
            f"{row[key]['p50']:.1f} / {row[key]['p95']:.1f}"
            for key in ("database", "raw_sql", "http", "fallback")
        ]
        print(
            f"{row['case']:52}{cells[0]:>16}{cells[1]:>16}{row['ratio']:>7.2f}{cells[2]:>16}{row['http_cpu_ms']:>6.1f}{cells[3]:>18}"
            f"  {', '.join(row['misses']) or '-'}"
        )


if __name__ == "__main__":
    main()
