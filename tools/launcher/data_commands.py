"""Commands on the data and the services of a checkout: load, bench, manage, stop, reset, services."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from launcher.application import MARK, Application, build_environment
from launcher.installation import installation_steps
from launcher.interruption import ignore_signals
from launcher.layout import Layout
from launcher.locks import RunLock
from launcher.preparation import Preparation, choose_data
from launcher.problem import Problem
from launcher.processes import is_alive, stop_marked, stop_process, wait_or_stop
from launcher.progress import Step, run_steps
from launcher.services import Services

SETTINGS = "flux_site.settings.base"
KEPT_BY_RESET = ("stamps", "install.lock", "lock")
STOP_TIMEOUT_S = 60.0


@contextmanager
def borrowed_services(layout: Layout) -> Iterator[tuple[Services, Application]]:
    """Give running services and the application, stopping afterwards only what was started here."""
    services = Services(layout)
    was_up = set(services.pids()) == {"postgres", "redis"}
    application: Application | None = None
    try:
        services.start()
        environment = build_environment(layout, services=services.variables(), settings=SETTINGS)
        application = Application(layout, environment)
        yield services, application
    finally:
        if application is not None:
            application.close()
        if not was_up:
            ignore_signals()
            services.stop()


def load(
    layout: Layout,
    *,
    scale: str,
    ami_days: int | None = None,
    raw_days: int | None = None,
    history_years: int | None = None,
) -> int:
    """Generate a scale into the warehouse and sync it, with its progress on a terminal."""
    layout.prepare()
    choice = choose_data(
        layout,
        os.environ,
        scale=scale,
        ami_days=ami_days,
        raw_days=raw_days,
        history_years=history_years,
    )
    run_steps(installation_steps(layout, with_dev=False, with_build=False))
    with borrowed_services(layout) as (services, application):
        preparation = Preparation(layout, services, application, choice)
        run_steps(_data_steps(preparation, must_check=True, is_shown=sys.stdout.isatty()))
    return 0


def bench(layout: Layout) -> int:
    """Run every benchmark on the data of this checkout and return whether all worked."""
    layout.prepare()
    scripts = sorted(path for path in (layout.root / "benchmarks").glob("*.py") if path.name[0] != "_")
    if not scripts:
        raise Problem("there is no benchmark in benchmarks/.")
    choice = choose_data(layout, os.environ)
    run_steps(installation_steps(layout, with_dev=True, with_build=False))
    failed = []
    with borrowed_services(layout) as (services, application):
        run_steps(_data_steps(Preparation(layout, services, application, choice), must_check=False))
        for script in scripts:
            print(f"\n{script.name}", flush=True)
            if _on_terminal(application, [str(layout.python), str(script)]):
                failed.append(script.name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


def _data_steps(preparation: Preparation, *, must_check: bool, is_shown: bool = False) -> list[Step]:
    return [
        Step("Database tables", preparation.migrate),
        Step(
            f"Data ({preparation.choice.title})",
            lambda: preparation.load(must_check=must_check, is_shown=is_shown),
        ),
        Step("Sync into PostGIS", preparation.sync),
    ]


def manage(layout: Layout, arguments: Sequence[str]) -> int:
    """Run a management command on the terminal, with the services it needs."""
    layout.prepare()
    with borrowed_services(layout) as (_, application):
        return _on_terminal(application, [str(layout.python), "manage.py", *arguments])


def stop(layout: Layout) -> int:
    """Stop a run of this checkout from elsewhere, and anything a killed one left."""
    layout.prepare()
    did = []
    lock = RunLock(layout.lock_file)
    if not lock.acquire():
        pid = int(cast("int", lock.read().get("pid", 0)))
        if pid and is_alive(pid):
            stop_process(pid, timeout_s=STOP_TIMEOUT_S)
            did.append(f"the run (pid {pid})")
        if not lock.acquire():
            raise Problem(
                "the run does not stop.", remedy="look at it with 'ps', then run 'make stop' again."
            )
    try:
        mark = lock.read().get("mark")
        leftovers = stop_marked(MARK, str(mark)) if mark else 0
        if leftovers:
            did.append(f"{leftovers} processes of a killed run")
        services = _services_if_any(layout)
        if services is not None:
            running = services.pids()
            services.stop()
            services.keep(wanted=False)
            did.extend(f"{name} (pid {pid})" for name, pid in running.items())
    finally:
        lock.release()
    print(f"Stopped {', '.join(did)}." if did else "Nothing of this checkout was running.")
    return 0


def reset(layout: Layout, *, is_sure: bool) -> int:
    """Stop everything and delete the local data, after asking."""
    if not is_sure:
        if not sys.stdin.isatty():
            raise Problem("'make reset' deletes all local data and asks first.", remedy="make reset FORCE=1")
        print(f"This deletes the local database, warehouse, login and logs in {layout.state}.")
        if input("Type 'yes' to go on: ").strip().lower() != "yes":
            print("Nothing was deleted.")
            return 1
    stop(layout)
    services = _services_if_any(layout)
    if services is not None:
        services.delete_data()
    for entry in layout.state.iterdir():
        if entry.name in KEPT_BY_RESET:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for stamp in ("static",):
        (layout.stamps / stamp).unlink(missing_ok=True)
    print("The local data is deleted; installed packages are kept. 'make run' starts afresh.")
    return 0


def services_command(layout: Layout, action: str, *, for_tests: bool) -> int:
    """Start the private services to stay, stop them, or say what runs."""
    services = Services(layout, allows_test_databases=for_tests)
    if action == "up":
        services.start()
        services.keep(wanted=True)
    elif action == "down":
        services.stop()
        services.keep(wanted=False)
    running = services.pids()
    for name, server in (("postgres", services.postgres), ("redis", services.redis)):
        state = f"pid {running[name]}, port {server.spec.port}" if name in running else "not running"
        print(f"{name:<9} {state}")
    if running:
        print(f"addresses and passwords: {layout.env_file}")
    return 0


def _services_if_any(layout: Layout) -> Services | None:
    """Return the services, or None on a machine or checkout that never had any."""
    if not layout.secrets_file.exists():
        return None
    try:
        return Services(layout)
    except Problem:
        return None


def _on_terminal(application: Application, command: list[str]) -> int:
    process = subprocess.Popen(command, env=dict(application.environment), cwd=application.layout.root)
    return wait_or_stop(process)
