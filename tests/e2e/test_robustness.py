"""What the application does when something is missing: the server, the data, a right, the time."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from flux_site.api.models import SavedView
from flux_site.api.tokens import issue
from grid import models
from tests.e2e.browser import apart, axe, fill_login, new_page, sign_in, wait_for_map
from tests.e2e.flags import with_scheme
from tests.factories.users import make_user
from tests.servers.environment import free_port
from tests.servers.web import WebServer, web_server

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

MAPS = ["/", "/outages", "/vegetation", "/cascade"]
WORKSPACES = [
    *MAPS,
    "/topology",
    "/assets",
    "/ami",
    "/cascade/runs",
    "/cascade/screening",
    "/cascade/decisions",
    "/data",
]
REPORT = """mutation ($id: String!, $at: DateTime!) {
    reportOutage(input: {device: {kind: "CIRCUIT", id: $id}, startedAt: $at}) { __typename } }"""


def operation_of(route: Route) -> str:
    return str(json.loads(route.request.post_data or "{}").get("operationName"))


def settled(page: Page) -> None:
    """Wait until nothing of the page is on its way."""
    expect(page.get_by_test_id("user-menu")).to_be_visible()
    expect(page.locator("main").get_by_test_id("loading-state")).to_have_count(0)


def test_the_page_comes_back_by_itself_after_a_restart(
    browser_of_module: Browser, grid_site: WebServer
) -> None:
    port = free_port()
    planner = make_user_apart("planner", "rita")
    _, secret = apart(lambda: issue(user=planner, name="e2e", expires_in_days=1))
    busy = models.Outage.objects.exclude(status__in=["RESTORED", "CANCELLED"]).values("circuit")
    circuit = models.Circuit.objects.exclude(pk__in=busy).exclude(transformers=None).order_by("-pk")[0]
    with new_page(browser_of_module, port) as (page, _):
        with web_server(port=port, FLUX_DEBUG="1"):
            sign_in(page, username="pia", path="/outages")
            wait_for_map(page)
            expect(page.get_by_test_id("live")).to_have_attribute("data-state", "connected")
        expect(page.get_by_test_id("live")).to_have_text("Reconnecting")
        expect(page.get_by_test_id("health")).to_have_text("Server not reachable")

        answer = grid_site.graphql(REPORT, token=secret, id=circuit.pk, at=datetime.now(UTC).isoformat())
        assert answer.body["data"]["reportOutage"]["__typename"] == "Outage"
        outage = models.Outage.objects.get(circuit=circuit, status="CONFIRMED")
        with web_server(port=port, FLUX_DEBUG="1"):
            expect(page.get_by_test_id("live")).to_have_text("Live")
            expect(page.get_by_test_id("health")).to_have_attribute("data-status", "OK")
            expect(page.get_by_test_id(f"outage-row-{outage.pk}")).to_be_visible()


def make_user_apart(role: str, username: str, *, is_staff: bool = False):  # type: ignore[no-untyped-def]
    return apart(lambda: make_user(role, username=username, is_staff=is_staff))


@pytest.mark.parametrize(
    ("role", "may_report", "may_run", "may_share", "is_staff"),
    [
        ("viewer", False, False, False, False),
        ("operator", True, False, False, False),
        ("planner", True, True, True, False),
        ("admin", True, True, True, True),
    ],
)
def test_each_role_is_offered_what_it_may_do(
    browser_of_module: Browser,
    grid_site: WebServer,
    role: str,
    may_report: bool,
    may_run: bool,
    may_share: bool,
    is_staff: bool,
) -> None:
    username = f"role-{role}"
    make_user_apart(role, username, is_staff=is_staff)
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username=username, path="/outages")
        settled(page)
        expect(page.get_by_test_id("report-outage")).to_have_count(int(may_report))
        for text, may in (("Report an outage", may_report), ("Start a cascade run", may_run)):
            page.keyboard.press("Control+k")
            page.get_by_test_id("palette-input").fill(text)
            found = page.get_by_test_id("palette-option").filter(has_text=text)
            expect(found).to_have_count(int(may))
            page.keyboard.press("Escape")
        page.get_by_test_id("user-menu").click()
        expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()
        expect(page.get_by_role("menuitem", name="Administration")).to_have_count(int(is_staff))
        page.get_by_test_id("menu-save-view").click()
        expect(page.get_by_test_id("view-name")).to_be_visible()
        expect(page.get_by_label("Everybody sees it")).to_have_count(int(may_share))
        assert complaints == []


def test_a_slow_network_shows_what_is_awaited_and_sends_once(
    browser_of_module: Browser, grid_site: WebServer
) -> None:
    sent: list[str] = []

    def slowly(route: Route) -> None:
        sent.append(operation_of(route))
        page.wait_for_timeout(700)
        route.continue_()

    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        page.route("**/graphql", slowly)
        page.goto("/data/jobs")
        fill_login(page, username="vera")
        page.get_by_test_id("login-submit").or_(page.get_by_test_id("user-menu")).first.wait_for()
        expect(page.get_by_test_id("loading-state").first).to_be_visible()
        expect(page.get_by_test_id("user-menu")).to_have_text("vera")
        assert sent.count("Login") == 1

        page.get_by_test_id("user-menu").click()
        page.get_by_test_id("menu-save-view").click()
        page.get_by_test_id("view-name").fill("Twice")
        page.get_by_test_id("view-save").dblclick()
        expect(page.get_by_test_id("view-name")).to_have_count(0)
        assert sent.count("SaveView") == 1
        assert complaints == []
    assert SavedView.objects.filter(name="Twice").count() == 1
    apart(SavedView.objects.all().delete)


def test_one_part_that_fails_leaves_the_others_alone(
    browser_of_module: Browser, grid_site: WebServer
) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, _):
        page.route(
            "**/graphql",
            lambda route: (
                route.fulfill(status=500, body="broken")
                if operation_of(route) in {"LoadedCircuits", "SavedViews"}
                else route.continue_()
            ),
        )
        sign_in(page, username="pia")
        part = page.get_by_test_id("loaded-circuits")
        expect(part.get_by_role("alert")).to_contain_text("The server failed (status 500)")
        wait_for_map(page)
        expect(page.get_by_test_id("kpi-customersServed")).to_be_visible()
        expect(page.get_by_test_id("loaded-transformers").get_by_role("button").first).to_be_visible()
        page.keyboard.press("Control+k")
        expect(page.get_by_test_id("palette-option").first).to_be_visible()
        page.keyboard.press("Escape")

        page.unroute("**/graphql")
        part.get_by_role("button", name="Try again").click()
        expect(part.get_by_role("alert")).to_have_count(0)
        expect(part.get_by_role("listitem").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_no_workspace_has_accessibility_faults(
    browser_of_module: Browser, grid_site: WebServer, scheme: str
) -> None:
    faults = {}
    with new_page(browser_of_module, grid_site.port) as (page, _):
        page.add_init_script(with_scheme(scheme))
        sign_in(page, username="pia")
        for path in WORKSPACES:
            page.goto(path)
            settled(page)
            if path in MAPS:
                wait_for_map(page)
            found = axe(page)
            if found:
                faults[path] = found
    assert faults == {}
