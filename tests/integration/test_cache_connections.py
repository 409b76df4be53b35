"""The cache keeps one pool of connections, however many threads and requests use it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache, caches

pytestmark = pytest.mark.integration


def sockets() -> int:
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:  # the descriptor that lists the folder
            continue
    return sum(link.startswith("socket:") for link in links)


def in_a_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_threads_share_their_connections() -> None:
    kept = []  # as long as these live, nothing of theirs is collected

    def use() -> None:
        kept.append(caches["default"])
        cache.set("one-pool", 1, 5)
        assert cache.get("one-pool") == 1

    in_a_thread(use)
    before = sockets()
    for _ in range(20):
        in_a_thread(use)

    assert len({id(one) for one in kept}) == 21, "Django makes a cache object for each thread"
    assert sockets() - before <= 1
