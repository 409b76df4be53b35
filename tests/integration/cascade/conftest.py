"""Cascade runs carried out in this process on the small network."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job


@pytest.fixture(autouse=True)
def isolated(db: None, own_stores: None) -> None:
    """Keep the tests apart from each other and from whatever else uses the services."""


@pytest.fixture
def carry_out(planner: User) -> Callable[..., CascadeRun]:
    """Return a function that starts a run and carries it out, as a worker would."""

    def carry_out(*outages: str, **options: Any) -> CascadeRun:
        run = start_run(outages=outages, user=planner, **options)
        run_job(run.job_id)
        return CascadeRun.objects.select_related("job").get(pk=run.pk)

    return carry_out
