"""Which trees are new, changed or gone since they were last assessed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import connection, transaction

from grid.services.vegetation.lines import LOCK
from grid.standards.tree_assessment import VegetationParams

_COPIED = "location, species, common_name, height_m, crown_radius_m, growth_m_per_year"

_NOW = """
CREATE TEMP TABLE tree_now ON COMMIT DROP AS
SELECT t.id, md5(concat_ws('|', %s::text, ST_AsBinary(t.location)::text, coalesce(t.zone_id, '-'),
    coalesce(t.species, '-'), coalesce(t.common_name, '-'), coalesce(t.height_m::text, '-'),
    coalesce(t.crown_radius_m::text, '-'), coalesce(t.growth_m_per_year::text, '-'),
    coalesce(i.newest::text, '-'))) AS fingerprint
FROM grid_tree t LEFT JOIN (
    SELECT tree_id, max(id) AS newest FROM grid_treeinspection GROUP BY tree_id
) i ON i.tree_id = t.id"""

_GONE = "DELETE FROM grid_treerisk r WHERE NOT EXISTS (SELECT 1 FROM tree_now n WHERE n.id = r.id)"

_CHANGED = f"""
INSERT INTO grid_treerisk
    (id, zone_id, {_COPIED}, growth_basis, is_route_approximate, fingerprint, is_stale)
SELECT t.id, t.zone_id, {", ".join(f"t.{name}" for name in _COPIED.split(", "))}, 'UNKNOWN', false,
    n.fingerprint, true
FROM grid_tree t JOIN tree_now n ON n.id = t.id LEFT JOIN grid_treerisk r ON r.id = t.id
WHERE r.fingerprint IS DISTINCT FROM n.fingerprint
ON CONFLICT (id) DO UPDATE SET is_stale = true, fingerprint = EXCLUDED.fingerprint,
    zone_id = EXCLUDED.zone_id, {", ".join(f"{name} = EXCLUDED.{name}" for name in _COPIED.split(", "))}"""  # noqa: S608 - names of this module only


@dataclass(frozen=True, kw_only=True)
class TreesBroughtUp:
    """How many trees are new or changed, and how many are gone."""

    changed: int
    gone: int


@transaction.atomic
def bring_up_trees(params: VegetationParams) -> TreesBroughtUp:
    """Take over what is new of the trees and mark it to be assessed; forget the trees that are gone.

    A tree is told apart by a hash of what is known of it, of its newest inspection and of the assumptions.
    """
    assumed = hashlib.md5(repr(params).encode(), usedforsecurity=False).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_NOW, [assumed])
        cursor.execute("ANALYZE tree_now")
        cursor.execute(_GONE)
        gone = cursor.rowcount
        cursor.execute(_CHANGED)
        changed = cursor.rowcount
        cursor.execute("DROP TABLE tree_now")
    return TreesBroughtUp(changed=changed, gone=gone)
