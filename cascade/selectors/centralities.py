"""The measures of nodes as they were stored."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from django.db.models import F

from cascade import models
from flux_site.api.errors import BadInput

MOST_NODES = 1_000
KINDS = ("BUS", "NODE", "TRANSFORMER", "METER")


class Measure(Enum):
    """What nodes are ranked by; the value is the column."""

    BETWEENNESS = "betweenness"
    DEGREE = "degree"
    CLOSENESS = "closeness"
    EIGENVECTOR = "eigenvector"
    PAGERANK = "pagerank"
    CLUSTERING = "clustering"
    NEIGHBOURS_2_HOPS = "neighbours_2_hops"
    DOWNSTREAM_NODES = "downstream_nodes"
    DOWNSTREAM_CUSTOMERS = "downstream_customers"
    ELECTRICAL_BETWEENNESS = "electrical_betweenness"
    SIMULATED_LOSS = "simulated_loss_mw"


def newest_run(*, scope: str, interconnect: str | None) -> models.CentralityRun | None:
    """Return the newest finished measurement of a scope, of any interconnection unless one is named."""
    rows = models.CentralityRun.objects.finished().filter(scope=scope)
    if interconnect is not None:
        rows = rows.filter(interconnect=interconnect)
    return rows.order_by("-computed_at").first()


def central_nodes(
    run: models.CentralityRun,
    *,
    order_by: Measure,
    node_kinds: Sequence[str] | None,
    node_ids: Sequence[str] | None,
    first: int,
) -> list[models.NodeCentrality]:
    """Return nodes of a run, the most central first; those without a value are left out.

    Raises:
        BadInput: naming the field.
    """
    if not 0 <= first <= MOST_NODES:
        raise BadInput(f"first is {first}; it must be 0 to {MOST_NODES}.", field="first")
    rows = run.nodes.all()
    if node_kinds is not None:
        unknown = sorted(set(node_kinds) - set(KINDS))
        if unknown:
            raise BadInput(
                f"nodeKinds has {', '.join(unknown[:5])}; allowed: {', '.join(KINDS)}.", field="nodeKinds"
            )
        rows = rows.filter(node_kind__in=node_kinds)
    if node_ids is not None:
        if len(node_ids) > MOST_NODES:
            raise BadInput(f"nodeIds has {len(node_ids)}; at most {MOST_NODES}.", field="nodeIds")
        rows = rows.filter(node_id__in=node_ids)
    column = order_by.value
    return list(rows.filter(**{f"{column}__isnull": False}).order_by(F(column).desc(), "node_id")[:first])
