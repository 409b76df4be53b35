"""Batches in the admin: what came of them, cancelled, written to the warehouse."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from cascade.models import CascadeBatch
from cascade.services import batch_job
from cascade.services.batches import start_batch
from cascade.services.contingencies import BatchKind
from flux_site.jobs.models import JobStatus
from flux_site.jobs.services import run_job
from grid.models import OutboxEvent
from tests.factories.cascade import make_batch
from tests.factories.users import make_user
from tests.small_network import make_small_network

BATCHES = reverse("admin:cascade_cascadebatch_changelist")


@pytest.fixture
def planning(as_user: Callable[[Any], Client], db: None) -> Client:
    """Return the browser of a planner."""
    return as_user(make_user("planner"))


@pytest.fixture
def finished(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[BatchKind], CascadeBatch]:
    """Return a function that carries out a batch on the small network."""
    monkeypatch.setattr(batch_job, "_call_helpers", lambda *_: None)
    make_small_network()
    owner = make_user("planner")

    def carried_out(kind: BatchKind) -> CascadeBatch:
        batch = start_batch(kind=kind, user=owner)
        run_job(batch.job_id)
        return CascadeBatch.objects.select_related("job").get(pk=batch.pk)

    return carried_out


def act(browser: Client, action: str, batch: CascadeBatch) -> list[str]:
    answer = browser.post(BATCHES, {"action": action, "_selected_action": [batch.pk]})
    return [str(message) for message in get_messages(answer.wsgi_request)]


def page_of(browser: Client, batch: CascadeBatch) -> str:
    return browser.get(reverse("admin:cascade_cascadebatch_change", args=[batch.pk])).content.decode()


def test_the_page_of_a_batch_names_who_begins_spreads_and_chokes(
    planning: Client, finished: Callable[[BatchKind], CascadeBatch]
) -> None:
    batch = finished(BatchKind.N1_BRANCH)

    text = page_of(planning, batch)

    name = "Corner 1 to Corner 2, 138 kV line"
    assert f"<td>BR-9012</td><td>{name}</td><td>1</td><td>150.0 MW</td>" in text
    assert f"<td>BR-9012</td><td>{name}</td><td>2</td><td>1</td><td>1.0</td>" in text
    assert f"<td>BR-9012</td><td>{name}</td><td>2</td><td>1.0</td><td>1.5</td><td>75.0 %</td>" in text
    assert f'<a href="/exports/cascade-batches/{batch.pk}/trips.csv">trips.csv</a>' in text


def test_the_page_of_screened_pairs_counts_them(
    planning: Client, finished: Callable[[BatchKind], CascadeBatch]
) -> None:
    batch = finished(BatchKind.N2_SCREENED)

    assert batch.screening is not None
    found = [batch.screening[name] for name in ("pair_count", "removed_count", "overloading_count")]
    cells = "".join(f"<td>{count}</td>" for count in found)
    assert cells in page_of(planning, batch)


def test_a_batch_is_cancelled(planning: Client, as_user: Callable[[Any], Client], db: None) -> None:
    owner = make_user("planner")
    batch = make_batch(owner=owner)

    (text,) = act(as_user(owner), "cancel_selected", batch)

    assert "was cancelled" in text
    batch.job.refresh_from_db()
    assert batch.job.status == JobStatus.CANCELLED


def test_the_worst_are_written_to_the_warehouse(
    planning: Client, finished: Callable[[BatchKind], CascadeBatch], as_user: Callable[[Any], Client]
) -> None:
    batch = finished(BatchKind.N1_BRANCH)

    refused = act(as_user(make_user("viewer")), "publish_selected", batch)
    assert not OutboxEvent.objects.filter(kind="cascade.precomputed").exists()
    assert not any("on its way" in text for text in refused)
    (told,) = act(planning, "publish_selected", batch)

    assert "on its way to the warehouse" in told
    assert OutboxEvent.objects.filter(kind="cascade.precomputed").count() == 2
    assert "has no result" in act(planning, "publish_selected", make_batch())[-1]
