"""Starts the local Snowflake server as a child process and names it as a warehouse URL."""

from __future__ import annotations

import selectors
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

START_LIMIT_S = 60.0
PASSWORD = "open sesame/1"  # a space and a slash: URLs must quote it


class SnowflakeServer:
    """A running server; use it as a context manager."""

    def __init__(self, log_file: Path) -> None:
        self._log = log_file.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("server.py")), "--password", PASSWORD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self.port = 0

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:  # select() knows no descriptor above 1,023
            selector.register(self._process.stdout, selectors.EVENT_READ)
            ready = selector.select(START_LIMIT_S)
        line = self._process.stdout.readline() if ready else b""
        if not line.strip():
            self.stop()
            raise RuntimeError(
                f"the Snowflake server did not start in {START_LIMIT_S} s, see {self._log.name}"
            )
        self.port = int(line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, database: str, *, password: str = PASSWORD) -> str:
        """Return the warehouse URL of ``database`` on this server."""
        quoted = password.replace(" ", "%20").replace("/", "%2F")
        return (
            f"snowflake://tester:{quoted}@local/{database}?warehouse=FLUX_WH&role=FLUX"
            f"&host=127.0.0.1&port={self.port}&protocol=http"
        )

    def expire_sessions(self) -> None:
        """End all sessions, as Snowflake does after hours without use."""
        self._post("expire-sessions")

    def delay_next_statement(self, seconds: float) -> None:
        """Let the server answer its next statement late."""
        self._post(f"delay-next-statement?seconds={seconds}")

    def _post(self, action: str) -> None:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/test/{action}", method="POST")
        with urllib.request.urlopen(request, timeout=10):
            pass

    def stop(self) -> None:
        """End the process; safe to repeat."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._log.close()
