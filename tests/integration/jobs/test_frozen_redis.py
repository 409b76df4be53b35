"""A Redis that takes connections and never answers."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from flux_site.api import live
from flux_site.jobs import notify
from tests.factories.jobs import make_job


@pytest.fixture
def frozen_port() -> Iterator[int]:
    """Return a port that somebody listens on who says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


@pytest.mark.django_db
def test_news_of_a_job_is_dropped_after_a_while(
    frozen_port: int, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{frozen_port}/0"
    monkeypatch.setattr(live, "SEND_TIMEOUT_S", 0.3)
    job = make_job()
    began = time.monotonic()

    notify.publish(job.pk)

    assert 0.25 < time.monotonic() - began < 2.0
    assert "Unable to announce" in caplog.text
    assert str(job.pk) in caplog.text
