"""A planner makes a scenario of her own, reads a run in all its parts, compares two and screens all lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from cascade.models import CascadeBatch, CascadeRun, Scenario
from grid import models
from tests.e2e.browser import Complaints, axe, new_page, sign_in, wait_for_map
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

MINUTES_MS = 300_000
"""A worker compiles the batch engine at its first use."""


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return a planner's page, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/cascade/runs")
        yield page, complaints


def heavy_lines() -> list[str]:
    """Return the most loaded lines near Houston, the first first."""
    lines = models.Branch.objects.filter(kind="LINE", zone__name="Coast")
    return list(lines.order_by("-base_loading_pct", "pk").values_list("pk", flat=True)[:2])


def run_of(page: Page) -> CascadeRun:
    """Return the run that the page shows, once its summary is there."""
    expect(page.get_by_test_id("run-summary")).to_be_visible(timeout=MINUTES_MS)
    run_id = page.get_by_test_id("run-view").get_attribute("data-run-id")
    return CascadeRun.objects.select_related("inputs", "version__scenario").get(pk=run_id)


def start_run(page: Page, outage: str, *, load: str) -> CascadeRun:
    """Fail an asset by its card under a load, and return the run."""
    page.goto(f"/?sel={outage}")
    page.get_by_test_id("fail-this").click()
    expect(page.get_by_test_id("draft-outages")).to_contain_text(outage)
    page.get_by_label("Load multiplier").fill(load)
    page.get_by_test_id("run-cascade").click()
    return run_of(page)


def saved(download: Download) -> str:
    """Return what a file that was downloaded holds."""
    return Path(download.path()).read_text(encoding="utf-8")


def test_scenario_is_made_run_renamed_and_deleted(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    line = heavy_lines()[0]
    page.goto(f"/?sel={line}")
    page.get_by_test_id("fail-this").click()
    page.get_by_label("Load multiplier").fill("1.2")
    page.get_by_label("A branch is overloaded from").fill("115")
    page.get_by_role("switch", name="Air temperature").check()
    page.get_by_label("Air temperature everywhere").fill("104")
    page.get_by_test_id("run-cascade").click()
    expect(page.get_by_test_id("scenario-problem")).to_contain_text("save the changes first")

    page.get_by_test_id("save-scenario").click()
    page.get_by_label("Name of the scenario").fill("Heat of the south")
    page.get_by_test_id("save-own").click()
    expect(page.locator("#scenario-choice")).to_have_text("Heat of the south")
    scenario = Scenario.objects.get(name="Heat of the south")
    spec = scenario.versions.get(number=1).spec
    assert spec["outages"] == [line]
    assert spec["load"]["multiplier"] == 1.2
    assert spec["options"]["trip_threshold_frac"] == 1.15
    assert spec["temperature"]["points"][0]["value"] == pytest.approx(40.0), "104 °F are 40 °C"

    page.get_by_test_id("run-cascade").click()
    run = run_of(page)
    assert run.version is not None
    assert run.version.scenario == scenario
    assert run.inputs is not None
    assert run.inputs.params["trip_threshold_frac"] == 1.15
    assert run.inputs.params["load_multiplier"] == pytest.approx(1.2)

    page.get_by_test_id("run-again").click()
    expect(page.locator("#scenario-choice")).to_have_text("Heat of the south")
    page.get_by_role("button", name="Rename…").click()
    page.get_by_label("Name of the scenario").fill("Heat of the coast")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.locator("#scenario-choice")).to_have_text("Heat of the coast")
    page.get_by_role("button", name="Delete…").click()
    page.get_by_test_id("delete-scenario").click()
    expect(page.locator("#scenario-choice")).to_have_text("Planning case (normal)")
    assert not Scenario.objects.filter(pk=scenario.pk).exists()
    assert CascadeRun.objects.filter(pk=run.pk).exists()
    assert complaints == []


def test_run_is_read_in_all_its_parts(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    run = start_run(page, heavy_lines()[0], load="1.25")
    assert run.tripped_count
    figures = page.get_by_test_id("run-figures")
    expect(figures).to_contain_text(f"{run.tripped_count:,} tripped")
    if run.customers_out is not None:
        expect(figures).to_contain_text(f"{run.customers_out:,}")
    expect(page.get_by_test_id("run-decisions")).to_have_attribute("href", f"/cascade/decisions?run={run.pk}")

    page.get_by_test_id("part-elements").click()
    expect(page.get_by_test_id("run-part")).to_contain_text(f"of {run.trips.count():,}")
    with page.expect_download() as download:
        page.get_by_test_id("element-table-csv").click()
    rows = list(csv.DictReader(io.StringIO(saved(download.value))))
    trips = {trip.branch_id: trip for trip in run.trips.select_related("wave")}
    assert {row["Id"] for row in rows} == set(trips)
    for row in rows:
        trip = trips[row["Id"]]
        assert (int(row["Wave"]), row["Why"], row["Led to by"]) == (
            trip.wave.number,
            trip.cause,
            trip.parent_id,
        )
        assert float(row["Loading %"]) == pytest.approx(abs(trip.flow_mw) / trip.rating_mva * 100)

    page.get_by_test_id("part-regions").click()
    zones = dict(models.Substation.objects.values_list("pk", "zone__name"))
    lost: dict[str, float] = defaultdict(float)
    for loss in run.substation_loss or []:
        lost[zones[loss["substation_id"]]] += loss["lost_mw"]
    for name, mw in lost.items():
        row = (
            page.get_by_test_id("region-table").get_by_role("row").filter(has_text=re.compile(rf"^{name}\d"))
        )
        expect(row.first).to_contain_text(f"{mw:,.1f}")

    page.get_by_test_id("part-flow").click()
    expect(page.get_by_test_id("flow-table")).to_be_visible()
    page.get_by_test_id("part-economics").click()
    expect(page.get_by_test_id("ledger-CUSTOMER")).to_contain_text("By the value of lost load")
    page.get_by_test_id("part-customers").click()
    expect(page.get_by_test_id("run-part").get_by_test_id("loading-state")).to_have_count(0)
    page.get_by_test_id("part-explanation").click()
    page.get_by_test_id("explain").click()
    expect(page.get_by_test_id("explanation")).to_contain_text(
        f"{run.tripped_count:,} trips", timeout=MINUTES_MS
    )
    assert complaints == []


def test_wave_stands_out_and_the_map_is_taken_along(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    run = start_run(page, heavy_lines()[0], load="1.25")
    with page.expect_download() as download:
        page.get_by_test_id("run-geojson").click()
    features = json.loads(saved(download.value))["features"]
    out = {each["properties"]["id"] for each in features if each["geometry"]["type"] == "LineString"}
    lines = set(models.Branch.objects.filter(kind="LINE").values_list("pk", flat=True))
    assert out == ({trip.branch_id for trip in run.trips.all()} | set(run.outages)) & lines
    points = {each["properties"]["id"] for each in features if each["geometry"]["type"] == "Point"}
    assert points == {loss["substation_id"] for loss in run.substation_loss or []}

    page.get_by_test_id("part-waves").click()
    page.get_by_label("Only this wave stands out on the map").check()
    page.get_by_test_id("wave-1").get_by_role("button").click()
    expect(page).to_have_url(re.compile("wave=1.*part=waves.*focus=1"))
    expect(page.get_by_test_id("wave-trips")).to_be_visible()
    wait_for_map(page)
    expect(page.get_by_test_id("run-part").get_by_test_id("loading-state")).to_have_count(0)
    assert axe(page) == []
    assert complaints == []


def test_two_runs_are_compared(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    first_line, second_line = heavy_lines()
    first = start_run(page, first_line, load="1.25")
    second = start_run(page, second_line, load="1.3")
    assert first.total_shed_mw is not None
    assert second.total_shed_mw is not None
    page.goto("/cascade/runs")
    for run in (first, second):
        page.get_by_label(f"Compare run {run.pk}", exact=True).check()
    page.get_by_test_id("compare-chosen").click()
    row = page.get_by_test_id("difference-total_shed_mw")
    expect(row).to_contain_text(f"{first.total_shed_mw:,.1f}")
    expect(row).to_contain_text(f"{second.total_shed_mw:,.1f}")
    only = [{trip.branch_id for trip in run.trips.all()} for run in (first, second)]
    expect(page.get_by_test_id("difference-only")).to_contain_text(f"{len(only[0] - only[1])}")
    expect(page.get_by_test_id("difference-only")).to_contain_text(f"{len(only[1] - only[0])}")
    with page.expect_download() as download:
        page.get_by_test_id("comparison-csv").click()
    rows = {each["measure"]: each for each in csv.DictReader(io.StringIO(saved(download.value)))}
    change = float(rows["Lost in all"]["change"])
    assert change == pytest.approx(second.total_shed_mw - first.total_shed_mw)

    page.get_by_role("button", name="Previous wave").click()
    expect(page).to_have_url(re.compile(r"wave=\d+"))
    expect(page.get_by_test_id("caption-A")).to_contain_text("lost so far")
    expect(page.get_by_test_id("caption-B")).to_contain_text("lost so far")
    assert complaints == []


def test_all_substations_are_screened_and_the_worst_is_opened(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    page.goto("/cascade/screening")
    page.get_by_label("What goes out").click()
    page.get_by_role("option", name="N-1: every substation").click()
    page.get_by_test_id("batch-start").click()
    expect(page.get_by_test_id("contingency-table")).to_be_visible(timeout=MINUTES_MS)
    batch = CascadeBatch.objects.get(pk=page.get_by_test_id("batch-view").get_attribute("data-batch-id"))
    assert batch.contingency_count == models.Substation.objects.count()
    worst = page.get_by_test_id("contingency-table").locator("tbody tr").first
    expect(worst).to_contain_text(f"{batch.worst_shed_mw:,.1f}")
    expect(page.get_by_test_id("run-part")).to_have_count(0)
    assert axe(page) == []

    # Where the address names none, the newest is opened, and the address then names it.
    page.goto("/cascade/screening")
    expect(page.get_by_test_id("batch-view")).to_have_attribute("data-batch-id", str(batch.pk))
    expect(page).to_have_url(re.compile(rf"batch={batch.pk}$"))

    page.get_by_test_id("run-contingency-1").click()
    run = run_of(page)
    assert run.total_shed_mw == pytest.approx(batch.worst_shed_mw, rel=1e-6)
    expect(page.get_by_test_id("run-view")).to_contain_text(f"of {batch.name}")
    assert complaints == []


def test_runs_are_found_by_name_and_size(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    run = start_run(page, heavy_lines()[0], load="1.25")
    page.goto("/cascade/runs")
    page.get_by_test_id("filter-name").fill("no run is called so")
    expect(page.get_by_test_id("empty-state")).to_contain_text("No run matches")
    page.get_by_test_id("filter-name").fill(run.name[:12].lower())
    expect(page.get_by_test_id(f"open-run-{run.pk}")).to_be_visible()
    page.get_by_test_id("filter-leastMw").fill(str(int(run.total_shed_mw or 0) + 10_000_000))
    expect(page.get_by_test_id("empty-state")).to_contain_text("No run matches")


def test_viewer_looks_but_starts_nothing(browser_of_module: Browser, grid_site: WebServer) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="vera", path="/cascade/screening")
        expect(page.get_by_test_id("may-not-screen")).to_be_visible()
        expect(page.get_by_test_id("batch-start")).to_be_disabled()
        page.goto("/cascade")
        expect(page.get_by_test_id("run-form")).to_be_visible()
        expect(page.get_by_test_id("save-scenario")).to_have_count(0)
        expect(page.get_by_test_id("run-cascade")).to_be_disabled()
        assert complaints == []
