"""Centralities of the grid's nodes, and how well they rank what simulation says."""

from typing import Any

from django.db import models


class CentralityScope(models.TextChoices):
    """Which nodes are measured."""

    TRANSMISSION = "TRANSMISSION", "Transmission: the buses of an interconnection"
    WHOLE = "WHOLE", "Whole grid: buses and all that hangs under them down to the meters"


class CentralityRunQuerySet(models.QuerySet["CentralityRun"]):
    """Queries over runs."""

    def finished(self) -> "CentralityRunQuerySet":
        """Return the runs whose values are stored."""
        return self.filter(computed_at__isnull=False)


class CentralityRun(models.Model):
    """One measurement of all nodes of a graph."""

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="centrality_run")
    scope = models.CharField(max_length=16, choices=CentralityScope.choices)
    interconnect = models.CharField(max_length=16)
    seed = models.IntegerField(default=0, help_text="Of the samples and the bootstrap.")
    created_at = models.DateTimeField(auto_now_add=True)
    computed_at = models.DateTimeField(null=True, help_text="When the values were stored; null: not yet.")
    graph_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the graph measured.")
    node_count = models.IntegerField(null=True)
    edge_count = models.IntegerField(null=True)
    sample_count = models.IntegerField(
        null=True, help_text="Nodes that betweenness and closeness start from; null: all, so they are exact."
    )
    betweenness_error = models.FloatField(
        null=True, help_text="With 95 % confidence no betweenness is further off; null if exact."
    )
    simulated_count = models.IntegerField(null=True, help_text="Buses whose outage was simulated.")
    correlations: Any = models.JSONField(
        null=True, help_text="Per measure its rank correlation with the load lost in simulation."
    )

    objects = CentralityRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_scope_display().partition(':')[0]}, {self.interconnect}"


class NodeCentrality(models.Model):
    """The measures of one node in one run; all from 0 to 1 unless they say otherwise."""

    run = models.ForeignKey(CentralityRun, on_delete=models.CASCADE, related_name="nodes")
    node_id = models.CharField(max_length=64)
    node_kind = models.CharField(max_length=16, help_text="BUS, NODE, TRANSFORMER or METER.")
    substation_id = models.CharField(max_length=64, null=True, help_text="Of a bus.")
    degree = models.FloatField(help_text="Neighbours / (nodes - 1).")
    betweenness = models.FloatField(help_text="Share of the shortest paths that lead through it.")
    closeness = models.FloatField(help_text="Harmonic: mean of 1/distance to all other nodes.")
    eigenvector = models.FloatField(help_text="The greatest is 1.")
    pagerank = models.FloatField(help_text="All nodes add up to 1.")
    clustering = models.FloatField(help_text="Share of the pairs of its neighbours that are neighbours.")
    neighbours_2_hops = models.IntegerField(help_text="Nodes at most two edges away.")
    downstream_nodes = models.IntegerField(help_text="Nodes that no source reaches any more without it.")
    downstream_customers = models.IntegerField(
        null=True, help_text="Customers that lose supply without it; null where none are known."
    )
    electrical_betweenness = models.FloatField(
        null=True, help_text="Share of all transfers from units to loads that pass a bus; null for others."
    )
    simulated_loss_mw = models.FloatField(
        null=True, help_text="Load lost in the cascade that its outage starts, MW; null: not simulated."
    )

    class Meta:
        ordering = ["run", "node_id"]
        verbose_name_plural = "node centralities"
        constraints = [models.UniqueConstraint(fields=["run", "node_id"], name="nodecentrality_once")]
        indexes = [models.Index(fields=["run", "-betweenness", "node_id"], name="nodecentrality_between")]

    def __str__(self) -> str:
        return self.node_id
