"""Of which hour the weather ratings are that the map colours by."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Max

from grid import models
from grid.selectors.map_layers.cached import from_cache_or
from grid.selectors.map_layers.legends import RATINGS_VERSION_SQL


@dataclass(frozen=True, kw_only=True)
class ShownRatings:
    """The hours of ratings by kind of asset and their version; nothing is known without PostgreSQL."""

    at: dict[str, datetime | None] = field(default_factory=dict)
    version: str | None = None


def shown_ratings() -> ShownRatings:
    """Return of which hour the kept weather ratings are."""
    return from_cache_or(ShownRatings(), _kept)


def _kept() -> ShownRatings:
    with connection.cursor() as cursor:
        cursor.execute(RATINGS_VERSION_SQL)
        version = str(cursor.fetchone()[0])
    rows = models.WeatherRating.objects.order_by().values_list("asset_kind")
    return ShownRatings(at=dict(rows.annotate(Max("rated_hour"))), version=version)
