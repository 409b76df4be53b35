"""Asking tools as they are asked by back ends, in the thread and transaction of the test."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import Context, ToolOutcome
from agent.events import read_event, write_event
from agent.tools import registry
from agent.tools.spec import Caller
from tests.factories.grid import grant_zone
from tests.small_town import SmallTown

Ask = Callable[..., ToolOutcome]


@pytest.fixture(autouse=True)
def isolated(db: None, own_stores: None) -> None:
    """Keep the tests apart from each other and from whatever else uses the services."""


@pytest.fixture
def ask() -> Ask:
    """Return a function that asks a tool as a user; every event of the answer can be stored and read."""
    specs = {spec.name: spec for spec in registry.SPECS}

    def ask(user: Any, tool: str, context: Context | None = None, **given: Any) -> ToolOutcome:
        outcome = registry.call(specs[tool], Caller(user=user, context=context or Context()), given)
        assert [read_event(write_event(event)) for event in outcome.events] == list(outcome.events)
        return outcome

    return ask


@pytest.fixture
def town(synced: None) -> SmallTown:
    """Return the town."""
    return SmallTown()


@pytest.fixture
def northerner(make_user: Callable[..., User], town: SmallTown) -> User:
    """Return a viewer who sees the zone North alone."""
    user = make_user(roles=("viewer",), username="nils")
    grant_zone(user=user, zone=town.north)
    return User.objects.get(pk=user.pk)
