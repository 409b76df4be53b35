"""The command line behind the Makefile: ``python3 tools/flux.py <command>``."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence

from launcher import checks, data_commands, machine, pins, run_command, test_command
from launcher.application import build_environment
from launcher.installation import installation_steps
from launcher.interruption import Interrupted, raise_on_signals
from launcher.layout import ROOT, Layout
from launcher.problem import Problem
from launcher.progress import run_steps

PASSING_ON = frozenset({"test", "manage"})


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = argparse.ArgumentParser(prog="tools/flux.py", description="Start, test and look after Flux.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("run", help="install what is missing, start everything, stop it on Ctrl-C")
    commands.add_parser("test", help="every check and test, on throwaway services; the rest goes to pytest")
    commands.add_parser("check", help="the fast checks: lint, types, import rules, unit tests")
    install = commands.add_parser("install", help="install and build, start nothing")
    install.add_argument("--dev", action="store_true", help="with the tools for tests")
    load = commands.add_parser("load", help="generate and sync a scale of data")
    load.add_argument("scale")
    load.add_argument("--ami-days", type=int, help="days of meter readings")
    load.add_argument("--raw-days", type=int, help="how many of them come as received, to be cleaned")
    load.add_argument("--history-years", type=int, help="years of outages before the readings")
    commands.add_parser("bench", help="run the benchmarks")
    commands.add_parser("schema", help="write flux_site/schema.graphql anew")
    commands.add_parser("pins", help="write requirements/constraints.txt anew")
    commands.add_parser("stop", help="stop a run from elsewhere")
    reset = commands.add_parser("reset", help="stop and delete the local data")
    reset.add_argument("--force", action="store_true", help="do not ask")
    commands.add_parser("manage", help="run a management command, given by the rest")
    services = commands.add_parser("services", help="the private PostgreSQL and Redis by themselves")
    services.add_argument("action", choices=("up", "down", "status"))
    services.add_argument("--for-tests", action="store_true", help="the role may create test databases")
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the command and its options; what follows a command that passes on is left as it is."""
    passes_on = bool(arguments) and arguments[0] in PASSING_ON
    options = build_parser().parse_args(arguments[:1] if passes_on else arguments)
    options.arguments = list(arguments[1:]) if passes_on else []
    return options


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; what goes wrong is told in plain sentences."""
    raise_on_signals()
    options = parse(arguments)
    try:
        return select_command(options)()
    except Problem as problem:
        tell(problem)
    except Interrupted as interrupted:
        print(f"\nInterrupted ({interrupted}).", file=sys.stderr)
        return interrupted.exit_status
    except OSError as error:
        tell(explain_system_error(error))
    return 1


def select_command(options: argparse.Namespace) -> Callable[[], int]:
    """Return the work of the command chosen."""
    layout = Layout(ROOT)
    test_layout = Layout(ROOT, profile="test")
    return {
        "run": lambda: run_command.run(layout),
        "test": lambda: test_command.test(test_layout, options.arguments),
        "check": lambda: test_command.check(test_layout),
        "install": lambda: install(layout, with_dev=options.dev),
        "load": lambda: data_commands.load(
            layout,
            scale=options.scale,
            ami_days=options.ami_days,
            raw_days=options.raw_days,
            history_years=options.history_years,
        ),
        "bench": lambda: data_commands.bench(layout),
        "schema": lambda: write_schema(layout),
        "pins": lambda: write_pins(layout),
        "stop": lambda: data_commands.stop(layout),
        "reset": lambda: data_commands.reset(layout, is_sure=options.force),
        "manage": lambda: data_commands.manage(layout, options.arguments),
        "services": lambda: data_commands.services_command(
            layout, options.action, for_tests=options.for_tests
        ),
    }[options.command]


def install(layout: Layout, *, with_dev: bool) -> int:
    """Install what is missing and build the front end."""
    layout.prepare()
    run_steps(installation_steps(layout, with_dev=with_dev, with_browser=with_dev))
    return 0


def write_schema(layout: Layout) -> int:
    """Write the schema snapshot from the code."""
    layout.prepare()
    environment = build_environment(
        layout, services=checks.NO_SERVICES, settings="flux_site.settings.test", caller=dict(os.environ)
    )
    checks.write_schema(layout, environment=environment)
    print("wrote flux_site/schema.graphql")
    return 0


def write_pins(layout: Layout) -> int:
    """Write the constraints from the requirements."""
    layout.prepare()
    print(f"pinned {pins.write_constraints(layout)} packages in requirements/constraints.txt")
    return 0


def explain_system_error(error: OSError) -> Problem:
    """Return an error of the operating system as a sentence with a remedy."""
    where = f" ({error.filename})" if error.filename else ""
    what = f"{error.strerror or error}{where}."
    if error.errno in {errno.EACCES, errno.EPERM}:
        return Problem(
            what,
            remedy="run make under the account that made .flux and .venv, or remove both as that account.",
        )
    return Problem(what)


def tell(problem: Problem) -> None:
    """Print a problem, and the full disk that may be behind it."""
    print(f"\n{problem.render()}", file=sys.stderr)
    note = machine.full_disk_note(ROOT)
    if note:
        print(note, file=sys.stderr)
