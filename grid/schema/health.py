"""GraphQL of the assessment of assets' health; what it found is among the assets' types."""

from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job
from grid.services import asset_health

StartHealthAssessmentPayload = Annotated[Job | Fault, strawberry.union("StartHealthAssessmentPayload")]


@strawberry.type
class HealthMutation:
    """Control of the assessment."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.change_synclayer")],
        description="Assess the health of all assets, as a job, and bring it into the cache. A schedule does "
        "so every hour if the evidence has changed, and once a day.",
    )
    def start_health_assessment(self, info: Info) -> StartHealthAssessmentPayload:
        """Start an assessment."""

        def start() -> Any:
            return asset_health.start_assessment(user=require_login(info))

        return expected_failures(start)
