"""The shell as an operator uses it: header, palette, notices, saved views, figures and reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import Sum
from playwright.sync_api import Browser, Page, expect

from flux_site.api.models import SavedView
from grid import models
from tests.e2e.browser import Complaints, apart, axe, new_page, sign_in, wait_for_map
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

KM2_PER_SQUARE_MILE = 2.589988110336


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return the map as a planner sees it, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia")
        wait_for_map(page)
        yield page, complaints


def look_up(page: Page, text: str, expected: str) -> None:
    """Type into the palette, wait for an answer that is offered first, and take it."""
    page.keyboard.press("Control+k")
    page.get_by_test_id("palette-input").fill(text)
    expect(page.get_by_test_id("palette-option").first).to_contain_text(expected)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("palette-input")).to_have_count(0)


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_everything_is_reached_by_the_keyboard(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    station = models.Substation.objects.exclude(circuits=None).order_by("pk")[0]
    look_up(page, station.pk, station.name)
    expect(page).to_have_url(re.compile(f"sel={station.pk}"))

    look_up(page, "29°45'36\"N 95°22'12\"W", "29.76000, -95.37000")
    wait_for_map(page)
    expect(page).to_have_url(re.compile(r"at=-95\.37,29\.76,14"))

    look_up(page, "reliab", "Reliability")
    expect(page).to_have_url(re.compile(r"/outages\?(.*&)?tab=reliability"))
    page.keyboard.press("/")
    page.get_by_test_id("palette-input").fill("")
    expect(page.get_by_test_id("palette-option").first).to_contain_text(station.name)
    chosen = page.get_by_test_id("palette-input").get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("palette-input")).not_to_have_attribute("aria-activedescendant", str(chosen))
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("palette-input")).to_have_count(0)

    look_up(page, "light colours", "Light colours")
    expect(page.locator("html")).to_have_css("color-scheme", "light")
    look_up(page, "report an outage", "Report an outage")
    expect(page.get_by_test_id("report-device")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("width", [1366, 1024, 768, 480])
def test_no_workspace_is_out_of_reach(desk: tuple[Page, Complaints], width: int) -> None:
    page, _ = desk
    page.set_viewport_size({"width": width, "height": 768})
    page.wait_for_timeout(300)
    links = page.get_by_role("navigation", name="Workspaces").get_by_role("link")
    shown = links.all_inner_texts()
    for link in links.all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    more = page.get_by_test_id("more-workspaces")
    if more.count():
        more.press("Enter")
        items = page.get_by_role("menu", name="More workspaces").get_by_role("menuitem")
        expect(items.first).to_be_visible()
        shown += items.all_inner_texts()
        items.last.press("Enter")
        expect(more).to_contain_text(shown[-1])
    assert width > 480 or more.count()
    assert len(shown) == len(set(shown)) >= 6
    box = page.get_by_test_id("user-menu").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width


def test_the_age_of_every_source_is_told(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    expect(page.get_by_test_id("live")).to_have_attribute("data-state", "connected")
    area_km2 = models.ServiceArea.objects.aggregate(total=Sum("area_km2"))["total"]
    if area_km2 is None:
        expect(page.get_by_test_id("territory-area")).to_have_count(0)
    else:
        text = page.get_by_test_id("territory-area").inner_text()
        told = float(re.sub(r"[^0-9.]", "", text))
        assert told == pytest.approx(area_km2 / KM2_PER_SQUARE_MILE, rel=0.01)

    page.get_by_test_id("status-button").click()
    dialog = page.get_by_role("dialog", name="State of the system and age of the data")
    rows = dialog.get_by_role("list", name="Sources of data").get_by_role("listitem")
    expect(rows).to_have_count(models.SyncLayer.objects.count())
    assert axe(page) == []
    layer = models.SyncLayer.objects.order_by("pk")[0]
    page.locator(f'a[href="/data/layers/{layer.pk}"]').click()
    expect(page).to_have_url(re.compile(f"/data/layers/{layer.pk}$"))
    assert complaints == []


def test_a_figure_opens_with_its_rule_and_its_parts(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    page.get_by_test_id("kpi-overloadedTransformersPct").click()
    dialog = page.get_by_test_id("kpi-detail")
    expect(dialog.get_by_test_id("kpi-definition")).to_contain_text("rating")
    expect(dialog).to_contain_text("IEEE Std C57.91")
    worst = dialog.get_by_test_id("kpi-parts").get_by_role("button").first
    expect(worst).to_be_visible()
    assert axe(page) == []
    name = worst.inner_text().split("\n")[0]
    worst.click()
    expect(page).to_have_url(re.compile(r"sel=XFMR-"))
    assert models.Transformer.objects.get(pk=query_of(page)["sel"][0]).name == name
    assert complaints == []


def test_a_view_follows_its_owner_and_a_shared_one_everybody(
    browser_of_module: Browser, grid_site: WebServer
) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/outages?show=all&tab=orders")
        page.get_by_test_id("user-menu").click()
        page.get_by_test_id("menu-save-view").click()
        page.get_by_test_id("view-name").fill("Night desk")
        page.get_by_label("Everybody sees it").check()
        page.get_by_test_id("view-save").click()
        expect(page.get_by_test_id("toast-change")).to_contain_text("Night desk")
        page.get_by_test_id("user-menu").click()
        page.get_by_test_id("menu-views").click()
        expect(page.get_by_test_id("saved-view")).to_have_count(1)
        assert axe(page) == []
        page.get_by_role("button", name="Open Night desk after login").click()
        expect(page.get_by_test_id("saved-view")).to_contain_text("opens after login")
        assert complaints == []
    view = SavedView.objects.get(name="Night desk")
    assert (view.is_default, view.is_shared) == (True, True)
    assert "tab=orders" in view.address

    with new_page(browser_of_module, grid_site.port) as (page, complaints):  # another device
        sign_in(page, username="pia")
        expect(page).to_have_url(re.compile(r"/outages\?.*tab=orders"))
        page.get_by_test_id("user-menu").click()
        page.get_by_test_id("menu-views").click()
        page.get_by_role("button", name="Rename Night desk").click()
        page.get_by_test_id("view-rename").fill("Storm desk")
        page.get_by_test_id("view-rename").press("Enter")
        expect(page.get_by_test_id("saved-view")).to_contain_text("Storm desk")
        assert complaints == []

    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="vera", path="/data/jobs")
        page.get_by_test_id("user-menu").click()
        page.get_by_test_id("menu-save-view").click()
        expect(page.get_by_test_id("view-name")).to_be_visible()
        expect(page.get_by_label("Everybody sees it")).to_have_count(0)
        page.keyboard.press("Escape")
        page.get_by_test_id("user-menu").click()
        page.get_by_test_id("menu-views").click()
        row = page.get_by_test_id("saved-view")
        expect(row).to_contain_text("by pia")
        expect(row.get_by_role("button", name="Delete Storm desk")).to_have_count(0)
        row.get_by_role("button", name="Storm desk", exact=True).click()
        expect(page).to_have_url(re.compile(r"/outages\?.*tab=orders"))
        assert complaints == []
    apart(SavedView.objects.all().delete)


def test_a_finished_job_is_told_and_seen_once(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    expect(page.get_by_test_id("toasts")).to_be_attached()
    page.get_by_test_id("bell").click()
    panel = page.get_by_role("dialog", name="Notices")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    branch = models.Branch.objects.order_by("pk")[0]
    page.evaluate(
        """async (id) => {
            const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
            const query = `mutation { startCascadeRun(input: {outages: ["${id}"]}) { __typename } }`;
            await fetch('/graphql', {method: 'POST', body: JSON.stringify({query}),
                headers: {'Content-Type': 'application/json', 'X-CSRFToken': token}});
        }""",
        branch.pk,
    )
    toast = page.get_by_test_id("toast-job")
    expect(toast).to_contain_text("finished")
    expect(page.get_by_test_id("unread-count")).to_be_visible()
    page.get_by_test_id("bell").click()
    expect(panel.get_by_test_id("notice").first).to_have_attribute("data-unread", "true")
    panel.get_by_test_id("mark-all-seen").click()
    expect(page.get_by_test_id("unread-count")).to_have_count(0)
    assert axe(page) == []
    page.reload()
    page.get_by_test_id("bell").click()
    expect(panel.get_by_test_id("notice").first).to_have_attribute("data-unread", "false")
    panel.get_by_test_id("notice-kinds").locator("summary").click()
    panel.get_by_label("My finished jobs").uncheck()
    expect(panel.get_by_test_id("notice")).to_have_count(0)
    assert complaints == []


PRINT = """window.print = () => {
    const header = document.querySelector('[data-testid=report-header]');
    window.printed = {
        header: header.textContent,
        title: document.title,
        picture: header.querySelector('img')?.naturalWidth ?? 0,
        scheme: getComputedStyle(document.documentElement).colorScheme,
        folded: document.querySelectorAll('main details:not([open])').length,
    };
};"""


def test_a_report_has_its_header_light_colours_and_the_map(
    browser_of_module: Browser, grid_site: WebServer
) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        page.add_init_script(PRINT)
        sign_in(page, username="pia", path="/outages")
        wait_for_map(page)
        look_up(page, "print", "Print or save as PDF")
        page.wait_for_timeout(500)
        expect(page.get_by_test_id("report-header")).to_have_count(0)
        printed = page.evaluate("window.printed")
        assert "Outages" in printed["header"]
        assert "pia" in printed["header"]
        assert "/outages" in printed["header"]
        assert re.search(r"synced \d+", printed["header"])
        assert printed["title"].startswith("Outages, ")
        assert printed["picture"] > 300
        assert (printed["scheme"], printed["folded"]) == ("light", 0)
        expect(page.locator("html")).to_have_css("color-scheme", "dark")
        page.emulate_media(media="print")
        assert page.locator("header").first.is_hidden()
        assert complaints == []
