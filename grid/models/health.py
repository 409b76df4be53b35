"""The health of assets, and the key figures as they were."""

from django.contrib.gis.db import models

from grid.models.base import Asset, AssetQuerySet, parent


def _subject(to: str) -> models.OneToOneField:
    """Return the key of the asset whose health it is, if it is of that kind."""
    return models.OneToOneField(
        f"grid.{to}", null=True, on_delete=models.DO_NOTHING, related_name="health", help_text="Whose it is."
    )


class AssetHealth(Asset):
    """How healthy an asset is by the evidence at hand, and what each piece contributes."""

    asset_kind = models.CharField(max_length=16, help_text="TRANSFORMER, POLE, CIRCUIT or SUBSTATION.")
    transformer = _subject("Transformer")
    pole = _subject("Pole")
    circuit = _subject("Circuit")
    substation = _subject("Substation")
    on_circuit = parent("Circuit", "healths", null=True)
    in_substation = parent("Substation", "healths")
    as_of = models.DateTimeField(help_text="When it was assessed.")
    health_index = models.FloatField(null=True, help_text="100 as new to 0 at the end of life.")
    health_score = models.FloatField(null=True, help_text="0.5 as new to 10 at the end of life, by CNAIM.")
    band = models.CharField(max_length=4, null=True, help_text="HI1 to HI5, by CNAIM.")
    confidence_frac = models.FloatField(help_text="Share of the evidence that is known.")
    failures_per_year = models.FloatField(null=True, help_text="Expected; of a single asset a probability.")
    contributions = models.TextField(help_text="Points of the index by evidence, as JSON.")
    reason = models.CharField(max_length=32, null=True, help_text="Why there is no index.")

    class Meta(Asset.Meta):
        verbose_name_plural = "asset health"
        ordering = ["health_index", "id"]
        indexes = [models.Index(fields=["health_index", "id"], name="assethealth_worst")]


class KpiSample(models.Model):
    """What key figures without a history are made of, of one load zone at one moment.

    Every column is a sum over the zone, so that those of several zones add up. Null is unknown.
    """

    at = models.DateTimeField()
    zone = models.ForeignKey("grid.Zone", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    active_customers = models.IntegerField(null=True, help_text="Accounts that are active.")
    customers_out = models.IntegerField(null=True, help_text="Customers of active outages not yet restored.")
    crews_active = models.IntegerField(null=True, help_text="Crews assigned or on site.")
    health_index_sum = models.FloatField(null=True, help_text="Of transformers and poles.")
    health_count = models.IntegerField(null=True, help_text="Transformers and poles with an index.")

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "zone"]
        constraints = [models.UniqueConstraint(fields=["at", "zone"], name="kpisample_once")]

    def __str__(self) -> str:
        return f"{self.zone_id} at {self.at:%Y-%m-%d %H:%M}"
