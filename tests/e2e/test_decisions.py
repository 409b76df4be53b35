"""A planner decides after a cascade: stops it, restores it, builds against it, and prints what was found."""

from __future__ import annotations

import csv
import math
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from playwright.sync_api import Browser, Locator, Page, expect

from cascade.models import CascadeRun, DecisionStudy, RepairTime
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.mitigation import start_mitigation
from cascade.services.decisions.restoration import start_restoration
from cascade.services.runs import start_run
from flux_site.celery import app as celery_app
from flux_site.jobs.models import Job
from tests.e2e.browser import Complaints, apart, axe, new_page, sign_in
from tests.factories.grid import make_circuit, make_customer, make_line_section, make_meter, make_transformer
from tests.factories.users import make_user
from tests.servers.web import WebServer, web_server
from tests.servers.worker import worker
from tests.small_network import make_small_network

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

FAILED, TRIPPED = "BR-9012", "BR-9013"
PATIENCE_S = 120
VOLL_USD_PER_MWH = 35_685.0
"""What the product comes with: ERCOT's adopted value of lost load."""
HOMES = (4, 8)
"""Customers of the two corners that have load."""


def _fill() -> None:
    """Make three buses with a few customers, and two people."""
    make_user("planner", username="pia")
    make_user("viewer", username="vera")
    ensure_defaults()
    network = make_small_network()
    for substation, homes in zip(network.substations[1:], HOMES, strict=True):
        line = make_line_section(circuit=make_circuit(substation=substation))
        transformer = make_transformer(line=line)
        for _ in range(homes):
            make_customer(meter=make_meter(transformer=transformer))


