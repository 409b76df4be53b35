"""Whatever a back end does, its answer is stored as it was said and ends exactly once."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import Role, Turn
from agent.events import EventKind
from agent.models import AnswerEvent, Message
from agent.services import answer_run, interruptions
from agent.services.answering import Answering, answering
from agent.services.conversations import Exchange, delete_thread, open_thread, retry_answer, stop_answer
from tests.factories.conversations import make_answer, make_question, make_running_answer, make_thread
from tests.servers.scripted_answers import TABLE, ScriptedBackend

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


def kinds(answer: Message) -> list[str]:
    return [row.document["kind"] for row in answer.events.order_by("seq")]


def wait_for(is_so: Callable[[], bool], timeout_s: float = 5.0) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < timeout_s
        time.sleep(0.01)
    return time.monotonic() - began


def has_said(exchange: Exchange) -> Callable[[], bool]:
    return lambda: exchange.answer.events.exists()


@pytest.mark.parametrize(
    ("script", "reason", "code", "text"),
    [
        ("say:12 done", "ANSWERED", "", "12"),
        ("done", "ANSWERED", "", ""),
        ("say:12", "FAILED", "BACKEND_ENDED", "12"),
        ("nothing", "FAILED", "BACKEND_ENDED", ""),
        ("say:12 raise", "FAILED", "INTERNAL_ERROR", "12"),
        ("raise", "FAILED", "INTERNAL_ERROR", ""),
        ("refuse", "FAILED", "BACKEND_BUSY", ""),
        ("say:12 nonsense done", "FAILED", "INTERNAL_ERROR", "12"),
        ("say:12 done say:13 done raise", "ANSWERED", "", "12"),
    ],
)
def test_an_answer_ends_exactly_once(
    answered: Callable[..., Message],
    backend: ScriptedBackend,
    script: str,
    reason: str,
    code: str,
    text: str,
) -> None:
    answer = answered(script)

    assert (answer.state, answer.done_reason, answer.error_code, answer.text) == ("DONE", reason, code, text)
    told = kinds(answer)
    assert told.count(EventKind.DONE) == 1
    assert told[-1] == EventKind.DONE
    assert told.count(EventKind.ERROR) == (1 if code else 0)
    assert backend.closed == 1


def test_what_is_said_is_stored_in_its_order(answered: Callable[..., Message]) -> None:
    answer = answered("status think:a think:b say:There say:are nap:0.2 say:two table say:rows. done")

    documents = list(answer.events.order_by("seq").values_list("document", flat=True))
    assert [each.seq for each in answer.events.order_by("seq")] == list(range(len(documents)))
    assert [document["kind"] for document in documents] == [
        *("STATUS", "THINKING", "TEXT", "TEXT", "TABLE", "TEXT", "DONE")
    ]
    assert documents[1]["delta"] == "ab"
    assert "".join(each["delta"] for each in documents if each["kind"] == "TEXT") == "There are two rows. "
    assert documents[4]["rows"] == [[25.0], [None]]
    assert answer.text == "There are two rows."
    assert answer.tokens == 7
    assert (answer.backend, answer.backend_thread_id, answer.backend_message_id) == ("cortex", "T-1", "M-1")
    assert answer.first_event_ms is not None
    assert answer.duration_ms is not None
    assert 0 < answer.first_event_ms < answer.duration_ms
    assert TABLE.row_count == 2


def test_a_back_end_that_never_ends_is_ended(answered: Callable[..., Message], settings: Any) -> None:
    settings.ASSISTANT_ANSWER_LIMIT_S = 0.3

    answer = answered("say:12 hang")

    assert (answer.done_reason, answer.error_code, answer.text) == ("FAILED", "TIMED_OUT", "12")


def test_stopping_ends_an_answer_within_a_second_and_can_be_repeated(
    ask: Callable[..., Exchange], backend: ScriptedBackend, viewer: User
) -> None:
    exchange = ask("say:12 hang")
    wait_for(has_said(exchange))

    began = time.monotonic()
    for _ in range(3):
        stop_answer(user=viewer, answer_id=str(exchange.answer.pk))
    assert answering.wait_until_idle(5)

    assert time.monotonic() - began < 1.0
    answer = Message.objects.get(pk=exchange.answer.pk)
    assert (answer.done_reason, answer.text, kinds(answer)) == ("CANCELLED", "12", ["TEXT", "DONE"])
    assert backend.closed == 1
    again = stop_answer(user=viewer, answer_id=str(exchange.answer.pk))
    assert (again.state, again.done_reason, again.is_stop_requested) == ("DONE", "CANCELLED", True)


def test_an_answer_stopped_by_another_process_sees_it_by_its_row(ask: Callable[..., Exchange]) -> None:
    exchange = ask("say:12 hang")
    wait_for(has_said(exchange))

    Message.objects.filter(pk=exchange.answer.pk).update(is_stop_requested=True)

    assert answering.wait_until_idle(2)
    assert Message.objects.get(pk=exchange.answer.pk).done_reason == "CANCELLED"


def test_a_back_end_deaf_to_stopping_cannot_keep_an_answer_open(
    ask: Callable[..., Exchange], viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_run, "CLOSING_S", 0.2)
    exchange = ask("say:12 deaf")
    wait_for(has_said(exchange))

    stop_answer(user=viewer, answer_id=str(exchange.answer.pk))

    assert answering.wait_until_idle(2)
    assert kinds(exchange.answer) == ["TEXT", "DONE"]


def test_deleting_a_conversation_removes_everything_and_ends_its_answers(
    ask: Callable[..., Exchange], backend: ScriptedBackend, viewer: User
) -> None:
    first = ask("say:12 hang")
    other = ask("say:13 done")
    wait_for(has_said(first))

    delete_thread(user=viewer, thread_id=str(first.thread.pk))

    assert answering.wait_until_idle(5)
    assert backend.closed == 2
    assert set(Message.objects.values_list("thread_id", flat=True)) == {other.thread.pk}
    assert set(AnswerEvent.objects.values_list("answer_id", flat=True)) == {other.answer.pk}


def test_the_back_end_is_told_what_was_said_on_the_branch_alone(
    answered: Callable[..., Message], backend: ScriptedBackend
) -> None:
    first = answered("say:one done")
    thread = str(first.thread_id)
    second = answered("say:two done", thread_id=thread)
    answered("say:other done", thread_id=thread, parent_id=str(first.pk))
    answered("say:three done", thread_id=thread, parent_id=str(second.pk))
    answered("say:anew done", thread_id=thread, parent_id=None)

    asked = backend.questions
    assert asked[0].history == ()
    assert (asked[0].thread_id, asked[0].parent_message_id, asked[0].state) == (None, None, {})
    told = (Turn(role=Role.USER, text="say:one done"), Turn(role=Role.ASSISTANT, text="one"))
    assert asked[1].history == asked[2].history == told
    assert asked[2].state == {"asked": "say:one done"}
    more = (Turn(role=Role.USER, text="say:two done"), Turn(role=Role.ASSISTANT, text="two"))
    assert asked[3].history == (*told, *more)
    assert (asked[3].thread_id, asked[3].parent_message_id) == ("T-1", "M-2")
    assert asked[4].history == ()
    assert asked[4].thread_id is None


def test_what_failed_or_was_stopped_is_no_part_of_what_was_said(
    answered: Callable[..., Message], backend: ScriptedBackend
) -> None:
    failed = answered("raise")
    after = answered("say:two", thread_id=str(failed.thread_id))
    answered("say:three done", thread_id=str(failed.thread_id), parent_id=str(after.pk))

    assert backend.questions[1].history == ()
    assert [turn.text for turn in backend.questions[2].history] == ["say:two", "two"]
    assert backend.questions[2].parent_message_id is None  # that server never heard the end of it


def test_an_answer_is_given_once_more_beside_the_first(
    answered: Callable[..., Message], backend: ScriptedBackend, viewer: User
) -> None:
    first = answered("say:one done")

    exchange = retry_answer(user=viewer, answer_id=str(first.pk))
    assert answering.wait_until_idle(5)

    again = Message.objects.get(pk=exchange.answer.pk)
    assert (again.parent_id, again.text, again.done_reason) == (first.parent_id, "one", "ANSWERED")
    assert backend.questions[0].text == backend.questions[1].text
    assert backend.questions[1].history == ()


def test_more_answers_than_a_process_may_write_wait(
    backend: ScriptedBackend, viewer: User, settings: Any
) -> None:
    settings.ASSISTANT_ANSWERS_AT_ONCE = 1
    own = Answering()
    answers = [
        make_running_answer(question=make_question(thread=make_thread(owner=viewer), text=script))
        for script in ("say:1 nap:0.3 done", "say:2 done")
    ]
    for answer in answers:
        own.start(answer.pk)
    assert own.wait_until_idle(5)

    told = [kinds(answer) for answer in answers]
    assert told == [["TEXT", "DONE"], ["STATUS", "TEXT", "DONE"]]
    assert answers[1].events.get(seq=0).document["status"] == "waiting"


def test_an_answer_whose_process_died_is_told_as_interrupted_by_who_reads_it(
    viewer: User, settings: Any
) -> None:
    thread = make_thread(owner=viewer)
    silent_s = settings.ASSISTANT_LOST_AFTER_S + 1
    lost = make_running_answer(
        question=make_question(thread=thread),
        events=make_answer_events(),
        silent_s=silent_s,
    )
    alive = make_running_answer(question=make_question(thread=thread))

    open_thread(user=viewer, thread_id=str(thread.pk))
    open_thread(user=viewer, thread_id=str(thread.pk))

    lost.refresh_from_db()
    alive.refresh_from_db()
    assert (lost.state, lost.done_reason, lost.error_code, lost.text) == (
        *("DONE", "FAILED", "INTERRUPTED", "There are"),
    )
    assert kinds(lost) == ["TEXT", "ERROR", "DONE"]
    assert lost.events.get(seq=1).document["is_retryable"] is True
    assert alive.state == "RUNNING"


def test_a_sweep_finds_them_all_and_a_stopped_one_is_told_as_stopped(settings: Any) -> None:
    silent_s = settings.ASSISTANT_LOST_AFTER_S + 1
    lost = [make_running_answer(silent_s=silent_s, is_stop_requested=is_stopped) for is_stopped in (0, 1)]
    make_running_answer()
    make_answer()

    assert interruptions.settle_all() == 2

    reasons = [Message.objects.get(pk=each.pk).done_reason for each in lost]
    assert reasons == ["FAILED", "CANCELLED"]


def test_who_was_given_up_by_others_writes_nothing_more(ask: Callable[..., Exchange]) -> None:
    exchange = ask("say:12 nap:0.2 say:13 nap:0.2 say:14 done")
    wait_for(has_said(exchange))

    assert interruptions.give_up([exchange.answer.pk]) == 1
    assert answering.wait_until_idle(5)

    assert kinds(exchange.answer)[-2:] == ["ERROR", "DONE"]
    assert kinds(exchange.answer).count("DONE") == 1


def make_answer_events() -> tuple[Any, ...]:
    from agent.events import Text

    return (Text(delta="There are"),)
