"""``make run``: everything from a bare machine to a running product, and back to nothing on Ctrl-C."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from launcher import ports
from launcher.application import (
    BEAT,
    MARK,
    STREAM,
    WEB,
    WORKER,
    Application,
    build_environment,
    wait_until_healthy,
)
from launcher.installation import installation_steps
from launcher.interruption import Interrupted, ignore_signals
from launcher.layout import Layout
from launcher.locks import RunLock
from launcher.preparation import DataChoice, Preparation, choose_data
from launcher.problem import Problem
from launcher.processes import stop_marked
from launcher.progress import Step, run_steps
from launcher.services import Services
from launcher.supervisor import Supervisor

DEFAULT_PORT = 8000
SETTINGS = "flux_site.settings.base"


@dataclass(frozen=True)
class Address:
    """Where the web process listens, and a note if it is not where one would expect."""

    host: str
    port: int
    note: str = ""

    @property
    def url(self) -> str:
        shown = "localhost" if self.host in {ports.LOOPBACK, "0.0.0.0"} else self.host  # noqa: S104 - compared
        return f"http://{shown}:{self.port}"

    @property
    def probe_url(self) -> str:
        host = ports.LOOPBACK if self.host == "0.0.0.0" else self.host  # noqa: S104 - compared
        return f"http://{host}:{self.port}"


def choose_address(environment: dict[str, str]) -> Address:
    """Return where to listen: FLUX_HOST and FLUX_PORT if given, else loopback and the first port from 8000.

    Raises:
        Problem: if the port asked for is taken, naming who holds it.
    """
    host = environment.get("FLUX_HOST") or ports.LOOPBACK
    asked = environment.get("FLUX_PORT")
    if asked:
        port = ports.parse_port(asked, name="FLUX_PORT")
        if not ports.is_free(port, host):
            raise Problem(
                f"port {port} is taken by {ports.describe_holder(port)}.",
                remedy="stop it, choose another FLUX_PORT, or leave FLUX_PORT unset to use any free port.",
            )
        return Address(host, port)
    port = ports.choose_port(DEFAULT_PORT, free=lambda number: ports.is_free(number, host))
    if port == DEFAULT_PORT:
        return Address(host, port)
    holder = ports.describe_holder(DEFAULT_PORT)
    return Address(host, port, note=f"port {DEFAULT_PORT} is taken by {holder}, so {port} is used")


def clear_leftovers(lock: RunLock) -> int:
    """End what a launcher that was killed left behind, told by the mark it gave its children."""
    mark = lock.read().get("mark")
    return stop_marked(MARK, str(mark)) if mark else 0


def run(layout: Layout) -> int:
    """Install, prepare, start and watch until interrupted.

    Raises:
        Problem: if a step fails or a program keeps dying.
    """
    layout.prepare()
    lock = RunLock(layout.lock_file)
    if not lock.acquire():
        told = lock.read()
        where = f" at {told['address']}" if told.get("address") else "; it is still starting"
        print(f"Flux is already running from this checkout (pid {told.get('pid', '?')}){where}.")
        print("Stop it with Ctrl-C in its terminal or with 'make stop'.")
        return 1
    leftovers = clear_leftovers(lock)
    if leftovers:
        print(f"Ended {leftovers} processes left by an earlier run that was killed.")
    mark = secrets.token_hex(8)
    lock.describe(pid=os.getpid(), mark=mark)
    session = RunSession(layout, lock, mark)
    try:
        session.prepare_and_start()
        session.watch()
    except Interrupted as interrupted:
        print(f"\nStopping ({interrupted}) ...", flush=True)
        return 0 if session.is_up else interrupted.exit_status
    finally:
        ignore_signals()
        session.stop()
        lock.release()
        if session.is_up:
            print(session.farewell(), flush=True)
    return 0


class RunSession:
    """One run from the first step to the end."""

    def __init__(self, layout: Layout, lock: RunLock, mark: str) -> None:
        self.layout = layout
        self.lock = lock
        self.mark = mark
        self.is_up = False
        self.address = choose_address(dict(os.environ))
        self.new_password: str | None = None
        self.services: Services | None = None
        self.supervisor: Supervisor | None = None
        self._application: Application | None = None
        self._preparation: Preparation | None = None

    @property
    def application(self) -> Application:
        if self._application is None:
            raise RuntimeError("the services start first")
        return self._application

    @property
    def preparation(self) -> Preparation:
        if self._preparation is None:
            raise RuntimeError("the services start first")
        return self._preparation

    def prepare_and_start(self) -> None:
        """Do every step up to a healthy web process."""
        choice = choose_data(self.layout, os.environ)
        steps = [
            *installation_steps(self.layout, with_dev=False),
            Step("PostgreSQL and Redis", lambda: self._start_services(choice)),
            Step("Database tables", lambda: self.preparation.migrate()),
            Step("Login", self._create_login),
            Step(f"Data ({choice.title})", lambda: self.preparation.load()),
            Step("Sync into PostGIS", lambda: self.preparation.sync()),
            Step("Static files", lambda: self.application.collect_static()),
            Step("Web, worker, scheduler and stream", self._start_programs),
        ]
        run_steps(steps)
        self.is_up = True
        self.lock.describe(pid=os.getpid(), mark=self.mark, address=self.address.url)
        print(self.summary(), flush=True)

    def watch(self) -> None:
        """Keep everything alive until a signal arrives."""
        if self.supervisor is None:
            raise RuntimeError("nothing was started")
        self.supervisor.watch(lambda: False)

    def stop(self) -> None:
        """Stop the programs, then whatever of theirs is left, then the services."""
        if self._application is not None:
            self._application.close()
        if self.supervisor is not None:
            self.supervisor.stop()
        stop_marked(MARK, self.mark)
        if self.services is not None and not self.services.is_kept:
            self.services.stop()

    def farewell(self) -> str:
        """Return the last line: what is left running, if anything."""
        if self.services is not None and self.services.is_kept:
            return "Stopped. PostgreSQL and Redis stay on as asked; 'make services DOWN=1' ends them."
        return "Stopped: nothing of this checkout is running any more."

    def summary(self) -> str:
        """Return the closing block: address, login, what runs, how to stop."""
        url = self.address.url
        pids = {} if self.supervisor is None else self.supervisor.pids()
        if self.services is not None:
            pids |= self.services.pids()
        running = ", ".join(f"{name} {pid}" for name, pid in pids.items())
        lines = [
            "",
            "  Flux Operations Center is running" + (f" ({self.address.note})" if self.address.note else ""),
            "",
            f"    Map       {url}/",
            f"    GraphQL   {url}/graphql",
            f"    Admin     {url}/admin/",
            f"    Login     {self._login_note()}",
            f"    Running   {running}",
            f"    Logs      {_relative(self.layout.logs, self.layout.root)}/",
            "    Stop      Ctrl-C here, or 'make stop' elsewhere",
            "",
        ]
        return "\n".join(lines)

    def _login_note(self) -> str:
        file = _relative(self.layout.login_file, self.layout.root)
        if self.new_password:
            return f"admin / {self.new_password}  (kept in {file})"
        if self.layout.login_file.exists():
            return f"admin, password in {file}"
        command = f"flux_create_login --reset --password-file {file}"
        return f"admin; {file} is gone, a new password: make manage CMD='{command}'"

    def _start_services(self, choice: DataChoice) -> str:
        self.services = Services(self.layout)
        self.services.start()
        environment = build_environment(
            self.layout, services=self.services.variables(), settings=SETTINGS, mark=self.mark
        )
        self._application = Application(self.layout, environment)
        self._preparation = Preparation(self.layout, self.services, self._application, choice)
        return self.services.note()

    def _create_login(self) -> str:
        self.new_password = self.preparation.create_login()
        return "created" if self.new_password else "there already"

    def _start_programs(self) -> str:
        if self.services is None:
            raise RuntimeError("the services start first")
        self.application.close()
        if not ports.is_free(self.address.port, self.address.host):
            self.address = choose_address(dict(os.environ))  # taken while the steps ran
        self.supervisor = Supervisor(
            self.application.programs(host=self.address.host, port=self.address.port),
            keep_services=self.services.revive,
        )
        self.supervisor.start(WEB)  # alone: what waits in the queue must not hold up the address
        wait_until_healthy(
            self.address.probe_url, log=self.layout.logs / "web.log", check=self.supervisor.check
        )
        self.supervisor.start(WORKER, BEAT, STREAM)
        return "healthy"


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root))
