"""An operator reports an outage in the browser, sends a crew, and restores it in steps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import Count
from playwright.sync_api import Browser, Page, expect

from grid import models
from tests.e2e.browser import Complaints, apart, axe, new_page, sign_in, wait_for_map
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return the outages as a planner sees them, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/outages")
        yield page, complaints


def circuit_with(transformers: int) -> models.Circuit:
    """Return a circuit of several transformers none of whose customers are out."""
    busy = models.Outage.objects.exclude(status__in=["RESTORED", "CANCELLED"]).values("circuit")
    circuits = models.Circuit.objects.exclude(pk__in=busy).annotate(count=Count("transformers"))
    return circuits.filter(count__gte=transformers).order_by("pk")[0]


def crew_near(circuit: models.Circuit) -> models.Crew:
    """Return a crew that can be sent to a circuit: on shift, without work, of its territory."""

    def find() -> models.Crew:
        unfinished = models.WorkOrder.objects.exclude(status__in=["COMPLETED", "CANCELLED"])
        busy = unfinished.exclude(crew=None).values("crew")
        crew = models.Crew.objects.filter(zone=circuit.zone_id).exclude(pk__in=busy).order_by("pk")[0]
        models.Crew.objects.filter(pk=crew.pk).update(status="AVAILABLE")
        return crew

    return apart(find)


def report(page: Page, circuit: models.Circuit) -> models.Outage:
    """Report that a whole circuit is out, as a call tells it."""
    page.get_by_test_id("report-outage").click()
    page.get_by_test_id("report-device").fill(circuit.pk)
    page.get_by_test_id("report-submit").click()
    expect(page.get_by_test_id("outage-status")).to_have_text("Confirmed")
    return models.Outage.objects.get(circuit=circuit, status="CONFIRMED")


def restore_all(page: Page) -> None:
    page.get_by_test_id("step-restore").click()
    page.get_by_test_id("restore-submit").click()
    expect(page.get_by_test_id("outage-status")).to_have_text("Restored")


def test_outage_is_reported_worked_on_and_restored_in_steps(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    circuit = circuit_with(transformers=3)
    crew = crew_near(circuit)
    page.reload()
    outage = report(page, circuit)
    assert outage.customers_out > 0
    assert page.url.endswith(f"sel={outage.pk}") or f"sel={outage.pk}&" in page.url

    # Assigned by the keyboard, taken back, and assigned again by dragging.
    page.get_by_test_id("step-assign").press("Enter")
    page.get_by_role("menuitem", name=crew.name).press("Enter")
    expect(page.get_by_test_id("outage-status")).to_have_text("Assigned")
    page.get_by_test_id("notice-bar").get_by_role("button", name="Undo").click()
    expect(page.get_by_test_id("outage-status")).to_have_text("Confirmed")
    expect(page.get_by_test_id(f"crew-{crew.pk}")).to_contain_text("Available")
    page.get_by_test_id(f"crew-{crew.pk}").drag_to(page.get_by_test_id("outage-drop"))
    expect(page.get_by_test_id("outage-status")).to_have_text("Assigned")
    expect(page.get_by_test_id(f"crew-{crew.pk}")).to_contain_text("Assigned")
    order = models.WorkOrder.objects.get(outage=outage, crew=crew)
    expect(page.get_by_test_id(f"order-{order.pk}")).to_contain_text("Assigned")

    page.get_by_test_id("step-start").click()
    page.get_by_test_id("confirm-question").click()
    expect(page.get_by_test_id("outage-status")).to_have_text("In progress")

    first = outage.interruptions.order_by("pk")[0]
    page.get_by_test_id("step-restore").click()
    page.get_by_test_id("restore-form").get_by_label(first.transformer_id).check()
    page.get_by_test_id("restore-submit").click()
    expect(page.get_by_test_id("restoration-steps")).to_contain_text("Restored in 1 step")
    left = outage.customers_out - first.customers
    expect(page.get_by_test_id("outage-view")).to_contain_text(
        f"{left:,} of {outage.customers_out:,} interrupted"
    )
    expect(page.get_by_test_id("step-cancel")).to_have_count(0)

    page.get_by_test_id("restore-submit").click()
    expect(page.get_by_test_id("outage-status")).to_have_text("Restored")
    page.get_by_test_id(f"complete-{order.pk}").click()
    page.get_by_test_id("confirm-question").click()
    expect(page.get_by_test_id(f"crew-{crew.pk}")).to_contain_text("Available")

    outage.refresh_from_db()
    order.refresh_from_db()
    assert (outage.status, outage.customers_out, order.status) == ("RESTORED", 0, "COMPLETED")
    page.get_by_test_id("back-to-list").click()
    page.get_by_test_id("show-restored").click()
    page.get_by_test_id("filter-circuit").fill(circuit.pk)
    expect(page.get_by_test_id(f"outage-row-{outage.pk}")).to_contain_text("Restored")
    assert complaints == []


def test_viewer_sees_outages_and_changes_none(browser_of_module: Browser, grid_site: WebServer) -> None:
    outage = models.Outage.objects.order_by("pk").last()
    assert outage is not None
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="vera", path=f"/outages?sel={outage.pk}")
        expect(page.get_by_test_id("outage-view")).to_contain_text(outage.pk)
        expect(page.get_by_test_id("outage-steps")).to_have_count(0)
        page.get_by_test_id("back-to-list").click()
        expect(page.get_by_test_id("show-active")).to_be_visible()
        expect(page.get_by_test_id("report-outage")).to_have_count(0)
        assert complaints == []


@pytest.mark.parametrize("path", ["/outages?show=all", "/outages?tab=orders", "/outages?tab=reliability"])
def test_outages_have_no_accessibility_faults(desk: tuple[Page, Complaints], path: str) -> None:
    page, _ = desk
    page.goto(path)
    expect(page.get_by_test_id("health")).to_have_attribute("data-status", "OK")
    wait_for_map(page)
    expect(page.get_by_role("tabpanel").get_by_test_id("loading-state")).to_have_count(0)

    assert axe(page) == []
