"""An administrator in a real browser: logs in, runs a sync, follows and cancels jobs, looks at a map."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import TransactionTestCase, override_settings
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

import tests.servers.job_kinds as kinds
from flux_site.celery import app as celery_app
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid.selectors.warehouse import get_warehouse
from tests.factories import grid
from tests.factories.users import PASSWORD, make_superuser
from tests.integration.sync.sample import load, small_grid
from tests.quick_flush import empty_everything
from tests.servers.web import WebServer, web_server
from tests.servers.worker import worker

pytestmark = pytest.mark.e2e

FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=gl-egl",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Chromium; its event loop must not keep the tests of this file from the database."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """Run the web server and a worker on a warehouse that holds the small grid."""
    folder = tmp_path_factory.mktemp("admin") / "warehouse"
    with celery_app.connection_for_write() as link:
        link.default_channel.queue_purge(celery_app.conf.task_default_queue)  # what other tests left behind
    with override_settings(WAREHOUSE_URL=f"embedded://{folder}?memory_limit=512MB&threads=1"):
        warehouse = get_warehouse()
        warehouse.prepare()
        load(warehouse, small_grid())
        with web_server(FLUX_DEBUG="1") as server, worker():
            yield server
        warehouse.close()


@pytest.fixture
def lasting_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty the tables after a test but for content types and roles, whose ids the web server remembers."""
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test_case: empty_everything())


@pytest.fixture
def complaints() -> list[str]:
    """Return what the browser's console complained of, refused scripts and styles included."""
    return []


@pytest.fixture
def desk(
    chromium: Browser, site: WebServer, lasting_types: None, transactional_db: None, complaints: list[str]
) -> Iterator[Page]:
    """Return the page of an administrator who has logged in by the form."""
    user = make_superuser(username="ada")
    size: ViewportSize = {"width": 1360, "height": 850}
    context = chromium.new_context(base_url=f"http://127.0.0.1:{site.port}", viewport=size)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/admin/")
    page.get_by_label("Username:").fill(user.username)
    page.get_by_label("Password:").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")
    yield page
    context.close()


def on_job(desk: Page, field: str) -> Any:
    """Return the part of a job's page that shows ``field``."""
    return desk.locator(f'[data-flux-job-field="{field}"]').first


def test_status_panel_fills_in(desk: Page, complaints: list[str]) -> None:
    panel = desk.get_by_role("region", name="Status")

    expect(panel.get_by_text("PostGIS", exact=True)).to_be_visible()
    expect(panel.get_by_text("No job is waiting or running.")).to_be_visible()
    expect(panel.get_by_text("Never synced").first).to_be_visible()
    assert complaints == []


def test_sync_is_run_and_followed_to_its_end(desk: Page, complaints: list[str]) -> None:
    desk.goto("/admin/grid/synclayer/")
    desk.get_by_label("Tick Load zones").check()
    desk.get_by_label("Action:").select_option(label="Sync now")
    desk.get_by_role("button", name="Go").click()

    expect(desk.get_by_text("was queued")).to_be_visible()
    expect(on_job(desk, "status")).to_have_text("Succeeded")
    expect(desk.get_by_role("link", name="sync runs", exact=True)).to_be_visible()
    expect(on_job(desk, "log")).to_contain_text("Succeeded.")

    desk.goto("/admin/grid/synclayer/zones/change/")
    expect(desk.locator(".flux-badge").filter(has_text="Fresh")).to_be_visible()
    desk.get_by_role("link", name=re.compile(r"^Run \d+$")).click()
    expect(desk.get_by_text("rows/s")).to_be_visible()
    assert complaints == []


def test_job_is_followed_and_cancelled(desk: Page, complaints: list[str]) -> None:
    job = create_job(kind=kinds.SLOW, title="A long count", inputs={"seconds": 120}, owner=None)

    desk.goto(f"/admin/jobs/job/{job.pk}/change/")
    expect(on_job(desk, "status")).to_have_text("Running")
    expect(on_job(desk, "step")).to_have_text(re.compile(r"^\d+\.\d s$"))
    first = on_job(desk, "step").inner_text()
    expect(on_job(desk, "step")).not_to_have_text(first)
    desk.get_by_role("button", name="Cancel this job").click()
    expect(desk.get_by_text("was asked to stop")).to_be_visible()
    expect(on_job(desk, "status")).to_have_text("Cancelled")
    expect(desk.get_by_role("button", name="Cancel this job")).to_have_count(0)

    assert Job.objects.get(pk=job.pk).status == "CANCELLED"
    assert complaints == []


def test_list_of_jobs_follows_the_running_ones(desk: Page) -> None:
    job = create_job(kind=kinds.SLOW, title="A short count", inputs={"seconds": 12}, owner=None)

    desk.goto("/admin/jobs/job/")
    status = desk.locator(f'[data-flux-job="{job.pk}"][data-flux-job-field="status"]')
    expect(status).to_have_text(re.compile("Queued|Running"))
    expect(status).to_have_text("Succeeded")


def test_asset_is_found_and_shown_on_a_map(desk: Page, complaints: list[str]) -> None:
    substation = grid.make_substation(name="Pearland 3")
    grid.make_substation(name="Katy 1")

    desk.goto("/admin/grid/substation/")
    desk.locator("#searchbar").fill("pearl")
    desk.get_by_role("button", name="Search").click()
    expect(desk.get_by_text("1 substation", exact=False).last).to_be_visible()
    desk.get_by_role("link", name=substation.pk).click()

    shown = desk.locator('[data-flux-admin-map][data-map-state="idle"]')
    expect(shown).to_be_visible()
    expect(shown.locator("canvas")).to_be_visible()
    expect(desk.get_by_text(f"{substation.location.y:.5f}° N")).to_be_visible()
    assert complaints == []
