"""A cascade run: frozen inputs, waves, trips and final flows."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from cascade.models.frozen import FrozenInputs
from cascade.models.scenarios import Scenario, ScenarioVersion


class CascadeRunQuerySet(models.QuerySet["CascadeRun"]):
    """Queries over runs."""

    def visible_to(self, user: Any) -> "CascadeRunQuerySet":
        """Return the runs a user may see: a planner's work is open to everyone who may view runs."""
        return self if user.has_perm("cascade.view_cascaderun") else self.filter(job__owner_id=user.pk)


class CascadeRun(models.Model):
    """One cascade: the inputs as they were frozen, and the result once its job has succeeded."""

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="cascade_run")
    scenario = models.ForeignKey(
        Scenario, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    version = models.ForeignKey(
        ScenarioVersion,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="runs",
        help_text="The version of the scenario that was run.",
    )
    inputs = models.ForeignKey(
        FrozenInputs,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="runs",
        help_text="All that the result depends on; null for runs from before inputs were frozen whole.",
    )
    repeat_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="repeats"
    )
    name = models.CharField(max_length=200)
    interconnect = models.CharField(max_length=16)
    outages = ArrayField(models.CharField(max_length=64))
    area = models.JSONField(
        null=True,
        blank=True,
        help_text="The area that was named, and the classes in it; what it held is among the frozen inputs.",
    )
    element_count = models.IntegerField(
        null=True, help_text="Elements of the distribution network that fail first; null of old runs."
    )
    load_multiplier = models.FloatField(help_text="Factor on every load.")
    rating_multiplier = models.FloatField(help_text="Factor on every rating.")
    created_at = models.DateTimeField(auto_now_add=True)

    network_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the network computed on."
    )
    total_load_mw = models.FloatField(null=True, help_text="Load before anything failed, MW.")
    base_shed_mw = models.FloatField(null=True, help_text="Load the intact network cannot serve, MW.")
    initial_shed_mw = models.FloatField(null=True, help_text="Load lost with the initial outages, MW.")
    total_shed_mw = models.FloatField(null=True, help_text="Load lost in all, beyond the base case, MW.")
    served_mw = models.FloatField(null=True, help_text="Load served at the end, MW.")
    tripped_count = models.IntegerField(null=True, help_text="Branches tripped by overload.")
    wave_count = models.IntegerField(null=True)
    islands_alive = models.IntegerField(null=True)
    islands_dead = models.IntegerField(null=True)
    closest_margin_frac = models.FloatField(
        null=True,
        help_text="Smallest | |flow| / rating - 1 | met: how near a decision was to falling otherwise.",
    )
    termination_reason = models.CharField(max_length=32, blank=True)
    elapsed_ms = models.FloatField(null=True, help_text="Time the engine took, ms.")
    result_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the result; equal for equal results, bit for bit."
    )
    customers_out = models.IntegerField(
        null=True, help_text="Customers without supply; null where no distribution data says."
    )
    progress = models.JSONField(
        default=list, editable=False, help_text="The waves so far, while the run is computed."
    )
    impact = models.JSONField(
        null=True,
        editable=False,
        help_text="What the loss means for circuits and customers, as far as known.",
    )
    substation_loss = models.JSONField(
        null=True,
        editable=False,
        help_text="Per substation that lost load: MW lost, first wave, whether dead.",
    )

    objects = CascadeRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class CascadeWave(models.Model):
    """One wave: wave 0 is the state after the initial outages, before any overload trip."""

    run = models.ForeignKey(CascadeRun, on_delete=models.CASCADE, related_name="waves")
    number = models.IntegerField()
    tripped_count = models.IntegerField(
        help_text="Branches whose overload trips begin this wave; none in wave 0."
    )
    shed_mw = models.FloatField(help_text="Load lost in this wave, MW.")
    cumulative_shed_mw = models.FloatField(help_text="Load lost up to this wave, MW.")
    served_mw = models.FloatField(help_text="Load served in this wave, MW.")
    islands_alive = models.IntegerField()
    islands_dead = models.IntegerField()
    dead_bus_count = models.IntegerField(null=True, help_text="Buses that went dead in this wave.")
    customers_out = models.IntegerField(
        null=True,
        help_text="Customers without supply for certain after this wave; null where no distribution data "
        "says.",
    )
    customers_expected = models.FloatField(
        null=True,
        help_text="With those that substations served in part shed on average; null likewise.",
    )
    time_s = models.FloatField(
        null=True, help_text="Seconds since the initial outages; null where waves have no duration."
    )

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="cascade_wave_once")]

    def __str__(self) -> str:
        return f"{self.run_id} wave {self.number}"


class CascadeTrip(models.Model):
    """A branch that tripped, with the flow that tripped it."""

    run = models.ForeignKey(CascadeRun, on_delete=models.CASCADE, related_name="trips")
    wave = models.ForeignKey(CascadeWave, on_delete=models.CASCADE, related_name="trips")
    branch_id = models.CharField(max_length=64)
    flow_mw = models.FloatField(help_text="Flow at the trip, MW.")
    rating_mva = models.FloatField(help_text="Rating in force in the run, MVA.")
    cause = models.CharField(max_length=24, default="OVERLOAD", help_text="Why it tripped.")
    parent_id = models.CharField(
        max_length=64,
        blank=True,
        help_text="The branch or unit whose loss raised its flow most; empty where none did.",
    )
    parent_wave = models.IntegerField(null=True, help_text="The wave the parent was lost in.")
    parent_rise_mw = models.FloatField(null=True, help_text="What the parent's loss added to the flow, MW.")

    class Meta:
        ordering = ["wave", "branch_id"]
        constraints = [models.UniqueConstraint(fields=["run", "branch_id"], name="cascade_trip_once")]

    def __str__(self) -> str:
        return f"{self.branch_id} in wave of run {self.run_id}"

    @property
    def loading_pct(self) -> float:
        """Flow over rating, %."""
        return abs(self.flow_mw) / self.rating_mva * 100.0


class CascadeArrays(models.Model):
    """The long arrays of a run's result, as Arrow IPC streams, apart from the row that lists read."""

    run = models.OneToOneField(CascadeRun, on_delete=models.CASCADE, primary_key=True, related_name="arrays")
    branches = models.BinaryField(
        help_text="Per branch: id, flow before and after, rating, wave it went out in, cause and parent."
    )
    buses = models.BinaryField(
        help_text="Per bus: id, load asked for, served before and after, wave it went dead in, final island."
    )

    class Meta:
        verbose_name_plural = "cascade arrays"

    def __str__(self) -> str:
        return f"arrays of run {self.run_id}"
