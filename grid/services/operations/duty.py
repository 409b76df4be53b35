"""What a crew is doing follows from its work orders."""

from __future__ import annotations

from grid import models
from grid.operations import CrewStatus, WorkStatus
from grid.services.operations.errors import CrewUnavailable
from grid.services.operations.unit import Unit


def lock_free_crew(unit: Unit, crew_id: str, *, zone_id: str | None, already: bool = False) -> models.Crew:
    """Return a crew that can take work of a zone, locked.

    Args:
        unit: the change.
        crew_id: which.
        zone_id: where the work is.
        already: the crew has this work; it need not be free.

    Raises:
        NotFound: if there is none that the actor may see.
        CrewUnavailable: if it is of another territory, off shift or busy.
    """
    crew = unit.lock(models.Crew, crew_id)
    if zone_id is not None and crew.zone_id is not None and crew.zone_id != zone_id:
        raise CrewUnavailable(
            f"Crew {crew.pk} works in {crew.zone_id}; the work is in {zone_id}.", field="crewId"
        )
    if crew.status == CrewStatus.OFF_SHIFT:
        raise CrewUnavailable(f"Crew {crew.pk} is off shift.", field="crewId")
    if crew.status != CrewStatus.AVAILABLE and not already:
        order = models.WorkOrder.objects.filter(crew=crew).exclude(
            status__in=[WorkStatus.COMPLETED, WorkStatus.CANCELLED, WorkStatus.ON_HOLD]
        )
        names = ", ".join(order.order_by("pk").values_list("pk", flat=True)[:3])
        doing = f" with {names}" if names else ""
        raise CrewUnavailable(
            f"Crew {crew.pk} is {crew.status}{doing}; it must be AVAILABLE.", field="crewId"
        )
    return crew


def follow(unit: Unit, crew_id: str | None, *, action: str) -> None:
    """Set a crew's status to what its work orders say, if that is another; off shift stays off shift."""
    if crew_id is None:
        return
    crew = unit.lock_known(models.Crew, crew_id)
    if crew.status == CrewStatus.OFF_SHIFT:
        return
    statuses = set(models.WorkOrder.objects.filter(crew=crew).values_list("status", flat=True).distinct())
    if WorkStatus.IN_PROGRESS in statuses:
        wanted = CrewStatus.ON_SITE
    elif WorkStatus.ASSIGNED in statuses:
        wanted = CrewStatus.ASSIGNED
    else:
        wanted = CrewStatus.AVAILABLE
    if crew.status != wanted:
        crew.status = wanted
        unit.save(crew, action=action)
