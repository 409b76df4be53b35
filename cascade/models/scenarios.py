"""Scenarios: what fails first, and how hard the grid is used."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Scenario(models.Model):
    """A named set of initial outages with load and rating multipliers."""

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    interconnect = models.CharField(max_length=16, default="Texas")
    outages = ArrayField(
        models.CharField(max_length=64),
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
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="scenarios"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
