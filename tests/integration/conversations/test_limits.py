"""How much one user may ask: in a minute, in a day, at once; with Redis, without it."""

from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User
from django.core.cache import cache

from agent.models import Message
from agent.services import limits
from agent.services.conversations import MAX_MESSAGES, retry_answer, send_message
from agent.services.limits import TooManyQuestions, count_question
from flux_site.api.errors import LimitExceeded
from tests.clients import Api
from tests.factories.conversations import make_answer, make_question, make_running_answer, make_thread
from tests.factories.users import make_user

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOON = 1_780_300_800.0  # 2026-06-01 08:00 UTC, the beginning of a minute


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that sets how many seconds after noon it is."""

    def set_moment(after_s: float) -> None:
        monkeypatch.setattr(limits.time, "time", lambda: NOON + after_s)

    set_moment(0)
    return set_moment


@pytest.fixture(params=["with Redis", "without Redis"])
def redis_state(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let Redis be there, or not."""
    if request.param == "without Redis":

        def refuse(*_: Any, **__: Any) -> None:
            raise redis.ConnectionError("refused")

        monkeypatch.setattr(type(cache._connections[cache._alias]), "add", refuse)  # type: ignore[attr-defined]
    return str(request.param)


def test_a_minute_holds_so_many_questions(
    redis_state: str, moment: Callable[[float], None], viewer: User, settings: Any
) -> None:
    settings.ASSISTANT_PER_MINUTE = 2
    other = make_user("viewer")
    for _ in range(2):
        count_question(viewer)
    moment(20)

    with pytest.raises(TooManyQuestions, match="2 questions in a minute") as refused:
        count_question(viewer)
    count_question(other)
    moment(60)
    count_question(viewer)

    assert refused.value.message.endswith("Try again in 40 seconds.")
    assert (refused.value.code, refused.value.retry_after_s) == ("LIMIT_EXCEEDED", 40)


def test_a_day_holds_so_many_questions(
    redis_state: str, moment: Callable[[float], None], viewer: User, settings: Any
) -> None:
    settings.ASSISTANT_PER_DAY = 3
    for minute in range(3):
        moment(60 * minute)
        count_question(viewer)
    moment(3_600)

    with pytest.raises(TooManyQuestions, match=r"3 questions in a day\. Try again in 15 hours"):
        count_question(viewer)
    moment(86_400)
    count_question(viewer)


def test_refused_questions_write_nothing_and_say_when_to_come_back(
    viewer_api: Api, viewer: User, settings: Any
) -> None:
    settings.ASSISTANT_PER_MINUTE = 0
    settings.ASSISTANT_PER_DAY = 10
    headers = {"X-CSRFToken": viewer_api.client.cookies["csrftoken"].value}

    response = viewer_api.client.post(
        "/assistant/ask", '{"text": "a"}', content_type="application/json", headers=headers
    )

    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert not Message.objects.exists()


def test_so_many_answers_are_written_for_a_user_at_once(viewer: User, settings: Any) -> None:
    settings.ASSISTANT_ANSWERS_PER_USER = 2
    silent_s = settings.ASSISTANT_LOST_AFTER_S + 1
    thread = make_thread(owner=viewer)
    make_running_answer(question=make_question(thread=thread), silent_s=silent_s)  # nobody writes it any more
    make_running_answer()  # somebody else's
    done = make_answer(question=make_question(thread=thread))
    running = [send_message(user=viewer, text="a").answer for _ in range(2)]

    with pytest.raises(TooManyQuestions, match="2 answers are being written"):
        send_message(user=viewer, text="a")
    with pytest.raises(TooManyQuestions, match="2 answers are being written"):
        retry_answer(user=viewer, answer_id=str(done.pk))
    Message.objects.filter(pk=running[0].pk).update(state="DONE", done_reason="ANSWERED")

    assert send_message(user=viewer, text="a").answer.state == "RUNNING"


def test_a_conversation_holds_so_many_messages(viewer: User) -> None:
    thread = make_thread(owner=viewer)
    Message.objects.bulk_create(
        Message(thread=thread, role="USER", text=str(number)) for number in range(MAX_MESSAGES - 1)
    )

    with pytest.raises(LimitExceeded, match="at most 400 messages"):
        send_message(user=viewer, text="a", thread_id=str(thread.pk))


def test_counts_of_a_process_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_REMEMBERED", 3)
    monkeypatch.setattr(limits, "_counted_here", {})

    counts = [limits._count_here(f"key-{number}", 1) for number in (1, 1, 2, 3, 4)]

    assert counts == [1, 2, 1, 1, 1]
    assert len(limits._counted_here) <= 3
