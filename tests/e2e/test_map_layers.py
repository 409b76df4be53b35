"""Somebody lays layers upon the map: buildings, filters, a heatmap, the weather, crews."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import h3
import pytest
from django.contrib.auth.models import Permission
from django.contrib.gis.db.models.functions import PointOnSurface
from playwright.sync_api import Browser, Page, expect

from grid import models
from tests.e2e.browser import Complaints, apart, axe, new_page, sign_in, wait_for_map
from tests.e2e.map_place import count_pixels, on_screen, picture
from tests.factories.users import make_user
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

FEET_PER_M = 1 / 0.3048
INDUSTRIAL = (0xCD, 0xB0, 0xE8)
METER_CELL = (126, 142, 158)


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return a viewer's page, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port, has_motion=True) as (page, complaints):
        sign_in(page, username="vera", path="/cascade/runs")
        yield page, complaints


def open_map(page: Page, search: str) -> None:
    """Open the map and wait until it is drawn."""
    page.goto(f"/?{search}")
    wait_for_map(page)


def large_building(use: str) -> models.Building:
    """Return a large building of a use, with a point on it."""
    found = models.Building.objects.filter(building_use=use, height_m__isnull=False)
    return found.annotate(place=PointOnSurface("outline")).order_by("-footprint_m2", "pk")[0]


def test_a_building_says_what_it_is(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    building = large_building("INDUSTRIAL")
    open_map(page, f"at={building.place.x:.5f},{building.place.y:.5f},17&layers=buildings")

    row = page.get_by_test_id("layer-buildings")
    expect(row).to_have_attribute("data-phase", "ready")
    expect(row).to_contain_text(f"{models.Building.objects.count():,}")
    assert count_pixels(picture(page), INDUSTRIAL, tolerance=70) > 500, "no industrial building is drawn"
    page.get_by_test_id("options-buildings").click()
    expect(page.get_by_test_id("load-time-buildings")).to_have_text(
        re.compile(r"^\d+ tiles? in [\d.]+\s(ms|s)$")
    )

    page.mouse.click(*on_screen(page, lon=building.place.x, lat=building.place.y))
    card = page.get_by_test_id("place-card")
    expect(card).to_contain_text(building.pk)
    expect(card).to_contain_text("Industrial")
    feet = re.search(r"Height\s*([\d.,]+)\sft", card.inner_text())
    assert feet is not None, card.inner_text()
    assert building.height_m is not None
    assert float(feet[1].replace(",", "")) == pytest.approx(building.height_m * FEET_PER_M, abs=0.51)
    expect(card).to_contain_text(re.compile(rf"Floors\s*{building.floor_count}"))
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()

    page.get_by_role("checkbox", name="3-D view").check()
    expect(page).to_have_url(re.compile(r"tilt=1"))
    assert complaints == []


def test_what_is_filtered_out_is_not_there(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    building = large_building("INDUSTRIAL")
    at = f"at={building.place.x:.5f},{building.place.y:.5f},17"
    open_map(page, f"{at}&layers=buildings&filter=buildings.building_use:RESIDENTIAL")
    place = on_screen(page, lon=building.place.x, lat=building.place.y)
    page.mouse.click(*place)
    expect(page.get_by_test_id("filter-chips")).to_contain_text("Buildings · Use: Residential")
    expect(page.get_by_test_id("place-card")).to_be_hidden()
    page.get_by_test_id("reset-filters").click()
    wait_for_map(page)
    page.mouse.click(*place)
    expect(page.get_by_test_id("place-card")).to_contain_text(building.pk)
    assert "filter=" not in page.url
    assert complaints == []


def test_lines_are_filtered_by_voltage(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    open_map(page, "at=-95.36,29.76,7.7&layers=substations,branches")
    lines = models.Branch.objects.filter(kind="LINE", in_service=True)
    page.get_by_test_id("options-branches").click()
    page.get_by_role("group", name="Voltage").get_by_role("button", name="500 kV").click()
    row = page.get_by_test_id("layer-branches")
    expect(row).to_contain_text(f"{lines.filter(base_kv__gte=400).count():,} of {lines.count():,}")
    expect(page).to_have_url(re.compile(r"filter=branches\.kv:400"))
    expect(row.get_by_role("list")).to_have_text("500 kV")
    wait_for_map(page)
    pixels = picture(page)
    assert count_pixels(pixels, (0xF2, 0xC1, 0x4E)) > 500, "no 500 kV lines are drawn"
    assert complaints == []


def test_a_cell_of_the_heatmap_lists_what_is_inside(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    transformer = models.Transformer.objects.order_by("pk")[0]
    lon, lat = transformer.location.x, transformer.location.y
    open_map(page, f"at={lon:.5f},{lat:.5f},12&layers=substations")
    page.get_by_role("combobox", name="Heatmap").click()
    page.get_by_role("option", name="Meters, meters").click()
    bar = page.get_by_test_id("heat-bar")
    expect(bar).to_contain_text("H3 resolution")
    wait_for_map(page)
    resolution = int(re.search(r"resolution (\d+)", bar.inner_text())[1])  # type: ignore[index]
    cell = h3.latlng_to_cell(lat, lon, resolution)

    def inside(asset: type[models.Meter | models.Transformer]) -> int:
        places = asset.objects.values_list("location", flat=True)
        return sum(h3.latlng_to_cell(each.y, each.x, resolution) == cell for each in places)

    centre_lat, centre_lon = h3.cell_to_latlng(cell)
    page.mouse.click(*on_screen(page, lon=centre_lon, lat=centre_lat))
    card = page.get_by_test_id("cell-card")
    expect(card.get_by_role("heading")).to_have_text(
        f"Meters: {inside(models.Meter):,}\N{NO-BREAK SPACE}meters"
    )
    expect(card.get_by_test_id("cell-class-TRANSFORMER")).to_contain_text(f"{inside(models.Transformer):,}")
    expect(card).to_contain_text("Worst status")
    assert axe(page) == []

    page.get_by_role("checkbox", name="Towers").check()
    expect(page).to_have_url(re.compile(r"heat=METERS:towers"))
    wait_for_map(page)
    card.get_by_role("button", name="Zoom").click()
    wait_for_map(page)
    card.get_by_text("Transformer", exact=True).click()
    card.get_by_role("button", name=re.compile("XFMR-")).first.click()
    expect(page).to_have_url(re.compile(r"sel=XFMR-"))
    page.get_by_role("button", name="Close the heatmap").click()
    expect(bar).to_be_hidden()
    assert "heat=" not in page.url
    assert complaints == []


def test_weather_is_read_and_stepped_through(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    newest = models.WeatherObservation.objects.order_by("-observed_at", "station")[0]
    hour = newest.observed_at
    day_before = hour - timedelta(hours=24)
    before = models.WeatherObservation.objects.get(station=newest.station, observed_at=day_before)
    lon, lat = newest.location.x, newest.location.y
    open_map(page, f"at={lon:.5f},{lat:.5f},10&layers=weather_stations&weather=TEMPERATURE")

    def read() -> float:
        # Beside the station's own mark, which has a card of its own.
        x, y = on_screen(page, lon=lon, lat=lat)
        page.mouse.move(x + 25, y + 25)
        page.mouse.move(x + 26, y + 26)
        card = page.get_by_test_id("hover-card")
        expect(card).to_contain_text("Temperature")
        return float(re.search(r"(-?[\d.]+)\s°F", card.inner_text())[1])  # type: ignore[index]

    assert newest.temperature_c is not None
    assert before.temperature_c is not None
    assert read() == pytest.approx(newest.temperature_c * 1.8 + 32, abs=1.5)
    page.get_by_role("button", name="A day back").click()
    stamp = day_before.strftime("%Y-%m-%dT%H:%MZ")
    expect(page).to_have_url(re.compile(re.escape(f"weather=TEMPERATURE,{stamp}")))
    wait_for_map(page)
    assert read() == pytest.approx(before.temperature_c * 1.8 + 32, abs=1.5)
    slider = page.get_by_role("slider", name="Hour")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile((hour - timedelta(hours=23)).strftime("%Y-%m-%dT%H:%MZ")))
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()
    assert complaints == []


def test_crews_are_shown_to_who_may_see_them(
    desk: tuple[Page, Complaints], browser_of_module: Browser, grid_site: WebServer
) -> None:
    page, complaints = desk
    crew = models.Crew.objects.exclude(location=None).order_by("pk")[0]
    at = f"at={crew.location.x:.5f},{crew.location.y:.5f},13&layers=crews"
    open_map(page, at)
    page.mouse.click(*on_screen(page, lon=crew.location.x, lat=crew.location.y))
    card = page.get_by_test_id("place-card")
    same_place = models.Crew.objects.filter(location=crew.location).values_list("name", flat=True)
    assert card.get_by_role("heading").inner_text() in set(same_place)
    expect(card).to_contain_text("Works on")
    assert complaints == []

    def only_substations() -> None:
        user = make_user(username="sam")
        user.user_permissions.set(Permission.objects.filter(codename__in=["view_substation", "view_branch"]))

    apart(only_substations)
    with new_page(browser_of_module, grid_site.port) as (other, _):
        sign_in(other, username="sam", path="/cascade/runs")
        other.goto(f"/?{at}")
        expect(other.get_by_test_id("layer-substations")).to_be_visible()
        expect(other.get_by_test_id("layer-crews")).to_have_count(0)
        expect(other.get_by_test_id("layer-buildings")).to_have_count(0)
        expect(other.get_by_role("checkbox", name="Flow arrows")).to_be_visible()
        expect(other.get_by_role("combobox", name="Weather")).to_have_count(0)


def test_motion_stops_for_who_asks_for_none(browser_of_module: Browser, grid_site: WebServer) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, _):
        sign_in(page, username="vera", path="/cascade/runs")
        open_map(page, "at=-95.4,29.75,9&layers=branches&flow=1&weather=TEMPERATURE")
        expect(page.get_by_role("button", name="Play")).to_be_disabled()
        one, other = picture(page), picture(page)
        assert (one == other).all(), "something moves"


def test_cells_stand_for_meters_from_afar_and_give_way_to_them(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    meter = models.Meter.objects.order_by("pk")[0]
    open_map(page, f"at={meter.location.x:.5f},{meter.location.y:.5f},9&layers=meters")
    row = page.get_by_test_id("layer-meters")
    expect(row).to_have_attribute("data-phase", "ready")
    expect(row).to_contain_text(f"{models.Meter.objects.count():,}")
    expect(page.get_by_test_id("afar-meters")).to_have_text("Counted in discs")
    expect(row.get_by_role("list")).to_have_text("the larger the disc, the more")
    assert count_pixels(picture(page), METER_CELL, tolerance=70) > 200, "no cell is drawn"

    page.get_by_test_id("zoom-to-meters").click()
    expect(page).to_have_url(re.compile(r"at=[-\d.,]+,13(\.0+)?(&|$)"))
    wait_for_map(page)
    expect(page.get_by_test_id("afar-meters")).to_be_hidden()
    expect(row.get_by_role("list")).to_contain_text("Residential")
    assert complaints == []


def test_a_cell_says_how_many_it_counts(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    some = models.Transformer.objects.order_by("pk")[0]
    # So far out that one cell, 16 pixels wide, holds them all.
    open_map(page, f"at={some.location.x:.5f},{some.location.y:.5f},4&layers=transformers")
    expect(page.get_by_test_id("layer-transformers")).to_contain_text("highest loading above 100%")
    x, y = on_screen(page, lon=some.location.x, lat=some.location.y)
    counted = re.compile(r"([\d,]+) in this place")
    card = page.get_by_test_id("hover-card")
    found = 0
    for dx, dy in ((0, 0), (4, 0), (-4, 0), (0, 4), (0, -4)):
        page.mouse.move(x + dx, y + dy)
        page.wait_for_timeout(200)
        text = counted.search(card.inner_text()) if card.is_visible() else None
        found = max(found, int(text[1].replace(",", "")) if text else 0)
    total = models.Transformer.objects.count()
    assert total / 9 <= found <= total, "no cell tells its number"
    assert complaints == []


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (820, 1180)])
def test_the_panel_is_folded_on_narrow_maps_until_one_unfolds_it(
    browser_of_module: Browser, grid_site: WebServer, width: int, height: int
) -> None:
    with new_page(browser_of_module, grid_site.port, size={"width": width, "height": height}) as (
        page,
        complaints,
    ):
        sign_in(page, username="vera", path="/cascade/runs")
        open_map(page, "at=-95.36,29.76,7.7&layers=substations,branches")
        panel = page.get_by_test_id("layer-panel")
        button = panel.get_by_role("button", name="Layers")
        expect(button).to_have_text("Layers · 2 on")
        expect(button).to_have_attribute("aria-expanded", "false")
        box = panel.bounding_box()
        assert box is not None
        assert box["width"] < 160
        assert box["height"] < 60
        button.click()
        expect(page.get_by_role("checkbox", name="Poles")).to_be_visible()
        page.reload()
        wait_for_map(page)
        expect(button).to_have_attribute("aria-expanded", "true")
        assert complaints == []
