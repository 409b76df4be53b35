"""Conversations answered by servers on this machine, through the choice that the settings make."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agent.models import Message
from agent.services import foreign
from agent.services.answering import answering
from agent.services.connections import close_kept
from agent.services.conversations import Exchange, send_message


@pytest.fixture
def ask(settings: Any, transactional_db: None) -> Iterator[Callable[..., Exchange]]:
    """Return a function that asks as a user; answers end, and connections close, before the test does."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}
    foreign.breaker_of.cache_clear()
    yield send_message
    assert answering.wait_until_idle(15)
    asyncio.run_coroutine_threadsafe(close_kept(), answering.loop()).result(5)


@pytest.fixture
def answered(ask: Callable[..., Exchange]) -> Callable[..., Message]:
    """Return a function that asks as a user and returns the complete answer."""

    def send(**asked: Any) -> Message:
        exchange = ask(**asked)
        assert answering.wait_until_idle(15)
        return Message.objects.get(pk=exchange.answer.pk)

    return send
