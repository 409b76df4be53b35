"""Mutations that need the queue while Redis is away."""

from typing import Any

import pytest

from cascade.models import CascadeRun
from flux_site.jobs.models import Job
from tests.clients import Api

ANSWER = "{ __typename ... on OperationInfo { code field message } }"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "variables"),
    [("startSync", {"layers": ["substations"]}), ("startCascadeRun", {"outages": ["BR-9012"]})],
    ids=["startSync", "startCascadeRun"],
)
def test_the_answer_names_the_queue_and_the_job_will_not_run(
    planner_api: Api, small_network: object, dead_queue: None, name: str, variables: dict[str, Any]
) -> None:
    query = f"mutation ($i: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $i) {ANSWER} }}"

    answer = planner_api.data(query, i=variables)[name]

    assert (answer["__typename"], answer["code"], answer["field"]) == (
        "OperationInfo",
        "QUEUE_UNAVAILABLE",
        None,
    )
    assert "Redis does not answer" in answer["message"]
    job = Job.objects.get()
    assert (job.status, job.error_code) == ("FAILED", "QUEUE_UNAVAILABLE")
    for run in CascadeRun.objects.all():
        assert run.job == job
        assert run.waves.count() == 0
    assert planner_api.data("{ substations { totalCount } }") == {"substations": {"totalCount": 3}}
