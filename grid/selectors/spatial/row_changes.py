"""Which kept rows an edit concerns, so that these alone are read anew.

Only tables that operators edit tell which of their rows changed (see the migration 0021), and only as long
as nothing else has changed: after any other change, a sync above all, everything is read. Rows told are read
again whether they differ or not, so telling too many does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grid.selectors.spatial.placed_rows import Source

MOST_ROWS = 1_000
"""With more rows than these told as changed, reading all is about as quick."""


def rows_touched(source: Source, told: Mapping[str, set[str]]) -> set[str] | None:
    """Return the keys of the rows of a source that changes of its tables may concern; None if too many.

    Args:
        told: the keys of changed rows, by table.
    """
    keys: set[str] = set()
    everything: Any = source.rows().model._default_manager.order_by()
    for table, column in source.edited_by.items():
        ids = told.get(table, set())
        if len(ids) > MOST_ROWS:
            return None
        if column == "pk":
            keys |= ids
        elif ids:
            keys |= set(everything.filter(**{f"{column}__in": sorted(ids)}).values_list("pk", flat=True))
    return keys if len(keys) <= MOST_ROWS else None
