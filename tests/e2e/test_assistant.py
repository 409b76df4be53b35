"""Somebody asks the assistant, looks at what the answers rest on, and comes back to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from agent.models import Feedback, Message, Thread
from grid import models
from tests.e2e.browser import Complaints, apart, new_page, sign_in
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

BY_SUBSTATION = "number of transformers per substation"


@pytest.fixture(scope="module")
def assistant_site(grid_site: WebServer) -> WebServer:
    """Return the site on the Texas grid, with the product's documents read."""
    apart(lambda: call_command("flux_load_documents", verbosity=0))
    return grid_site


@pytest.fixture
def desk(browser_of_module: Browser, assistant_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return a planner's page with the assistant open, and what the browser complains of."""
    with new_page(browser_of_module, assistant_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/cascade/runs")
        page.get_by_test_id("assistant-button").click()
        expect(page.get_by_test_id("question-box")).to_be_focused()
        yield page, complaints


def send(page: Page, question: str) -> Locator:
    """Send a question and return its answer, which may be under way."""
    there = page.get_by_test_id("answer").count()
    box = page.get_by_test_id("question-box")
    box.fill(question)
    box.press("Enter")
    return page.get_by_test_id("answer").nth(there)


def ask(page: Page, question: str) -> Locator:
    """Send a question and return its answer once it is complete."""
    answer = send(page, question)
    expect(answer).to_have_attribute("data-state", "DONE")
    return answer


def a_substation() -> str:
    """Return a substation with circuits. Read apart before its table is locked: a test keeps its locks."""
    return models.Circuit.objects.values_list("substation_id", flat=True)[0]


@contextmanager
def table_locked(table: str) -> Iterator[None]:
    """Keep everybody from a table of the database: an answer that needs it waits."""
    settings = connection.settings_dict
    link = psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    )
    try:
        link.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        link.rollback()
        link.close()


def test_data_is_asked_for_and_the_evidence_is_there(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    answer = ask(page, BY_SUBSTATION)

    expect(answer).to_have_attribute("data-reason", "ANSWERED")
    table = answer.get_by_test_id("answer-table")
    counts = {
        row.locator("td").nth(0).inner_text(): row.locator("td").last.inner_text()
        for row in table.locator("tbody tr").all()
    }
    known = {
        key: models.Transformer.objects.filter(circuit__substation_id=key).count()
        for key in models.Circuit.objects.values_list("substation_id", flat=True).distinct()
    }
    assert counts == {key: str(count) for key, count in known.items()}

    expect(answer.locator("svg.marks")).to_be_visible()  # drawn under a policy that forbids eval
    sql = answer.get_by_test_id("answer-sql")
    sql.locator("summary").click()
    expect(sql.get_by_role("region", name="SQL statement")).to_contain_text(
        re.compile("SELECT", re.IGNORECASE)
    )
    with page.expect_download() as download:
        table.get_by_test_id("table-csv").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 1 + len(known)
    with page.expect_download() as picture:
        answer.get_by_role("button", name="Save as PNG").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    assert complaints == []


def test_asset_of_an_answer_is_shown_on_the_map_and_meant_by_this(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    substation = a_substation()
    answer = ask(page, f"What is {substation}?")
    answer.get_by_test_id(f"asset-chip-{substation}").click()

    expect(page).to_have_url(re.compile(f"sel={substation}"))
    expect(page.get_by_test_id(f"context-asset-{substation}")).to_be_visible()
    answer = ask(page, "What is this substation?")
    expect(answer.get_by_test_id("answer-text")).to_contain_text(substation)
    assert complaints == []


def test_citation_leads_to_the_document(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    answer = ask(page, "What does the manual say about oil sampling of transformers?")
    chip = answer.get_by_test_id("citation-1").first
    with page.expect_popup() as opened:
        chip.click()

    expect(opened.value).to_have_url(re.compile("/documents/"))
    expect(opened.value.get_by_role("heading").first).to_contain_text(re.compile("oil", re.IGNORECASE))


def test_choice_is_picked(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    answer = ask(page, "load of circuit 01")
    expect(answer).to_have_attribute("data-reason", "ASKED_BACK")
    choice = answer.get_by_test_id("answer-choices").get_by_role("button").first
    asked = choice.inner_text()
    choice.click()

    expect(page.get_by_test_id("question").nth(1)).to_have_text(asked)
    picked = page.get_by_test_id("answer").nth(1)
    expect(picked).to_have_attribute("data-state", "DONE")
    expect(picked.get_by_test_id("answer-text")).not_to_be_empty()


def test_question_is_asked_in_other_words_and_both_branches_stay(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    ask(page, "how many substations are there")
    page.get_by_test_id("question-edit").click()
    page.get_by_test_id("edit-question").fill("how many transformers are there")
    page.get_by_test_id("edit-send").click()

    branches = page.get_by_test_id("question-branches")
    expect(branches).to_have_text("2/2")
    expect(page.get_by_test_id("question")).to_contain_text("transformers")
    expect(page.get_by_test_id("answer")).to_have_attribute("data-state", "DONE")
    branches.get_by_role("button", name="Previous question").click()
    expect(page.get_by_test_id("question")).to_contain_text("substations")
    expect(page.get_by_test_id("answer-text")).to_contain_text(re.compile("substations", re.IGNORECASE))
    thread = Thread.objects.get(owner__username="pia", title__icontains="how many substations")
    assert thread.messages.filter(parent=None).count() == 2
    assert complaints == []


def test_history_is_there_after_a_reload_and_can_be_found_and_deleted(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    ask(page, "how many switches are there")
    page.reload()

    expect(page.get_by_test_id("question")).to_have_text("how many switches are there")
    expect(page.get_by_test_id("answer-text")).to_contain_text(re.compile("switches", re.IGNORECASE))
    page.get_by_test_id("assistant-list").click()
    page.get_by_test_id("thread-search").fill("how many switches")
    rows = page.get_by_test_id("thread-list").get_by_role("listitem")
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name=re.compile("^Delete")).click()
    page.get_by_test_id("confirm-delete").click()
    expect(rows).to_have_count(0)
    assert not Thread.objects.filter(title__icontains="switches").exists()
    assert complaints == []


def test_answer_is_rated(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    answer = ask(page, "how many circuits are there")
    answer.get_by_test_id("feedback-bad").click()
    answer.get_by_role("button", name="Incomplete").click()
    answer.get_by_test_id("feedback-comment").fill("By substation, please.")
    answer.get_by_test_id("feedback-send").click()
    expect(answer.get_by_test_id("feedback-form")).to_have_count(0)

    given = Feedback.objects.get(answer__thread__title__icontains="how many circuits")
    assert (given.is_positive, given.categories) == (False, ["INCOMPLETE"])
    assert given.comment == "By substation, please."


def test_answer_is_stopped(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    substation = apart(a_substation)
    with table_locked(models.Circuit._meta.db_table):
        answer = send(page, f"Tell me about {substation}")
        expect(answer.get_by_test_id("answer-status")).to_be_visible()
        page.get_by_test_id("question-box").press("Escape")
        expect(answer).to_have_attribute("data-state", "DONE")

    expect(answer).to_have_attribute("data-reason", "CANCELLED")
    expect(answer.get_by_test_id("answer-end")).to_contain_text("Stopped")


def test_answer_goes_on_after_the_connection_was_lost(
    browser_of_module: Browser, assistant_site: WebServer
) -> None:
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    substation = apart(a_substation)
    with new_page(browser_of_module, assistant_site.port) as (page, _):
        page.route_web_socket(re.compile("/graphql"), pass_on)
        sign_in(page, username="pia", path="/data/jobs")
        expect(page.get_by_test_id("jobs-live")).to_have_text("Live")
        page.get_by_test_id("assistant-button").click()
        with table_locked(models.Circuit._meta.db_table):
            answer = send(page, f"Describe {substation}")
            expect(answer.get_by_test_id("answer-status")).to_be_visible()
            sockets[-1].close()
        expect(answer).to_have_attribute("data-state", "DONE")

        expect(answer).to_have_attribute("data-reason", "ANSWERED")
        stored = Message.objects.filter(role="ASSISTANT").latest("created_at")
        expect(answer.get_by_test_id("answer-text")).to_contain_text(substation)
        shown = answer.get_by_test_id("answer-text").inner_text()
        assert shown.count(substation) == stored.text.count(substation), "a part came twice, or is lost"
        assert len(sockets) >= 2, "the connection was not made anew"


def test_panel_lies_over_the_page_where_the_window_is_narrow(
    browser_of_module: Browser, assistant_site: WebServer
) -> None:
    with new_page(browser_of_module, assistant_site.port, size={"width": 768, "height": 900}) as (
        page,
        complaints,
    ):
        sign_in(page, username="vera", path="/data/jobs")
        page.keyboard.press("Control+/")
        panel = page.get_by_test_id("assistant-panel")
        expect(panel).to_have_attribute("data-docked", "false")
        box = panel.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] == 768
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(page.get_by_test_id("assistant-button")).to_be_focused()
        assert complaints == []
