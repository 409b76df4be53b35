"""The database role of the assistant's tools: it reads what they answer from, and can do nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, transaction

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.services.reading_role import grant_reading, is_read
from agent.tools import registry
from agent.tools.spec import Caller
from tests.factories.grid import make_zone
from tests.integration.assistant_tools.test_registry import spec_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ROLE = "flux_assistant"


@pytest.fixture(autouse=True)
def role(settings: Any, db: None) -> str:
    """Use the role that the launcher makes; a server without it cannot tell anything of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            pytest.skip(f"this PostgreSQL has no role {ROLE}; 'python3 tools/flux.py services up' makes it")
    grant_reading(ROLE)
    settings.ASSISTANT_DATABASE_ROLE = ROLE
    return ROLE


@contextmanager
def as_role(role: str, *, is_read_only: bool = False) -> Iterator[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        if is_read_only:
            cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield cursor
        cursor.execute("RESET ROLE")


def tables() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor, include_views=True))


def test_it_reads_the_grid_the_cascades_and_the_documents(role: str) -> None:
    make_zone(id="ZONE-1")
    with as_role(role) as cursor:
        cursor.execute("SELECT count(*) FROM grid_zone WHERE id = 'ZONE-1'")
        assert cursor.fetchone() == (1,)
        for table in ("grid_datachange", "cascade_cascaderun", "agent_document", "agent_passage", "jobs_job"):
            cursor.execute(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize(
    "table",
    [
        "auth_user",
        "auth_permission",
        "auth_user_groups",
        "api_apitoken",
        "api_auditrecord",
        "api_auditoutcome",
        "api_savedview",
        "django_session",
        "django_admin_log",
        "django_migrations",
        "grid_fileimport",
        "agent_documentfile",
    ],
)
def test_it_reads_no_user_token_session_audit_record_or_file(role: str, table: str) -> None:
    assert not is_read(table)
    with (
        pytest.raises(ProgrammingError, match=f"permission denied for table {table}"),
        as_role(role) as cursor,
    ):
        cursor.execute(f"SELECT * FROM {table}")


def test_it_reads_exactly_what_is_meant(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p', 'v', 'm') AND pg_get_userbyid(relowner) = current_user "
            "AND has_table_privilege(%s, oid, 'SELECT')",
            [role],
        )
        may = {name for (name,) in cursor.fetchall()}

    assert may == {name for name in tables() if is_read(name)}
    assert len(may) > 50


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO grid_zonegrant (user_id, zone_id) VALUES (1, 'ZONE-1')",
        "UPDATE grid_zone SET name = 'other'",
        "DELETE FROM grid_zone",
        "TRUNCATE grid_zone",
        "DROP TABLE grid_zone",
        "ALTER TABLE grid_zone ADD COLUMN more int",
        "CREATE TABLE mine (at int)",
        "CREATE ROLE other",
        "SELECT * FROM grid_zone FOR UPDATE",
        "SELECT nextval('grid_zonegrant_id_seq')",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY grid_zone TO PROGRAM 'cat'",
    ],
)
def test_it_changes_nothing_even_where_the_transaction_could(role: str, statement: str) -> None:
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be (owner|superuser)")
    with refused, as_role(role) as cursor:
        cursor.execute(statement)


def test_a_tool_reads_as_the_role(viewer: User, role: str) -> None:
    def run(caller: Caller, asked: Any) -> ToolOutcome:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('transaction_read_only')")
            return ToolOutcome(content=list(cursor.fetchone()))

    assert registry.call(spec_of(run), Caller(user=viewer), {}).content == [role, "on"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (connection.settings_dict["USER"],)


def test_a_tool_that_reads_users_or_tokens_fails(viewer: User, caplog: pytest.LogCaptureFixture) -> None:
    def run(caller: Caller, asked: Any) -> ToolOutcome:
        return ToolOutcome(content=[user.username for user in User.objects.all()])

    with pytest.raises(ToolRefused):
        registry.call(spec_of(run), Caller(user=viewer), {})

    assert "permission denied for table auth_user" in caplog.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_such_role", 'CREATE ROLE "no_such_role" NOLOGIN; GRANT "no_such_role" TO'),
        ("flux", "can do more than read"),
    ],
)
def test_a_role_that_will_not_do_is_told_with_what_to_do(name: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        grant_reading(name)

    assert said in str(caught.value)


def test_what_it_was_given_besides_is_taken_away(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON auth_user TO {role}")
        cursor.execute(f"GRANT INSERT ON grid_zone TO {role}")

    granted = grant_reading(role)

    assert "grid_zone" in granted
    assert "auth_user" not in granted
    with pytest.raises(ProgrammingError, match="permission denied"), as_role(role) as cursor:
        cursor.execute("SELECT * FROM auth_user")
