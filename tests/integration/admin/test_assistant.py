"""Conversations in the admin: whose words are shown to whom, the page to ask on, the back end's state."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agent.admin.evidence import evidence, markdown
from agent.events import (
    AssetRef,
    Assets,
    Citation,
    Column,
    ColumnType,
    Error,
    Sql,
    Table,
    ToolUse,
    Warn,
    write_event,
)
from agent.models import Feedback, Message, Thread
from agent.selectors.answer_statistics import feedback_figures, figures_by_backend, newest_failures
from agent.services.answering import answering
from flux_site.jobs.models import Job
from tests.factories import grid
from tests.factories.conversations import make_answer, make_feedback, make_question, make_thread
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ASK = "/admin/assistant/"
BACK_END = "/admin/assistant/back-end/"
SECRET = "Zanzibar"


def make_exchange(owner: Any, **fields: Any) -> Message:
    thread = make_thread(owner=owner, title=f"{SECRET} one?")
    question = make_question(thread=thread, text=f"{SECRET} two?")
    return make_answer(question=question, **{"text": f"{SECRET} three.", **fields})


# Whose words


def test_somebody_elses_words_are_no_business_of_an_administrator(as_user: Callable[[Any], Client]) -> None:
    owner = make_user("viewer", username="olga")
    answer = make_exchange(owner)
    feedback = make_feedback(answer=answer, comment="Too slow for me")
    browser = as_user(make_user("admin"))

    pages = [list_page(f"agent.{name}") for name in ("thread", "message", "feedback")]
    pages += [row_page(row) for row in (answer.thread, answer, answer.parent, feedback)]
    for page in pages:
        text = browser.get(page).content.decode()
        assert SECRET not in text, page
        assert "olga" in text, page
    assert "Too slow for me" in browser.get(row_page(feedback)).content.decode()
    assert "340 ms" in browser.get(row_page(answer)).content.decode()


@pytest.mark.parametrize("model", ["thread", "message"])
def test_a_search_does_not_tell_what_others_said(as_user: Callable[[Any], Client], model: str) -> None:
    make_exchange(make_user("viewer", username="olga"))
    administrator = make_user("admin")
    page, browser = list_page(f"agent.{model}"), as_user(administrator)

    assert browser.get(page, {"q": SECRET}).context["cl"].result_count == 0
    assert browser.get(page, {"q": "olga"}).context["cl"].result_count > 0
    make_exchange(administrator)
    assert browser.get(page, {"q": SECRET}).context["cl"].result_count > 0


def test_who_may_view_all_threads_reads_them(boss: Client) -> None:
    answer = make_exchange(make_user("viewer"))

    for row in (answer.thread, answer, answer.parent):
        assert SECRET in boss.get(row_page(row)).content.decode()


def test_a_viewer_sees_their_own_and_no_other(as_user: Callable[[Any], Client]) -> None:
    olga, otto = make_user("viewer"), make_user("viewer")
    own, foreign = make_exchange(olga), make_exchange(otto)
    browser = as_user(olga)

    assert SECRET in browser.get(row_page(own)).content.decode()
    assert browser.get(list_page("agent.thread")).context["cl"].result_count == 1
    assert browser.get(list_page("agent.message")).context["cl"].result_count == 2
    for row in (foreign.thread, foreign):
        assert browser.get(row_page(row)).status_code == 302


def test_personal_data_of_ones_own_answers_needs_the_right_of_today(as_user: Callable[[Any], Client]) -> None:
    olga = make_user("viewer")
    answer = make_exchange(olga, personal_ids=["CUST-1"], personal_fields=["full_name"])

    browser = as_user(olga)
    assert "three." not in browser.get(row_page(answer)).content.decode()
    assert "three." not in browser.get(list_page("agent.message")).content.decode()
    assert "three." not in browser.get(ASK, {"thread": str(answer.thread_id)}).content.decode()


def test_lists_ask_the_same_number_of_statements_for_any_number_of_rows(
    boss: Client, superuser: Any, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(5):
        make_feedback(answer=make_exchange(superuser))

    for model in ("thread", "message", "feedback"):
        boss.get(list_page(f"agent.{model}"))
        with django_assert_max_num_queries(12):
            boss.get(list_page(f"agent.{model}"))


# Feedback that Snowflake was not told of


def test_feedback_that_did_not_arrive_is_shown_and_forwarded_again(
    boss: Client, superuser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)
    answer = make_exchange(superuser, backend="cortex", backend_request_id="r1")
    feedback = make_feedback(answer=answer, forward_fault="The server answered 503: away")

    assert "could not be told" in boss.get(list_page("agent.feedback")).content.decode()
    text = boss.get(row_page(feedback)).content.decode()
    assert "The server answered 503: away" in text
    assert "Tell Snowflake again" in text
    boss.post(f"/admin/agent/feedback/{feedback.pk}/forward/")
    assert Job.objects.get().kind == "agent.forward_feedback"

    Feedback.objects.update(forwarded_at=timezone.now(), forward_fault="")
    assert "Tell Snowflake again" not in boss.get(row_page(feedback)).content.decode()


# How an answer is shown


def test_markdown_brings_no_html_no_pictures_and_no_scripts() -> None:
    text = markdown(
        "**Bold** <script>alert(1)</script> ![x](https://evil.example/?q=1) [a](javascript:alert(1)) "
        "[b](/documents/oil) [c](//evil.example) [d](data:text/html,x)\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )

    assert "<strong>Bold</strong>" in text
    assert "<table>" in text
    assert '<a href="/documents/oil">' in text
    assert "<script" not in text
    assert "<img" not in text
    for address in ('href="javascript', 'href="//', 'href="data'):
        assert address not in text


def test_all_that_an_answer_rests_on_is_shown_and_escaped() -> None:
    columns = (
        Column(name="c", label="City", type=ColumnType.TEXT),
        Column(name="k", label="Peak", type=ColumnType.REAL, unit="kW"),
    )
    events = (
        ToolUse(tool_use_id="t", name="grid_analyst", input={"question": "<b>peak</b>"}),
        Sql(sql="SELECT '<i>' < 1", parameters={"p": 3}, explanation="Peaks.", is_verified=True),
        Table(title="Peaks", columns=columns, rows=(("<u>Houston", 1.5), (None, None)), is_truncated=True),
        Citation(number=1, document_id="d", document_title="Oil", url="javascript:alert(1)", quote="<p>Draw"),
        Citation(number=2, document_id="d", document_title="Oil", url="/documents/oil", section="3"),
        Assets(
            assets=(AssetRef(asset_id="SUB-1", label="Wallis"), AssetRef(asset_id="ODD-1", label="ODD-1"))
        ),
        Warn(code="UNKNOWN_ID", message="XFMR-9 <is> not there"),
        Error(code="BACKEND_TIMEOUT", message="Too slow"),
    )

    text = evidence(write_event(event) for event in events)

    for shown in ("SQL, verified", "Peak [kW]", "1.5", "The first 2 rows", "Too slow (BACKEND_TIMEOUT)"):
        assert shown in text
    assert '<a href="/documents/oil">Oil</a>, 3' in text
    assert '<a href="/admin/grid/substation/SUB-1/change/">Wallis (SUB-1)</a>' in text
    assert "javascript" not in text
    for tag in ("<b>", "<i>", "<u>", "<p>Draw", "<is>"):
        assert tag not in text


# The page to ask on


@pytest.fixture
def fresh_limits(settings: Any) -> Iterator[None]:
    """Count a test's questions by themselves, and let its answers end."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}
    yield
    assert answering.wait_until_idle(15)


