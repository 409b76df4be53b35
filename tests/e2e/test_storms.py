"""A manager chooses a past storm in the browser and plays it again beside the map."""

from __future__ import annotations

import math
import random
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, or_, select

from grid import models
from grid.pipeline.usage import day_bounds
from grid.selectors.ami_scope import local_zone
from grid.selectors.warehouse import get_warehouse
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import outage_interruptions, outage_restoration_tracker, weather_hourly
from tests.e2e.browser import Complaints, apart, axe, new_page, sign_in, wait_for_map
from tests.e2e.flags import with_scheme
from tests.servers.web import WebServer
from tests.warehouse_rows import filled

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

QUIET_DAYS = 50
STORM_OUTAGES = 14
MINUTES = 1_500


@pytest.fixture(scope="module")
def storm(grid_site: WebServer) -> datetime:
    """Put quiet days and a storm behind real transformers on record; return its first moment, naive UTC."""
    return apart(_load_storm)


def _load_storm() -> datetime:
    """The storm is a month ago, so that it lies in the three years that the rule looks at."""
    day = timezone.now().astimezone(local_zone()).date() - timedelta(days=30)
    start = day_bounds(day, local_zone())[0]
    rng = random.Random(7)
    units = list(models.Transformer.objects.order_by("pk")[:60])
    rows: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    beginnings = [start + timedelta(hours=12) - timedelta(days=n) for n in range(1, QUIET_DAYS + 1)]
    beginnings += [start + timedelta(minutes=rng.randint(60, 700)) for _ in range(STORM_OUTAGES)]
    for number, began in enumerate(beginnings):
        unit = rng.choice(units)
        key = f"OUT-STORM-{number}"
        ends = [began + timedelta(minutes=rng.randint(6, 700)) for _ in range(rng.randint(1, 4))]
        spells = [(end, rng.randint(1, 60)) for end in ends]
        rows.append(
            filled(
                outage_restoration_tracker,
                {
                    "outage_id": key,
                    "substation_id": unit.substation_id,
                    "circuit_id": unit.circuit_id,
                    "transformer_id": unit.pk,
                    "status": "RESTORED",
                    "cause_code": "WIND",
                    "is_planned": False,
                    "started_at": began,
                    "restored_at": max(ends),
                    "customers_interrupted": sum(customers for _, customers in spells),
                    "customers_out": 0,
                    "longitude": unit.location.x,
                    "latitude": unit.location.y,
                },
            )
        )
        parts += [
            filled(
                outage_interruptions,
                {
                    "interruption_id": f"{key}|{place}",
                    "outage_id": key,
                    "transformer_id": unit.pk,
                    "substation_id": unit.substation_id,
                    "circuit_id": unit.circuit_id,
                    "customers": customers,
                    "started_at": began,
                    "restored_at": end,
                },
            )
            for place, (end, customers) in enumerate(spells)
        ]
    weather = [
        {
            "station_id": station,
            "observed_at": start + timedelta(hours=hour),
            "latitude": 29.7,
            "longitude": -95.3,
            "temperature_c": 31.0 - abs(hour - 15) / 2,
            "wind_speed_mps": wind + 12 * math.exp(-(((hour - 7) / 4) ** 2)),
            "precipitation_mm": 9.0 if 4 <= hour <= 9 else 0.0,
        }
        for station, wind in (("WX-1", 2.0), ("WX-2", 4.0))
        for hour in range(24)
    ]
    warehouse = get_warehouse()
    for table, added in (
        (outage_restoration_tracker, rows),
        (outage_interruptions, parts),
        (weather_hourly, weather),
    ):
        warehouse.append(table, pa.Table.from_pylist(added, schema=pa_schema(table)), uuid.uuid4().hex)
    return start


