"""GraphQL lists against PostGraphile and stock strawberry-django, on the same database in one interleaved
run.

Makes a database of its own with synthetic rows (66,000 transformers, see ``_peer_rows.sql``) beside the
configured one, starts every server itself, and sends the same questions to each in turn:

- ``ours``: this product by granian over WSGI, as deployed, with a token, permissions, row filters and limits;
- ``daphne``: the same by daphne, the simple default;
- ``stock``: the same without the fast path, so every row is a model object and every value a resolver's;
- ``PostGraphile``: 5.1.5 by its own Node server, without login or row filters. Needs npm; is left out
without.

What is measured is CPU time of the server and of PostgreSQL's processes together, read from /proc, per
request; medians of the rounds. Goals: 20 nested rows at most 0.9 of PostGraphile and 0.2 of stock; 250
rows 0.8 and 0.12; 66,000 feeders 0.15 of PostGraphile and under 100 ms.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._peer_servers import (
    Peer,
    free_port,
    install_postgraphile,
    our_servers,
    postgraphile_command,
    running,
    thread_ms,
)

ROOT = Path(__file__).resolve().parents[1]
DATABASE = "flux_peers"
GOALS = {
    "20 nested rows": {"PostGraphile": 0.9, "stock": 0.2},
    "250 rows of 10": {"PostGraphile": 0.8, "stock": 0.12},
    "66,000 feeders of 8": {"PostGraphile": 0.15},
}
GOAL_WALL_MS = {"66,000 feeders of 8": 100.0}

FEEDER_VIEW = """
    CREATE SCHEMA IF NOT EXISTS peers;
    CREATE OR REPLACE VIEW peers.feeder AS
      SELECT t.id, t.circuit_id, ST_Y(s.location) AS from_lat, ST_X(s.location) AS from_lon,
        ST_Y(t.location) AS to_lat, ST_X(t.location) AS to_lon, t.rated_kva, l.loading_pct
      FROM grid_transformer t JOIN grid_substation s ON s.id = t.substation_id
        LEFT JOIN grid_transformerload l ON l.transformer_id = t.id;
    COMMENT ON VIEW peers.feeder IS '@primaryKey id';
    COMMENT ON TABLE django_celery_beat_periodictasks IS '@name beat_changes'
"""
OF_TRANSFORMER = "id name node phases ratedKva primaryKv installYear customerCount peakLoadKva peakLoadingPct"
FEEDER = "id circuitId fromLat fromLon toLat toLon ratedKva loadingPct"


def ours(selection: str) -> str:
    """Return our names for the columns of a transformer."""
    return selection.replace("id ", "assetId ", 1)


def theirs(selection: str) -> str:
    """Return PostGraphile's names for the same columns; its ``id`` is an opaque one."""
    return selection.replace("id ", "rowId ", 1)


CASES: dict[str, dict[str, str]] = {
    "20 nested rows": {
        "ours": """{ transformers(first: 20, ordering: [{peakLoadingPct: DESC}]) {
            edges { node { assetId name ratedKva peakLoadingPct circuit { assetId name
              substation { assetId name } } } } } }""",
        "PostGraphile": """{ allGridTransformers(first: 20,
            orderBy: [PEAK_LOADING_PCT_DESC, PRIMARY_KEY_ASC]) {
            edges { node { rowId name ratedKva peakLoadingPct gridCircuitByCircuitId { rowId name
              gridSubstationBySubstationId { rowId name } } } } } }""",
    },
    "20 rows with lists of 10": {
        "ours": """{ circuits(first: 20) { edges { node { assetId name
            transformers(first: 10) { edges { node { assetId name ratedKva } } } } } } }""",
        "PostGraphile": """{ allGridCircuits(first: 20) { edges { node { rowId name
            gridTransformersByCircuitId(first: 10) { edges { node { rowId name ratedKva } } } } } } }""",
    },
    "250 rows of 10": {
        "ours": f"{{ transformers(first: 250) {{ edges {{ node {{ {ours(OF_TRANSFORMER)} }} }} }} }}",
        "PostGraphile": f"""{{ allGridTransformers(first: 250) {{
            edges {{ node {{ {theirs(OF_TRANSFORMER)} }} }} }} }}""",
    },
    "66,000 feeders of 8": {
        "ours": f"{{ feederColumns {{ {FEEDER} }} }}",
        "PostGraphile": f"{{ allPeersFeeders(first: 66000) {{ nodes {{ {theirs(FEEDER)} }} }} }}",
    },
}
NEW_REQUEST = "20 nested rows, a new request"
AFTER_A_CHANGE = "66,000 feeders, one changed"
CASES[NEW_REQUEST] = CASES["20 nested rows"]
CASES[AFTER_A_CHANGE] = CASES["66,000 feeders of 8"]
"""The same where what is kept of a question does not help: no request is like one before, or the data has
changed since."""
REQUESTS = {"66,000 feeders of 8": 4, AFTER_A_CHANGE: 4}
"""Requests in one measurement of the cases where it is not what the command line says."""


