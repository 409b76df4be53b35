"""A Redis of a test's own, that keeps its data, to be stopped, killed and started again."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.processes import wait_until_gone
from launcher.redis_server import Redis, RedisSpec
from tests.servers.environment import free_port


class OwnRedis:
    """A running server."""

    def __init__(self, folder: Path) -> None:
        self._server = Redis(
            RedisSpec(
                folder=folder,
                log=folder / "redis.log",
                port=free_port(),
                password=secrets.token_hex(8),
                is_durable=True,
            )
        )
        self._server.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.spec.url

    def start(self) -> None:
        """Start it again, with the data it had."""
        self._server.start()

    def stop(self) -> None:
        """End it in good order."""
        self._server.stop()

    def kill(self) -> None:
        """Kill it; what it had told its clients is in its file by then, if not on the disk."""
        pid = self._server.running_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert wait_until_gone(pid, 10)


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    """Give a server of one's own while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="flux-test-redis-"))
    server = OwnRedis(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
