"""What the failed elements of a run cost beside its substations, worked by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.ranges import Range
from cascade.models import CascadeRun, CostAssumptions, DecisionStudy
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.economics import Economics, economics
from cascade.services.decisions.restoration import start_restoration
from flux_site.api.errors import BadInput
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.selectors.topology import forget_networks
from tests.small_network import SmallNetwork

near = pytest.approx
CarryOut = Callable[..., CascadeRun]
GIVEN = Durations(low_h=1.0, mid_h=4.0, high_h=8.0)
HOMES_USD = (5.1, 9.5, 17.2)
"""ICE 1.0, a home out for 1, 4 and 8 hours."""
VOLL_USD = 35_685
KVA_MW = 0.95 / 1000


@pytest.fixture(autouse=True)
def assumptions(db: None) -> None:
    ensure_defaults()


def cost(run: CascadeRun, durations: Durations | None = GIVEN, study: Any = None) -> Economics:
    return economics(run=run, durations=durations, study=study)


def bounds(figure: Range) -> list[float | None]:
    return [figure.low, figure.mid, figure.high]


def by_class(found: Economics) -> dict[str, float]:
    return {f"{share.cost_class.value} {share.area}": share.customers for share in found.shares}


def study_of(run: CascadeRun, user: User) -> DecisionStudy:
    study = start_restoration(
        run_id=run.pk, crews=1, stages=[], speed_kmh=None, detour_frac=0.2, is_critical_first=False,
        first_substations=[], repairs=[], samples=50, seed=1, user=user,
    )  # fmt: skip
    run_job(study.job_id)
    done = DecisionStudy.objects.select_related("job").get(pk=study.pk)
    assert done.job.status == "SUCCEEDED", done.job.error_message
    return done


def test_a_run_of_one_section_costs_what_its_customers_lose(
    served: SmallNetwork, carry_out: CarryOut
) -> None:
    """L-1 serves two homes and 100 kVA; the transmission network lost nothing."""
    found = cost(carry_out(elements=["L-1"]))

    factor = CostAssumptions.objects.get().price_factor
    assert (found.lost_mw, found.local_lost_mw, found.local_lost_mw_reason) == (0.0, near(100 * KVA_MW), "")
    assert (found.customers_out, found.coverage_frac) == (near(2.0), None)
    assert by_class(found) == {f"RESIDENTIAL {served.zone.name}": near(2.0)}
    assert bounds(found.unserved_mwh) == near([100 * KVA_MW * hours for hours in (1, 4, 8)])
    damage, voll = found.customer.lines
    assert bounds(damage.usd) == near([2 * usd * factor for usd in HOMES_USD])
    assert bounds(voll.usd) == near([100 * KVA_MW * hours * VOLL_USD for hours in (1, 4, 8)])
    assert (found.severity.tier, found.severity.reason) == ("MODERATE", "")


def test_classes_and_areas_are_told_apart(served: SmallNetwork, carry_out: CarryOut) -> None:
    grid.Customer.objects.filter(meter="M-2").update(customer_class="INDUSTRIAL")
    grid.Substation.objects.filter(pk="SUB-9003").update(zone=None)

    found = by_class(cost(carry_out(elements=["L-1", "T-2"])))

    assert found == {f"RESIDENTIAL {served.zone.name}": 2.0, "MEDIUM_LARGE_CI Not in a zone": 1.0}


def test_a_failed_section_under_a_substation_served_in_part_counts_once(
    served: SmallNetwork, carry_out: CarryOut
) -> None:
    """Both corners lose 75 %: L-1's two are out for certain, of L-2's one 0.75; of L-1's load a quarter."""
    run = carry_out("BR-9012", elements=["L-1"])
    found = cost(run)

    assert found.customers_out == near(2.75) == near(run.impact["customers_expected"])
    assert sum(share.customers for share in found.shares) == near(2.75)
    assert (found.lost_mw, found.local_lost_mw) == (near(150.0), near(100 * KVA_MW / 4))
    assert found.unserved_mwh.mid == near((150 + 100 * KVA_MW / 4) * 4)
    factor = CostAssumptions.objects.get().price_factor
    assert found.customer.lines[0].usd.mid == near(2.75 * 9.5 * factor)


def test_a_dead_substation_leaves_nothing_to_its_sections(served: SmallNetwork, carry_out: CarryOut) -> None:
    alone, both = cost(carry_out("SUB-9002")), cost(carry_out("SUB-9002", elements=["L-1"]))

    assert (both.customers_out, both.local_lost_mw) == (near(2.0), near(0.0))
    assert bounds(both.customer.usd) == near(bounds(alone.customer.usd))


@pytest.mark.parametrize("outages", [(), ("SUB-9002",), ("BR-9012",), ("SUB-9002", "SUB-9003")])
@pytest.mark.parametrize(
    "elements",
    [("L-1",), ("M-1", "T-1", "L-1", "BRK-1"), ("CKT-1", "POLE-X", "M-2"), ("L-X", "T-2"), ("M-X", "M-2")],
)
def test_nobody_counts_twice(
    tied: SmallNetwork, carry_out: CarryOut, outages: tuple[str, ...], elements: tuple[str, ...]
) -> None:
    """The impact counts the same people by meters: out for certain, and expected of the rest."""
    run = carry_out(*outages, elements=list(elements))
    found = cost(run)

    assert found.customers_out == near(run.impact["customers_expected"])
    assert sum(share.customers for share in found.shares) == near(found.customers_out)


