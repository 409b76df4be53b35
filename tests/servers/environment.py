"""The environment of the processes that tests start, and the ports they listen on."""

import os
import socket
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url(*, port: int | None = None) -> str:
    """Return the URL of the test database, by another port if given."""
    database = connection.settings_dict
    login = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    return f"postgresql://{login}@127.0.0.1:{port or database['PORT']}/{database['NAME']}"


def redis_url(*, port: int | None = None) -> str:
    """Return the URL of the tests' Redis, by another port if given."""
    parts = urlsplit(settings.REDIS_URL)
    login = parts.netloc.rpartition("@")[0]
    return f"redis://{login + '@' if login else ''}127.0.0.1:{port or parts.port}{parts.path}"


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a process that works on the test database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "flux_site.settings.test",
        "FLUX_DATABASE_URL": database_url(),
        "FLUX_REDIS_URL": settings.REDIS_URL,
        "FLUX_WAREHOUSE_URL": settings.WAREHOUSE_URL,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        **changes,
    }
