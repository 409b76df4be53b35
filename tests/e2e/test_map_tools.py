"""An operator measures on the map, asks what is in an area, compares assets and saves what is shown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.gis.geos import Polygon
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pyproj import Geod

from grid import models
from tests.e2e.browser import Complaints, axe, new_page, sign_in, wait_for_map
from tests.e2e.map_place import on_screen
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

METRES_PER_MILE = 1609.344
METRES_PER_FOOT = 0.3048


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return the map as a planner sees it, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/cascade/runs")
        yield page, complaints


def place() -> tuple[float, float]:
    """Return where the distribution system is: the middle of a circuit's transformers."""
    circuit = models.Circuit.objects.order_by("pk")[0]
    transformer = models.Transformer.objects.filter(circuit=circuit).order_by("pk")[0]
    return transformer.location.x, transformer.location.y


def open_map(page: Page, *, lon: float, lat: float, zoom: float, more: str = "") -> None:
    page.goto(f"/?at={lon:.5f},{lat:.5f},{zoom}{more}")
    wait_for_map(page)


def click_at(page: Page, *, lon: float, lat: float) -> None:
    page.mouse.click(*on_screen(page, lon=lon, lat=lat))


def box_around(lon: float, lat: float) -> tuple[float, float, float, float]:
    return lon - 0.006, lat - 0.006, lon + 0.003, lat + 0.006


def test_distance_is_that_along_the_ellipsoid(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    lon, lat = place()
    open_map(page, lon=lon, lat=lat, zoom=13)
    page.get_by_test_id("tool-distance").click()
    way = [(lon - 0.006, lat - 0.012), (lon - 0.002, lat - 0.008), (lon + 0.003, lat - 0.014)]
    for x, y in way:
        click_at(page, lon=x, lat=y)
    page.keyboard.press("Enter")

    geod = Geod(ellps="WGS84")
    legs = [geod.inv(*a, *b)[2] / METRES_PER_FOOT for a, b in pairwise(way)]
    total = page.get_by_test_id("measure").locator("p").first.inner_text()
    assert total.endswith(("ft", "mi"))
    measured = float(re.sub(r"[^\d.]", "", total)) * (5280 if total.endswith("mi") else 1)
    # A click falls on a whole pixel: at this zoom about 8 m.
    assert measured == pytest.approx(sum(legs), rel=0.02)
    expect(page.get_by_test_id("measure")).to_contain_text("Leg 2")
    expect(page).to_have_url(re.compile(r"shape=d"))

    page.get_by_test_id("map").locator("canvas").first.focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("active-shape")).to_have_count(0)
    expect(page).not_to_have_url(re.compile(r"shape="))
    page.keyboard.press("Control+y")
    expect(page.get_by_test_id("active-shape")).to_have_count(1)
    assert complaints == []


