"""Writing ``requirements/constraints.txt``: every transitive package at one version."""

from __future__ import annotations

import re

from launcher.layout import Layout
from launcher.processes import run_logged

HEADER = """\
# Every package of requirements/{base,dev}.txt and what they need in turn, at one version each.
# Written by 'make pins'; the versions already here are kept unless a requirement forbids them.
"""


def write_constraints(layout: Layout) -> int:
    """Resolve the requirements anew, keeping present pins, and return how many packages are pinned.

    Raises:
        Problem: if they cannot be resolved, with uv's explanation.
    """
    target = layout.root / "requirements" / "constraints.txt"
    resolved = layout.logs / "constraints.txt"
    resolved.parent.mkdir(parents=True, exist_ok=True)
    resolved.write_text(target.read_text(encoding="utf-8") if target.exists() else "", encoding="utf-8")
    run_logged(
        [
            layout.venv / "bin" / "uv",
            *("pip", "compile", "--quiet", "--no-header", "--no-emit-index-url", "--no-annotate"),
            *("--no-strip-markers", "--python", layout.python),
            *("--output-file", resolved, layout.root / "requirements" / "dev.txt"),
        ],
        log=layout.logs / "pins.log",
        what="the requirements could not be resolved together",
        cwd=layout.root,
    )
    lines = pinned_lines(resolved.read_text(encoding="utf-8"))
    target.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def pinned_lines(resolved: str) -> list[str]:
    """Return the ``name==version`` lines, with their markers, in order."""
    return sorted(line for line in resolved.splitlines() if re.match(r"^[a-z0-9][a-z0-9._-]*==", line))
