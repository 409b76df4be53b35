"""Every question about cascades that docs/cascade-api.md lists, asked of one small network.

See ``tests/small_network.py``: without BR-9012 the branch BR-9013 trips and 150 MW are lost.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun, DecisionStudy, Scenario
from cascade.services.centrality import start_centralities
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.presets import load_presets
from flux_site.jobs.services import run_job
from tests.api.selections import graphql_schema
from tests.clients import Api
from tests.factories.grid import (
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_switch,
    make_transformer,
)
from tests.small_network import SmallNetwork

PAGE = Path(__file__).parents[2] / "docs" / "cascade-api.md"
near = pytest.approx


@pytest.fixture
def api(own_stores: None, planner_api: Api, small_network: SmallNetwork) -> Api:
    """Return the planner's client of a network with 4 customers under Corner 2 and 8 under Corner 3."""
    ensure_defaults()
    for substation, homes in zip(small_network.substations[1:], (4, 8), strict=True):
        circuit, key = make_circuit(substation=substation), substation.pk
        make_switch(circuit=circuit, from_node=key, to_node=f"{key}-head")
        line = make_line_section(circuit=circuit, from_node=f"{key}-head", to_node=f"{key}-end")
        transformer = make_transformer(line=line, node=f"{key}-end", peak_load_kva=100.0)
        for _ in range(homes):
            make_customer(meter=make_meter(transformer=transformer))
    return planner_api


@pytest.fixture
def run(api: Api) -> CascadeRun:
    """Return the finished run of the loss of BR-9012, started over the API."""
    return started(api, outages=["BR-9012"])


def started(api: Api, **values: Any) -> CascadeRun:
    query = """mutation ($input: StartCascadeRunInput!) { startCascadeRun(input: $input) {
        ... on CascadeRun { runId } ... on OperationInfo { code message } } }"""
    run = CascadeRun.objects.get(pk=api.data(query, input=values)["startCascadeRun"]["runId"])
    run_job(run.job_id)
    run.refresh_from_db()
    return run


def studied(api: Api, mutation: str, kind: str, **values: Any) -> str:
    query = f"""mutation ($input: {kind}!) {{ {mutation}(input: $input) {{
        ... on DecisionStudy {{ studyId }} ... on OperationInfo {{ code field message }} }} }}"""
    answer = api.data(query, input=values)[mutation]
    assert "studyId" in answer, answer
    study = DecisionStudy.objects.select_related("job").get(pk=answer["studyId"])
    run_job(study.job_id)
    study.job.refresh_from_db()
    assert study.job.status == "SUCCEEDED", study.job.error_message
    return str(answer["studyId"])


def test_grid_topology(api: Api) -> None:
    found = api.data(
        """{ gridTopology(interconnect: "Texas") { nodeCount nodes { busId lat lon loadMw capacityMw baseKv }
            edges { branchId fromBusId toBusId lengthKm xPu } } }"""
    )["gridTopology"]

    assert (found["nodeCount"], len(found["edges"])) == (3, 3)
    assert [node["capacityMw"] for node in found["nodes"]] == [300.0, 0.0, 50.0]


def test_high_risk_nodes(api: Api, planner: User) -> None:
    centralities = start_centralities(scope="TRANSMISSION", interconnect="Texas", seed=1, user=planner)
    run_job(centralities.job.pk)

    found = api.data(
        """{ centralNodes(orderBy: SIMULATED_LOSS, first: 2) {
            run { nodeCount edgeCount simulatedCount correlations { measure rho } }
            items { nodeId nodeKind substationId betweenness eigenvector pagerank degree neighbours2Hops
                downstreamCustomers simulatedLossMw } } }"""
    )["centralNodes"]

    # Bus 1 has the units: without it 50 of 200 MW are served. Bus 2 and bus 3 lose their own 100 MW, the
    # latter with all 300 MW of bus 1 left for bus 2.
    assert [(row["nodeId"], row["simulatedLossMw"]) for row in found["items"]] == [
        ("BUS-9001", near(150.0)),
        ("BUS-9002", near(100.0)),
    ]
    assert found["run"]["edgeCount"] == 3


def test_simulate(api: Api, run: CascadeRun) -> None:
    found = api.data(
        """query ($id: ID!) { cascadeRun(id: $id) { name totalShedMw customersOut terminationReason
            outages { assetId kind name } waves { number trippedCount shedMw customersOut customersExpected
                trips { branchAssetId name loadingPct cause parentId } }
            paths { branchAssetIds } islands { number isAlive servedMw } impact } }""",
        id=run.pk,
    )["cascadeRun"]

    assert (found["totalShedMw"], found["outages"][0]["assetId"]) == (near(150.0), "BR-9012")
    assert found["waves"][1]["trips"][0] == {
        "branchAssetId": "BR-9013",
        "name": "Corner 1 to Corner 3, 138 kV line",
        "loadingPct": near(400 / 3),
        "cause": "OVERLOAD",
        "parentId": "BR-9012",
    }
    # Which customers of a substation served in part are shed is not known: a quarter is served at each.
    assert [wave["customersExpected"] for wave in found["waves"]] == [near(0.0), near(9.0)]
    assert found["paths"] == [{"branchAssetIds": ["BR-9012", "BR-9013"]}]


