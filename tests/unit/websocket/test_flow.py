"""A client that does not read is waited for, and given up in the end."""

import asyncio
from types import SimpleNamespace

import pytest

from flux_site.websocket import flow
from flux_site.websocket.flow import PING, WINDOW_BYTES, Flow, SlowClient


class Wire:
    """What was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, text: str) -> None:
        self.sent.append(text)

    @property
    def unread_bytes(self) -> int:
        return sum(len(text) for text in self.sent if text != PING)


def opened() -> tuple[Wire, Flow]:
    wire = Wire()
    return wire, Flow(SimpleNamespace(ws_consumer=wire))


async def test_small_messages_are_sent_without_asking() -> None:
    wire, to_client = opened()
    for _ in range(10):
        await to_client.send("x" * 100)

    assert wire.sent == ["x" * 100] * 10


async def test_a_client_that_answers_gets_everything() -> None:
    wire, to_client = opened()
    for _ in range(100):
        await to_client.send("x" * 20_000)
        if wire.sent[-1] == PING:
            await to_client.note_pong()

    assert wire.unread_bytes == 2_000_000
    assert 10 <= wire.sent.count(PING) <= 16


async def test_no_more_than_the_window_and_one_message_is_sent_unread() -> None:
    wire, to_client = opened()

    async def pour() -> None:
        while True:
            await to_client.send("x" * 10_000)

    pouring = asyncio.create_task(pour())
    await asyncio.sleep(0.05)
    assert WINDOW_BYTES <= wire.unread_bytes < WINDOW_BYTES + 10_000
    assert wire.sent.count(PING) == 1

    await to_client.note_pong()
    await asyncio.sleep(0.05)
    assert wire.unread_bytes > WINDOW_BYTES + 10_000  # it goes on where the client has read
    pouring.cancel()


async def test_a_message_larger_than_the_window_holds_up_nothing_for_good() -> None:
    wire, to_client = opened()
    await to_client.send("x" * WINDOW_BYTES)
    assert wire.sent[-1] == PING
    waiting = asyncio.create_task(to_client.send("after"))
    await asyncio.sleep(0.01)
    assert not waiting.done()

    await to_client.note_pong()
    await asyncio.wait_for(waiting, timeout=1)
    assert wire.sent[-1] == "after"


async def test_who_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "PATIENCE_S", 0.05)
    _, to_client = opened()
    await to_client.send("x" * WINDOW_BYTES)

    with pytest.raises(SlowClient, match="unread"):
        await to_client.send("more")


async def test_a_pong_nobody_asked_for_counts_for_nothing() -> None:
    wire, to_client = opened()
    await to_client.send("x" * 1_000)
    await to_client.note_pong()
    for _ in range(26):
        await to_client.send("x" * 10_000)

    assert wire.sent.count(PING) == 1
