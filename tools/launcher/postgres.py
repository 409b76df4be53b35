"""The private PostgreSQL of a checkout: its own data folder, port and passwords, loopback only."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from launcher import envfile, ports
from launcher.postgres_install import UNREACHABLE_HOME, binaries, data_folder, server_account
from launcher.problem import Problem
from launcher.processes import capture, is_alive, stop_process, tail

SUPERUSER = "flux_owner"
APP_ROLE = "flux"
READING_ROLE = "flux_assistant"
"""As which the assistant's tools read; what it may read is settled when the tables are migrated."""
DATABASE = "flux"

# The web processes inherit these limits from the role; loading and sync raise them with PGOPTIONS.
ROLE_LIMITS = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "5min",
    "lock_timeout": "20s",
}

DURABLE_SETTINGS = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
}
THROWAWAY_SETTINGS = DURABLE_SETTINGS | {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
}


@dataclass(frozen=True)
class PostgresSpec:
    """What one server needs: where it lives, its port, both passwords, and whether its data must survive."""

    folder: Path
    log: Path
    port: int
    owner_password: str
    app_password: str
    is_durable: bool
    allows_test_databases: bool

    @property
    def url(self) -> str:
        return f"postgresql://{APP_ROLE}:{self.app_password}@{ports.LOOPBACK}:{self.port}/{DATABASE}"


