"""Running other programs: logged, bounded, under another account where needed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from launcher.problem import Problem
from launcher.progress import Heartbeat

TAIL_LINES = 20
COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Account:
    """The system account a program runs under; ``None`` as an ``Account | None`` is the caller's own."""

    name: str
    uid: int
    gid: int


def tail(path: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a text file, or an empty string if it cannot be read."""
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 64 * 1024))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def last_words(path: Path) -> str:
    """Return the last line a program wrote, passing over the command itself."""
    line = tail(path, 1)
    return "" if line.startswith("$ ") else line


def excerpt(path: Path, lines: int = TAIL_LINES) -> str:
    """Return a log's beginning and end: some programs say the cause first, others last."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = COLOUR_CODES.sub("", text).splitlines()
    if len(found) <= lines:
        return "\n".join(found)
    head = lines // 2
    left_out = f"... {len(found) - lines} lines ..."
    return "\n".join([*found[:head], left_out, *found[-(lines - head) :]])


def open_log(path: Path) -> BinaryIO:
    """Open a log to append to, readable by its owner alone: programs may say what others need not know."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def run_logged(
    command: Sequence[str | Path],
    *,
    log: Path,
    what: str,
    remedy: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    shown_lines: int = TAIL_LINES,
) -> None:
    """Run ``command`` with its output in ``log``; a long one shows every ten seconds what it says.

    Raises:
        Problem: if it fails, with ``what`` went wrong, the log's last lines and the remedy.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with open_log(log) as stream:
        stream.write(f"$ {' '.join(words)}\n".encode())
        stream.flush()
        try:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, env=env, cwd=cwd
            )
        except OSError as error:
            raise Problem(f"{what} ({error.strerror}: {words[0]}).", remedy=remedy) from error
        status = wait_or_stop(process, log=log)
    if status != 0:
        hint = f"{remedy} The whole log: {log}" if remedy else f"see the whole log: {log}"
        raise Problem(f"{what} ({describe_status(status)}).", remedy=hint, log_tail=excerpt(log, shown_lines))


def describe_status(status: int) -> str:
    """Return an exit status in words; a negative one is the signal that ended the program."""
    if status >= 0:
        return f"exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    out_of_memory = ", perhaps for lack of memory" if -status == signal.SIGKILL else ""
    return f"ended by {name}{out_of_memory}"


def wait_or_stop(process: subprocess.Popen[bytes], *, log: Path | None = None) -> int:
    """Wait for ``process``; if the wait is interrupted, end it before passing the interruption on."""
    heartbeat = Heartbeat()
    try:
        while True:
            try:
                return process.wait(timeout=heartbeat.every_s)
            except subprocess.TimeoutExpired:
                if log is not None:
                    heartbeat.beat(last_words(log))
    except BaseException:
        end_process(process)
        raise


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a child: politely, then by force."""
    try:
        process.terminate()
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    except PermissionError:  # sudo: it passes the terminal's Ctrl-C on by itself
        process.wait()


def capture(
    command: Sequence[str | Path],
    *,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout_s: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run a short command and return its output; a non-zero status is the caller's to judge."""
    return subprocess.run(
        [str(word) for word in command],
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        env=env,
        cwd="/",
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def is_alive(pid: int) -> bool:
    """Return whether a process of this id exists and is not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return False
    return state not in {"Z", "X"}


def wait_until_gone(pid: int, timeout_s: float) -> bool:
    """Return whether the process ended within the time."""
    deadline = time.monotonic() + timeout_s
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def stop_process(pid: int, *, timeout_s: float = 10) -> None:
    """End one process of ours: politely, then by force."""
    for signal_number, patience_s in ((signal.SIGTERM, timeout_s), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            return
        if wait_until_gone(pid, patience_s):
            return


def find_marked(name: str, value: str, proc: Path = Path("/proc")) -> list[int]:
    """Return the ids of the processes whose environment holds ``name=value``, but for this one.

    Every program the launcher starts inherits such a mark, and so do its children, wherever they move
    themselves; nobody else has it. So leftovers are told from other people's programs.
    """
    wanted = f"{name}={value}".encode()
    found = []
    for folder in proc.glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in environment and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return sorted(found)


def stop_marked(name: str, value: str) -> int:
    """End what is left of the programs marked with ``name=value`` and return how many there were."""
    found = [pid for pid in find_marked(name, value) if is_alive(pid)]
    for pid in found:
        stop_process(pid, timeout_s=5)
    return len(found)