@pytest.fixture
def desk(
    browser_of_module: Browser, grid_site: WebServer, storm: datetime
) -> Iterator[tuple[Page, Complaints]]:
    """Return the storms as a viewer sees them, with motion, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port, has_motion=True) as (page, complaints):
        sign_in(page, username="vera", path="/outages?tab=replay")
        yield page, complaints


def standing(at: datetime) -> dict[str, int]:
    """Return what the raw rows say of a moment, naive UTC: customers out, and outages in force."""
    row, outage = outage_interruptions.c, outage_restoration_tracker.c
    unplanned = select(outage.outage_id).where(~outage.is_planned, outage.status != "CANCELLED")
    query = select(
        func.sum(row.customers).label("customers"), func.count(row.outage_id.distinct()).label("outages")
    ).where(
        row.outage_id.in_(unplanned),
        row.started_at <= at,
        or_(row.restored_at.is_(None), row.restored_at > at),
    )
    (found,) = get_warehouse().select_rows(query)
    return {"out": int(found["customers"] or 0), "active": int(found["outages"])}


def shown(page: Page) -> datetime:
    """Return the moment that the replay shows, naive UTC."""
    text = page.get_by_test_id("replay").get_attribute("data-moment")
    assert text is not None
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def counters_agree(page: Page) -> None:
    at = shown(page)
    said = apart(lambda: standing(at))
    expect(page.get_by_test_id("replay-out")).to_have_text(f"{said['out']:,}")
    expect(page.get_by_test_id("replay-active")).to_have_text(f"{said['active']:,}")


def frames_all_outages(page: Page, storm: datetime) -> None:
    """Check that the map comes to rest where all outages of the storm are, and no farther off than needed."""
    row = outage_restoration_tracker.c
    places = get_warehouse().select_rows(
        select(row.longitude, row.latitude).where(
            row.outage_id.like("OUT-STORM-%"),
            row.restored_at > storm,
            row.started_at < storm + timedelta(hours=12),
        )
    )
    assert len(places) == STORM_OUTAGES
    box = page.get_by_test_id("map").bounding_box()
    assert box is not None
    width, height = box["width"], box["height"]

    def mercator(lng: float, lat: float) -> tuple[float, float]:
        return lng / 360, math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)

    def are_seen(zoom_by: float) -> bool:
        lng, lat, zoom = (float(part) for part in unquote(page.url).split("at=")[1].split("&")[0].split(","))
        px = 512 * 2 ** (zoom + zoom_by)
        middle = mercator(lng, lat)
        marks = [mercator(each["longitude"], each["latitude"]) for each in places]
        return all(
            abs(x - middle[0]) * px < width / 2 and abs(y - middle[1]) * px < height / 2 for x, y in marks
        )

    page.wait_for_url(re.compile("at="))
    for _ in range(60):
        if are_seen(0) and not are_seen(1.5):
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"All outages: {are_seen(0)}, as near: {not are_seen(1.5)}, {page.url}")


def test_a_storm_is_chosen_played_and_scrubbed(desk: tuple[Page, Complaints], storm: datetime) -> None:
    page, complaints = desk
    local = storm.replace(tzinfo=UTC).astimezone(local_zone()).date()
    expect(page.get_by_test_id("storm-rule")).to_contain_text("A day is a storm day when more than")
    page.get_by_test_id(f"storm-{local}").click()
    expect(page.get_by_test_id("replay")).to_be_visible()
    assert shown(page) == storm
    counters_agree(page)
    before = page.get_by_test_id("replay-restored").inner_text()
    assert "replay=" in page.url
    frames_all_outages(page, storm)

    # It plays, by the space bar, and rests where it was stopped.
    page.get_by_label("Speed").click()
    page.get_by_role("option", name="8 h/s").click()
    page.get_by_test_id("time-play").click()
    expect(page.get_by_test_id("replay-restored")).not_to_have_text(before)
    page.locator("body").press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert shown(page) > storm
    expect(page.get_by_test_id("replay-weather")).to_contain_text("Wind")
    counters_agree(page)

    # By the slider, the buttons and the arrows.
    slider = page.get_by_role("slider", name="Moment")
    slider.press("Home")
    for _ in range(7):
        page.get_by_role("button", name="An hour on").click()
    assert shown(page) == storm + timedelta(hours=7)
    counters_agree(page)
    page.locator("h2").first.click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("replay")).to_have_attribute(
        "data-moment", f"{storm + timedelta(hours=8):%Y-%m-%dT%H:%M:%S}.000Z"
    )
    counters_agree(page)
    slider.press("ArrowRight")
    assert shown(page) == storm + timedelta(hours=8, minutes=10)
    counters_agree(page)

    # The link opens the same moment, and the peak is that of the list.
    at, peak = shown(page), page.get_by_test_id("replay-peak").inner_text()
    expect(page).to_have_url(re.compile(f"moment={at:%Y-%m-%dT%H:%M}Z"))
    page.reload()
    expect(page.get_by_test_id("replay-out")).to_be_visible()
    assert shown(page) == at
    counters_agree(page)
    most = apart(lambda: max(standing(storm + timedelta(minutes=n))["out"] for n in range(60, MINUTES, 10)))
    assert int(peak.replace(",", "")) >= most > 0
    page.get_by_test_id("back-to-storms").click()
    expect(page.get_by_test_id("storm-list")).to_contain_text(peak)
    assert complaints == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_storms_and_replays_have_no_accessibility_faults(
    browser_of_module: Browser, grid_site: WebServer, storm: datetime, scheme: str
) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        page.add_init_script(with_scheme(scheme))
        sign_in(page, username="vera", path="/outages?tab=replay")
        expect(page.get_by_test_id("storm-list")).to_be_visible()
        wait_for_map(page)
        assert axe(page) == []

        start, end = (storm + timedelta(hours=n) for n in (0, 24))
        stamp = "%Y-%m-%dT%H:%MZ"
        at = storm + timedelta(hours=8)
        page.goto(f"/outages?tab=replay&replay={start:{stamp}},{end:{stamp}}&moment={at:{stamp}}")
        expect(page.get_by_test_id("replay-spoken")).to_contain_text("customers out in")
        wait_for_map(page)
        # Where the system asks for no motion, one steps by hand.
        expect(page.get_by_test_id("time-play")).to_be_disabled()
        assert axe(page) == []
        assert complaints == []
