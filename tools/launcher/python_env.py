"""The virtual environment: made once, filled from pinned requirements, refilled when they change."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from launcher.layout import Layout
from launcher.problem import Problem
from launcher.processes import capture, run_logged
from launcher.stamps import Stamp, fingerprint

UV_PIN = "uv==0.13.8"
NETWORK_REMEDY = "check the network and the package index of this machine, then run the command again."


def requirement_files(layout: Layout, *, with_dev: bool) -> list[Path]:
    """Return the files whose contents decide what is installed."""
    names = ["ml.txt", "base.txt", "data.txt", "constraints.txt"] + (["dev.txt"] if with_dev else [])
    return [layout.root / "requirements" / name for name in names]


def wanted_fingerprint(layout: Layout, *, with_dev: bool) -> str:
    """Return the fingerprint of the environment asked for: requirements, interpreter, installer."""
    version = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"
    return fingerprint(
        requirement_files(layout, with_dev=with_dev), extra=[version, UV_PIN, str(layout.venv)]
    )


def is_current(layout: Layout, *, with_dev: bool) -> bool:
    """Return whether the environment holds what the requirements ask for."""
    if not layout.python.exists():
        return False
    dev = Stamp(layout.stamps, "python-dev").matches(wanted_fingerprint(layout, with_dev=True))
    if with_dev or dev:
        return dev
    return Stamp(layout.stamps, "python-base").matches(wanted_fingerprint(layout, with_dev=False))


def install(layout: Layout, *, with_dev: bool) -> str:
    """Make the environment hold the pinned requirements.

    Raises:
        Problem: if Python cannot make it or a package cannot be installed.
    """
    if is_current(layout, with_dev=with_dev):
        return "up to date"
    stamp = Stamp(layout.stamps, "python-dev" if with_dev else "python-base")
    stamp.forget()
    log = layout.state / "logs" / "python.log"
    log.unlink(missing_ok=True)
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "VIRTUAL_ENV": str(layout.venv)}
    _make_venv(layout, log)
    requirements = layout.root / "requirements"
    constraints = requirements / "constraints.txt"
    wanted = requirements / ("dev.txt" if with_dev else "base.txt")
    pip: list[str | Path] = [layout.python, "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    run_logged(
        [*pip, UV_PIN],
        log=log,
        env=environment,
        what="the Python package installer could not be fetched",
        remedy=NETWORK_REMEDY,
    )
    # First, and by pip: it takes the build of torch that this machine's package index offers, where uv would
    # look at the public one alone and may fetch gigabytes for a graphics card that is not there.
    run_logged(
        [*pip, "-r", requirements / "ml.txt"],
        log=log,
        env=environment,
        what="the packages of learned models could not be installed",
        remedy=NETWORK_REMEDY,
    )
    uv: list[str | Path] = [
        layout.venv / "bin" / "uv",
        "--no-progress",
        "pip",
        "install",
        "--python",
        layout.python,
    ]
    batches: list[list[str | Path]] = [
        ["-r", wanted, "-c", constraints],
        ["--no-deps", "-r", requirements / "data.txt"],
    ]
    for arguments in batches:
        try:
            run_logged([*uv, *arguments], log=log, env=environment, what="uv could not install")
        except Problem:
            run_logged(
                [*pip, *arguments],
                log=log,
                env=environment,
                what="Python packages could not be installed",
                remedy=NETWORK_REMEDY,
            )
    stamp.write(wanted_fingerprint(layout, with_dev=with_dev))
    return "installed"


def _make_venv(layout: Layout, log: Path) -> None:
    """Make the environment, or make it anew if it is broken or belongs to another Python version."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if layout.python.exists():
        probe = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
        try:
            found = capture([layout.python, "-c", probe])
        except OSError:
            found = None
        if found and found.returncode == 0 and found.stdout.strip() == version:
            return
    run_logged(
        [sys.executable, "-m", "venv", "--clear", layout.venv],
        log=log,
        what=f"Python {version} could not make a virtual environment",
        remedy=f"install python{version}-venv.",
    )
