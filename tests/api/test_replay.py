"""Trying refused rows again."""

from typing import Any

import pytest
from django.utils import timezone

from flux_site.jobs.models import Job
from grid import models
from tests.clients import Api
from tests.factories.sync import make_sync_layer, make_sync_reject, make_sync_run

REPLAY = """mutation ($input: ReplayRejectsInput!) { replayRejects(input: $input) { __typename
    ... on Job { jobId kind status title inputs owner } ... on OperationInfo { code field message } } }"""


def test_a_replay_queues_a_sync_of_the_layer(
    operator_api: Api, django_capture_on_commit_callbacks: Any
) -> None:
    make_sync_reject(run=make_sync_run(layer=make_sync_layer(key="buses")))

    with django_capture_on_commit_callbacks() as sent:
        answer = operator_api.data(REPLAY, input={"layer": "buses"})["replayRejects"]

    assert answer == {
        "__typename": "Job",
        "jobId": str(Job.objects.get().pk),
        "kind": "grid.sync",
        "status": "QUEUED",
        "title": "Refused rows tried again: sync of buses",
        "inputs": {"layers": ["buses"], "force": False, "only_stale": False},
        "owner": "omar",
    }
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("volcanoes", "There is no layer 'volcanoes'"),
        ("", "There is no layer ''"),
        ("buses", "There are no open refused rows of buses."),
        ("zones", "There are no open refused rows of zones."),
    ],
)
def test_a_layer_without_open_refused_rows_is_not_replayed(operator_api: Api, layer: str, said: str) -> None:
    run = make_sync_run(layer=make_sync_layer(key="buses"))
    make_sync_reject(run=run, resolved_at=timezone.now(), resolved_by=run)
    make_sync_reject(run=make_sync_run(layer=make_sync_layer(key="poles")))

    answer = operator_api.data(REPLAY, input={"layer": layer})["replayRejects"]

    assert (answer["__typename"], answer["code"], answer["field"]) == ("OperationInfo", "BAD_INPUT", "layer")
    assert said in answer["message"]
    assert not Job.objects.exists()
    assert models.SyncReject.objects.unresolved().count() == 1
