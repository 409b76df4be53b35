"""The page of the React application."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NOT_BUILT = "The front end is not built. Run `make run`, or `npm ci && npm run build` in frontend/.\n"


@require_safe
@never_cache
@ensure_csrf_cookie
def app_page(request: HttpRequest) -> HttpResponse:
    """Answer with the application's page, which holds no data; every address of it is the same file."""
    index = settings.FRONTEND_DIST / "index.html"
    try:
        return HttpResponse(index.read_bytes(), content_type="text/html; charset=utf-8")
    except FileNotFoundError:
        return HttpResponse(NOT_BUILT, status=503, content_type="text/plain; charset=utf-8")
