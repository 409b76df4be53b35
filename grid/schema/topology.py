"""Root fields of connectivity: where an asset is fed from, and what is fed through it."""

from collections.abc import Callable
from typing import TypeVar

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login
from grid.federation import operational
from grid.federation.warehouse_database.router import asking_warehouse
from grid.selectors import topology, tracing
from grid.topology import Network

T = TypeVar("T")

MOST_IDS = 5_000


@strawberry.type(description="One asset on the way from an asset to the substation that feeds it.")
class SupplyStep:
    """A step."""

    asset_id: str
    kind: str = strawberry.field(description="Meter, Transformer, LineSection, Switch or Substation.")
    switch_kind: str | None = strawberry.field(description="Of a switch: BREAKER, RECLOSER, FUSE and so on.")


@strawberry.type(description="What is fed through an asset, with every switch in its normal position.")
class Downstream:
    """What is behind an asset."""

    found: strawberry.Private[tracing.Downstream]
    asset_id: str
    kind: str
    transformer_count: int
    meter_count: int
    customer_count: int = strawberry.field(description="Active accounts.")
    critical_customer_count: int = strawberry.field(
        description="Active accounts of hospitals, water, emergency services and schools."
    )

    @strawberry.field(
        description="Ids of the transformers in feeding order, the nearest to the source first."
    )
    def transformer_ids(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page of ids."""
        if not 0 <= first <= MOST_IDS:
            raise BadInput(f"first is {first}; it must be 0 to {MOST_IDS}.", field="first")
        if offset < 0:
            raise BadInput(f"offset is {offset}; it must not be negative.", field="offset")
        return self.found.transformers[offset : offset + first]


@strawberry.type
class TopologyQuery:
    """Questions about connectivity."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_circuit", without_database=True)],
        description="The assets through which a meter, transformer, line or switch is fed, itself first, "
        "the substation last, with every switch in its normal position.",
    )
    def supply_path(self, info: Info, asset_id: str) -> list[SupplyStep]:
        """Return the path."""
        user = require_login(info)
        steps = _traced(
            "supplyPath",
            tracing.PATH_LAYERS,
            lambda network: tracing.supply_path(network=network, asset_id=asset_id, user=user),
        )
        return [SupplyStep(**vars(step)) for step in steps]

    @strawberry_django.field(
        extensions=[Requires("grid.view_circuit", without_database=True)],
        description="How much is fed through an asset: a switch, line, transformer, meter, circuit or "
        "substation.",
    )
    def downstream(self, info: Info, asset_id: str) -> Downstream:
        """Return what is behind the asset."""
        user = require_login(info)
        found = _traced(
            "downstream",
            tracing.DOWNSTREAM_LAYERS,
            lambda network: tracing.downstream(network=network, asset_id=asset_id, user=user),
        )
        return Downstream(
            found=found,
            asset_id=found.asset_id,
            kind=found.kind,
            transformer_count=len(found.transformers),
            meter_count=found.meter_count,
            customer_count=found.customer_count,
            critical_customer_count=found.critical_customer_count,
        )


def _traced(field: str, layers: tuple[str, ...], trace: Callable[[Network], T]) -> T:
    """Return what a trace gives on the network of the cache; on the last one known if PostGIS is away."""

    def elsewhere() -> T:
        with asking_warehouse():
            return trace(topology.network_without_postgis())

    return operational(
        field=field, layers=layers, from_cache=lambda: trace(topology.network()), from_warehouse=elsewhere
    )
