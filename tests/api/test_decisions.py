"""Economics, restoration, mitigation and investment over GraphQL, against pencil and paper."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.engine.decisions.damage_functions import ice_1_0
from cascade.models import CascadeRun, CostAssumptions, DamageTable, DecisionStudy, RepairTime
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.decisions.versions import make_current
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from grid import models as grid
from tests.clients import Api
from tests.factories.cascade import make_run, make_study
from tests.factories.grid import make_circuit, make_customer, make_line_section, make_meter, make_transformer
from tests.small_network import SmallNetwork

near = pytest.approx
RANGE = "{ low mid high reasons }"
LEDGER = f"{{ usd {RANGE} lines {{ name usd {RANGE} }} }}"
ECONOMICS = f"""query ($run: ID!, $durations: DurationsInput, $study: ID,
        $regulatory: [RegulatoryItemInput!]) {{
    cascadeEconomics(runId: $run, durations: $durations, restorationStudyId: $study,
            regulatory: $regulatory) {{
        lostMw customersOut coverageFrac durationsFrom severity severityReachedBy severityReason damageTable
        unservedMwh {RANGE} shares {{ costClass area customers usd {RANGE} }}
        customer {LEDGER} utility {LEDGER} regulatory {{ usd {RANGE} }} }} }}"""
FAULT = "... on OperationInfo { code field message }"
STUDY = "{ __typename ... on DecisionStudy { studyId kind job { status kind } } " + FAULT + " }"
RESTORE = f"""mutation ($input: StartRestorationStudyInput!) {{
    startRestorationStudy(input: $input) {STUDY} }}"""
MITIGATE = f"""mutation ($input: StartMitigationStudyInput!) {{
    startMitigationStudy(input: $input) {STUDY} }}"""
INVEST = f"""mutation ($input: StartInvestmentStudyInput!) {{
    startInvestmentStudy(input: $input) {STUDY} }}"""
PLAN = f"""query ($id: ID!) {{ decisionStudy(id: $id) {{ kind inputs restoration {{
    unit coverageFrac lostMw unattributedMw hasTravel isVerified weightedHours lowerBoundHours gapFrac
    makespanH stepCount crewHours {RANGE} milestones {{ shareFrac plannedH p20H p50H p80H }}
    steps {{ sequence assetId name kind parentId crew startsH finishedH energisedH p20H p50H p80H restoresMw
        customers verifiedRestoredMw wouldTrip isCritical }} }} }} }}"""
ACTIONS = """query ($id: ID!) { decisionStudy(id: $id) { mitigation { lostMw overloaded
    actions { kind targets shedMw movedMw lostMw savedMw savedUsd customersSaved isContained trippedCount
        changes { assetId mw } containment { probability standardError expectedLostMw } }
    chokePoints { branchId name wave savedMw } } } }"""
COMPARED = f"""query ($id: ID!) {{ decisionStudy(id: $id) {{ investment {{ presentValueFactor
    scenarios {{ runId perYear lostMw }}
    measures {{ measureId assetName zone annualUsd {RANGE} benefitUsd {RANGE} paybackYears {RANGE} chosenAt
        isWithinBudget savedMw {{ runId savedMw }} }}
    portfolio {{ measureIds costUsd sumOfBenefitsUsd benefitUsd {RANGE} }} }} }} }}"""


@pytest.fixture
def run(planner: User, small_network: SmallNetwork) -> CascadeRun:
    """Return the loss of BR-9012: BR-9013 trips, 75 MW are lost at each of SUB-9002 and SUB-9003."""
    ensure_defaults()
    started = start_run(outages=["BR-9012"], user=planner)
    run_job(started.job_id)
    return CascadeRun.objects.select_related("job").get(pk=started.pk)


def make_homes(substation: grid.Substation, count: int, **fields: Any) -> None:
    line = make_line_section(circuit=make_circuit(substation=substation))
    transformer = make_transformer(line=line)
    for _ in range(count):
        make_customer(meter=make_meter(transformer=transformer), **fields)


def economics(api: Api, run: CascadeRun, **values: Any) -> dict[str, Any]:
    return api.data(ECONOMICS, run=str(run.pk), **values)["cascadeEconomics"]


def carried_out(api: Api, mutation: str, **values: Any) -> str:
    answer = next(iter(api.data(mutation, input=values).values()))
    assert answer["__typename"] == "DecisionStudy", answer
    study = DecisionStudy.objects.select_related("job").get(pk=answer["studyId"])
    run_job(study.job_id)
    study.job.refresh_from_db()
    assert study.job.status == "SUCCEEDED", study.job.error_message
    return str(answer["studyId"])


def fault(api: Api, mutation: str, **values: Any) -> tuple[str, str]:
    answer = next(iter(api.data(mutation, input=values).values()))
    assert answer["__typename"] == "OperationInfo", answer
    return answer["code"], answer["field"]


def test_load_without_customers_is_priced_by_its_value_alone(planner_api: Api, run: CascadeRun) -> None:
    found = economics(planner_api, run, durations={"lowH": 1.0, "midH": 4.0, "highH": 8.0})

    assert (found["lostMw"], found["customersOut"], found["coverageFrac"]) == (near(150.0), None, 0.0)
    assert found["unservedMwh"]["mid"] == near(600.0)
    damage, voll = found["customer"]["lines"]
    assert (damage["name"], damage["usd"]["mid"]) == ("DAMAGE_FUNCTIONS", None)
    assert [voll["usd"][bound] for bound in ("low", "mid", "high")] == near(
        [150 * hours * 35_685 for hours in (1, 4, 8)]
    )
    assert any("no customers on record" in reason for reason in found["customer"]["usd"]["reasons"])
    assert found["utility"]["usd"]["mid"] is None
    assert found["regulatory"]["usd"] == {"low": 0.0, "mid": 0.0, "high": 0.0, "reasons": []}
    # 100 MW of shedding is HIGH by load; customers are not known
    assert (found["severity"], found["severityReachedBy"]) == ("HIGH", ["LOAD"])
    assert "not known" in found["severityReason"]


def test_customers_count_by_the_share_of_their_substation(
    planner_api: Api, run: CascadeRun, small_network: SmallNetwork
) -> None:
    for substation, homes in zip(small_network.substations[1:], (4, 8), strict=True):
        make_homes(substation, homes)

    found = economics(planner_api, run, durations={"lowH": 1.0, "midH": 4.0, "highH": 8.0})

    factor = CostAssumptions.objects.get().price_factor
    [share] = found["shares"]
    assert (share["costClass"], share["customers"]) == ("RESIDENTIAL", near(9.0))  # 75 % of 12
    assert (found["customersOut"], found["coverageFrac"]) == (near(9.0), near(1.0))
    assert [share["usd"][bound] for bound in ("low", "mid", "high")] == near(
        [9 * usd * factor for usd in (5.1, 9.5, 17.2)]
    )
    assert found["customer"]["usd"]["mid"] == near(9 * 9.5 * factor)
    assert found["customer"]["usd"]["high"] == near(150 * 8 * 35_685)


def test_another_version_of_the_table_gives_other_costs(
    planner_api: Api, run: CascadeRun, small_network: SmallNetwork
) -> None:
    for substation in small_network.substations[1:]:
        make_homes(substation, 4)
    table = DamageTable.objects.create(name="Own survey", source="Survey", dollar_year=2024, longest_h=24.0)
    for function in ice_1_0().functions.values():
        table.functions.create(
            cost_class=function.cost_class.value,
            average_kw=1.0,
            durations_h=[1.0, 2.0],
            event_usd=[10.0, 20.0],
        )
    make_current(table)

    found = economics(planner_api, run, durations={"lowH": 1.0, "midH": 1.5, "highH": 2.0})

    assert found["damageTable"] == "Own survey"
    assert found["customer"]["usd"]["mid"] == near(6 * 15 * CostAssumptions.objects.get().price_factor)
    assert DamageTable.objects.filter(is_current=True).count() == 1


def test_what_a_regulator_may_claim_is_entered_and_kept_apart(planner_api: Api, run: CascadeRun) -> None:
    durations = {"lowH": 1.0, "midH": 1.0, "highH": 1.0}
    item = {"name": "Violation", "lowUsd": 0.0, "midUsd": 25_000.0, "highUsd": 1e6}

    found = economics(planner_api, run, durations=durations, regulatory=[item])

    assert found["regulatory"]["usd"]["mid"] == 25_000
    assert found["customer"]["usd"]["high"] == near(150 * 35_685)


def test_a_plan_says_who_does_what_and_when_power_is_back(planner_api: Api, run: CascadeRun) -> None:
    line, switch = RepairTime.objects.get(pk="LINE_OUTAGE"), RepairTime.objects.get(pk="BRANCH_TRIP")

    study = carried_out(planner_api, RESTORE, runId=str(run.pk), crews=1, samples=2000, seed=1)
    plan = planner_api.data(PLAN, id=study)["decisionStudy"]["restoration"]

    # Bus 1 holds the units: buses 2 and 3 are reached over the branch that only tripped
    mean = {row.kind: row.median_h * 2.718281828459045 ** (row.sigma**2 / 2) for row in (line, switch)}
    first, second = plan["steps"]
    assert (first["assetId"], first["kind"], first["restoresMw"]) == ("BR-9013", "BRANCH_TRIP", near(150.0))
    assert (second["assetId"], second["restoresMw"]) == ("BR-9012", 0.0)
    assert first["finishedH"] == first["energisedH"] == near(mean["BRANCH_TRIP"])
    # switched in alone it carries 200 of 150 MVA: the step is unsafe, and the plan says so
    assert (first["verifiedRestoredMw"], first["wouldTrip"]) == (near(150.0), 1)
    assert (second["verifiedRestoredMw"], second["wouldTrip"]) == (near(150.0), 0)
    assert (plan["unit"], plan["coverageFrac"], plan["unattributedMw"]) == ("MW", 0.0, 0.0)
    assert plan["weightedHours"] == near(150 * mean["BRANCH_TRIP"]) == near(plan["lowerBoundHours"])
    assert first["p50H"] == near(switch.median_h, rel=0.05)
    assert first["p80H"] == near(switch.median_h * 2.718281828 ** (0.8416 * switch.sigma), rel=0.05)
    assert first["p20H"] == near(switch.median_h * 2.718281828 ** (-0.8416 * switch.sigma), rel=0.05)
    assert plan["milestones"][-1]["p50H"] == near(first["p50H"])
    assert plan["milestones"][-1]["p20H"] == near(first["p20H"])
    assert (plan["stepCount"], plan["isVerified"], plan["hasTravel"]) == (2, True, False)


def test_the_same_inputs_give_the_same_plan(planner_api: Api, run: CascadeRun) -> None:
    first, second = (
        carried_out(planner_api, RESTORE, runId=str(run.pk), crews=2, samples=200, seed=5) for _ in range(2)
    )

    assert DecisionStudy.objects.get(pk=first).result == DecisionStudy.objects.get(pk=second).result
    frozen = DecisionStudy.objects.get(pk=first).inputs
    assert frozen["assumptions"]["damage_table"] == "ICE 1.0"
    assert frozen["assumptions"]["repair_times"]["BRANCH_TRIP"]["median_h"] == 3.0


def test_economics_take_durations_from_a_plan(planner_api: Api, run: CascadeRun) -> None:
    study = carried_out(planner_api, RESTORE, runId=str(run.pk), crews=1, samples=500)
    CostAssumptions.objects.update(crew_hour_usd=200.0, margin_usd_per_mwh=30.0)
    RepairTime.objects.update(material_usd=1000.0)

    found = economics(planner_api, run, study=study)

    plan = DecisionStudy.objects.get(pk=study).result
    low_h, mid_h, high_h = plan["substation_hours"]["SUB-9002"]
    assert found["durationsFrom"] == "RESTORATION_STUDY"
    assert [found["unservedMwh"][bound] for bound in ("low", "mid", "high")] == near(
        [150 * hours for hours in (low_h, mid_h, high_h)]
    )
    lines = {line["name"]: line["usd"]["mid"] for line in found["utility"]["lines"]}
    assert lines == {
        "LABOUR": near(plan["crew_hours"][1] * 200),
        "MATERIAL": near(2000.0),
        "LOST_MARGIN": near(150 * mid_h * 30),
    }


def test_critical_customers_and_other_damage_go_into_the_order(
    planner_api: Api, run: CascadeRun, small_network: SmallNetwork
) -> None:
    for substation in small_network.substations[1:]:
        make_homes(substation, 4)
    study = carried_out(
        planner_api,
        RESTORE,
        runId=str(run.pk),
        crews=1,
        samples=100,
        repairs=[
            {"assetId": "POLE-7", "kind": "POLE", "customers": 3000, "parentId": "BR-9013"},
            {"assetId": "SW-7", "kind": "SWITCH", "customers": 1, "isCritical": True},
        ],
    )

    plan = planner_api.data(PLAN, id=study)["decisionStudy"]["restoration"]

    assert plan["unit"] == "CUSTOMERS"
    assert [step["assetId"] for step in plan["steps"]] == ["SW-7", "BR-9013", "POLE-7", "BR-9012"]
    assert [step["customers"] for step in plan["steps"]] == [1, near(6.0), 3000, 0]
    assert plan["steps"][0]["isCritical"]


def test_crews_travel_from_where_they_are_staged(planner_api: Api, run: CascadeRun) -> None:
    place = grid.Substation.objects.get(pk="SUB-9001").location
    study = carried_out(
        planner_api,
        RESTORE,
        runId=str(run.pk),
        crews=1,
        samples=50,
        speedKmh=50.0,
        stages=[{"longitude": place.x, "latitude": place.y, "crews": 1}],
    )

    plan = planner_api.data(PLAN, id=study)["decisionStudy"]["restoration"]

    assert plan["hasTravel"]
    assert plan["steps"][0]["startsH"] > 0
    assert plan["weightedHours"] > plan["lowerBoundHours"]


def test_actions_are_tried_and_their_chance_weighed(planner_api: Api, run: CascadeRun) -> None:
    study = carried_out(
        planner_api,
        MITIGATE,
        runId=str(run.pk),
        outageHours=2.0,
        response={"delayMedianMin": 10.0, "delaySigma": 0.5, "successFrac": 0.9, "waveIntervalMin": 10.0},
    )

    found = planner_api.data(ACTIONS, id=study)["decisionStudy"]["mitigation"]

    best = found["actions"][0]
    assert found["overloaded"] == ["BR-9013"]
    assert (best["kind"], best["savedMw"], best["isContained"]) == ("REDISPATCH", near(150.0), True)
    assert sorted((change["assetId"], round(change["mw"], 3)) for change in best["changes"]) == [
        ("PLANT-9001", -50.0),
        ("PLANT-9003", 50.0),
    ]
    assert best["savedUsd"] == near(150 * 2 * 35_685)
    assert best["customersSaved"] is None
    # half of the delays are shorter than the time to the only wave
    chance = best["containment"]
    assert chance["probability"] == near(0.45, abs=5 * chance["standardError"])
    assert chance["expectedLostMw"] == near(150 * (1 - chance["probability"]))
    assert [point["branchId"] for point in found["chokePoints"]] == ["BR-9013"]


def test_without_a_response_no_chance_is_made_up(planner_api: Api, run: CascadeRun) -> None:
    study = carried_out(planner_api, MITIGATE, runId=str(run.pk))

    found = planner_api.data(ACTIONS, id=study)["decisionStudy"]["mitigation"]

    assert all(action["containment"] is None and action["savedUsd"] is None for action in found["actions"])


def measure(name: str, cost_usd: float, **values: Any) -> dict[str, Any]:
    kind = "RECONDUCTOR" if "ratingFactor" in values else "HARDEN"
    return {"id": name, "kind": kind, "assetId": "BR-9013", "costUsd": cost_usd, **values}


def invest(run: CascadeRun, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Corner",
        "cases": [
            {"runId": str(run.pk), "perYear": 0.1, "durations": {"lowH": 1.0, "midH": 2.0, "highH": 4.0}}
        ],
        "measures": [
            measure("strong", 4e6, ratingFactor=1.4),
            measure("weak", 1e6, ratingFactor=1.1),
            measure("hard", 2e6, assetId="BR-9012", avoidedFrac=0.5),
        ],
        "budgetUsd": 5e6,
        "years": 10.0,
        "discountFrac": 0.0,
        **changes,
    }


def test_measures_are_tried_and_the_best_set_found(planner_api: Api, run: CascadeRun) -> None:
    study = carried_out(planner_api, INVEST, **invest(run))

    found = planner_api.data(COMPARED, id=study)["decisionStudy"]["investment"]

    year = 150 * 2 * 0.1 * 35_685  # MW · h · a year · $/MWh
    zone = grid.Branch.objects.get(pk="BR-9013").zone
    assert {each["zone"] for each in found["measures"]} == {zone.name if zone else None}
    assert found["measures"][0]["assetName"].startswith("Corner 1 to Corner 3")
    by_id = {each["measureId"]: each for each in found["measures"]}
    assert found["scenarios"] == [{"runId": run.pk, "perYear": 0.1, "lostMw": near(150.0)}]
    assert by_id["strong"]["annualUsd"]["mid"] == near(year)
    assert by_id["strong"]["annualUsd"]["high"] == near(2 * year)
    assert by_id["strong"]["paybackYears"]["mid"] == near(4e6 / year)
    assert by_id["hard"]["annualUsd"]["mid"] == near(year / 2)
    assert (by_id["weak"]["annualUsd"]["mid"], by_id["weak"]["paybackYears"]["mid"]) == (
        near(0.0, abs=1),
        None,
    )
    assert by_id["weak"]["chosenAt"] == []
    # both together cost 6 of 5 million; the strong one alone saves all
    assert found["portfolio"]["measureIds"] == ["strong"]
    assert found["portfolio"]["benefitUsd"]["mid"] == near(10 * year)


def test_measures_together_save_no_more_than_there_is(planner_api: Api, run: CascadeRun) -> None:
    study = carried_out(planner_api, INVEST, **invest(run, budgetUsd=1e7))

    found = planner_api.data(COMPARED, id=study)["decisionStudy"]["investment"]["portfolio"]

    year = 150 * 2 * 0.1 * 35_685
    assert found["measureIds"] == ["strong", "hard"]
    assert found["sumOfBenefitsUsd"] == near(15 * year)
    assert found["benefitUsd"]["mid"] == near(10 * year)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"crews": 0}, "crews"),
        ({"crews": 2001}, "crews"),
        ({"samples": 0}, "samples"),
        ({"speedKmh": 50.0}, "speedKmh"),
        ({"stages": [{"longitude": 0.0, "latitude": 0.0, "crews": 9}], "speedKmh": 50.0}, "stages"),
        ({"repairs": [{"assetId": "X", "kind": "NOTHING", "customers": 1}]}, "repairs"),
        ({"runId": "999999"}, "runId"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    planner_api: Api, run: CascadeRun, changes: dict[str, Any], field: str
) -> None:
    code, found = fault(planner_api, RESTORE, **{"runId": str(run.pk), "crews": 2, **changes})

    assert (code, found) == ("NOT_FOUND" if field == "runId" else "BAD_INPUT", field)
    assert not DecisionStudy.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"measures": []}, "measures"),
        ({"measures": [measure("a", 1.0)]}, "measures"),
        ({"budgetUsd": -1.0}, "budget_usd"),
        ({"years": 0.0}, "years"),
        ({"cases": []}, "cases"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused(
    planner_api: Api, run: CascadeRun, changes: dict[str, Any], field: str
) -> None:
    assert fault(planner_api, INVEST, **invest(run, **changes)) == ("BAD_INPUT", field)


def test_repairs_in_customers_do_not_mix_with_load_alone(planner_api: Api, run: CascadeRun) -> None:
    answer = planner_api.data(
        RESTORE,
        input={
            "runId": str(run.pk),
            "crews": 1,
            "repairs": [{"assetId": "POLE-7", "kind": "POLE", "customers": 3}],
        },
    )["startRestorationStudy"]
    study = DecisionStudy.objects.select_related("job").get(pk=answer["studyId"])
    run_job(study.job_id)

    study.job.refresh_from_db()
    assert (study.job.status, study.job.error_code) == ("FAILED", "BAD_INPUT")
    assert "not on record" in study.job.error_message


def test_economics_need_a_finished_run_and_one_source_of_durations(planner_api: Api, run: CascadeRun) -> None:
    durations = {"lowH": 1.0, "midH": 1.0, "highH": 1.0}

    assert planner_api.code(ECONOMICS, run=str(run.pk)) == "BAD_INPUT"
    assert planner_api.code(ECONOMICS, run=str(make_run().pk), durations=durations) == "BAD_INPUT"
    backwards = {"lowH": 2.0, "midH": 1.0, "highH": 1.0}
    assert planner_api.code(ECONOMICS, run=str(run.pk), durations=backwards) == "BAD_INPUT"
    queued = make_study(run=run)
    assert planner_api.code(ECONOMICS, run=str(run.pk), study=str(queued.pk)) == "BAD_INPUT"


def test_a_run_is_judged_by_the_network_it_froze(planner_api: Api, run: CascadeRun) -> None:
    durations = {"lowH": 1.0, "midH": 1.0, "highH": 1.0}
    before = economics(planner_api, run, durations=durations)
    grid.Branch.objects.update(rating_mva=1_000.0)  # nothing would trip on the network of now

    assert economics(planner_api, run, durations=durations) == before


def test_a_run_that_froze_nothing_is_not_judged_on_another_network(planner_api: Api, run: CascadeRun) -> None:
    CascadeRun.objects.update(network_digest="0" * 64, inputs=None)
    durations = {"lowH": 1.0, "midH": 1.0, "highH": 1.0}

    assert planner_api.code(ECONOMICS, run=str(run.pk), durations=durations) == "RUN_NOT_REPEATABLE"
