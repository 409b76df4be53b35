"""The damage of a run to the distribution network in its restoration plan, worked by hand."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun, DecisionStudy, RepairTime
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.repair_work import ExtraRepair
from cascade.services.decisions.restoration import Stage, start_restoration
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.selectors.topology import forget_networks
from tests.factories.grid import make_customer
from tests.small_network import SmallNetwork

CarryOut = Callable[..., CascadeRun]


@pytest.fixture(autouse=True)
def assumptions(db: None) -> None:
    """Have the assumptions that come with the product, also after a test that emptied the database."""
    ensure_defaults()


def plan_of(run: CascadeRun, user: User, **given: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "crews": 1, "stages": [], "speed_kmh": None, "detour_frac": 0.2, "is_critical_first": False,
        "first_substations": [], "repairs": [], "samples": 50, "seed": 1,
    }  # fmt: skip
    study = start_restoration(run_id=run.pk, user=user, **{**settings, **given})
    run_job(study.job_id)
    done = DecisionStudy.objects.select_related("job").get(pk=study.pk)
    assert done.job.status == "SUCCEEDED", done.job.error_message
    assert done.result is not None
    return done.result


def hours(kind: str) -> float:
    row = RepairTime.objects.get(pk=kind)
    return row.median_h * math.exp(row.sigma**2 / 2)


def steps(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["asset_id"]: step for step in plan["steps"]}


def test_broken_poles_and_sections_are_repaired_in_the_order_of_the_feed(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """L-1 brings back two, the pole on L-X three more, but only once L-1 is done: so L-1 goes first."""
    run = carry_out(elements=["POLE-X", "L-1"])
    assert (run.customers_out, run.total_shed_mw) == (5, 0.0)
    plan = plan_of(run, planner)

    found = steps(plan)
    assert (plan["unit"], plan["lost_mw"], plan["unattributed_customers"]) == ("CUSTOMERS", 0.0, 0)
    assert [step["asset_id"] for step in plan["steps"]] == ["L-1", "POLE-X"]
    assert {key: (each["kind"], each["parent_id"], each["customers"]) for key, each in found.items()} == {
        "L-1": ("OVERHEAD_SPAN", None, 2.0), "POLE-X": ("POLE", "L-1", 3.0),
    }  # fmt: skip
    assert found["L-1"]["restores_mw"] == pytest.approx(0.095)
    span, pole = hours("OVERHEAD_SPAN"), hours("POLE")
    assert found["POLE-X"]["energised_h"] == pytest.approx(span + pole)
    assert plan["weighted_hours"] == pytest.approx(2 * span + 3 * (span + pole))


def test_who_is_back_by_a_tie_waits_for_no_crew(
    tied: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """L-1 is broken; the recloser opens and the tie feeds L-X: three are back before any repair."""
    run = carry_out(elements=["L-1"])
    plan = plan_of(run, planner)

    assert (run.customers_out, run.impact["restored"]["customers"]) == (5, 3)
    switching = plan["switching"]
    assert switching["restored_customers"] == 3
    assert [(each["kind"], each["switch_id"]) for each in switching["steps"]] == [
        ("TRIP", "BRK-1"), ("OPEN", "REC"), ("CLOSE", "TIE"),
    ]  # fmt: skip
    assert switching["done_h"] == pytest.approx(switching["steps"][-1]["at_h"])
    assert {key: each["customers"] for key, each in steps(plan).items()} == {"L-1": 2.0}


def test_repairs_under_a_dead_substation_hang_on_its_job_and_count_once(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """Corner 2 is out, with five customers; three of them need L-X too."""
    run = carry_out("SUB-9002", elements=["L-X"])
    assert run.customers_out == 5
    found = steps(plan_of(run, planner))

    assert (found["SUB-9002"]["customers"], found["L-X"]["customers"]) == (2.0, 3.0)
    assert found["L-X"]["parent_id"] == "SUB-9002"
    assert found["L-X"]["energised_h"] >= found["SUB-9002"]["energised_h"]


def test_load_is_the_common_measure_where_customers_of_a_loss_are_unknown(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """The circuit of corner 3 is gone from the record: jobs are weighed by MW, L-X by its 60 kVA."""
    grid.Customer.objects.filter(meter="M-2").delete()
    for model, key in ((grid.Meter, "M-2"), (grid.Transformer, "T-2"), (grid.LineSection, "L-2"),
                       (grid.Switch, "BRK-2"), (grid.Circuit, "CKT-2")):  # fmt: skip
        model.objects.filter(pk=key).delete()
    forget_networks()
    run = carry_out("SUB-9003", elements=["L-X"])
    plan = plan_of(run, planner)

    assert plan["unit"] == "MW"
    assert steps(plan)["L-X"]["restores_mw"] == pytest.approx(0.057)
    assert steps(plan)["L-X"]["customers"] == 3.0
    repair = ExtraRepair(asset_id="T-1", kind="POLE_TRANSFORMER", customers=2.0)
    study = start_restoration(
        run_id=run.pk, crews=1, stages=[], speed_kmh=None, detour_frac=0.2, is_critical_first=False,
        first_substations=[], repairs=[repair], samples=10, seed=1, user=planner,
    )  # fmt: skip
    run_job(study.job_id)
    study.job.refresh_from_db()
    assert "weighed by customers" in study.job.error_message


def test_repairs_by_hand_stand_beside_those_of_the_run(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """A report of T-X hangs on the pole of the run; crews drive; what the run broke cannot be given twice."""
    run = carry_out(elements=["POLE-X"])
    extra = ExtraRepair(asset_id="T-X", kind="POLE_TRANSFORMER", customers=0.0, parent_id="POLE-X")
    stage = Stage(longitude=-95.0, latitude=29.0, crews=1)
    plan = plan_of(run, planner, repairs=[extra], stages=[stage], speed_kmh=40.0)

    found = steps(plan)
    assert (found["T-X"]["parent_id"], found["T-X"]["restores_mw"]) == ("POLE-X", None)
    assert plan["has_travel"]
    assert found["POLE-X"]["starts_h"] > 0.0

    twice = ExtraRepair(asset_id="POLE-X", kind="POLE", customers=3.0)
    study = start_restoration(
        run_id=run.pk, crews=1, stages=[], speed_kmh=None, detour_frac=0.2, is_critical_first=False,
        first_substations=[], repairs=[twice], samples=10, seed=1, user=planner,
    )  # fmt: skip
    run_job(study.job_id)
    study.job.refresh_from_db()
    assert (study.job.status, "POLE-X" in study.job.error_message) == ("FAILED", True)


def test_critical_customers_of_a_circuit_go_first(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """A hospital hangs on L-2 alone, five customers on L-1; without the rule L-1 goes first."""
    make_customer(meter=grid.Meter.objects.get(pk="M-2"), critical_kind="HOSPITAL")
    forget_networks()
    run = carry_out(elements=["L-1", "L-2"])

    assert [step["asset_id"] for step in plan_of(run, planner)["steps"]] == ["L-1", "L-2"]
    first = plan_of(run, planner, is_critical_first=True)["steps"]
    assert [(step["asset_id"], step["is_critical"]) for step in first] == [("L-2", True), ("L-1", False)]
