"""A quick end of tests that commit; Django's own makes all permissions anew after each of them."""

from typing import Any

from django.db import connection

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


def empty_tables(_: Any = None) -> None:
    """Empty the tables that tests filled; takes the place of ``TransactionTestCase._fixture_teardown``."""
    database = str(connection.settings_dict["NAME"])
    assert database.startswith("test_"), f"{database} is no test database"
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in names if not is_kept(name)]
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        filled = [row[0] for row in cursor.fetchall()]
        if filled:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
