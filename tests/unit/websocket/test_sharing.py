"""Many sockets, one run: a stand-in for the schema counts how often it is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from strawberry.types.execution import ExecutionResult, PreExecutionError

from flux_site.websocket.login import Access
from flux_site.websocket.sharing import MAX_WAITING, Seat, SharedStream, take_seat


class Source:
    """A schema whose subscription tells a number: the current one, then each that is set."""

    def __init__(self) -> None:
        self.number = 0
        self.runs = 0
        self.answers = 0
        self.changed = asyncio.Condition()

    async def stream(self, query: str, **_: Any) -> AsyncIterator[ExecutionResult]:
        self.runs += 1
        return self._results()

    async def _results(self) -> AsyncIterator[ExecutionResult]:
        told = None
        while True:
            async with self.changed:
                await self.changed.wait_for(lambda seen=told: self.number != seen)
                told = self.number
            self.answers += 1
            yield ExecutionResult(data={"n": told}, errors=None)

    async def set(self, number: int) -> None:
        async with self.changed:
            self.number = number
            self.changed.notify_all()
        for _ in range(20):
            await asyncio.sleep(0)


def access(sees: str = "all") -> Access:
    return Access(user=SimpleNamespace(is_authenticated=True), sees=sees, looked_up_at=0.0)


def seat_at(source: Any, sees: str = "all", **variables: Any) -> tuple[SharedStream, Seat]:
    return take_seat(
        source, query="subscription { n }", variables=variables, operation_name=None, access=access(sees)
    )


async def number(seat: Seat) -> int | None:
    answer = await seat.next(1.0)
    return None if answer is None else int(json.loads(answer.payload or "")["data"]["n"])


async def test_a_hundred_sockets_cost_one_answer_a_change() -> None:
    source = Source()
    seats = [seat_at(source) for _ in range(100)]
    assert [await number(seat) for _, seat in seats] == [0] * 100
    assert (source.runs, source.answers) == (1, 1)

    await source.set(1)
    assert [await number(seat) for _, seat in seats] == [1] * 100
    assert (source.runs, source.answers) == (1, 2)
    for stream, seat in seats:
        stream.leave(seat)


async def test_who_sees_something_else_or_asks_something_else_shares_nothing() -> None:
    source = Source()
    seats = [seat_at(source), seat_at(source, "some"), seat_at(source, circuit="CKT-1")]
    for _, seat in seats:
        assert await number(seat) == 0

    assert source.runs == 3
    assert len({id(stream) for stream, _ in seats}) == 3
    for stream, seat in seats:
        stream.leave(seat)


async def test_who_joins_later_gets_the_state_of_then_read_once_for_all_who_join() -> None:
    source = Source()
    first_stream, first = seat_at(source)
    assert await number(first) == 0
    await source.set(1)
    assert await number(first) == 1

    late = [seat_at(source) for _ in range(50)]
    assert await asyncio.gather(*(number(seat) for _, seat in late)) == [1] * 50
    assert source.runs == 2
    await source.set(2)
    assert await asyncio.gather(*(number(seat) for _, seat in [*late, (first_stream, first)])) == [2] * 51
    for stream, seat in [*late, (first_stream, first)]:
        stream.leave(seat)


async def test_who_falls_behind_gets_the_state_in_place_of_what_it_missed() -> None:
    source = Source()
    (stream, slow), (_, quick) = seat_at(source), seat_at(source)
    assert await number(slow) == await number(quick) == 0
    for n in range(1, 4 * MAX_WAITING):
        await source.set(n)
        assert await number(quick) == n

    newest = 4 * MAX_WAITING - 1
    assert slow.missed_count >= MAX_WAITING
    seen = [await number(slow)]
    while seen[-1] != newest:
        seen.append(await number(slow))
        assert len(seen) <= MAX_WAITING + 1
    assert seen == sorted(seen)
    await source.set(1000)
    assert await number(slow) == 1000
    stream.leave(slow)
    stream.leave(quick)


async def test_the_last_who_leaves_ends_the_run_and_the_next_begins_anew() -> None:
    source = Source()
    stream, seat = seat_at(source)
    assert await number(seat) == 0
    stream.leave(seat)
    await source.set(5)

    assert source.answers == 1
    stream, seat = seat_at(source)
    assert await number(seat) == 5
    assert source.runs == 2
    stream.leave(seat)


async def test_without_news_the_wait_ends() -> None:
    source = Source()
    stream, seat = seat_at(source)
    await number(seat)

    assert await seat.next(0.02) is None
    stream.leave(seat)


class Refusing:
    """A schema that refuses, or fails."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def stream(self, query: str, **_: Any) -> AsyncIterator[Any]:
        return self._results()

    async def _results(self) -> AsyncIterator[Any]:
        if self.error is not None:
            raise self.error
        yield PreExecutionError(data=None, errors=[])


@pytest.mark.parametrize(("error", "payload"), [(None, "[]"), (OSError("broken"), "INTERNAL_ERROR")])
async def test_a_run_that_cannot_begin_says_why_to_all(error: Exception | None, payload: str) -> None:
    source = Refusing(error)
    seats = [seat_at(source) for _ in range(3)]

    for stream, seat in seats:
        answer = await seat.next(1.0)
        assert answer is not None
        assert answer.kind == "error"
        assert payload in (answer.payload or "")
        stream.leave(seat)
