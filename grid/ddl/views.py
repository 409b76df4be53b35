"""The declared views, by their names."""

from __future__ import annotations

from sqlalchemy import Column
from sqlalchemy.sql.elements import Label

from grid.ddl.sql import SqlFile, indented, quoted, select_text, session
from grid.warehouse.views import VIEWS, View


def views_file() -> SqlFile:
    """Return the file of the views, each after those that it reads."""
    return SqlFile(
        "04_views.sql", "Views", (*session(), *(create_view(declared) for declared in VIEWS.values()))
    )


def create_view(declared: View) -> str:
    """Return the statement that creates a view or puts it in place of an older form."""
    columns = []
    for column in declared.query.selected_columns:
        origin = column.element if isinstance(column, Label) else column
        comment = origin.comment if isinstance(origin, Column) else None
        columns.append(f"{column.key}" + (f" COMMENT {quoted(comment)}" if comment else ""))
    return (
        f"CREATE OR REPLACE VIEW {declared.fullname} (\n{indented(columns)}\n)\n"
        f"COMMENT = {quoted(declared.comment)}\nAS\n{select_text(declared.query)}"
    )
