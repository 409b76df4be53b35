"""News of changes, through a real Redis."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from flux_site.api import live
from flux_site.api.live import EVERYTHING, MAX_KEYS, announce, follow
from tests.servers.environment import free_port
from tests.servers.processes import Process

pytestmark = pytest.mark.integration


class OwnRedis:
    """A Redis of the test's own, to be ended and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        program = "import os, sys; os.execvp('redis-server', ['redis-server', *sys.argv[1:]])"
        self.process = Process(["-c", program, *arguments], {"PATH": "/usr/bin:/usr/local/bin:/bin"})
        self.process.wait_until(self.answers)

    def answers(self) -> bool:
        try:
            return bool(redis.Redis(port=self.port).ping())
        except redis.ConnectionError:
            return False

    def connections(self) -> int:
        """Count the connections that listen for news."""
        clients: list[dict[str, Any]] = redis.Redis(port=self.port).client_list()
        return sum(int(client["psub"]) > 0 for client in clients)


@pytest.fixture
def own_redis(tmp_path: Path, settings: Any) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.process.stop()


async def say(topic: str, *keys: str) -> None:
    await asyncio.to_thread(announce, topic, keys)


async def gathered(news: live.News, wanted: set[str]) -> set[str]:
    """Return what arrives until all of ``wanted`` have."""
    found: set[str] = set()
    async with asyncio.timeout(10):
        while not wanted <= found:
            found |= await news.wait()
    return found


async def test_a_reader_hears_the_keys_of_its_topic_only() -> None:
    async with follow("outages") as outages, follow("crews") as crews:
        await say("outages", "OUT-1", "OUT-2", "OUT-1")
        await say("crews", "CREW-1")

        assert await gathered(outages, {"OUT-1", "OUT-2"}) == {"OUT-1", "OUT-2"}
        assert await gathered(crews, {"CREW-1"}) == {"CREW-1"}


async def test_without_news_the_wait_ends_empty() -> None:
    async with follow("kpis") as news:
        began = time.monotonic()

        assert await news.wait(0.1) == set()
        assert time.monotonic() - began >= 0.1


async def test_changes_meanwhile_are_told_together_and_once() -> None:
    async with follow("circuits") as news:
        for n in range(300):
            announce("circuits", [f"CKT-{n % 7}"])
        await say("circuits", "LAST")

        assert await gathered(news, {"LAST"}) == {*(f"CKT-{n}" for n in range(7)), "LAST"}
        assert await news.wait(0.05) == set()


async def test_more_keys_than_a_reader_holds_become_everything() -> None:
    async with follow("circuits") as news:
        await say("circuits", *(f"CKT-{n}" for n in range(MAX_KEYS)))
        assert await gathered(news, {"CKT-0", f"CKT-{MAX_KEYS - 1}"}) == {f"CKT-{n}" for n in range(MAX_KEYS)}

        await say("circuits", *(f"CKT-{n}" for n in range(MAX_KEYS + 1)))
        assert await gathered(news, {EVERYTHING}) == {EVERYTHING}

        news.add(f"A-{n}" for n in range(MAX_KEYS))
        news.add(["ONE-MORE"])
        assert await news.wait() == {EVERYTHING}


async def test_news_of_no_keys_is_of_everything() -> None:
    async with follow("layers") as news:
        await say("layers")

        assert await gathered(news, {EVERYTHING}) == {EVERYTHING}


async def test_however_many_read_the_process_has_one_connection(own_redis: OwnRedis) -> None:
    async with follow("outages") as first, follow("outages") as second, follow("crews"):
        assert await asyncio.to_thread(own_redis.connections) == 1

        await say("outages", "OUT-1")
        assert await gathered(first, {"OUT-1"}) == await gathered(second, {"OUT-1"}) == {"OUT-1"}

    assert await asyncio.to_thread(own_redis.connections) == 0
    async with follow("outages") as again:
        await say("outages", "OUT-2")
        assert await gathered(again, {"OUT-2"}) == {"OUT-2"}


async def test_after_redis_was_restarted_everybody_looks_again(own_redis: OwnRedis) -> None:
    async with follow("outages") as outages, follow("crews") as crews:
        own_redis.process.kill()
        await say("outages", "LOST")  # nobody hears it, and nobody fails for it
        assert await outages.wait(0.1) == set()

        await asyncio.to_thread(own_redis.start)

        assert EVERYTHING in await gathered(outages, {EVERYTHING})
        assert EVERYTHING in await gathered(crews, {EVERYTHING})
        await say("crews", "CREW-1")
        assert await gathered(crews, {"CREW-1"}) == {"CREW-1"}


async def test_without_redis_a_reader_waits_in_peace_and_looks_again_when_it_comes(
    own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "FIRST_CONTACT_S", 0.2)
    own_redis.process.kill()
    async with follow("outages") as news:
        assert await news.wait(0.05) == set()

        await asyncio.to_thread(own_redis.start)

        assert await gathered(news, {EVERYTHING}) == {EVERYTHING}


def test_a_topic_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'outage' is no topic"):
        announce("outage", ["OUT-1"])


def test_announcing_while_redis_is_away_says_so_in_the_log(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    announce("outages", ["OUT-1"])

    assert "Unable to announce 1 changes of outages" in caplog.text