def test_scenarios(api: Api) -> None:
    load_presets()

    found = api.data(
        """{ scenarios(first: 10) { edges { node { scenarioId name kind description loadMultiplier key
            versions { number spec sources { title url fact value basis } } } } } }"""
    )["scenarios"]["edges"]

    assert {edge["node"]["key"] for edge in found} == {
        *("normal-day", "summer-peak-2023", "winter-storm-uri-2021"),
        *("hurricane-beryl-2024", "hurricane-harvey-2017"),
    }
    assert all(edge["node"]["versions"][0]["sources"] for edge in found)


def test_simulate_a_scenario_from_a_patient_zero(api: Api, planner: User) -> None:
    query = """mutation ($input: CreateScenarioInput!) { createScenario(input: $input) {
        ... on Scenario { scenarioId } ... on OperationInfo { code field message } } }"""
    spec = {"load": {"form": "MULTIPLIER", "multiplier": 0.5}}
    created = api.data(query, input={"name": "Mild", "spec": spec})["createScenario"]
    assert created == {"scenarioId": str(Scenario.objects.get().pk)}

    query = """mutation ($input: RunScenarioInput!) { runScenario(input: $input) {
        ... on CascadeRun { runId } ... on OperationInfo { code field message } } }"""
    run_id = api.data(query, input={"scenarioId": created["scenarioId"], "outages": ["BR-9012"]})[
        "runScenario"
    ]["runId"]
    run = CascadeRun.objects.get(pk=run_id)
    run_job(run.job_id)

    run.refresh_from_db()
    # Half of the load is 100 MW, which BR-9013 carries alone.
    assert (run.total_load_mw, run.tripped_count, run.total_shed_mw) == (near(100.0), 0, near(0.0))


