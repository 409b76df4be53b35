"""The assistant over GraphQL and HTTP: one's own conversations, and nobody else's by any way in."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.events import Text
from agent.models import AnswerEvent, Feedback, Message, Thread
from flux_site.api.models import AuditOutcome, AuditRecord
from tests.clients import Api
from tests.factories.conversations import (
    make_answer,
    make_feedback,
    make_question,
    make_running_answer,
    make_thread,
)
from tests.factories.users import make_user

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

MESSAGE = """id role text parentId state doneReason backend durationMs firstEventMs errorCode
    events { seq kind body } feedback { isPositive categories comment }"""
THREAD = (
    f"query ($id: ID!) {{ assistantThread(id: $id) {{ id title messageCount messages {{ {MESSAGE} }} }} }}"
)
THREADS = """query ($search: String, $first: Int! = 30, $offset: Int! = 0) {
  assistantThreads(search: $search, first: $first, offset: $offset) {
    totalCount threads { id title messageCount } } }"""
SEND = """mutation ($input: SendAssistantMessageInput!) { sendAssistantMessage(input: $input) {
    ... on AssistantExchange { thread { id title messageCount } question { id text parentId }
      answer { id state parentId text events { seq } } }
    ... on OperationInfo { code message field } } }"""


def change(name: str, kind: str, selection: str) -> str:
    return f"""mutation ($input: {kind}!) {{ {name}(input: $input) {{
        __typename {selection} ... on OperationInfo {{ code message field }} }} }}"""


RENAME = change("renameAssistantThread", "RenameAssistantThreadInput", "... on AssistantThread { id title }")
DELETE = change("deleteAssistantThread", "DeleteAssistantThreadInput", "... on DeletedAssistantThread { id }")
RETRY = change("retryAssistantAnswer", "AssistantAnswerInput", "... on AssistantExchange { answer { id } }")
STOP = change("stopAssistantAnswer", "AssistantAnswerInput", "... on AssistantMessage { id state }")
FEEDBACK = change(
    "giveAssistantFeedback",
    "GiveAssistantFeedbackInput",
    "... on AssistantMessage { feedback { isPositive categories comment } }",
)
FEEDBACK_INPUT = {"isPositive": False, "categories": ["WRONG_DATA", "INCOMPLETE"], "comment": " It is 13. "}


def sent(api: Api, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.data(SEND, input=more)["sendAssistantMessage"]
    return found


def test_a_conversation_is_read_with_the_events_of_its_answers(viewer_api: Api, viewer: User) -> None:
    question = make_question(thread=make_thread(owner=viewer, title="Storm"))
    answer = make_answer(question=question)
    make_feedback(answer=answer)
    AnswerEvent.objects.filter(answer=answer, seq=1).update(
        document={"kind": "DONE", "reason": "ANSWERED", "state": {"form": {}}}
    )

    found = viewer_api.data(THREAD, id=str(question.thread_id))["assistantThread"]

    assert (found["title"], found["messageCount"]) == ("Storm", 2)
    assert found["messages"][0] == {
        "id": str(question.pk),
        "role": "USER",
        "text": question.text,
        "parentId": None,
        "state": "DONE",
        "doneReason": None,
        "backend": None,
        "durationMs": None,
        "firstEventMs": None,
        "errorCode": None,
        "events": [],
        "feedback": None,
    }
    assert found["messages"][1] == {
        "id": str(answer.pk),
        "role": "ASSISTANT",
        "text": "There are 12.",
        "parentId": str(question.pk),
        "state": "DONE",
        "doneReason": "ANSWERED",
        "backend": "EMBEDDED",
        "durationMs": 340.0,
        "firstEventMs": 12.0,
        "errorCode": None,
        "events": [
            {
                "seq": 0,
                "kind": "TEXT",
                "body": {"kind": "TEXT", "delta": "There are 12.", "block": 0, "is_question": False},
            },
            {"seq": 1, "kind": "DONE", "body": {"kind": "DONE", "reason": "ANSWERED"}},
        ],
        "feedback": {"isPositive": False, "categories": ["WRONG_DATA"], "comment": "It is 13."},
    }


def test_what_there_is_of_an_answer_being_written_is_shown(viewer_api: Api, viewer: User) -> None:
    answer = make_running_answer(
        question=make_question(thread=make_thread(owner=viewer)),
        events=[Text(delta="There "), Text(delta="are")],
    )

    message = viewer_api.data(THREAD, id=str(answer.thread_id))["assistantThread"]["messages"][1]

    assert (message["text"], message["state"], message["doneReason"]) == ("There are", "RUNNING", None)


def test_a_question_begins_a_conversation_named_after_it(viewer_api: Api, viewer: User) -> None:
    text = "How many transformers of substation Wallis were loaded above their rating on the hottest day?"

    exchange = sent(viewer_api, text=f"  {text}\n")

    title = exchange["thread"]["title"]
    assert title == "How many transformers of substation Wallis were loaded above their rating on…"
    assert exchange["question"] == {"id": exchange["question"]["id"], "text": text, "parentId": None}
    assert exchange["answer"]["parentId"] == exchange["question"]["id"]
    assert (exchange["answer"]["state"], exchange["answer"]["events"]) == ("RUNNING", [])
    assert Thread.objects.get(pk=exchange["thread"]["id"]).owner == viewer


def test_a_question_follows_the_newest_leaf_or_what_is_named_or_nothing(
    viewer_api: Api, viewer: User
) -> None:
    thread = make_thread(owner=viewer)
    first = make_answer(question=make_question(thread=thread))
    second = make_answer(question=make_question(thread=thread, parent=first))
    key = str(thread.pk)

    newest = sent(viewer_api, text="a", threadId=key)
    edited = sent(viewer_api, text="b", threadId=key, parentId=str(first.pk))
    anew = sent(viewer_api, text="c", threadId=key, parentId=None)

    assert newest["question"]["parentId"] == str(second.pk)
    assert edited["question"]["parentId"] == str(first.pk)
    assert anew["question"]["parentId"] is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "a", "parentId": str(uuid.uuid4())}, "parentId"),
        ({"text": "a", "context": {"assetIds": ["x" * 101]}}, "context.assetIds"),
        ({"text": "a", "context": {"assetIds": ["x"] * 51}}, "context.assetIds"),
        ({"text": "a", "context": {"runId": "x" * 101}}, "context.runId"),
    ],
)
def test_bad_questions_name_their_field_and_write_nothing(
    viewer_api: Api, given: dict[str, Any], field: str
) -> None:
    refused = sent(viewer_api, **given)

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", field)
    assert not Thread.objects.exists()


def test_a_question_does_not_follow_an_answer_that_is_not_complete(viewer_api: Api, viewer: User) -> None:
    answer = make_running_answer(question=make_question(thread=make_thread(owner=viewer)))

    refused = sent(viewer_api, text="a", threadId=str(answer.thread_id))

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "parentId")


def test_conversations_are_found_by_words_of_title_and_messages(viewer_api: Api, viewer: User) -> None:
    storm = make_thread(owner=viewer, title="Storm of May")
    make_answer(question=make_question(thread=storm, text="Which feeders?"), text="WALLIS and Rosenberg")
    other = make_thread(owner=viewer, title="Transformers")
    make_question(thread=make_thread(owner=make_user("viewer")), text="Wallis")

    def found(**given: Any) -> list[str]:
        page = viewer_api.data(THREADS, **given)["assistantThreads"]
        assert page["totalCount"] >= len(page["threads"])
        return [each["id"] for each in page["threads"]]

    assert found() == [str(other.pk), str(storm.pk)]
    assert found(search="wallis may") == [str(storm.pk)]
    assert found(search="100%") == []
    assert found(first=1, offset=1) == [str(storm.pk)]
    page = viewer_api.data(THREADS, first=1)["assistantThreads"]
    assert (page["totalCount"], page["threads"][0]["messageCount"]) == (2, 0)


def test_a_conversation_is_renamed_and_deleted_with_all_it_holds(viewer_api: Api, viewer: User) -> None:
    answer = make_answer(question=make_question(thread=make_thread(owner=viewer)))
    make_feedback(answer=answer)
    key = str(answer.thread_id)

    renamed = viewer_api.data(RENAME, input={"id": key, "title": " Storm\n of May "})
    assert renamed["renameAssistantThread"]["title"] == "Storm of May"
    refused = viewer_api.data(RENAME, input={"id": key, "title": " "})["renameAssistantThread"]
    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "title")
    deleted = viewer_api.data(DELETE, input={"id": key})

    assert deleted["deleteAssistantThread"]["id"] == key
    for model in (Thread, Message, AnswerEvent, Feedback):
        assert not model.objects.exists()  # type: ignore[attr-defined]
    assert viewer_api.code(THREAD, id=key) == "NOT_FOUND"


def test_feedback_is_kept_and_replaced(viewer_api: Api, viewer: User) -> None:
    answer = make_answer(question=make_question(thread=make_thread(owner=viewer)))
    given = {"answerId": str(answer.pk), **FEEDBACK_INPUT}

    first = viewer_api.data(FEEDBACK, input=given)["giveAssistantFeedback"]["feedback"]
    second = viewer_api.data(FEEDBACK, input={"answerId": str(answer.pk), "isPositive": True})
    again = viewer_api.data(FEEDBACK, input={**given, "comment": "x" * 2001})["giveAssistantFeedback"]

    assert first == {**FEEDBACK_INPUT, "comment": "It is 13."}
    assert second["giveAssistantFeedback"]["feedback"] == {
        "isPositive": True,
        "categories": [],
        "comment": "",
    }
    assert (again["code"], again["field"]) == ("BAD_INPUT", "comment")
    assert Feedback.objects.get().is_positive is True


def foreign_ways(key: dict[str, str]) -> dict[str, Callable[[Api], Any]]:
    """Return every way to a conversation, a message, an answer or what belongs to it."""
    thread, answer = key["thread"], key["answer"]

    def run(query: str, **values: Any) -> Callable[[Api], Any]:
        return lambda api: {
            name: part for name, part in api.run(query, **values).items() if name in {"data", "errors"}
        }

    def page(path: str) -> Callable[[Api], Any]:
        def ask(api: Api) -> Any:
            response = api.get(path)
            return response.status_code, response.content.decode()

        return ask

    def post(**body: Any) -> Callable[[Api], Any]:
        def ask(api: Api) -> Any:
            response = api.client.post(
                "/assistant/ask",
                json.dumps(body),
                content_type="application/json",
                headers={"X-CSRFToken": api.client.cookies["csrftoken"].value},
            )
            return response.status_code, response.content.decode()

        return ask

    return {
        "read": run(THREAD, id=thread),
        "rename": run(RENAME, input={"id": thread, "title": "Mine"}),
        "delete": run(DELETE, input={"id": thread}),
        "send": run(SEND, input={"text": "a", "threadId": thread}),
        "follow": run(SEND, input={"text": "a", "threadId": key["own"], "parentId": answer}),
        "retry": run(RETRY, input={"answerId": answer}),
        "stop": run(STOP, input={"answerId": answer}),
        "feedback": run(FEEDBACK, input={"answerId": answer, "isPositive": True}),
        "stream": page(f"/assistant/answers/{answer}/events"),
        "ask": post(text="a", threadId=thread),
        "ask after": post(text="a", threadId=key["own"], parentId=answer),
        "markdown": page(f"/assistant/threads/{thread}/export.md"),
        "json": page(f"/assistant/threads/{thread}/export.json"),
    }


WAYS = list(foreign_ways({"thread": "", "answer": "", "own": ""}))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_what_is_somebody_elses_does_not_exist(make_user: Callable[..., User], way: str, role: str) -> None:
    user = make_user(roles=(role,))
    api = Api(user)
    answer = make_answer()
    own = make_answer(question=make_question(thread=make_thread(owner=user)))
    before = list(Message.objects.values_list("pk", flat=True)), Thread.objects.get(pk=answer.thread_id).title
    said = []
    for key in (
        {"thread": str(answer.thread_id), "answer": str(answer.pk)},
        {"thread": str(uuid.uuid4()), "answer": str(uuid.uuid4())},
    ):
        told = json.dumps(foreign_ways({**key, "own": str(own.thread_id)})[way](api))
        for each in key.values():
            told = told.replace(each, "…")
        said.append(told)

    assert said[0] == said[1]
    assert "NOT_FOUND" in said[0]
    after = list(Message.objects.values_list("pk", flat=True)), Thread.objects.get(pk=answer.thread_id).title
    assert after == before
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("way", WAYS)
def test_without_the_permission_nothing_is_answered(nobody_api: Api, nobody: User, way: str) -> None:
    own = make_answer(question=make_question(thread=make_thread(owner=nobody)))
    key = {"thread": str(own.thread_id), "answer": str(own.pk), "own": str(own.thread_id)}

    assert "PERMISSION_DENIED" in json.dumps(foreign_ways(key)[way](nobody_api))


@pytest.mark.parametrize("text", ["", "x", "' OR 1=1", "\x00", "0" * 5000])
def test_what_is_no_id_does_not_exist_either(viewer_api: Api, text: str) -> None:
    assert viewer_api.code(THREAD, id=text) == "NOT_FOUND"
    assert viewer_api.data(STOP, input={"answerId": text})["stopAssistantAnswer"]["code"] == "NOT_FOUND"


def test_a_question_is_no_answer(viewer_api: Api, viewer: User) -> None:
    question = make_question(thread=make_thread(owner=viewer))

    assert viewer_api.data(RETRY, input={"answerId": str(question.pk)})["retryAssistantAnswer"]["code"] == (
        "NOT_FOUND"
    )


@pytest.mark.parametrize("path", ["answers/1/events", "threads/1/export.md", "ask"])
def test_anonymous_requests_are_refused(anonymous_api: Api, path: str) -> None:
    ask = anonymous_api.client.post if path == "ask" else anonymous_api.get

    response = ask(f"/assistant/{path}")

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_asking_by_session_needs_the_csrf_token(viewer_api: Api) -> None:
    response = viewer_api.client.post("/assistant/ask", '{"text": "a"}', content_type="application/json")

    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "CSRF_FAILED"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", None),
        ("[]", None),
        ("{}", "text"),
        ('{"text": 1}', "text"),
        ('{"text": "a", "shout": true}', "shout"),
        ('{"text": "a", "threadId": 5}', "threadId"),
        ('{"text": "a", "context": []}', "context"),
        ('{"text": "a", "context": {"assetIds": "SUB-1"}}', "context.assetIds"),
    ],
)
def test_bad_bodies_name_their_field(viewer_api: Api, body: str, field: str | None) -> None:
    response = viewer_api.client.post(
        "/assistant/ask",
        body,
        content_type="application/json",
        headers={"X-CSRFToken": viewer_api.client.cookies["csrftoken"].value},
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"].get("field") == field


def test_questions_and_deletions_are_on_record(viewer_api: Api, viewer: User) -> None:
    exchange = sent(viewer_api, text="Who lives at 12 Elm St?")
    viewer_api.data(DELETE, input={"id": exchange["thread"]["id"]})

    asked, deleted = AuditRecord.objects.order_by("pk")
    made = AuditOutcome.objects.get(record_id=asked.pk)
    assert (asked.action, asked.username, asked.targets) == ("sendAssistantMessage", "vera", [])
    assert made.targets == [exchange[part]["id"] for part in ("thread", "question", "answer")]
    assert (deleted.action, deleted.targets) == ("deleteAssistantThread", [exchange["thread"]["id"]])
    assert "Elm" not in json.dumps([asked.targets, made.targets, asked.action])
