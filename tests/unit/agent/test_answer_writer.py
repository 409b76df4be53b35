"""The writer of an answer: whatever comes and whenever it is written, nothing is lost, changed or twice."""

import asyncio
import itertools
import json
import math
import uuid
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import Done, DoneReason, Error, Event, Status, Text, Thinking, ToolResult, write_event
from agent.services import answer_writer
from agent.services.answer_rows import MAX_EVENT_BYTES, Batch, write_document
from agent.services.answer_writer import AnswerGone, AnswerTooLarge, Writer

DONE = Done(reason=DoneReason.ANSWERED)
events = st.lists(
    st.one_of(
        st.builds(Text, delta=st.text(max_size=5), block=st.integers(0, 1), is_question=st.booleans()),
        st.builds(Thinking, delta=st.text(max_size=5), block=st.integers(0, 1)),
        st.builds(Status, status=st.just("working"), message=st.text(max_size=5)),
    ),
    max_size=30,
)


class Rows:
    """Where batches are written; some are slow."""

    def __init__(self, naps_s: list[float] | None = None, is_there: bool = True) -> None:
        self.batches: list[Batch] = []
        self._naps_s = itertools.cycle(naps_s or [0.0])
        self._is_there = is_there

    async def store(self, batch: Batch) -> bool:
        await asyncio.sleep(next(self._naps_s))
        if self._is_there:
            self.batches.append(batch)
        return self._is_there

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [document for batch in self.batches for document in batch.documents]


def make_writer(rows: Any) -> Writer:
    return Writer(uuid.uuid4(), store=rows.store, began_at=0.0, give_up_after_s=0.3)


async def write(rows: Any, told: list[Event], last: tuple[Event, ...] = (DONE,), pauses: Any = ()) -> None:
    writer = make_writer(rows)
    running = asyncio.create_task(writer.run())
    for event, pause_s in itertools.zip_longest(told, pauses, fillvalue=0.0):
        if isinstance(event, float):
            break
        await writer.put(event)
        await asyncio.sleep(pause_s)
    await writer.close(last)
    await asyncio.wait_for(running, 5)


def joined(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return documents with neighbouring pieces of a block joined, by another way than the writer's."""

    def same(document: dict[str, Any]) -> str:
        return json.dumps({key: value for key, value in document.items() if key != "delta"}, sort_keys=True)

    found = []
    for _, group in itertools.groupby(documents, key=same):
        members = list(group)
        if "delta" in members[0]:
            found.append({**members[0], "delta": "".join(each["delta"] for each in members)})
        else:
            found += members
    return found


@given(events, st.lists(st.sampled_from([0.0, 0.0, 0.001]), max_size=8), st.sampled_from([0.0, 0.002]))
def test_what_is_stored_is_what_was_said(told: list[Event], pauses: list[float], nap_s: float) -> None:
    rows = Rows([nap_s])

    asyncio.run(write(rows, told, pauses=pauses))

    assert joined(rows.documents) == joined([write_document(event) for event in (*told, DONE)])
    starts = [batch.first_seq for batch in rows.batches]
    lengths = [len(batch.documents) for batch in rows.batches]
    assert starts == [sum(lengths[:number]) for number in range(len(lengths))]
    assert [batch.ending is not None for batch in rows.batches] == [False] * (len(lengths) - 1) + [True]
    assert [batch.first_event_ms is not None for batch in rows.batches] == [True] + [False] * (
        len(lengths) - 1
    )


def test_pieces_that_come_together_are_one_row() -> None:
    rows = Rows()

    asyncio.run(write(rows, [Text(delta=letter) for letter in "transformer"]))

    texts = [each["delta"] for each in rows.documents if each["kind"] == "TEXT"]
    assert "".join(texts) == "transformer"
    assert len(texts) == 2  # the first piece at once, the others together


def test_the_end_says_the_text_and_the_error() -> None:
    rows = Rows()
    told = [Text(delta="a"), Text(delta="x", block=1), Text(delta="b")]

    asyncio.run(write(rows, told, (Error(code="BUSY", message="Busy."), DONE)))

    ending = rows.batches[-1].ending
    assert ending is not None
    assert (ending.text, ending.error_code, ending.done) == ("ab\n\nx", "BUSY", DONE)


def test_nothing_is_taken_after_the_end() -> None:
    rows = Rows()

    async def talk() -> None:
        writer = make_writer(rows)
        await writer.close([DONE])
        await writer.put(Text(delta="more"))

    asyncio.run(talk())

    assert [each["kind"] for each in rows.documents] == ["DONE"]


def test_an_answer_that_is_gone_ends_the_writing() -> None:
    async def talk() -> None:
        writer = make_writer(Rows(is_there=False))
        running = asyncio.create_task(writer.run())
        await writer.put(Text(delta="a"))
        with pytest.raises(AnswerGone):
            await running

    asyncio.run(talk())


def test_a_database_that_is_away_for_a_moment_loses_nothing() -> None:
    class Shaky(Rows):
        faults = 2

        async def store(self, batch: Batch) -> bool:
            if self.faults:
                self.faults -= 1
                raise psycopg.OperationalError("away")
            return await super().store(batch)

    rows = Shaky()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answer_writer, "TRY_AGAIN_S", (0.01, 0.01))
        asyncio.run(write(rows, [Text(delta="a")]))

    assert [each["kind"] for each in rows.documents] == ["TEXT", "DONE"]


def test_an_endless_answer_is_ended() -> None:
    async def talk() -> None:
        rows = Rows()
        writer = make_writer(rows)
        running = asyncio.create_task(writer.run())
        for _ in range(20):
            await writer.put(Text(delta="x" * 100_000))
        with pytest.raises(AnswerTooLarge):
            await writer.put(Text(delta="x"))
        await writer.close([DONE])
        await running

    asyncio.run(talk())


@pytest.mark.parametrize("content", [math.nan, -math.inf, "a\x00b", "half \ud83d", {"\x00": [math.inf]}])
def test_what_postgresql_cannot_store_is_replaced(content: Any) -> None:
    event = ToolResult(tool_use_id="1", name="risk", is_ok=True, content=content)

    written = json.dumps(write_document(event), allow_nan=False)

    assert "\\u0000" not in written
    assert "\\ud83d" not in written


def test_a_part_that_is_far_too_long_is_left_out_and_said_so() -> None:
    event = ToolResult(tool_use_id="1", name="risk", is_ok=True, content="x" * MAX_EVENT_BYTES)

    assert write_document(event)["code"] == "TOO_LARGE"
    assert write_document(Text(delta="a")) == write_event(Text(delta="a"))
