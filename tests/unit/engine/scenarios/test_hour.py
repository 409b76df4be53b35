"""Ratings by temperature against published multipliers, secured ratings and costs by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.scenarios.documents import read_spec
from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.hour import conditions_of
from grid.powerflow.network import Network
from grid.powerflow.places import NetworkPlaces
from tests.unit.powerflow.small_cases import make_network

near = pytest.approx
ANYWHERE = {"points": [{"lat": 30.0, "lon": -97.0, "value": 0.0}], "max_distance_km": 500.0}


def pair(*, rates: list[float], is_line: list[bool] | None = None) -> tuple[Network, NetworkPlaces]:
    """Return two substations joined by branches that carry 120 MW: a coal unit feeds the load."""
    n = len(rates)
    network = make_network(
        loads=[0.0, 120.0],
        branches=[(0, 1)] * n,
        units=[(0, 120.0, 200.0), (1, 0.0, 0.0)],
        rates=rates,
        bus_substation=[0, 1],
        substation_ids=("SUB-0", "SUB-1"),
    )
    places = NetworkPlaces(
        substation_lon=np.array([-97.0, -96.0]),
        substation_lat=np.array([30.0, 30.0]),
        substation_kv=np.array([138.0, 138.0]),
        branch_kv=np.full(n, 138.0),
        branch_is_line=np.array(is_line or [True] * n),
        unit_fuel=("coal", "ng"),
    )
    return network, places


def found(
    document: dict[str, Any],
    case: tuple[Network, NetworkPlaces],
    *,
    celsius: tuple[float, float] = (0.0, 0.0),
    params: CascadeParams | None = None,
    of_hour: dict[str, float] | None = None,
) -> tuple[Conditions | None, list[str]]:
    notes: list[str] = []
    spec = read_spec(document)
    made = conditions_of(
        spec=spec,
        network=case[0],
        places=case[1],
        substation_temperature_c=np.array(celsius),
        params=params or CascadeParams.from_dict(spec.options),
        of_hour=of_hour,
        notes=notes,
    )
    return made, notes


def factors(*arguments: Any, **options: Any) -> list[float]:
    conditions, _ = found(*arguments, **options)
    assert conditions is not None
    assert conditions.branch_rating_frac is not None
    return conditions.branch_rating_frac.tolist()


def test_a_scenario_that_says_nothing_of_it_has_none() -> None:
    assert found({}, pair(rates=[150.0])) == (None, [])
    # Costs count only where units are dispatched by them.
    assert found({"unit_costs": [{"usd_per_mwh": 20.0}]}, pair(rates=[150.0]))[0] is None


@pytest.mark.parametrize(
    ("celsius", "by_day", "by_night"),
    # IEEE Std 738 for Drake at 100 °C, over its current in 40 °C and the sun of 11 h.
    [(-20.0, 1.435, 1.512), (0.0, 1.312, 1.396), (20.0, 1.170, 1.263), (40.0, 1.000, 1.108)],
)
def test_a_line_is_rated_by_the_temperature_of_the_scenario(
    celsius: float, by_day: float, by_night: float
) -> None:
    case, at = pair(rates=[150.0]), (celsius, celsius)
    sunny = {"temperature": ANYWHERE, "ratings": {"form": "TEMPERATURE"}}
    night = {"temperature": ANYWHERE, "ratings": {"form": "TEMPERATURE", "at": "2021-02-15T08:00:00Z"}}

    assert factors(sunny, case, celsius=at) == [near(by_day, rel=0.005)]
    assert factors(night, case, celsius=at) == [near(by_night, rel=0.005)]


def test_the_worse_end_counts_and_what_is_not_known_keeps_its_rating() -> None:
    case = pair(rates=[150.0, 150.0, 0.0], is_line=[True, False, True])
    document = {"temperature": ANYWHERE, "ratings": {"form": "TEMPERATURE"}}

    cold_and_warm = factors(document, case, celsius=(0.0, 20.0))
    assert cold_and_warm == [near(1.170, rel=0.005), near(np.nan, nan_ok=True), near(np.nan, nan_ok=True)]
    unknown, notes = found(document, case, celsius=(0.0, np.nan))
    assert unknown is None
    assert "the weather of no branch is known" in notes[0]


def test_the_ratings_of_an_hour_go_to_their_branches() -> None:
    document = {"ratings": {"form": "HOUR"}}
    conditions, notes = found(document, pair(rates=[150.0, 150.0]), of_hour={"BR-1": 1.2, "BR-9": 2.0})

    assert conditions is not None
    assert conditions.branch_rating_frac is not None
    assert conditions.branch_rating_frac.tolist() == [near(np.nan, nan_ok=True), 1.2]
    assert "1 of 2 branches" in notes[0]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        # 40 MW on each: 42 MVA are needed.
        (CascadeParams(), [np.nan, 42.0 / 30.0, np.nan]),
        # 60 MW on each: 63 MVA.
        (CascadeParams(load_multiplier=1.5), [63.0 / 50.0, 63.0 / 30.0, np.nan]),
        # 42 MVA, of ratings that count half.
        (CascadeParams(rating_multiplier=0.5), [42.0 / 25.0, 42.0 / 15.0, np.nan]),
    ],
)
def test_a_secured_network_bears_what_it_carries_with_nothing_out(
    params: CascadeParams, expected: list[float]
) -> None:
    network, places = pair(rates=[50.0, 30.0, 0.0])
    document = {"ratings": {"is_secured": True}}

    raised = factors(document, (network, places), params=params)

    assert raised == [near(each, nan_ok=True) for each in expected]
    # With nothing out nothing trips then; without it something does.
    for conditions, tripped in ((Conditions(branch_rating_frac=np.array(raised)), 0), (Conditions(), 2)):
        result = simulate(
            network=network, outages=Outages.none(network), params=params, conditions=conditions
        )
        assert len(result.tripped) <= tripped
        assert (len(result.tripped) == 0) == (tripped == 0)


def test_securing_goes_on_from_the_weather_and_leaves_enough_alone() -> None:
    case = pair(rates=[50.0, 30.0, 30.0])
    of_hour = {"BR-0": 0.9, "BR-1": 1.5, "BR-2": 1.1}

    raised = factors({"ratings": {"form": "HOUR", "is_secured": True}}, case, of_hour=of_hour)

    # 45 and 45 MVA hold 40 MW; 33 do not.
    assert raised == [near(0.9), near(1.5), near(42.0 / 30.0)]


def test_a_unit_counts_before_its_fuel_and_that_before_any() -> None:
    costs = [
        {"usd_per_mwh": 50.0},
        {"usd_per_mwh": 25.0, "fuel": "COAL"},
        {"usd_per_mwh": 12.0, "unit_id": "PLANT-0"},
    ]
    case = pair(rates=[150.0])

    def cost(*of: dict[str, Any]) -> list[float]:
        document = {"options": {"dispatch": "MERIT_ORDER"}, "unit_costs": list(of)}
        conditions, _ = found(document, case)
        assert conditions is not None
        assert conditions.unit_cost_usd_per_mwh is not None
        return conditions.unit_cost_usd_per_mwh.tolist()

    assert cost(*costs) == cost(*reversed(costs)) == [12.0, 50.0]
    assert cost(*costs[:2]) == [25.0, 50.0]
    assert cost(costs[1]) == [25.0, near(np.nan, nan_ok=True)]


def test_costs_that_fit_nothing_are_refused_with_what_there_is() -> None:
    def refused(*costs: dict[str, Any]) -> InvalidScenario:
        with pytest.raises(InvalidScenario) as caught:
            found({"options": {"dispatch": "MERIT_ORDER"}, "unit_costs": list(costs)}, pair(rates=[150.0]))
        return caught.value

    none_burns_it = refused({"usd_per_mwh": 5.0, "fuel": "peat"})
    assert none_burns_it.field == "unit_costs"
    assert "coal, ng" in str(none_burns_it)
    assert refused({"usd_per_mwh": 5.0, "unit_id": "PLANT-7"}).field == "unit_costs[0].unit_id"


def test_securing_needs_ratings_that_can_be_raised_so_far() -> None:
    network, places = pair(rates=[0.01])
    with pytest.raises(InvalidScenario) as caught:
        found({"ratings": {"is_secured": True}}, (network, places))
    assert caught.value.field == "ratings.is_secured"

    cancelled = replace(pair(rates=[50.0, 50.0])[0], x_pu=np.array([0.1, -0.1]))
    with pytest.raises(InvalidScenario) as caught:
        found({"ratings": {"is_secured": True}}, (cancelled, pair(rates=[50.0, 50.0])[1]))
    assert "one solution" in str(caught.value)
