"""Choosing TCP ports on loopback and telling who holds one."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Collection
from pathlib import Path

from launcher.problem import Problem

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65_535
LISTEN_STATE = "0A"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen on ``port`` now.

    Raises:
        Problem: if the system forbids this port (below 1024 without root).
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Problem(
                    f"port {port} may not be used by this account.", remedy="choose a port of 1024 or above."
                ) from error
            return False
    return True


def choose_port(
    first: int, *, taken: Collection[int] = (), span: int = 200, free: Callable[[int], bool] = is_free
) -> int:
    """Return the first free port at or above ``first``, passing over ``taken``.

    Raises:
        Problem: if none of the ``span`` ports tried is free.
    """
    last = min(first + span, HIGHEST_PORT + 1)
    for port in range(first, last):
        if port not in taken and free(port):
            return port
    raise Problem(
        f"no free port between {first} and {last - 1}.", remedy="stop some of the programs listening there."
    )


def parse_port(text: str, *, name: str) -> int:
    """Return a port number given by a person.

    Raises:
        Problem: if it is not a whole number between 1 and 65535.
    """
    if text.isascii() and text.isdigit() and 1 <= int(text) <= HIGHEST_PORT:
        return int(text)
    raise Problem(
        f"{name} is {text!r}: not a port number (1-{HIGHEST_PORT}).", remedy=f"for example {name}=8000."
    )


def listening_inodes(table: str, port: int) -> set[str]:
    """Return the socket inodes listening on ``port`` in the text of ``/proc/net/tcp``."""
    inodes = set()
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 9 and fields[3] == LISTEN_STATE and int(fields[1].rsplit(":", 1)[1], 16) == port:
            inodes.add(fields[9])
    return inodes


def describe_holder(port: int, proc: Path = Path("/proc")) -> str:
    """Return who listens on ``port``, such as ``python (pid 42)``, as far as this account can see."""
    inodes: set[str] = set()
    for name in ("tcp", "tcp6"):
        try:
            inodes |= listening_inodes((proc / "net" / name).read_text(), port)
        except OSError:
            continue
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for process in proc.glob("[0-9]*"):
        try:
            if any(_target(link) in wanted for link in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue
    return "another program"


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed in the meantime
        return ""
