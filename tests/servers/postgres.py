"""A PostgreSQL server of a test's own, to be killed or to run out of space, in place of the shared one."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from django.db import DatabaseError, connection

from launcher.postgres import DATABASE, Postgres, PostgresSpec
from tests.servers.environment import database_url, free_port

SMALL_SPACE_MB = 4


class OwnPostgres:
    """A running server with the empty tables of the test database."""

    def __init__(self, folder: Path) -> None:
        self.server = Postgres(
            PostgresSpec(
                folder=folder,
                log=folder / "postgres.log",
                port=free_port(),
                owner_password=secrets.token_hex(8),
                app_password=secrets.token_hex(8),
                is_durable=True,
                allows_test_databases=False,
            )
        )
        self.server.create()
        self.server.start()

    @property
    def url(self) -> str:
        """Where it listens, with the login of the application."""
        return self.server.spec.url

    def copy_tables(self) -> None:
        """Create the tables of the test database, empty."""
        dump = subprocess.run(
            [self.server.bin / "pg_dump", "--schema-only", "--no-owner", "--no-acl", "--no-comments",
             database_url()],
            capture_output=True, check=False, text=True,
        )  # fmt: skip
        assert dump.returncode == 0, dump.stderr
        with psycopg.connect(self.url, autocommit=True) as session:
            session.execute(_statements(dump.stdout))

    def kill(self) -> None:
        """Kill the server and all its sessions, as a machine that loses its power does."""
        pid = self.server.running_pid()
        assert pid is not None
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(pid, signal.SIGSTOP)  # so that it cannot end its sessions in good order
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{one}").exists() for one in [pid, *children]):
            assert time.monotonic() < deadline, "the killed server has not ended"
            time.sleep(0.05)

    def start(self) -> None:
        """Start it again; it recovers by itself, and this process connects anew."""
        self.server.start()
        _forget_connections()

    def delete(self) -> None:
        """Stop it and remove its data."""
        self.server.stop()
        self.server.delete()


def _statements(dump: str) -> str:
    """Return a dump without the commands that only psql knows."""
    return "\n".join(line for line in dump.splitlines() if not line.startswith("\\"))


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Give a server of one's own while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="flux-test-pg-"))
    folder.chmod(0o755)
    server = OwnPostgres(folder)
    try:
        server.copy_tables()
        yield server
    finally:
        server.delete()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def used_by_this_process(server: OwnPostgres) -> Iterator[None]:
    """Let Django work on the server instead of the test database while the block runs."""
    own = {"HOST": "127.0.0.1", "PORT": server.server.spec.port, "NAME": DATABASE, "USER": "flux"}
    own["PASSWORD"] = server.server.spec.app_password
    before = {name: connection.settings_dict[name] for name in own}
    _switch(own)
    try:
        yield
    finally:
        _switch(before)


def _switch(values: dict[str, object]) -> None:
    _forget_connections()
    connection.settings_dict.update(values)


def _forget_connections() -> None:
    with suppress(DatabaseError):  # of a server that was killed
        connection.close()
    connection.connection = None
    connection.close_pool()


@contextmanager
def small_space(server: OwnPostgres, *tables: str) -> Iterator[str]:
    """Put tables where there is no room for much; yields how that was done.

    A small file system in memory is mounted where that is allowed. Elsewhere the size of the server's files
    is limited, which fails in the same place with another message.
    """
    account = server.server.account
    folder = Path(tempfile.mkdtemp(prefix="flux-test-small-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_SPACE_MB}m,mode=0700", "none", folder],
        capture_output=True, check=False,
    )  # fmt: skip
    try:
        if mounted.returncode == 0:
            if account:
                os.chown(folder, account.uid, account.gid)
            server.server.sql(f"CREATE TABLESPACE small OWNER flux LOCATION '{folder}'", database="postgres")
            for table in tables:
                server.server.sql(f"ALTER TABLE {table} SET TABLESPACE small")
            yield "full"
            for table in tables:
                server.server.sql(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            server.server.sql("DROP TABLESPACE small", database="postgres")
        else:
            pid = server.server.running_pid()
            assert pid is not None
            limit = SMALL_SPACE_MB * 2**20
            subprocess.run(["prlimit", f"--pid={pid}", f"--fsize={limit}"], check=True)
            yield "limited"
            subprocess.run(["prlimit", f"--pid={pid}", "--fsize=unlimited"], check=True)
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=False)
        folder.rmdir()
