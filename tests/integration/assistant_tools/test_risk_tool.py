"""The tool ``risk``: its figures are those on record, what is unknown is said, zones and rights hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import Assets, DoneReason, Table
from grid import models
from tests.factories.cascade import (
    make_risk_contribution,
    make_risk_sample,
    make_vulnerability_entry,
    make_vulnerability_map,
)
from tests.factories.computed import make_tree_risk, make_vegetation_line
from tests.factories.grid import (
    MOMENT,
    grant_zone,
    make_branch,
    make_bus,
    make_circuit,
    make_line_section,
    make_substation,
    make_transformer,
    make_zone,
)
from tests.factories.transformers_to_come import make_transformer_prediction, make_transformer_risk_run

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

Ask = Callable[..., ToolOutcome]


def pointed(outcome: ToolOutcome) -> list[str]:
    """Return the assets that an answer points at."""
    return [ref.asset_id for event in outcome.events if isinstance(event, Assets) for ref in event.assets]


def tables(outcome: ToolOutcome) -> list[Table]:
    """Return the tables of an answer."""
    return [event for event in outcome.events if isinstance(event, Table)]


def scalar(sql: str, *values: Any) -> Any:
    """Return the one value of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def test_the_risk_of_now_adds_up(ask: Ask, viewer: User, synced: None) -> None:
    zone, other = make_zone(), make_zone()
    make_risk_sample(zone=zone)
    make_risk_sample(zone=other, outages_h=90.0)
    make_circuit(id="CKT-1", substation=make_substation(zone=zone))
    make_risk_contribution(zone=zone)
    make_risk_contribution(zone=zone, part="WEATHER", kind="CIRCUIT", asset_id="CKT-1", customer_hours=2.0)

    found = ask(viewer, "risk", scope="NOW")

    total = scalar(
        "SELECT sum(outages_h + equipment_h + weather_h + contingencies_h + vegetation_h + background_h) "
        "FROM cascade_risksample"
    )
    assert found.content["total_customer_hours"] == pytest.approx(total) == 180.0
    assert found.content["ordinary_day_customer_hours"] == 40.0
    # 25 log2(1 + 180 / 40) = 61.5
    assert found.content["score_of_100"] == pytest.approx(61.49, abs=0.01)
    assert "**HIGH**, score **61** of 100: 180 customer-hours" in found.summary
    assert "for 200 customers" in found.summary
    assert "- outages running now: 120 customer-hours" in found.summary
    assert [row["asset_id"] for row in found.content["contributions"]] == ["OUT-1", "CKT-1"]
    assert pointed(found) == ["CKT-1"]  # OUT-1 is no row of the cache any more


def test_what_one_asset_adds(ask: Ask, viewer: User, synced: None) -> None:
    zone = make_zone()
    station = make_substation(zone=zone)
    make_circuit(id="CKT-1", name="Alder 1", substation=station)
    make_circuit(id="CKT-2", name="Alder 2", substation=station)
    make_risk_sample(zone=zone)
    make_risk_contribution(zone=zone, part="WEATHER", kind="CIRCUIT", asset_id="CKT-1", customer_hours=2.0)

    one, none = ask(viewer, "risk", asset="Alder 1"), ask(viewer, "risk", asset="Alder 2")

    assert "adds 2 customer-hours by load above ratings in the hour's weather in 24 hours" in one.summary
    assert "is not among the assets that add most to the risk" in none.summary


def test_what_is_unknown_of_the_risk_is_said(ask: Ask, viewer: User, synced: None) -> None:
    empty = ask(viewer, "risk")
    make_risk_sample(
        weather_h=None, background_h=None, reasons={"WEATHER": "No weather.", "BACKGROUND": "Short."}
    )

    found = ask(viewer, "risk")

    assert (empty.content["at"], empty.content["score_of_100"]) == (None, None)
    assert empty.summary == (
        "The risk of now is not known. No sample was taken yet of a zone that you may see."
    )
    assert found.content["score_of_100"] is None
    assert "The risk has no score. Not known: BACKGROUND." in found.summary
    assert "- load above ratings in the hour's weather: not known. No weather." in found.summary
    assert "0 customer-hours" not in found.summary.replace("30 customer-hours", "")


@pytest.fixture
def fleet(synced: None) -> list[models.Transformer]:
    """Three transformers of a circuit; the second is likeliest to fail."""
    circuit = make_circuit(id="CKT-1", name="Alder 1", substation=make_substation(id="SUB-1", name="Alder"))
    line = make_line_section(circuit=circuit)
    units = [make_transformer(id=f"XFMR-{n}", line=line) for n in (1, 2, 3)]
    run = make_transformer_risk_run(transformer_count=3)
    for unit, rank, chance in zip(units, (2, 1, 3), (0.03, 0.05, 0.002), strict=True):
        make_transformer_prediction(transformer=unit, run=run, rank=rank, probability_365d=chance)
    return units


