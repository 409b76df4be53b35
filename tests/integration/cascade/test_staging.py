"""Where crews wait after a run, and how many: against plans of restoration started by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun, CostAssumptions, DecisionStudy, RepairTime
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.economics import economics
from cascade.services.decisions.repair_work import ExtraRepair
from cascade.services.decisions.restoration import Stage, start_restoration
from cascade.services.decisions.staging import start_staging
from cascade.services.decisions.staging_candidates import GivenPlace
from flux_site.api.errors import BadInput
from flux_site.jobs.services import run_job
from grid import models as grid
from tests.factories.grid import make_crew, make_substation, make_zone
from tests.small_network import SmallNetwork

near = pytest.approx
CarryOut = Callable[..., CascadeRun]
SPEED_KMH = 40.0


@pytest.fixture(autouse=True)
def assumptions(db: None) -> None:
    """Have the assumptions that come with the product, also after a test that emptied the database."""
    ensure_defaults()


def carried_out(study: DecisionStudy) -> DecisionStudy:
    run_job(study.job_id)
    done = DecisionStudy.objects.select_related("job").get(pk=study.pk)
    assert done.job.status == "SUCCEEDED", done.job.error_message
    return done


def queued(run: CascadeRun, user: User, **given: Any) -> DecisionStudy:
    settings: dict[str, Any] = {
        "most_places": 2, "most_crews": 5, "speed_kmh": SPEED_KMH, "detour_frac": 0.2, "is_by_kind": True,
        "is_critical_first": False, "first_substations": [], "places": [], "repairs": [],
        "crew_hour_usd": None, "samples": 60, "seed": 3,
    }  # fmt: skip
    return start_staging(run_id=run.pk, user=user, **{**settings, **given})


def staged(run: CascadeRun, user: User, **given: Any) -> dict[str, Any]:
    result = carried_out(queued(run, user, **given)).result
    assert result is not None
    return result


def planned(run: CascadeRun, user: User, plan: dict[str, Any], **given: Any) -> DecisionStudy:
    """Return the plan of restoration with the stages of a staging plan, just as they are told."""
    stages = [
        Stage(**{key: stage[key] for key in ("longitude", "latitude", "crews", "crew_kind")})
        for stage in plan["stages"]
    ]
    settings: dict[str, Any] = {
        "crews": plan["crews"], "stages": stages, "speed_kmh": SPEED_KMH, "detour_frac": 0.2,
        "is_critical_first": False, "first_substations": [], "repairs": [], "samples": 60, "seed": 3,
    }  # fmt: skip
    return carried_out(start_restoration(run_id=run.pk, user=user, **{**settings, **given}))


def test_every_number_comes_from_a_plan_that_can_be_started(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """A dead substation, a pole and a section under it, and the pole of another circuit's line."""
    run = carry_out("SUB-9002", elements=["L-X", "POLE-X", "L-2"])
    found = staged(run, planner)

    assert found["unit"] == "CUSTOMERS"
    assert [plan["crews"] for plan in found["plans"]] == list(range(2, 2 + len(found["plans"])))
    for plan in found["plans"]:
        study = planned(run, planner, plan)
        assert study.result is not None
        assert plan["weighted_hours"] == near(study.result["weighted_hours"])
        assert plan["makespan_h"] == near(study.result["makespan_h"])
        assert plan["all_hours"] == near(study.result["all_hours"])
        cost = economics(run=run, durations=None, study=study)
        by_damage, by_voll = cost.customer.lines
        assert (plan["damage_usd"]["mid"], plan["voll_usd"]["mid"]) == (
            near(by_damage.usd.mid), near(by_voll.usd.mid),
        )  # fmt: skip


