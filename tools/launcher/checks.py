"""The checks before the tests: lint, types, import rules, migrations, schema snapshot, front end."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.layout import Layout
from launcher.problem import Problem
from launcher.processes import run_logged

SCHEMA = "flux_site.schema:schema"
SHOWN_LINES = 60

# For checks that import the settings but reach no service: nothing listens there.
NO_SERVICES = {
    "FLUX_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "FLUX_REDIS_URL": "redis://127.0.0.1:1/0",
    "FLUX_SECRET_KEY": "only-for-checks-that-serve-nobody-0123456789-abcdefghij",
    "FLUX_WAREHOUSE_URL": "embedded:///nonexistent/warehouse",
}


@dataclass(frozen=True)
class Check:
    """One check: its title, its command and where to run it."""

    title: str
    command: tuple[str, ...]
    folder: Path


def code_checks(layout: Layout) -> list[Check]:
    """Return the checks that need no service."""
    binaries = layout.venv / "bin"

    def python_tool(title: str, name: str, *arguments: str) -> Check:
        return Check(title, (str(binaries / name), *arguments), layout.root)

    return [
        python_tool("Lint (ruff)", "ruff", "check", "."),
        python_tool("Format (ruff)", "ruff", "format", "--check", "."),
        python_tool("Types (mypy)", "mypy"),
        python_tool("Import rules", "lint-imports", "--no-logo", "--no-cache"),
    ]


def migration_check(layout: Layout) -> Check:
    """Return the check that no model change lacks its migration."""
    command = (str(layout.python), "manage.py", "makemigrations", "--check", "--dry-run")
    return Check("Migrations complete", command, layout.root)


def frontend_checks(layout: Layout) -> list[Check]:
    """Return the front end's own checks."""
    scripts = {
        "Lint (eslint)": "lint",
        "Types (tsc, gql.tada)": "typecheck",
        "Front-end tests (vitest)": "test",
    }
    return [Check(title, ("npm", "run", script), layout.frontend) for title, script in scripts.items()]


def run_check(check: Check, *, layout: Layout, environment: Mapping[str, str]) -> None:
    """Run one check.

    Raises:
        Problem: if it fails, with the end of what it said.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", check.title.lower()).strip("-")
    log = layout.logs / f"check-{slug}.log"
    log.unlink(missing_ok=True)
    run_logged(
        check.command,
        log=log,
        what=f"{check.title} failed",
        env=environment,
        cwd=check.folder,
        shown_lines=SHOWN_LINES,
    )


def check_schema(layout: Layout, *, environment: Mapping[str, str]) -> None:
    """Compare the schema of the code with the snapshot in the repository.

    Raises:
        Problem: if it cannot be exported or differs, with the first differences.
    """
    exported = layout.logs / "schema.graphql"
    run_logged(
        [layout.python, "manage.py", "export_schema", SCHEMA, "--path", exported],
        log=layout.logs / "check-schema.log",
        what="the GraphQL schema could not be exported",
        env=environment,
        cwd=layout.root,
    )
    snapshot = layout.root / "flux_site" / "schema.graphql"
    kept = snapshot.read_text(encoding="utf-8") if snapshot.exists() else ""
    difference = schema_difference(kept, exported.read_text(encoding="utf-8"))
    if difference:
        raise Problem(
            "flux_site/schema.graphql is not the schema of the code.",
            remedy="look at the difference; if it is meant, run 'make schema' and commit the file.",
            log_tail="\n".join(difference[:SHOWN_LINES]),
        )


def write_schema(layout: Layout, *, environment: Mapping[str, str]) -> None:
    """Write the snapshot anew from the code.

    Raises:
        Problem: if it cannot be exported.
    """
    target = layout.root / "flux_site" / "schema.graphql"
    run_logged(
        [layout.python, "manage.py", "export_schema", SCHEMA, "--path", target],
        log=layout.logs / "check-schema.log",
        what="the GraphQL schema could not be exported",
        env=environment,
        cwd=layout.root,
    )


def schema_difference(kept: str, exported: str) -> list[str]:
    """Return a unified diff of two schemas, empty if they agree up to blank space at the end."""
    return list(
        difflib.unified_diff(
            kept.rstrip().splitlines(),
            exported.rstrip().splitlines(),
            "schema.graphql in the repository",
            "schema of the code",
            lineterm="",
            n=1,
        )
    )


class CheckList:
    """Runs checks one after another, goes on after a failure, and remembers what failed."""

    def __init__(self, *, layout: Layout, environment: Mapping[str, str]) -> None:
        self.layout = layout
        self.environment = environment
        self.failed: list[str] = []

    def run(self, check: Check) -> None:
        """Run a check and print how it went; a failure is printed with its output."""
        self._report(check.title, lambda: run_check(check, layout=self.layout, environment=self.environment))

    def run_schema(self) -> None:
        """Run the schema comparison in the same way."""
        self._report("Schema snapshot", lambda: check_schema(self.layout, environment=self.environment))

    def summary(self) -> str:
        """Return one line: all passed, or the names of those that failed."""
        return f"Checks failed: {'; '.join(self.failed)}." if self.failed else "All checks passed."

    def _report(self, title: str, work: Callable[[], None]) -> None:
        print(f"  {title} ... ", end="", flush=True)
        started_s = time.monotonic()
        try:
            work()
        except Problem as problem:
            self.failed.append(title)
            print(f"FAILED ({time.monotonic() - started_s:.1f} s)\n{problem.render()}", flush=True)
        else:
            print(f"passed ({time.monotonic() - started_s:.1f} s)", flush=True)
