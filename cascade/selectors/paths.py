"""How a stored cascade spread."""

from cascade import models
from cascade.engine.propagation import Link, Propagation
from cascade.engine.trip import TripCause

MAX_PATHS = 200


def propagation_of(run_id: int) -> Propagation:
    """Return the links of a stored run."""
    rows = models.CascadeTrip.objects.filter(run_id=run_id).order_by("wave__number", "pk")
    return Propagation(
        links=tuple(
            Link(
                parent_id=parent_id or None,
                parent_wave=parent_wave,
                branch_id=branch_id,
                wave=wave,
                cause=TripCause(cause),
                rise_mw=rise_mw,
            )
            for parent_id, parent_wave, branch_id, wave, cause, rise_mw in rows.values_list(
                "parent_id", "parent_wave", "branch_id", "wave__number", "cause", "parent_rise_mw"
            )
        )
    )


def paths_of(run_id: int) -> list[list[str]]:
    """Return the paths of a stored run, the longest first."""
    return sorted(
        (list(path) for path in propagation_of(run_id).paths()), key=lambda path: (-len(path), path)
    )
