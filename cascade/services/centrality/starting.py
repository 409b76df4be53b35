"""Queue a measurement of the grid's nodes."""

from typing import Any

from django.db import transaction

from cascade import models
from flux_site.api.errors import BadInput
from flux_site.jobs.services import create_job
from grid.selectors.network import EmptyNetwork, list_interconnects

KIND = "cascade.centrality"
MAX_SEED = 2**31 - 1


@transaction.atomic
def start_centralities(
    *, scope: str, interconnect: str | None = None, seed: int = 0, user: Any | None
) -> models.CentralityRun:
    """Queue a measurement.

    Args:
        scope: one of :class:`cascade.models.CentralityScope`.
        interconnect: whose buses; none: the only one that the cache holds.
        seed: of samples and bootstrap; the same seed on the same grid gives the same values.
        user: who asks.

    Raises:
        BadInput: naming the field.
        EmptyNetwork: if the cache holds no network.
        QueueUnavailable: after commit, if Redis is away.
    """
    if scope not in models.CentralityScope.values:
        allowed = ", ".join(models.CentralityScope.values)
        raise BadInput(f"scope is {scope!r}; it must be one of {allowed}.", field="scope")
    if not 0 <= seed <= MAX_SEED:
        raise BadInput(f"seed is {seed}; it must be 0 to {MAX_SEED}.", field="seed")
    known = list_interconnects()
    if not known:
        raise EmptyNetwork(
            "The cache holds no transmission network; sync the transmission layers first.",
            field="interconnect",
        )
    if interconnect is None and len(known) > 1:
        raise BadInput(f"Name the interconnection: {', '.join(known)}.", field="interconnect")
    chosen = interconnect or known[0]
    if chosen not in known:
        raise BadInput(
            f"interconnect is {chosen!r}; the cache holds {', '.join(known)}.", field="interconnect"
        )
    inputs = {"scope": scope, "interconnect": chosen, "seed": seed}
    title = f"Centralities: {models.CentralityScope(scope).label.partition(':')[0]}, {chosen}"
    job = create_job(kind=KIND, title=title, inputs=inputs, owner=user)
    return models.CentralityRun.objects.create(job=job, scope=scope, interconnect=chosen, seed=seed)
