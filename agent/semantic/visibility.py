"""What the asking user may see: the tables by permission, the rows by load zone.

Every table that a statement reads is the whole one, or the rows of the user's zones in its place: the
builder, the values that are words of questions, and the check of ids all get their tables here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from agent.semantic.guard import allowed_columns
from agent.semantic.model import SemanticModel, SemanticTable, ZoneBy


@dataclass(frozen=True)
class Viewer:
    """What somebody may see.

    Attributes:
        zone_ids: the load zones that they are limited to; empty: no limit.
        permissions: what they hold of ``SemanticModel.permissions``; None: all of them.
    """

    zone_ids: frozenset[str] = frozenset()
    permissions: frozenset[str] | None = None

    def holds(self, permission: str) -> bool:
        """Return whether they have a permission."""
        return self.permissions is None or permission in self.permissions


EVERYTHING = Viewer()


class NotVisible(Exception):
    """Raised where a question is about what the asking user may not see; the text says so to them."""


def readable(model: SemanticModel, name: str, viewer: Viewer) -> Any:
    """Return what stands for a table in a statement: itself, or its rows of the viewer's zones.

    Raises:
        NotVisible: if the viewer may not see the table.
    """
    table = model.tables[name]
    reason = why_hidden(table, viewer)
    if reason is not None:
        raise NotVisible(reason)
    source: Any = table.columns_of
    if not viewer.zone_ids or table.zone.by is ZoneBy.PUBLIC:
        return source
    allowed = allowed_columns(model)[table.source]
    columns = [column for column in source.c if column.name in allowed]
    return select(*columns).where(_in_zones(model, table, viewer.zone_ids)).subquery(f"visible_{name}")


def may_see(model: SemanticModel, name: str, viewer: Viewer) -> bool:
    """Return whether a viewer may see rows of a table."""
    return why_hidden(model.tables[name], viewer) is None


def why_hidden(table: SemanticTable, viewer: Viewer) -> str | None:
    """Return why a viewer may not see a table; None if they may."""
    if not viewer.holds(table.permission):
        return (
            f"You may not see this: {_lower(table.description)}. It needs the permission {table.permission}."
        )
    if viewer.zone_ids and table.zone.by is ZoneBy.UNKNOWN:
        return (
            f"You see the data of your load zones, and this belongs to none: {_lower(table.description)}. "
            "Only somebody who sees all zones can ask about it."
        )
    return None


def _in_zones(model: SemanticModel, table: SemanticTable, zone_ids: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition that a row is of one of some zones; one whose zone is not known is of none."""
    source: Any = table.columns_of
    column = source.c[table.zone.column]
    if table.zone.by is ZoneBy.OWN:
        return column.in_(sorted(zone_ids))  # type: ignore[no-any-return]
    parent = model.tables[table.zone.table or ""]
    owner: Any = parent.columns_of
    keys = select(owner.c[table.zone.references]).where(_in_zones(model, parent, zone_ids))
    return column.in_(keys.correlate(None))  # type: ignore[no-any-return]


def _lower(text: str) -> str:
    return text if text[:2].isupper() else f"{text[0].lower()}{text[1:]}"
