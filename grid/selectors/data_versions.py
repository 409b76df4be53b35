"""The versions of tables: others after every change, whoever makes it; see the migration 0018."""

from collections.abc import Sequence

from flux_site.api.prepared import fetch

_VERSIONS = "SELECT table_name, bit_xor(mark) FROM grid_datachange WHERE table_name = ANY(%s) GROUP BY 1"

Versions = tuple[int, ...]


def data_versions(tables: Sequence[str]) -> Versions | None:
    """Return the versions of some tables, in their order; None if one of them has none.

    To be read before the rows: what changes in between is then read again the next time.
    """
    found = dict(fetch(_VERSIONS, (list(tables),)))
    return tuple(found[table] for table in tables) if found.keys() >= set(tables) else None
