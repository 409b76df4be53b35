"""The risk of the coming hours: what it rests on, as sampled, and what adds most to it."""

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models

from cascade.engine.risk_now.assumptions import RiskAssumption as AssumptionKey
from cascade.engine.risk_now.parts import RiskPart
from cascade.engine.scenarios.spec import Basis


class OfZoneQuerySet(models.QuerySet[Any]):
    """Queries over rows that belong to a load zone."""

    def visible_to(self, user: Any) -> Self:
        """Return the rows a user may see: those of the zones granted; without a grant all."""
        granted = list(user.zone_grants.values_list("zone_id", flat=True))
        return self.filter(zone_id__in=granted) if granted else self


def _zone() -> Any:
    # No constraint: what was sampled must outlive a zone that a sync drops and brings back.
    return models.ForeignKey(
        "grid.Zone",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text="Load zone; decides who may see the row.",
    )


def _hours(what: str) -> Any:
    return models.FloatField(null=True, help_text=f"Customer-hours expected in 24 h {what}; null: unknown.")


class RiskAssumption(models.Model):
    """A rate or limit that the risk rests on, and where it comes from."""

    key = models.CharField(
        max_length=32, primary_key=True, choices=[(each.value, each.value) for each in AssumptionKey]
    )
    value = models.FloatField(validators=[MinValueValidator(0.0)], help_text="The figure, in its unit.")
    unit = models.CharField(max_length=32, help_text="Unit of the figure.")
    basis = models.CharField(
        max_length=16,
        choices=[(each.value, each.value) for each in Basis],
        help_text="PUBLISHED, MEASURED by your own records, or an ASSUMPTION.",
    )
    source = models.TextField(help_text="Where the figure comes from.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gte=0.0), name="riskassumption_not_negative")
        ]

    def __str__(self) -> str:
        return str(self.key)


class RiskSample(models.Model):
    """The parts of the risk of one load zone at one moment; those of several zones add up."""

    at = models.DateTimeField()
    zone = _zone()
    customers = models.IntegerField(help_text="Active accounts.")
    outages_h = _hours("of outages running now")
    equipment_h = _hours("of failures of transformers and poles")
    weather_h = _hours("of load above ratings in the hour's weather")
    contingencies_h = _hours("of losses of single branches of the transmission network")
    vegetation_h = _hours("of trees falling on lines")
    background_h = _hours("of all other causes")
    ordinary_day_h = models.FloatField(
        null=True, help_text="Customer-hours of an ordinary day on record; null: unknown."
    )
    reasons = models.JSONField(default=dict, help_text="Per part that is not known, why.")
    coverage = models.JSONField(default=dict, help_text="Per part: assets known, and all.")

    objects = OfZoneQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "zone"]
        constraints = [models.UniqueConstraint(fields=["at", "zone"], name="risksample_once")]

    COLUMNS = {part: f"{part.value.lower()}_h" for part in RiskPart}

    def __str__(self) -> str:
        return f"{self.zone_id} at {self.at:%Y-%m-%d %H:%M}"


class RiskContribution(models.Model):
    """What one asset adds to a part of the risk of its zone, in the newest sample."""

    at = models.DateTimeField(help_text="Of the sample.")
    part = models.CharField(max_length=16, choices=[(each.value, each.value) for each in RiskPart])
    zone = _zone()
    kind = models.CharField(max_length=16, help_text="What it is: OUTAGE, TRANSFORMER, BRANCH …")
    asset_id = models.CharField(max_length=64, help_text="Its natural key; of a CAUSE its code.")
    customer_hours = models.FloatField(help_text="Customer-hours that it is expected to cost in 24 h.")
    details = models.JSONField(default=dict, help_text="The numbers that this is made of.")

    objects = OfZoneQuerySet.as_manager()

    class Meta:
        ordering = ["-customer_hours", "asset_id"]
        constraints = [
            models.UniqueConstraint(fields=["part", "zone", "kind", "asset_id"], name="riskcontribution_once")
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.asset_id}"


class RiskNetwork(models.Model):
    """What the loss of each branch would cost, of a network as it stood when last looked at."""

    interconnect = models.CharField(max_length=16, primary_key=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the state looked at.")
    computed_at = models.DateTimeField(help_text="When it was looked at.")
    load_multiplier = models.FloatField(null=True, help_text="Factor on the loads of the planning base case.")
    load_hour = models.DateTimeField(
        null=True, help_text="Hour of the metered load it comes from; null: none, it is 1."
    )
    rated_hour = models.DateTimeField(
        null=True, help_text="Hour of the weather of the ratings; null: the static ones hold."
    )
    branch_count = models.IntegerField(null=True, help_text="Branches in service, each lost once.")
    rated_count = models.IntegerField(null=True, help_text="Of those, how many have a rating by weather.")
    secured_count = models.IntegerField(
        null=True, help_text="Branches whose rating was raised to 1.05 times the intact flow."
    )
    unsolved_count = models.IntegerField(null=True, help_text="Losses without a unique solution.")
    is_relievable = models.BooleanField(
        null=True, help_text="Whether redispatch and shedding relieve the overloads of the intact network."
    )
    overloads: Any = models.JSONField(
        default=list, help_text="Branches above their ratings: id, MW, rating in MVA."
    )
    relief: Any = models.JSONField(null=True, help_text="Load shed to relieve them.")
    losses: Any = models.JSONField(default=list, help_text="Load lost by each branch whose loss costs any.")
    elapsed_ms = models.FloatField(null=True, help_text="Time it took, ms.")
    reason = models.TextField(null=True, help_text="Why it could not be looked at.")

    class Meta:
        ordering = ["interconnect"]
        verbose_name = "network of the risk"
        verbose_name_plural = "networks of the risk"

    def __str__(self) -> str:
        return str(self.interconnect)
