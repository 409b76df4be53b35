"""PostgreSQL and Redis of one profile together, and the environment that points the product at them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from launcher import envfile, ports
from launcher.layout import Layout
from launcher.postgres import READING_ROLE, Postgres, PostgresSpec
from launcher.problem import Problem
from launcher.redis_server import Redis, RedisSpec

FIRST_PORTS = {"run": {"postgres": 25_432, "redis": 26_379}, "test": {"postgres": 25_632, "redis": 26_579}}
START_ATTEMPTS = 3
FOR_TESTS = "for tests"
SECRET_NAMES = ("owner_password", "app_password", "redis_password", "secret_key")


class Services:
    """The two servers of a profile."""

    def __init__(self, layout: Layout, *, allows_test_databases: bool = False) -> None:
        self.layout = layout
        self.allows_test_databases = (
            allows_test_databases or layout.profile == "test" or self._kept_for() == FOR_TESTS
        )
        self.secrets = load_secrets(layout)
        self.postgres = Postgres(self._postgres_spec(self._stored_port("postgres")))
        self.redis = Redis(self._redis_spec(self._stored_port("redis")))

    def start(self) -> None:
        """Start both, on new ports where the old ones were taken in the meantime, and write the env file.

        Raises:
            Problem: if one of them does not come up.
        """
        self.postgres.create()
        self._start_on_free_port("postgres")
        self._start_on_free_port("redis")
        envfile.write_private(self.layout.env_file, envfile.render_env(self.variables()))

    def stop(self) -> None:
        """Stop both if they run; one that cannot be stopped does not keep the other alive."""
        try:
            self.redis.stop()
        finally:
            self.postgres.stop()

    @property
    def is_kept(self) -> bool:
        """Whether ``services up`` started these to stay, for work on the code; a run then leaves them on."""
        return self._keep_mark.exists()

    def keep(self, *, wanted: bool) -> None:
        """Remember whether the services are to outlive a run."""
        if wanted:
            self._keep_mark.write_text(FOR_TESTS if self.allows_test_databases else "", encoding="utf-8")
        else:
            self._keep_mark.unlink(missing_ok=True)

    def note(self) -> str:
        """Return where the servers listen, and where the data is if it cannot be in the checkout."""
        ports_used = f"on ports {self.postgres.spec.port} and {self.redis.spec.port}"
        if self.postgres.data.is_relative_to(self.layout.root):
            return ports_used
        return f"{ports_used}; this folder is closed to the database, its data is in {self.postgres.data}"

    def pids(self) -> dict[str, int]:
        """Return the process ids of those that run."""
        found = {"postgres": self.postgres.running_pid(), "redis": self.redis.running_pid()}
        return {name: pid for name, pid in found.items() if pid is not None}

    def revive(self) -> list[str]:
        """Start again, on its port, what died, and return the names.

        Raises:
            Problem: if one cannot be started.
        """
        revived = []
        if self.postgres.running_pid() is None:
            self.postgres.start()
            revived.append("PostgreSQL")
        if not self.redis.has_process() and self.redis.running_pid() is None:
            self.redis.start()
            revived.append("Redis")
        return revived

    def variables(self) -> dict[str, str]:
        """Return the FLUX_ variables which point the product at these services."""
        return {
            "FLUX_DATABASE_URL": self.postgres.spec.url,
            "FLUX_REDIS_URL": self.redis.spec.url,
            "FLUX_SECRET_KEY": self.secrets["secret_key"],
            "FLUX_WAREHOUSE_URL": f"embedded://{self.layout.warehouse}",
            "FLUX_ASSISTANT_DATABASE_ROLE": READING_ROLE,
        }

    def delete_data(self) -> None:
        """Remove what both keep on disk, and the warehouse. They must be stopped."""
        self.postgres.delete()
        shutil.rmtree(self.layout.redis, ignore_errors=True)
        shutil.rmtree(self.layout.warehouse, ignore_errors=True)

    @property
    def _keep_mark(self) -> Path:
        return self.layout.folder / "services.keep"

    def _kept_for(self) -> str | None:
        try:
            return self._keep_mark.read_text(encoding="utf-8")
        except OSError:
            return None

    def _start_on_free_port(self, name: str) -> None:
        server: Postgres | Redis = self.postgres if name == "postgres" else self.redis
        for attempt in range(START_ATTEMPTS):
            if server.running_pid() is None:
                self._move_to_free_port(name)
                server = self.postgres if name == "postgres" else self.redis
            try:
                server.start()
            except Problem:
                is_last = attempt == START_ATTEMPTS - 1
                if is_last or ports.is_free(server.spec.port):
                    raise
                continue  # somebody took the port between the choice and the start
            return

    def _move_to_free_port(self, name: str) -> None:
        stored = self._stored_port(name)
        port = stored if ports.is_free(stored) else ports.choose_port(FIRST_PORTS[self.layout.profile][name])
        self.secrets[f"{name}_port"] = str(port)
        envfile.write_private(self.layout.secrets_file, envfile.render_env(self.secrets))
        if name == "postgres":
            self.postgres.spec = replace(self.postgres.spec, port=port)
        else:
            self.redis.spec = replace(self.redis.spec, port=port)

    def _stored_port(self, name: str) -> int:
        stored = self.secrets.get(f"{name}_port", "")
        return int(stored) if stored.isdigit() else FIRST_PORTS[self.layout.profile][name]

    def _postgres_spec(self, port: int) -> PostgresSpec:
        return PostgresSpec(
            folder=self.layout.folder,
            log=self.layout.logs / "postgres.log",
            port=port,
            owner_password=self.secrets["owner_password"],
            app_password=self.secrets["app_password"],
            is_durable=self.layout.profile == "run",
            allows_test_databases=self.allows_test_databases,
        )

    def _redis_spec(self, port: int) -> RedisSpec:
        return RedisSpec(
            folder=self.layout.redis,
            log=self.layout.logs / "redis.log",
            port=port,
            password=self.secrets["redis_password"],
            is_durable=self.layout.profile == "run",
        )


def load_secrets(layout: Layout) -> dict[str, str]:
    """Return the passwords of a profile, made at random the first time, readable by the owner alone."""
    layout.prepare()
    found = envfile.read_env(layout.secrets_file)
    missing = [name for name in SECRET_NAMES if not found.get(name)]
    if missing:
        found |= {name: secrets.token_urlsafe(32) for name in missing}
        envfile.write_private(layout.secrets_file, envfile.render_env(found))
    return found


@contextmanager
def throwaway_services(layout: Layout) -> Iterator[Services]:
    """Give fresh, empty services of a test profile, and leave nothing of them behind."""
    services = Services(layout)
    services.stop()
    services.delete_data()
    try:
        services.start()
        yield services
    finally:
        services.stop()
        services.delete_data()
