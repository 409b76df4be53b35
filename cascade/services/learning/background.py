"""Let work that cannot be interrupted everywhere be left at once when its job is cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from cascade.ml.tasks import Tick

LOOK_EVERY_S = 0.3

Result = TypeVar("Result")


class Left(Exception):
    """Raised inside work whose result nobody waits for any more."""


def in_background(work: Callable[[Tick], Result], tick: Tick) -> Result:
    """Return what work returns, which a thread carries out while this one looks for a cancellation.

    The work gets a tick of its own that only notes how far it is. When the job's tick raises, that is
    passed on at once; the work then ends at its next tick, and its result is dropped. So the work must
    change nothing outside of itself: no file, no row.

    Args:
        work: numbers in, numbers out.
        tick: the job's; called a few times a second.
    """
    stop = threading.Event()
    told: list[tuple[int, int, str]] = []

    def note(done: int, total: int, text: str) -> None:
        if stop.is_set():
            raise Left
        told[:] = [(done, total, text)]

    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="learning")
    try:
        future: Future[Result] = pool.submit(work, note)
        while True:
            try:
                return future.result(timeout=LOOK_EVERY_S)
            except TimeoutError:
                if future.done():
                    raise
                tick(*(told[0] if told else (0, 1, "")))
    finally:
        stop.set()
        pool.shutdown(wait=False)
