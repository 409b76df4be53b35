"""Runs that begin anywhere: an element of a circuit, an area; customers wave by wave; worked by hand."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point

from cascade.models import CascadeRun
from cascade.services import publishing
from cascade.services.publishing import publish_run
from cascade.services.runs import repeat_run, start_run
from flux_site.api.errors import BadInput, LimitExceeded, NotFound
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.models import OutboxEvent
from grid.selectors.spatial.areas import AreaSpec, Circle, Corridor
from grid.selectors.spatial.classes import PlacedClass
from grid.selectors.topology import forget_networks
from tests.factories.grid import make_pole
from tests.small_network import SmallNetwork

CarryOut = Callable[..., CascadeRun]


@pytest.fixture
def poles(served: SmallNetwork, synced: None) -> None:
    """Put a pole under the section of circuit 1 at 95.5 W, 29.5 N, and one of circuit 2 at 90 W, 35 N."""
    for key, lon, lat in ((1, -95.5, 29.5), (2, -90.0, 35.0)):
        line = grid.LineSection.objects.get(pk=f"L-{key}")
        make_pole(id=f"POLE-{key}", circuit=line.circuit, line=line, location=Point(lon, lat, srid=4326))
    forget_networks()


def test_a_run_of_one_section_leaves_the_transmission_network_as_it_was(
    served: SmallNetwork, carry_out: CarryOut
) -> None:
    """Section L-1 serves two customers; 200 MW are served before and after."""
    run = carry_out(elements=["L-1"])

    assert run.job.status == "SUCCEEDED", run.job.error_message
    assert (run.name, run.interconnect, run.outages, run.element_count) == ("L-1", "Texas", [], 1)
    assert (run.total_shed_mw, run.tripped_count, run.wave_count) == (0.0, 0, 0)
    assert run.served_mw == pytest.approx(200.0)
    assert (run.customers_out, run.impact["still_out"]["customers"]) == (2, 2)
    assert run.impact["mw_lost"] == 0.0
    assert [(each.number, each.customers_out, each.customers_expected) for each in run.waves.all()] == [
        (0, 2, 2.0)
    ]


def test_a_run_of_one_section_is_published_with_it(
    served: SmallNetwork, planner: User, carry_out: CarryOut
) -> None:
    run = carry_out(elements=["L-1"])

    publish_run(run_id=run.pk, user=planner)

    cascade, failures = (
        OutboxEvent.objects.get(kind=kind).payload for kind in (publishing.CASCADE, publishing.FAILURES)
    )
    assert (cascade["patient_zero_id"], cascade["affected_node_count"]) == ("L-1", 1)
    assert [(row["node_id"], row["wave_number"]) for row in failures["rows"]] == [("L-1", 0)]


def test_customers_are_counted_wave_by_wave(served: SmallNetwork, carry_out: CarryOut) -> None:
    """Meter M-2 fails at once: one customer. When 1-3 trips three quarters of the other two are shed too."""
    run = carry_out("BR-9012", elements=["M-2"])

    found = [(wave.customers_out, wave.customers_expected) for wave in run.waves.all()]
    assert found == [(1, 1.0), (1, pytest.approx(1.0 + 0.75 * 2))]
    assert (run.customers_out, run.impact["customers_expected"]) == (found[-1][0], found[-1][1])


def test_customers_of_a_wave_are_unknown_where_no_circuit_says(
    small_network: SmallNetwork, carry_out: CarryOut
) -> None:
    forget_networks()
    run = carry_out("BR-9012")

    found = [(wave.customers_out, wave.customers_expected) for wave in run.waves.all()]
    assert found == [(0, 0.0), (None, None)]
    assert run.customers_out is None


def test_the_way_of_a_storm_takes_out_what_it_meets(poles: None, planner: User, carry_out: CarryOut) -> None:
    storm = AreaSpec(corridor=Corridor(path=[[-95.6, 29.5], [-95.4, 29.5]], width_m=400.0))
    run = carry_out(area=storm, classes=[PlacedClass.POLE])

    assert run.job.status == "SUCCEEDED", run.job.error_message
    assert run.inputs.outages["elements"] == ["POLE-1"]
    assert run.area == {
        "corridor": {"path": [[-95.6, 29.5], [-95.4, 29.5]], "width_m": 400.0},
        "classes": ["POLE"],
    }
    assert (run.customers_out, run.total_shed_mw) == (2, 0.0)


def test_what_an_area_held_is_frozen(poles: None, planner: User, carry_out: CarryOut) -> None:
    """The pole is moved away after the run was queued: the run, and one like it, still break it."""
    storm = AreaSpec(circle=Circle(lon=-95.5, lat=29.5, radius_m=100.0))
    run = start_run(outages=[], area=storm, classes=[PlacedClass.POLE], user=planner)
    grid.Pole.objects.update(location=Point(-80.0, 40.0, srid=4326))
    run_job(run.job_id)
    run.refresh_from_db()
    assert run.customers_out == 2

    again = repeat_run(run_id=run.pk, user=planner)
    run_job(again.job_id)
    again.refresh_from_db()
    assert (again.customers_out, again.area, again.element_count) == (2, run.area, 1)


def test_an_element_that_is_gone_when_the_run_is_carried_out_is_told(poles: None, planner: User) -> None:
    run = start_run(outages=[], elements=["POLE-1", "L-2"], user=planner)
    grid.Pole.objects.all().delete()
    run_job(run.job_id)
    run.refresh_from_db()

    assert run.customers_out == 1
    assert run.impact["without_place"] == {"count": 1, "ids": ["POLE-1"]}


def test_an_area_takes_out_both_networks_together(
    poles: None, small_network: SmallNetwork, carry_out: CarryOut
) -> None:
    """The circle holds corner 2, with its 100 MW, and the pole of its circuit."""
    here = Point(-95.5, 29.5, srid=4326)
    grid.Substation.objects.filter(pk="SUB-9002").update(location=here)
    storm = AreaSpec(circle=Circle(lon=-95.5, lat=29.5, radius_m=100.0))
    run = carry_out(area=storm, classes=[PlacedClass.SUBSTATION, PlacedClass.POLE], name="Storm")

    assert (run.name, run.outages, run.element_count) == ("Storm", ["SUB-9002"], 1)
    assert run.total_shed_mw == pytest.approx(100.0)
    assert run.customers_out == 2


def test_what_cannot_be_run_is_refused_by_its_field(
    poles: None, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = AreaSpec(circle=Circle(lon=10.0, lat=50.0, radius_m=100.0))
    here = AreaSpec(circle=Circle(lon=-95.5, lat=29.5, radius_m=100.0))
    faults = (
        ({"area": nowhere, "classes": [PlacedClass.POLE]}, BadInput, "area"),
        ({"area": here, "classes": [PlacedClass.TREE]}, BadInput, "classes"),
        ({"area": AreaSpec(), "classes": [PlacedClass.POLE]}, BadInput, "area"),
        ({"elements": ["SUB-9001"]}, BadInput, "elements"),
        ({"elements": ["L-9"]}, NotFound, "elements"),
        ({}, BadInput, "outages"),
    )
    for given, kind, field in faults:
        with pytest.raises(kind) as caught:
            start_run(outages=[], user=planner, **given)
        assert caught.value.field == field, given
    monkeypatch.setattr("cascade.services.first_failures.MOST_ELEMENTS", 0)
    with pytest.raises(LimitExceeded, match="smaller area") as limit:
        start_run(outages=[], area=here, classes=[PlacedClass.POLE], user=planner)
    assert limit.value.field == "area"
    assert not CascadeRun.objects.exists()
