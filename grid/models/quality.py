"""What the last check of the grid's records found wrong."""

from typing import Any

from django.contrib.gis.db import models

from grid.models.base import AssetQuerySet
from grid.topology.quality import FindingKind, Severity


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(str(each), str(each).replace("_", " ").capitalize()) for each in values]


class DataQualityFinding(models.Model):
    """One thing that is wrong with the record of an asset; made anew by every check."""

    kind = models.CharField(max_length=24, choices=_choices(FindingKind), help_text="What is wrong.")
    severity = models.CharField(
        max_length=8,
        choices=_choices(Severity),
        help_text="ERROR: answers about supply are wrong; WARNING: they may be; INFO: they are not.",
    )
    asset_kind = models.CharField(max_length=24, help_text="Of which kind of asset.")
    asset_id = models.CharField(max_length=64, help_text="Whose record it is.")
    other_id = models.CharField(max_length=64, null=True, help_text="The other asset or node concerned.")
    explanation = models.CharField(max_length=512)
    value = models.FloatField(null=True, help_text="What was measured, in the unit that the text names.")
    zone = models.ForeignKey(
        "grid.Zone",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text="Load zone of the asset; decides who may see the row.",
    )
    checked_at = models.DateTimeField(help_text="When the check began that found it.")

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["severity", "kind", "asset_id", "id"]
        indexes = [
            models.Index(fields=["severity", "kind", "asset_id", "id"], name="dataquality_order"),
            models.Index(fields=["asset_id"], name="dataquality_asset"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.asset_id}"