def test_transformers_likeliest_to_fail(ask: Ask, viewer: User, fleet: list[models.Transformer]) -> None:
    found = ask(viewer, "risk", scope="TRANSFORMERS", limit=2)

    assert [row["transformer_id"] for row in found.content["transformers"]] == ["XFMR-2", "XFMR-1"]
    assert found.content["transformer_count"] == 3
    first = found.content["transformers"][0]
    assert (first["probability_30d"], first["probability_90d"], first["probability_365d"]) == (
        None,
        0.01,
        0.05,
    )
    assert "Of 3 transformers that have a prediction" in found.summary
    assert (
        "1 % within 90 days, 5 % within 365 days, 5.7 times the usual; tier HIGH, 10 customers"
        in found.summary
    )
    assert "30 days" not in found.summary.replace("365 days", "")
    assert "the advice is to replace larger; what speaks most for a failure is loading" in found.summary
    assert (tables(found)[0].row_count, tables(found)[0].is_truncated) == (3, True)
    assert pointed(found) == ["XFMR-2", "XFMR-1"]


@pytest.mark.parametrize("asset", ["XFMR-3", "CKT-1", "Alder", "SUB-1"])
def test_transformers_of_an_asset(
    ask: Ask, viewer: User, fleet: list[models.Transformer], asset: str
) -> None:
    other = make_transformer(id="XFMR-9")
    make_transformer_prediction(transformer=other, run=fleet[0].failure_risk.run, rank=4)  # type: ignore[attr-defined]

    found = ask(viewer, "risk", scope="TRANSFORMERS", asset=asset)

    ids = {row["transformer_id"] for row in found.content["transformers"]}
    assert ids == ({"XFMR-3"} if asset == "XFMR-3" else {"XFMR-1", "XFMR-2", "XFMR-3"})


def test_without_a_prediction_nothing_is_said_to_be_safe(ask: Ask, viewer: User, synced: None) -> None:
    never = ask(viewer, "risk", scope="TRANSFORMERS")
    make_transformer_risk_run(model=None, as_of=None, reason="No model is in service.")
    refused = ask(viewer, "risk", scope="TRANSFORMERS")

    assert never.summary == "The failures of transformers were not predicted yet."
    assert refused.summary == "No model is in service."


@pytest.fixture
def mapped(synced: None) -> models.Substation:
    """A map of the present: BR-1 simulated, BR-2 predicted, both at Alder."""
    zone = make_zone(id="Z-1")
    at = make_substation(id="SUB-1", name="Alder", zone=zone)
    far = make_substation(id="SUB-2", name="Birch", zone=zone)
    make_branch(id="BR-1", from_bus=make_bus(substation=at), to_bus=make_bus(substation=far))
    make_branch(id="BR-2", from_bus=make_bus(substation=at), to_bus=make_bus(substation=at))
    found = make_vulnerability_map()
    simulated: dict[str, Any] = {
        "probability": None,
        "predicted_lost_mw": None,
        "predicted_customers": None,
        "factors": [],
    }
    make_vulnerability_entry(
        map=found,
        branch_id="BR-1",
        rank=1,
        basis="SIMULATED",
        tier="CRITICAL",
        is_cascade=True,
        lost_mw=90.0,
        customers=40,
        zone_id="Z-1",
        **simulated,
    )
    make_vulnerability_entry(map=found, branch_id="BR-2", rank=2, zone_id="Z-1")
    return at


def test_lines_whose_loss_ends_in_a_cascade(ask: Ask, viewer: User, mapped: models.Substation) -> None:
    found = ask(viewer, "risk", scope="LINES")

    assert [row["branch_id"] for row in found.content["branches"]] == ["BR-1", "BR-2"]
    assert [row["likelihood"] for row in found.content["branches"]] == [1.0, 0.6]
    assert "a cascade is certain (simulated); 90 MW lost, 40 customers" in found.summary
    assert "a cascade is 60 % likely (predicted by a model); about 120 MW lost if so" in found.summary
    assert "Present state of Texas as mapped 2026-06-01" in found.summary
    assert pointed(found) == ["BR-1", "BR-2"]
    assert found.content["spans_with_trees"] == []


def test_lines_of_one_substation_or_one_branch(ask: Ask, viewer: User, mapped: models.Substation) -> None:
    at_birch = ask(viewer, "risk", scope="LINES", asset="Birch")
    one = ask(viewer, "risk", scope="LINES", asset="BR-2")

    assert [row["branch_id"] for row in at_birch.content["branches"]] == ["BR-1"]
    assert [row["branch_id"] for row in one.content["branches"]] == ["BR-2"]
    assert "What speaks most for the prediction of BR-2: highest loading, wave 1." in one.summary


