"""Studies started from runs in the admin, and what their pages show."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cascade.models import CascadeRun, DecisionStudy
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.restoration import start_restoration
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from tests.factories.cascade import make_run
from tests.factories.users import make_user as make_named
from tests.integration.admin.pages import list_page, row_page
from tests.small_network import SmallNetwork

pytestmark = pytest.mark.integration


@pytest.fixture
def run(superuser: User, small_network: SmallNetwork) -> CascadeRun:
    """Return the loss of BR-9012: BR-9013 trips, 75 MW are lost at each of SUB-9002 and SUB-9003."""
    ensure_defaults()
    started = start_run(outages=["BR-9012"], user=superuser)
    run_job(started.job_id)
    return CascadeRun.objects.select_related("job").get(pk=started.pk)


def act(browser: Client, action: str, run: CascadeRun) -> str:
    """Return the page after an action on a run."""
    answer = browser.post(
        list_page("cascade.cascaderun"), {"action": action, "_selected_action": [run.pk]}, follow=True
    )
    return answer.content.decode()


def page_of(browser: Client, study: DecisionStudy) -> str:
    """Carry a study out and return the text of its page."""
    run_job(study.job_id)
    content = browser.get(row_page(study)).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", content))


def test_an_explanation_is_started_from_a_run_and_read_in_sentences(boss: Client, run: CascadeRun) -> None:
    assert "Started:" in act(boss, "explain_selected", run)

    shown = page_of(boss, DecisionStudy.objects.get(kind="EXPLANATION"))

    assert "First out: 1 branch" in shown
    assert "150 MW" in shown


def test_actions_against_a_run_are_shown_with_what_they_save(boss: Client, run: CascadeRun) -> None:
    assert "Started:" in act(boss, "mitigate_selected", run)

    shown = page_of(boss, DecisionStudy.objects.get(kind="MITIGATION"))

    # 50 MW move from plant to plant; all 150 MW are saved; customers, dollars and the chance are not known
    assert "300 MW at Corner 1, ng unit of 50 MW at Corner 3 0.0 50.0 150.0 — — yes —" in shown
    assert "Load lost without 150.0 MW" in shown


def test_a_plan_is_shown_with_its_milestones_and_schedule(
    boss: Client, run: CascadeRun, superuser: User
) -> None:
    study = start_restoration(
        run_id=run.pk,
        crews=1,
        stages=(),
        speed_kmh=None,
        detour_frac=0.2,
        is_critical_first=False,
        first_substations=(),
        repairs=(),
        samples=100,
        seed=0,
        user=superuser,
    )

    shown = page_of(boss, study)

    assert "Load lost 150.0 MW" in shown
    assert "Repair jobs 2" in shown
    assert "100.0 %" in shown


def test_measures_are_shown_with_their_worth(boss: Client, run: CascadeRun, superuser: User) -> None:
    from tests.api.test_decisions import INVEST, invest  # the case worked out there
    from tests.clients import Api

    answer = Api(superuser).data(INVEST, input=invest(run))["startInvestmentStudy"]

    shown = page_of(boss, DecisionStudy.objects.get(pk=answer["studyId"]))

    # 150 MW for 1, 2 and 4 hours, every tenth year, at 35,685 $/MWh
    assert "strong Reconductor BR-9013 4,000,000 1,070,550 (535,275 to 2,141,100)" in shown
    assert "Best set strong" in shown


def test_a_run_starts_once_more(boss: Client, run: CascadeRun) -> None:
    assert "Started:" in act(boss, "repeat_selected", run)
    assert CascadeRun.objects.get(repeat_of=run).outages == ["BR-9012"]


def test_what_cannot_be_started_is_said(boss: Client, small_network: SmallNetwork) -> None:
    ensure_defaults()
    waiting = make_run()

    assert "decisions need one that has SUCCEEDED" in act(boss, "explain_selected", waiting)
    assert not DecisionStudy.objects.exists()


def test_viewers_start_nothing(run: CascadeRun, as_user: Callable[[Any], Client]) -> None:
    viewer = as_user(make_named("viewer"))

    for action in ("explain_selected", "mitigate_selected", "repeat_selected"):
        act(viewer, action, run)

    assert not DecisionStudy.objects.exists()
    assert CascadeRun.objects.count() == 1
