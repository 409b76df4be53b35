"""Cascade runs carried out in this process on the small network."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.models import SwitchKind
from grid.selectors.topology import forget_networks
from tests.factories.grid import (
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_pole,
    make_switch,
    make_transformer,
)
from tests.small_network import SmallNetwork


@pytest.fixture(autouse=True)
def isolated(db: None, own_stores: None) -> None:
    """Keep the tests apart from each other and from whatever else uses the services."""


@pytest.fixture
def served(small_network: SmallNetwork) -> SmallNetwork:
    """Put a circuit under corner 2 (two customers, 100 kVA at the peak) and one under corner 3 (one)."""
    for corner, customers in ((1, 2), (2, 1)):
        station = small_network.substations[corner]
        circuit = make_circuit(id=f"CKT-{corner}", substation=station)
        make_switch(id=f"BRK-{corner}", circuit=circuit, from_node=station.pk, to_node=f"n{corner}")
        line = make_line_section(
            id=f"L-{corner}", circuit=circuit, from_node=f"n{corner}", to_node=f"m{corner}"
        )
        unit = make_transformer(id=f"T-{corner}", line=line, node=f"m{corner}", peak_load_kva=100.0)
        meter = make_meter(id=f"M-{corner}", transformer=unit)
        for _ in range(customers):
            make_customer(meter=meter)
    forget_networks()
    return small_network


@pytest.fixture
def street(served: SmallNetwork) -> SmallNetwork:
    """Lengthen circuit 1: behind a recloser a section L-X with three customers; a tie leads on to circuit 2.

    Circuit 1: SUB-9002, BRK-1, L-1 (two customers), REC, L-X (three). Circuit 2: SUB-9003, BRK-2, L-2 (one).
    """
    circuit = grid.Circuit.objects.get(pk="CKT-1")
    make_switch(id="REC", circuit=circuit, kind=SwitchKind.RECLOSER, from_node="m1", to_node="x1")
    line = make_line_section(id="L-X", circuit=circuit, from_node="x1", to_node="x2")
    meter = make_meter(
        id="M-X", transformer=make_transformer(id="T-X", line=line, node="x2", peak_load_kva=60.0)
    )
    for _ in range(3):
        make_customer(meter=meter)
    make_pole(id="POLE-X", circuit=circuit, line=line)
    forget_networks()
    return served


@pytest.fixture
def tied(street: SmallNetwork) -> SmallNetwork:
    """Add the open tie between the ends of both circuits."""
    make_switch(
        id="TIE", circuit=grid.Circuit.objects.get(pk="CKT-2"), kind=SwitchKind.TIE,
        from_node="m2", to_node="x2", is_normally_open=True,
    )  # fmt: skip
    forget_networks()
    return street


@pytest.fixture
def carry_out(planner: User) -> Callable[..., CascadeRun]:
    """Return a function that starts a run and carries it out, as a worker would."""

    def carry_out(*outages: str, **options: Any) -> CascadeRun:
        run = start_run(outages=outages, user=planner, **options)
        run_job(run.job_id)
        return CascadeRun.objects.select_related("job").get(pk=run.pk)

    return carry_out
