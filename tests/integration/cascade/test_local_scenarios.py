"""Scenarios that flood and that break poles: what they take out, by hand, frozen with the run."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point, Polygon

from cascade.models import CascadeRun
from cascade.services.scenarios import create_scenario, run_scenario
from flux_site.api.errors import BadInput
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.selectors.topology import forget_networks
from tests.factories.grid import make_customer, make_meter, make_pole, make_transformer
from tests.factories.surroundings import make_flood_zone
from tests.small_network import SmallNetwork

WET, DRY = Point(-95.5, 29.5, srid=4326), Point(-90.0, 35.0, srid=4326)
AROUND_WET = Polygon.from_bbox((-95.6, 29.4, -95.4, 29.6))
AROUND_WET.srid = 4326
OUTLINE = [
    {"lat": lat, "lon": lon} for lat, lon in ((29.4, -95.6), (29.4, -95.4), (29.6, -95.4), (29.6, -95.6))
]


@pytest.fixture
def ground(served: SmallNetwork) -> SmallNetwork:
    """Put corner 2, T-1 and a transformer on a pole with two more customers in the wet; all else in the dry.

    Circuit 1 serves M-1 of two customers by T-1, which stands on no pole, and M-P of two by T-P on POLE-1.
    """
    grid.Substation.objects.exclude(pk="SUB-9002").update(location=DRY)
    grid.Substation.objects.filter(pk="SUB-9002").update(location=WET)
    line = grid.LineSection.objects.get(pk="L-1")
    pole = make_pole(id="POLE-1", circuit=line.circuit, line=line, location=WET)
    unit = make_transformer(id="T-P", line=line, node="m1", pole=pole, location=WET)
    meter = make_meter(id="M-P", transformer=unit)
    for _ in range(2):
        make_customer(meter=meter)
    grid.Transformer.objects.filter(pk="T-1").update(location=WET)
    grid.Transformer.objects.filter(pk="T-2").update(location=DRY)
    forget_networks()
    return served


def run_of(user: User, **spec: Any) -> CascadeRun:
    scenario = create_scenario(name="Flood", spec=spec, interconnect="Texas", user=user)
    run = run_scenario(scenario_id=scenario.pk, user=user)
    run_job(run.job_id)
    return CascadeRun.objects.select_related("job", "inputs").get(pk=run.pk)


def limits(**depth_m: float) -> list[dict[str, Any]]:
    return [{"asset_class": name, "depth_m": depth} for name, depth in depth_m.items()]


def test_the_zones_on_record_flood_what_stands_on_the_ground(ground: SmallNetwork, planner: User) -> None:
    """T-1 in a zone AE is out with its two customers; T-P hangs on its pole; corner 2 is spared."""
    make_flood_zone(outline=AROUND_WET, zone_code="AE", annual_chance_pct=1.0)
    run = run_of(planner, flood={"zone_codes": ["AE", "VE"], "limits": limits(PAD_TRANSFORMER=0.0)})

    assert run.job.status == "SUCCEEDED", run.job.error_message
    assert run.inputs.outages == {"branches": [], "buses": [], "units": [], "elements": ["T-1"]}
    assert (run.customers_out, run.total_shed_mw, run.element_count) == (2, 0.0, 1)
    assert run.inputs.summary["drawn_counts"]["flooded_pad_transformers"] == 1
    assert "Flood: 1 pad-mounted transformers stand in water." in run.inputs.summary["notes"]


def test_water_of_a_known_depth_floods_a_substation(ground: SmallNetwork, planner: User) -> None:
    """1.2 m stand at corner 2, which bears 1 m: its 100 MW and its four customers are lost."""
    area = {"outline": OUTLINE, "depth_m": 1.2}
    run = run_of(planner, flood={"areas": [area], "limits": limits(SUBSTATION=1.0)})

    assert run.inputs.outages["buses"] == ["BUS-9002"]
    assert run.total_shed_mw == pytest.approx(100.0)
    assert (run.customers_out, run.outages, run.element_count) == (4, [], 0)

    spared = run_of(planner, flood={"areas": [area], "limits": limits(SUBSTATION=1.2)})
    assert (spared.customers_out, spared.total_shed_mw) == (0, 0.0)


def test_where_the_depth_is_not_on_record_only_any_water_counts(ground: SmallNetwork, planner: User) -> None:
    zone = make_flood_zone(outline=AROUND_WET, annual_chance_pct=0.2, base_flood_depth_m=None)
    run = run_of(planner, flood={"least_annual_chance_pct": 0.2, "limits": limits(SUBSTATION=0.3)})
    assert run.inputs.outages["buses"] == []
    assert any("depth of the water is unknown" in note for note in run.inputs.summary["notes"])

    grid.FloodZone.objects.filter(pk=zone.pk).update(base_flood_depth_m=0.4)
    deep = run_of(planner, flood={"least_annual_chance_pct": 0.2, "limits": limits(SUBSTATION=0.3)})
    assert deep.inputs.outages["buses"] == ["BUS-9002"]

    rare = run_of(planner, flood={"least_annual_chance_pct": 1.0, "limits": limits(SUBSTATION=0.0)})
    assert rare.inputs.outages["buses"] == []
    # The inputs of both are equal but for what is said of them: each run shows its own notes.
    assert "Flood: no flood zone on record fits what the scenario names." in rare.inputs.summary["notes"]
    assert (rare.inputs.outages, rare.inputs == run.inputs) == (run.inputs.outages, False)


def test_an_outline_that_crosses_itself_is_refused_at_its_place(ground: SmallNetwork, planner: User) -> None:
    bow = [OUTLINE[0], OUTLINE[2], OUTLINE[1], OUTLINE[3]]
    with pytest.raises(BadInput) as caught:
        run_of(planner, flood={"areas": [{"outline": bow, "depth_m": 1.0}], "limits": limits(SUBSTATION=0.0)})
    assert str(caught.value.field).startswith("spec.flood.areas[0].outline")


def test_wind_breaks_a_pole_and_the_run_keeps_it(ground: SmallNetwork, planner: User) -> None:
    """At 100 m/s and a median of 20 m/s the pole breaks: its section is out, which serves four customers."""
    wind = {"points": [{"lat": 29.5, "lon": -95.5, "value": 100.0}], "max_distance_km": 30.0}
    rules = [{"asset_class": "POLE", "median_mps": 20.0, "beta": 0.2}]
    run = run_of(planner, wind=wind, fragility=rules)

    assert run.inputs.outages["elements"] == ["POLE-1"]
    assert (run.customers_out, run.total_shed_mw) == (4, 0.0)
    assert run.inputs.summary["drawn_counts"]["poles"] == 1

    sections = [{"asset_class": "SPAN", "median_mps": 20.0, "beta": 0.2}]
    everywhere = {**wind, "points": [*wind["points"], {"lat": 35.0, "lon": -90.0, "value": 100.0}],
                  "max_distance_km": 20_000.0}  # fmt: skip
    spans = run_of(planner, wind=everywhere, fragility=sections)
    assert spans.inputs.outages["elements"] == ["L-1", "L-2"]
    grid.LineSection.objects.filter(pk="L-2").update(is_underground=True)
    assert run_of(planner, wind=everywhere, fragility=sections).inputs.outages["elements"] == ["L-1"]
