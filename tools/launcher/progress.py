"""Numbered steps with their elapsed time on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

HEARTBEAT_S = 10.0
LAST_LINE_WIDTH = 90


@dataclass(frozen=True)
class Step:
    """One step: its title and the work, which returns a short note about what it found or did."""

    title: str
    work: Callable[[], str | None]


def run_steps(steps: Sequence[Step], *, stream: TextIO | None = None) -> None:
    """Do the steps in order, each on a numbered line; an exception ends the line and passes on."""
    out = stream or sys.stdout
    width = len(str(len(steps)))
    for number, step in enumerate(steps, start=1):
        print(f"[{number:>{width}}/{len(steps)}] {step.title} ... ", end="", file=out, flush=True)
        started_s = time.monotonic()
        try:
            note = step.work()
        except BaseException:
            print("stopped", file=out, flush=True)
            raise
        print(f"{note or 'done'} ({time.monotonic() - started_s:.1f} s)", file=out, flush=True)


class Heartbeat:
    """Tells every ten seconds that a long program is still at work, and what it said last."""

    def __init__(self, *, stream: TextIO | None = None, every_s: float = HEARTBEAT_S) -> None:
        self.out = stream or sys.stdout
        self.every_s = every_s
        self.started_s = time.monotonic()

    def beat(self, last_line: str) -> None:
        elapsed_s = time.monotonic() - self.started_s
        shown = "".join(sign for sign in last_line.strip() if sign.isprintable())[:LAST_LINE_WIDTH]
        print(f"\n        {elapsed_s:.0f} s: {shown or 'working'} ", end="", file=self.out, flush=True)
