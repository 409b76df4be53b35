"""Elements of the distribution network that failed first in a run, as somebody may see them."""

from typing import Any

from cascade import models
from grid.selectors.initiators import LOCAL, InitiatorKind, known


def failed_elements(
    run: models.CascadeRun, *, user: Any, first: int, offset: int
) -> list[tuple[InitiatorKind, str]]:
    """Return a page of what failed, by kind and id; what the user may not see is left out.

    Elements that the cache no longer holds are left out too; the run's ``element_count`` counts them.
    """
    ids = [] if run.inputs is None else run.inputs.outages.get("elements", [])
    if not ids:
        return []
    found, _ = known(ids, user=user)
    every = [(kind, key) for kind in LOCAL for key in found.of(kind)]
    return every[offset : offset + first]
