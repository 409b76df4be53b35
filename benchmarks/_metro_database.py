"""A database of its own with rows in the size of a metropolitan grid, for benchmarks of spatial questions."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
NAME = "flux_spatial_benchmark"
ROWS = Path(__file__).with_name("_metro_rows.sql")


def prepare(*, anew: bool) -> None:
    """Point this process at the benchmark's database; make and fill it unless it is there.

    Must be called before Django is set up.
    """
    given = urlsplit(os.environ["FLUX_DATABASE_URL"])
    url = urlunsplit(given._replace(path=f"/{NAME}"))
    with psycopg.connect(urlunsplit(given), autocommit=True) as server:
        if anew:
            server.execute(f"DROP DATABASE IF EXISTS {NAME}")
        is_there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone()
        if not is_there:
            server.execute(f"CREATE DATABASE {NAME}")
    os.environ["FLUX_DATABASE_URL"] = url
    if is_there:
        return
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True, env=os.environ
    )
    with psycopg.connect(url) as database:
        database.execute("SET statement_timeout = 0")
        database.execute(ROWS.read_text())
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SET statement_timeout = 0")
        database.execute("VACUUM ANALYZE")
