"""Root queries of the grid's assets."""

from typing import Any

import strawberry
import strawberry_django
from django.db.models import Model
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api.guard import Requires
from flux_site.api.visibility import first_of, visible
from grid import models
from grid.schema.freshness import Operational
from grid.schema.types import distribution, health, operations, status, surroundings, transmission
from grid.schema.types import outages as outage_types


def _one(model: type[Model], asset_id: str, info: Info) -> Any:
    rows = visible(model.objects.all(), info)  # type: ignore[attr-defined]
    return first_of(rows.filter(pk=asset_id), info)


def _connection(permission: str, layer: str, description: str) -> Any:
    field = strawberry_django.connection(description=description)
    # The last is the outermost: a page is cut inside the policy, and permission is asked before all else.
    field.extensions = [*field.extensions, Operational(layer), Requires(permission)]
    return field


def _kept_here(permission: str, description: str) -> Any:
    """Return a connection of what only the cache knows."""
    field = strawberry_django.connection(description=description)
    field.extensions = [*field.extensions, Requires(permission)]
    return field


def _lookup(permission: str) -> Any:
    return strawberry_django.field(
        extensions=[Operational(), Requires(permission)],
        description="By natural key; null if there is none you may see.",
    )


@strawberry.type
class AssetConnections:
    """Every asset class as a connection."""

    substations: DjangoCursorConnection[transmission.Substation] = _connection(
        "grid.view_substation", "substations", "Substations."
    )
    buses: DjangoCursorConnection[transmission.Bus] = _connection("grid.view_bus", "buses", "Buses.")
    branches: DjangoCursorConnection[transmission.Branch] = _connection(
        "grid.view_branch", "branches", "Transmission lines and transformers."
    )
    plants: DjangoCursorConnection[transmission.Plant] = _connection(
        "grid.view_plant", "plants", "Generating units."
    )
    circuits: DjangoCursorConnection[distribution.Circuit] = _connection(
        "grid.view_circuit", "circuits", "Distribution circuits."
    )
    lines: DjangoCursorConnection[distribution.Line] = _connection(
        "grid.view_linesection", "lines", "Distribution line sections."
    )
    switches: DjangoCursorConnection[distribution.Switch] = _connection(
        "grid.view_switch", "switches", "Switching and protective devices."
    )
    poles: DjangoCursorConnection[distribution.Pole] = _connection("grid.view_pole", "poles", "Poles.")
    transformers: DjangoCursorConnection[distribution.Transformer] = _connection(
        "grid.view_transformer", "transformers", "Distribution transformers."
    )
    meters: DjangoCursorConnection[distribution.Meter] = _connection("grid.view_meter", "meters", "Meters.")
    customers: DjangoCursorConnection[distribution.Customer] = _connection(
        "grid.view_customer", "customers", "Customers; personal data is masked unless permitted."
    )
    outages: DjangoCursorConnection[outage_types.Outage] = _connection(
        "grid.view_outage", "outages", "Outages."
    )
    work_orders: DjangoCursorConnection[outage_types.WorkOrder] = _connection(
        "grid.view_workorder", "work_orders", "Work orders."
    )
    outage_interruptions: DjangoCursorConnection[outage_types.OutageInterruption] = _connection(
        "grid.view_outageinterruption", "outage_interruptions", "Who is without supply by which outage."
    )
    crews: DjangoCursorConnection[outage_types.Crew] = _connection("grid.view_crew", "crews", "Crews.")
    asset_healths: DjangoCursorConnection[health.AssetHealth] = _connection(
        "grid.view_assethealth", "asset_health", "The health of assets, the worst first, unknown ones last."
    )
    weather: DjangoCursorConnection[operations.WeatherObservation] = _connection(
        "grid.view_weatherobservation", "weather", "Hourly weather, newest first."
    )
    trees: DjangoCursorConnection[surroundings.Tree] = _connection("grid.view_tree", "trees", "Single trees.")
    buildings: DjangoCursorConnection[surroundings.Building] = _connection(
        "grid.view_building", "buildings", "Buildings."
    )
    water_bodies: DjangoCursorConnection[surroundings.WaterBody] = _connection(
        "grid.view_waterbody", "water_bodies", "Ponds, lakes, reservoirs and bayous."
    )
    flood_zones: DjangoCursorConnection[surroundings.FloodZone] = _connection(
        "grid.view_floodzone", "flood_zones", "Ground that floods, by how likely it does."
    )
    circuit_statuses: DjangoCursorConnection[status.CircuitStatus] = _connection(
        "grid.view_circuitstatus",
        "circuits",
        "The state of circuits: supply, outages, load over rating. Loads are those of one hour.",
    )
    substation_statuses: DjangoCursorConnection[status.SubstationStatus] = _connection(
        "grid.view_substationstatus", "circuits", "The state of the substations that feed circuits."
    )
    service_areas: DjangoCursorConnection[status.ServiceArea] = _kept_here(
        "grid.view_servicearea",
        "The ground each circuit serves. Kept with the cache: not answered while PostGIS is away.",
    )