@pytest.mark.django_db(transaction=True)
def test_a_question_is_asked_answered_and_judged_without_scripts(
    fresh_limits: None, synced: None, as_user: Callable[[Any], Client]
) -> None:
    grid.make_substation(id="SUB-7", name="Wallis")
    olga = make_user("viewer")
    browser = as_user(olga)

    sent = browser.post(ASK, {"text": "What is SUB-7?", "thread": ""})
    assert sent.status_code == 302
    assert answering.wait_until_idle(15)
    text = browser.get(sent["Location"]).content.decode()
    assert "What is SUB-7?" in text
    assert "Wallis" in text
    assert "Tool asset_lookup" in text
    assert "http-equiv" not in text
    assert "data-flux-events" not in text

    answer = Message.objects.answers().get()
    browser.post(
        f"{ASK}answers/{answer.pk}/feedback/",
        {"is_positive": "no", "category": "INCOMPLETE", "comment": "Which bay?", "thread": ""},
    )
    feedback = Feedback.objects.get()
    assert (feedback.is_positive, feedback.categories, feedback.comment) == (
        False,
        ["INCOMPLETE"],
        "Which bay?",
    )
    assert "You said that it was not right. Which bay?" in browser.get(sent["Location"]).content.decode()
    browser.post(f"{ASK}answers/{answer.pk}/retry/", {"thread": ""})
    assert answering.wait_until_idle(15)
    assert Message.objects.answers().count() == 2
    assert Thread.objects.get().owner == olga


def test_while_an_answer_is_written_the_page_follows_it_with_and_without_scripts(
    as_user: Callable[[Any], Client],
) -> None:
    olga = make_user("viewer")
    answer = make_exchange(olga)
    Message.objects.filter(pk=answer.pk).update(
        state="RUNNING", done_reason="", heartbeat_at=timezone.now(), text=""
    )

    text = as_user(olga).get(ASK, {"thread": str(answer.thread_id)}).content.decode()

    assert f'data-flux-events="/assistant/answers/{answer.pk}/events?after=' in text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in text
    part = as_user(olga).get(f"{ASK}answers/{answer.pk}/")
    assert part.content.decode().lstrip().startswith("<article")
    assert "no-store" in part["Cache-Control"]


