"""Keeps how near every circuit and transmission line is to its rating in the newest hour's weather.

The map colours by it: so it is computed when the weather, loads or lines change, not when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from grid import models
from grid.selectors import branch_ratings, line_ratings

RESTS_ON = (*line_ratings.LAYERS, *branch_ratings.LAYERS)
"""The sync layers that ratings are computed from."""

LOCK = 7_340_024
"""Of those who compute; any number that nothing else locks by."""

CIRCUIT, BRANCH = "CIRCUIT", "BRANCH"
Row = tuple[str, str | None, str, datetime | None, float | None, float | None, float | None, str | None]

_COLUMNS = "zone_id, asset_kind, rated_hour, rated_mva, weather_rated_mva, weather_loading_pct, reason"
_NAMES = _COLUMNS.split(", ")

_STAGE = f"""
CREATE TEMP TABLE rating_now ON COMMIT DROP AS SELECT id, {_COLUMNS} FROM grid_weatherrating WHERE false"""  # noqa: S608 - names of this module only

_GONE = "DELETE FROM grid_weatherrating r WHERE NOT EXISTS (SELECT FROM rating_now n WHERE n.id = r.id)"

_WRITE = f"""
INSERT INTO grid_weatherrating AS r (id, {_COLUMNS}, updated_at)
SELECT id, {_COLUMNS}, %s FROM rating_now ORDER BY id
ON CONFLICT (id) DO UPDATE SET updated_at = EXCLUDED.updated_at,
    {", ".join(f"{name} = EXCLUDED.{name}" for name in _NAMES)}
WHERE ({", ".join(f"r.{name}" for name in _NAMES)}) IS DISTINCT FROM
    ({", ".join(f"EXCLUDED.{name}" for name in _NAMES)})"""  # noqa: S608 - names of this module only


@transaction.atomic
def refresh_weather_ratings() -> int:
    """Compute the ratings of all circuits and branches anew; return how many changed or went away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        rows = [*_circuits(), *_branches()]  # before the copy, during which the connection answers nothing
        cursor.execute(_STAGE)
        with cursor.copy(f"COPY rating_now (id, {_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_GONE)
        gone = cursor.rowcount
        cursor.execute(_WRITE, [timezone.now()])
        changed = cursor.rowcount
        cursor.execute("DROP TABLE rating_now")
    return int(gone + changed)


def _circuits() -> Iterator[Row]:
    hour = line_ratings.hour_from_cache([])
    zones: dict[str, Any] = dict(models.Circuit.objects.order_by().values_list("pk", "zone_id"))
    for each in hour.ratings.values():
        yield (
            *(each.circuit_id, zones[each.circuit_id], CIRCUIT, each.at),
            *(_rounded(each.rated_mva), _rounded(each.weather_rated_mva), _rounded(each.weather_loading_pct)),
            each.reason,
        )


def _branches() -> Iterator[Row]:
    branches = models.Branch.objects.filter(in_service=True)
    hour, observed = branch_ratings.newest_from_cache()
    zones: dict[str, Any] = dict(branches.order_by().values_list("pk", "zone_id"))
    at = None if hour is None else hour.replace(tzinfo=UTC)
    for each in branch_ratings.rated(branch_ratings.branch_rows(branches), hour=hour, observed=observed):
        yield (
            *(each.branch_id, zones[each.branch_id], BRANCH, at),
            *(_rounded(each.rating_mva), _rounded(each.weather_rating_mva)),
            *(_rounded(each.weather_loading_pct), each.reason),
        )


def _rounded(value: float | None) -> float | None:
    """Return a number to six decimals, so that arithmetic's dust is no change."""
    return None if value is None else round(value, 6)
