"""The product's Celery application plus the job kinds that tests need; imported by worker processes only."""

from typing import Any

from celery.signals import worker_init

from flux_site.celery import app

__all__ = ["app"]


@worker_init.connect
def add_kinds(**_: Any) -> None:
    """Register the kinds once the product's own are loaded."""
    import tests.servers.job_kinds  # noqa: F401