@strawberry.type
class AssetLookups:
    """Every asset class by natural key."""

    @_lookup("grid.view_substation")
    def substation(self, info: Info, asset_id: str) -> transmission.Substation | None:
        """Return a substation."""
        return _one(models.Substation, asset_id, info)

    @_lookup("grid.view_bus")
    def bus(self, info: Info, asset_id: str) -> transmission.Bus | None:
        """Return a bus."""
        return _one(models.Bus, asset_id, info)

    @_lookup("grid.view_branch")
    def branch(self, info: Info, asset_id: str) -> transmission.Branch | None:
        """Return a branch."""
        return _one(models.Branch, asset_id, info)

    @_lookup("grid.view_plant")
    def plant(self, info: Info, asset_id: str) -> transmission.Plant | None:
        """Return a plant."""
        return _one(models.Plant, asset_id, info)

    @_lookup("grid.view_circuit")
    def circuit(self, info: Info, asset_id: str) -> distribution.Circuit | None:
        """Return a circuit."""
        return _one(models.Circuit, asset_id, info)

    @_lookup("grid.view_linesection")
    def line(self, info: Info, asset_id: str) -> distribution.Line | None:
        """Return a line section."""
        return _one(models.LineSection, asset_id, info)

    @_lookup("grid.view_switch")
    def switch(self, info: Info, asset_id: str) -> distribution.Switch | None:
        """Return a switch."""
        return _one(models.Switch, asset_id, info)

    @_lookup("grid.view_pole")
    def pole(self, info: Info, asset_id: str) -> distribution.Pole | None:
        """Return a pole."""
        return _one(models.Pole, asset_id, info)

    @_lookup("grid.view_transformer")
    def transformer(self, info: Info, asset_id: str) -> distribution.Transformer | None:
        """Return a transformer."""
        return _one(models.Transformer, asset_id, info)

    @_lookup("grid.view_meter")
    def meter(self, info: Info, asset_id: str) -> distribution.Meter | None:
        """Return a meter."""
        return _one(models.Meter, asset_id, info)

    @_lookup("grid.view_customer")
    def customer(self, info: Info, asset_id: str) -> distribution.Customer | None:
        """Return a customer."""
        return _one(models.Customer, asset_id, info)

    @_lookup("grid.view_outage")
    def outage(self, info: Info, asset_id: str) -> outage_types.Outage | None:
        """Return an outage."""
        return _one(models.Outage, asset_id, info)

    @_lookup("grid.view_workorder")
    def work_order(self, info: Info, asset_id: str) -> outage_types.WorkOrder | None:
        """Return a work order."""
        return _one(models.WorkOrder, asset_id, info)

    @_lookup("grid.view_outageinterruption")
    def outage_interruption(self, info: Info, asset_id: str) -> outage_types.OutageInterruption | None:
        """Return an interruption."""
        return _one(models.OutageInterruption, asset_id, info)

    @_lookup("grid.view_crew")
    def crew(self, info: Info, asset_id: str) -> outage_types.Crew | None:
        """Return a crew."""
        return _one(models.Crew, asset_id, info)

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="The causes that an outage can be given.",
    )
    def cause_codes(self) -> list[outage_types.CauseCode]:
        """Return the causes."""
        return outage_types.cause_codes()

    @_lookup("grid.view_assethealth")
    def asset_health(self, info: Info, asset_id: str) -> health.AssetHealth | None:
        """Return the health of an asset."""
        return _one(models.AssetHealth, asset_id, info)

    @_lookup("grid.view_tree")
    def tree(self, info: Info, asset_id: str) -> surroundings.Tree | None:
        """Return a tree."""
        return _one(models.Tree, asset_id, info)

    @_lookup("grid.view_building")
    def building(self, info: Info, asset_id: str) -> surroundings.Building | None:
        """Return a building."""
        return _one(models.Building, asset_id, info)

    @_lookup("grid.view_waterbody")
    def water_body(self, info: Info, asset_id: str) -> surroundings.WaterBody | None:
        """Return a water body."""
        return _one(models.WaterBody, asset_id, info)

    @_lookup("grid.view_floodzone")
    def flood_zone(self, info: Info, asset_id: str) -> surroundings.FloodZone | None:
        """Return a flood zone."""
        return _one(models.FloodZone, asset_id, info)
