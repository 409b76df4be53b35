"""What the machine offers: its system, its programs and its free disk."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from launcher import envfile
from launcher.layout import Layout
from launcher.problem import Problem
from launcher.processes import capture

NODE_OLDEST = 20
GIB = 1024**3
FIRST_INSTALL_BYTES = 5 * GIB
WORKING_BYTES = 1 * GIB
FULL_DISK_BYTES = 200 * 1024**2
DOCKER_HINT = "run it in containers instead: 'docker compose up' (see README.md)."


def is_debian_family(os_release: Mapping[str, str]) -> bool:
    """Return whether ``/etc/os-release`` describes Debian, Ubuntu or a relative."""
    names = {os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split()}
    return bool(names & {"debian", "ubuntu"})


def describe_system(os_release: Mapping[str, str]) -> str:
    """Return the system's own name for itself."""
    return os_release.get("PRETTY_NAME") or os_release.get("ID") or sys.platform


def read_os_release() -> dict[str, str]:
    """Return the variables of ``/etc/os-release``; none on a system without it."""
    return envfile.read_env(Path("/etc/os-release"))


def node_version() -> tuple[int, ...] | None:
    """Return Node's version, or None if there is no Node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    numbers = re.findall(r"\d+", capture(["node", "--version"]).stdout)
    return tuple(int(number) for number in numbers) or None


def check_machine(layout: Layout, *, is_first_install: bool) -> str:
    """Return a note on the machine, or say what it lacks.

    Raises:
        Problem: if it is no Debian or Ubuntu, Node is too old or missing, or the disk has too little room.
    """
    release = read_os_release()
    if not sys.platform.startswith("linux") or not is_debian_family(release):
        raise Problem(
            f"this is {describe_system(release)}: 'make' knows how to set up Debian and Ubuntu only.",
            remedy=DOCKER_HINT,
        )
    node = node_version()
    if node is None or node[0] < NODE_OLDEST:
        found = "no Node with npm was found" if node is None else f"Node {node[0]} is too old"
        raise Problem(
            f"{found}; the front end is built with Node {NODE_OLDEST} or newer.",
            remedy="install it from https://nodejs.org or your system's packages, then run make again.",
        )
    need = FIRST_INSTALL_BYTES if is_first_install else WORKING_BYTES
    free = shutil.disk_usage(layout.root).free
    if free < need:
        raise Problem(
            f"the disk with {layout.root} has {free / GIB:.1f} GB free; {need / GIB:.0f} GB are needed.",
            remedy="free some space (a first install takes the most), then run make again.",
        )
    python = ".".join(str(part) for part in sys.version_info[:3])
    node_text = ".".join(map(str, node))
    return f"{describe_system(release)}, Python {python}, Node {node_text}, {free / GIB:.0f} GB free"


def full_disk_note(folder: Path) -> str:
    """Return a sentence if the disk is (nearly) full, which is then the likely cause of any failure."""
    free = shutil.disk_usage(folder).free
    if free >= FULL_DISK_BYTES:
        return ""
    return (
        f"The disk with {folder} is full ({free // 1024**2} MB free): make room, then run the command again."
    )
