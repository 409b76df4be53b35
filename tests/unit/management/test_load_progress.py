"""The progress of a load: percent, rows, rate and time left, on a terminal and elsewhere."""

import pytest

from grid.management.load_progress import LoadProgress, duration, millions


class Screen:
    """Collects what is written, with a clock that is set by hand."""

    def __init__(self, *, is_terminal: bool) -> None:
        self.now = 100.0
        self.text: list[str] = []
        self.progress = LoadProgress(self.text.append, is_terminal=is_terminal, clock=lambda: self.now)

    def at(self, second: float, frac: float, step: str, done: int | None = None) -> None:
        self.now = 100.0 + second
        if done is not None:
            self.progress.rows(done, 40_000_000)
        self.progress.tell(frac, step)


def test_elsewhere_a_plain_line_comes_every_two_seconds() -> None:
    screen = Screen(is_terminal=False)

    for tenths in range(0, 50, 5):
        screen.at(tenths / 10.0, tenths / 100.0, "growing")
    screen.progress.end()

    assert screen.text == [" 20 %  growing\n", " 40 %  growing\n"]


def test_rows_give_a_rate_and_the_time_left() -> None:
    """10 M rows in 5 s are 2 M a second; the other 20 M take 10 s. Rows there at the start do not count."""
    screen = Screen(is_terminal=False)

    screen.at(10.0, 0.25, "writing", done=10_000_000)
    screen.at(15.0, 0.5, "writing", done=20_000_000)

    assert screen.text[-1] == " 50 %  20.0 M of 40.0 M rows, 2.0 M/s, 0:10 left  writing\n"


def test_rows_that_a_resumed_load_finds_written_leave_the_rate_again() -> None:
    """30 M rows are skipped at once; then come 100,000 a second, of which 6.8 M are left after 32 s."""
    screen = Screen(is_terminal=False)

    screen.at(0.0, 0.1, "writing", done=0)
    screen.at(0.1, 0.7, "writing", done=30_000_000)
    for second in range(1, 33):
        screen.at(second, 0.7, "writing", done=30_000_000 + 100_000 * second)

    assert "33.2 M of 40.0 M rows, 100.0 k/s, 1:08 left" in screen.text[-1]


def test_without_new_rows_no_rate_is_claimed() -> None:
    screen = Screen(is_terminal=False)

    screen.at(10.0, 0.25, "writing", done=10_000_000)
    screen.at(15.0, 0.25, "writing", done=10_000_000)

    assert screen.text[-1] == " 25 %  10.0 M of 40.0 M rows  writing\n"


def test_a_terminal_gets_one_line_drawn_anew_and_left_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    screen = Screen(is_terminal=True)

    screen.at(1.0, 0.5, "a step with a name that is longer than the terminal is wide")
    screen.at(1.1, 0.6, "too soon")
    screen.progress.end()

    assert len(screen.text) == 2
    assert screen.text[0].startswith("\r\x1b[K" + "█" * 12 + "░" * 12 + "  50 %")
    assert len(screen.text[0]) == len("\r\x1b[K") + 59
    assert "\n" not in "".join(screen.text)
    assert screen.text[1] == "\r\x1b[K"


def test_figures_are_short() -> None:
    assert [millions(n) for n in (0, 999, 1_500, 2_340_000, 7.1e9)] == ["0", "999", "1.5 k", "2.3 M", "7.1 G"]
    assert [duration(s) for s in (0.4, 59.6, 61, 3_725)] == ["0:00", "1:00", "1:01", "1:02:05"]
