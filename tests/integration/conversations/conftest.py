"""Answers in this process, by a back end that does what its question says."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.models import Message
from agent.services import asking
from agent.services.answering import answering
from agent.services.backends import ChosenBackend
from agent.services.conversations import Exchange, send_message
from tests.servers.scripted_answers import ScriptedBackend


@pytest.fixture(autouse=True)
def own_cache_keys(settings: Any) -> None:
    """Count each test's questions by themselves."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedBackend]:
    """Let a scripted back end answer, and wait for all answers before the test ends."""
    scripted = ScriptedBackend()

    def choose(_: Any) -> ChosenBackend:
        return ChosenBackend(backend=scripted, name="cortex", needs_thread=True)

    monkeypatch.setattr(asking, "backend_for", choose)
    yield scripted
    assert answering.wait_until_idle(15)


@pytest.fixture
def ask(backend: ScriptedBackend, viewer: User) -> Callable[..., Exchange]:
    """Return a function that asks as the viewer."""

    def send(text: str, **more: Any) -> Exchange:
        return send_message(user=viewer, text=text, **more)

    return send


@pytest.fixture
def answered(ask: Callable[..., Exchange]) -> Callable[..., Message]:
    """Return a function that asks as the viewer and returns the complete answer."""

    def send(text: str, **more: Any) -> Message:
        exchange = ask(text, **more)
        assert answering.wait_until_idle(15)
        return Message.objects.get(pk=exchange.answer.pk)

    return send
