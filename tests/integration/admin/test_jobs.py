"""Jobs in the admin: who sees which, how a page follows one, what cancelling does."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from flux_site.jobs.models import Job
from tests.factories import cascade, sync
from tests.factories.jobs import make_job
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = pytest.mark.integration

LIST, STATES = list_page("jobs.job"), "/admin/jobs/job/states/"


def cancel_address(job: Job) -> str:
    """Return the address the cancel button posts to."""
    return f"/admin/jobs/job/{job.pk}/cancel/"


def messages_of(answer: Any) -> list[str]:
    """Return the messages shown on a page."""
    return [str(message) for message in answer.context["messages"]]


def test_viewer_sees_their_own_jobs_and_an_operator_all(db: None, as_user: Callable[[Any], Client]) -> None:
    viewer, operator = make_user("viewer"), make_user("operator")
    mine, other = make_job(owner=viewer), make_job(owner=operator)

    def listed(user: Any) -> set[uuid.UUID]:
        return {job.pk for job in as_user(user).get(LIST).context["cl"].result_list}

    assert listed(viewer) == {mine.pk}
    assert listed(operator) == {mine.pk, other.pk}
    assert as_user(viewer).get(row_page(other)).status_code == 302
    assert other.title not in as_user(viewer).get(STATES, {"ids": str(other.pk)}).content.decode()


def test_list_is_searched_by_id_title_and_error(boss: Client) -> None:
    wanted = make_job(title="Sync of poles", error_message="The warehouse does not answer.")
    make_job()

    for term in (str(wanted.pk), "poles", "warehouse does not"):
        assert [job.pk for job in boss.get(LIST, {"q": term}).context["cl"].result_list] == [wanted.pk]


def test_list_filters_by_status_and_kind(boss: Client) -> None:
    failed = make_job(status="FAILED")
    make_job(kind="cascade.run")

    query = {"status__exact": "FAILED", "kind": "grid.sync"}
    assert [job.pk for job in boss.get(LIST, query).context["cl"].result_list] == [failed.pk]


def test_page_shows_progress_log_and_error_escaped(boss: Client) -> None:
    now = timezone.now()
    job = make_job(
        status="FAILED",
        progress_frac=0.425,
        step="Meters",
        log="2026-06-01 12:00:00 <b>Started</b>\n",
        error_code="WAREHOUSE_UNAVAILABLE",
        error_message="The warehouse <i>sleeps</i>.",
        counts={"rows_read": 12345, "share": None},
        started_at=now - timedelta(seconds=125),
        finished_at=now,
    )

    text = boss.get(row_page(job)).content.decode()

    assert '<progress max="100" value="42">' in text
    assert "&lt;b&gt;Started&lt;/b&gt;" in text
    assert "WAREHOUSE_UNAVAILABLE" in text
    assert "The warehouse &lt;i&gt;sleeps&lt;/i&gt;." in text
    assert "Rows read</th><td>12,345" in text
    assert "Share</th><td>—" in text
    assert "2 min 5 s" in text
    assert "Cancel this job" not in text


def test_page_of_an_unfinished_job_follows_it_with_and_without_script(boss: Client) -> None:
    text = boss.get(row_page(make_job(status="RUNNING"))).content.decode()

    assert 'data-flux-job-states="/admin/jobs/job/states/"' in text
    assert 'data-flux-job-open="yes"' in text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text
    done = boss.get(row_page(make_job(status="SUCCEEDED"))).content.decode()
    assert 'data-flux-job-open="yes"' not in done
    assert "http-equiv" not in done


def test_states_tell_what_changed(boss: Client) -> None:
    job = make_job(
        status="RUNNING", progress_frac=0.5, step="<i>Poles</i>", log="one\n", is_cancel_requested=True
    )

    answer = boss.get(STATES, {"ids": f"{job.pk},{uuid.uuid4()}", "log": "1"}).json()

    (state,) = answer["jobs"]
    assert state["id"] == str(job.pk)
    assert state["isFinished"] is False
    assert state["log"] == "one\n"
    assert state["fields"]["step"] == "&lt;i&gt;Poles&lt;/i&gt;"
    assert "Stopping" in state["fields"]["status"]
    assert 'value="50"' in state["fields"]["progress"]
    assert "log" not in boss.get(STATES, {"ids": str(job.pk)}).json()["jobs"][0]


def test_states_refuse_malformed_ids(boss: Client) -> None:
    answer = boss.get(STATES, {"ids": "1,2"})

    assert answer.status_code == 400
    assert "ids" in answer.json()["error"]


def test_page_links_to_what_the_job_made(boss: Client) -> None:
    run = cascade.make_finished_run()
    synced = sync.make_sync_run(job=make_job())

    assert f'href="{row_page(run)}"' in boss.get(row_page(run.job)).content.decode()
    runs = f"/admin/grid/syncrun/?job__id__exact={synced.job_id}"
    assert f'href="{runs}"' in boss.get(row_page(synced.job)).content.decode()
    assert [row.pk for row in boss.get(runs).context["cl"].result_list] == [synced.pk]


@pytest.mark.parametrize(
    ("status", "message", "after"),
    [
        ("QUEUED", "was cancelled", ("CANCELLED", False)),
        ("RUNNING", "was asked to stop", ("RUNNING", True)),
        ("SUCCEEDED", "had already succeeded", ("SUCCEEDED", False)),
    ],
)
def test_button_and_action_cancel_a_job(
    status: str, message: str, after: tuple[str, bool], boss: Client
) -> None:
    by_button, by_action = make_job(status=status), make_job(status=status)

    pressed = boss.post(cancel_address(by_button), follow=True)
    acted = boss.post(LIST, {"action": "cancel_selected", "_selected_action": [by_action.pk]}, follow=True)

    for job, answer in ((by_button, pressed), (by_action, acted)):
        job.refresh_from_db()
        assert (job.status, job.is_cancel_requested) == after
        assert message in messages_of(answer)[0]
        assert LogEntry.objects.filter(object_id=job.pk).exists() == (status != "SUCCEEDED")
    assert pressed.redirect_chain[-1][0] == row_page(by_button)


def test_user_cancels_their_own_job_and_no_other(db: None, as_user: Callable[[Any], Client]) -> None:
    operator = make_user("operator")
    mine, other = make_job(owner=operator), make_job(owner=make_user("viewer"))
    browser = as_user(operator)

    browser.post(cancel_address(mine))
    refused = browser.post(cancel_address(other), follow=True)

    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.status == "CANCELLED"
    assert other.status == "QUEUED"
    assert "that you may cancel" in messages_of(refused)[-1]
    assert "Cancel this job" not in browser.get(row_page(other)).content.decode()


def test_following_the_cancel_address_changes_nothing(boss: Client) -> None:
    job = make_job()

    assert boss.get(cancel_address(job)).status_code == 302
    job.refresh_from_db()
    assert job.status == "QUEUED"
    assert Client(enforce_csrf_checks=True).post(cancel_address(job)).status_code in {302, 403}
    job.refresh_from_db()
    assert job.status == "QUEUED"


def test_cancelling_an_unknown_job_says_so(boss: Client) -> None:
    answer = boss.post(f"/admin/jobs/job/{uuid.uuid4()}/cancel/", follow=True)

    assert "There is no job" in messages_of(answer)[0]


@pytest.mark.django_db(transaction=True)
def test_cancelling_works_while_redis_is_away(dead_redis: None, boss: Client) -> None:
    job = make_job()

    assert boss.post(cancel_address(job), follow=True).status_code == 200
    job.refresh_from_db()
    assert job.status == "CANCELLED"