class Postgres:
    """One server process and its data folder."""

    def __init__(self, spec: PostgresSpec) -> None:
        self.spec = spec
        self.account = server_account()
        self.data = data_folder(spec.folder, self.account)
        self.bin = binaries(self.data)
        is_inside = self.data.is_relative_to(spec.folder)
        self.log = spec.log if is_inside else self.data.with_name("postgres.log")

    def running_pid(self) -> int | None:
        """Return the id of the server on our data folder, or None; removes a stale lock file."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None
        if is_alive(pid) and str(self.data).encode() in _command_line(pid):
            return pid
        lock.unlink(missing_ok=True)
        return None

    def running_port(self) -> int | None:
        """Return the port of the running server, or None."""
        if self.running_pid() is None:
            return None
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[3])
        except (OSError, ValueError, IndexError):
            return None

    def create(self) -> None:
        """Make the data folder if it is not there; a half-made one is thrown away first.

        Raises:
            Problem: if initdb fails.
        """
        if (self.data / "flux.complete").exists():
            return
        partial = self.data.with_name("pg.partial")
        for leftover in (partial, self.data):
            shutil.rmtree(leftover, ignore_errors=True)
        self._make_home(partial)
        password_file = partial.with_name("pg.password")
        envfile.write_private(password_file, self.spec.owner_password + "\n")
        try:
            if self.account:
                os.chown(password_file, self.account.uid, self.account.gid)
            done = self._as_server(
                self.bin / "initdb", "-D", partial, "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8",
                "--locale=C.UTF-8", "--no-sync", f"--pwfile={password_file}",
            )  # fmt: skip
        finally:
            password_file.unlink(missing_ok=True)
        if done.returncode != 0:
            shutil.rmtree(partial, ignore_errors=True)
            raise Problem(
                "PostgreSQL could not create its data folder.",
                remedy=f"check the free space and the permissions of {self.data.parent}.",
                log_tail=(done.stdout + done.stderr)[-2000:],
            )
        with (partial / "postgresql.conf").open("a", encoding="utf-8") as stream:
            stream.write("\ninclude 'flux.conf'\n")
        (partial / "flux.complete").write_text(secrets.token_hex(16), encoding="utf-8")
        partial.rename(self.data)

    def identity(self) -> str:
        """Return the random name of this data folder: another folder, another name."""
        return (self.data / "flux.complete").read_text(encoding="utf-8")

    def start(self) -> None:
        """Start the server and wait until it answers; does nothing if it runs already.

        Raises:
            Problem: if it does not come up, with the end of its log.
        """
        if self.running_pid() is None:
            self._write_settings()
            self.log.parent.mkdir(parents=True, exist_ok=True)
            if self.account:
                self.log.touch()
                os.chown(self.log, self.account.uid, self.account.gid)
            self._launch()
        self._set_up_roles()

    def stop(self) -> None:
        """Stop the server if it runs: open sessions are cut off, committed work is kept."""
        pid = self.running_pid()
        if pid is None:
            return
        done = self._as_server(self.bin / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "30")
        if done.returncode != 0:
            stop_process(pid)

    def delete(self) -> None:
        """Remove the data folder. The server must be stopped."""
        for folder in (self.data, self.data.with_name("pg.partial")):
            shutil.rmtree(folder, ignore_errors=True)
        if self.data.is_relative_to(UNREACHABLE_HOME):
            shutil.rmtree(self.data.parent, ignore_errors=True)

    def sql(self, statements: str, *, database: str = DATABASE) -> str:
        """Run SQL as the superuser and return the output.

        Raises:
            Problem: with PostgreSQL's own message if a statement fails.
        """
        done = capture(
            [self.bin / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", ports.LOOPBACK,
             "-p", str(self.spec.port), "-U", SUPERUSER, "-d", database],
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGPASSWORD": self.spec.owner_password},
            stdin=statements,
        )  # fmt: skip
        if done.returncode != 0:
            raise Problem(
                f"PostgreSQL refused a set-up statement: {done.stderr.strip()}", log_tail=tail(self.log)
            )
        return done.stdout

    def _launch(self) -> None:
        log_at_start = self.log.stat().st_size if self.log.exists() else 0
        for attempt in range(3):
            done = self._as_server(
                self.bin / "pg_ctl", "start", "-D", self.data, "-w", "-t", "60", "-s", "-l", self.log
            )
            if done.returncode == 0:
                return
            with self.log.open(encoding="utf-8", errors="replace") as stream:
                stream.seek(log_at_start)
                said = stream.read()
            if "shared memory block" not in said or attempt == 2:
                raise Problem(
                    "PostgreSQL did not start.",
                    remedy=f"read {self.log}; 'make reset' starts afresh and deletes the local data.",
                    log_tail=tail(self.log),
                )
            time.sleep(3)  # sessions of a killed server are still ending

    def _set_up_roles(self) -> None:
        password = self.spec.app_password
        createdb = "CREATEDB" if self.spec.allows_test_databases else "NOCREATEDB"
        have = self.sql(
            f"SELECT 'role' FROM pg_roles WHERE rolname = '{APP_ROLE}';"
            f"SELECT 'reading' FROM pg_roles WHERE rolname = '{READING_ROLE}';"
            f"SELECT 'database' FROM pg_database WHERE datname = '{DATABASE}';",
            database="postgres",
        ).split()
        statements = [] if "role" in have else [f"CREATE ROLE {APP_ROLE} LOGIN;"]
        statements.append(f"ALTER ROLE {APP_ROLE} NOSUPERUSER NOCREATEROLE {createdb} PASSWORD '{password}';")
        statements += [
            f"ALTER ROLE {APP_ROLE} SET {name} = '{value}';" for name, value in ROLE_LIMITS.items()
        ]
        statements += [] if "reading" in have else [f"CREATE ROLE {READING_ROLE} NOLOGIN;"]
        statements.append(f"SET client_min_messages = warning; GRANT {READING_ROLE} TO {APP_ROLE};")
        if "database" not in have:
            statements.append(f"CREATE DATABASE {DATABASE} OWNER {APP_ROLE};")
        self.sql("\n".join(statements), database="postgres")
        extension = "SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS postgis;"
        if self.spec.allows_test_databases:
            self.sql(extension, database="template1")
        self.sql(extension)

    def _write_settings(self) -> None:
        settings = {
            "port": str(self.spec.port),
            "listen_addresses": ports.LOOPBACK,
            "unix_socket_directories": "",
            "max_connections": "120",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] ",
        }
        settings |= DURABLE_SETTINGS if self.spec.is_durable else THROWAWAY_SETTINGS
        text = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        (self.data / "flux.conf").write_text(text, encoding="utf-8")
        (self.data / "flux.conf").chmod(0o644)

    def _make_home(self, partial: Path) -> None:
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir(mode=0o700)
        if self.account:
            if partial.is_relative_to(UNREACHABLE_HOME):
                UNREACHABLE_HOME.chmod(0o755)
                partial.parent.chmod(0o755)
            os.chown(partial, self.account.uid, self.account.gid)

    def _as_server(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        return capture(command, account=self.account, env=environment, timeout_s=120)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
