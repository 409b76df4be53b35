"""A planner fails a line in the browser, watches the cascade and shares what it showed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

import tests.servers.job_kinds as kinds
from cascade.models import CascadeRun
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid import models
from tests.e2e.browser import Complaints, apart, new_page, sign_in, wait_for_map
from tests.e2e.map_place import count_pixels, on_screen, picture
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

LOAD_MULTIPLIER = "1.25"


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return a planner's page, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/cascade/runs")
        yield page, complaints


def heavy_line() -> models.Branch:
    """Return the most loaded line near Houston: what follows its loss is worth a look."""
    lines = models.Branch.objects.filter(kind="LINE", zone__name="Coast")
    return lines.order_by("-base_loading_pct")[0]


def branches_on_map() -> QuerySet[models.Branch, str]:
    """Return the ids of the lines that are drawn."""
    return models.Branch.objects.filter(kind="LINE").values_list("pk", flat=True)


def start_run(page: Page, outage: str) -> CascadeRun:
    """Fail an asset by its card under a heavy load, and return the run once its summary shows."""
    page.goto(f"/?sel={outage}")
    page.get_by_test_id("fail-this").click()
    expect(page.get_by_test_id("draft-outages")).to_contain_text(outage)
    page.get_by_label("Load multiplier").fill(LOAD_MULTIPLIER)
    page.get_by_test_id("run-cascade").click()
    expect(page.get_by_test_id("run-summary")).to_be_visible()
    run_id = page.get_by_test_id("run-view").get_attribute("data-run-id")
    return CascadeRun.objects.select_related("job__owner").get(pk=run_id)


def test_line_is_failed_and_the_waves_are_seen(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    line = heavy_line()
    run = start_run(page, line.pk)
    wait_for_map(page)

    assert run.outages == [line.pk]
    assert (run.load_multiplier, run.rating_multiplier) == (1.25, 1.0)
    assert run.wave_count is not None
    assert run.wave_count >= 2, "this line's loss should cascade"
    summary = page.get_by_test_id("run-summary")
    expect(summary).to_contain_text(f"{run.total_shed_mw:,.1f}\u00a0MW lost")
    expect(summary).to_contain_text(f"Tripped by overload{run.tripped_count:,}")
    assert str(run.job.owner) == "pia"

    wave = run.waves.get(number=1)
    page.get_by_test_id("wave-1").get_by_role("button").click()
    expect(page.get_by_test_id("wave-bar")).to_have_attribute("data-wave", "1")
    expect(page.get_by_test_id("wave-1")).to_contain_text(f"{wave.cumulative_shed_mw:,.1f}")
    worst = max(wave.trips.all(), key=lambda trip: trip.loading_pct)
    expect(page.get_by_test_id("trip-table").locator("tbody tr").first).to_contain_text(
        f"{worst.loading_pct:,.1f}%"
    )
    expect(page).to_have_url(re.compile(f"run={run.pk}&wave=1"))
    assert complaints == []


def test_waves_change_the_map_and_play_to_the_end(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    run = start_run(page, heavy_line().pk)
    trip = run.trips.filter(wave__number=1, branch_id__in=branches_on_map())[0]
    place = models.Branch.objects.get(pk=trip.branch_id).from_substation.location
    page.goto(f"/cascade?at={place.x},{place.y},9&layers=substations,branches&run={run.pk}&wave=0")
    expect(page.get_by_test_id("wave-bar")).to_have_attribute("data-wave", "0")
    wait_for_map(page)
    first_wave = (255, 236, 150)
    before = count_pixels(picture(page), first_wave)
    page.get_by_role("button", name="Next wave").click()
    wait_for_map(page)

    assert count_pixels(picture(page), first_wave) > before + 200
    page.get_by_test_id("wave-play").click()
    expect(page.get_by_test_id("wave-bar")).to_have_attribute("data-wave", str(run.wave_count))
    expect(page.get_by_role("button", name="Play the waves")).to_be_visible()


def test_run_opens_from_the_list_and_from_its_link(
    desk: tuple[Page, Complaints], browser_of_module: Browser, grid_site: WebServer
) -> None:
    page, complaints = desk
    run = start_run(page, heavy_line().pk)
    page.get_by_test_id("all-runs").click()
    page.get_by_test_id(f"open-run-{run.pk}").click()
    expect(page.get_by_test_id("run-view")).to_have_attribute("data-run-id", str(run.pk))
    page.get_by_test_id("wave-1").get_by_role("button").click()
    wait_for_map(page)
    link = page.url
    assert complaints == []

    with new_page(browser_of_module, grid_site.port) as (other, _):
        sign_in(other, username="vera", path=link)  # a viewer may look at runs
        expect(other.get_by_test_id("wave-bar")).to_have_attribute("data-wave", "1")
        expect(other.get_by_test_id("run-summary")).to_contain_text(f"{run.total_shed_mw:,.1f}\u00a0MW lost")


def test_outages_are_picked_on_the_map(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    station = models.Substation.objects.get(name="DAYTON")
    page.goto("/cascade?at=-95.36,29.76,7.7")
    wait_for_map(page)
    page.get_by_label("Add by clicking substations and lines on the map").check()
    page.mouse.click(*on_screen(page, lon=station.location.x, lat=station.location.y))

    expect(page.get_by_test_id("draft-outages")).to_contain_text(station.pk)
    expect(page.get_by_test_id("tab-cascade")).to_have_attribute("aria-selected", "true")


def test_bad_input_is_told_and_starts_nothing(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    runs = CascadeRun.objects.count()
    page.goto("/cascade")
    page.get_by_label("Load multiplier").fill("-1")
    page.get_by_test_id("run-cascade").click()

    expect(page.get_by_text("Must be above 0")).to_be_visible()
    expect(page.get_by_text("Choose at least one substation, bus or line that fails first")).to_be_visible()
    assert CascadeRun.objects.count() == runs


def test_viewer_may_not_start_a_run(browser_of_module: Browser, grid_site: WebServer) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, _):
        sign_in(page, username="vera", path="/cascade")

        expect(page.get_by_test_id("may-not-run")).to_be_visible()
        expect(page.get_by_test_id("run-cascade")).to_be_disabled()


@pytest.mark.parametrize("run_id", ["999999", "nonsense"])
def test_unknown_run_is_told(desk: tuple[Page, Complaints], run_id: str) -> None:
    page, _ = desk
    page.goto(f"/cascade?run={run_id}")

    expect(page.get_by_test_id("error-state")).to_contain_text("The run could not be loaded")
    page.get_by_role("button", name="New run").click()
    expect(page.get_by_test_id("run-form")).to_be_visible()


def test_run_is_followed_without_a_websocket(browser_of_module: Browser, grid_site: WebServer) -> None:
    def refuse(socket: WebSocketRoute) -> None:
        socket.close()

    with new_page(browser_of_module, grid_site.port) as (page, _):
        page.route_web_socket(re.compile("/graphql"), refuse)
        sign_in(page, username="pia", path="/data/jobs")
        expect(page.get_by_test_id("jobs-live")).not_to_have_text("Live")
        run = start_run(page, heavy_line().pk)
        assert run.job.status == "SUCCEEDED"


def test_job_is_followed_and_cancelled(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    page.get_by_role("link", name="Jobs & data").click()
    expect(page.get_by_test_id("jobs-live")).to_have_text("Live")
    owner = User.objects.get(username="pia")
    job = apart(
        lambda: create_job(kind=kinds.SLOW, title="A long count", inputs={"seconds": 120}, owner=owner)
    )

    page.get_by_role("button", name="A long count").click()
    progress = page.get_by_test_id("job-progress")
    expect(progress).to_have_attribute("data-status", "RUNNING")
    expect(progress).to_contain_text(re.compile(r"\d+\.\d s"))
    page.get_by_test_id("cancel-job").click()
    expect(progress).to_have_attribute("data-status", "CANCELLED")
    expect(page.get_by_test_id("jobs-table")).to_contain_text("Cancelled")
    assert Job.objects.get(pk=job.pk).status == "CANCELLED"
    assert complaints == []