def test_a_load_that_is_not_known_is_null_with_a_floor(served: SmallNetwork, carry_out: CarryOut) -> None:
    """Meter M-2 fails by itself, with one home, and nobody knows its load; 100 kVA of L-1 are known."""
    found = cost(carry_out(elements=["L-1", "M-2"]))

    assert (found.customers_out, found.local_lost_mw) == (near(3.0), None)
    assert "1 transformers or single meters" in found.local_lost_mw_reason
    assert found.local_lost_mw_reason in found.severity.reason
    assert bounds(found.unserved_mwh) == [near(100 * KVA_MW), None, None]
    damage, voll = found.customer.lines
    assert (voll.usd.low, voll.usd.mid) == (near(100 * KVA_MW * VOLL_USD), None)
    assert damage.usd.mid == near(3 * 9.5 * CostAssumptions.objects.get().price_factor)


def test_what_hung_on_an_element_that_is_gone_is_not_known(served: SmallNetwork, carry_out: CarryOut) -> None:
    run = carry_out(elements=["M-2"])
    grid.Customer.objects.filter(meter="M-2").delete()
    grid.Meter.objects.filter(pk="M-2").delete()
    forget_networks()
    found = cost(run)

    assert (found.customers_out, found.local_lost_mw, found.customer.usd.mid) == (None, None, None)
    assert any("no place in the network" in reason for reason in found.customer.usd.reasons)
    assert "no place in the network" in found.severity.reason


def test_many_homes_behind_one_section_raise_the_severity(served: SmallNetwork, carry_out: CarryOut) -> None:
    """400 MVA of peaks on T-1: 380 MW are CRITICAL by load, where no substation lost anything."""
    grid.Transformer.objects.filter(pk="T-1").update(peak_load_kva=400_000.0)
    forget_networks()
    found = cost(carry_out(elements=["L-1"]))

    assert (found.severity.tier, found.severity.reached_by) == ("CRITICAL", ("LOAD",))


def test_each_waits_for_his_own_repair(street: SmallNetwork, planner: User, carry_out: CarryOut) -> None:
    """L-1 first (two homes, 100 kVA), then the pole on L-X (three, 60 kVA): each has the times of its job."""
    run = carry_out(elements=["POLE-X", "L-1"])
    study = study_of(run, planner)
    found = cost(run, None, study)

    result = study.result
    assert result is not None
    assert set(result["local_hours"]) == {"POLE-X", "L-1"}
    done_h = result["switching"]["done_h"]
    first, second = ([done_h + hours for hours in result["local_hours"][key]] for key in ("L-1", "POLE-X"))
    assert second[1] > first[1] > done_h
    assert bounds(found.unserved_mwh) == near(
        [(100 * one + 60 * two) * KVA_MW for one, two in zip(first, second, strict=True)]
    )
    assert (found.customers_out, found.durations_from) == (near(5.0), "RESTORATION_STUDY")
    assert found.utility.lines[0].usd.mid is None  # no rate of a crew on record

    old = {key: value for key, value in result.items() if key != "local_hours"}
    DecisionStudy.objects.filter(pk=study.pk).update(result=old)
    study.refresh_from_db()
    with pytest.raises(BadInput, match="start it again"):
        cost(run, None, study)


def test_whom_a_tie_takes_up_is_out_until_it_closes(
    tied: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """L-1 is broken: the three of L-X (60 kVA) are back when the tie closes, the two of L-1 by its repair."""
    run = carry_out(elements=["L-1"])
    study = study_of(run, planner)

    tie_h = study.result["switching"]["done_h"]  # type: ignore[index]
    repair_h = tie_h + study.result["local_hours"]["L-1"][1]  # type: ignore[index]
    assert cost(run, None, study).unserved_mwh.mid == near((100 * repair_h + 60 * tie_h) * KVA_MW)
    assert cost(run).unserved_mwh.mid == near((100 * 4 + 60 * min(4.0, tie_h)) * KVA_MW)
    assert cost(run).customers_out == near(5.0)


def test_a_repair_under_a_dead_substation_counts_beyond_its_supply(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """Corner 2 is dead (100 MW); L-X stays out longer: its 60 kVA count from then until its repair."""
    run = carry_out("SUB-9002", elements=["L-X"])
    study = study_of(run, planner)
    found = cost(run, None, study)

    result = study.result
    assert result is not None
    done_h = result["switching"]["done_h"]
    supply_h = done_h + result["substation_hours"]["SUB-9002"][1]
    repair_h = done_h + result["local_hours"]["L-X"][1]
    assert repair_h > supply_h
    assert found.unserved_mwh.mid == near(100 * supply_h + 60 * KVA_MW * (repair_h - supply_h))
    assert found.customers_out == near(5.0)
