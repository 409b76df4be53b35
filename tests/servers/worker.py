"""A real Celery worker as a child process, with job kinds made for tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.environment import environment
from tests.servers.processes import Process, running


@contextmanager
def worker(*, pool: str = "solo", **changes: str) -> Iterator[Process]:
    """Run a worker on the test database and the tests' Redis while the block runs."""
    arguments = [
        "-m", "celery", "-A", "tests.servers.worker_app", "worker", "--loglevel", "INFO", "--pool", pool,
        "--concurrency", "1", "--without-gossip", "--without-mingle", "-Q", "flux",
    ]  # fmt: skip
    with running(arguments, environment(**changes)) as process:
        process.wait_until(lambda: " ready." in process.log.read_text())
        yield process
