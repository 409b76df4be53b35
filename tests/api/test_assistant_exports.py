"""Conversations as files, and people's data in answers: shown to who may see it, and put on record."""

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from agent.events import Citation, Column, ColumnType, Sql, Table, Text
from flux_site.api.models import AuditRecord
from tests.api.test_assistant import THREAD, THREADS
from tests.clients import Api
from tests.factories.conversations import make_answer, make_feedback, make_question, make_thread

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_a_conversation_is_exported_for_people(viewer_api: Api, viewer: User) -> None:
    thread = make_thread(owner=viewer, title="Storm & *stars*")
    question = make_question(thread=thread, text="How many?\n# Not a heading")
    table = Table(
        title="Ratings",
        columns=(
            Column(name="id", label="Id", type=ColumnType.TEXT),
            Column(name="kva", label="Rating", type=ColumnType.REAL, unit="kVA"),
        ),
        rows=(("XFMR-1|2", 25.0), ("XFMR-2", None)),
        is_truncated=True,
        row_count=5000,
    )
    first = make_answer(
        question=question,
        events=[
            Text(delta="Two are shown [1]."),
            Sql(sql="SELECT 1", parameters={"p": "x`y"}),
            table,
            Citation(number=1, document_id="d", document_title="Manual", section="Fuses", url="/documents/d"),
        ],
    )
    make_answer(question=question, text="Again.", events=[Text(delta="Again.")])
    make_question(thread=thread, parent=first, text="And now?")

    response = viewer_api.get(f"/assistant/threads/{thread.pk}/export.md")

    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="storm-stars.md"'
    text = response.content.decode()
    assert text.startswith("# Storm & \\*stars\\*\n")
    for part in (
        "## 1. Question\n",
        "> How many?\n> # Not a heading\n",
        "## 2. Answer\n",
        '```sql\nSELECT 1\n```\n\nWith `` {"p": "x`y"} ``.',
        "**Ratings**\n\n| Id | Rating (kVA) |\n|---|---|\n| XFMR-1\\|2 | 25.0 |\n| XFMR-2 |  |\n",
        "\n2 of 5,000 rows.\n",
        "[1] Manual, Fuses. </documents/d>",
        "## 3. Answer to 1\n",
        "## 4. Question after 2\n",
    ):
        assert part in text, part


def test_a_conversation_is_exported_for_programs(viewer_api: Api, viewer: User) -> None:
    answer = make_answer(question=make_question(thread=make_thread(owner=viewer, title="ÄÖ")))
    make_feedback(answer=answer)

    response = viewer_api.get(f"/assistant/threads/{answer.thread_id}/export.json")

    document = response.json()
    assert response.headers["Content-Disposition"] == 'attachment; filename="conversation.json"'
    assert [each["role"] for each in document["messages"]] == ["USER", "ASSISTANT"]
    assert document["messages"][1]["parentId"] == document["messages"][0]["id"]
    assert [each["body"]["kind"] for each in document["messages"][1]["events"]] == ["TEXT", "DONE"]
    assert document["messages"][1]["feedback"]["categories"] == ["WRONG_DATA"]
    assert viewer_api.get(f"/assistant/threads/{answer.thread_id}/export.pdf").status_code == 404


def test_peoples_data_in_an_answer_is_shown_to_who_may_see_it_and_that_is_on_record(
    make_user: Callable[..., User],
) -> None:
    user = make_user(roles=("viewer", "pii"))
    answer = make_answer(
        question=make_question(thread=make_thread(owner=user), text="Who is CUST-1?"),
        text="Ana Ruiz",
        events=[Text(delta="Ana "), Text(delta="Ruiz", block=1)],
        personal_ids=["CUST-1"],
        personal_fields=["full_name"],
    )
    api = Api(user)
    key = str(answer.thread_id)

    assert api.data(THREAD, id=key)["assistantThread"]["messages"][1]["text"] == "Ana Ruiz"
    assert "Ana Ruiz" in api.get(f"/assistant/threads/{key}/export.md").content.decode()
    records = list(AuditRecord.objects.order_by("pk").values_list("source", "targets", "personal_fields"))
    assert records == [("GRAPHQL", ["CUST-1"], ["full_name"]), ("WEB", ["CUST-1"], ["full_name"])]

    user.groups.remove(user.groups.get(name="pii"))  # the right is taken away
    message = api.data(THREAD, id=key)["assistantThread"]["messages"][1]
    exported = api.get(f"/assistant/threads/{key}/export.json").content.decode()

    assert [each["kind"] for each in message["events"]] == ["WARNING", "DONE"]
    assert message["events"][0]["body"]["code"] == "PERSONAL_DATA"
    assert "Ruiz" not in json.dumps(message) + exported
    assert AuditRecord.objects.count() == 2
    assert api.data(THREADS, search="ruiz")["assistantThreads"]["totalCount"] == 0
