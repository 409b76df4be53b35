"""An operator looks after the data: syncs, exports and checks it; an administrator imports a file."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from flux_site.jobs.models import Job
from grid import models
from tests.e2e.browser import apart, axe, new_page, sign_in
from tests.factories.users import make_user
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]


def choose(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Choose an option of a list."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option).click()


def test_layer_is_synced_and_paused(browser_of_module: Browser, grid_site: WebServer) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/data")
        page.get_by_role("link", name="Sync layers").click()
        expect(page).to_have_url(re.compile("/data/layers$"))
        row = page.get_by_test_id("sync-layer-weather")
        expect(row).to_contain_text(f"{models.WeatherObservation.objects.count():,}")
        page.get_by_test_id("open-layer-weather").click()
        expect(page).to_have_url(re.compile("/data/layers/weather$"))

        before = Job.objects.filter(kind="grid.sync").count()
        page.get_by_test_id("sync-layer").click()
        runs = page.get_by_test_id("layer-runs").get_by_role("listitem")
        expect(runs).to_have_count(before + 1)
        expect(runs.first).to_contain_text("Succeeded")
        job = Job.objects.filter(kind="grid.sync").latest("created_at")
        assert (job.status, job.inputs["layers"], job.owner) == (
            "SUCCEEDED",
            ["weather"],
            User.objects.get(username="pia"),
        )

        page.get_by_label("Paused").click()
        expect(page.get_by_test_id("layer-status")).to_have_text("Paused")
        expect(row).to_contain_text("paused")
        assert models.SyncLayer.objects.get(key="weather").is_paused
        page.get_by_label("Paused").click()
        expect(page.get_by_test_id("layer-status")).not_to_have_text("Paused")

        page.get_by_test_id("show-summary").click()
        expect(page.get_by_test_id("summary-table")).to_contain_text("Substations")
        assert axe(page) == []
        assert complaints == []


def test_layer_is_exported_and_downloaded(
    browser_of_module: Browser, grid_site: WebServer, tmp_path: Path
) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/data/exports")
        choose(page, "Layer", "Substations")
        choose(page, "Format", "CSV")
        page.get_by_test_id("export-start").click()

        link = page.get_by_test_id("exports-table").get_by_role("link", name="Download")
        with page.expect_download() as waiting:
            link.click()
        file = tmp_path / "substations.csv"
        waiting.value.save_as(file)
        with file.open(encoding="utf-8", newline="") as lines:
            ids = {row["substation_id"] for row in csv.DictReader(lines)}
        assert ids == set(models.Substation.objects.values_list("pk", flat=True))
        assert axe(page) == []
        assert complaints == []


def test_records_are_checked_and_a_finding_leads_to_the_map(
    browser_of_module: Browser, grid_site: WebServer
) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/data/quality")
        expect(page.get_by_test_id("quality-checked")).to_have_text("Not checked yet")
        page.get_by_test_id("start-check").click()
        expect(page.get_by_test_id("quality-checked")).to_contain_text("As checked on")
        findings = models.DataQualityFinding.objects
        expect(page.get_by_text(f"{findings.count():,} finding", exact=False)).to_be_visible()
        assert axe(page) == []

        kind = findings.values_list("kind", flat=True)[0]
        page.get_by_test_id(f"rule-{kind}").first.click()
        expect(page).to_have_url(re.compile(f"kind={kind}"))
        link = page.get_by_test_id("findings-table").get_by_role("link").first
        asset_id = link.inner_text()
        assert findings.filter(kind=kind, asset_id=asset_id).exists()
        link.click()
        expect(page).to_have_url(re.compile(f"[?&]sel={asset_id}"))
        assert complaints == []


def test_file_is_imported_and_its_refused_rows_are_told(
    browser_of_module: Browser, grid_site: WebServer, tmp_path: Path
) -> None:
    apart(lambda: make_user("admin", username="ada"))
    pole = models.Pole.objects.order_by("pk")[0]
    file = tmp_path / "poles.csv"
    file.write_text(f"pole_id,pole_class\n{pole.pk},H6\nPOLE-NEW,H2\n,H3\n", encoding="utf-8")
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="ada", path="/data/imports")
        page.get_by_test_id("new-import").click()
        page.get_by_test_id("import-upload").set_input_files(file)
        expect(page.get_by_test_id("import-file")).not_to_have_value("")
        choose(page, "Into the layer", "Poles")
        page.get_by_test_id("import-preview").click()
        expect(page.get_by_test_id("preview-counts")).to_contain_text("Of the first 3 rows")
        expect(page.get_by_test_id("mapping-table")).to_contain_text("pole_class")
        assert axe(page) == []
        page.get_by_test_id("import-start").click()

        detail = page.get_by_test_id("import-detail")
        expect(detail.get_by_test_id("job-progress")).to_have_attribute("data-status", "SUCCEEDED")
        made = models.FileImport.objects.get()
        assert (made.rows_read, made.rows_known) == (3, 1)
        rejects = list(models.ImportReject.objects.values_list("row_number", "reason").order_by("row_number"))
        expect(detail.get_by_test_id("rejects-table")).to_contain_text("Missing key")
        with page.expect_download() as waiting:
            page.get_by_test_id("rejects-csv").click()
        saved = tmp_path / "refused.csv"
        waiting.value.save_as(saved)
        with saved.open(encoding="utf-8", newline="") as lines:
            told = [(int(row["row_number"]), row["reason"]) for row in csv.DictReader(lines)]
        assert told == rejects
        pole.refresh_from_db()
        assert pole.pole_class == "H6"
        assert axe(page) == []
        assert complaints == []


def test_what_an_account_may_not_do_is_not_offered(browser_of_module: Browser, grid_site: WebServer) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="vera", path="/data/layers/weather")
        expect(page.get_by_test_id("layer-detail")).to_be_visible()
        expect(page.get_by_test_id("sync-layer")).to_have_count(0)
        expect(page.get_by_test_id("sync-all")).to_have_count(0)
        page.get_by_role("link", name="Imports").click()
        expect(page.get_by_role("heading", name="Imports so far")).to_be_visible()
        expect(page.get_by_test_id("new-import")).to_have_count(0)
        page.get_by_role("link", name="Delivery & streams").click()
        expect(page.get_by_test_id("outbox")).to_contain_text("Waiting")
        expect(page.get_by_test_id("streams-table")).to_contain_text("Readings")
        assert axe(page) == []
        assert complaints == []
