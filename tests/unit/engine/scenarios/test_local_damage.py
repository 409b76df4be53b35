"""Wind on poles and overhead sections: against the formula; luck is one number per asset."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.scenarios.documents import read_spec, write_spec
from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.local_damage import BrokenParts, draw_broken
from cascade.engine.scenarios.spec import FieldPoint, FragileClass, Fragility, PointField, ScenarioSpec
from grid.topology.local_places import LocalPlaces, PlacedParts

MEDIAN_MPS, BETA = 45.0, 0.3
COUNT = 4_000


def windy(mps: float, *classes: FragileClass, seed: int = 1, **limits: float) -> ScenarioSpec:
    """Return a scenario with one wind around 95.5 W, 29.5 N and a rule for each class."""
    wind = PointField(points=(FieldPoint(lat=29.5, lon=-95.5, value=mps),), max_distance_km=50.0)
    rules = tuple(Fragility(asset_class=each, median_mps=MEDIAN_MPS, beta=BETA, **limits) for each in classes)
    return ScenarioSpec(wind=wind, fragility=rules, seed=seed)


def row(count: int, *, kv: float = 12.47, lat: float = 29.5) -> PlacedParts:
    """Return parts that stand at one place."""
    return PlacedParts(
        ids=tuple(f"P-{n:05}" for n in range(count)),
        lon=np.full(count, -95.5),
        lat=np.full(count, lat),
        kv=np.full(count, kv),
    )


def poles(spec: ScenarioSpec, parts: PlacedParts) -> BrokenParts:
    return draw_broken(spec=spec, places=LocalPlaces(poles=parts))[FragileClass.POLE]


@pytest.mark.parametrize("mps", [30.0, 45.0, 60.0])
def test_as_many_break_as_the_distribution_says(mps: float) -> None:
    """P = Φ(ln(v / median) / β), by the error function; the draw lies within four standard deviations."""
    share = 0.5 * (1.0 + math.erf(math.log(mps / MEDIAN_MPS) / BETA / math.sqrt(2.0)))
    found = poles(windy(mps, FragileClass.POLE), row(COUNT))

    assert found.expected == pytest.approx(share * COUNT)
    assert abs(len(found.ids) - share * COUNT) < 4.0 * math.sqrt(COUNT * share * (1.0 - share))


@given(st.floats(10.0, 100.0), st.floats(0.0, 40.0), st.integers(0, 2**32))
@settings(max_examples=40)
def test_more_wind_breaks_what_less_wind_broke(mps: float, more: float, seed: int) -> None:
    less, much = (
        set(poles(windy(speed, FragileClass.POLE, seed=seed), row(300)).ids) for speed in (mps, mps + more)
    )
    assert less <= much


def test_poles_and_sections_have_luck_of_their_own_and_the_seed_decides() -> None:
    parts = row(COUNT)
    spec = windy(45.0, FragileClass.POLE, FragileClass.SPAN)
    found = draw_broken(spec=spec, places=LocalPlaces(poles=parts, spans=parts))
    both = {kind: set(each.ids) for kind, each in found.items()}

    assert both[FragileClass.POLE] == set(poles(windy(45.0, FragileClass.POLE), parts).ids)
    together = len(both[FragileClass.POLE] & both[FragileClass.SPAN])
    assert abs(together - COUNT / 4) < 4.0 * math.sqrt(COUNT * 3.0 / 16.0), "not independent"
    assert both[FragileClass.POLE] != set(poles(windy(45.0, FragileClass.POLE, seed=2), parts).ids)


def test_what_no_rule_fits_and_where_the_wind_is_unknown_nothing_breaks() -> None:
    strong = windy(120.0, FragileClass.POLE, min_kv=20.0)
    assert poles(strong, row(50)).ids == ()
    far = poles(windy(120.0, FragileClass.POLE), row(50, lat=35.0))
    assert (far.ids, far.unknown, far.expected) == ((), 50, 0.0)
    assert draw_broken(spec=windy(120.0, FragileClass.LINE), places=LocalPlaces(poles=row(5))) == {}


FLOOD = {
    "zone_codes": ["AE"],
    "areas": [
        {
            "depth_m": 1.5,
            "outline": [
                {"lat": lat, "lon": lon} for lat, lon in ((29.0, -95.0), (29.0, -94.0), (30.0, -94.0))
            ],
        }
    ],
    "limits": [{"asset_class": "SUBSTATION", "depth_m": 0.5}, {"asset_class": "PAD_TRANSFORMER"}],
}


def test_a_flood_is_read_and_written() -> None:
    spec = read_spec({"flood": FLOOD})
    assert spec.flood is not None
    assert spec.flood.has_zones
    assert read_spec(write_spec(spec)) == spec
    assert read_spec({}).flood is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"zone_codes": [], "areas": []}, "flood"),
        ({"limits": []}, "flood.limits"),
        ({"zone_codes": [""]}, "flood.zone_codes[0]"),
        ({"least_annual_chance_pct": 101.0}, "flood.least_annual_chance_pct"),
        ({"areas": [{"depth_m": 1.0, "outline": []}]}, "flood.areas[0].outline"),
        ({"areas": [{**FLOOD["areas"][0], "depth_m": 0.0}]}, "flood.areas[0].depth_m"),
        ({"limits": [{"asset_class": "POLE"}]}, "flood.limits[0].asset_class"),
        ({"limits": [{"asset_class": "SUBSTATION"}] * 2}, "flood.limits[1].asset_class"),
        ({"limits": [{"asset_class": "SUBSTATION", "depth_m": -1.0}]}, "flood.limits[0].depth_m"),
    ],
)
def test_a_wrong_flood_is_refused_at_its_place(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidScenario) as caught:
        read_spec({"flood": {**FLOOD, **change}})
    assert caught.value.field == field
