"""Batches: thousands of cascades at once, computed in chunks that are kept as they finish."""

from typing import Any

from django.db import models

from cascade.models.frozen import FrozenInputs
from cascade.models.scenarios import ScenarioVersion


class CascadeBatchQuerySet(models.QuerySet["CascadeBatch"]):
    """Queries over batches."""

    def visible_to(self, user: Any) -> "CascadeBatchQuerySet":
        """Return the batches a user may see: all with the permission, else their own."""
        return self if user.has_perm("cascade.view_cascadebatch") else self.filter(job__owner_id=user.pk)


class CascadeBatch(models.Model):
    """Many contingencies on one network with one set of inputs, and what came of them."""

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="cascade_batch")
    version = models.ForeignKey(
        ScenarioVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="batches"
    )
    inputs = models.ForeignKey(FrozenInputs, on_delete=models.PROTECT, related_name="batches")
    name = models.CharField(max_length=200)
    interconnect = models.CharField(max_length=16)
    kind = models.CharField(max_length=24, help_text="Which contingencies, such as N1_BRANCH.")
    choice = models.JSONField(
        default=dict, help_text="What was chosen beside the kind, such as first losses or branches."
    )
    contingencies = models.BinaryField(
        null=True,
        editable=False,
        help_text="Arrow IPC: what each takes out; of N1_1 the first losses. Null until screened.",
    )
    contingency_count = models.IntegerField(
        null=True, help_text="How many; of N1_1 the first losses until it has finished. Null until screened."
    )
    chunk_count = models.IntegerField(null=True, help_text="Parts it is computed in; null until screened.")
    seed = models.BigIntegerField(default=0, help_text="Of contingencies that are drawn.")
    screening = models.JSONField(
        null=True, editable=False, help_text="Of N2_SCREENED: pairs screened, removed, kept, undecided."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    base_shed_mw = models.FloatField(null=True, help_text="Load the intact network cannot serve, MW.")
    unsolved_count = models.IntegerField(null=True, help_text="Contingencies without a unique power flow.")
    losing_count = models.IntegerField(null=True, help_text="Contingencies that lose load.")
    worst_shed_mw = models.FloatField(null=True, help_text="Largest loss of one contingency, MW.")
    mean_shed_mw = models.FloatField(null=True, help_text="Mean loss of the solved contingencies, MW.")
    statistics = models.JSONField(
        null=True, editable=False, help_text="Distribution of losses, branching ratio, most frequent trips."
    )
    report = models.BinaryField(
        null=True, editable=False, help_text="Arrow IPC: one row per contingency, the most severe first."
    )

    influence = models.BinaryField(
        null=True, editable=False, help_text="Arrow IPC: which branch's trips followed which branch's loss."
    )

    objects = CascadeBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "cascade batches"

    def __str__(self) -> str:
        return self.name


class CascadeBatchChunk(models.Model):
    """The finished part of a batch; a batch that begins anew computes only what is not here."""

    batch = models.ForeignKey(CascadeBatch, on_delete=models.CASCADE, related_name="chunks")
    number = models.IntegerField()
    data = models.BinaryField(help_text="Arrow IPC: the contingencies' rows and their trips.")
    elapsed_ms = models.FloatField(help_text="Time the engine took, ms.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="cascade_chunk_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} chunk {self.number}"
