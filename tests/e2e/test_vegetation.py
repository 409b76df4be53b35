"""A planner of vegetation finds the worst spans and trees, orders work, and compares trimming cycles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import Q
from playwright.sync_api import Browser, Page, expect

from flux_site.jobs.context import JobContext
from grid import models
from grid.services import vegetation
from tests.e2e.browser import Complaints, apart, axe, new_page, sign_in, wait_for_map
from tests.e2e.map_place import on_screen
from tests.factories.jobs import make_job
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

WORST_FIRST = ("-customer_minutes_per_year", "pk")


@pytest.fixture(scope="module")
def assessed_site(grid_site: WebServer) -> WebServer:
    """Return the site once its trees were assessed, as the schedule does every day."""

    def assess() -> None:
        vegetation.carry_out(JobContext(make_job(kind=vegetation.KIND, status="RUNNING")))

    apart(assess)
    return grid_site


@pytest.fixture
def desk(browser_of_module: Browser, assessed_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return the trees as a planner sees them, and what the browser complains of."""
    with new_page(browser_of_module, assessed_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/vegetation")
        yield page, complaints


def worst_tree() -> models.TreeRisk:
    """Return the tree of a span of distribution whose fall is expected to cost most."""
    rows = models.TreeRisk.objects.filter(customer_minutes_per_year__isnull=False)
    return rows.order_by(*WORST_FIRST)[0]


def test_the_worst_span_leads_to_its_trees_and_their_place(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    costs: dict[str, float] = {}
    for line, cost in models.TreeRisk.objects.exclude(customer_minutes_per_year=None).values_list(
        "fall_in_line_id", "customer_minutes_per_year"
    ):
        costs[line] = costs.get(line, 0.0) + cost
    worst = max(costs, key=lambda line: costs[line])

    page.get_by_test_id("span").get_by_role("row").nth(1).get_by_role("button").press("Enter")

    expect(page.get_by_test_id("span-card").get_by_role("heading", name=worst)).to_be_visible()
    assert f"span={worst}" in page.url
    line = models.VegetationLine.objects.get(pk=worst)
    expect(page.get_by_test_id("span-reasons")).to_contain_text(f"A fault opens {line.device_id}")
    near = models.TreeRisk.objects.filter(Q(fall_in_line_id=worst) | Q(grow_in_line_id=worst))
    expect(page.get_by_test_id("span-tree").get_by_role("row")).to_have_count(near.count() + 1)

    tree = near.order_by(*WORST_FIRST)[0]
    page.get_by_test_id(f"span-tree-{tree.pk}").get_by_role("button").click()
    expect(page.get_by_test_id("tree-card")).to_contain_text(tree.pk)
    reach = page.get_by_test_id("tree-explanation").get_by_test_id("step-reach_m").first
    expect(reach).to_be_visible()
    page.get_by_test_id("tree-locate").click()
    page.wait_for_url("**at=**")
    wait_for_map(page)

    # Chosen anew by a click on its mark.
    page.get_by_test_id("back-to-trees").click()
    expect(page.get_by_test_id("tree-card")).to_have_count(0)
    x, y = on_screen(page, lon=tree.location.x, lat=tree.location.y)
    page.mouse.click(x, y)
    expect(page.get_by_test_id("tree-card")).to_contain_text(tree.pk)
    assert complaints == []


def test_filters_leave_the_trees_of_a_level_and_a_circuit(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    tree = worst_tree()
    near = models.TreeRisk.objects.filter(nearest_line_id__isnull=False)
    expected = near.filter(level=tree.level, circuit=tree.circuit_id).count()

    page.get_by_test_id("tab-trees").click()
    expect(page.get_by_test_id("tree-count")).to_contain_text(f"of {near.count():,} trees")
    page.get_by_test_id("vegetation-circuit").fill(tree.circuit_id or "")
    page.get_by_test_id("vegetation-level").press("Enter")
    page.get_by_role("option", name=str(tree.level).capitalize()).click()
    words = "1 tree" if expected == 1 else f"{expected:,} trees"
    expect(page.get_by_test_id("tree-count")).to_contain_text(f"of {words}")
    assert f"level={tree.level}" in page.url
    assert f"circuit={tree.circuit_id}" in page.url

    page.reload()
    expect(page.get_by_test_id("tree-count")).to_contain_text(f"of {words}")
    assert complaints == []


def test_an_inspection_is_recorded(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    tree = worst_tree()
    page.goto(f"/vegetation?tab=trees&tree={tree.pk}")

    page.get_by_test_id("inspect-tree").click()
    page.get_by_test_id("inspection-likelihood").press("Enter")
    page.get_by_role("option", name="Probable", exact=True).click()
    page.get_by_test_id("inspection-submit").click()

    expect(page.get_by_test_id("tree-stale")).to_be_visible()
    inspection = models.TreeInspection.objects.get(tree_id=tree.pk)
    assert inspection.failure_likelihood == "PROBABLE"
    assert complaints == []


def test_a_package_is_ordered_and_taken_back(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    package = models.VegetationWorkPackage.objects.filter(work_order=None).order_by(*WORST_FIRST)[0]

    page.get_by_test_id("tab-work").click()
    page.get_by_test_id("work-waiting").click()
    page.get_by_test_id(f"order-package-{package.pk}").click()
    page.get_by_test_id("order-submit").click()

    expect(page.get_by_test_id("notice-bar")).to_contain_text(f"at {package.pk}")
    package.refresh_from_db()
    order = models.WorkOrder.objects.get(pk=package.work_order_id)
    assert (order.work_type, order.asset_id, order.status) == ("VEGETATION_TRIM", package.pk, "OPEN")
    page.get_by_test_id("work-ordered").click()
    expect(page.get_by_test_id(f"order-{order.pk}")).to_contain_text("Open")

    page.get_by_test_id("notice-bar").get_by_role("button", name="Undo").click()
    expect(page.get_by_test_id("notice-bar")).to_contain_text(f"{order.pk} is cancelled")
    order.refresh_from_db()
    assert order.status == "CANCELLED"
    assert complaints == []


def test_growth_and_cycles_are_compared(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    near = models.TreeRisk.objects.filter(nearest_line_id__isnull=False)
    overdue = near.filter(clearance_deficit_m__gte=0).count()

    page.get_by_test_id("tab-growth").click()
    expect(page.get_by_test_id("outlook-total")).to_contain_text(f"of {near.count():,} within")
    expect(page.get_by_test_id("outlook-total")).to_contain_text(f"{overdue:,} tree")

    page.get_by_test_id("tab-cycle").click()
    rows = page.get_by_test_id("cycle").get_by_role("row")
    expect(rows).to_have_count(7)
    ranges = [rows.nth(i).get_by_role("cell").nth(1).inner_text().split()[1] for i in range(1, 7)]
    highest = [int(each.split("–")[1]) for each in ranges]
    assert highest == sorted(highest)
    assert highest[-1] > 0
    cell = page.get_by_test_id("cycle-4").get_by_role("cell").last
    expect(cell).to_contain_text("–")
    page.get_by_test_id("cycle-crew").fill("250")
    expect(cell).to_contain_text("$")
    hours = float(page.get_by_test_id("cycle-4").get_by_role("cell").nth(5).inner_text().replace(",", ""))
    dollars = float(cell.inner_text().split()[0].strip("$").replace(",", ""))
    assert dollars == pytest.approx(250 * hours, rel=0.01)  # hours are shown in three digits
    assert "crewUsd=250" in page.url
    assert complaints == []


def test_clusters_and_cells_are_drawn(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    wait_for_map(page)
    expect(page.get_by_test_id("vegetation-summary")).to_contain_text("trees")
    page.get_by_test_id("draw-clusters").click()
    expect(page.get_by_test_id("vegetation-summary")).to_contain_text("clusters")
    page.get_by_test_id("draw-heat").click()
    expect(page.get_by_test_id("vegetation-summary")).to_contain_text("cells")
    expect(page.get_by_test_id("vegetation-summary")).not_to_contain_text("loading")
    assert "draw=heat" in page.url
    assert complaints == []


def test_viewer_sees_trees_and_changes_none(browser_of_module: Browser, assessed_site: WebServer) -> None:
    with new_page(browser_of_module, assessed_site.port) as (page, complaints):
        sign_in(page, username="vera", path=f"/vegetation?tab=trees&tree={worst_tree().pk}")
        expect(page.get_by_test_id("tree-card")).to_contain_text(worst_tree().pk)
        expect(page.get_by_test_id("inspect-tree")).to_have_count(0)
        expect(page.get_by_test_id("assess-trees")).to_have_count(0)
        page.get_by_test_id("tab-work").click()
        expect(page.get_by_test_id("package-list").get_by_role("listitem").first).to_be_visible()
        expect(page.locator("[data-testid^=order-package-]")).to_have_count(0)
        assert complaints == []


@pytest.mark.parametrize("tab", ["spans", "trees", "work", "growth", "cycle"])
def test_vegetation_has_no_accessibility_faults(desk: tuple[Page, Complaints], tab: str) -> None:
    page, _ = desk
    page.goto(f"/vegetation?tab={tab}")
    expect(page.get_by_test_id("health")).to_have_attribute("data-status", "OK")
    wait_for_map(page)
    expect(page.get_by_role("tabpanel").get_by_test_id("loading-state")).to_have_count(0)

    assert axe(page) == []
