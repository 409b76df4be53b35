"""Jobs over GraphQL: whose one sees, how one is looked up and cancelled."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from flux_site.jobs.models import Job
from tests.api.test_lookups import relay_id
from tests.clients import Api
from tests.factories.jobs import make_job

FIELDS = """jobId kind title status progressFrac step counts inputs log errorCode errorMessage attempt
    createdAt startedAt finishedAt owner isCancelRequested"""
ONE = f"query ($id: ID!) {{ job(id: $id) {{ {FIELDS} }} }}"
CANCEL = """mutation ($id: ID!) { cancelJob(input: {jobId: $id}) { __typename
    ... on Job { jobId status isCancelRequested finishedAt } ... on OperationInfo { code field } } }"""


def listed(api: Api, arguments: str = "") -> list[str]:
    edges = api.data(f"{{ jobs{arguments} {{ edges {{ node {{ jobId }} }} }} }}")["jobs"]["edges"]
    return [edge["node"]["jobId"] for edge in edges]


def test_a_job_shows_everything_about_itself(operator_api: Api, operator: User) -> None:
    began = timezone.now().replace(microsecond=0)
    job = make_job(
        owner=operator,
        status="FAILED",
        progress_frac=0.25,
        step="Reading",
        counts={"rows": 3},
        log="one\ntwo\n",
        error_code="BAD_INPUT",
        error_message="No.",
        attempt=2,
        created_at=began,
        started_at=began + timedelta(seconds=1),
        finished_at=began + timedelta(seconds=2),
    )

    assert operator_api.data(ONE, id=str(job.pk))["job"] == {
        "jobId": str(job.pk),
        "kind": "grid.sync",
        "title": "Sync of substations",
        "status": "FAILED",
        "progressFrac": 0.25,
        "step": "Reading",
        "counts": {"rows": 3},
        "inputs": {"layers": ["substations"]},
        "log": "one\ntwo\n",
        "errorCode": "BAD_INPUT",
        "errorMessage": "No.",
        "attempt": 2,
        "createdAt": began.isoformat(),
        "startedAt": (began + timedelta(seconds=1)).isoformat(),
        "finishedAt": (began + timedelta(seconds=2)).isoformat(),
        "owner": "omar",
        "isCancelRequested": False,
    }


def test_a_job_is_found_by_its_plain_and_by_its_relay_id(operator_api: Api) -> None:
    job = make_job()

    for job_id in (str(job.pk), job.pk.hex, relay_id("Job", job.pk)):
        assert operator_api.data(ONE, id=job_id)["job"]["jobId"] == str(job.pk)
    assert operator_api.data(ONE, id=str(uuid.uuid4())) == {"job": None}


@pytest.mark.parametrize("job_id", ["", "x", "123", "not-a-uuid", "Sm9iOnh5eg==", "x" * 3000, "\x00"])
def test_a_malformed_id_is_bad_input(operator_api: Api, job_id: str) -> None:
    assert operator_api.error(ONE, id=job_id)["extensions"] == {"code": "BAD_INPUT", "field": "jobId"}
    answer = operator_api.data(CANCEL, id=job_id)["cancelJob"]
    assert answer == {"__typename": "OperationInfo", "code": "BAD_INPUT", "field": "jobId"}


def test_jobs_come_newest_first(operator_api: Api) -> None:
    now = timezone.now()
    jobs = [make_job(created_at=now - timedelta(minutes=minutes)) for minutes in (5, 1, 9)]

    newest_first = [str(jobs[index].pk) for index in (1, 0, 2)]
    assert listed(operator_api) == newest_first
    assert listed(operator_api, "(first: 2)") == newest_first[:2]
    assert listed(operator_api, "(ordering: [{createdAt: ASC}])") == newest_first[::-1]


def test_pages_of_jobs_have_no_gap(operator_api: Api) -> None:
    moment = timezone.now()
    for _ in range(5):
        make_job(created_at=moment)
    found: list[str] = []
    after = None
    while True:
        page = operator_api.data(
            """query ($after: String) { jobs(first: 2, after: $after) {
                pageInfo { hasNextPage endCursor } edges { node { jobId } } } }""",
            after=after,
        )["jobs"]
        found += [edge["node"]["jobId"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert sorted(found) == sorted(str(job.pk) for job in Job.objects.all())


def test_jobs_are_filtered(operator_api: Api) -> None:
    now = timezone.now()
    running = make_job(status="RUNNING", created_at=now - timedelta(hours=2))
    done = make_job(status="SUCCEEDED", kind="cascade.run", created_at=now)

    assert listed(operator_api, '(filters: {status: {exact: "RUNNING"}})') == [str(running.pk)]
    assert listed(operator_api, '(filters: {kind: {startsWith: "cascade."}})') == [str(done.pk)]
    hour_ago = (now - timedelta(hours=1)).isoformat()
    assert listed(operator_api, f'(filters: {{createdAt: {{gt: "{hour_ago}"}}}})') == [str(done.pk)]


def test_without_the_permission_one_sees_ones_own_jobs(
    viewer: User, viewer_api: Api, operator: User, operator_api: Api
) -> None:
    own, other, schedule = make_job(owner=viewer), make_job(owner=operator), make_job()

    assert listed(viewer_api) == [str(own.pk)]
    assert viewer_api.data("{ jobs { totalCount } }") == {"jobs": {"totalCount": 1}}
    for hidden in (other, schedule):
        assert viewer_api.data(ONE, id=str(hidden.pk)) == {"job": None}
        node = viewer_api.data("query ($id: ID!) { node(id: $id) { id } }", id=relay_id("Job", hidden.pk))
        assert node == {"node": None}
    assert set(listed(operator_api)) == {str(job.pk) for job in (own, other, schedule)}
    assert operator_api.data(ONE, id=str(schedule.pk))["job"]["owner"] is None


def test_a_queued_job_is_cancelled_at_once(viewer: User, viewer_api: Api) -> None:
    job = make_job(owner=viewer)

    answer = viewer_api.data(CANCEL, id=str(job.pk))["cancelJob"]

    assert (answer["__typename"], answer["status"]) == ("Job", "CANCELLED")
    assert answer["finishedAt"] is not None
    job.refresh_from_db()
    assert job.status == "CANCELLED"


def test_a_running_job_is_asked_to_stop(viewer: User, viewer_api: Api) -> None:
    job = make_job(owner=viewer, status="RUNNING")

    answer = viewer_api.data(CANCEL, id=relay_id("Job", job.pk))["cancelJob"]

    assert (answer["status"], answer["isCancelRequested"], answer["finishedAt"]) == ("RUNNING", True, None)


def test_the_job_of_another_is_not_found_and_not_cancelled(
    viewer_api: Api, operator: User, operator_api: Api
) -> None:
    job = make_job(owner=None)

    for api in (viewer_api, operator_api):
        answer = api.data(CANCEL, id=str(job.pk))["cancelJob"]
        assert answer == {"__typename": "OperationInfo", "code": "NOT_FOUND", "field": "jobId"}
    job.refresh_from_db()
    assert (job.status, job.is_cancel_requested) == ("QUEUED", False)


def test_who_may_cancel_any_job_may(make_user: Callable[..., User]) -> None:
    job = make_job()

    answer = Api(make_user(roles=("admin",))).data(CANCEL, id=str(job.pk))["cancelJob"]

    assert answer["status"] == "CANCELLED"
