"""The progress of a long load on the terminal: one line that is drawn anew, or plain lines elsewhere."""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable

BAR_WIDTH = 24
DRAW_EVERY_S = 0.2
LINE_EVERY_S = 2.0
RATE_AFTER_S = 1.0
RATE_OVER_S = 30.0


class LoadProgress:
    """Shows percent, step, rows, rate and the time left.

    The time left supposes that rows go on being written at the rate of the last half minute; before rows are
    written, and while what was written is rolled up, it is not known and not shown. What a resumed load finds
    written already drops out of the rate as soon as that half minute is over.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        is_terminal: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._clock, self._is_terminal = write, clock, is_terminal
        self._shown_at = clock()
        self._frac, self._step = 0.0, ""
        self._done, self._total = 0, 0
        self._recent: deque[tuple[float, int]] = deque()

    def tell(self, frac: float, step: str) -> None:
        """Take note of the fraction done and the step."""
        self._frac, self._step = frac, step
        self._show()

    def rows(self, done: int, total: int) -> None:
        """Take note of the rows written of how many."""
        now = self._clock()
        self._recent.append((now, done))
        while self._recent[0][0] < now - RATE_OVER_S and len(self._recent) > 2:
            self._recent.popleft()
        self._done, self._total = done, total

    def end(self) -> None:
        """Leave the line, so that what follows begins on its own."""
        if self._is_terminal:
            self._write("\r\x1b[K")

    def line(self) -> str:
        """Return the progress as one line."""
        percent = f"{self._frac * 100.0:3.0f} %"
        if not self._total:
            return f"{percent}  {self._step}"
        rows = f"{millions(self._done)} of {millions(self._total)} rows"
        return f"{percent}  {', '.join([rows, *self._rate()])}  {self._step}"

    def _rate(self) -> list[str]:
        (began, first), (until, last) = self._recent[0], self._recent[-1]
        if until - began < RATE_AFTER_S or last <= first:
            return []
        rate = (last - first) / (until - began)
        left = (self._total - self._done) / rate
        return [f"{millions(rate)}/s", f"{duration(left)} left"] if self._done < self._total else []

    def _show(self) -> None:
        now = self._clock()
        if now - self._shown_at < (DRAW_EVERY_S if self._is_terminal else LINE_EVERY_S):
            return
        self._shown_at = now
        if not self._is_terminal:
            self._write(f"{self.line()}\n")
            return
        full = int(self._frac * BAR_WIDTH)
        bar = "█" * full + "░" * (BAR_WIDTH - full)
        width = max(shutil.get_terminal_size().columns - 1, 20)
        self._write(f"\r\x1b[K{f'{bar} {self.line()}'[:width]}")


def millions(count: float) -> str:
    """Return a count of rows in few signs."""
    for limit, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= limit:
            return f"{count / limit:.1f} {sign}"
    return f"{count:.0f}"


def duration(seconds: float) -> str:
    """Return a time in hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
