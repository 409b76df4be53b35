"""A quick end of tests that commit; Django's own makes all permissions anew after each of them."""

from typing import Any

from django.db import connection, connections

APPEND_ONLY = {'"api_auditrecord"', '"api_auditoutcome"'}
KEPT = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
}


def is_kept(table: str) -> bool:
    """Return whether migrations filled a table, so that tests leave it as it is."""
    return table in KEPT or table.startswith("django_celery_beat")


def replace_lost_connections() -> None:
    """Let Django connect anew where a session is closed, as it does between two requests."""
    for each in connections.all(initialized_only=True):
        session = each.connection
        if getattr(session, "closed", False) and not each.in_atomic_block:
            each.close()
            each.connection = None


def empty_tables(_: Any = None) -> None:
    """Empty the tables that tests filled; takes the place of ``TransactionTestCase._fixture_teardown``."""
    replace_lost_connections()
    database = str(connection.settings_dict["NAME"])
    assert database.startswith("test_"), f"{database} is no test database"
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in names if not is_kept(name)]
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        filled = [row[0] for row in cursor.fetchall()]
        if filled:
            # The audit log refuses to be emptied; only the owner of its tables may lift that.
            lifted = sorted(APPEND_ONLY) if APPEND_ONLY.intersection(filled) else []
            guarded = [f"ALTER TABLE {table} {{}} TRIGGER USER" for table in lifted]
            for statement in guarded:
                cursor.execute(statement.format("DISABLE"))
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
            for statement in guarded:
                cursor.execute(statement.format("ENABLE"))


def empty_everything() -> None:
    """Empty the tables that tests filled, and schedules too."""
    empty_tables()
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    schedules = [connection.ops.quote_name(name) for name in names if name.startswith("django_celery_beat")]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(schedules)} CASCADE")
