"""GraphQL of meter readings: what meters used, and rolling up what is new."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job
from grid.schema.usage_bucket import UsageBucket
from grid.selectors import usage
from grid.services import rollup

StartRollupPayload = Annotated[Job | Fault, strawberry.union("StartRollupPayload")]


@strawberry.type(description="What a meter used in one span of time; null where unknown.")
class UsagePoint:
    """A span."""

    at: datetime = strawberry.field(description="Start of the span.")
    usage_kwh: float
    mean_voltage_v: float | None = strawberry.field(description="Null for months and without supply.")
    min_voltage_v: float | None
    max_voltage_v: float | None
    reading_count: int | None = strawberry.field(description="Null for months.")


@strawberry.type
class ReadingsQuery:
    """Questions about readings."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter", without_database=True)],
        description="What a meter used from start to before end, oldest first. From the warehouse.",
    )
    def meter_usage(
        self,
        info: Info,
        asset_id: str,
        start: datetime,
        end: datetime,
        bucket: UsageBucket = UsageBucket.DAY,
    ) -> list[UsagePoint]:
        """Return the use."""
        points = usage.meter_usage(
            asset_id=asset_id, bucket=bucket, start=start, end=end, user=require_login(info)
        )
        return [UsagePoint(**vars(point)) for point in points]


@strawberry.type
class ReadingsMutation:
    """Control of the roll-up."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.change_synclayer")],
        description="Roll up the meter readings that are new, as a job. A schedule does so every minute.",
    )
    def start_rollup(self, info: Info) -> StartRollupPayload:
        """Start a roll-up."""

        def start() -> Any:
            return rollup.start_rollup(user=require_login(info))

        return expected_failures(start)
