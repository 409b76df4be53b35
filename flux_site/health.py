"""The health of the product: every service it stands on, the warehouse included."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from flux_site.api.health import ServiceState, service_states
from grid.federation.store import fallback_warehouse

VITAL = {"postgis"}


def _warehouse() -> str:
    warehouse = fallback_warehouse()
    warehouse.ping()
    return type(warehouse).__name__


def states(*, with_workers: bool = True) -> list[ServiceState]:
    """Return the state of every service."""
    return service_states({"warehouse": _warehouse}, with_workers=with_workers)


def verdict(services: list[ServiceState]) -> str:
    """Return OK, DEGRADED (something is down) or DOWN (a vital service is)."""
    down = {state.name for state in services if not state.is_up}
    if down & VITAL:
        return "DOWN"
    return "DEGRADED" if down else "OK"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the vital services are up, else 503; for load balancers and containers."""
    services = states(with_workers=False)
    status = verdict(services)
    body = {"status": status, "services": {state.name: state.is_up for state in services}}
    return JsonResponse(body, status=503 if status == "DOWN" else 200)
