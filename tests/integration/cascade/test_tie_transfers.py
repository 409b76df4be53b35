"""Mitigation that finds ties by itself: load moved off a substation keeps a line in, by hand."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun, DecisionStudy
from cascade.schema.decision_types import mitigation_result
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.mitigation import TieTransfer, start_mitigation
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.models import SwitchKind
from grid.selectors.topology import forget_networks
from tests.factories.grid import make_circuit, make_line_section, make_switch
from tests.small_network import SmallNetwork

RATED_A = 100_000.0


@pytest.fixture(autouse=True)
def assumptions(db: None) -> None:
    """Have the assumptions that come with the product, also after a test that emptied the database."""
    ensure_defaults()


@pytest.fixture
def bordering(served: SmallNetwork) -> SmallNetwork:
    """Let T-1 under corner 2 carry 60 MVA, and tie its circuit to one under corner 1, which has 5 MW.

    Without 1-2 the line 1-3 carries 200 MW and trips at 150. With 57 MW (60 MVA at 0.95) moved off corner 2
    it carries 143 MW, and holds.
    """
    grid.Bus.objects.filter(pk="BUS-9001").update(load_mw=5.0)
    grid.Substation.objects.update(capacity_mva=1_000.0)
    near = make_circuit(id="CKT-0", substation=served.substations[0])
    make_switch(id="BRK-0", circuit=near, from_node="SUB-9001", to_node="n0")
    make_line_section(id="L-0", circuit=near, from_node="n0", to_node="m0")
    make_switch(
        id="TIE", circuit=near, kind=SwitchKind.TIE, from_node="m0", to_node="m1", is_normally_open=True
    )
    grid.Circuit.objects.update(rated_mva=500.0)
    grid.Switch.objects.update(rated_a=RATED_A)
    grid.LineSection.objects.update(rated_a=RATED_A)
    grid.Transformer.objects.filter(pk="T-1").update(peak_load_kva=60_000.0)
    forget_networks()
    return served


def search(run: CascadeRun, user: User, *transfers: TieTransfer) -> dict[str, Any]:
    study = start_mitigation(
        run_id=run.pk, params={}, transfers=transfers, response=None, outage_hours=None, seed=0, user=user
    )
    run_job(study.job_id)
    done = DecisionStudy.objects.select_related("job").get(pk=study.pk)
    assert done.job.status == "SUCCEEDED", done.job.error_message
    assert done.result is not None
    return done.result


def moved(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [action for action in found["actions"] if action["kind"] == "TRANSFER_LOAD"]


@pytest.fixture
def run(bordering: SmallNetwork, planner: User) -> CascadeRun:
    started = start_run(outages=["BR-9012"], user=planner)
    run_job(started.job_id)
    return CascadeRun.objects.get(pk=started.pk)


def test_a_tie_at_the_border_is_found_and_tried(run: CascadeRun, planner: User) -> None:
    found = search(run, planner)

    [candidate] = found["transfers"]
    assert (candidate["tie_id"], candidate["open_switch_id"], candidate["customers"]) == ("TIE", "BRK-1", 2)
    assert (candidate["from_substation"], candidate["to_substation"]) == ("SUB-9002", "SUB-9001")
    assert candidate["mw"] == pytest.approx(57.0)
    [action] = moved(found)
    assert (action["targets"], action["is_contained"]) == (["TIE"], True)
    assert action["saved_mw"] == pytest.approx(found["lost_mw"])
    shown = mitigation_result(found).transfers
    assert [each.tie_id for each in shown] == ["TIE"]


def test_a_tie_that_is_named_counts_as_it_is_named(run: CascadeRun, planner: User) -> None:
    """10 MW are too few: 190 MW still trip the line, so that the transfer saves nothing."""
    named = TieTransfer(tie_id="TIE", from_bus_id="BUS-9002", to_bus_id="BUS-9001", mw=10.0)
    found = search(run, planner, named)

    assert found["transfers"] == []
    assert [action["moved_mw"] for action in moved(found) if action["is_contained"]] == []


def test_a_tie_with_too_little_rating_is_no_candidate(run: CascadeRun, planner: User) -> None:
    grid.LineSection.objects.filter(pk="L-0").update(rated_a=100.0)
    forget_networks()
    assert search(run, planner)["transfers"] == []
