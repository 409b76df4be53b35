"""Child processes in a process group of their own, so that nothing of them outlives a test."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers.environment import ROOT

START_TIMEOUT_S = 180.0


class Process:
    """A running program with its log."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str]) -> None:
        self.log = Path(tempfile.mkstemp(prefix="flux-test-", suffix=".log")[1])
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def wait_until(self, is_ready: Callable[[], bool], timeout_s: float = START_TIMEOUT_S) -> None:
        """Wait until the program is ready; fail with its log if it ends or takes too long."""
        deadline = time.monotonic() + timeout_s
        while not is_ready():
            assert self.is_running, f"ended with {self.process.returncode}:\n{self.log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"not ready in time:\n{self.log.read_text()[-4000:]}"
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill it and all its children, as a machine that loses its power does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it, politely first."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.kill()
        self.log.unlink(missing_ok=True)


@contextmanager
def running(arguments: Sequence[str], environment: dict[str, str]) -> Iterator[Process]:
    """Run a program while the block runs."""
    process = Process(arguments, environment)
    try:
        yield process
    finally:
        process.stop()
