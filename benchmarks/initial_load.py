"""The map's first question against the same parts asked one by one and against their rows in plain SQL.

Server time over Django's test client, p50 and p95 in milliseconds, the parts' own times and the size of the
answer. Needs a synced cache.
"""

import argparse
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

from grid.selectors.sync import list_layers  # noqa: E402

STATE = "status loadClass activeOutages customers customersOut loadHour loadMw loadingPct loadCoveragePct"
_OF_LAYERS = (
    "key title geometryKind url rowCount syncedAt isTooOld status dataVersion "
    "legend { label color minimum value }"
)
_OF_SUBSTATIONS = (
    f"assetId name lon lat {STATE} circuitCount circuitsOut warningCircuits criticalCircuits "
    "worstCircuitId worstLoadingPct"
)
_OF_OUTAGES = (
    "assetId circuitId substationId status causeCode isPlanned startedAt estimatedRestorationAt "
    "customersInterrupted customersOut crewId lon lat version"
)
PARTS = {
    "layers": _OF_LAYERS,
    "substations": _OF_SUBSTATIONS,
    "circuits": f"assetId name substationId {STATE} worstTransformerId worstLoadingPct",
    "serviceAreas": "circuitId substationId areaKm2 boundary",
    "activeOutages": _OF_OUTAGES,
    "kpis": "key label value unit definition dataAsOf reason coveragePct",
}
_SUBSTATION_ROWS = (
    "SELECT s.*, u.name, ST_X(u.location), ST_Y(u.location) FROM grid_substationstatus s"
    " JOIN grid_substation u ON u.id = s.id ORDER BY s.id"
)
_OUTAGE_ROWS = (
    "SELECT *, ST_X(location), ST_Y(location) FROM grid_outage"
    " WHERE status NOT IN ('RESTORED', 'CANCELLED') ORDER BY started_at DESC"
)
SQL = (
    _SUBSTATION_ROWS,
    "SELECT s.*, c.name FROM grid_circuitstatus s JOIN grid_circuit c ON c.id = s.id ORDER BY s.id",
    "SELECT id, substation_id, area_km2, ST_AsGeoJSON(boundary, 5) FROM grid_servicearea ORDER BY id",
    _OUTAGE_ROWS,
)


def question(*parts: str) -> str:
    """Return the query of some parts."""
    inside = " ".join(f"{part} {{ ms reason items {{ {PARTS[part]} }} }}" for part in parts)
    return f"{{ initialLoad {{ site {{ territoryName territoryBbox timeZone mapStyleUrl }} {inside} }} }}"


def ask(client: Client, query: str) -> dict[str, Any]:
    """Send a query and fail on any error."""
    answer = client.post("/graphql", {"query": query}, content_type="application/json")
    body = answer.json()
    if answer.status_code != 200 or body.get("errors"):
        sys.exit(f"The query failed: {body.get('errors') or answer.status_code}")
    return dict(body["data"]["initialLoad"]) | {"bytes": len(answer.content)}


def timed(call: Callable[[], Any], repeats: int) -> list[float]:
    """Return the milliseconds of each of ``repeats`` calls, after a warm-up."""
    for _ in range(3):
        call()
    samples = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        samples.append((time.perf_counter() - began) * 1000.0)
    return samples


def run_sql() -> None:
    """Fetch the rows of the parts that are rows."""
    with connection.cursor() as cursor:
        for statement in SQL:
            cursor.execute(statement)
            cursor.fetchall()


def line(name: str, samples: list[float]) -> None:
    """Print a row of the table."""
    print(f"{name:32} {statistics.median(samples):8.1f} {statistics.quantiles(samples, n=20)[-1]:8.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=40)
    options = parser.parse_args()
    user = get_user_model().objects.filter(is_superuser=True).first()
    if user is None:
        sys.exit("There is no superuser; run `make run` first.")
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    list_layers()  # opens the warehouse, once in a process
    whole = ask(client, question(*PARTS))
    print(f"{'':32} {'p50 ms':>8} {'p95 ms':>8}")
    one = timed(lambda: ask(client, question(*PARTS)), options.repeats)
    line(f"one question, {whole['bytes'] / 1024:.0f} KiB", one)
    several = timed(lambda: [ask(client, question(part)) for part in PARTS], options.repeats)
    line("six questions, one a part", several)
    raw = timed(run_sql, options.repeats)
    line("plain SQL of its rows", raw)
    print(f"one question over plain SQL: {statistics.median(one) / statistics.median(raw):.1f}")
    for part in PARTS:
        items = whole[part]["items"]
        print(f"  {part:16} {len(items):6} rows, read in {whole[part]['ms']:6.1f} ms")
    client.logout()


if __name__ == "__main__":
    main()