def test_substations_by_the_likeliest_cascade(ask: Ask, viewer: User, mapped: models.Substation) -> None:
    found = ask(viewer, "risk", scope="SUBSTATIONS")
    one = ask(viewer, "risk", scope="SUBSTATIONS", asset="SUB-2")

    assert [(row["substation_id"], row["likelihood"]) for row in found.content["substations"]] == [
        ("SUB-1", 1.0),
        ("SUB-2", 1.0),
    ]
    assert [row["branch_id"] for row in one.content["substations"]] == ["BR-1"]
    assert "**Birch (SUB-2)**: a cascade is certain (simulated)" in one.summary


def test_trees_of_a_circuit(ask: Ask, viewer: User, synced: None) -> None:
    circuit = make_circuit(id="CKT-1")
    section = make_line_section(id="LINE-77", circuit=circuit)
    make_vegetation_line(line=section)
    make_tree_risk(circuit=circuit, fall_in_line_id=section.pk, grow_in_line_id=section.pk)

    found = ask(viewer, "risk", scope="LINES", asset="CKT-1")
    span = ask(viewer, "risk", scope="LINES", asset="LINE-77")

    expected = scalar("SELECT customer_minutes_per_year FROM grid_treerisk")
    [told] = found.content["spans_with_trees"]
    assert (told["line_id"], told["tree_count"]) == ("LINE-77", 1)
    assert told["customer_minutes_per_year"] == pytest.approx(expected)
    assert span.content["spans_with_trees"] == [told]
    assert "from 1 tree that could strike it" in found.summary


def test_without_a_map_nothing_is_known(ask: Ask, viewer: User, synced: None) -> None:
    told = "The present state of the network is not mapped yet, so nothing is known of what losses lead to."

    assert ask(viewer, "risk", scope="SUBSTATIONS").summary == told
    lines = ask(viewer, "risk", scope="LINES")
    assert lines.summary == f"{told}\n\nNo tree is on record that could fall on a line that you may see."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scope": "POLES"}, "scope: Input should be 'NOW', 'TRANSFORMERS', 'SUBSTATIONS' or 'LINES'"),
        ({"limit": 0}, "limit: Input should be greater than or equal to 1"),
        ({"scope": "SUBSTATIONS", "asset": "BR-1"}, "BR-1 is a branch; this is about a substation"),
    ],
)
def test_bad_input_is_named(
    ask: Ask, viewer: User, mapped: models.Substation, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ToolRefused) as refused:
        ask(viewer, "risk", **given)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("scope", "permission"),
    [
        ("NOW", "cascade.view_risksample"),
        ("TRANSFORMERS", "cascade.view_transformerprediction"),
        ("SUBSTATIONS", "cascade.view_vulnerabilitymap"),
        ("LINES", "cascade.view_vulnerabilitymap"),
    ],
)
def test_every_scope_needs_its_permission(
    ask: Ask, make_user: Callable[..., User], synced: None, scope: str, permission: str
) -> None:
    user = make_user() if scope == "NOW" else make_user("cascade.view_risksample")

    with pytest.raises(ToolRefused, match=permission.replace(".", r"\.")):
        ask(user, "risk", scope=scope)


def test_trees_are_left_out_for_who_may_not_see_them(
    ask: Ask, make_user: Callable[..., User], mapped: models.Substation
) -> None:
    user = make_user("cascade.view_risksample", "cascade.view_vulnerabilitymap", "grid.view_branch")
    make_tree_risk()

    found = ask(user, "risk", scope="LINES")

    assert "spans_with_trees" not in found.content
    assert "tree" not in found.summary.lower()


def test_another_zones_user_sees_none_of_it(
    ask: Ask, viewer: User, fleet: list[models.Transformer], synced: None
) -> None:
    here = make_zone(id="Z-HERE")
    make_risk_sample(zone=here, at=MOMENT)
    make_risk_contribution(zone=here)
    found = make_vulnerability_map()
    make_vulnerability_entry(map=found, zone_id="Z-HERE")
    make_tree_risk()
    grant_zone(user=viewer, zone=make_zone(id="Z-ELSEWHERE"))

    now = ask(viewer, "risk", scope="NOW")
    units = ask(viewer, "risk", scope="TRANSFORMERS")
    stations = ask(viewer, "risk", scope="SUBSTATIONS")
    lines = ask(viewer, "risk", scope="LINES")
    named = ask(viewer, "risk", scope="TRANSFORMERS", asset="XFMR-1")

    assert now.content["at"] is None
    assert units.content["transformers"] == []
    assert stations.content["substations"] == []
    assert (lines.content["branches"], lines.content["spans_with_trees"]) == ([], [])
    assert named.ended is DoneReason.ASKED_BACK
