"""What decisions rest on, kept as data that users replace; and the studies made with it."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from cascade.engine.decisions.damage_functions import CostClass
from cascade.engine.decisions.kinds import RepairCrew, RepairKind, StudyKind


class DamageTable(models.Model):
    """A version of the damage functions: what an interruption costs a customer, by class and duration.

    A version is not changed once it is used; a newer one takes its place. The current one is used.
    """

    name = models.CharField(max_length=120, unique=True)
    source = models.TextField(help_text="Where the figures come from.")
    dollar_year = models.IntegerField(help_text="Year of the dollars in the table.")
    longest_h = models.FloatField(
        validators=[MinValueValidator(0.0)], help_text="Longest interruption the source covers, h."
    )
    is_current = models.BooleanField(default=False, help_text="Whether new studies use it; one version does.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-is_current", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="one_current_damage_table"
            )
        ]

    def __str__(self) -> str:
        return self.name


class DamageFunction(models.Model):
    """The cost of one interruption of an average customer of a class, by duration."""

    table = models.ForeignKey(DamageTable, on_delete=models.CASCADE, related_name="functions")
    cost_class = models.CharField(max_length=24, choices=[(each.value, each.value) for each in CostClass])
    average_kw = models.FloatField(help_text="Mean load of a customer of the class, kW.")
    durations_h = ArrayField(models.FloatField(), help_text="Durations, h, ascending.")
    event_usd = ArrayField(
        models.FloatField(), help_text="Cost of one interruption at each duration, in the table's dollars."
    )

    class Meta:
        ordering = ["table", "cost_class"]
        constraints = [
            models.UniqueConstraint(fields=["table", "cost_class"], name="one_damage_function_a_class")
        ]

    def __str__(self) -> str:
        return f"{self.cost_class} of {self.table_id}"


class CostAssumptions(models.Model):
    """A version of the rates and prices that studies use; what is empty is not known."""

    name = models.CharField(max_length=120, unique=True)
    source = models.TextField(help_text="Where the figures come from.")
    voll_usd_per_mwh = models.FloatField(
        validators=[MinValueValidator(0.0)], help_text="Value of lost load, $/MWh."
    )
    price_factor = models.FloatField(
        validators=[MinValueValidator(1e-6)],
        help_text="Price level of the dollars reported over that of the damage functions.",
    )
    crew_hour_usd = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0)], help_text="An hour of a crew, $."
    )
    margin_usd_per_mwh = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0)],
        help_text="What the utility earns on a MWh delivered, $.",
    )
    is_current = models.BooleanField(default=False, help_text="Whether new studies use it; one version does.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-is_current", "name"]
        verbose_name_plural = "cost assumptions"
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="one_current_cost_assumptions"
            )
        ]

    def __str__(self) -> str:
        return self.name


class RepairTime(models.Model):
    """How long a kind of repair takes: lognormal; what its material costs, and which crew does it."""

    kind = models.CharField(
        max_length=32, primary_key=True, choices=[(each.value, each.value) for each in RepairKind]
    )
    median_h = models.FloatField(validators=[MinValueValidator(0.01)], help_text="Median, h.")
    sigma = models.FloatField(validators=[MinValueValidator(0.0)], help_text="Deviation of ln(time).")
    material_usd = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0)],
        help_text="Material of one repair, $; empty: not known.",
    )
    crew_kind = models.CharField(
        max_length=16,
        blank=True,
        default="",
        choices=[(each.value, each.value) for each in RepairCrew],
        help_text="What a crew must be equipped for to do it; empty: any crew does.",
    )
    source = models.TextField(help_text="Where the figures come from.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.kind


class SeverityThreshold(models.Model):
    """A tier of severity, reached by customers out or load lost."""

    name = models.CharField(max_length=32, unique=True)
    level = models.IntegerField(unique=True, help_text="1 is the lowest.")
    min_customers = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0)], help_text="Customers out, from."
    )
    min_mw = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0)], help_text="Load lost, MW, from."
    )
    source = models.TextField(help_text="Where the thresholds come from.")

    class Meta:
        ordering = ["level"]

    def __str__(self) -> str:
        return self.name


class DecisionStudyQuerySet(models.QuerySet["DecisionStudy"]):
    """Queries over studies."""

    def visible_to(self, user: Any) -> "DecisionStudyQuerySet":
        """Return the studies a user may see: those of everyone for who may view them, else one's own."""
        return self if user.has_perm("cascade.view_decisionstudy") else self.filter(job__owner_id=user.pk)


class DecisionStudy(models.Model):
    """A restoration plan, staging, mitigation, investment or explanation, with its frozen inputs."""

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="decision_study")
    run = models.ForeignKey(
        "cascade.CascadeRun",
        null=True,
        on_delete=models.CASCADE,
        related_name="studies",
        help_text="The run it is about; none for investments, which are about several.",
    )
    kind = models.CharField(max_length=16, choices=[(each.value, each.value) for each in StudyKind])
    name = models.CharField(max_length=200)
    inputs = models.JSONField(editable=False, help_text="All it was worked out from, as it was then.")
    result = models.JSONField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DecisionStudyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "decision studies"

    def __str__(self) -> str:
        return self.name
