"""GraphQL of the forecasts of runs."""

from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.schema.forecast_types import RunForecast
from cascade.schema.row_ids import parse_row_id
from cascade.services.learning import run_forecasts as service
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import first_of, require_login

StartRunForecastPayload = Annotated[RunForecast | Fault, strawberry.union("StartRunForecastPayload")]


@strawberry.input
class StartRunForecastInput:
    """Which run."""

    run_id: strawberry.ID


@strawberry.type
class ForecastQuery:
    """Questions about forecasts of runs."""

    run_forecasts: DjangoCursorConnection[RunForecast] = strawberry_django.connection(
        extensions=[Requires()], description="Forecasts of the runs that you may see, newest first."
    )

    @strawberry_django.field(
        extensions=[Requires()],
        description="The newest finished forecast of a run: what was likely beforehand, beside what "
        "happened. Null if there is none that you may see.",
    )
    def run_forecast(self, info: Info, run_id: strawberry.ID) -> RunForecast | None:
        """Return a forecast."""
        visible = models.RunForecast.objects.visible_to(require_login(info))
        rows = visible.filter(run_id=parse_row_id(run_id, "runId"), computed_at__isnull=False)
        return first_of(rows.order_by("-computed_at", "-pk"), info)  # type: ignore[no-any-return]


@strawberry.type
class ForecastMutation:
    """Starting forecasts."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_runforecast")],
        description="Let the model of propagation speak of a finished run, as a job: which branches it held "
        "likely to trip after the first wave, beside those that did.",
    )
    def start_run_forecast(self, info: Info, input: StartRunForecastInput) -> StartRunForecastPayload:
        """Start a forecast."""

        def start() -> Any:
            return service.start_forecast(
                run_id=parse_row_id(input.run_id, "runId"), user=require_login(info)
            )

        return expected_failures(start)
