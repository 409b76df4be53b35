"""A worker killed in the middle of reading a document: passages stay whole, and another worker goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
import redis
from django.conf import settings
from django.utils import timezone

from agent.models import Document, DocumentFile, DocumentState, Passage
from agent.selectors.document_list import error_of, state_of
from agent.selectors.documents import search_passages
from agent.services import ingestion
from flux_site.jobs import services
from flux_site.jobs.models import Job
from tests.factories.documents import make_document, make_passage
from tests.factories.users import make_superuser
from tests.servers.environment import database_url
from tests.servers.processes import Process
from tests.servers.worker import worker

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

MANUAL = b"# Manual\n\n## Fuses\nThe fuse melts.\n\n## Poles\nA pole is sounded.\n\n## Oil\nOil is sampled.\n"
QUEUE_KEYS = ("flux", "unacked", "unacked_index", "unacked_mutex")
BLOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"


@pytest.fixture(autouse=True)
def empty_queue(own_stores: None) -> Iterator[None]:
    """Begin and end without a message in the tests' Redis."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(*QUEUE_KEYS)
        yield
        client.delete(*QUEUE_KEYS)


def until(is_so: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


@contextmanager
def stuck_in_the_middle(document: Document) -> Iterator[psycopg.Connection]:
    """Let whoever stores the passages wait for this session: after the old ones went, amid the new ones.

    The session writes the document's third passage and does not commit, so that another writer of it waits.
    """
    with psycopg.connect(database_url()) as session:
        session.execute(
            "INSERT INTO agent_passage (document_id, ordinal, section, anchor, text, digest) "
            "VALUES (%s, 2, '', '', '', '')",
            [document.pk],
        )
        yield session
        session.rollback()


def kill_in_the_middle(document: Document, process: Process) -> None:
    """Kill a worker once it waits amid the passages of a document."""
    with stuck_in_the_middle(document), psycopg.connect(database_url(), autocommit=True) as watching:
        ingestion.read_again(document_id=document.pk, user=make_superuser())
        until(lambda: watching.execute(BLOCKED).fetchone() == (1,))
        process.kill()


def lose(job: Job, **fields: int) -> None:
    """Let a job's last sign of life be too long ago."""
    long_ago = timezone.now() - services.LOST_AFTER - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=long_ago, **fields)


def texts() -> list[str]:
    return list(Passage.objects.order_by("ordinal").values_list("text", flat=True))


@pytest.fixture
def known() -> Document:
    """A document that was read before, of which one passage is found."""
    document = make_document(is_built_in=False, file_name="manual.md", title="Manual")
    DocumentFile.objects.create(document=document, content=MANUAL)
    make_passage(document=document, ordinal=0, text="What the fuse was before.")
    return document


def test_passages_stay_whole_and_another_worker_reads_the_document(known: Document) -> None:
    with worker() as process:
        kill_in_the_middle(known, process)
    job = Job.objects.get()

    # Nothing half-done is seen: the old passage is there and found, and none of the new ones.
    assert (job.status, texts()) == ("RUNNING", ["What the fuse was before."])
    assert [each.text for each in search_passages("fuse", user=make_superuser())] == texts()

    lose(job)
    with worker():
        assert services.recover_lost_jobs() == 1
        until(lambda: Job.objects.get().is_finished)
    job.refresh_from_db()
    known.refresh_from_db()

    assert (job.status, job.attempt, job.counts["passages"]) == ("SUCCEEDED", 2, 3)
    assert texts() == ["The fuse melts.", "A pole is sounded.", "Oil is sampled."]
    assert (known.state, known.passage_count) == (DocumentState.READY, 3)
    assert [each.text for each in search_passages("fuse", user=make_superuser())] == ["The fuse melts."]


def test_a_reading_that_is_given_up_fails_and_can_be_asked_for_again(known: Document) -> None:
    Passage.objects.all().delete()
    Document.objects.filter(pk=known.pk).update(state="WAITING", read_at=None, passage_count=None)
    with worker() as process:
        kill_in_the_middle(known, process)
    job = Job.objects.get()
    lose(job, attempt=3)

    assert services.recover_lost_jobs() == 1
    job.refresh_from_db()
    document = Document.objects.select_related("job").get()

    assert (job.status, job.error_code, texts()) == ("FAILED", "WORKER_LOST", [])
    assert state_of(document) is DocumentState.FAILED
    assert error_of(document) == "Its worker was lost 3 times; it was given up."
    ingestion.read_again(document_id=document.pk, user=make_superuser())
    assert state_of(Document.objects.select_related("job").get()) is DocumentState.WAITING