@pytest.fixture(scope="module")
def site(kept_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """Run the web server and a worker on a network small enough for a pencil."""
    folder = tmp_path_factory.mktemp("decisions") / "warehouse"
    with celery_app.connection_for_write() as link:
        link.default_channel.queue_purge(celery_app.conf.task_default_queue)  # what other tests left behind
    with override_settings(WAREHOUSE_URL=f"embedded://{folder}?memory_limit=512MB&threads=1"):
        apart(_fill)
        with web_server(FLUX_DEBUG="1") as server, worker():
            yield server


def wait_for(job_id: Any) -> None:
    """Wait until the worker has finished a job."""
    for _ in range(PATIENCE_S):
        job = Job.objects.get(pk=job_id)
        if job.status in ("SUCCEEDED", "FAILED", "CANCELLED"):
            assert job.status == "SUCCEEDED", job.error_message
            return
        time.sleep(1.0)
    raise AssertionError("The worker did not finish the job in time.")


def _run() -> int:
    """Run the loss of the branch 1-2: the branch 1-3 trips, and 150 of 200 MW are lost."""
    run = start_run(outages=[FAILED], user=User.objects.get(username="pia"))
    wait_for(run.job_id)
    return int(run.pk)


@pytest.fixture(scope="module")
def run_id(site: WebServer) -> int:
    """Return a finished run."""
    return apart(_run)


@pytest.fixture
def desk(browser_of_module: Browser, site: WebServer, run_id: int) -> Iterator[tuple[Page, Complaints]]:
    """Return a planner's page, and what the browser complains of."""
    with new_page(browser_of_module, site.port) as (page, complaints):
        sign_in(page, username="pia", path=f"/cascade/decisions?run={run_id}")
        yield page, complaints


def _studies() -> None:
    run, user = CascadeRun.objects.latest("pk"), User.objects.get(username="pia")
    params = {"emergency_factor": 1.15, "max_switched": 5, "max_choke_points": 5}
    mitigation = start_mitigation(
        run_id=run.pk, params=params, transfers=[], response=None, outage_hours=None, seed=0, user=user
    )
    restoration = start_restoration(
        run_id=run.pk,
        crews=2,
        stages=[],
        speed_kmh=None,
        detour_frac=0.2,
        is_critical_first=False,
        first_substations=[],
        repairs=[],
        samples=50,
        seed=0,
        user=user,
    )
    for study in (mitigation, restoration):
        wait_for(study.job_id)


@pytest.fixture(scope="module")
def studies(run_id: int) -> None:
    """Make finished studies of two kinds."""
    apart(_studies)


def newest(kind: str) -> DecisionStudy:
    """Return the newest study of a kind."""
    return DecisionStudy.objects.select_related("job__owner").filter(kind=kind).latest("created_at")


def saved(page: Page, name: str, folder: Path) -> list[dict[str, str]]:
    """Return the rows of the file that a button hands over."""
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def start_form(page: Page, run_id: int, tab: str) -> Locator:
    """Open the form of a new study."""
    page.goto(f"/cascade/decisions?run={run_id}&tab={tab}")
    page.get_by_test_id("new-study").click()
    return page.get_by_test_id("study-form")


def test_a_run_is_chosen_and_its_cost_worked_out(desk: tuple[Page, Complaints], run_id: int) -> None:
    page, complaints = desk
    page.goto("/cascade/decisions")
    page.get_by_test_id(f"decide-run-{run_id}").click()
    expect(page).to_have_url(re.compile(rf"/cascade/decisions\?run={run_id}$"))
    expect(page.get_by_test_id("decisions-run")).to_contain_text("150.0\u00a0MW lost")
    page.get_by_test_id("work-out").click()
    expect(page.get_by_test_id("durations")).to_contain_text("Give three numbers")
    for field, hours in (("low-h", "1"), ("mid-h", "4"), ("high-h", "8")):
        page.get_by_test_id(field).fill(hours)
    page.get_by_test_id("work-out").click()

    cost = page.get_by_test_id("economics")
    # 100 MW and more of shedding are HIGH; three quarters of the customers are out
    expect(cost).to_contain_text("Severity")
    expect(cost).to_contain_text("High")
    expect(cost).to_contain_text(f"Customers out{sum(HOMES) * 0.75:.0f}")
    # the value of lost load is the highest of both methods: 150 MW for 8 h
    expect(page.get_by_test_id("ledgers")).to_contain_text(f"${150 * 8 * VOLL_USD_PER_MWH / 1e6:.1f}\u00a0M")
    expect(page).to_have_url(re.compile("hours=1,4,8"))
    assert complaints == []


def test_what_would_have_stopped_it_is_found_and_compared(
    desk: tuple[Page, Complaints], run_id: int, tmp_path: Path
) -> None:
    page, complaints = desk
    form = start_form(page, run_id, "mitigation")
    form.get_by_test_id("outage-hours").fill("2")
    form.get_by_test_id("start-study").click()

    # moving 50 MW of output to the unit at bus 3 brings the branch from 200 down to its 150 MVA
    best = page.get_by_test_id("action-table").locator("tbody tr").first
    expect(best).to_contain_text("Redispatch units")
    expect(best).to_contain_text("150.0 → 0.0\u00a0MW")
    expect(best).to_contain_text("P1")
    expect(best).to_contain_text("moves 50.0\u00a0MW of output")
    expect(best).to_contain_text(f"${150 * 2 * VOLL_USD_PER_MWH / 1e6:.1f}\u00a0M")
    expect(page.get_by_test_id("choke-table")).to_contain_text("150")
    rows = saved(page, "Download the actions as CSV", tmp_path)
    assert float(rows[0]["Saved (MW)"]) == pytest.approx(150.0)
    assert float(rows[0]["Moves (MW)"]) == pytest.approx(50.0)
    cards = page.get_by_test_id("action-cards").get_by_role("article")
    expect(cards).to_have_count(2)
    page.get_by_role("checkbox", name="Compare action 1", exact=True).uncheck()
    expect(cards).to_have_count(1)
    assert str(newest("MITIGATION").job.owner) == "pia"
    assert complaints == []


def test_a_restoration_is_planned_and_read_by_keyboard(
    desk: tuple[Page, Complaints], run_id: int, tmp_path: Path
) -> None:
    page, complaints = desk
    form = start_form(page, run_id, "restoration")
    form.get_by_test_id("start-study").click()
    expect(form).to_contain_text("Needed")
    form.get_by_test_id("crews").fill("1")
    form.get_by_test_id("start-study").click()

    figures = page.get_by_test_id("plan-figures")
    expect(figures).to_contain_text("Crews1 of 1")
    expect(figures).to_contain_text("proved to be the best")
    # buses 2 and 3 are reached over the branch that only tripped: it goes before the repair
    jobs = saved(page, "Download the jobs as CSV", tmp_path)
    assert [row["Id"] for row in jobs] == [TRIPPED, FAILED]
    assert [float(row["Customers"]) for row in jobs] == [pytest.approx(sum(HOMES) * 0.75), 0.0]
    times = [RepairTime.objects.get(pk=row["Kind"]) for row in jobs]
    assert times[0].kind == "BRANCH_TRIP"
    mean = [each.median_h * math.exp(each.sigma**2 / 2) for each in times]
    assert float(jobs[1]["Finished (h)"]) == pytest.approx(sum(mean))
    gantt = page.get_by_test_id("gantt").get_by_role("listbox")
    gantt.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("job-facts")).to_contain_text("Job 1: Branch trip")
    expect(page.get_by_test_id("job-facts")).to_contain_text("1 branches overloaded: redispatch first")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("job-facts")).to_contain_text("Job 2:")
    before = page.get_by_test_id("gantt-span").inner_text()
    page.keyboard.press("+")
    expect(page.get_by_test_id("gantt-span")).not_to_have_text(before)
    expect(page.get_by_test_id("economics")).to_contain_text("Durations of restoration plan")
    assert complaints == []


