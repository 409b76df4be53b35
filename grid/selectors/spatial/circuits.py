"""The circuits whose service area holds a place."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from grid import models
from grid.selectors.spatial.areas import check_position
from grid.selectors.spatial.policy import from_postgis, require_views


@dataclass(frozen=True, kw_only=True)
class CircuitAt:
    """A circuit whose service area holds a place.

    Attributes:
        meter_count: counted now; ``transformer_count`` is on its record.
        centre_lon: of the centroid of its service area, degrees.
    """

    circuit_id: str
    name: str
    substation_id: str
    voltage_kv: float
    transformer_count: int
    customer_count: int
    meter_count: int
    area_km2: float
    centre_lon: float
    centre_lat: float


def circuits_at(*, lon: float, lat: float, user: Any) -> list[CircuitAt]:
    """Return the circuits that serve the ground at a place; two only on the border of their areas.

    Raises:
        BadInput: naming the field.
        PermissionRefused, NeverSynced, DatabaseUnavailable: if it cannot be answered.
    """
    point = check_position(lon, lat)
    require_views(user, (models.Circuit, models.ServiceArea, models.Meter))
    return from_postgis(
        field="circuitsAt",
        layers=("circuits", "transformers", "meters"),
        ask=lambda: _circuits_at(point, user),
    )


def _circuits_at(point: Any, user: Any) -> list[CircuitAt]:
    areas = list(
        models.ServiceArea.objects.visible_to(user)
        .filter(boundary__intersects=point)
        .select_related("circuit")
        .order_by("circuit_id")
    )
    meters = dict(
        models.Meter.objects.visible_to(user)
        .filter(circuit_id__in=[area.circuit_id for area in areas])
        .order_by()
        .values_list("circuit_id")
        .annotate(Count("pk"))
    )
    found = []
    for area in areas:
        centre = area.boundary.centroid
        circuit = area.circuit
        found.append(
            CircuitAt(
                circuit_id=circuit.pk,
                name=circuit.name,
                substation_id=circuit.substation_id,
                voltage_kv=circuit.voltage_kv,
                transformer_count=circuit.transformer_count,
                customer_count=circuit.customer_count,
                meter_count=meters.get(circuit.pk, 0),
                area_km2=area.area_km2,
                centre_lon=centre.x,
                centre_lat=centre.y,
            )
        )
    return found
