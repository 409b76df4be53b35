"""The names of the branches that a run tripped."""

from cascade import models
from grid.selectors.network import name_branches


def trip_names(run: models.CascadeRun) -> dict[str, str]:
    """Return the names of a run's tripped branches by id, looked up once and not for each wave."""
    found: dict[str, str] | None = run.__dict__.get("_trip_names")
    if found is None:
        found = name_branches(list(run.trips.values_list("branch_id", flat=True)))
        run.__dict__["_trip_names"] = found
    return found
