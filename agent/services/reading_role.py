"""The database role as which the assistant's tools read: SELECT on what they answer from, and nothing else.

The role itself is made by who sets the database up, for the application may not make roles; see
docs/install.md. What it may read is settled here, at the end of every migration.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction

READ_PREFIXES = ("grid_", "cascade_")
READ_TABLES = frozenset({"agent_document", "agent_passage", "jobs_job", "ami_realtime"})
NOT_READ = frozenset(
    {
        "grid_fileexport",
        "grid_fileimport",
        "grid_importfile",
        "grid_importmapping",
        "grid_importreject",
        "grid_streamdeadletter",
    }
)
"""Files that users brought or took, and messages that nobody could read."""
_KINDS = "r p v m f"
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = ANY(%s) AND pg_get_userbyid(c.relowner) = current_user
"""
_ROLE = """
SELECT rolcanlogin OR rolsuper, pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s
"""


def is_read(table: str) -> bool:
    """Return whether the assistant's tools may read a table."""
    return table in READ_TABLES or (table.startswith(READ_PREFIXES) and table not in NOT_READ)


@transaction.atomic
def grant_reading(role: str, *, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Let a role read what the tools answer from, and nothing else. Safe to repeat.

    Returns:
        The names of the tables, sorted.

    Raises:
        ImproperlyConfigured: if there is no such role, the application may not take it on, or it is one
            that can do more than read.
    """
    connection = connections[using]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, [role])
        found = cursor.fetchone()
        if found is None or not found[1]:
            raise ImproperlyConfigured(
                f"FLUX_ASSISTANT_DATABASE_ROLE names {role!r}, which the application cannot take on. As a "
                f"superuser: CREATE ROLE {quote(role)} NOLOGIN; GRANT {quote(role)} TO "
                f"{quote(str(connection.settings_dict['USER']))};"
            )
        if found[0] or role == connection.settings_dict["USER"]:
            raise ImproperlyConfigured(
                f"FLUX_ASSISTANT_DATABASE_ROLE names {role!r}, which can do more than read; it must be a "
                "role of its own that cannot log in."
            )
        cursor.execute(_TABLES, [_KINDS.split()])
        own = [name for (name,) in cursor.fetchall()]
        tables = sorted(name for name in own if is_read(name))
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
        cursor.execute(f"GRANT USAGE ON SCHEMA {quote(schema)} TO {quote(role)}")
        cursor.execute(f"REVOKE ALL ON {', '.join(map(quote, own))} FROM {quote(role)}")
        cursor.execute(f"GRANT SELECT ON {', '.join(map(quote, tables))} TO {quote(role)}")
    return tables


def grant_reading_after_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Settle what the role of the settings may read, once all tables are there."""
    if settings.ASSISTANT_DATABASE_ROLE and connections[using].vendor == "postgresql":
        grant_reading(settings.ASSISTANT_DATABASE_ROLE, using=using)
