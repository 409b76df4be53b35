"""A circuit with a fused lateral, a transmission line, and trees around them."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point

from flux_site.jobs.context import JobContext
from grid import models
from grid.selectors.topology import forget_networks
from grid.services import vegetation
from tests.factories.grid import (
    HOUSTON,
    make_branch,
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_pole,
    make_switch,
    make_transformer,
)
from tests.factories.jobs import make_job

EAST_M, NORTH_M = 96_600.0, 110_860.0
"""A degree around Houston, m: to place things; the tests measure for themselves."""


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """Return the position so far from the middle of Houston."""
    return HOUSTON[0] + east_m / EAST_M, HOUSTON[1] + north_m / NORTH_M


def make_tree(key: str, east_m: float, north_m: float, **fields: Any) -> models.Tree:
    """Create a water oak of 18 m."""
    defaults = {
        "species": "Quercus nigra",
        "common_name": "Water oak",
        "height_m": 18.0,
        "crown_radius_m": 5.4,
        "growth_m_per_year": 0.6,
        "location": Point(*at(east_m, north_m), srid=4326),
    }
    return models.Tree.objects.create(id=key, **{**defaults, **fields})


@pytest.fixture
def grid(warehouse: Any, synced: None) -> SimpleNamespace:
    """Return a breaker, a backbone of 600 m to the east and, behind a fuse, a lateral of 400 m to the north.

    Behind the breaker are three active accounts, behind the fuse two, one of them critical. A 138 kV line
    runs 2 km north of it all.
    """
    circuit = make_circuit(id="CKT-V")
    zone = circuit.zone
    make_switch(id="SW-BRK", circuit=circuit, from_node=circuit.substation_id, to_node="N0")

    def section(key: str, start: str, end: str, line_class: str, *places: tuple[float, float]) -> Any:
        return make_line_section(
            id=key,
            circuit=circuit,
            from_node=start,
            to_node=end,
            line_class=line_class,
            conductor_type="ACSR 336.4 26/7",
            length_m=600.0 if key == "LINE-B" else 400.0,
            route=LineString(*[at(*place) for place in places], srid=4326),
        )

    backbone = section("LINE-B", "N0", "N1", "BACKBONE", (0, 0), (300, 20), (600, 0))
    make_switch(id="SW-FUSE", circuit=circuit, kind=models.SwitchKind.FUSE, from_node="N1", to_node="F1")
    lateral = section("LINE-L", "F1", "N2", "LATERAL", (600, 0), (600, 400))
    cable = section("LINE-U", "N2", "N3", "LATERAL", (600, 400), (0, 400))
    models.LineSection.objects.filter(pk="LINE-U").update(is_underground=True)
    make_pole(circuit=circuit, line=backbone, height_m=13.72)
    branch = make_branch(
        id="BR-V", base_kv=138.0, route=LineString(at(-3000, 2000), at(3000, 2000), srid=4326)
    )
    for node, line, kinds in (("N1", backbone, [None]), ("N2", lateral, [None, "HOSPITAL"])):
        unit = make_transformer(line=line, node=node)
        for kind in kinds:
            make_customer(meter=make_meter(transformer=unit), critical_kind=kind)
    forget_networks()
    return SimpleNamespace(
        circuit=circuit, zone=zone, backbone=backbone, lateral=lateral, cable=cable, branch=branch
    )


@pytest.fixture
def assess(grid: SimpleNamespace) -> Callable[[], dict[str, Any]]:
    """Return what carries an assessment out here and now, as the worker does."""

    def run() -> dict[str, Any]:
        job = make_job(kind=vegetation.KIND, status="RUNNING")
        counts = vegetation.carry_out(JobContext(job))
        type(job).objects.filter(pk=job.pk).update(status="SUCCEEDED", counts=counts)
        return counts

    return run


@pytest.fixture
def woods(grid: SimpleNamespace) -> list[models.Tree]:
    """Return trees at random places around the lines, some of them known in part only."""
    dice = random.Random(20260601)
    trees = []
    for number in range(120):
        north_m = 2000.0 + dice.uniform(-40, 40) if number % 6 == 0 else dice.uniform(-80, 480)
        known = {
            "height_m": None if number % 17 == 0 else dice.uniform(3, 30),
            "crown_radius_m": None if number % 19 == 0 else dice.uniform(1, 9),
            "growth_m_per_year": None if number % 7 == 0 else dice.uniform(0, 1),
            "species": None if number % 5 == 0 else "Quercus virginiana",
        }
        trees.append(make_tree(f"TREE-{number:03}", dice.uniform(-80, 680), north_m, **known))
    return trees
