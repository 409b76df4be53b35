"""The span of time that readings are summed over, in the API."""

import strawberry

from grid.warehouse import queries

UsageBucket = strawberry.enum(
    queries.UsageBucket,
    description="INTERVAL: as metered. HOUR: by UTC hour. DAY and MONTH: by the utility's local days.",
)