def test_an_empty_question_is_refused_on_the_page(as_user: Callable[[Any], Client]) -> None:
    page = as_user(make_user("viewer")).post(ASK, {"text": "  ", "thread": ""})

    assert page.status_code == 200
    assert "This field is required" in page.content.decode()
    assert not Thread.objects.exists()


def test_somebody_elses_conversation_is_not_there(as_user: Callable[[Any], Client]) -> None:
    answer = make_exchange(make_user("viewer"))
    stranger = as_user(make_user("admin"))

    assert stranger.get(ASK, {"thread": str(answer.thread_id)}).status_code == 404
    assert stranger.get(ASK, {"thread": "nonsense"}).status_code == 404
    assert stranger.get(f"{ASK}answers/{answer.pk}/").status_code == 404
    for what in ("stop", "retry", "feedback"):
        address = f"{ASK}answers/{answer.pk}/{what}/"
        assert stranger.post(address, {"is_positive": "yes", "thread": ""}).status_code == 404
        assert stranger.get(address).status_code == 405


def test_the_page_is_for_those_who_may_ask(as_user: Callable[[Any], Client]) -> None:
    assert as_user(make_user()).get(ASK).status_code == 403
    assert Client().get(ASK).status_code == 302


# The state of the back end


def test_figures_are_those_counted_by_hand() -> None:
    now = timezone.now()
    for first_event_ms, duration_ms in ((10.0, 100.0), (20.0, 200.0), (30.0, 300.0)):
        make_exchange(make_user(), created_at=now, first_event_ms=first_event_ms, duration_ms=duration_ms)
    make_exchange(
        make_user(),
        created_at=now,
        backend="cortex",
        first_event_ms=None,
        duration_ms=None,
        events=[Warn(code="FALLBACK", message="Snowflake Cortex did not answer: 503.")],
    )
    failed = make_exchange(
        make_user(),
        created_at=now,
        backend="cortex",
        done_reason="FAILED",
        first_event_ms=40.0,
        duration_ms=40.0,
        events=[Error(code="BACKEND_CUT_OFF", message="The connection broke.")],
    )
    make_exchange(make_user())  # of another week
    make_feedback(answer=failed, updated_at=now, categories=["WRONG_DATA", "TOO_SLOW"])

    embedded, cortex = figures_by_backend(since=now.replace(hour=0, minute=0))

    assert (embedded.backend, embedded.count, embedded.by_reason) == ("embedded", 3, {"ANSWERED": 3})
    assert (embedded.first_event_p50_ms, embedded.duration_p50_ms) == (20.0, 200.0)
    assert embedded.first_event_p95_ms == pytest.approx(29.0)  # 20 + 0.9 (30 - 20)
    assert embedded.duration_p95_ms == pytest.approx(290.0)
    assert (cortex.count, cortex.in_place) == (2, 1)
    assert cortex.by_reason == {"ANSWERED": 1, "FAILED": 1}
    assert (cortex.first_event_p50_ms, cortex.duration_p95_ms) == (40.0, 40.0)
    thought = feedback_figures(since=now.replace(hour=0, minute=0))
    assert (thought.positive, thought.negative, thought.not_forwarded) == (0, 1, 0)
    assert thought.by_category == {"WRONG_DATA": 1, "TOO_SLOW": 1}
    assert {(each.code, each.message) for each in newest_failures(first=10)} == {
        ("FALLBACK", "Snowflake Cortex did not answer: 503."),
        ("BACKEND_CUT_OFF", "The connection broke."),
    }


def test_the_page_says_what_answers_and_keeps_the_secrets(settings: Any, boss: Client) -> None:
    settings.ASSISTANT_BACKEND = "cortex"
    settings.CORTEX_URL = "http://127.0.0.1:1"
    settings.CORTEX_AGENT = ("FLUX_DB", "APPLICATIONS", "GRID_AGENT")
    settings.CORTEX_TOKEN = "secret-token"
    make_exchange(make_user(), created_at=timezone.now())

    text = boss.get(BACK_END).content.decode()
    probe = boss.get(f"{BACK_END}probe/").content.decode()

    assert "FLUX_DB.APPLICATIONS.GRID_AGENT" in text
    assert "a programmatic access token" in text
    assert f'data-flux-fragment="{BACK_END}probe/"' in text
    assert "cannot be reached" in probe
    assert "secret-token" not in text + probe


def test_the_state_of_the_back_end_is_for_administrators(as_user: Callable[[Any], Client]) -> None:
    assert as_user(make_user("admin")).get(BACK_END).status_code == 200
    assert as_user(make_user("planner")).get(BACK_END).status_code == 403
    assert as_user(make_user("planner")).get(f"{BACK_END}probe/").status_code == 403


def test_the_index_leads_to_both_pages(boss: Client, as_user: Callable[[Any], Client]) -> None:
    text = boss.get("/admin/").content.decode()
    assert f'href="{ASK}"' in text
    assert f'href="{BACK_END}"' in text
    viewers = as_user(make_user("viewer")).get("/admin/").content.decode()
    assert f'href="{ASK}"' in viewers
    assert f'href="{BACK_END}"' not in viewers
