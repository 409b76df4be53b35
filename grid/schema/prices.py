"""GraphQL of energy prices and costs."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login
from grid.selectors import prices
from grid.selectors.prices import CostBucket

strawberry.enum(
    CostBucket, description="HOUR: UTC hours. DAY and MONTH: the utility's local days and months."
)


@strawberry.type(description="The energy price of a load zone in one hour.")
class EnergyPrice:
    """A price."""

    at: datetime = strawberry.field(description="Start of the hour.")
    zone_id: str
    price_usd_per_mwh: float | None = strawberry.field(
        description="Null while it is not known; may be negative."
    )
    method: str = strawberry.field(description="SETTLEMENT: as settled. MERIT_ORDER: computed from plants.")
    source: str


@strawberry.type(description="What the energy of the transformers cost in one span of time.")
class EnergyCost:
    """A cost."""

    at: datetime = strawberry.field(description="Start of the span.")
    energy_kwh: float
    priced_kwh: float = strawberry.field(description="The part of the energy whose price is known.")
    cost_usd: float | None = strawberry.field(description="Of that part; null if no price is known.")


@strawberry.type
class PricesQuery:
    """Questions about prices."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_substation", without_database=True)],
        description="Hourly energy prices from start to before end, by hour and zone. From the warehouse.",
    )
    def energy_prices(
        self, info: Info, start: datetime, end: datetime, zone_id: str | None = None
    ) -> list[EnergyPrice]:
        """Return the prices."""
        found = prices.energy_prices(zone_id=zone_id, start=start, end=end, user=require_login(info))
        return [EnergyPrice(**vars(each)) for each in found]

    @strawberry_django.field(
        extensions=[Requires("grid.view_transformer", without_database=True)],
        description="What the transformers' energy cost from start to before end. From the warehouse.",
    )
    def energy_costs(
        self, info: Info, start: datetime, end: datetime, bucket: CostBucket = CostBucket.DAY
    ) -> list[EnergyCost]:
        """Return the costs."""
        found = prices.energy_costs(bucket=bucket, start=start, end=end, user=require_login(info))
        return [EnergyCost(**vars(each)) for each in found]
