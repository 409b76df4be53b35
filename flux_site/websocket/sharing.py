"""Subscriptions that many sockets share: what all of them see is read, resolved and written once.

A subscription is shared if its field has the extension ``Shared``. Then the answers depend on nothing but the
operation and what its user may see, and the first answer is the whole current state.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, parse
from strawberry.types.execution import PreExecutionError
from strawberry.utils.aio import aclosing

from flux_site.api.shared import Shared
from flux_site.websocket.login import Access
from flux_site.websocket.threads import shared_thread

logger = logging.getLogger(__name__)

MAX_WAITING = 8
"""Answers that may wait for a socket; one that falls behind further gets the current state instead."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A message without its id: its kind (next, error, complete) and its payload as JSON."""

    kind: str
    payload: str | None = None


COMPLETE = Answer(kind="complete")


def failure(code: str, message: str) -> Answer:
    """Return the answer that ends a subscription with an error."""
    return Answer(kind="error", payload=json.dumps([{"message": message, "extensions": {"code": code}}]))


BROKEN = failure("INTERNAL_ERROR", "The subscription ended by a fault, which was logged.")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An operation and what its user sees: sockets that want the same share one stream."""

    query: str
    variables: str
    operation_name: str | None
    sees: str


class Seat:
    """One socket's place at a shared stream. At most ``MAX_WAITING`` answers wait in it."""

    def __init__(self, stream: SharedStream) -> None:
        self._stream = stream
        self._waiting: list[Answer] = []
        self._arrived = asyncio.Event()
        self._needs_state = True
        self.missed_count = 0

    async def next(self, timeout_s: float) -> Answer | None:
        """Return the next answer, the current state first; None if none came in time."""
        if self._needs_state:
            self._needs_state = False
            return await self._stream.state()
        if not self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._arrived.wait()
        if self._needs_state:
            return await self.next(timeout_s)
        self._arrived.clear()
        return self._waiting.pop(0) if self._waiting else None

    def offer(self, answer: Answer) -> None:
        """Add an answer; a socket that is too far behind forgets what it missed and gets the state."""
        if self._needs_state and answer.kind == "next":
            return  # its state is yet to be read, and will have this in it
        if len(self._waiting) >= MAX_WAITING:
            self.missed_count += len(self._waiting)
            self._waiting.clear()
            self._needs_state = answer.kind == "next"
        if not self._needs_state:
            self._waiting.append(answer)
        self._arrived.set()


class SharedStream:
    """One running subscription and the sockets it serves."""

    def __init__(self, schema: Any, wanted: Wanted, access: Access, forget: Callable[[], None]) -> None:
        self._schema = schema
        self._wanted = wanted
        self._access = access
        self._forget = forget
        self._seats: set[Seat] = set()
        self._sent_count = 0
        self._last: Answer | None = None
        self._first: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asking: tuple[int, asyncio.Future[Answer]] = 0, self._first
        self._task = asyncio.create_task(self._run(), name="shared subscription")

    def join(self) -> Seat:
        """Take a seat: what is sent from now on reaches it."""
        seat = Seat(self)
        self._seats.add(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """Leave; the last one ends the stream."""
        self._seats.discard(seat)
        if not self._seats:
            self._task.cancel()
            self._forget()

    async def state(self) -> Answer:
        """Return the current state: as last read if nothing was sent since, else read anew, once for all."""
        if self._last is not None:
            return self._last
        if self._asking[0] != self._sent_count:
            self._asking = self._sent_count, asyncio.create_task(self._ask_state())
        return await asyncio.shield(self._asking[1])

    async def _ask_state(self) -> Answer:
        try:
            async with shared_thread(), aclosing(await self._results()) as results:
                async for result in results:
                    return _answer(result)
        except Exception:
            logger.exception("Unable to read the state of a shared subscription")
            return BROKEN
        return COMPLETE

    async def _run(self) -> None:
        """Send every answer but the first, which is the state, to all seats until the stream ends."""
        last = COMPLETE
        try:
            async with shared_thread(), aclosing(await self._results()) as results:
                async for result in results:
                    answer = _answer(result)
                    if answer.kind != "next":
                        last = answer
                        break
                    if self._first.done():
                        self._send(answer)
                    else:
                        self._first.set_result(answer)
        except Exception:
            logger.exception("Unable to go on with a shared subscription")
            last = BROKEN
        self._last = last
        self._forget()
        if not self._first.done():
            self._first.set_result(last)
        self._send(last)

    def _send(self, answer: Answer) -> None:
        self._sent_count += 1
        for seat in self._seats:
            seat.offer(answer)

    async def _results(self) -> Any:
        request = SimpleNamespace(scope={"user": self._access.user}, user=self._access.user)
        return await self._schema.stream(
            self._wanted.query,
            variable_values=json.loads(self._wanted.variables),
            context_value={"request": request, "ws": request},
            operation_name=self._wanted.operation_name,
        )


_streams: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Wanted, SharedStream]] = WeakKeyDictionary()


def take_seat(
    schema: Any, *, query: str, variables: Any, operation_name: str | None, access: Access
) -> tuple[SharedStream, Seat]:
    """Take a seat at the stream of an operation, which is started if nobody follows it yet."""
    streams = _streams.setdefault(asyncio.get_running_loop(), {})
    text = json.dumps(variables or {}, sort_keys=True)
    wanted = Wanted(query=query, variables=text, operation_name=operation_name, sees=access.sees)
    stream = streams.get(wanted)
    if stream is None:

        def forget() -> None:
            if streams.get(wanted) is stream:
                del streams[wanted]

        stream = streams[wanted] = SharedStream(schema, wanted, access, forget)
    return stream, stream.join()


def is_shared(schema: Any, query: str, operation_name: str | None) -> bool:
    """Return whether an operation is a subscription that may be shared; False for one that is not valid."""
    name = _subscription_field(query, operation_name)
    root = schema._schema.subscription_type
    field = root.fields.get(name) if root is not None and name is not None else None
    definition = field.extensions.get("strawberry-definition") if field is not None else None
    return any(isinstance(extension, Shared) for extension in getattr(definition, "extensions", ()))


@lru_cache(maxsize=256)
def _subscription_field(query: str, operation_name: str | None) -> str | None:
    """Return the name of the one root field of a subscription; None if it is none, or not plain."""
    try:
        document = parse(query, max_tokens=2_000)
    except GraphQLError:
        return None
    found = [
        each
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
        and (operation_name is None or (each.name is not None and each.name.value == operation_name))
    ]
    if len(found) != 1 or found[0].operation is not OperationType.SUBSCRIPTION:
        return None
    fields = found[0].selection_set.selections
    return fields[0].name.value if len(fields) == 1 and isinstance(fields[0], FieldNode) else None


def _answer(result: Any) -> Answer:
    """Return a result of the schema as an answer; one that was refused before it began ends the stream."""
    errors = [error.formatted for error in result.errors or ()]
    if isinstance(result, PreExecutionError):
        return Answer(kind="error", payload=json.dumps(errors))
    payload: dict[str, Any] = {"data": result.data}
    if errors:
        payload["errors"] = errors
    if result.extensions:
        payload["extensions"] = result.extensions
    return Answer(kind="next", payload=json.dumps(payload))
