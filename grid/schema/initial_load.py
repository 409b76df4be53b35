"""Everything the map begins with, in one question. A part that cannot be had holds none of the others up."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.errors import FluxError
from flux_site.api.guard import Requires
from flux_site.api.outages import service_fault
from flux_site.api.site import Site, site
from flux_site.api.visibility import require, require_login
from grid.federation import from_either_store
from grid.schema.operations import Kpi, MapLayer, kpi_figures, layers_of_map
from grid.schema.types.base import GeoJSON
from grid.selectors import initial_load

T = TypeVar("T")


@strawberry.type(description="A part of what the map begins with.")
class Part(Generic[T]):
    """A part."""

    items: list[T] | None = strawberry.field(description="Null if it could not be had; reason says why.")
    reason: str | None
    code: str | None = strawberry.field(description="The reason for programs, as in errors.")
    ms: float = strawberry.field(description="Time the server took to read it.")


@strawberry.type(description="The state of a substation, as the map shows it.")
class SubstationMark:
    """A substation."""

    asset_id: strawberry.ID
    name: str
    lon: float
    lat: float
    status: str
    load_class: str
    active_outages: int
    customers: int
    customers_out: int
    load_hour: datetime | None
    load_mw: float | None
    loading_pct: float | None
    load_coverage_pct: float | None
    circuit_count: int
    circuits_out: int
    warning_circuits: int
    critical_circuits: int
    worst_circuit_id: strawberry.ID | None
    worst_loading_pct: float | None


@strawberry.type(description="The state of a circuit, as the map shows it.")
class CircuitMark:
    """A circuit."""

    asset_id: strawberry.ID
    name: str
    substation_id: strawberry.ID
    status: str
    load_class: str
    active_outages: int
    customers: int
    customers_out: int
    load_hour: datetime | None
    load_mw: float | None
    loading_pct: float | None
    load_coverage_pct: float | None
    worst_transformer_id: strawberry.ID | None
    worst_loading_pct: float | None


@strawberry.type(description="The ground of a circuit, as the map shows it.")
class ServiceAreaShape:
    """A service area."""

    circuit_id: strawberry.ID
    substation_id: strawberry.ID
    area_km2: float
    boundary: GeoJSON = strawberry.field(description="A MultiPolygon, to 1 m.")


@strawberry.type(description="An active outage, as the map shows it.")
class OutageMark:
    """An outage."""

    asset_id: strawberry.ID
    circuit_id: strawberry.ID
    substation_id: strawberry.ID
    status: str
    cause_code: str | None
    is_planned: bool
    started_at: datetime
    estimated_restoration_at: datetime | None
    customers_interrupted: int
    customers_out: int
    crew_id: strawberry.ID | None
    lon: float
    lat: float
    version: int


@strawberry.type(description="What the map begins with. Each part is read only if it is selected.")
class InitialLoad:
    """The parts."""

    @strawberry_django.field(description="The site's settings.")
    def site(self) -> Site:
        """Return the settings."""
        return site()

    @strawberry_django.field(description="The map layers the user may see, with their freshness.")
    def layers(self, info: Info) -> Part[MapLayer]:
        """Return the layers."""
        return _part(lambda: layers_of_map(require_login(info)))

    @strawberry_django.field(description="The state of the substations that feed circuits.")
    def substations(self, info: Info) -> Part[SubstationMark]:
        """Return the substations."""
        return _rows(
            info,
            SubstationMark,
            "grid.view_substationstatus",
            initial_load.SUBSTATION_LAYERS,
            initial_load.substations,
        )

    @strawberry_django.field(description="The state of the circuits.")
    def circuits(self, info: Info) -> Part[CircuitMark]:
        """Return the circuits."""
        return _rows(
            info, CircuitMark, "grid.view_circuitstatus", initial_load.CIRCUIT_LAYERS, initial_load.circuits
        )

    @strawberry_django.field(description="The ground each circuit serves; kept with the cache alone.")
    def service_areas(self, info: Info) -> Part[ServiceAreaShape]:
        """Return the areas."""

        def areas() -> list[ServiceAreaShape]:
            user = require(info, "grid.view_servicearea")
            return [ServiceAreaShape(**row) for row in initial_load.service_areas(user)]

        return _part(areas)

    @strawberry_django.field(description="The active outages, newest first, 2,000 at most.")
    def active_outages(self, info: Info) -> Part[OutageMark]:
        """Return the outages."""
        return _rows(
            info, OutageMark, "grid.view_outage", initial_load.OUTAGE_LAYERS, initial_load.active_outages
        )

    @strawberry_django.field(description="The key figures.")
    def kpis(self, info: Info) -> Part[Kpi]:
        """Return the figures."""
        return _part(lambda: kpi_figures(require(info, "grid.view_outage")))


def _rows(
    info: Info,
    kind: type[T],
    permission: str,
    layers: Sequence[str],
    read: Callable[[Any], list[dict[str, Any]]],
) -> Part[T]:
    """Return a part read from the layers, in either store."""

    def rows() -> list[T]:
        user = require(info, permission)
        found = from_either_store(
            field=f"initialLoad.{info.field_name}",
            layers=layers,
            vital_layers=layers[:1],
            ask=lambda: read(user),
        )
        return [kind(**row) for row in found]

    return _part(rows)


def _part(read: Callable[[], list[T]]) -> Part[T]:
    """Return a part, or why it cannot be had if the reason is one that a client can act on."""
    began = time.perf_counter()
    items: list[T] | None = None
    fault: FluxError | None = None
    try:
        items = read()
    except Exception as error:
        fault = service_fault(error)
        if fault is None:
            raise
    return Part(
        items=items,
        reason=fault.message if fault else None,
        code=fault.code if fault else None,
        ms=(time.perf_counter() - began) * 1000.0,
    )


@strawberry.type
class InitialLoadQuery:
    """The first question of the map."""

    @strawberry_django.field(
        extensions=[Requires(without_database=True)],
        description="All the map begins with in one answer: a part that fails is null and says why.",
    )
    def initial_load(self) -> InitialLoad:
        """Return the parts, read as they are selected."""
        return InitialLoad()