def test_rectangle_is_counted_dragged_and_shared(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    lon, lat = place()
    west, south, east, north = box_around(lon, lat)
    # All is counted first: PostgreSQL ends what waits for a slow browser with a transaction open.
    whole = Polygon.from_bbox((west, south, east, north))
    smaller = Polygon.from_bbox((lon - 0.001, lat - 0.001, east, north))
    inside = models.Transformer.objects.filter(location__coveredby=whole).count()
    fewer = models.Transformer.objects.filter(location__coveredby=smaller).count()
    within = models.Meter.objects.filter(location__coveredby=whole)
    meters = within.count()
    customers = models.Customer.objects.filter(meter__in=within, account_status="ACTIVE").count()
    assert inside > 3
    assert fewer < inside
    open_map(page, lon=lon, lat=lat, zoom=14)
    page.get_by_test_id("tool-rectangle").click()
    page.mouse.move(*on_screen(page, lon=west, lat=south))
    page.mouse.down()
    page.mouse.move(*on_screen(page, lon=lon, lat=lat), steps=4)
    page.mouse.move(*on_screen(page, lon=east, lat=north), steps=4)
    page.mouse.up()
    page.get_by_test_id("tool-select").click()
    expect(page.get_by_test_id("active-shape")).to_have_attribute("data-kind", "rectangle")
    typed_exactly(page, west, south, east, north)

    expect(page.get_by_test_id("count-TRANSFORMER")).to_have_text(f"{inside:,}")
    expect(page.get_by_test_id("count-METER")).to_have_text(f"{meters:,}")
    expect(page.get_by_test_id("concerned")).to_contain_text(f"Customers{customers:,}")

    # A link shows the same.
    shared = page.url
    page.goto("/cascade/runs")
    page.goto(shared)
    wait_for_map(page)
    expect(page.get_by_test_id("count-TRANSFORMER")).to_have_text(f"{inside:,}")

    # A corner is dragged inwards: the area is asked about anew.
    page.mouse.move(*on_screen(page, lon=west, lat=south))
    page.mouse.down()
    page.mouse.move(*on_screen(page, lon=lon - 0.001, lat=lat - 0.001), steps=6)
    page.mouse.up()
    expect(page).not_to_have_url(shared)
    count = page.get_by_test_id("count-TRANSFORMER")
    expect(count).not_to_have_text(f"{inside:,}")
    expect(count).to_have_text(re.compile(r"^[\d,]+$"))
    assert abs(int(count.inner_text().replace(",", "")) - fewer) <= 2, "more off than a pixel explains"
    assert complaints == []


def typed_exactly(page: Page, west: float, south: float, east: float, north: float) -> None:
    """Put in the corners to the digit, as somebody does who does not point."""
    page.get_by_test_id("active-shape").get_by_text("Coordinates").click()
    page.get_by_test_id("active-shape").get_by_test_id("typed-places").fill(
        f"{south}, {west}\n{north}, {east}"
    )
    page.get_by_test_id("active-shape").get_by_test_id("typed-submit").click()


def test_circle_is_typed_and_its_file_holds_what_is_inside(
    desk: tuple[Page, Complaints],
) -> None:
    page, complaints = desk
    lon, lat = place()
    geod = Geod(ellps="WGS84")
    within = {
        each.pk
        for each in models.Transformer.objects.all()
        if geod.inv(lon, lat, each.location.x, each.location.y)[2] <= 0.3 * METRES_PER_MILE
    }
    assert len(within) > 3
    open_map(page, lon=lon, lat=lat, zoom=13)
    page.get_by_test_id("tool-circle").click()
    page.get_by_text("Type the coordinates").click()
    page.get_by_test_id("typed-places").fill(f"{lat}, {lon}")
    page.get_by_test_id("typed-radius").fill("0.3")
    page.get_by_test_id("typed-submit").click()
    page.get_by_test_id("tool-select").click()

    expect(page.get_by_test_id("count-TRANSFORMER")).to_have_text(f"{len(within):,}")
    with page.expect_download() as saved:
        page.get_by_test_id("area-csv").click()
    rows = list(csv.DictReader(Path(saved.value.path()).read_text().splitlines()))
    assert {row["id"] for row in rows if row["class"] == "TRANSFORMER"} == within
    assert not any(row["class"] == "CUSTOMER" for row in rows)
    assert complaints == []


def test_what_is_shown_is_saved(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    lon, lat = place()
    open_map(page, lon=lon, lat=lat, zoom=13, more="&layers=substations,transformers")
    page.get_by_test_id("map-export").click()
    with page.expect_download() as saved:
        page.get_by_test_id("export-png").click()
    picture = Image.open(io.BytesIO(Path(saved.value.path()).read_bytes())).convert("RGB")
    map_box = page.get_by_test_id("map").bounding_box()
    assert map_box is not None
    assert picture.width > map_box["width"]
    assert picture.height > map_box["height"]
    colours = picture.resize((200, 150)).getcolors(30_000)
    assert colours is not None
    assert len(colours) > 20, "the map is not on the picture"

    page.get_by_test_id("map-export").click()
    with page.expect_download() as saved:
        page.get_by_test_id("export-geojson").click()
    features = json.loads(Path(saved.value.path()).read_text())["features"]
    assert {each["properties"]["layer"] for each in features} <= {"substations", "transformers"}
    ids = {each["id"] for each in features if each["properties"]["layer"] == "transformers"}
    assert ids
    for each in features:
        x, y = each["geometry"]["coordinates"]
        assert abs(x - lon) < 0.2
        assert abs(y - lat) < 0.2
    kva = {each["id"]: each["properties"]["rated_kva"] for each in features if each["id"] in ids}
    stored = dict(models.Transformer.objects.filter(pk__in=ids).values_list("pk", "rated_kva"))
    assert kva == stored
    assert complaints == []


def test_assets_are_pinned_and_compared(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    one, other = (
        models.Transformer.objects.order_by("-rated_kva", "pk")[0],
        models.Transformer.objects.order_by("rated_kva", "pk")[0],
    )
    meters = models.Meter.objects.filter(transformer=other).count()
    open_map(page, lon=one.location.x, lat=one.location.y, zoom=15, more=f"&sel={one.pk}")
    expect(page.get_by_test_id("selection-announced")).to_contain_text(f"Transformer, {one.pk}")
    page.get_by_test_id("pin-card").click()
    page.get_by_test_id("search").fill(other.pk)
    page.get_by_role("option").first.click()
    expect(page.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", other.pk)
    page.get_by_test_id("pin-card").click()
    row = page.get_by_test_id("compare-table").get_by_role("row").filter(has_text="Rating")
    expect(row).to_contain_text(f"{one.rated_kva:,g}")
    expect(row).to_contain_text(f"{other.rated_kva:,g}")
    expect(row).to_have_attribute("data-different", "true")
    expect(page).to_have_url(re.compile(f"pins={one.pk},{other.pk}"))

    # It stops at the edge of the map.
    page.get_by_test_id("move-compare").focus()
    for _ in range(20):
        page.keyboard.press("Shift+ArrowUp")
    panel, frame = (
        page.get_by_test_id("compare-panel").bounding_box(),
        page.get_by_test_id("map").bounding_box(),
    )
    assert panel is not None
    assert frame is not None
    assert panel["y"] == pytest.approx(frame["y"] + 12, abs=1)
    page.get_by_role("button", name="Meters, pole and line").click()
    listed = page.get_by_role("list", name="Meters", exact=True).get_by_role("listitem")
    expect(listed).to_have_count(min(20, meters))
    page.get_by_role("button", name=f"Unpin {one.pk}").click()
    expect(page).to_have_url(re.compile(f"pins={other.pk}"))
    assert complaints == []


def test_viewer_may_not_fail_what_is_inside(browser_of_module: Browser, grid_site: WebServer) -> None:
    substation = models.Substation.objects.filter(circuits__isnull=False).order_by("pk")[0]
    lon, lat = substation.location.x, substation.location.y
    for username, may in (("vera", False), ("pia", True)):
        with new_page(browser_of_module, grid_site.port) as (page, complaints):
            sign_in(page, username=username, path="/cascade/runs")
            open_map(page, lon=lon, lat=lat, zoom=13)
            page.get_by_test_id("tool-circle").click()
            page.get_by_text("Type the coordinates").click()
            page.get_by_test_id("typed-places").fill(f"{lat}, {lon}")
            page.get_by_test_id("typed-radius").fill("0.1")
            page.get_by_test_id("typed-submit").click()
            page.get_by_role("button", name="If all of it failed").click()
            expect(page.get_by_test_id("if-it-fails")).to_contain_text("Substation1")
            if may:
                page.get_by_test_id("fail-area").click()
                expect(page).to_have_url(re.compile(r"/cascade\?.*shape=c"))
                expect(page.get_by_role("tabpanel")).to_contain_text(substation.pk)
            else:
                expect(page.get_by_test_id("if-it-fails")).to_contain_text("may not start cascades")
                expect(page.get_by_test_id("fail-area")).to_have_count(0)
            assert complaints == []


def test_tools_have_no_accessibility_faults(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    transformer = models.Transformer.objects.order_by("pk")[0]
    lon, lat = transformer.location.x, transformer.location.y
    open_map(page, lon=lon, lat=lat, zoom=14, more=f"&sel={transformer.pk}&pins={transformer.pk}")
    page.get_by_test_id("tool-circle").click()
    page.get_by_text("Type the coordinates").click()
    page.get_by_test_id("typed-places").fill(f"{lat}, {lon}")
    page.get_by_test_id("typed-radius").fill("0.2")
    page.get_by_test_id("typed-submit").click()
    expect(page.get_by_test_id("concerned")).to_be_visible()
    expect(page.get_by_test_id("compare-table")).to_be_visible()
    expect(page.get_by_test_id("tool-panel").get_by_text("…")).to_have_count(0)

    assert axe(page) == []
