"""What a scenario makes of a network, against hand calculation and counting."""

from typing import Any

import numpy as np
import pytest

from cascade.engine.arrays import network_from_bytes, network_to_bytes
from cascade.engine.scenarios.documents import read_spec
from cascade.engine.scenarios.resolving import draw_storms, resolve_scenario, scaled
from cascade.engine.scenarios.weather import load_of
from grid.powerflow.network import Network
from grid.powerflow.places import NetworkPlaces

near = pytest.approx
N = 400


def network() -> Network:
    """Return a row of N substations with one bus and one unit of 10 MW each; every second bus has 5 MW."""
    return Network(
        base_mva=100.0,
        bus_ids=tuple(f"BUS-{n}" for n in range(N)),
        bus_load_mw=np.where(np.arange(N) % 2 == 0, 5.0, 0.0),
        bus_substation=np.arange(N),
        substation_ids=tuple(f"SUB-{n}" for n in range(N)),
        branch_ids=tuple(f"BR-{n}" for n in range(N - 1)),
        branch_from=np.arange(N - 1),
        branch_to=np.arange(1, N),
        x_pu=np.full(N - 1, 0.1),
        tap=np.ones(N - 1),
        shift_deg=np.zeros(N - 1),
        rate_mva=np.full(N - 1, 100.0),
        unit_ids=tuple(f"PLANT-{n}" for n in range(N)),
        unit_bus=np.arange(N),
        unit_p_mw=np.full(N, 5.0),
        unit_pmax_mw=np.full(N, 10.0),
    )


def places() -> NetworkPlaces:
    """Return the row on a parallel from 95 to 93 degrees west; the first half burns gas."""
    return NetworkPlaces(
        substation_lon=np.linspace(-95.0, -93.0, N),
        substation_lat=np.full(N, 29.0),
        substation_kv=np.full(N, 138.0),
        branch_kv=np.full(N - 1, 138.0),
        branch_is_line=np.arange(N - 1) % 10 != 0,
        unit_fuel=("ng",) * (N // 2) + ("wind",) * (N // 2),
    )


def resolve(**document: Any) -> Any:
    return resolve_scenario(spec=read_spec(document), network=network(), places=places())


def wind(mps: float) -> dict[str, Any]:
    return {"points": [{"lat": 29.0, "lon": -94.0, "value": mps}], "max_distance_km": 500.0}


def fragile(median: float) -> list[dict[str, Any]]:
    return [{"asset_class": "LINE", "median_mps": median, "beta": 0.2}]


def test_a_demand_is_a_multiple_of_the_planning_case() -> None:
    assert resolve(load={"form": "DEMAND", "demand_mw": 1500.0}).load_multiplier == near(1.5)


def test_each_bus_has_the_load_of_its_own_temperature() -> None:
    document = {
        "load": {
            "form": "TEMPERATURE",
            "reference_c": 20.0,
            "curve": {
                "base": 2.0,
                "heating_per_c": 0.1,
                "heating_below_c": 15.0,
                "cooling_per_c": 0.2,
                "cooling_above_c": 22.0,
            },
        },
        "temperature": {
            "points": [{"lat": 29.0, "lon": -95.0, "value": 5.0}, {"lat": 29.0, "lon": -93.0, "value": 32.0}],
            "max_distance_km": 500.0,
        },
    }
    found = resolve(**document)

    assert found.bus_load_factor[0] == near((2.0 + 0.1 * 10.0) / 2.0)
    assert found.bus_load_factor[-1] == near((2.0 + 0.2 * 10.0) / 2.0)
    curve = read_spec(document).load.curve
    assert curve is not None
    assert found.bus_load_factor == near(load_of(curve, found.substation_temperature_c) / 2.0)


def test_as_many_lines_break_as_the_curve_says_and_transformers_never() -> None:
    found = resolve(wind=wind(60.0), fragility=fragile(60.0), seed=3)

    lines = places().branch_is_line
    assert not found.branch_out[~lines].any()
    assert found.branch_out[lines].mean() == near(0.5, abs=4.0 * 0.5 / np.sqrt(lines.sum()))


def test_more_wind_breaks_the_same_and_more() -> None:
    weaker, stronger = (
        resolve(wind=wind(mps), fragility=fragile(60.0), seed=11).branch_out for mps in (50.0, 65.0)
    )

    assert not (weaker & ~stronger).any()
    assert stronger.sum() > weaker.sum() > 0


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    first, again, other = (
        resolve(wind=wind(60.0), fragility=fragile(60.0), seed=seed).branch_out for seed in (1, 1, 2)
    )

    assert (first == again).all()
    assert (first != other).any()


def test_units_are_drawn_until_their_share_is_gone() -> None:
    found = resolve(units=[{"available_frac": 0.514, "method": "DRAW"}], seed=5)

    # 48.6 % of 4,000 MW are 1,944 MW; units of 10 MW come within 5 MW of it.
    assert found.unit_out.sum() * 10.0 == near(1944.0, abs=5.0)
    assert (found.unit_capacity_frac == 1.0).all()


def test_units_of_a_fuel_are_derated_where_it_is_cold() -> None:
    found = resolve(
        units=[{"available_frac": 0.25, "fuel": "NG", "below_c": 0.0}],
        temperature={
            "points": [{"lat": 29.0, "lon": -94.9, "value": -5.0}],
            "max_distance_km": 50.0,
        },
    )

    cold = found.substation_temperature_c < 0.0
    expected = np.where(cold & (np.arange(N) < N // 2), 0.25, 1.0)
    assert found.unit_capacity_frac == near(expected)
    assert 0 < cold.sum() < N
    changed = scaled(network(), None, found.unit_capacity_frac)
    assert changed.unit_pmax_mw == near(10.0 * expected)
    assert changed.unit_p_mw == near(np.minimum(5.0, 10.0 * expected))


def test_more_draws_begin_with_the_same_ones() -> None:
    spec = read_spec({"wind": wind(60.0), "fragility": fragile(60.0), "seed": 9})
    few, many = (draw_storms(spec=spec, network=network(), places=places(), count=count) for count in (3, 6))

    assert all((one[0] == other[0]).all() for one, other in zip(few, many, strict=False))
    assert len({draw[0].tobytes() for draw in many}) == 6


def test_every_draw_draws_its_units_and_derates_the_same_ones() -> None:
    spec = read_spec(
        {
            "units": [
                {"available_frac": 0.6, "method": "DRAW"},
                {"available_frac": 0.5, "fuel": "ng", "method": "DERATE"},
            ],
            "seed": 9,
        }
    )

    draws = draw_storms(spec=spec, network=network(), places=places(), count=5)

    assert [draw[2].sum() for draw in draws] == [near(0.4 * N, abs=1)] * 5
    assert len({draw[2].tobytes() for draw in draws}) == 5
    found = resolve_scenario(spec=spec, network=network(), places=places())
    # Whichever units a draw leaves running, those that burn gas give half.
    assert found.unit_capacity_frac == near(np.where(np.arange(N) < N // 2, 0.5, 1.0))


def test_a_network_is_the_same_after_being_kept_as_bytes() -> None:
    assert network_from_bytes(network_to_bytes(network())).digest() == network().digest()
