"""Running programs: failures carry their last words, statuses are told in words, locks are exclusive."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.interruption import Interrupted
from launcher.locks import RunLock
from launcher.problem import Problem
from launcher.processes import describe_status, is_alive, run_logged, tail, wait_or_stop


def test_failed_program_tells_what_failed_and_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "step.log"
    code = "import sys; [print('line', n) for n in range(100)]; sys.exit(3)"

    with pytest.raises(Problem) as caught:
        run_logged([sys.executable, "-c", code], log=log, what="the step failed", remedy="try again.")

    assert caught.value.what == "the step failed (exit status 3)."
    shown = caught.value.log_tail.splitlines()
    assert shown[0].startswith("$ ")
    assert shown[9:12] == ["line 8", "... 81 lines ...", "line 90"]
    assert shown[-1] == "line 99"
    assert str(log) in caught.value.remedy


def test_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="No such file or directory: /nonexistent/npm"):
        run_logged(["/nonexistent/npm"], log=tmp_path / "log", what="the step failed")


@pytest.mark.parametrize(
    ("status", "words"),
    [(2, "exit status 2"), (-15, "ended by SIGTERM"), (-9, "ended by SIGKILL, perhaps for lack of memory")],
)
def test_statuses_are_told_in_words(status: int, words: str) -> None:
    assert describe_status(status) == words


def test_interrupted_wait_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    original_wait = process.wait
    calls: list[float | None] = []

    def interrupted_wait(timeout: float | None = None) -> int:
        calls.append(timeout)
        if len(calls) == 1:
            raise Interrupted(signal.SIGTERM)
        return original_wait(timeout)

    monkeypatch.setattr(process, "wait", interrupted_wait)
    with pytest.raises(Interrupted):
        wait_or_stop(process)

    assert not is_alive(process.pid)


def test_tail_of_a_missing_file_is_empty(tmp_path: Path) -> None:
    assert tail(tmp_path / "missing") == ""


def test_problem_reads_as_excerpt_cause_and_remedy() -> None:
    text = Problem("the disk is full.", remedy="make room.", log_tail="a\nb").render()

    assert text == "    | a\n    | b\nProblem: the disk is full.\nWhat to do: make room."


def test_run_lock_has_one_holder_and_tells_about_it(tmp_path: Path) -> None:
    first, second = RunLock(tmp_path / "lock"), RunLock(tmp_path / "lock")

    assert first.acquire()
    first.describe(pid=42, address="http://localhost:8000")
    assert not second.acquire()
    assert second.read() == {"pid": 42, "address": "http://localhost:8000"}

    first.release()
    assert second.acquire()
    assert second.read() == {}
    second.release()


def test_lock_of_a_killed_holder_is_free_but_still_tells_of_it(tmp_path: Path) -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from launcher.locks import RunLock; from pathlib import Path\n"
        "lock = RunLock(Path(sys.argv[2])); lock.acquire(); lock.describe(mark='abc')\n"
        "os.kill(os.getpid(), 9)"
    )
    tools = Path(__file__).parents[3] / "tools"
    subprocess.run([sys.executable, "-c", code, tools, tmp_path / "lock"], check=False)

    lock = RunLock(tmp_path / "lock")

    assert lock.acquire()
    assert lock.read() == {"mark": "abc"}
    lock.release()