def test_crews_are_staged_and_a_plan_starts_from_there(desk: tuple[Page, Complaints], run_id: int) -> None:
    page, complaints = desk
    form = start_form(page, run_id, "staging")
    form.get_by_test_id("speed").fill("30")
    form.get_by_test_id("most-crews").fill("3")
    form.get_by_test_id("start-study").click()
    expect(page.get_by_test_id("stage-table")).to_be_visible()
    study = newest("STAGING")
    assert study.inputs["speed_kmh"] == pytest.approx(30 * 1.609344)
    page.get_by_test_id("plan-from-stages").click()

    expect(page.get_by_test_id("plan-figures")).to_contain_text("Driving is counted.")
    plan = newest("RESTORATION")
    recommended = next(each for each in study.result["plans"] if each["crews"] == plan.inputs["crews"])
    assert plan.result["weighted_hours"] == pytest.approx(recommended["weighted_hours"], rel=1e-12)
    assert complaints == []


def test_measures_are_compared_under_two_budgets(desk: tuple[Page, Complaints], run_id: int) -> None:
    page, complaints = desk
    form = start_form(page, run_id, "investment")
    for field, value in (("budget", "5000000"), ("years", "10"), ("discount", "0")):
        form.get_by_test_id(field).fill(value)
    case = form.get_by_role("group", name="Runs: row 1")
    for label, value in (("Times a year", "0.1"), ("Lasts, low", "1"), ("mid", "2"), ("high", "4")):
        case.get_by_label(label).fill(value)
    form.get_by_test_id("suggest-measures").click()
    harden, strong = (form.get_by_role("group", name=f"Measures: row {row}") for row in (1, 2))
    harden.get_by_label("Cost").fill("2000000")
    harden.get_by_label("Outages avoided").fill("50")
    strong.get_by_label("Cost").fill("4000000")
    strong.get_by_label("New over old rating").fill("1.4")
    form.get_by_test_id("start-study").click()

    portfolio = page.get_by_test_id("portfolio")
    year = 150 * 2 * 0.1 * VOLL_USD_PER_MWH  # MW · h · a year · $/MWh
    expect(portfolio).to_contain_text("Chosen1 measure")
    expect(portfolio).to_contain_text(f"${10 * year / 1e6:.1f}\u00a0M")
    first = newest("INVESTMENT")
    # both cost 6 million; alone they would add up to one and a half of what there is to save
    page.get_by_test_id("trial-budget").fill("7000000")
    expect(page.get_by_test_id("trial-set")).to_contain_text("2 measures for $6.00\u00a0M")
    expect(page.get_by_test_id("trial-set")).to_contain_text(f"${15 * year / 1e6:.1f}\u00a0M")
    page.get_by_test_id("simulate-budget").click()
    expect(page).to_have_url(re.compile(f"with={first.pk}"))
    compared = page.get_by_test_id("compared-facts")
    expect(compared.get_by_role("row", name=re.compile("Measures chosen"))).to_contain_text(
        re.compile("2.*1")
    )
    expect(portfolio).to_contain_text("is saved twice")
    assert newest("INVESTMENT").inputs["budget_usd"] == 7_000_000
    assert complaints == []


def test_the_run_is_explained_and_reported(desk: tuple[Page, Complaints], run_id: int) -> None:
    page, complaints = desk
    start_form(page, run_id, "explanation").get_by_test_id("start-study").click()
    said = page.get_by_test_id("explanation-PATIENT_ZERO")
    expect(said).to_contain_text("Corner 1 to Corner 2")
    spread = page.get_by_test_id("explanation-WAVES")
    spread.locator("summary").first.click()
    expect(spread.get_by_role("link", name=TRIPPED).first).to_be_visible()
    page.get_by_test_id("decisions-report").click()
    report = page.get_by_test_id("report")
    expect(report.get_by_role("heading", name="Explanation")).to_be_visible()
    expect(report.get_by_test_id("explanation-PATIENT_ZERO")).to_contain_text("Corner 1 to Corner 2")
    assert complaints == []


def test_a_viewer_sees_studies_and_starts_none(
    browser_of_module: Browser, site: WebServer, run_id: int, studies: None
) -> None:
    with new_page(browser_of_module, site.port) as (page, complaints):
        sign_in(page, username="vera", path=f"/cascade/decisions?run={run_id}&tab=restoration&new=1")
        expect(page.get_by_test_id("new-study")).to_be_disabled()
        expect(page.get_by_test_id("study-form")).to_have_count(0)
        expect(page.get_by_test_id("study-list")).to_contain_text("pia")
        expect(page.get_by_test_id("job-table")).to_be_visible()
        assert complaints == []


def test_the_page_has_no_accessibility_faults(
    browser_of_module: Browser, site: WebServer, run_id: int, studies: None
) -> None:
    with new_page(browser_of_module, site.port) as (page, _):
        sign_in(page, username="pia", path=f"/cascade/decisions?run={run_id}")
        shown = {"mitigation": "action-table", "restoration": "job-table", "investment": "study-form"}
        for tab, part in shown.items():
            page.goto(f"/cascade/decisions?run={run_id}&tab={tab}&new=1")
            expect(page.get_by_test_id(part)).to_be_visible()
            assert axe(page) == []
