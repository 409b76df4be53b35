"""Keeps the web process, the worker, beat and the two private servers alive together.

A worker that dies must not take the web process with it, a long job must get its time to stop, and nothing
may outlive the launcher, even when it is killed: that is why this is not a Procfile manager, which stops all
when one stops. Output goes straight to one log file each.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher.problem import Problem
from launcher.processes import describe_status, open_log, tail

POLL_S = 0.5
SERVICE_POLL_S = 3.0
LOG_ROTATE_BYTES = 20 * 1024**2
# Ends the child when the launcher dies, however it dies.
DEATH_WATCH = ("setpriv", "--pdeathsig", "TERM", "--")


@dataclass(frozen=True)
class Program:
    """One program to keep alive."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str]
    cwd: Path
    stop_timeout_s: float = 15.0


@dataclass(frozen=True)
class RestartPolicy:
    """How often a program may die within a window before everything is stopped, and the wait between."""

    limit: int = 4
    window_s: float = 120.0
    first_wait_s: float = 1.0

    def wait_s(self, deaths_in_window: int) -> float | None:
        """Return how long to wait before the next start, or None if it died too often."""
        if deaths_in_window > self.limit:
            return None
        return float(self.first_wait_s * 2 ** (deaths_in_window - 1))


@dataclass
class Running:
    """A program, its present process and its recent deaths."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    is_started: bool = False
    deaths: deque[float] = field(default_factory=deque)
    start_again_at_s: float = 0.0


class Supervisor:
    """Starts programs, watches them, restarts what dies within bounds, and stops all at the end."""

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        say: Callable[[str], None] = print,
        policy: RestartPolicy | None = None,
        keep_services: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        self.running = [Running(program) for program in programs]
        self.say = say
        self.policy = policy or RestartPolicy()
        self.keep_services = keep_services
        self._services_checked_s = time.monotonic()
        self._service_deaths: deque[float] = deque()

    def start(self, *names: str) -> None:
        """Start the programs of these names, or every one that was not started yet."""
        for each in self.running:
            if not each.is_started and (not names or each.program.name in names):
                each.is_started = True
                self._launch(each)

    def pids(self) -> dict[str, int]:
        """Return the process ids by program name."""
        return {each.program.name: each.process.pid for each in self.running if each.process}

    def check(self) -> None:
        """Restart what died.

        Raises:
            Problem: if a program or a service died too often, naming it, with its last words.
        """
        now_s = time.monotonic()
        for each in self.running:
            if not each.is_started:
                continue
            if each.process is None:
                if now_s >= each.start_again_at_s:
                    self._launch(each)
                    self.say(f"{each.program.name} runs again (pid {self.pids()[each.program.name]}).")
            elif (status := each.process.poll()) is not None:
                self._note_death(each, status, now_s)
        if self.keep_services and now_s - self._services_checked_s >= SERVICE_POLL_S:
            self._check_services(now_s)

    def watch(self, should_stop: Callable[[], bool]) -> None:
        """Check until told to stop.

        Raises:
            Problem: as ``check``.
        """
        while not should_stop():
            self.check()
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Stop every program: all are asked at once, and those too slow are killed with their children."""
        alive = [each for each in self.running if each.process and each.process.poll() is None]
        for each in alive:
            _signal_group(each, signal.SIGTERM)
        deadline_s = time.monotonic()
        for each in alive:
            assert each.process is not None  # noqa: S101 - narrowed above
            left_s = max(0.1, deadline_s + each.program.stop_timeout_s - time.monotonic())
            try:
                each.process.wait(timeout=left_s)
            except subprocess.TimeoutExpired:
                self.say(f"{each.program.name} did not stop in time and was killed.")
            _signal_group(each, signal.SIGKILL)  # children that outlived their parent
            each.process.wait()

    def _launch(self, each: Running) -> None:
        program = each.program
        program.log.parent.mkdir(parents=True, exist_ok=True)
        if program.log.exists() and program.log.stat().st_size > LOG_ROTATE_BYTES:
            program.log.replace(program.log.with_suffix(".log.1"))
        with open_log(program.log) as stream:
            each.process = subprocess.Popen(
                [*DEATH_WATCH, *program.command],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=dict(program.env),
                cwd=program.cwd,
                start_new_session=True,
            )

    def _note_death(self, each: Running, status: int, now_s: float) -> None:
        name = each.program.name
        _signal_group(each, signal.SIGKILL)  # children that outlived their parent
        each.process = None
        each.deaths.append(now_s)
        while each.deaths and now_s - each.deaths[0] > self.policy.window_s:
            each.deaths.popleft()
        wait_s = self.policy.wait_s(len(each.deaths))
        if wait_s is None:
            raise Problem(
                f"{name} died {len(each.deaths)} times within {self.policy.window_s:.0f} s "
                f"({describe_status(status)}); everything is stopped.",
                remedy=f"read {each.program.log}.",
                log_tail=tail(each.program.log),
            )
        last_words = "\n".join(f"    | {line}" for line in tail(each.program.log, 8).splitlines())
        self.say(
            f"{last_words}\n{name} died ({describe_status(status)}); starting it again in {wait_s:.0f} s."
        )
        each.start_again_at_s = now_s + wait_s

    def _check_services(self, now_s: float) -> None:
        assert self.keep_services is not None  # noqa: S101 - checked by the caller
        for name in self.keep_services():
            self._service_deaths.append(now_s)
            self.say(f"{name} had died and was started again.")
        while self._service_deaths and now_s - self._service_deaths[0] > self.policy.window_s:
            self._service_deaths.popleft()
        if len(self._service_deaths) > self.policy.limit:
            raise Problem(
                "PostgreSQL or Redis keeps dying; everything is stopped.", remedy="read their logs."
            )
        self._services_checked_s = time.monotonic()


def _signal_group(each: Running, signal_number: signal.Signals) -> None:
    if each.process is None:
        return
    try:
        os.killpg(each.process.pid, signal_number)
    except ProcessLookupError:
        return
