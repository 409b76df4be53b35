"""``make test`` and ``make check``: every check, then pytest, whose summary comes last."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence

from launcher import checks
from launcher.application import MARK, Application, build_environment
from launcher.debian_packages import chromium_path
from launcher.installation import installation_steps
from launcher.interruption import Interrupted, ignore_signals
from launcher.layout import Layout
from launcher.locks import RunLock
from launcher.processes import describe_status, excerpt, open_log, stop_marked, wait_or_stop
from launcher.progress import Step, run_steps
from launcher.services import Services

SETTINGS = "flux_site.settings.test"
PYTEST_STATUSES_WITH_SUMMARY = (0, 1)
MOST_PROCESSES = 8
"""More of them would meet the limits of the one PostgreSQL and Redis that they share."""


def clean_caller(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's environment without FLUX_ variables: tests must not meet a real warehouse."""
    return {name: value for name, value in environment.items() if not name.startswith("FLUX_")}


def spread(arguments: Sequence[str], *, cpus: int) -> list[str]:
    """Return pytest's arguments with the tests spread over processes, unless they say how many themselves.

    One more than there are processors: many tests wait for servers. The tests of a file stay together.
    """
    if any(argument.startswith(("-n", "--numprocesses", "--dist")) for argument in arguments):
        return list(arguments)
    return ["-n", str(min(cpus + 1, MOST_PROCESSES)), "--dist", "loadfile", *arguments]


def test(layout: Layout, pytest_arguments: Sequence[str]) -> int:
    """Install, start throwaway services, check, test; leave nothing running. Return the exit status."""
    layout.prepare()
    lock = RunLock(layout.lock_file)
    if not lock.acquire():
        print(f"'make test' is already running in this checkout (pid {lock.read().get('pid', '?')}).")
        return 1
    old_mark = lock.read().get("mark")
    if old_mark:
        stop_marked(MARK, str(old_mark))
    mark = secrets.token_hex(8)
    lock.describe(pid=os.getpid(), mark=mark)
    session = TestSession(layout, mark)
    try:
        session.prepare()
        is_clean = session.check_all()
        status = session.pytest(pytest_arguments)
        return status or (0 if is_clean else 1)
    except Interrupted as interrupted:
        print(f"\nInterrupted ({interrupted}).")
        return interrupted.exit_status
    finally:
        ignore_signals()
        session.stop()
        lock.release()


def check(layout: Layout) -> int:
    """Run the checks that need no service, the unit tests and the front end's checks."""
    layout.prepare()
    run_steps(installation_steps(layout, with_dev=True, with_build=False))
    environment = build_environment(
        layout, services=checks.NO_SERVICES, settings=SETTINGS, caller=clean_caller(os.environ)
    )
    listed = checks.CheckList(layout=layout, environment=environment)
    unit_tests = (str(layout.python), "-m", "pytest", "-q", "tests/unit", "tests/architecture")
    for each in [
        *checks.code_checks(layout),
        *checks.frontend_checks(layout),
        checks.Check("Unit tests", unit_tests, layout.root),
    ]:
        listed.run(each)
    print(listed.summary())
    return 1 if listed.failed else 0


class TestSession:
    """One test run with its own services."""

    def __init__(self, layout: Layout, mark: str) -> None:
        self.layout = layout
        self.mark = mark
        self.services: Services | None = None
        self.environment: dict[str, str] = {}

    def prepare(self) -> None:
        """Install and start."""
        run_steps(
            [
                *installation_steps(self.layout, with_dev=True, with_browser=True),
                Step("PostgreSQL and Redis for the tests", self._start_services),
                Step("Static files", self._collect_static),
            ]
        )

    def _collect_static(self) -> str:
        application = Application(self.layout, self.environment)
        try:
            return application.collect_static()
        finally:
            application.close()

    def check_all(self) -> bool:
        """Run every check, print what failed, and return whether all passed."""
        listed = checks.CheckList(layout=self.layout, environment=self.environment)
        for each in checks.code_checks(self.layout):
            listed.run(each)
        listed.run(checks.migration_check(self.layout))
        listed.run_schema()
        for each in checks.frontend_checks(self.layout):
            listed.run(each)
        print(listed.summary(), flush=True)
        return not listed.failed

    def pytest(self, arguments: Sequence[str]) -> int:
        """Run pytest on the terminal, in several processes, and return its exit status.

        Libraries write notes of their own to standard error while the interpreter ends; they go to a log, so
        that pytest's summary is the last word. If pytest itself breaks, the log is shown.
        """
        log = self.layout.logs / "pytest-stderr.log"
        log.unlink(missing_ok=True)
        with open_log(log) as stream:
            process = subprocess.Popen(
                [str(self.layout.python), "-m", "pytest", *spread(arguments, cpus=os.cpu_count() or 1)],
                stdin=subprocess.DEVNULL,
                stderr=stream,
                env=self.environment,
                cwd=self.layout.root,
            )
        status = wait_or_stop(process)
        if status not in PYTEST_STATUSES_WITH_SUMMARY:
            print(excerpt(log), file=sys.stderr)
            print(f"pytest broke off ({describe_status(status)}).", file=sys.stderr)
        return abs(status)

    def stop(self) -> None:
        """End whatever the tests left, then the services, and delete their data."""
        stop_marked(MARK, self.mark)
        if self.services is not None:
            self.services.stop()
            self.services.delete_data()

    def _start_services(self) -> str:
        self.services = Services(self.layout)
        self.services.stop()
        self.services.delete_data()
        self.services.start()
        self.environment = build_environment(
            self.layout,
            services=self.services.variables(),
            settings=SETTINGS,
            caller=clean_caller(os.environ),
            mark=self.mark,
        )
        browser = chromium_path()
        if browser:
            self.environment["FLUX_CHROMIUM"] = browser
        return self.services.note()
