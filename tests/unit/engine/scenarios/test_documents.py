"""Scenarios as documents: whole and back, and every fault by its place."""

from typing import Any

import pytest

from cascade.engine.scenarios.documents import digest_of, read_spec, write_spec
from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.presets import presets

POINT = {"lat": 29.0, "lon": -95.0, "value": 40.0}
TRACK = {"hour": 0.0, "lat": 29.0, "lon": -95.0, "max_wind_mps": 40.0, "max_wind_radius_km": 30.0}
CURVE = {
    "base": 1.0,
    "heating_per_c": 0.1,
    "heating_below_c": 15.0,
    "cooling_per_c": 0.1,
    "cooling_above_c": 22.0,
}


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.key)
def test_a_preset_is_read_and_written_back_the_same(preset: Any) -> None:
    spec = read_spec(preset.spec)

    assert read_spec(write_spec(spec)) == spec
    assert digest_of(write_spec(spec)) == digest_of(write_spec(read_spec(preset.spec)))
    assert spec.sources
    assert all(source.fact for source in spec.sources)
    for rule in (*spec.fragility, *spec.units, *spec.unit_costs):
        assert rule.source


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "spec"),
        ({"colour": "red"}, "colour"),
        ({"kind": "TORNADO"}, "kind"),
        ({"load": {"form": "DEMAND"}}, "load.demand_mw"),
        ({"load": {"multiplier": 0.0}}, "load.multiplier"),
        ({"load": {"multiplier": float("nan")}}, "load.multiplier"),
        ({"load": {"form": "TEMPERATURE"}}, "load.curve"),
        ({"load": {"form": "TEMPERATURE", "curve": CURVE, "reference_c": 20.0}}, "temperature"),
        ({"load": {"curve": {**CURVE, "cooling_above_c": 10.0}}}, "load.curve.heating_below_c"),
        ({"load": {"curve": {"base": 1.0}}}, "load.curve.heating_per_c"),
        ({"rating_multiplier": "1"}, "rating_multiplier"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"wind": {"points": [], "max_distance_km": 10.0}}, "wind.points"),
        ({"wind": {"points": [{**POINT, "lat": 91.0}], "max_distance_km": 10.0}}, "wind.points[0].lat"),
        ({"wind": {"points": [{**POINT, "value": 900.0}], "max_distance_km": 10.0}}, "wind.points[0].value"),
        ({"track": {"points": [TRACK, TRACK]}}, "track.points[1].hour"),
        ({"fragility": [{"asset_class": "LINE", "median_mps": 60.0, "beta": 0.2}]}, "fragility"),
        ({"units": [{"available_frac": 1.5}]}, "units[0].available_frac"),
        ({"units": [{"available_frac": 0.5, "below_c": -5.0}]}, "units[0].below_c"),
        ({"sources": [{"title": "x", "fact": "y", "url": "javascript:1"}]}, "sources[0].url"),
        ({"outages": ["SUB-1"] * 5001}, "outages"),
        ({"outages": "SUB-1"}, "outages"),
        ({"options": []}, "options"),
        ({"options": {"dispatch": "MERIT_ORDER"}}, "unit_costs"),
        ({"unit_costs": [{"usd_per_mwh": 2e6}]}, "unit_costs[0].usd_per_mwh"),
        ({"unit_costs": [{"usd_per_mwh": 1.0, "fuel": "ng", "unit_id": "PLANT-1"}]}, "unit_costs[0].unit_id"),
        (
            {"unit_costs": [{"usd_per_mwh": 1.0, "fuel": "ng"}, {"usd_per_mwh": 2.0, "fuel": "NG"}]},
            "unit_costs[1]",
        ),
        ({"ratings": {"form": "TEMPERATURE"}}, "temperature"),
        ({"ratings": {"form": "HOUR", "at": "yesterday"}}, "ratings.at"),
        ({"ratings": {"form": "HOUR", "at": "2021-02-15T08:00:00"}}, "ratings.at"),
        ({"ratings": {"form": "HOUR", "at": "1821-02-15T08:00:00Z"}}, "ratings.at"),
        ({"ratings": {"is_secured": 1}}, "ratings.is_secured"),
    ],
)
def test_a_fault_is_named_by_its_place(document: Any, field: str) -> None:
    with pytest.raises(InvalidScenario) as caught:
        read_spec(document)

    assert caught.value.field == field
