"""Crews: made and edited by planners; what they are doing follows from their work orders."""

from __future__ import annotations

import math
from typing import Any

from django.contrib.gis.geos import Point

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.operations import CREW_KINDS, CrewStatus
from grid.services.operations import changing
from grid.services.operations.unit import step
from grid.services.outages.reporting import new_id

MAX_NAME = 128
MAX_MEMBERS = 100
UNCHANGED: Any = object()
"""Stands for a value that is left as it is."""


def create_crew(
    *,
    name: str,
    kind: str,
    home_substation_id: str,
    member_count: int,
    lon: float | None = None,
    lat: float | None = None,
    actor: Any | None = None,
) -> models.Crew:
    """Create a crew, on shift and free.

    Raises:
        NotFound: if there is no such substation that the actor may see.
        BadInput: naming the field at fault.
    """
    values = _checked(name=name, kind=kind, member_count=member_count, lon=lon, lat=lat)
    home = _substation(home_substation_id, actor)
    with changing(actor=actor) as unit:
        crew = models.Crew(
            id=new_id("CREW", unit.now),
            home_substation=home,
            zone_id=home.zone_id,
            status=CrewStatus.AVAILABLE,
            **values,
        )
        unit.add(crew, action="CREATE")
    return crew


def update_crew(
    *,
    crew_id: str,
    name: str | None = UNCHANGED,
    kind: str | None = UNCHANGED,
    home_substation_id: str | None = UNCHANGED,
    member_count: int | None = UNCHANGED,
    lon: float | None = UNCHANGED,
    lat: float | None = UNCHANGED,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.Crew:
    """Change what is known of a crew; what is not named stays.

    Raises:
        NotFound: if there is no such crew or substation that the actor may see.
        StaleVersion: if the crew has another version than expected.
        BadInput: naming the field at fault.
    """
    with changing(actor=actor, note=note) as unit:
        crew = unit.lock(models.Crew, crew_id, expected_version=expected_version)
        step(crew, "EDIT")
        here = crew.location
        values = _checked(
            name=crew.name if name is UNCHANGED else name,
            kind=crew.kind if kind is UNCHANGED else kind,
            member_count=crew.member_count if member_count is UNCHANGED else member_count,
            lon=(here.x if here else None) if lon is UNCHANGED else lon,
            lat=(here.y if here else None) if lat is UNCHANGED else lat,
        )
        for field, value in values.items():
            setattr(crew, field, value)
        if home_substation_id is not UNCHANGED:
            home = _substation(home_substation_id, actor)
            crew.home_substation, crew.zone_id = home, home.zone_id
        unit.save(crew, action="EDIT")
    return crew


def set_shift(
    *,
    crew_id: str,
    is_on_shift: bool,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.Crew:
    """Begin or end the shift of a crew.

    Raises:
        NotFound: if there is no such crew that the actor may see.
        StaleVersion: if the crew has another version than expected.
        ImpossibleTransition: if it is on shift already, or has work and cannot end it.
    """
    action = "BEGIN_SHIFT" if is_on_shift else "END_SHIFT"
    with changing(actor=actor, note=note) as unit:
        crew = unit.lock(models.Crew, crew_id, expected_version=expected_version)
        step(crew, action)
        unit.save(crew, action=action)
    return crew


def _substation(substation_id: str | None, actor: Any | None) -> models.Substation:
    rows: Any = models.Substation.objects.all()
    if actor is not None:
        rows = rows.visible_to(actor)
    found = rows.filter(pk=substation_id).first()
    if found is None:
        raise NotFound(
            f"There is no substation {substation_id!r} that you may see.", field="homeSubstationId"
        )
    return found  # type: ignore[no-any-return]


def _checked(
    *,
    name: str | None,
    kind: str | None,
    member_count: int | None,
    lon: float | None,
    lat: float | None,
) -> dict[str, Any]:
    text = (name or "").strip()
    if not text or len(text) > MAX_NAME or "\0" in text:
        raise BadInput(f"A crew needs a name of 1 to {MAX_NAME} characters.", field="name")
    if kind not in CREW_KINDS:
        raise BadInput(f"kind is {kind!r}; it must be {', '.join(CREW_KINDS)}.", field="kind")
    if member_count is None or not 1 <= member_count <= MAX_MEMBERS:
        raise BadInput(f"memberCount is {member_count}; it must be 1 to {MAX_MEMBERS}.", field="memberCount")
    if (lon is None) != (lat is None):
        raise BadInput("A place needs both lon and lat.", field="lon" if lon is None else "lat")
    for field, value, limit in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        if value is not None and not (math.isfinite(value) and abs(value) <= limit):
            raise BadInput(f"{field} is {value}; it must be -{limit:g} to {limit:g}.", field=field)
    location = None if lon is None or lat is None else Point(lon, lat, srid=4326)
    return {"name": text, "kind": kind, "member_count": member_count, "location": location}
