"""What waits for the warehouse, as GraphQL tells it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.clients import Api
from tests.factories.imports import make_outbox_event

OUTBOX = "{ outbox { pendingCount blockedCount oldestRecordedAt oldestAgeS lastDeliveredAt lastError } }"


def test_the_outbox_tells_what_waits(viewer_api: Api) -> None:
    now = timezone.now()
    make_outbox_event(recorded_at=now - timedelta(hours=3), delivered_at=now - timedelta(hours=2))
    make_outbox_event(recorded_at=now - timedelta(minutes=10))
    make_outbox_event(
        recorded_at=now - timedelta(minutes=5),
        last_error="SCHEMA_MISMATCH: no",
        next_attempt_at=now + timedelta(minutes=1),
    )

    found = viewer_api.data(OUTBOX)["outbox"]

    assert (found["pendingCount"], found["blockedCount"]) == (2, 1)
    assert found["oldestAgeS"] == pytest.approx(600, abs=60)
    assert found["lastError"] == "SCHEMA_MISMATCH: no"
    assert found["lastDeliveredAt"] is not None


def test_an_empty_outbox_has_no_age(viewer_api: Api) -> None:
    assert viewer_api.data(OUTBOX)["outbox"] == {
        "pendingCount": 0,
        "blockedCount": 0,
        "oldestRecordedAt": None,
        "oldestAgeS": None,
        "lastDeliveredAt": None,
        "lastError": None,
    }


def test_the_outbox_is_for_those_who_may_see_it(nobody_api: Api, anonymous_api: Api) -> None:
    assert nobody_api.code(OUTBOX) == "PERMISSION_DENIED"
    assert anonymous_api.code(OUTBOX) == "UNAUTHENTICATED"
