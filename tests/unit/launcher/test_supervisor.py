"""The supervisor: what dies is told and restarted within bounds, nothing is left at the end."""

import os
import sys
import time
from pathlib import Path

import pytest

from launcher.problem import Problem
from launcher.processes import find_marked, is_alive, stop_marked
from launcher.supervisor import Program, RestartPolicy, Supervisor

QUICK = RestartPolicy(limit=2, window_s=60.0, first_wait_s=0.05)


def make_program(tmp_path: Path, code: str, *, name: str = "worker", stop_timeout_s: float = 5.0) -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-u", "-c", code],
        log=tmp_path / f"{name}.log",
        env={**os.environ, "TEST_MARK": str(tmp_path)},
        cwd=tmp_path,
        stop_timeout_s=stop_timeout_s,
    )


def wait_for(condition, timeout_s: float = 10.0) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("deaths", "wait_s"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, None), (50, None)]
)
def test_waits_grow_and_end(deaths: int, wait_s: float | None) -> None:
    assert RestartPolicy().wait_s(deaths) == wait_s


def test_dead_program_is_told_with_its_last_words_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    once = tmp_path / "died"
    code = (
        f"import pathlib, sys, time; p = pathlib.Path({str(once)!r})\n"
        "if p.exists(): time.sleep(60)\n"
        "p.touch(); sys.exit('no such queue')"
    )
    supervisor = Supervisor([make_program(tmp_path, code)], say=said.append, policy=QUICK)

    supervisor.start()
    first_pid = supervisor.pids()["worker"]
    try:
        wait_for(lambda: supervisor.check() or any("runs again" in line for line in said))
        second_pid = supervisor.pids()["worker"]
        assert is_alive(second_pid)
        assert second_pid != first_pid
    finally:
        supervisor.stop()

    assert "no such queue" in said[0]
    assert "worker died (exit status 1)" in said[0]
    assert not is_alive(second_pid)


def test_program_that_keeps_dying_ends_the_run_and_is_named(tmp_path: Path) -> None:
    supervisor = Supervisor(
        [
            make_program(tmp_path, "raise SystemExit('bad setting')", name="beat"),
            make_program(tmp_path, "import time; time.sleep(60)", name="web"),
        ],
        say=lambda _: None,
        policy=QUICK,
    )

    supervisor.start()
    web_pid = supervisor.pids()["web"]
    with pytest.raises(Problem, match="beat died 3 times") as caught:
        wait_for(lambda: supervisor.check())
    assert is_alive(web_pid), "the others run until the caller stops them"
    supervisor.stop()

    assert "bad setting" in caught.value.log_tail
    assert not is_alive(web_pid)


def test_stop_takes_children_along_and_kills_what_does_not_listen(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal,time; "
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)'])\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    said: list[str] = []
    program = make_program(tmp_path, code, stop_timeout_s=0.3)
    supervisor = Supervisor([program], say=said.append)
    supervisor.start()
    wait_for(lambda: "ready" in program.log.read_text())
    assert len(find_marked("TEST_MARK", str(tmp_path))) == 2

    supervisor.stop()

    wait_for(lambda: not find_marked("TEST_MARK", str(tmp_path)))
    assert said == ["worker did not stop in time and was killed."]


def test_leftovers_of_a_killed_launcher_are_found_by_their_mark_alone(tmp_path: Path) -> None:
    ours = Supervisor([make_program(tmp_path, "import time; time.sleep(60)")])
    other = Supervisor([make_program(tmp_path / "..", "import time; time.sleep(60)", name="other")])
    ours.start()
    other.start()
    other_pid = other.pids()["other"]
    wait_for(lambda: find_marked("TEST_MARK", str(tmp_path)) == [ours.pids()["worker"]])
    try:
        assert stop_marked("TEST_MARK", str(tmp_path)) == 1
        assert not is_alive(ours.pids()["worker"])
        assert is_alive(other_pid)
    finally:
        ours.stop()
        other.stop()


def test_service_that_died_is_revived_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launcher.supervisor.SERVICE_POLL_S", 0.0)
    said: list[str] = []
    supervisor = Supervisor([], say=said.append, policy=QUICK, keep_services=lambda: ["Redis"])

    supervisor.check()
    supervisor.check()
    with pytest.raises(Problem, match="PostgreSQL or Redis keeps dying"):
        supervisor.check()

    assert said[0] == "Redis had died and was started again."
