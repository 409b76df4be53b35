"""The private Redis of a checkout: its own folder, port and password, loopback only."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from launcher import envfile, ports
from launcher.problem import Problem
from launcher.processes import stop_process, tail

START_TIMEOUT_S = 20.0
ENVIRONMENT = {"PATH": f"{os.defpath}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class RedisSpec:
    """What one server needs: where it lives, its port and password, and whether its data must survive."""

    folder: Path
    log: Path
    port: int
    password: str
    is_durable: bool

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{ports.LOOPBACK}:{self.port}/0"

    @property
    def config_file(self) -> Path:
        return self.folder / "redis.conf"

    @property
    def pid_file(self) -> Path:
        return self.folder / "redis.pid"


def render_config(spec: RedisSpec) -> str:
    """Return the server's configuration file. Nothing is evicted: the broker's queues live here."""
    lines = [
        f"port {spec.port}",
        f"bind {ports.LOOPBACK}",
        "protected-mode yes",
        f"requirepass {spec.password}",
        f'dir "{spec.folder}"',
        f'logfile "{spec.log}"',
        f'pidfile "{spec.pid_file}"',
        "daemonize no",
        "maxmemory-policy noeviction",
        f"appendonly {'yes' if spec.is_durable else 'no'}",
        "" if spec.is_durable else 'save ""',
    ]
    return "\n".join(lines) + "\n"


def ask(*, port: int, password: str, timeout_s: float = 1.0) -> dict[str, str] | None:
    """Return ``INFO server`` of the Redis on ``port``, or None if none answers to our password."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), timeout=timeout_s) as link:
            link.sendall(f"AUTH {password}\r\nINFO server\r\nQUIT\r\n".encode())
            answer = b""
            while chunk := link.recv(65_536):
                answer += chunk
    except OSError:
        return None
    pairs = (line.split(":", 1) for line in answer.decode(errors="replace").splitlines() if ":" in line)
    info = {key: value.strip() for key, value in pairs}
    return info if "process_id" in info else None


class Redis:
    """One server process and its folder."""

    def __init__(self, spec: RedisSpec) -> None:
        self.spec = spec
        self._launched: subprocess.Popen[bytes] | None = None

    def running_pid(self) -> int | None:
        """Return the id of the server started from our folder, or None."""
        info = ask(port=self.spec.port, password=self.spec.password)
        if info is None or info.get("config_file") != str(self.spec.config_file):
            return None
        return int(info["process_id"])

    def has_process(self) -> bool:
        """Return whether our server process exists, even if it is too busy to answer."""
        try:
            pid = int(self.spec.pid_file.read_text())
            return b"redis-server" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return False

    def start(self) -> None:
        """Start the server and wait until it answers; does nothing if it runs already.

        Raises:
            Problem: if it is not installed or does not come up, with the end of its log.
        """
        if self.running_pid() is not None:
            return
        self._reap()
        program = shutil.which("redis-server", path=ENVIRONMENT["PATH"])
        if program is None:
            raise Problem(
                "redis-server is not installed.",
                remedy="run 'make install', or apt-get install redis-server.",
            )
        self.spec.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.spec.log.parent.mkdir(parents=True, exist_ok=True)
        envfile.write_private(self.spec.config_file, render_config(self.spec))
        self._launched = process = self._launch(program)
        if process.poll() is None:
            return
        if "Bad file format reading the append only file" in tail(self.spec.log):
            self._set_damaged_data_aside()
            self._launched = process = self._launch(program)
            if process.poll() is None:
                return
        raise Problem("Redis did not start.", remedy=f"read {self.spec.log}.", log_tail=tail(self.spec.log))

    def stop(self) -> None:
        """Stop the server if it runs; Redis saves before it ends."""
        pid = self.running_pid()
        if pid is not None:
            stop_process(pid)
        self._reap()

    def _reap(self) -> None:
        """Take note of the end of the server that we started, if it ended."""
        if self._launched is not None:
            self._launched.poll()

    def _launch(self, program: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [program, str(self.spec.config_file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=ENVIRONMENT,
            cwd="/",
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while process.poll() is None and time.monotonic() < deadline:
            if self.running_pid() == process.pid:
                return process
            time.sleep(0.05)
        if process.poll() is None:
            process.kill()
            process.wait()
        return process

    def _set_damaged_data_aside(self) -> None:
        """Keep an append-only file that a crash cut in the middle, and start without it.

        Queued messages are lost, jobs are not: their rows are in PostgreSQL and are found again.
        """
        damaged = self.spec.folder / "appendonlydir"
        kept = self.spec.folder / f"appendonlydir.damaged-{int(time.time())}"
        if damaged.exists():
            damaged.rename(kept)
