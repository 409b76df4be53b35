"""The front end: npm packages and the production build, each redone when its inputs changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from launcher.layout import Layout
from launcher.processes import capture, run_logged
from launcher.stamps import Stamp, fingerprint

NPM_QUIET = ("--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def install_packages(layout: Layout) -> str:
    """Install the locked npm packages.

    Raises:
        Problem: if npm fails, with its last words.
    """
    node = capture(["node", "--version"]).stdout.strip()
    wanted = fingerprint(
        [layout.frontend / "package-lock.json", layout.frontend / "package.json"], extra=[node]
    )
    stamp = Stamp(layout.stamps, "npm")
    if stamp.matches(wanted) and (layout.frontend / "node_modules").is_dir():
        return "up to date"
    stamp.forget()
    run_logged(
        ["npm", "ci", "--include=dev", *NPM_QUIET],
        log=_fresh_log(layout, "npm"),
        cwd=layout.frontend,
        what="the front end's packages could not be installed",
        remedy="check the network and the npm registry of this machine, then run the command again.",
    )
    stamp.write(wanted)
    return "installed"


def source_fingerprint(layout: Layout) -> str:
    """Return the fingerprint of everything the build reads."""
    return fingerprint([layout.frontend, layout.root / "flux_site" / "schema.graphql"])


def build(layout: Layout) -> str:
    """Build the front end into ``frontend/dist``.

    Raises:
        Problem: if the build fails, with its last words.
    """
    wanted = source_fingerprint(layout)
    stamp = Stamp(layout.stamps, "frontend")
    if stamp.matches(wanted) and (layout.frontend / "dist" / "index.html").exists():
        return "up to date"
    stamp.forget()
    run_logged(
        ["npm", "run", "build"],
        log=_fresh_log(layout, "frontend"),
        cwd=layout.frontend,
        env=os.environ | {"NODE_ENV": "production"},
        what="the front end could not be built",
        remedy="if the sources are unchanged, remove frontend/node_modules and run the command again.",
    )
    stamp.write(wanted)
    return "built"


def clean(layout: Layout) -> None:
    """Remove what was built and installed."""
    for folder in ("dist", "node_modules"):
        shutil.rmtree(layout.frontend / folder, ignore_errors=True)


def _fresh_log(layout: Layout, name: str) -> Path:
    log = layout.state / "logs" / f"{name}.log"
    log.unlink(missing_ok=True)
    return log
