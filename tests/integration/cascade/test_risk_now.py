"""Samples of the risk against rows worked by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User

from cascade import models
from cascade.engine.risk_now import expected
from cascade.engine.risk_now.parts import RiskPart
from cascade.selectors import risk_now as selectors
from cascade.services import risk_network, risk_now
from grid import models as grid
from grid.selectors import risk_inputs
from grid.warehouse import Warehouse
from grid.warehouse.tables import transformer_daily_load
from tests.factories.cascade import make_risk_sample
from tests.factories.computed import (
    make_asset_health,
    make_substation_status,
    make_tree_risk,
    make_vegetation_line,
)
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_outage,
    make_pole,
    make_transformer,
    make_zone,
)
from tests.small_network import SmallNetwork
from tests.warehouse_rows import fill, filled

pytestmark = pytest.mark.integration

NOW = datetime(2026, 6, 1, 12, 3, 20, tzinfo=UTC)
MARK = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DAY_OF_YEAR = 24.0 / 8760.0
NO_ANSWER = "The warehouse does not answer, and no earlier answer is kept."


def customers(count: int, circuit: grid.Circuit) -> grid.Transformer:
    """Create active accounts on one transformer of a circuit."""
    transformer = make_transformer(line=make_line_section(circuit=circuit))
    for _ in range(count):
        make_customer(meter=make_meter(transformer=transformer))
    make_customer(meter=make_meter(transformer=transformer), account_status="CLOSED")
    return transformer


def sample() -> models.RiskSample:
    risk_now.take_sample(now=NOW)
    return models.RiskSample.objects.get()


def added(part: str) -> list[tuple[str, float]]:
    rows = models.RiskContribution.objects.filter(part=part)
    return [(row.asset_id, pytest.approx(row.customer_hours)) for row in rows]


def lost_h(kind: str) -> float:
    time = models.RepairTime.objects.get(pk=kind)
    return float(expected.begun_within_h(time.median_h, time.sigma))


def test_without_customers_there_is_no_sample(synced: None) -> None:
    assert risk_now.take_sample(now=NOW) == 0
    assert not models.RiskSample.objects.exists()


def test_what_was_never_known_is_null_with_its_reason_and_never_0() -> None:
    customers(2, make_circuit())

    found = sample()

    assert {column: getattr(found, column) for column in selectors.COLUMNS.values()} == dict.fromkeys(
        selectors.COLUMNS.values()
    )
    assert found.ordinary_day_h is None
    assert found.reasons.keys() == {part.value for part in RiskPart} | {"ORDINARY_DAY"}
    assert found.reasons["OUTAGES"] == "Outages were never synced."
    assert found.reasons["BACKGROUND"] == NO_ANSWER
    assert found.reasons["VEGETATION"] == "Trees near lines were never assessed."
    assert (found.at, found.customers) == (MARK, 2)


def test_outages_cost_their_customers_times_the_hours_that_are_left(synced: None) -> None:
    circuit = make_circuit()
    customers(1, circuit)
    certain = make_outage(
        circuit=circuit, customers_out=10, estimated_restoration_at=NOW + timedelta(hours=3)
    )
    doubtful = make_outage(
        circuit=circuit,
        customers_out=4,
        estimated_restoration_at=NOW + timedelta(hours=2),
        estimated_restoration_p80_at=NOW + timedelta(hours=8),
    )
    make_outage(circuit=circuit, status="RESTORED", customers_out=0)

    found = sample()

    doubt = float(expected.running_h(2.0, expected.spread(2.0, 8.0)))
    assert found.outages_h == pytest.approx(30.0 + 4.0 * doubt)
    assert added("OUTAGES") == [(certain.pk, 30.0), (doubtful.pk, 4.0 * doubt)]
    assert found.coverage["OUTAGES"] == [2, 2]


def test_an_outage_whose_estimate_has_passed_gets_one_as_of_now(synced: None) -> None:
    circuit = make_circuit()
    customers(1, circuit)
    make_outage(
        circuit=circuit,
        customers_out=10,
        started_at=NOW - timedelta(hours=5),
        estimated_restoration_at=NOW - timedelta(hours=1),
    )

    rows = risk_inputs.active_outages(NOW)
    found = sample()

    # Published times of the common fault behind a breaker, counted from now: median 2.5 h, sigma 0.7.
    assert rows.values["p50_h"] == pytest.approx([2.5])
    assert rows.values["p80_h"] == pytest.approx([2.5 * np.exp(0.7 * 0.8416212)], rel=1e-5)
    assert found.outages_h == pytest.approx(10.0 * float(expected.running_h(2.5, 0.7)))


def test_equipment_fails_by_its_health_its_customers_and_its_heat(synced: None, warehouse: Warehouse) -> None:
    circuit = make_circuit()
    cool, hot = customers(3, circuit), customers(2, circuit)
    line = make_line_section(circuit=circuit)
    make_vegetation_line(line=line, customers=40)
    pole = make_pole(circuit=circuit, line=line)
    make_asset_health(transformer=cool, failures_per_year=0.01)
    make_asset_health(transformer=hot, failures_per_year=0.01)
    make_asset_health(pole=pole, failures_per_year=0.002)
    make_asset_health(pole=make_pole(circuit=circuit, line=make_line_section(circuit=circuit)))
    make_asset_health(transformer=customers(1, circuit), failures_per_year=None, health_index=None)
    fill(
        warehouse,
        transformer_daily_load,
        [
            filled(
                transformer_daily_load,
                {"transformer_id": key, "load_date": day, "ageing_h": ageing_h, "aged_hours": 24},
            )
            for key, day, ageing_h in (
                (cool.pk, NOW.date(), 6.0),
                (hot.pk, NOW.date(), 120.0),
                (hot.pk, NOW.date() - timedelta(days=1), 72.0),
                (hot.pk, NOW.date() - timedelta(days=2), 9_999.0),
            )
        ],
    )

    found = sample()

    of_unit, of_pole = lost_h("POLE_TRANSFORMER"), lost_h("POLE")
    worth = {
        cool.pk: 0.01 * DAY_OF_YEAR * 3 * of_unit,
        hot.pk: 4.0 * 0.01 * DAY_OF_YEAR * 2 * of_unit,  # (120 + 72) / 48 h
        pole.pk: 0.002 * DAY_OF_YEAR * 40 * of_pole,
    }
    assert found.equipment_h == pytest.approx(sum(worth.values()))
    assert dict(added("EQUIPMENT")) == worth
    assert found.coverage["EQUIPMENT"] == [3, 5]
    row = models.RiskContribution.objects.get(asset_id=hot.pk)
    assert row.details == {"failures_per_year": 0.01, "customers": 2.0, "ageing_factor": 4.0}


def test_a_circuit_above_its_rating_sheds_the_share_above_it(synced: None) -> None:
    over, under, unknown = (make_circuit() for _ in range(3))
    zone = over.zone
    for circuit, loading_pct in ((over, 125.0), (under, 90.0), (unknown, None)):
        customers(10, circuit)
        grid.WeatherRating.objects.create(
            id=circuit.pk,
            zone=zone,
            asset_kind="CIRCUIT",
            rated_hour=MARK,
            weather_loading_pct=loading_pct,
            updated_at=NOW,
        )

    risk_now.take_sample(now=NOW)

    found = models.RiskSample.objects.get(zone_id=zone.pk)
    assert found.weather_h == pytest.approx(10 * 0.2 * 4.0)
    assert found.coverage["WEATHER"] == [2, 3]
    assert added("WEATHER") == [(over.pk, 8.0)]


def test_trees_cost_a_365th_of_their_year(synced: None) -> None:
    circuit = make_circuit()
    customers(1, circuit)
    tree = make_tree_risk(circuit=circuit, customer_minutes_per_year=365.0 * 60.0 * 2.0)
    make_tree_risk(circuit=circuit, customer_minutes_per_year=None, overstrike_m=-2.0)
    make_tree_risk(circuit=circuit, customer_minutes_per_year=None, overstrike_m=1.0)
    make_tree_risk(circuit=circuit, is_route_approximate=True)

    found = sample()

    assert found.vegetation_h == pytest.approx(2.0)
    assert added("VEGETATION") == [(tree.pk, 2.0)]
    assert found.coverage["VEGETATION"] == [2, 3]  # one cannot strike, of one it is not known


def test_the_loss_of_a_branch_costs_the_customers_behind_what_it_takes_down(
    small_network: SmallNetwork,
) -> None:
    # Without 1-2, or 1-3, both loads are cut to a quarter (see the network). Tripping begins at the rating.
    risk_now.ensure_assumptions()
    models.RiskAssumption.objects.filter(pk="TRIP_THRESHOLD").update(value=1.0)
    second, third = (make_circuit(substation=each) for each in small_network.substations[1:])
    customers(4, second)
    customers(8, third)
    lines = small_network.branches

    found = sample()

    rate = 0.22 + round(0.52 / 160.9344, 6) * 12.0
    each_h = rate * DAY_OF_YEAR * 0.75 * 12 * lost_h("LINE_OUTAGE")
    assert found.contingencies_h == pytest.approx(2 * each_h, rel=1e-6)
    assert added("CONTINGENCIES") == [(lines[0].pk, each_h), (lines[1].pk, each_h)]
    row = models.RiskContribution.objects.get(asset_id=lines[0].pk)
    assert row.details == {
        "outages_per_year": pytest.approx(rate),
        "customers": pytest.approx(9.0),
        "lost_mw": pytest.approx(150.0),
        "tripped": 1.0,
    }
    network = models.RiskNetwork.objects.get()
    assert (network.branch_count, network.rated_count, network.load_multiplier) == (3, 0, 1.0)
    assert (network.load_hour, network.rated_hour, network.reason) == (None, None, None)


def test_the_state_is_that_of_the_hours_load_and_weather(small_network: SmallNetwork) -> None:
    # 160 of 200 MW are metered: 80 MW on each branch from 1. Of 1-2 the heat leaves 70 MVA: it is overloaded,
    # and the unit at 3 stands behind it, so 3 sends: no load is shed.
    second, third = small_network.substations[1:]
    for station in (second, third):
        customers(1, make_circuit(substation=station))
        make_substation_status(substation=station, load_mw=80.0, load_coverage_pct=100.0, load_hour=MARK)
    grid.WeatherRating.objects.create(
        id=small_network.branches[0].pk,
        zone=small_network.zone,
        asset_kind="BRANCH",
        rated_hour=MARK,
        rated_mva=150.0,
        weather_rated_mva=75.0,
        updated_at=NOW,
    )

    sample()

    network = models.RiskNetwork.objects.get()
    assert (network.load_multiplier, network.load_hour) == (pytest.approx(0.8), MARK)
    assert (network.rated_count, network.rated_hour) == (1, MARK)
    assert network.overloads == [[small_network.branches[0].pk, pytest.approx(80.0), pytest.approx(75.0)]]
    assert (network.is_relievable, network.relief) == (True, None)


def test_a_load_that_must_be_shed_costs_its_customers_for_the_time_of_an_overload(
    small_network: SmallNetwork,
) -> None:
    second, third = small_network.substations[1:]
    circuits = [make_circuit(substation=each) for each in (second, third)]
    for circuit in circuits:
        customers(10, circuit)
        grid.WeatherRating.objects.create(
            id=circuit.pk,
            zone=small_network.zone,
            asset_kind="CIRCUIT",
            weather_loading_pct=50.0,
            updated_at=NOW,
        )
    # Both branches from 1 carry at most 60. The unit at 3 gives 50, so 50 of its 100 MW come from 1; with P2
    # for bus 2, f12 = (2·P2 + 50) / 3 <= 60: P2 = 65, and 35 MW of bus 2 are shed.
    for branch in small_network.branches[:2]:
        grid.WeatherRating.objects.create(
            id=branch.pk,
            zone=small_network.zone,
            asset_kind="BRANCH",
            rated_hour=MARK,
            rated_mva=150.0,
            weather_rated_mva=60.0,
            updated_at=NOW,
        )

    found = sample()

    network = models.RiskNetwork.objects.get()
    assert network.relief["shed_mw"] == pytest.approx(35.0, abs=1e-3)
    assert found.weather_h == pytest.approx(10 * 0.35 * 4.0, rel=1e-4)
    assert [each for each, _ in added("WEATHER")] == [second.pk]


def test_an_equal_state_is_not_looked_at_again(
    small_network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers(1, make_circuit(substation=small_network.substations[1]))
    sample()
    before = models.RiskNetwork.objects.get()
    looked: list[Any] = []
    real = risk_network._values
    monkeypatch.setattr(risk_network, "_values", lambda *args: looked.append(args) or real(*args))

    risk_now.take_sample(now=NOW + timedelta(minutes=5))
    assert models.RiskNetwork.objects.get().computed_at == before.computed_at
    models.RiskAssumption.objects.filter(pk="TRIP_THRESHOLD").update(value=1.2)
    risk_now.take_sample(now=NOW + timedelta(minutes=10))

    assert len(looked) == 1
    assert models.RiskNetwork.objects.get().computed_at > before.computed_at


def test_a_network_that_cannot_be_computed_on_is_a_reason(small_network: SmallNetwork) -> None:
    customers(1, make_circuit(substation=small_network.substations[1]))
    grid.Branch.objects.filter(pk=small_network.branches[0].pk).update(x_pu=0.0)
    grid.SyncLayer.objects.filter(pk="branches").update(checksum="1" * 64)

    found = sample()

    assert found.contingencies_h is None
    assert "cannot be computed on" in found.reasons["CONTINGENCIES"]
    assert models.RiskNetwork.objects.get().losses == []


def test_a_mark_is_sampled_once_and_old_samples_go(synced: None) -> None:
    circuit = make_circuit()
    customers(1, circuit)
    make_risk_sample(zone=circuit.zone, at=MARK - timedelta(days=90, minutes=5))
    kept = make_risk_sample(zone=circuit.zone, at=MARK - timedelta(days=90))

    assert risk_now.take_sample(now=NOW) == 1
    assert risk_now.take_sample(now=NOW + timedelta(minutes=1)) == 0

    assert list(models.RiskSample.objects.values_list("at", flat=True)) == [MARK, kept.at]


def test_contributions_are_those_of_the_newest_sample(synced: None) -> None:
    circuit = make_circuit()
    customers(1, circuit)
    outage = make_outage(circuit=circuit, estimated_restoration_at=NOW + timedelta(hours=3))
    sample()
    grid.Outage.objects.filter(pk=outage.pk).update(status="RESTORED", customers_out=0)

    risk_now.take_sample(now=NOW + timedelta(minutes=5))

    assert not models.RiskContribution.objects.exists()


def test_zones_add_up_and_what_one_lacks_the_sum_lacks(viewer: User) -> None:
    here, there = make_zone(), make_zone()
    make_risk_sample(zone=here)
    make_risk_sample(
        zone=there, vegetation_h=None, reasons={"VEGETATION": "Trees near lines were never assessed."}
    )

    found = selectors.risk_now(viewer)

    parts = {each.part: each for each in found.parts}
    assert parts[RiskPart.OUTAGES].customer_hours == 60.0
    assert parts[RiskPart.OUTAGES].coverage_frac == pytest.approx(0.8)
    assert parts[RiskPart.VEGETATION].customer_hours is None
    assert parts[RiskPart.VEGETATION].reason == "Trees near lines were never assessed."
    assert (found.customers, found.ordinary_day) == (200, 40.0)
    assert found.assessment.total == 112.0
    assert found.assessment.missing == (RiskPart.VEGETATION,)
    assert found.assessment.score == pytest.approx(25.0 * np.log2(1.0 + 112.0 / 40.0))


def test_a_user_limited_to_a_zone_has_the_risk_of_that_zone(make_user: Any) -> None:
    here, there = make_zone(), make_zone()
    make_risk_sample(zone=here)
    make_risk_sample(zone=there, outages_h=900.0)
    limited = make_user(roles=("viewer",), username="zita")
    grant_zone(user=limited, zone=here)

    found = selectors.risk_now(limited)

    assert found.assessment.total == 60.0
    assert found.assessment.score == pytest.approx(50.0)
    assert found.customers == 100
