"""A cache that commits, a warehouse of the test's own, and no worker that would deliver by itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.sync.conftest import quick_flush  # noqa: F401 - a fixture


@pytest.fixture
def committing(quick_flush: None, transactional_db: None, monkeypatch: Any) -> None:  # noqa: F811
    """Let the test's edits commit; the queue takes requests for delivery and does nothing with them."""
    from grid.services.outbox import delivering

    monkeypatch.setattr(delivering, "send_task", lambda _name: None)
