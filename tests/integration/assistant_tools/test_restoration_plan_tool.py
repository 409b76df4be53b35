"""The tool ``restoration_plan``: its figures are those of the stored plan and of the economics of its run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import Context, ToolOutcome, ToolRefused
from agent.events import Assets, Table
from cascade.models import DecisionStudy
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.economics import economics
from cascade.services.decisions.restoration import start_restoration
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from tests.factories.cascade import make_finished_run, make_study
from tests.factories.grid import grant_zone, make_zone
from tests.small_network import SmallNetwork

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

Ask = Callable[..., ToolOutcome]


@pytest.fixture
def study(planner: User, small_network: SmallNetwork) -> DecisionStudy:
    """A plan of one crew for the loss of BR-9012, by which BR-9013 trips and 150 MW are lost."""
    ensure_defaults()
    run = start_run(outages=["BR-9012"], name="Loss of a corner", user=planner)
    run_job(run.job_id)
    started = start_restoration(
        run_id=run.pk,
        crews=1,
        stages=[],
        speed_kmh=None,
        detour_frac=1.2,
        is_critical_first=False,
        first_substations=[],
        repairs=[],
        samples=200,
        seed=7,
        user=planner,
    )
    run_job(started.job_id)
    return DecisionStudy.objects.select_related("run", "job").get(pk=started.pk)


def test_a_plan_is_explained_with_its_own_figures(ask: Ask, viewer: User, study: DecisionStudy) -> None:
    found = ask(viewer, "restoration_plan")

    plan = study.result
    told = found.content
    assert (told["study_id"], told["run_id"], told["crews"]) == (str(study.pk), str(study.run_id), 1)
    assert told["lost_mw"] == plan["lost_mw"] == pytest.approx(150.0)
    assert told["milestones"] == plan["milestones"]
    assert [step["asset_id"] for step in told["steps"]] == [step["asset_id"] for step in plan["steps"]]
    assert {step["asset_id"] for step in told["steps"]} == {"BR-9012", "BR-9013"}
    whole = plan["milestones"][-1]
    assert f"100 % back after **{whole['p50_h']:.4g} h** (P50), {whole['p80_h']:.4g} h (P80)" in found.summary
    for step in plan["steps"]:
        assert f"energised after {step['p50_h']:.4g} h (P50), {step['p80_h']:.4g} h (P80)" in found.summary
    assert "2 repairs by 1 crew, 150 MW to bring back" in found.summary
    assert "Travel is not counted." in found.summary
    repairs, shares = (event for event in found.events if isinstance(event, Table))
    assert [row[1] for row in repairs.rows] == [step["asset_id"] for step in plan["steps"]]
    assert [row[0] for row in shares.rows] == [0.25, 0.5, 0.75, 0.9, 1.0]
    pointed = [ref.asset_id for event in found.events if isinstance(event, Assets) for ref in event.assets]
    assert set(pointed) == {"BR-9012", "BR-9013"}


def test_dollars_are_those_of_the_economics(ask: Ask, viewer: User, study: DecisionStudy) -> None:
    found = ask(viewer, "restoration_plan", study_id=str(study.pk))

    assert study.run is not None
    costs = economics(run=study.run, durations=None, study=study)
    told = found.content["costs_usd"]
    assert told["customers"]["low"] == pytest.approx(costs.customer.usd.low)
    assert told["unserved_mwh"]["mid"] == pytest.approx(costs.unserved_mwh.mid)
    # A rate of crews is not on record, so what the utility pays is not known, and no 0.
    assert told["utility"]["mid"] is None
    assert "Cost to the utility: not known" in found.summary


def test_which_plan(ask: Ask, viewer: User, study: DecisionStudy) -> None:
    other = make_finished_run(name="Another")
    make_study(run=other, name="Not ready")

    of_run = ask(viewer, "restoration_plan", run_id=str(study.run_id))
    shown = ask(viewer, "restoration_plan", context=Context(run_id=str(study.run_id)))
    waiting = ask(viewer, "restoration_plan", run_id=str(other.pk))
    newest = ask(viewer, "restoration_plan")

    assert of_run.content["study_id"] == shown.content["study_id"] == str(study.pk)
    assert newest.content["study_id"] == str(study.pk)  # of those with a result
    assert waiting.content["status"] == "QUEUED"
    assert "is not ready yet: 0 % done" in waiting.summary


def test_a_run_that_changed_has_no_dollars(ask: Ask, viewer: User, study: DecisionStudy) -> None:
    assert study.run is not None
    study.run.total_shed_mw = 149.0
    study.run.save(update_fields=["total_shed_mw"])

    found = ask(viewer, "restoration_plan")

    assert found.content["costs_usd"] is None
    assert "What the outage costs is not known: Run" in found.summary


def test_without_plans(ask: Ask, viewer: User, synced: None) -> None:
    run = make_finished_run()

    assert ask(viewer, "restoration_plan").summary.startswith(
        "There is no restoration plan that you may see."
    )
    of_run = ask(viewer, "restoration_plan", run_id=str(run.pk))
    assert of_run.summary == f"There is no restoration plan of run {run.pk} that you may see."


def test_bad_input_is_named(ask: Ask, viewer: User, synced: None) -> None:
    with pytest.raises(ToolRefused, match="study_id: String should match pattern"):
        ask(viewer, "restoration_plan", study_id="seven")
    with pytest.raises(ToolRefused, match="There is no restoration study 77 that you may see"):
        ask(viewer, "restoration_plan", study_id="77")
    with pytest.raises(ToolRefused, match="There is no run 77 that you may see"):
        ask(viewer, "restoration_plan", run_id="77")


def test_who_may_see_no_studies_is_refused(ask: Ask, nobody: User, study: DecisionStudy) -> None:
    with pytest.raises(ToolRefused, match=r"cascade\.view_decisionstudy"):
        ask(nobody, "restoration_plan")


def test_another_zones_user_has_the_plan_and_is_pointed_at_nothing(
    ask: Ask, viewer: User, study: DecisionStudy
) -> None:
    # Runs and their studies are about whole networks; assets of other zones are not shown on the map.
    grant_zone(user=viewer, zone=make_zone(id="Z-ELSEWHERE"))

    found = ask(viewer, "restoration_plan")

    assert found.content["study_id"] == str(study.pk)
    assert not any(isinstance(event, Assets) for event in found.events)
