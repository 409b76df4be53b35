"""Somebody looks at the real Texas grid: layers, hover, cards, search, links, and pages without faults."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES
from tests.e2e.browser import Complaints, axe, new_page, sign_in, wait_for_map
from tests.e2e.map_place import count_pixels, on_screen, picture, viewport
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

LAND, GULF = (17, 25, 33), (10, 15, 20)
TRACED = (94, 230, 255)
SIZES: tuple[ViewportSize, ...] = ({"width": 1366, "height": 768}, {"width": 1920, "height": 1080})

AROUND_HOUSTON = "?at=-95.36,29.76,7.7"
"""Without a place the map opens on the ground that circuits serve, which is small here."""


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return a viewer's page, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="vera", path="/cascade/runs")
        yield page, complaints


def open_map(page: Page, search: str = "") -> None:
    """Open the map and wait until it is drawn."""
    page.goto(f"/{search}")
    wait_for_map(page)


def test_texas_is_drawn(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    open_map(page, AROUND_HOUSTON)

    lines = models.Branch.objects.exclude(from_substation="").filter(kind="LINE").count()
    assert lines > 2000
    expect(page.get_by_test_id("layer-substations")).to_have_attribute("data-phase", "ready")
    expect(page.get_by_test_id("layer-substations")).to_contain_text(f"{models.Substation.objects.count():,}")
    expect(page.get_by_test_id("layer-branches")).to_have_attribute("data-phase", "ready")
    expect(page.get_by_test_id("territory")).to_have_text("Houston")
    expect(page.get_by_test_id("health")).to_have_attribute("data-status", "OK")
    pixels = picture(page)
    assert count_pixels(pixels, LAND, tolerance=3) > 50_000
    assert count_pixels(pixels, GULF, tolerance=3) > 10_000
    assert count_pixels(pixels, (0xF2, 0xC1, 0x4E)) > 500, "no 500 kV lines are drawn"
    assert count_pixels(pixels, (0x6C, 0x8E, 0xBF), tolerance=25) > 2_000, "no 115 kV lines are drawn"
    assert complaints == []


def test_lines_are_coloured_by_loading(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    open_map(page, AROUND_HOUSTON)
    by_voltage = count_pixels(picture(page), (0xF2, 0xC1, 0x4E))
    page.get_by_test_id("colour-loading").click()
    wait_for_map(page)

    expect(page).to_have_url(re.compile("colour=loading"))
    expect(page.get_by_test_id("layer-branches")).to_contain_text("above 100%")
    assert count_pixels(picture(page), (0xF2, 0xC1, 0x4E)) < by_voltage / 10
    assert count_pixels(picture(page), (72, 148, 176), tolerance=25) > 2_000


def test_lines_are_coloured_by_their_load_in_the_weather(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    circuit = models.WeatherRating.objects.filter(asset_kind="CIRCUIT", weather_loading_pct__lt=60)[0]
    place = models.Transformer.objects.filter(circuit=circuit.pk)[0].location
    open_map(page, f"?at={place.x:.5f},{place.y:.5f},14&layers=branches,lines")
    before = count_pixels(picture(page), (72, 148, 176), tolerance=30)
    page.get_by_test_id("colour-weather").click()
    wait_for_map(page)

    expect(page).to_have_url(re.compile("colour=weather"))
    expect(page.get_by_test_id("rated-hour")).to_contain_text("Circuits: ")
    expect(page.get_by_test_id("rated-hour")).not_to_contain_text("unknown")
    expect(page.get_by_test_id("layer-lines")).to_contain_text("above 100%")
    assert count_pixels(picture(page), (72, 148, 176), tolerance=30) > before + 500
    assert complaints == []


def test_a_card_traces_its_asset(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    fed = models.CircuitStatus.objects.filter(customers__gt=0).order_by("customers_out", "-customers", "pk")[
        0
    ]
    breaker = models.Switch.objects.get(kind="BREAKER", circuit=fed.circuit_id)
    accounts = models.Customer.objects.filter(meter__circuit=breaker.circuit_id, account_status="ACTIVE")
    customers = accounts.count() - fed.customers_out  # these are behind a switch that an outage opened
    open_map(page, f"?at={breaker.location.x:.5f},{breaker.location.y:.5f},13&sel={breaker.pk}")
    without = count_pixels(picture(page), TRACED, tolerance=40)
    page.get_by_test_id("trace-DOWNSTREAM").click()

    found = page.get_by_test_id("trace-result")
    expect(found).to_contain_text(f"{customers:,}")
    wait_for_map(page)
    assert count_pixels(picture(page), TRACED, tolerance=40) > without + 200, "the trace is not drawn"
    page.get_by_test_id("trace-DOWNSTREAM").click()
    expect(found).to_have_count(0)
    assert complaints == []


def test_key_figures_carry_units_or_a_reason(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    page.goto("/")
    served = page.get_by_test_id("kpi-customersServed")

    out = sum(
        models.Outage.objects.filter(status__in=ACTIVE_OUTAGE_STATUSES).values_list(
            "customers_out", flat=True
        )
    )
    active = models.Customer.objects.filter(account_status="ACTIVE").count()
    expect(served).to_contain_text(f"{active - out:,}\u00a0customers")
    served.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Active accounts")


def test_substation_under_the_pointer_is_named_and_opened(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    open_map(page, AROUND_HOUSTON)
    station = models.Substation.objects.get(name="DAYTON")  # stands alone in the first view
    x, y = on_screen(page, lon=station.location.x, lat=station.location.y)
    page.mouse.move(x, y)

    card = page.get_by_test_id("hover-card")
    expect(card).to_contain_text(station.name)
    expect(card).to_contain_text(f"{station.load_mw:,.1f}\u00a0MW")
    page.mouse.click(x, y)
    opened = page.get_by_test_id("asset-card")
    expect(opened).to_have_attribute("data-asset-id", station.pk)
    expect(opened).to_contain_text(station.name)
    expect(page).to_have_url(re.compile(f"sel={station.pk}"))
    page.get_by_test_id("close-card").click()
    expect(page.get_by_text("Nothing selected")).to_be_visible()
    assert complaints == []


def test_distribution_appears_close_in(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    unit = models.Transformer.objects.order_by("-peak_loading_pct")[0]
    open_map(page, f"?at={unit.location.x:.5f},{unit.location.y:.5f},15")

    for layer in ("lines", "switches", "transformers", "meters"):
        expect(page.get_by_test_id(f"layer-{layer}")).to_have_attribute("data-phase", "ready")
    page.mouse.click(*on_screen(page, lon=unit.location.x, lat=unit.location.y))
    expect(page.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", unit.pk)
    expect(page.get_by_test_id("asset-card")).to_contain_text(f"{unit.rated_kva:g}\u00a0kVA")
    expect(page.get_by_test_id("chart").locator("svg path").first).to_be_attached()
    assert complaints == []


def test_customers_are_masked_for_a_viewer(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    customer = models.Customer.objects.exclude(phone=None)[0]
    page.goto(f"/?sel={customer.meter_id}")

    card = page.get_by_test_id("asset-card")
    expect(card).to_contain_text("Name")
    expect(card).not_to_contain_text(customer.full_name)
    expect(card).not_to_contain_text(str(customer.phone))


def test_search_flies_to_the_asset(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    open_map(page, AROUND_HOUSTON)
    station = models.Substation.objects.get(name="ODESSA 2")
    page.get_by_test_id("search").fill("odessa 2")
    page.get_by_test_id("search-option").filter(has_text=station.pk).click()

    expect(page.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", station.pk)
    expect(page).to_have_url(re.compile(r"at=-102\.\d+,31\.\d+,9\.5"))
    wait_for_map(page)
    lon, lat, _zoom = viewport(page)
    assert lon == pytest.approx(station.location.x, abs=1e-3)
    assert lat == pytest.approx(station.location.y, abs=1e-3)


def test_link_shows_the_same_to_somebody_else(
    desk: tuple[Page, Complaints], browser_of_module: Browser, grid_site: WebServer
) -> None:
    page, _ = desk
    branch = models.Branch.objects.filter(kind="LINE")[0]
    open_map(page, f"?at=-97.5,31,6.4&layers=substations,branches&colour=loading&sel={branch.pk}")
    page.get_by_test_id("map").locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(re.compile("at=-97.5,31,"))
    wait_for_map(page)
    link = page.url

    with new_page(browser_of_module, grid_site.port) as (other, _complaints):
        sign_in(other, username="pia", path=link)
        wait_for_map(other)
        assert other.url == link
        expect(other.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", branch.pk)
        expect(other.get_by_role("checkbox", name="Active outages")).not_to_be_checked()
        expect(other.get_by_test_id("colour-loading")).to_have_attribute("aria-pressed", "true")
        difference = picture(page).astype(int) - picture(other).astype(int)
        assert (abs(difference).max(axis=2) > 24).mean() < 0.001


def test_back_returns_to_the_earlier_choice(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    first, second = models.Substation.objects.order_by("pk")[:2]
    page.goto(f"/?sel={first.pk}")
    expect(page.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", first.pk)
    page.get_by_test_id("search").fill(second.pk)
    page.get_by_test_id("search-option").filter(has_text=f"{second.pk}").first.click()
    expect(page.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", second.pk)
    page.go_back()

    expect(page.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", first.pk)


@pytest.mark.parametrize("path", ["/", "/cascade", "/cascade/runs", "/data/jobs"])
def test_pages_have_no_accessibility_faults(desk: tuple[Page, Complaints], path: str) -> None:
    page, _ = desk
    page.goto(path)
    expect(page.get_by_test_id("health")).to_have_attribute("data-status", "OK")
    if path in ("/", "/cascade"):
        wait_for_map(page)
    assert axe(page) == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
def test_page_fits_the_screen(desk: tuple[Page, Complaints], size: ViewportSize) -> None:
    page, _ = desk
    page.set_viewport_size(size)
    open_map(page)

    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        size["width"],
        size["height"],
    ]
    for test_id in ("user-menu", "search", "layer-panel", "tab-situation", "map"):
        box = page.get_by_test_id(test_id).bounding_box()
        assert box is not None, test_id
        assert 0 <= box["x"] <= box["x"] + box["width"] <= size["width"], test_id
        assert 0 <= box["y"] <= box["y"] + box["height"] <= size["height"], test_id
