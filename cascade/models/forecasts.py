"""Forecasts of runs: what a model would have said right after the first outages, beside what happened."""

from typing import Any

from django.db import models

from cascade.models.learning import LearnedModel
from cascade.models.risk import OfZoneQuerySet
from cascade.models.runs import CascadeRun


class ForecastOutcome(models.TextChoices):
    """What became of a branch, beside what had been said of it."""

    HIT = "HIT", "Said to trip, and tripped"
    MISS = "MISS", "Not said to trip, and tripped"
    FALSE_ALARM = "FALSE_ALARM", "Said to trip, and did not"
    QUIET = "QUIET", "Not said to trip, and did not"


class RunForecastQuerySet(models.QuerySet["RunForecast"]):
    """Queries over forecasts."""

    def visible_to(self, user: Any) -> "RunForecastQuerySet":
        """Return the forecasts of the runs that a user may see."""
        return self.filter(run__in=CascadeRun.objects.visible_to(user))


class RunForecast(models.Model):
    """What the model of propagation says of a finished run, as if it knew the first outages alone.

    Predictions explain the run; what happened is what the run says. Results are null until the job is done.
    """

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="run_forecast")
    run = models.ForeignKey(CascadeRun, on_delete=models.CASCADE, related_name="forecasts")
    model = models.ForeignKey(
        LearnedModel,
        null=True,
        on_delete=models.PROTECT,
        related_name="run_forecasts",
        help_text="What predicted; that in service when the job began.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    computed_at = models.DateTimeField(null=True, help_text="When it was there; null: not yet.")
    threshold = models.FloatField(
        null=True, help_text="Probability from which a branch was said to trip, fixed in training."
    )
    is_unfamiliar = models.BooleanField(
        null=True, help_text="Unlike the states that the model learned from: trust the order, no more."
    )
    out_count = models.IntegerField(null=True, help_text="Branches out at first, with those at lost buses.")
    first_count = models.IntegerField(
        null=True, help_text="Branches that the first power flow shows to trip at once: no prediction."
    )
    first_agrees = models.BooleanField(
        null=True, help_text="Whether these are the branches of the run's first wave."
    )
    open_count = models.IntegerField(null=True, help_text="Branches of which something was predicted.")
    tripped_count = models.IntegerField(null=True, help_text="How many of them tripped.")
    expected_count = models.FloatField(null=True, help_text="How many were to be expected.")
    said_count = models.IntegerField(null=True, help_text="How many were said to trip.")
    hit_count = models.IntegerField(null=True, help_text="How many of those did.")
    average_precision = models.FloatField(
        null=True, help_text="Of the ranking, 0 to 1; null if none tripped."
    )
    roc_auc = models.FloatField(null=True, help_text="Of the ranking, 0 to 1; null likewise.")
    brier = models.FloatField(null=True, help_text="Mean squared error of the probabilities.")
    notes: Any = models.JSONField(default=list, help_text="What else is to be known.")
    latency_ms: Any = models.JSONField(default=dict, help_text="Time by step, ms.")

    objects = RunForecastQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Forecast of {self.run}"


class ForecastBranch(models.Model):
    """What was predicted of a branch, and what happened to it. All that tripped, and the likeliest others."""

    forecast = models.ForeignKey(RunForecast, on_delete=models.CASCADE, related_name="branches")
    branch_id = models.CharField(max_length=64)
    # No constraint: what was found must outlive a zone that a sync drops and brings back.
    zone = models.ForeignKey(
        "grid.Zone",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text="Load zone of the branch; decides who may see the row.",
    )
    rank = models.IntegerField(help_text="1 was the likeliest.")
    probability = models.FloatField(help_text="Predicted probability that it trips later, 0 to 1.")
    trip_wave = models.IntegerField(
        null=True, help_text="The wave in which it tripped in the run; null: it did not."
    )
    outcome = models.CharField(max_length=16, choices=ForecastOutcome)

    objects = OfZoneQuerySet.as_manager()

    class Meta:
        ordering = ["forecast", "rank"]
        verbose_name_plural = "forecast branches"
        constraints = [
            models.UniqueConstraint(fields=["forecast", "branch_id"], name="forecastbranch_once"),
            models.CheckConstraint(
                condition=models.Q(trip_wave__isnull=False, outcome__in=["HIT", "MISS"])
                | models.Q(trip_wave__isnull=True, outcome__in=["FALSE_ALARM", "QUIET"]),
                name="forecastbranch_outcome_is_the_runs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id}: {self.get_outcome_display()}"
