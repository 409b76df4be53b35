"""The forged tiny grid in both stores with the product's documents, kept for a whole file of tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings

from agent.backends.requests import Context, Question
from agent.embedded.backend import EmbeddedBackend
from agent.events import Done, Event, Text, ToolResult, ToolUse
from agent.tools.registry import tools_for
from agent.tools.spec import Caller
from grid.forge.config import ForgeConfig, Scale
from grid.forge.load import load_warehouse
from grid.selectors.warehouse import get_warehouse
from tests.factories.users import make_user
from tests.golden.agent.golden import raw_tables
from tests.quick_flush import empty_everything

END_AT = datetime(2025, 8, 12, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """An answer: the calls, the content of the last one, the text, how it ended, and all events."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    contents: tuple[Any, ...]
    text: str
    done: Done
    events: tuple[Event, ...]

    @property
    def content(self) -> Any:
        """Return the content of the last call."""
        return self.contents[-1]


Ask = Callable[..., Told]


@pytest.fixture(scope="module")
def grid_root(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Fill the test database and a warehouse; empty the database afterwards.

    The tools run in threads of their own, which see only what is committed.
    """
    assert str(connection.settings_dict["NAME"]).startswith("test_")
    root = tmp_path_factory.mktemp("answers") / "warehouse"
    with (
        django_db_blocker.unblock(),
        override_settings(WAREHOUSE_URL=f"embedded://{root}?memory_limit=512MB&threads=1"),
    ):
        config = ForgeConfig(scale=Scale.TINY, end_at=END_AT, ami_days=3, history_years=1)
        load_warehouse(warehouse=get_warehouse(), config=config, progress=lambda done, step: None)
        call_command("flux_health", verbosity=0)
        call_command("flux_sync", verbosity=0)
        call_command("flux_load_documents", verbosity=0)
        ada = make_user("admin", username="ada")
        ada.user_permissions.add(Permission.objects.get(codename="view_customer_pii"))
        make_user("viewer", username="vera")
        yield root
        get_warehouse().close()
        empty_everything()
        connections.close_all()


@pytest.fixture(scope="module")
def rows(grid_root: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Return what finds rows in the raw files of the warehouse, past the product's own readers."""
    database: duckdb.DuckDBPyConnection = raw_tables(grid_root)
    return lambda sql: database.execute(sql).fetchall()


@pytest.fixture(scope="module")
def ask(grid_root: Path) -> Ask:
    """Return what asks the built-in back end with the real tools as a user."""

    def ask(text: str, *, after: Sequence[str] = (), user: str = "ada", **context: Any) -> Told:
        caller = Caller(user=User.objects.get(username=user), context=Context(**context))
        state: dict[str, Any] = {}
        for before in after:
            state = _told(before, caller, state).done.state or {}
        return _told(text, caller, state)

    return ask


def _told(text: str, caller: Caller, state: dict[str, Any]) -> Told:
    question = Question(text=text, tools=tools_for(caller), context=caller.context, state=state)

    async def gathered() -> list[Event]:
        return [event async for event in EmbeddedBackend().answer(question)]

    events = asyncio.run(gathered())
    done = events[-1]
    assert isinstance(done, Done)
    return Told(
        calls=tuple((event.name, event.input) for event in events if isinstance(event, ToolUse)),
        contents=tuple(event.content for event in events if isinstance(event, ToolResult)),
        text="\n".join(event.delta for event in events if isinstance(event, Text)),
        done=done,
        events=tuple(events),
    )
