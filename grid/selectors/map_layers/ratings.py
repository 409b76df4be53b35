"""Of which hour the weather ratings are that the map colours by."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Max

from flux_site.api.outages import DATABASE_FAULTS, database_was_away, note_database_away
from flux_site.api.patience import answering_within
from grid import models
from grid.selectors.map_layers.legends import RATINGS_VERSION_SQL


@dataclass(frozen=True, kw_only=True)
class ShownRatings:
    """The hours of ratings by kind of asset and their version; nothing is known without PostgreSQL."""

    at: dict[str, datetime | None] = field(default_factory=dict)
    version: str | None = None


def shown_ratings() -> ShownRatings:
    """Return of which hour the kept weather ratings are."""
    if database_was_away():
        return ShownRatings()
    try:
        with answering_within(settings.POSTGIS_ANSWER_TIMEOUT_S), connection.cursor() as cursor:
            cursor.execute(RATINGS_VERSION_SQL)
            version = str(cursor.fetchone()[0])
            rows = models.WeatherRating.objects.order_by().values_list("asset_kind")
            return ShownRatings(at=dict(rows.annotate(Max("rated_hour"))), version=version)
    except DATABASE_FAULTS:
        note_database_away()
        return ShownRatings()