def test_explain(api: Api, run: CascadeRun) -> None:
    study = studied(api, "startExplanation", "StartExplanationInput", runId=str(run.pk))
    query = """query ($id: ID!, $part: ExplanationPart) { decisionStudy(id: $id) {
        explanation(part: $part) { part topic text facts } } }"""

    def told(part: str | None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.data(query, id=study, part=part)["decisionStudy"]["explanation"]
        return found

    parts = ("SUMMARY", "PATIENT_ZERO", "WAVES", "RECOMMENDATION")
    by_part = {part: told(part) for part in parts}
    assert sorted(each["text"] for each in told(None)) == sorted(
        each["text"] for said in by_part.values() for each in said
    )
    assert all(each["part"] == part for part, said in by_part.items() for each in said)
    text = {part: " ".join(each["text"] for each in said) for part, said in by_part.items()}
    assert "150 MW were lost (75.0 %)" in text["SUMMARY"]
    assert "9 with those that substations served in part shed on average" in text["SUMMARY"]
    assert "Corner 1 to Corner 2, 138 kV line" in text["PATIENT_ZERO"]
    assert "Wave 1: 1 trip (Corner 1 to Corner 3, 138 kV line), 150 MW lost." in text["WAVES"]
    assert "At 75 % of the load nothing would have tripped" in text["RECOMMENDATION"]


def test_precomputed(api: Api, run: CascadeRun) -> None:
    query = """mutation ($input: PublishCascadeRunInput!) { publishCascadeRun(input: $input) {
        ... on CascadeRun { runId } ... on OperationInfo { code } } }"""
    assert api.data(query, input={"runId": str(run.pk)})["publishCascadeRun"] == {"runId": str(run.pk)}

    found = api.data("{ cascadeRuns { totalCount edges { node { runId name totalShedMw waveCount } } } }")

    assert found["cascadeRuns"]["edges"][0]["node"] == {
        "runId": str(run.pk),
        "name": "Corner 1 to Corner 2, 138 kV line",
        "totalShedMw": near(150.0),
        "waveCount": 1,
    }


def test_simulate_what_may_be_anywhere(api: Api) -> None:
    query = """query ($ids: [String!]) { patientZero(ids: $ids) { outageIds failedIds } }"""
    circuit = make_circuit()

    found = api.data(query, ids=["SUB-9002", "PLANT-9001", circuit.pk])["patientZero"]
    run = started(api, outages=found["outageIds"], elements=found["failedIds"])

    assert (sorted(found["outageIds"]), found["failedIds"]) == (["PLANT-9001", "SUB-9002"], [circuit.pk])
    # Corner 2 loses its 100 MW; without the unit of Corner 1, Corner 3 has the 50 MW of its own.
    assert run.total_shed_mw == near(150.0)


def test_patient_zero_candidates(api: Api) -> None:
    found = api.data(
        """{ patientZeroCandidates(kind: TRANSFORMER) { totalCount
            items { assetId customerCount substationId } } }"""
    )["patientZeroCandidates"]

    assert found["totalCount"] == 2
    assert [(row["substationId"], row["customerCount"]) for row in found["items"]] == [
        ("SUB-9003", 8),
        ("SUB-9002", 4),
    ]


def test_economic_impact(api: Api, run: CascadeRun) -> None:
    found = api.data(
        """query ($id: ID!) { cascadeEconomics(runId: $id, durations: {lowH: 1, midH: 4, highH: 8}) {
            lostMw customersOut severity unservedMwh { mid } customer { usd { low mid high } }
            utility { usd { mid reasons } } regulatory { usd { mid } } } }""",
        id=run.pk,
    )["cascadeEconomics"]

    assert (found["lostMw"], found["customersOut"]) == (near(150.0), near(9.0))
    assert found["unservedMwh"]["mid"] == near(600.0)
    assert found["regulatory"]["usd"]["mid"] == 0.0
    assert found["utility"]["usd"]["mid"] is None  # no rates on record: not known, with reasons
    assert found["utility"]["usd"]["reasons"]


def test_mitigation_actions(api: Api, run: CascadeRun) -> None:
    study = studied(
        api,
        "startMitigationStudy",
        "StartMitigationStudyInput",
        runId=str(run.pk),
        response={"delayMedianMin": 10.0, "delaySigma": 0.5, "successFrac": 0.9, "waveIntervalMin": 10.0},
    )

    found = api.data(
        """query ($id: ID!) { decisionStudy(id: $id) { mitigation { lostMw
            actions { kind savedMw isContained containment { probability } }
            chokePoints { branchId name savedMw } } } }""",
        id=study,
    )["decisionStudy"]["mitigation"]

    assert found["chokePoints"][0]["branchId"] == "BR-9013"
    assert found["actions"][0]["isContained"]
    assert 0.0 < found["actions"][0]["containment"]["probability"] < 1.0


def test_restoration_sequence(api: Api, run: CascadeRun) -> None:
    study = studied(
        api, "startRestorationStudy", "StartRestorationStudyInput", runId=str(run.pk), crews=1, samples=50
    )

    plan = api.data(
        """query ($id: ID!) { decisionStudy(id: $id) { restoration { lowerBoundHours weightedHours
            milestones { shareFrac plannedH p50H p80H }
            steps { sequence assetId name crew startsH finishedH restoresMw parentId } } } }""",
        id=study,
    )["decisionStudy"]["restoration"]

    assert {step["assetId"] for step in plan["steps"]} == {"BR-9012", "BR-9013"}
    assert sum(step["restoresMw"] for step in plan["steps"]) == near(150.0)
    assert plan["lowerBoundHours"] <= plan["weightedHours"] + 1e-9


def test_compare_mitigations(api: Api, run: CascadeRun) -> None:
    study = studied(
        api,
        "startInvestmentStudy",
        "StartInvestmentStudyInput",
        name="Options",
        cases=[
            {
                "runId": str(run.pk),
                "perYear": 0.1,
                "durations": {"lowH": 1.0, "midH": 4.0, "highH": 8.0},
            }
        ],
        measures=[
            {"id": "stronger", "kind": "RECONDUCTOR", "costUsd": 1e6, "assetId": "BR-9013"}
            | {"ratingFactor": 1.5}
        ],
        budgetUsd=2e6,
        years=20.0,
        discountFrac=0.07,
    )

    found = api.data(
        """query ($id: ID!) { decisionStudy(id: $id) { investment {
            measures { measureId annualUsd { mid } paybackYears { mid } isWithinBudget savedMw { savedMw } }
            portfolio { measureIds costUsd benefitUsd { mid } } } } }""",
        id=study,
    )["decisionStudy"]["investment"]

    # At 225 MVA the 200 MW trip nothing: all 150 MW are saved.
    assert found["measures"][0]["savedMw"] == [{"savedMw": near(150.0)}]
    assert found["measures"][0]["annualUsd"]["mid"] == near(0.1 * 150 * 4 * 35_685)
    assert found["portfolio"]["measureIds"] == ["stronger"]


def test_the_page_names_fields_that_there_are() -> None:
    schema = graphql_schema()
    roots = {
        name
        for type_ in (schema.query_type, schema.mutation_type, schema.subscription_type)
        for name in type_.fields
    }
    rows = re.findall(r"^\| .*? \| (.*?) \| `(GET|POST) (/api/[^`]*)` \|$", PAGE.read_text(), re.MULTILINE)

    assert len({path for _, _, path in rows}) == len(rows) == 17
    for fields, _, path in rows:
        named = re.findall(r"`([a-z]\w+)`", fields)
        assert set(named) <= roots, (path, set(named) - roots)
