"""The answers that this process writes: one event loop, in a thread of its own.

An answer outlives the request that asked for it, so nothing of a request reaches it: neither its thread nor
its context nor its connection. It does not matter which server, command or test asked.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections

from agent.services import interruptions
from agent.services.answer_rows import Batch, Signals, look, store
from agent.services.answer_run import Cause, Run
from agent.services.answer_writer import AnswerGone, Writer
from agent.services.news import tell
from flux_site.api.outages import DATABASE_FAULTS

logger = logging.getLogger(__name__)

LOOK_S = 0.4
"""How often it is looked whether somebody, in whatever process, wants an answer to stop."""

DATABASE_THREADS = 4
T = TypeVar("T")


class Answering:
    """Writes answers in the background."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._home: _Home | None = None

    def start(self, answer_id: UUID) -> None:
        """Begin an answer; its row is committed."""
        began_at = time.monotonic()
        home = self._own_home()
        home.count(1)
        # An empty context: the time limit and the audit of the request that asks are not the answer's.
        contextvars.Context().run(home.submit, answer_id, began_at)

    def stop(self, answer_id: UUID) -> None:
        """Stop an answer at once if it is this process that writes it; others see its row."""
        home = self._home
        if home is not None and home.pid == os.getpid():
            home.loop.call_soon_threadsafe(home.end, answer_id, Cause.STOPPED)

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop of this process's answers."""
        return self._own_home().loop

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until no answer is being written here; False if some still are."""
        home = self._home
        return home is None or home.idle.wait(timeout_s)

    def _own_home(self) -> _Home:
        with self._lock:
            # A process that forks leaves its threads behind.
            if self._home is None or self._home.pid != os.getpid():
                self._home = _Home()
            return self._home


class _Home:
    """The loop with its thread, its threads for the database, and the answers being written."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.idle = threading.Event()
        self.idle.set()
        self._count = 0
        self._count_lock = threading.Lock()
        self._runs: dict[UUID, Run] = {}
        self._slots = asyncio.Semaphore(settings.ASSISTANT_ANSWERS_AT_ONCE)
        self._database = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="answers-database")
        self._teller = ThreadPoolExecutor(1, thread_name_prefix="answers-news")
        self._news: set[UUID] = set()
        self._telling: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        threading.Thread(target=self.loop.run_forever, name="answers", daemon=True).start()
        atexit.register(self.shut_down)

    def count(self, change: int) -> None:
        """Count an answer that begins or ends."""
        with self._count_lock:
            self._count += change
            (self.idle.clear if self._count else self.idle.set)()

    def submit(self, answer_id: UUID, began_at: float) -> None:
        """Write an answer in the loop."""
        asyncio.run_coroutine_threadsafe(self._write(answer_id, began_at), self.loop)

    def end(self, answer_id: UUID, cause: Cause) -> None:
        """End an answer, in the loop."""
        run = self._runs.get(answer_id)
        if run is not None:
            run.end(cause)

    def shut_down(self) -> None:
        """Tell the answers that are not complete as interrupted: the process ends, in good order."""
        left = list(self._runs)
        if left and self.pid == os.getpid():
            try:
                interruptions.give_up(left)
            except Exception:
                logger.exception("Unable to tell %d answers as interrupted; their silence will", len(left))

    async def _write(self, answer_id: UUID, began_at: float) -> None:
        writer = Writer(
            answer_id,
            store=self._store,
            began_at=began_at,
            give_up_after_s=settings.ASSISTANT_LOST_AFTER_S,
        )
        run = self._runs[answer_id] = Run(
            answer_id,
            writer=writer,
            slots=self._slots,
            in_thread=self._in_thread,
            limit_s=settings.ASSISTANT_ANSWER_LIMIT_S,
        )
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch(), name="answers watched")
        try:
            await run.complete()
        except AnswerGone:
            logger.info("Answer %s is gone, and was ended", answer_id)
        except Exception:
            logger.exception("Unable to complete answer %s", answer_id)
            await self._give_up(answer_id)
        finally:
            del self._runs[answer_id]
            self.count(-1)

    async def _give_up(self, answer_id: UUID) -> None:
        try:
            await self._in_thread(interruptions.give_up, [answer_id])
        except Exception:
            logger.exception("Unable to tell answer %s as interrupted; its silence will", answer_id)

    async def _store(self, batch: Batch) -> bool:
        is_there = bool(await self._in_thread(store, batch))
        if is_there:
            self._news.add(batch.answer_id)
            if self._telling is None or self._telling.done():
                self._telling = asyncio.create_task(self._tell(), name="answers told")
        return is_there

    async def _tell(self) -> None:
        """Tell readers, by a thread that may wait for a slow Redis without holding up what is written."""
        while self._news:
            keys, self._news = self._news, set()
            await self.loop.run_in_executor(self._teller, tell, keys)

    async def _watch(self) -> None:
        """Look after the answers, as long as there are any: give signs of life, see what is to stop."""
        beat_at = time.monotonic() + settings.ASSISTANT_LOST_AFTER_S / 6
        while self._runs:
            await asyncio.sleep(LOOK_S)
            is_beat = time.monotonic() >= beat_at
            try:
                signals: Signals = await self._in_thread(look, list(self._runs), is_beat=is_beat)
            except DATABASE_FAULTS as error:
                logger.warning("Unable to look after answers for now: %s", error)
                continue
            if is_beat:
                beat_at = time.monotonic() + settings.ASSISTANT_LOST_AFTER_S / 6
            for answer_id in signals.stopped:
                self.end(answer_id, Cause.STOPPED)
            for answer_id in signals.gone:
                self.end(answer_id, Cause.GONE)

    async def _in_thread(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Ask the database in one of the threads, which gives its connection back after."""

        def carry_out() -> T:
            try:
                return call(*arguments, **named)
            finally:
                close_old_connections()

        context = contextvars.copy_context()
        return await self.loop.run_in_executor(self._database, context.run, carry_out)


answering = Answering()
