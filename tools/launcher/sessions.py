"""One Django process for all the management commands of a start."""

from __future__ import annotations

import json
import select
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from launcher.layout import Layout
from launcher.problem import Problem
from launcher.processes import describe_status, end_process, excerpt, last_words, open_log
from launcher.progress import Heartbeat

GRACE_S = 3.0


class ManageSession:
    """Runs management commands one after another in one process, each with its own log."""

    def __init__(self, layout: Layout, environment: Mapping[str, str]) -> None:
        self.layout = layout
        self.environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, arguments: Sequence[str], *, log: Path, what: str, remedy: str = "") -> None:
        """Run one command; a long one shows every ten seconds what it says.

        Raises:
            Problem: if it fails, with ``what`` went wrong, its output and the remedy.
        """
        with open_log(log) as stream:
            stream.write(f"$ manage.py {' '.join(arguments)}\n".encode())
        status = self._ask(list(arguments), log)
        if status != 0:
            hint = f"{remedy} The whole log: {log}" if remedy else f"see the whole log: {log}"
            raise Problem(f"{what} ({describe_status(status)}).", remedy=hint, log_tail=excerpt(log))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._drop(self._process)

    def _ask(self, arguments: list[str], log: Path) -> int:
        process = self._process or self._start(log)
        self._process = process
        assert process.stdin is not None  # noqa: S101 - a pipe, as started below
        assert process.stdout is not None  # noqa: S101 - likewise
        heartbeat = Heartbeat()
        try:
            process.stdin.write(json.dumps({"arguments": arguments, "log": str(log)}).encode() + b"\n")
            process.stdin.flush()
            while not select.select([process.stdout], [], [], heartbeat.every_s)[0]:
                heartbeat.beat(last_words(log))
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        except BaseException:
            self.close()
            raise
        if not answer:  # the process is gone: killed, or it could not even start
            return self._drop(process) or 1
        return int(json.loads(answer)["status"])

    def _drop(self, process: subprocess.Popen[bytes]) -> int:
        self._process = None
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=GRACE_S)
        end_process(process)
        return process.wait()

    def _start(self, log: Path) -> subprocess.Popen[bytes]:
        with open_log(log) as stream:
            return subprocess.Popen(
                [str(self.layout.python), str(self.layout.root / "tools" / "manage_session.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                env=dict(self.environment),
                cwd=self.layout.root,
            )
