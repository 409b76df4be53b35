"""Which back end answers whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import Question
from agent.embedded.backend import EmbeddedBackend
from agent.events import EventKind, Warn
from agent.services.backends import backend_for
from agent.services.foreign import WithNote
from tests.factories.grid import grant_zone, make_zone
from tests.integration.back_ends.servers import events_of, name_cortex, name_model_server

pytestmark = pytest.mark.django_db
NOBODY = "http://127.0.0.1:1"


def test_the_settings_choose(settings: Any, viewer: User) -> None:
    settings.ASSISTANT_BACKEND = "embedded"
    assert (backend_for(viewer).name, backend_for(viewer).needs_thread) == ("embedded", False)
    name_cortex(settings, NOBODY)
    assert (backend_for(viewer).name, backend_for(viewer).needs_thread) == ("cortex", True)
    name_model_server(settings, NOBODY)
    assert (backend_for(viewer).name, backend_for(viewer).needs_thread) == ("openai", False)
    assert backend_for(viewer).note is None


def test_who_sees_some_zones_is_not_answered_by_who_sees_all(settings: Any, viewer: User) -> None:
    grant_zone(user=viewer, zone=make_zone())

    name_cortex(settings, NOBODY)
    chosen = backend_for(viewer)
    assert (chosen.name, chosen.needs_thread) == ("embedded", False)
    assert chosen.note is not None
    assert "You see some zones only" in chosen.note
    name_model_server(settings, NOBODY)  # its tools run as the user, within their zones
    assert backend_for(viewer).name == "openai"


def test_who_sees_some_kinds_of_data_is_not_answered_by_who_sees_all(
    settings: Any, make_user: Callable[..., User]
) -> None:
    name_cortex(settings, NOBODY)

    chosen = backend_for(make_user("agent.use_assistant", "grid.view_outage"))

    assert chosen.name == "embedded"
    assert chosen.note is not None
    assert "some kinds of data only" in chosen.note


def test_settings_that_name_no_agent_are_told_of(settings: Any, viewer: User) -> None:
    settings.ASSISTANT_BACKEND = "cortex"

    chosen = backend_for(viewer)

    assert (chosen.name, chosen.note) == ("embedded", "No Cortex agent is set up.")


async def test_the_note_is_the_first_event() -> None:
    note = Warn(code="LIMITED_ROWS", message="You see some zones only.")

    events = await events_of(WithNote(EmbeddedBackend(), note), Question(text="Hello"))

    assert events[0] == note
    assert events[-1].kind is EventKind.DONE
