"""Scenarios: what happens to the grid, in versions that never change."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from cascade.engine.scenarios.spec import ScenarioKind


class Scenario(models.Model):
    """A named event; what it says is that of its newest version.

    Kind, outages and multipliers are repeated here from that version, for lists and searches.
    """

    name = models.CharField(max_length=120)
    key = models.SlugField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        help_text="Of a scenario that comes with the product.",
    )
    kind = models.CharField(
        max_length=16,
        choices=[(kind.value, kind.value.replace("_", " ").capitalize()) for kind in ScenarioKind],
        default=ScenarioKind.OUTAGE.value,
    )
    description = models.TextField(blank=True)
    interconnect = models.CharField(max_length=16, default="Texas")
    outages = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        help_text="Ids of the substations, buses and branches that fail first.",
    )
    load_multiplier = models.FloatField(
        default=1.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(10.0)],
        help_text="Factor on every load.",
    )
    rating_multiplier = models.FloatField(
        default=1.0,
        validators=[MinValueValidator(0.01), MaxValueValidator(100.0)],
        help_text="Factor on every rating.",
    )
    newest_number = models.PositiveIntegerField(default=0, help_text="Number of the newest version.")
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="scenarios"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class ScenarioVersion(models.Model):
    """One version of a scenario: all that it says, frozen. An edit makes another version."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text="1 for the first.")
    name = models.CharField(max_length=120, help_text="The scenario's name at the time.")
    description = models.TextField(blank=True)
    spec = models.JSONField(help_text="What the scenario says: load, weather, fragility, units, sources.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what it says.")
    note = models.CharField(max_length=200, blank=True, help_text="Why it was changed.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["scenario", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "number"], name="cascade_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.number}"
