"""The Django side as the launcher sees it: its environment, its commands, its long-running programs."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from launcher import envfile
from launcher.layout import Layout
from launcher.problem import Problem
from launcher.processes import tail, wait_or_stop
from launcher.sessions import ManageSession
from launcher.stamps import Stamp, fingerprint
from launcher.supervisor import Program

MARK = "FLUX_LAUNCH_ID"
WEB, WORKER, BEAT, STREAM = "web", "worker", "beat", "stream"
HEALTH_TIMEOUT_S = 180.0
OWNED_BY_SERVICES = frozenset({"FLUX_DATABASE_URL", "FLUX_REDIS_URL"})
LOCAL_DEFAULTS = {"FLUX_GRAPHIQL": "1", "FLUX_INTROSPECTION": "1"}


def build_environment(
    layout: Layout,
    *,
    services: Mapping[str, str],
    settings: str,
    caller: Mapping[str, str] | None = None,
    mark: str = "",
) -> dict[str, str]:
    """Return the environment of the product's processes.

    What the caller set with FLUX_ (a Snowflake URL, a territory) wins over our defaults, but the private
    PostgreSQL and Redis are always ours.
    """
    inherited = dict(os.environ if caller is None else caller)
    environment = inherited | {name: value for name, value in LOCAL_DEFAULTS.items() if name not in inherited}
    for name, value in services.items():
        if name in OWNED_BY_SERVICES or not inherited.get(name):
            environment[name] = value
    environment |= {
        "DJANGO_SETTINGS_MODULE": settings,
        "PATH": f"{layout.venv / 'bin'}{os.pathsep}{inherited.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(layout.venv),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(layout.root),
    }
    if mark:
        environment[MARK] = mark
    return environment


class Application:
    """Runs management commands and describes the programs to keep alive."""

    def __init__(self, layout: Layout, environment: Mapping[str, str]) -> None:
        self.layout = layout
        self.environment = environment
        self._session = ManageSession(layout, environment)

    def manage(self, *arguments: str, log_name: str, what: str, remedy: str = "") -> None:
        """Run one management command with its output in a log.

        Raises:
            Problem: if it fails, with its last words.
        """
        log = self.layout.logs / f"{log_name}.log"
        log.unlink(missing_ok=True)
        self._session.run(arguments, log=log, what=what, remedy=remedy)

    def close(self) -> None:
        """End the process that ran the management commands."""
        self._session.close()

    def migrate(self) -> None:
        """Bring the database's tables up to date."""
        self.manage("migrate", "--noinput", log_name="migrate", what="the database could not be migrated")

    def create_login(self, *, database: str) -> str | None:
        """Create the administrator once per database; return the password if it is new, else None."""
        login = self.layout.login_file
        stamp = Stamp(self.layout.folder / "stamps", "login")
        if stamp.matches(database):
            return None
        before = read_password(login)
        self.manage(
            *("flux_create_login", "--username", "admin", "--password-file", str(login)),
            log_name="login",
            what="the first login could not be created",
        )
        (self.layout.logs / "login.log").unlink(missing_ok=True)  # it shows the password
        stamp.write(database)
        password = read_password(login)
        return None if password == before else password

    def load(
        self,
        *,
        scale: str,
        interconnect: str,
        ami_days: int,
        raw_days: int,
        history_years: int,
        is_shown: bool = False,
    ) -> None:
        """Generate the data of a scale and load it into the warehouse, unless it is there.

        Args:
            scale: how much.
            interconnect: whose transmission grid.
            ami_days: days of readings.
            raw_days: how many of them come as received.
            history_years: years of outages before them.
            is_shown: let the command draw its progress on the terminal instead of keeping a log.

        Raises:
            Problem: if it fails.
        """
        arguments = ["flux_load", "--scale", scale, "--interconnect", interconnect]
        arguments += ["--ami-days", str(ami_days), "--raw-days", str(raw_days)]
        arguments += ["--history-years", str(history_years)]
        what = f"the {scale} data could not be generated and loaded"
        if not is_shown:
            self.manage(*arguments, log_name="load", what=what)
            return
        print(flush=True)
        command = [str(self.layout.python), "manage.py", *arguments]
        if wait_or_stop(subprocess.Popen(command, env=dict(self.environment), cwd=self.layout.root)):
            raise Problem(f"{what}.", remedy="what went wrong stands above.")

    def sync(self, *, may_delete_most: bool = False) -> None:
        """Bring the layers whose source changed into PostGIS.

        Args:
            may_delete_most: whether other data were loaded on purpose, so that most old rows may go.
        """
        arguments = ["flux_sync", "--all", "--if-stale", *(["--force"] if may_delete_most else [])]
        self.manage(*arguments, log_name="sync", what="the layers could not be synced into PostGIS")
        self.manage(
            "flux_load_scenarios", log_name="scenarios", what="the product's scenarios could not be created"
        )
        self.manage(
            "flux_load_documents", log_name="documents", what="the product's documents could not be loaded"
        )
        self.manage(
            "flux_load_models", log_name="models", what="the product's models could not be registered"
        )

    def begin_first_figures(self) -> None:
        """Queue what operators expect to see of new data; the worker carries it out once it runs."""
        self.manage(
            "flux_first_figures",
            log_name="first-figures",
            what="the assessment of trees and the first sample of the risk could not be queued",
        )

    def collect_static(self) -> str:
        """Collect the static files where the web process serves them from, when they changed."""
        wanted = self._static_fingerprint()
        stamp = Stamp(self.layout.folder / "stamps", "static")
        if stamp.matches(wanted) and (self.layout.state / "static").is_dir():
            return "up to date"
        stamp.forget()
        self.manage(
            "collectstatic",
            "--noinput",
            "--clear",
            log_name="static",
            what="static files could not be collected",
        )
        stamp.write(wanted)
        return "collected"

    def programs(self, *, host: str, port: int) -> list[Program]:
        """Return the web process, the worker, the scheduler and the consumer of the streams."""
        binaries = self.layout.venv / "bin"
        celery = [str(binaries / "celery"), "-A", "flux_site"]
        workers = str(max(2, min(8, os.cpu_count() or 2)))
        return [
            self._program(
                WEB,
                [str(binaries / "daphne"), "-b", host, "-p", str(port), "flux_site.asgi:application"],
            ),
            self._program(WORKER, [*celery, "worker", "--loglevel", "INFO", "--concurrency", workers]),
            self._program(BEAT, [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""]),
            self._program(STREAM, [str(self.layout.python), "manage.py", "flux_stream", "consume"]),
        ]

    def _program(self, name: str, command: list[str]) -> Program:
        log = self.layout.logs / f"{name}.log"
        # Small matrices: threads of the linear algebra would only get in each other's way.
        env = {**self.environment, "OPENBLAS_NUM_THREADS": "1"}
        return Program(name=name, command=command, log=log, env=env, cwd=self.layout.root)

    def _static_fingerprint(self) -> str:
        root = self.layout.root
        sources = [root / "frontend" / "dist", *sorted(root.glob("[!.]*/static*"))]
        python = fingerprint([root / "requirements" / "constraints.txt"])
        names = [
            f"{file} {file.stat().st_mtime_ns} {file.stat().st_size}"
            for folder in sources
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        ]
        return fingerprint([], extra=[python, *names])


def read_password(login_file: Path) -> str | None:
    """Return the password kept in a login file, or None if there is none."""
    try:
        return login_file.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def wait_until_healthy(address: str, *, log: Path, check: Callable[[], None]) -> None:
    """Wait until the web process answers its health check.

    Args:
        address: base address, without a path.
        log: the web process's log, quoted if it never answers.
        check: called between attempts; raises if a program died for good.

    Raises:
        Problem: if it does not answer in time.
    """
    deadline_s = time.monotonic() + HEALTH_TIMEOUT_S
    answer = "no answer"
    while time.monotonic() < deadline_s:
        check()
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as response:  # noqa: S310 - our http address
                if response.status == 200:
                    return
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read(500).decode(errors='replace')}"
        except OSError as error:
            answer = str(error)
        time.sleep(0.2)
    raise Problem(
        f"the web process did not become healthy within {HEALTH_TIMEOUT_S:.0f} s ({answer}).",
        remedy=f"read {log}.",
        log_tail=tail(log),
    )


def saved_environment(layout: Layout) -> dict[str, str]:
    """Return the FLUX_ variables of the services, as last written."""
    return envfile.read_env(layout.env_file)