def test_crews_are_those_that_the_repairs_call_for(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """A substation and a section: two kinds, one of each at least; who waits for it decides where."""
    run = carry_out("SUB-9002", elements=["L-X", "POLE-X"])
    found = staged(run, planner)

    first = found["plans"][0]
    assert sorted((stage["crew_kind"], stage["crews"]) for stage in first["stages"]) == [
        ("LINE", 1), ("SUBSTATION", 1),
    ]  # fmt: skip
    assert {each["crew_kind"]: each["jobs"] for each in found["kinds"]} == {"LINE": 2, "SUBSTATION": 1}
    assert first["saved_hours"] is None
    assert staged(run, planner, is_by_kind=False)["plans"][0]["crews"] == 1


def test_a_crew_that_saves_nothing_is_not_recommended(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """Two jobs of one kind at two places: a third crew has nothing to do, and is the last one tried."""
    run = carry_out(elements=["L-1", "L-2"])
    found = staged(run, planner)

    assert found["recommended_crews"] == 2
    assert (found["stopped_by"], found["plans"][-1]["stopped_by"]) == ("RANGE_TOUCHES_ZERO",) * 2
    assert [plan["crews"] for plan in found["plans"]] == [1, 2, 3]
    second = found["plans"][1]
    assert second["saved_hours"][0] > 0.0
    saved = [
        before - after
        for before, after in zip(
            (found["plans"][0]["damage_usd"][bound] for bound in ("low", "mid")),
            (second["damage_usd"][bound] for bound in ("low", "mid")),
            strict=True,
        )
    ]
    assert [second["saved_damage_usd"][bound] for bound in ("low", "mid")] == near(saved)
    assert second["crew_usd"] is None


def test_a_crew_that_costs_more_than_it_saves_is_not_recommended(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    """Held until the last repair of the plan, since there is one kind: rate times its hours."""
    run = carry_out(elements=["L-1", "L-2"])
    dear = staged(run, planner, crew_hour_usd=1e6)

    assert (dear["recommended_crews"], dear["stopped_by"]) == (1, "COSTS_MORE_THAN_IT_SAVES")
    assert dear["plans"][1]["crew_usd"] == near(1e6 * dear["plans"][1]["makespan_h"])
    CostAssumptions.objects.update(crew_hour_usd=1e-6)
    cheap = staged(run, planner)
    assert cheap["recommended_crews"] == 2
    assert cheap["plans"][1]["crew_usd"] == near(1e-6 * cheap["plans"][1]["makespan_h"])


def test_places_are_those_that_the_user_may_see(
    street: SmallNetwork, make_user: Callable[..., User], planner: User, carry_out: CarryOut
) -> None:
    """Who sees another zone alone is offered its substation, though far away, and no place of a repair."""
    run = carry_out(elements=["L-1", "L-2"])
    far = make_substation(id="SUB-FAR", name="Far", zone=make_zone(id="ZONE-FAR"))
    limited = make_user(roles=("planner",), username="lim")
    limited.zone_grants.create(zone_id="ZONE-FAR")

    offered = {place["place_id"] for each in staged(run, limited)["placings"] for place in each["places"]}

    assert offered == {far.pk}
    assert "SUB-FAR" not in {
        place["place_id"] for each in staged(run, planner)["placings"] for place in each["places"]
    }


def test_crews_at_home_are_counted_by_kind(street: SmallNetwork, planner: User, carry_out: CarryOut) -> None:
    home = grid.Substation.objects.get(pk="SUB-9002")
    for kind in ("LINE", "LINE", "TREE"):
        make_crew(home_substation=home, kind=kind)
    RepairTime.objects.filter(pk="SUBSTATION").update(crew_kind="SUBSTATION")
    run = carry_out("SUB-9002", elements=["L-1"])
    found = staged(run, planner, most_places=1)

    [place] = found["placings"][0]["places"]
    assert (place["place_id"], place["kind"]) == ("SUB-9002", "DEPOT")
    on_record = {stage["crew_kind"]: stage["crews_on_record"] for stage in found["plans"][0]["stages"]}
    assert on_record == {"LINE": 2, "SUBSTATION": None}
    anyone = staged(run, planner, most_places=1, is_by_kind=False)["plans"][0]["stages"]
    assert [(stage["crew_kind"], stage["crews_on_record"]) for stage in anyone] == [(None, 3)]


def test_places_that_are_given_are_the_only_ones(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    run = carry_out(elements=["L-1", "L-2"])
    yard = GivenPlace(name="Yard", longitude=-95.0, latitude=29.0)
    found = staged(run, planner, places=[yard], most_places=5)

    assert found["candidate_count"] == 1
    [stage] = found["plans"][0]["stages"]
    assert (stage["name"], stage["kind"], stage["place_id"], stage["crews_on_record"]) == (
        "Yard", "GIVEN", None, None,
    )  # fmt: skip


def test_where_customers_are_unknown_only_the_value_of_lost_load_counts(
    small_network: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    run = carry_out("BR-9012")
    found = staged(run, planner, crew_hour_usd=1.0)

    assert (found["unit"], found["coverage_frac"]) == ("MW", 0.0)
    # the branch that tripped brings all back; to repair the other one sooner saves nobody anything
    assert [(each["crew_kind"], each["jobs"]) for each in found["kinds"]] == [("SUBSTATION", 2)]
    assert found["plans"][0]["damage_usd"]["mid"] is None
    assert found["plans"][0]["voll_usd"]["mid"] > 0.0
    assert found["plans"][1]["saved_damage_usd"]["mid"] is None
    assert (found["recommended_crews"], found["stopped_by"]) == (1, "RANGE_TOUCHES_ZERO")


def test_the_same_inputs_give_the_same_answer(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    run = carry_out("SUB-9002", elements=["L-X", "L-2"])

    assert staged(run, planner) == staged(run, planner)


def test_nothing_to_repair_needs_no_crews(
    small_network: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    run = carry_out("PLANT-9003")
    found = staged(run, planner)

    assert (found["stopped_by"], found["recommended_crews"], found["plans"]) == (
        "NOTHING_TO_REPAIR",
        None,
        [],
    )


def test_fewer_crews_than_kinds_cannot_do_it(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    run = carry_out("SUB-9002", elements=["L-1"])
    study = queued(run, planner, most_crews=1)
    run_job(study.job_id)
    study.job.refresh_from_db()

    assert (study.job.status, study.job.error_code) == ("FAILED", "BAD_INPUT")
    assert "2 kinds (LINE, SUBSTATION)" in study.job.error_message


def test_a_plan_whose_stages_lack_a_kind_says_so(
    street: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    run = carry_out("SUB-9002", elements=["L-1"])
    stage = Stage(longitude=-95.0, latitude=29.0, crews=1, crew_kind="LINE")
    study = start_restoration(
        run_id=run.pk, crews=1, stages=[stage], speed_kmh=40.0, detour_frac=0.2, is_critical_first=False,
        first_substations=[], repairs=[], samples=10, seed=1, user=planner,
    )  # fmt: skip
    run_job(study.job_id)
    study.job.refresh_from_db()

    assert study.job.status == "FAILED"
    assert "SUBSTATION (1 repairs)" in study.job.error_message


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"most_places": 0}, "mostPlaces"),
        ({"most_crews": 101}, "mostCrews"),
        ({"samples": 0}, "samples"),
        ({"seed": -1}, "seed"),
        ({"speed_kmh": 0.0}, "speedKmh"),
        ({"detour_frac": float("nan")}, "detourFrac"),
        ({"crew_hour_usd": -1.0}, "crewHourUsd"),
        ({"places": [GivenPlace(name="Nowhere", longitude=0.0, latitude=91.0)]}, "places"),
        ({"repairs": [ExtraRepair(asset_id="X", kind="NOTHING", customers=1.0)]}, "repairs"),
    ],
)
def test_a_search_that_cannot_be_is_refused(
    small_network: SmallNetwork, planner: User, carry_out: CarryOut, given: dict[str, Any], field: str
) -> None:
    run = carry_out("BR-9012")
    with pytest.raises(BadInput) as caught:
        queued(run, planner, **given)

    assert caught.value.field == field
    assert not DecisionStudy.objects.exists()
