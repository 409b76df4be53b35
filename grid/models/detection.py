"""What the detection of outages remembers: what meters and switches said, and which circuits it watches."""

from django.db import models
from django.db.models import Q


class MeterEvidence(models.Model):
    """When a meter last said that its supply failed, that it came back, and that it had any."""

    meter_id = models.CharField(primary_key=True, max_length=64)
    circuit_id = models.CharField(max_length=64)
    dark_at = models.DateTimeField(null=True, help_text="Its last last gasp, by its own clock.")
    restored_at = models.DateTimeField(null=True, help_text="When it last reported its supply back.")
    lit_at = models.DateTimeField(null=True, help_text="Start of its newest reading with voltage.")

    class Meta:
        ordering = ["meter_id"]
        verbose_name_plural = "meter evidence"
        indexes = [models.Index(fields=["circuit_id"], name="meterevidence_circuit")]

    def __str__(self) -> str:
        return self.meter_id


class SwitchEvidence(models.Model):
    """When a switch last said that it opened, and that it closed."""

    switch_id = models.CharField(primary_key=True, max_length=64)
    circuit_id = models.CharField(max_length=64)
    opened_at = models.DateTimeField(null=True, help_text="When it last opened, by its own clock.")
    closed_at = models.DateTimeField(null=True, help_text="When it last closed.")

    class Meta:
        ordering = ["switch_id"]
        verbose_name_plural = "switch evidence"
        indexes = [models.Index(fields=["circuit_id"], name="switchevidence_circuit")]

    def __str__(self) -> str:
        return self.switch_id


class CircuitWatch(models.Model):
    """A circuit whose outages were judged: when, and when they are to be judged again."""

    circuit_id = models.CharField(primary_key=True, max_length=64)
    reviewed_at = models.DateTimeField(null=True, help_text="When it was last judged.")
    due_at = models.DateTimeField(null=True, help_text="When again, though nothing more is heard.")
    is_watched = models.BooleanField(
        default=False, help_text="Whether readings of its meters are looked at for signs of life."
    )

    class Meta:
        ordering = ["circuit_id"]
        verbose_name_plural = "circuit watches"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="circuitwatch_due"),
            models.Index(fields=["circuit_id"], condition=Q(is_watched=True), name="circuitwatch_watched"),
        ]

    def __str__(self) -> str:
        return self.circuit_id
