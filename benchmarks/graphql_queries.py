"""Operational GraphQL queries against the same rows read with plain SQL, in one run.

Each query goes through the whole schema (parse, validate, permissions, optimizer, execution) with Django's
test client, then the same rows are fetched with one hand-written statement. Prints p50 and p95 in
milliseconds and the ratio of the medians. Needs a synced cache.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

WARM_UP = 10

CASES: dict[str, tuple[str, str]] = {
    "20 transformers, filtered, ordered, with circuit": (
        """{ transformers(first: 20, filters: {peakLoadingPct: {gt: 80}}, ordering: [{peakLoadingPct: DESC}])
             { totalCount edges { node { assetId name ratedKva peakLoadingPct
                                         circuit { assetId name } } } } }""",
        """SELECT t.id, t.name, t.rated_kva, t.peak_loading_pct, c.id, c.name,
             (SELECT count(*) FROM grid_transformer WHERE peak_loading_pct > 80)
           FROM grid_transformer t JOIN grid_circuit c ON c.id = t.circuit_id
           WHERE t.peak_loading_pct > 80 ORDER BY t.peak_loading_pct DESC, t.id LIMIT 21""",
    ),
    "list of 200 substations": (
        """{ substations(first: 200) { totalCount edges { node { assetId name lon lat maxKv loadMw } } } }""",
        """SELECT id, name, ST_X(location), ST_Y(location), max_kv, load_mw,
             (SELECT count(*) FROM grid_substation)
           FROM grid_substation ORDER BY id LIMIT 201""",
    ),
    "one substation with its circuits": (
        """{ substations(first: 1, filters: {loadMw: {gt: 0}}) { edges { node { assetId name
             circuits(first: 20) { edges { node { assetId name peakLoadMw } } } } } } }""",
        """SELECT s.id, s.name, c.id, c.name, c.peak_load_mw FROM grid_substation s LEFT JOIN grid_circuit c
           ON c.substation_id = s.id WHERE s.load_mw > 0 ORDER BY s.id LIMIT 20""",
    ),
}


def timed(call: Callable[[], Any], repeats: int) -> list[float]:
    """Return the milliseconds of each of ``repeats`` calls, after a warm-up."""
    for _ in range(WARM_UP):
        call()
    samples = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        samples.append((time.perf_counter() - began) * 1000.0)
    return samples


def ask(client: Client, query: str) -> None:
    """Send a query and fail on any error."""
    answer = client.post("/graphql", {"query": query}, content_type="application/json")
    body = answer.json()
    if answer.status_code != 200 or body.get("errors"):
        sys.exit(f"The query failed: {body.get('errors') or answer.status_code}")


def sql(statement: str) -> None:
    """Fetch all rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()


def columns(client: Client) -> None:
    """Fetch the column stream of all substations."""
    if client.get("/columns/substations").status_code != 200:
        sys.exit("The column stream failed")


def p95(samples: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(samples, n=20)[-1]


def main() -> None:
    """Run every case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    user = get_user_model().objects.filter(is_superuser=True).first()
    if user is None:
        sys.exit("There is no superuser; run `make run` first.")
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    results = []
    cases: dict[str, tuple[Callable[[], None], str]] = {
        name: (lambda query=query: ask(client, query), statement)
        for name, (query, statement) in CASES.items()
    }
    cases["all substations as columns"] = (
        lambda: columns(client),
        "SELECT id, name, ST_X(location), ST_Y(location), max_kv, load_mw FROM grid_substation ORDER BY id",
    )
    for name, (ours, statement) in cases.items():
        mine = timed(ours, options.repeats)
        raw = timed(lambda statement=statement: sql(statement), options.repeats)
        results.append(
            {
                "case": name,
                "p50_ms": round(statistics.median(mine), 2),
                "p95_ms": round(p95(mine), 2),
                "sql_p50_ms": round(statistics.median(raw), 2),
                "sql_p95_ms": round(p95(raw), 2),
                "ratio": round(statistics.median(mine) / statistics.median(raw), 1),
            }
        )
    client.logout()
    if options.json:
        print(json.dumps(results, indent=2))
        return
    print(f"{'case':52} {'p50 ms':>8} {'p95 ms':>8} {'SQL p50':>8} {'SQL p95':>8} {'ratio':>6}")
    for row in results:
        print(
            f"{row['case']:52} {row['p50_ms']:8.2f} {row['p95_ms']:8.2f} {row['sql_p50_ms']:8.2f} "
            f"{row['sql_p95_ms']:8.2f} {row['ratio']:6.1f}"
        )


if __name__ == "__main__":
    main()
