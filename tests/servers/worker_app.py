"""The product's Celery application plus the job kinds that tests need; imported by worker processes only."""

import os
from typing import Any

from celery.signals import worker_init

from flux_site.celery import app

__all__ = ["app"]


@worker_init.connect
def add_kinds(**_: Any) -> None:
    """Register the kinds once the product's own are loaded."""
    import tests.servers.job_kinds  # noqa: F401
    from tests.servers import chunk_gates, wave_gates

    if os.environ.get(wave_gates.VARIABLE):
        wave_gates.add_gates()
    if os.environ.get(chunk_gates.VARIABLE):
        chunk_gates.add_gates()
