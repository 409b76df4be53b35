"""URLs of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from cascade.views.columns import run_columns
from flux_site.graphql_view import FluxGraphQLView
from flux_site.health import healthz
from flux_site.pages import app_page
from flux_site.schema import schema
from grid.views.columns import columns
from grid.views.imports import upload

urlpatterns = [
    path("healthz", healthz),
    path(
        "graphql",
        csrf_exempt(  # the view checks the token itself: only requests that carry a session need one
            FluxGraphQLView.as_view(
                schema=schema,
                graphql_ide="graphiql" if settings.GRAPHQL_HAS_GRAPHIQL else None,
                multipart_uploads_enabled=False,
            )
        ),
    ),
    path("columns/cascade-runs/<str:run_id>/<str:part>", run_columns),
    path("columns/<str:layer_key>", columns),
    path("imports/files", upload),
    path("admin/", admin.site.urls),
    re_path(r"^(?!static/|graphql|columns/|admin/).*$", app_page),
]
