"""URLs of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from agent.views.document_upload import upload_document
from agent.views.documents import document_page
from agent.views.export import export_conversation
from agent.views.stream import answer_events, ask
from cascade.views.batch_exports import export_batch_file
from cascade.views.columns import run_columns
from cascade.views.exports import export_file
from flux_site.graphql_view import FluxGraphQLView
from flux_site.health import healthz
from flux_site.pages import app_page
from flux_site.schema import schema
from grid.views import ogc
from grid.views.columns import columns
from grid.views.exports import download
from grid.views.imports import upload
from grid.views.tiles import tile, tile_json, unknown_tile

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
    path("tiles/<str:layer_key>/<str:z>/<str:x>/<str:y>.mvt", tile),
    path("tiles/<str:layer_key>.json", tile_json),
    path("tiles/<path:rest>", unknown_tile),
    path("imports/files", upload),
    path("exports/cascade-runs/<str:run_id>/<str:name>", export_file),
    path("exports/cascade-batches/<str:batch_id>/<str:name>", export_batch_file),
    path("exports/<str:export_id>", download),
    path("documents", upload_document),
    path("documents/<str:key>", document_page),
    path("assistant/ask", ask),
    path("assistant/answers/<str:answer_id>/events", answer_events),
    path("assistant/threads/<str:thread_id>/export.<str:file_format>", export_conversation),
    path("ogc/", ogc.landing),
    path("ogc/conformance", ogc.conformance),
    path("ogc/api", ogc.definition),
    path("ogc/collections", ogc.collections),
    path("ogc/collections/<str:key>", ogc.collection),
    path("ogc/collections/<str:key>/items", ogc.items),
    path("ogc/collections/<str:key>/items/<path:feature_id>", ogc.item),
    path("admin/", admin.site.urls),
    re_path(r"^(?!static/|graphql|columns/|tiles/|ogc/|exports/|documents/|assistant/|admin/).*$", app_page),
]
