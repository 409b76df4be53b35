"""The streams as GraphQL tells them, hot readings, and replaying dead letters."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from grid import models
from grid.selectors.stream_transport import get_transport
from grid.streaming.transport import StreamName
from tests.clients import Api
from tests.factories.grid import make_meter
from tests.factories.streaming import make_consumer, make_dead_letter, make_pending, make_realtime_reading
from tests.integration.streaming.conftest import make_redis, prefix  # noqa: F401 - fixtures

pytestmark = pytest.mark.integration

STATUS = """{ streamStatus { stream backlogCount lagS reason ratePerS deadCount lastRecordAt pendingCount
    pendingSince pendingError consumers { name landedCount deadCount ratePerS lastError } } }"""
READINGS = """query Readings($meterId: String!, $since: DateTime, $first: Int! = 200) {
    realtimeReadings(meterId: $meterId, since: $since, first: $first) {
        at intervalMinutes usageKwh voltageV quality receivedAt } }"""
REPLAY = """mutation Replay($input: ReplayDeadLettersInput!) { replayDeadLetters(input: $input) {
    __typename ... on DeadLettersReplayed { sentCount } ... on OperationInfo { code field message } } }"""


@pytest.fixture
def own_streams(settings: Any, prefix: str, make_redis: Any) -> Iterator[None]:  # noqa: F811
    """Give the test streams of its own."""
    make_redis()  # which is tidied up behind the test
    settings.STREAM_PREFIX = prefix
    yield
    get_transport().close()


def test_the_state_of_each_stream(viewer_api: Api, own_streams: None) -> None:
    now = timezone.now()
    make_consumer(rate_per_s=100.0)
    alive = make_consumer(rate_per_s=50.5, last_error="it waits", last_record_at=now)
    make_consumer(beat_at=now - timedelta(minutes=1), rate_per_s=7.0)  # silent
    make_dead_letter()
    make_pending(row_count=10)
    make_pending(row_count=5, last_error="WAREHOUSE_UNAVAILABLE: away")
    get_transport().publish(StreamName.READINGS, [b"a", b"b"])

    readings, events = viewer_api.data(STATUS)["streamStatus"]

    assert (readings["stream"], events["stream"]) == ("READINGS", "EVENTS")
    assert (readings["backlogCount"], events["backlogCount"]) == (2, 0)
    assert 0 <= readings["lagS"] < 60
    assert events["lagS"] == 0
    assert readings["reason"] is None
    assert (readings["ratePerS"], events["ratePerS"]) == (150.5, None)
    assert (readings["deadCount"], readings["pendingCount"]) == (1, 15)
    assert readings["pendingError"] == "WAREHOUSE_UNAVAILABLE: away"
    assert readings["lastRecordAt"] == now.isoformat()
    assert [row["lastError"] for row in readings["consumers"] if row["name"] == alive.pk] == ["it waits"]
    assert len(readings["consumers"]) == 2
    assert events["pendingSince"] is None


def test_without_the_stream_the_backlog_is_unknown_and_says_why(viewer_api: Api, settings: Any) -> None:
    settings.STREAM_URL = "redis://127.0.0.1:1/0"

    for state in viewer_api.data(STATUS)["streamStatus"]:
        assert (state["backlogCount"], state["lagS"]) == (None, None)
        assert "does not answer" in state["reason"]


def test_readings_of_a_meter_newest_first(viewer_api: Api) -> None:
    meter = make_meter()
    newest = make_realtime_reading(meter_id=meter.pk)
    older = make_realtime_reading(
        meter_id=meter.pk, reading_at=newest.reading_at - timedelta(hours=3), voltage_v=None
    )
    make_realtime_reading(meter_id=make_meter().pk)

    found = viewer_api.data(READINGS, meterId=meter.pk)["realtimeReadings"]

    assert [row["at"] for row in found] == [newest.reading_at.isoformat(), older.reading_at.isoformat()]
    assert (found[0]["usageKwh"], found[0]["voltageV"], found[0]["quality"]) == (0.25, 239.5, "ACTUAL")
    assert found[1]["voltageV"] is None
    since = (newest.reading_at - timedelta(hours=1)).isoformat()
    assert len(viewer_api.data(READINGS, meterId=meter.pk, since=since)["realtimeReadings"]) == 1
    assert len(viewer_api.data(READINGS, meterId=meter.pk, first=1)["realtimeReadings"]) == 1


def test_wrong_questions_about_readings(viewer_api: Api, viewer: Any) -> None:
    meter, other = make_meter(), make_meter()
    models.ZoneGrant.objects.create(user=viewer, zone=meter.zone)

    assert viewer_api.code(READINGS, meterId="MTR-NOBODY") == "NOT_FOUND"
    assert viewer_api.code(READINGS, meterId=other.pk) == "NOT_FOUND"
    assert viewer_api.code(READINGS, meterId=meter.pk, first=0) == "BAD_INPUT"
    assert viewer_api.code(READINGS, meterId=meter.pk, first=1001) == "BAD_INPUT"
    assert viewer_api.code(READINGS, meterId=meter.pk, since="2026-01-01T00:00:00") == "BAD_INPUT"


def replay(api: Api, **chosen: Any) -> dict[str, Any]:
    answer: dict[str, Any] = api.data(REPLAY, input=chosen)["replayDeadLetters"]
    return answer


def test_dead_letters_are_sent_again(operator_api: Api, own_streams: None) -> None:
    kept, sent = make_dead_letter(), make_dead_letter(code="UNKNOWN_METER")
    event = make_dead_letter(stream="events", code="TOO_OLD")

    assert replay(operator_api, ids=[sent.pk])["sentCount"] == 1
    assert replay(operator_api, codes=["TOO_OLD"])["sentCount"] == 1

    assert list(models.StreamDeadLetter.objects.all()) == [kept]
    source = get_transport().source(StreamName.READINGS, "reader")
    assert [m.body for m in source.read(10, wait_s=1, gather_s=0)] == [bytes(sent.body)]
    source = get_transport().source(StreamName.EVENTS, "reader")
    assert [m.body for m in source.read(10, wait_s=1, gather_s=0)] == [bytes(event.body)]
    assert replay(operator_api)["sentCount"] == 1


@pytest.mark.parametrize(
    ("chosen", "code", "field"),
    [
        ({"ids": []}, "BAD_INPUT", "ids"),
        ({"ids": list(range(1, 5_002))}, "BAD_INPUT", "ids"),
        ({"ids": [987_654]}, "NOT_FOUND", "ids"),
        ({"codes": ["NO_SUCH_REASON"]}, "BAD_INPUT", "codes"),
    ],
)
def test_wrong_replays(operator_api: Api, chosen: Any, code: str, field: str) -> None:
    make_dead_letter()

    answer = replay(operator_api, **chosen)

    assert (answer["code"], answer["field"]) == (code, field)
    assert models.StreamDeadLetter.objects.count() == 1


def test_a_replay_without_the_stream_loses_nothing(operator_api: Api, settings: Any) -> None:
    settings.STREAM_URL = "redis://127.0.0.1:1/0"
    make_dead_letter()

    assert replay(operator_api)["code"] == "STREAM_UNAVAILABLE"
    assert models.StreamDeadLetter.objects.count() == 1


def test_a_replay_into_a_full_stream_loses_nothing(
    operator_api: Api, own_streams: None, settings: Any
) -> None:
    settings.STREAM_BACKLOG_LIMIT = 1
    get_transport().publish(StreamName.READINGS, [b"waits"])
    make_dead_letter()

    assert replay(operator_api)["code"] == "LIMIT_EXCEEDED"
    assert models.StreamDeadLetter.objects.count() == 1


def test_who_may_do_what(
    viewer_api: Api, nobody_api: Api, anonymous_api: Api, operator: Any, operator_api: Api
) -> None:
    letter = make_dead_letter()
    meter = make_meter()

    assert nobody_api.code(STATUS) == "PERMISSION_DENIED"
    assert anonymous_api.code(STATUS) == "UNAUTHENTICATED"
    assert nobody_api.code(READINGS, meterId=meter.pk) == "PERMISSION_DENIED"
    assert anonymous_api.code(READINGS, meterId=meter.pk) == "UNAUTHENTICATED"
    assert replay(viewer_api, ids=[letter.pk])["code"] == "PERMISSION_DENIED"
    assert replay(anonymous_api, ids=[letter.pk])["code"] == "UNAUTHENTICATED"
    models.ZoneGrant.objects.create(user=operator, zone=meter.zone)
    assert replay(operator_api, ids=[letter.pk])["code"] == "PERMISSION_DENIED"
    assert models.StreamDeadLetter.objects.count() == 1
