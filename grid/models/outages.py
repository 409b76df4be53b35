"""Outages, whom they interrupt, the work on them, the crews, and the history of all three."""

from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.db.models import Q

from grid.models.base import Asset, granted_zone_ids, parent
from grid.operations import (
    CREW_KINDS,
    CREW_STATUSES,
    OUTAGE_SOURCES,
    OUTAGE_STATUSES,
    WORK_PRIORITIES,
    WORK_STATUSES,
)


def choices(values: Any) -> list[tuple[str, str]]:
    """Return the members of an enumeration as choices, with names for people."""
    return [(str(value), str(value).replace("_", " ").capitalize()) for value in values]


class Outage(Asset):
    """Customers without supply behind one device."""

    substation = parent("Substation", "outages")
    circuit = parent("Circuit", "outages")
    switch = parent("Switch", "outages", null=True)
    transformer = parent("Transformer", "outages", null=True)
    meter = parent("Meter", "outages", null=True)
    status = models.CharField(max_length=16, choices=choices(OUTAGE_STATUSES))
    cause_code = models.CharField(
        max_length=32, null=True, help_text="Null: not yet known; UNKNOWN: looked for, not found."
    )
    is_planned = models.BooleanField(default=False, help_text="Whether it was announced.")
    source = models.CharField(
        max_length=16, choices=choices(OUTAGE_SOURCES), default="RECORDED", help_text="How it became known."
    )
    started_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, help_text="When somebody or something confirmed it.")
    restored_at = models.DateTimeField(null=True, help_text="When the last customer was supplied again.")
    estimated_restoration_at = models.DateTimeField(
        null=True, help_text="Restored by then with a probability of a half (P50)."
    )
    estimated_restoration_p80_at = models.DateTimeField(
        null=True, help_text="Restored by then with a probability of four fifths (P80)."
    )
    customers_interrupted = models.IntegerField()
    customers_out = models.IntegerField(help_text="Customers not yet restored.")
    crew = parent("Crew", "outages", null=True)
    notes = models.TextField(null=True)
    version = models.IntegerField(default=1, help_text="Rises by one with every change.")
    location = models.PointField(srid=4326)
    updated_at = models.DateTimeField(null=True, help_text="When it was last changed.")

    class Meta(Asset.Meta):
        indexes = [models.Index(fields=["status", "-started_at"], name="outage_status")]


class OutageInterruption(Asset):
    """The interruption of the customers of one transformer, or of one meter, by an outage."""

    id = models.CharField(primary_key=True, max_length=136, help_text="Outage, and transformer or meter.")
    outage = parent("Outage", "interruptions")
    transformer = parent("Transformer", "interruptions")
    meter = parent("Meter", "interruptions", null=True)
    substation = parent("Substation", "interruptions")
    circuit = parent("Circuit", "interruptions")
    customers = models.IntegerField(help_text="Active accounts interrupted.")
    started_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True, help_text="Null while they are out.")
    updated_at = models.DateTimeField(null=True, help_text="When it was last changed.")

    class Meta(Asset.Meta):
        indexes = [
            models.Index(
                fields=["transformer"], condition=Q(restored_at__isnull=True), name="interruption_open"
            )
        ]


class Crew(Asset):
    """A crew of the field; no names of people."""

    name = models.CharField(max_length=128)
    kind = models.CharField(max_length=16, choices=choices(CREW_KINDS))
    home_substation = parent("Substation", "crews")
    member_count = models.IntegerField(help_text="How many they are.")
    status = models.CharField(max_length=16, choices=choices(CREW_STATUSES))
    location = models.PointField(srid=4326, null=True, help_text="Where they are; null if not known.")
    version = models.IntegerField(default=1, help_text="Rises by one with every change.")
    updated_at = models.DateTimeField(null=True, help_text="When it was last changed.")


class WorkOrder(Asset):
    """A piece of field work on an asset."""

    work_type = models.CharField(max_length=32)
    priority = models.CharField(max_length=16, choices=choices(WORK_PRIORITIES))
    status = models.CharField(max_length=16, choices=choices(WORK_STATUSES))
    asset_kind = models.CharField(max_length=16)
    asset_id = models.CharField(max_length=64)
    substation = parent("Substation", "work_orders")
    circuit = parent("Circuit", "work_orders")
    outage = parent("Outage", "work_orders", null=True)
    crew = parent("Crew", "work_orders", null=True)
    description = models.TextField(null=True)
    created_at = models.DateTimeField()
    scheduled_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    estimated_hours = models.FloatField(null=True, help_text="Estimate, h.")
    actual_hours = models.FloatField(null=True, help_text="Hours spent, h.")
    version = models.IntegerField(default=1, help_text="Rises by one with every change.")
    location = models.PointField(srid=4326)
    updated_at = models.DateTimeField(null=True, help_text="When it was last changed.")


def _subject(to: str) -> Any:
    """Return the key of what was changed; the history stays when the row has left the cache."""
    return models.ForeignKey(
        f"grid.{to}", null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="history"
    )


class OperationEventQuerySet(models.QuerySet["OperationEvent"]):
    """Queries over changes."""

    def visible_to(self, user: Any) -> "OperationEventQuerySet":
        """Return the changes of rows a user may see; of one that left the cache the zone is not known."""
        granted = granted_zone_ids(user)
        if not granted:
            return self
        return self.filter(
            Q(outage__zone_id__in=granted) | Q(work_order__zone_id__in=granted) | Q(crew__zone_id__in=granted)
        )


class OperationEvent(models.Model):
    """One change of an outage, a work order or a crew: written with it, never changed."""

    outage = _subject("Outage")
    work_order = _subject("WorkOrder")
    crew = _subject("Crew")
    version = models.IntegerField(help_text="The version of the row after the change.")
    action = models.CharField(max_length=32, help_text="What was done, such as CONFIRM.")
    from_status = models.CharField(max_length=16, null=True, help_text="Null: it was created.")
    to_status = models.CharField(max_length=16)
    changes = models.JSONField(default=dict, help_text="The values that changed: name: [before, after].")
    actor = models.CharField(max_length=150, null=True, help_text="Who did it; null: the system.")
    at = models.DateTimeField()
    note = models.TextField(null=True)

    objects = OperationEventQuerySet.as_manager()

    SUBJECTS: ClassVar[dict[str, str]] = {
        "OUTAGE": "outage_id",
        "WORK_ORDER": "work_order_id",
        "CREW": "crew_id",
    }

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outage__isnull=False, work_order__isnull=True, crew__isnull=True)
                | Q(outage__isnull=True, work_order__isnull=False, crew__isnull=True)
                | Q(outage__isnull=True, work_order__isnull=True, crew__isnull=False),
                name="operationevent_one_subject",
            )
        ]

    @property
    def subject_kind(self) -> str:
        """Whether an OUTAGE, a WORK_ORDER or a CREW was changed."""
        return next(kind for kind, column in self.SUBJECTS.items() if getattr(self, column) is not None)

    @property
    def subject_id(self) -> str:
        """The key of what was changed."""
        return str(getattr(self, self.SUBJECTS[self.subject_kind]))

    def __str__(self) -> str:
        return f"{self.action} of {self.subject_id}, version {self.version}"
