"""Somebody looks through the meters' readings: from all of them down to one, and takes the figures along."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import func, select

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.warehouse.tables.ami import ami_interval_readings, transformer_hourly_load
from tests.e2e.browser import Complaints, axe, new_page, sign_in, wait_for_map
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 2)
DAYS = f"from={FIRST}&to={LAST}"


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return a viewer's page, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="vera", path="/ami")
        yield page, complaints


def instants(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants between which the utility's days lie, as the warehouse has them: UTC, no zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    return begin.astimezone(UTC).replace(tzinfo=None), end.astimezone(UTC).replace(tzinfo=None)


def used_kwh(first: date, last: date) -> float:
    """Return what all meters used, summed up from the readings themselves."""
    since, until = instants(first, last)
    at = ami_interval_readings.c.reading_at
    query = select(func.sum(ami_interval_readings.c.usage_kwh).label("kwh")).where(at >= since, at < until)
    return float(get_warehouse().select_rows(query)[0]["kwh"])


def saved(page: Page, button: Locator, folder: Path) -> list[dict[str, str]]:
    """Return the rows of the file that a button hands over."""
    with page.expect_download() as download:
        button.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_use_is_that_of_the_readings(desk: tuple[Page, Complaints], tmp_path: Path) -> None:
    page, complaints = desk
    expect(page).to_have_url(re.compile(r"\?from=\d{4}-\d\d-\d\d&to=2026-03-03$"))
    page.goto(f"/ami?{DAYS}")
    series = page.get_by_test_id("ami-series")
    expect(series.get_by_test_id("chart")).to_be_visible()
    expect(page.get_by_test_id("ami-series-backend")).to_contain_text("arehouse")

    days = saved(page, page.get_by_role("button", name="Download the use over time as CSV"), tmp_path)
    assert [row["start"] for row in days] == [str(FIRST), str(LAST)]
    for row in days:
        day = date.fromisoformat(row["start"])
        assert float(row["use (kWh)"]) == pytest.approx(used_kwh(day, day))
    groups = saved(page, page.get_by_role("button", name="Download the groups as CSV"), tmp_path)
    assert sum(float(row["Use (kWh)"]) for row in groups) == pytest.approx(used_kwh(FIRST, LAST))
    assert sum(int(row["Meters"]) for row in groups) == models.Meter.objects.count()
    series.get_by_role("button", name="Hour").click()
    expect(page).to_have_url(re.compile("bucket=HOUR"))
    hours = saved(page, page.get_by_role("button", name="Download the use over time as CSV"), tmp_path)
    assert len(hours) == 48
    assert sum(float(row["use (kWh)"]) for row in hours) == pytest.approx(used_kwh(FIRST, LAST))
    assert complaints == []


def test_from_all_meters_down_to_one_on_the_map(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    page.goto(f"/ami?{DAYS}")
    groups, path = page.get_by_test_id("ami-groups-table"), page.get_by_test_id("ami-path")
    for kind in ("SUBSTATION", "CIRCUIT", "TRANSFORMER", "METER"):
        first = groups.locator("tbody tr").first.get_by_role("button").first
        name = first.inner_text()
        first.click()
        expect(page).to_have_url(re.compile(f"of={kind}:"))
        expect(path.locator("[aria-current=location]")).to_have_text(name)
    meter_id = parse_qs(urlsplit(page.url).query)["of"][0].removeprefix("METER:")
    meter = models.Meter.objects.get(pk=meter_id)
    expect(path).to_contain_text(meter.circuit.name)
    expect(path).to_contain_text(meter.transformer.name)
    page.go_back()
    expect(page).to_have_url(re.compile(f"of=TRANSFORMER:{meter.transformer_id}"))
    page.go_forward()

    path.get_by_role("button", name=re.compile("on the map")).click()
    wait_for_map(page)
    expect(page.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", meter_id)
    lon, lat, _zoom = parse_qs(urlsplit(page.url).query)["at"][0].split(",")
    assert (float(lon), float(lat)) == pytest.approx((meter.location.x, meter.location.y), abs=1e-3)
    page.get_by_role("link", name="AMI analytics").click()
    expect(page).to_have_url(re.compile(f"of=METER:{meter_id}"))
    assert complaints == []


def test_the_most_loaded_transformers_are_those_of_the_hourly_loads(
    desk: tuple[Page, Complaints], tmp_path: Path
) -> None:
    page, complaints = desk
    page.goto(f"/ami?tab=loading&{DAYS}")
    since, until = instants(FIRST, LAST)
    load = transformer_hourly_load.c
    query = select(load.transformer_id, load.loading_pct).where(
        load.load_hour >= since, load.load_hour < until
    )
    loads: dict[str, list[float]] = {}
    for row in get_warehouse().select_rows(query):
        loads.setdefault(row["transformer_id"], []).append(row["loading_pct"])

    expect(page.get_by_test_id("ami-overloads-table")).to_be_visible()
    rows = saved(page, page.get_by_role("button", name="Download the transformers as CSV"), tmp_path)
    peaks = [float(row["Peak load (%)"]) for row in rows]
    assert peaks == sorted(peaks, reverse=True)
    assert max(peaks) == pytest.approx(max(max(each) for each in loads.values()))
    for row in rows:
        hours = loads[row["id"]]
        assert float(row["Peak load (%)"]) == pytest.approx(max(hours))
        for limit in (100, 120, 150):
            assert int(row[f"Over {limit}% (h)"]) == sum(each > limit for each in hours)
    assert complaints == []


def test_a_period_is_chosen_and_compared(desk: tuple[Page, Complaints], tmp_path: Path) -> None:
    page, complaints = desk
    page.goto(f"/ami?tab=comparison&{DAYS}&base={FIRST},{FIRST}")
    page.get_by_role("form", name="Period", exact=True).get_by_label("First day").fill(str(LAST))
    page.get_by_role("form", name="Period", exact=True).get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile(f"from={LAST}&to={LAST}"))
    expect(page.get_by_test_id("ami-comparison-table").locator("tbody tr")).to_have_count(1)
    rows = saved(page, page.get_by_role("button", name="Download the comparison as CSV"), tmp_path)
    now, then = used_kwh(LAST, LAST), used_kwh(FIRST, FIRST)
    assert float(rows[0]["Difference (kWh)"]) == pytest.approx(now - then)
    assert float(rows[0]["Change (%)"]) == pytest.approx(100 * (now - then) / then)
    assert complaints == []


@pytest.mark.parametrize("tab", ["use", "comparison", "profile", "voltage", "loading"])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_analysis_is_accessible_and_fits(desk: tuple[Page, Complaints], tab: str, scheme: str) -> None:
    page, complaints = desk
    page.set_viewport_size({"width": 1024, "height": 768})
    page.evaluate(f"localStorage.setItem('flux.preferences', JSON.stringify({{scheme: '{scheme}'}}))")
    page.goto(f"/ami?tab={tab}&{DAYS}")
    expect(page.locator("#ami-panel table").first).to_be_visible()
    expect(page.get_by_test_id("loading-state")).to_have_count(0)
    assert axe(page) == []
    assert page.evaluate("document.querySelector('#ami-panel').scrollWidth") <= 1024
    assert complaints == []
