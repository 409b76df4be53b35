"""The tool ``cascade`` on a network worked by hand: runs are started as one's own, explained and listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import Context, ToolOutcome, ToolRefused
from agent.events import Assets, Chart, DoneReason, Table
from agent.tools import waiting
from cascade.models import CascadeRun, DecisionStudy
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.runs import start_run
from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models as grid
from tests.factories.cascade import make_finished_run, make_run
from tests.factories.grid import grant_zone, make_substation, make_zone
from tests.small_network import SmallNetwork

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

Ask = Callable[..., ToolOutcome]


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Carry every queued job out while the tool waits for it, as a worker beside it does."""

    def work(_: float) -> None:
        for job in Job.objects.filter(status="QUEUED"):
            run_job(job.pk)

    monkeypatch.setattr(waiting.time, "sleep", work)


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no worker take a job, and nobody wait for it."""
    monkeypatch.setattr("agent.tools.cascade.WAIT_S", 0.0)


def pointed(outcome: ToolOutcome) -> list[str]:
    return [ref.asset_id for event in outcome.events if isinstance(event, Assets) for ref in event.assets]


def test_a_run_is_started_as_ones_own_and_reported(
    ask: Ask, planner: User, small_network: SmallNetwork, queue: None
) -> None:
    # Without BR-9012 all 200 MW flow over BR-9013 of 150 MVA: it trips, and 150 MW are lost.
    found = ask(planner, "cascade", action="RUN", assets=["BR-9012"])

    run = CascadeRun.objects.select_related("job").get()
    assert (run.job.owner_id, run.job.status) == (planner.pk, "SUCCEEDED")
    assert run.name == "Asked of the assistant: Corner 1 to Corner 2, 138 kV"
    told = found.content
    assert (told["run_id"], told["status"], told["address"]) == (
        str(run.pk),
        "SUCCEEDED",
        f"/cascade?run={run.pk}",
    )
    assert (told["lost_mw"], told["total_load_mw"]) == (pytest.approx(150.0), pytest.approx(200.0))
    assert (told["tripped_count"], told["wave_count"], told["customers_out"]) == (1, 1, None)
    [trip] = told["first_trips"]
    assert (trip["branch_id"], trip["cause"]) == ("BR-9013", "OVERLOAD")
    assert trip["loading_pct"] == pytest.approx(400.0 / 3.0)
    assert "**150 MW** lost of 200 MW, customers not known" in found.summary
    assert "1 branch tripped in 1 wave; 0 MW were lost at once, before any trip." in found.summary
    assert "First failed: Corner 1 to Corner 2" in found.summary
    assert "First tripped: Corner 1 to Corner 3" in found.summary
    assert "200 MW over a rating of 150 MVA (133.3 %)" in found.summary
    waves = next(event for event in found.events if isinstance(event, Table))
    assert [row[3] for row in waves.rows] == pytest.approx([0.0, 150.0])
    assert any(isinstance(event, Chart) for event in found.events)
    assert pointed(found) == ["BR-9012", "BR-9013"]


def test_names_and_a_factor_on_loads(
    ask: Ask, planner: User, small_network: SmallNetwork, queue: None
) -> None:
    found = ask(planner, "cascade", action="RUN", assets=["corner 1"], load_factor=0.5)

    run = CascadeRun.objects.get()
    assert (run.outages, run.load_multiplier) == (["SUB-9001"], 0.5)
    # Corner 1 holds the unit that feeds both loads of 50 MW; the unit of 50 MW at corner 3 is left.
    assert found.content["lost_mw"] == pytest.approx(50.0)


def test_this_one_is_what_is_selected_on_the_map(
    ask: Ask, planner: User, small_network: SmallNetwork, queue: None
) -> None:
    ask(planner, "cascade", context=Context(asset_ids=("SUB-9001", "BR-9012")), action="RUN")

    assert CascadeRun.objects.get().outages == ["BR-9012"]


def test_a_run_that_takes_longer_goes_on(
    ask: Ask, planner: User, small_network: SmallNetwork, no_worker: None
) -> None:
    found = ask(planner, "cascade", action="RUN", assets=["BR-9012"])

    run = CascadeRun.objects.get()
    assert found.content["status"] == "QUEUED"
    assert f"[run {run.pk}](/cascade?run={run.pk})" in found.summary
    assert "It goes on by itself" in found.summary
    assert "lost" not in found.summary


def test_a_name_that_several_have_starts_nothing(
    ask: Ask, planner: User, small_network: SmallNetwork, queue: None
) -> None:
    for _ in range(2):
        make_substation(name="Alder", zone=small_network.zone)

    found = ask(planner, "cascade", action="RUN", assets=["Alder", "BR-9012"])

    assert found.ended is DoneReason.ASKED_BACK
    choices = [choice.question for event in found.events for choice in getattr(event, "choices", ())]
    assert len(choices) == 2
    assert all(each.startswith("What happens if SUB-") and "BR-9012" in each for each in choices)
    assert not CascadeRun.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"action": "RUN"}, "assets: Name at least one asset that fails first"),
        (
            {"action": "RUN", "assets": ["BR-9012"], "load_factor": 0.0},
            "load_factor: Input should be greater than 0",
        ),
        ({"action": "STOP"}, "action: Input should be 'EXPLAIN', 'RUN' or 'LIST'"),
        ({"action": "EXPLAIN", "run_id": "7; DROP"}, "run_id: String should match pattern"),
        ({"action": "EXPLAIN", "run_id": "999999"}, "There is no run 999999 that you may see"),
        ({"action": "RUN", "assets": ["BR-9012"] * 21}, "assets: List should have at most 20 items"),
    ],
)
def test_bad_input_is_named(
    ask: Ask, planner: User, small_network: SmallNetwork, queue: None, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ToolRefused) as refused:
        ask(planner, "cascade", **given)

    assert said in str(refused.value)
    assert not CascadeRun.objects.exists()


def test_a_viewer_starts_no_run(ask: Ask, viewer: User, small_network: SmallNetwork) -> None:
    with pytest.raises(ToolRefused, match=r"cascade\.add_cascaderun.*Nothing was started"):
        ask(viewer, "cascade", action="RUN", assets=["BR-9012"])

    assert not CascadeRun.objects.exists()


def test_who_may_see_no_runs_has_no_tool(ask: Ask, nobody: User, small_network: SmallNetwork) -> None:
    with pytest.raises(ToolRefused, match=r"cascade\.view_cascaderun"):
        ask(nobody, "cascade", action="LIST")


def test_another_zones_user_takes_nothing_out(
    ask: Ask, planner: User, small_network: SmallNetwork, queue: None
) -> None:
    grant_zone(user=planner, zone=make_zone(id="Z-ELSEWHERE"))

    found = ask(planner, "cascade", action="RUN", assets=["BR-9012"])

    assert found.ended is DoneReason.ASKED_BACK
    assert not CascadeRun.objects.exists()


def test_a_run_is_explained_by_its_explanation(
    ask: Ask, planner: User, small_network: SmallNetwork, queue: None
) -> None:
    ensure_defaults()
    run = start_run(outages=["BR-9012"], user=planner)
    run_job(run.job_id)

    found = ask(planner, "cascade", action="EXPLAIN", run_id=str(run.pk))
    again = ask(planner, "cascade", action="EXPLAIN", context=Context(run_id=str(run.pk)))
    newest = ask(planner, "cascade", action="EXPLAIN")

    study = DecisionStudy.objects.get()  # once started it is read, not started again
    assert study.job.owner_id == planner.pk
    texts = [each["text"] for each in study.result["statements"]]
    assert [each["text"] for each in found.content["statements"]] == texts
    assert any(each["topic"] == "PREVENTION" for each in found.content["statements"])
    assert "75" in found.summary  # at 75 % of the load nothing would have tripped
    assert again.summary == newest.summary == found.summary


def test_a_viewer_reads_an_explanation_and_starts_none(
    ask: Ask, planner: User, viewer: User, small_network: SmallNetwork
) -> None:
    ensure_defaults()
    run = start_run(outages=["BR-9012"], user=planner)
    run_job(run.job_id)

    found = ask(viewer, "cascade", action="EXPLAIN")

    assert not DecisionStudy.objects.exists()
    assert found.content["lost_mw"] == pytest.approx(150.0)
    assert "First tripped: Corner 1 to Corner 3" in found.summary
    assert "needs the permission cascade.add_decisionstudy" in found.summary


def test_a_run_that_cannot_be_repeated_says_so(ask: Ask, planner: User, queue: None, synced: None) -> None:
    ensure_defaults()
    make_finished_run(owner=planner)

    found = ask(planner, "cascade", action="EXPLAIN")

    assert found.content["statements"] == []
    assert "What would have stopped it is not there" in found.summary


def test_a_run_without_a_result_is_told_as_it_is(ask: Ask, planner: User, synced: None) -> None:
    run = make_run(owner=planner)
    Job.objects.filter(pk=run.job_id).update(status="FAILED", error_message="The network is empty.")

    found = ask(planner, "cascade", action="EXPLAIN", run_id=str(run.pk))

    assert found.content["status"] == "FAILED"
    assert "failed: The network is empty." in found.summary


def test_the_newest_runs_are_listed(ask: Ask, viewer: User, synced: None) -> None:
    older, newer = make_finished_run(name="Older"), make_run(name="Newer")

    found = ask(viewer, "cascade", action="LIST")

    assert [row["run_id"] for row in found.content["runs"]] == [str(newer.pk), str(older.pk)]
    assert [row["lost_mw"] for row in found.content["runs"]] == [None, 100.0]
    assert "**Older**" in found.summary
    assert "100 MW lost, 1 branch tripped" in found.summary


def test_an_empty_database_has_no_run(ask: Ask, viewer: User, synced: None) -> None:
    told = "There is no cascade run that you may see."

    assert ask(viewer, "cascade", action="LIST").summary == told
    assert ask(viewer, "cascade", action="EXPLAIN").summary == told


def test_names_of_the_data_are_no_formatting(ask: Ask, viewer: User, synced: None) -> None:
    make_finished_run(name="[click](http://evil.example) **now**")

    found = ask(viewer, "cascade", action="LIST")

    assert r"\[click\](http://evil.example) \*\*now\*\*" in found.summary
    assert grid.Substation.objects.count() == 0
