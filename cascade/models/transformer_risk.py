"""What is predicted of distribution transformers: failures, and the load and heat of the next day."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from cascade.ml.transformers.words import Action, RiskTier


class OfTransformerQuerySet(models.QuerySet[Any]):
    """Queries over rows that belong to a transformer and its load zone."""

    def visible_to(self, user: Any) -> Self:
        """Return the rows a user may see: those of the zones granted; without a grant all."""
        granted = list(user.zone_grants.values_list("zone_id", flat=True))
        return self.filter(zone_id__in=granted) if granted else self


def _transformer(related_name: str) -> Any:
    # No constraint: a sync may drop a transformer and bring it back.
    return models.OneToOneField(
        "grid.Transformer",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name=related_name,
        help_text="The transformer; null in an answer: the cache no longer holds it.",
    )


def _zone() -> Any:
    return models.ForeignKey(
        "grid.Zone",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text="Load zone; decides who may see the row.",
    )


def _job() -> Any:
    return models.ForeignKey(
        "jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="Its job."
    )


def _probability(what: str) -> Any:
    return models.FloatField(null=True, help_text=f"{what}, 0 to 1; null: not known.")


def _minutes(what: str) -> Any:
    return models.FloatField(null=True, help_text=f"{what}, customer-minutes; null: not known.")


class TransformerRiskRun(models.Model):
    """One prediction of the failures of all transformers. Kept as a summary; rows are kept of the newest."""

    job = _job()
    created_at = models.DateTimeField(auto_now_add=True)
    as_of = models.DateTimeField(null=True, help_text="Records were read up to here; null: there are none.")
    model = models.ForeignKey(
        "cascade.LearnedModel",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The model that predicted; null: none was in service.",
    )
    reason = models.TextField(blank=True, help_text="Why nothing could be predicted.")
    transformer_count = models.IntegerField(null=True)
    tiers: Any = models.JSONField(default=dict, help_text="Transformers of each tier.")
    expected_failures: Any = models.JSONField(
        default=dict, help_text="Expected failures of all of them, per days; null: no model of it."
    )
    missing: Any = models.JSONField(default=dict, help_text="Per days that are not predicted, why.")
    base_rate = models.FloatField(null=True, help_text="Part of the training rows that failed within a year.")
    failure_minutes = models.FloatField(null=True, help_text="Mean outage of past failures, min.")
    planned_minutes = models.FloatField(null=True, help_text="Mean outage of past planned work, min.")
    latency_ms: Any = models.JSONField(default=dict, help_text="Time of each step, ms.")

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "prediction of transformer failures"
        verbose_name_plural = "predictions of transformer failures"

    def __str__(self) -> str:
        return f"Transformer failures as of {self.as_of:%Y-%m-%d %H:%M}" if self.as_of else "No prediction"


class TransformerPrediction(models.Model):
    """What is predicted of one transformer; PREDICTED by a model, not observed."""

    run = models.ForeignKey(TransformerRiskRun, on_delete=models.CASCADE, related_name="predictions")
    transformer = _transformer("failure_risk")
    zone = _zone()
    unit_id = models.CharField(max_length=64, help_text="The unit that stands there.")
    rank = models.IntegerField(help_text="1: of all the likeliest to fail within a year.")
    tier = models.CharField(max_length=12, choices=[(each.value, each.value) for each in RiskTier])
    probability_30d = _probability("Chance that it fails within 30 days")
    probability_90d = _probability("Chance that it fails within 90 days")
    probability_365d = _probability("Chance that it fails within 365 days")
    times_base_rate = models.FloatField(
        null=True, help_text="The chance within a year over the share that failed in training."
    )
    renewed_probability = _probability("The chance within a year were a new unit there")
    customers = models.IntegerField(help_text="Customers behind it.")
    age_years = models.FloatField(null=True, help_text="Age of the unit.")
    peak_loading_pct = models.FloatField(null=True, help_text="Highest hourly load of the last year, %.")
    peak_hot_spot_c = models.FloatField(null=True, help_text="Highest hot spot of the last year, °C.")
    failure_minutes = _minutes("Expected of its failure within a year")
    avoided_minutes = _minutes("What a new unit avoids of these")
    planned_minutes = _minutes("Replacing it with notice, if supply is off meanwhile")
    avoided_rank = models.IntegerField(help_text="1: a new unit here avoids most.")
    action = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Action])
    main_evidence = models.CharField(
        max_length=16,
        blank=True,
        help_text="Kind of evidence that speaks most for a failure; empty: none.",
    )
    contributions: Any = models.JSONField(
        default=list, help_text="What moves the prediction most: feature, evidence, value, log-odds."
    )

    objects = OfTransformerQuerySet.as_manager()

    class Meta:
        ordering = ["rank"]
        verbose_name = "transformer failure, predicted"
        verbose_name_plural = "transformer failures, predicted"
        constraints = [
            models.CheckConstraint(
                condition=Q(probability_365d__isnull=True) | Q(probability_365d__range=(0.0, 1.0)),
                name="transformerprediction_probability",
            ),
        ]
        indexes = [
            models.Index(fields=["rank"], name="transformerprediction_rank"),
            models.Index(fields=["avoided_rank"], name="transformerprediction_avoided"),
        ]

    def __str__(self) -> str:
        return str(self.transformer_id)


class TransformerForecastRun(models.Model):
    """One forecast of the next day of all transformers, with what came of it once the day was over."""

    job = _job()
    created_at = models.DateTimeField(auto_now_add=True)
    day = models.DateField(null=True, help_text="Local day that is forecast; null: no hours are on record.")
    known_until = models.DateTimeField(null=True, help_text="Hours were known up to here.")
    reason = models.TextField(blank=True, help_text="Why nothing could be forecast.")
    transformer_count = models.IntegerField(null=True)
    unknown_count = models.IntegerField(null=True, help_text="Transformers without all hours on record.")
    overload_pu = models.FloatField(help_text="Load from which one is overloaded, of its rating.")
    hot_c = models.FloatField(help_text="Hot spot from which one is too hot, °C.")
    expected_overloads = models.FloatField(null=True, help_text="Sum of the chances of an overload.")
    expected_hot = models.FloatField(null=True, help_text="Sum of the chances of a hot spot above the limit.")
    air = models.CharField(
        max_length=16, blank=True, help_text="What was taken for the air: AS_YESTERDAY, hour by hour."
    )
    fitted_days = models.IntegerField(null=True, help_text="Days that the forecaster was fitted to.")
    fitted_transformers = models.IntegerField(null=True, help_text="Transformers that it was fitted to.")
    seed = models.IntegerField(default=0)
    latency_ms: Any = models.JSONField(default=dict, help_text="Time of each step, ms.")
    outcome: Any = models.JSONField(
        null=True, help_text="How good it was once the day was over, beside yesterday's values."
    )

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "forecast of transformer loads"
        verbose_name_plural = "forecasts of transformer loads"

    def __str__(self) -> str:
        return f"Transformers on {self.day}" if self.day else "No forecast"


class TransformerForecast(models.Model):
    """The next day of one transformer; null where its hours are not on record."""

    run = models.ForeignKey(TransformerForecastRun, on_delete=models.CASCADE, related_name="forecasts")
    transformer = _transformer("next_day")
    zone = _zone()
    peak_pct = models.FloatField(null=True, help_text="Highest hourly load, % of the rating.")
    peak_hour = models.IntegerField(null=True, help_text="Hour of the local day in which it comes, 0 to 23.")
    hot_spot_c = models.FloatField(null=True, help_text="Highest hot spot (C57.91), °C.")
    overload_probability = _probability("Chance that the peak is an overload")
    hot_probability = _probability("Chance that the hot spot is too hot")
    yesterday_peak_pct = models.FloatField(null=True, help_text="Highest hourly load of the day before, %.")
    yesterday_hot_spot_c = models.FloatField(null=True, help_text="Highest hot spot of the day before, °C.")
    yesterday_overload_probability = _probability("The chance of an overload by yesterday's values")
    yesterday_hot_probability = _probability("The chance of a hot spot above the limit by yesterday's values")

    objects = OfTransformerQuerySet.as_manager()

    class Meta:
        ordering = [F("overload_probability").desc(nulls_last=True), "transformer"]
        verbose_name = "transformer load, forecast"
        verbose_name_plural = "transformer loads, forecast"
        indexes = [
            models.Index(fields=["-overload_probability"], name="transformerforecast_over"),
            models.Index(fields=["-hot_probability"], name="transformerforecast_hot"),
        ]

    def __str__(self) -> str:
        return str(self.transformer_id)
