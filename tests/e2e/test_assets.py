"""A planner finds the transformer in the worst health, reads why, and orders work on it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from cascade.models import LearnedModel, TransformerRiskRun
from grid import models
from tests.e2e.browser import Complaints, apart, axe, new_page, sign_in
from tests.factories.transformers_to_come import (
    make_transformer_forecast,
    make_transformer_prediction,
    make_transformer_risk_run,
)
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

NARROW: ViewportSize = {"width": 1024, "height": 768}


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return a planner's page on the fleet, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/assets")
        yield page, complaints


@pytest.fixture
def predicted(grid_site: WebServer) -> Iterator[models.Transformer]:
    """Return the transformer that is likeliest to fail, while its failure and its next day are predicted."""
    transformer = models.Transformer.objects.order_by("pk")[0]

    def predict() -> None:
        make_transformer_prediction(transformer=transformer, run=make_transformer_risk_run())
        make_transformer_forecast(transformer=transformer)

    def forget() -> None:
        TransformerRiskRun.objects.all().delete()
        LearnedModel.objects.all().delete()

    apart(predict)
    yield transformer
    apart(forget)


def worst() -> models.AssetHealth:
    """Return the transformer that the list must begin with."""
    return models.AssetHealth.objects.filter(asset_kind="TRANSFORMER").order_by("health_index", "pk")[0]


def test_the_worst_transformer_is_found_and_work_is_ordered(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    expected = worst()
    transformers = models.AssetHealth.objects.filter(asset_kind="TRANSFORMER")
    page.get_by_role("button", name=f"{transformers.count():,} Transformers, all").click()
    expect(page).to_have_url(re.compile("class=TRANSFORMER"))
    expect(page.get_by_test_id("page-note")).to_contain_text(f"of {transformers.count():,}")
    first = page.get_by_test_id("health-table").locator("tbody tr").first
    expect(first).to_contain_text(expected.pk)
    expect(first).to_contain_text(f"{expected.health_index:.1f}")
    assert axe(page) == []

    first.get_by_role("link", name=expected.pk, exact=True).click()
    expect(page).to_have_url(re.compile(f"/assets/{expected.pk}$"))
    expect(page.get_by_test_id("health-index")).to_have_text(f"{expected.health_index:.1f}")
    expect(page.get_by_test_id("transformer-load").get_by_test_id("chart")).to_be_visible()
    expect(page.get_by_test_id("ageing-known")).to_contain_text("of 336 hours")
    expect(page.get_by_test_id("transformer-failure")).to_contain_text("have never been predicted here")
    assert axe(page) == []

    page.get_by_test_id("order-work").click()
    dialog = page.get_by_test_id("order-dialog")
    dialog.get_by_label("Description").fill("Oil at the bushing")
    assert axe(page) == []
    page.get_by_test_id("confirm-order").click()
    expect(page.get_by_test_id("order-created")).to_contain_text("was created")
    order = models.WorkOrder.objects.get(asset_id=expected.pk, description="Oil at the bushing")
    assert order.status == "OPEN"
    page.get_by_role("button", name="Show it", exact=True).click()
    expect(page.get_by_test_id(f"order-{order.pk}")).to_be_focused()

    page.get_by_test_id("show-on-map").click()
    expect(page.get_by_test_id("asset-card")).to_have_attribute("data-asset-id", expected.pk)
    assert complaints == []


def test_the_list_is_filtered_sorted_and_downloaded_whole(desk: tuple[Page, Complaints]) -> None:
    page, _ = desk
    circuit = models.Circuit.objects.order_by("-transformer_count", "pk")[0]
    within = models.AssetHealth.objects.filter(on_circuit_id=circuit.pk)
    everything = models.AssetHealth.objects.all()
    assert everything.count() > 50, "one page would hold them"
    page.goto(f"/assets?in={circuit.pk}")
    expect(page.get_by_test_id("page-note")).to_contain_text(f"of {within.count():,}")
    page.get_by_role("button", name="Asset", exact=True).click()
    expect(page).to_have_url(re.compile("sort=assetId"))
    expect(page.get_by_test_id("health-table").locator("tbody tr").first).to_contain_text(
        min(within.values_list("pk", flat=True))
    )
    page.goto("/assets")
    with page.expect_download() as download:
        page.get_by_test_id("download-csv").click()
    with download.value.path().open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert {row["asset_id"] for row in rows} == set(everything.values_list("pk", flat=True))
    indices = dict(everything.values_list("pk", "health_index"))
    for row in rows:
        told = float(row["health_index"]) if row["health_index"] else None
        assert told == pytest.approx(indices[row["asset_id"]])


def test_a_prediction_is_told_with_what_moves_it(
    desk: tuple[Page, Complaints], predicted: models.Transformer
) -> None:
    page, complaints = desk
    page.goto("/assets?view=maintenance")
    row = page.get_by_test_id(f"maintenance-{predicted.pk}")
    expect(row).to_contain_text("104")
    expect(row).to_contain_text("Replace it by a larger one")
    assert axe(page) == []
    row.get_by_role("link", name=predicted.pk, exact=True).click()
    expect(page.get_by_test_id("failure-365")).to_contain_text("4.0%")
    expect(page.get_by_test_id("failure-30")).to_contain_text("not known: too few failed within 30 days")
    expect(page.get_by_test_id("failure-contributions")).to_contain_text("Hours above 120 % in a year")
    expect(page.get_by_test_id("recommendation")).to_contain_text("by the model in service")
    expect(page.get_by_test_id("transformer-next-day")).to_contain_text("95%, at 17:00")
    assert axe(page) == []
    page.goto("/assets?view=tomorrow")
    expect(page.get_by_test_id("tomorrow-table")).to_contain_text(predicted.pk)
    assert axe(page) == []
    assert complaints == []


def test_a_viewer_reads_but_orders_nothing(browser_of_module: Browser, grid_site: WebServer) -> None:
    with new_page(browser_of_module, grid_site.port, size=NARROW) as (page, complaints):
        sign_in(page, username="vera", path=f"/assets/{worst().pk}")
        expect(page.get_by_test_id("health-index")).to_be_visible()
        expect(page.get_by_test_id("transformer-work")).to_contain_text("may not create work orders")
        expect(page.get_by_test_id("order-work")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") == 1024
        assert complaints == []