def database_url() -> str:
    """Return the URL of the benchmark's own database."""
    parts = urlsplit(os.environ["FLUX_DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{DATABASE}"))


def make_database(*, is_kept: bool) -> str:
    """Make the database and its rows, unless those of the last time are kept; return a token for it."""
    with psycopg.connect(os.environ["FLUX_DATABASE_URL"], autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            admin.execute(f"CREATE DATABASE {DATABASE}")
    environment = os.environ | {"FLUX_DATABASE_URL": database_url()}
    manage = [sys.executable, "manage.py"]
    if not is_kept:
        subprocess.run([*manage, "migrate", "--verbosity=0"], cwd=ROOT, env=environment, check=True)
        with psycopg.connect(database_url(), autocommit=True) as rows:
            rows.execute("SET client_min_messages = error")
            rows.execute((ROOT / "benchmarks" / "_peer_rows.sql").read_text())
            rows.execute(FEEDER_VIEW)
            rows.execute("VACUUM ANALYZE")
    made = subprocess.run(
        [sys.executable, __file__, "--token"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip().splitlines()[-1]


def print_token() -> None:
    """Make a viewer with a token and mark every layer as synced, in the database of the environment."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from flux_site.api.tokens import issue
    from grid.layers import LAYERS
    from grid.models import SyncLayer, Zone, ZoneGrant

    user, _ = get_user_model().objects.get_or_create(username="viewer-of-the-benchmark")
    user.groups.set(Group.objects.filter(name="viewer"))
    for zone in Zone.objects.all():  # limited to all zones: every row filter is on, and every row is seen
        ZoneGrant.objects.get_or_create(user=user, zone=zone)
    now = timezone.now()
    for key in LAYERS:
        SyncLayer.objects.update_or_create(
            key=key, defaults={"synced_at": now, "confirmed_at": now, "row_count": 1, "source_version": "1"}
        )
    print(issue(user=user, name="benchmark", expires_in_days=1)[1])


def postgres_pids() -> list[int]:
    """Return the PostgreSQL processes that serve the benchmark's database."""
    with psycopg.connect(os.environ["FLUX_DATABASE_URL"], autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s", (DATABASE,)
        ).fetchall()
    return [pid for (pid,) in rows]


def change_a_load() -> None:
    """Change one row that the feeders are made of."""
    with psycopg.connect(database_url(), autocommit=True) as connection:
        connection.execute("UPDATE grid_transformerload SET load_kva = load_kva WHERE id = 'XFMR-1'")


def measured(peer: Peer, case: str, query: str, requests: int) -> dict[str, float]:
    """Return CPU and wall time per request, in ms; a few requests before make sure of open connections."""
    for _ in range(3):
        peer.ask(query)
    before = {pid: thread_ms(pid) for pid in postgres_pids()}
    server, began = peer.server_ms(), time.perf_counter()
    for _ in range(requests):
        if case == AFTER_A_CHANGE:
            change_a_load()
        peer.ask(query, is_new=case == NEW_REQUEST)
    wall_ms = (time.perf_counter() - began) * 1000.0
    server_ms = peer.server_ms() - server
    database_ms = sum(thread_ms(pid) - before.get(pid, 0.0) for pid in postgres_pids())
    return {
        "server": server_ms / requests,
        "database": database_ms / requests,
        "total": (server_ms + database_ms) / requests,
        "wall": wall_ms / requests,
    }


def check_answers(peers: dict[str, Peer]) -> None:
    """Fail unless the servers answer with the same rows, so that the same work is compared."""
    for name, queries in CASES.items():
        mine = json.loads(peers["ours"].ask(queries["ours"]))["data"]
        print(f"{name}: {len(peers['ours'].ask(queries['ours'])):,} bytes ours", end="")
        if "PostGraphile" in peers:
            answer = peers["PostGraphile"].ask(queries["PostGraphile"])
            print(f", {len(answer):,} PostGraphile", end="")
            if leaves(mine) != leaves(json.loads(answer)["data"]):
                sys.exit(f"\n{name}: PostGraphile has other rows than ours")
        print()


def leaves(value: Any) -> list[str]:
    """Return the values of an answer, numbers alike whether whole or not, in the order of their text."""
    if isinstance(value, dict):
        return sorted(leaf for each in value.values() for leaf in leaves(each))
    if isinstance(value, list):
        return sorted(leaf for each in value for leaf in leaves(each))
    return [f"{value:.9g}" if isinstance(value, int | float) else str(value)]


def main() -> None:
    """Run every case in interleaved rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=100, help="in a round, of each small case")
    parser.add_argument("--keep", action="store_true", help="the rows of the last time")
    parser.add_argument("--token", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.token:
        print_token()
        return
    token = make_database(is_kept=options.keep)
    environment = os.environ | {
        "FLUX_DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "flux_site.settings.base",
    }
    with contextlib.ExitStack() as stack:
        peers: dict[str, Peer] = {}
        for name, command, port in our_servers(token):
            process = stack.enter_context(running(command, port, cwd=ROOT, env=environment))
            peers[name] = Peer(name, process, port, "/graphql", token)
        folder = install_postgraphile()
        if folder is None:
            print("PostGraphile is left out: npm cannot be reached.")
        else:
            port = free_port()
            node_environment = environment | {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
            process = stack.enter_context(
                running(postgraphile_command(folder, port), port, cwd=folder, env=node_environment)
            )
            peers["PostGraphile"] = Peer("PostGraphile", process, port, "/graphql", "")
        check_answers(peers)
        report(compare(peers, options.rounds, options.requests))


def compare(peers: dict[str, Peer], rounds: int, requests: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return per case and server the medians of the rounds."""
    samples: dict[tuple[str, str], list[dict[str, float]]] = {}

    def asked(case: str, peer: str) -> str:
        return CASES[case].get(peer, CASES[case]["ours"])

    for name in CASES:
        for peer in peers.values():
            for _ in range(20 if name not in REQUESTS else 3):
                peer.ask(asked(name, peer.name))
    for _ in range(rounds):
        for name in CASES:
            for peer in peers.values():
                if peer.name == "stock" and name in REQUESTS:
                    continue  # the columns are the same there
                count = REQUESTS.get(name, requests if peer.name != "stock" else max(requests // 5, 1))
                samples.setdefault((name, peer.name), []).append(
                    measured(peer, name, asked(name, peer.name), count)
                )
    return {
        name: {
            peer: {
                part: statistics.median(sample[part] for sample in samples[name, peer]) for part in each[0]
            }
            for (case, peer), each in samples.items()
            if case == name
        }
        for name in CASES
    }


def report(results: dict[str, dict[str, dict[str, float]]]) -> None:
    """Print the table, the ratios and what misses its goal."""
    print(
        f"\n{'case':31} {'server':13} {'server ms':>10} {'database ms':>12} {'total ms':>9} {'wall':>8} ratio"
    )
    for name, rows in results.items():
        mine = rows["ours"]["total"]
        for peer, row in rows.items():
            ratio = "" if peer == "ours" else f"{mine / row['total']:.2f}"
            goal = GOALS.get(name, {}).get(peer)
            verdict = (
                "" if goal is None else f" (goal {goal}{'' if mine / row['total'] <= goal else ', missed'})"
            )
            print(
                f"{name:31} {peer:13} {row['server']:10.2f} {row['database']:12.2f} {row['total']:9.2f} "
                f"{row['wall']:8.2f} {ratio}{verdict}"
            )
        if name in GOAL_WALL_MS and rows["ours"]["wall"] > GOAL_WALL_MS[name]:
            print(f"{name}: over the goal of {GOAL_WALL_MS[name]} ms")


if __name__ == "__main__":
    main()
