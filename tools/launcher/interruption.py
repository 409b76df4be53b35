"""Turning the signals that end a program into one exception, so that every ``finally`` runs."""

from __future__ import annotations

import signal
from types import FrameType


class Interrupted(BaseException):
    """Raised in the main thread when Ctrl-C, SIGTERM or SIGHUP arrives."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal.Signals(signal_number).name)
        self.signal_number = signal_number

    @property
    def exit_status(self) -> int:
        return 128 + self.signal_number


def raise_on_signals() -> None:
    """Raise ``Interrupted`` on the first signal; further ones are ignored so that clearing up completes."""

    def handle(number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        raise Interrupted(number)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, handle)


def ignore_signals() -> None:
    """Let nothing disturb the clearing up."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
