"""Wiring of Flux Operations Center: settings, URLs, ASGI, Celery and the GraphQL schema."""

from flux_site.celery import app as celery_app

__all__ = ["celery_app"]
