"""The state of circuits and substations, calculated by hand."""

from datetime import timedelta
from typing import Any

import pytest

from flux_site.api import live
from grid import models
from grid.services import status
from grid.services.status import refresh_status, refresh_status_on_commit
from tests.factories.grid import (
    MOMENT,
    make_circuit,
    make_customer,
    make_interruption,
    make_meter,
    make_outage,
    make_substation,
    make_transformer,
    make_transformer_load,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def served(circuit: models.Circuit, *customers: int) -> list[models.Transformer]:
    """Add transformers with so many customers each, one a meter."""
    found = []
    for count in customers:
        transformer = make_transformer(circuit=circuit)
        for _ in range(count):
            make_customer(meter=make_meter(transformer=transformer))
        found.append(transformer)
    return found


def state(circuit: models.Circuit) -> models.CircuitStatus:
    refresh_status()
    return models.CircuitStatus.objects.get(pk=circuit.pk)


def test_a_circuit_nobody_knows_anything_of_is_energized_and_its_load_unknown() -> None:
    found = state(make_circuit())

    assert (found.status, found.load_class) == ("ENERGIZED", "UNKNOWN")
    assert (found.customers, found.customers_out, found.active_outages) == (0, 0, 0)
    unknown = (found.load_mw, found.loading_pct, found.load_hour, found.load_coverage_pct)
    assert unknown == (None, None, None, None)
    assert found.worst_transformer_id is None


def test_customers_out_are_counted_once_though_two_outages_are_behind_them() -> None:
    circuit = make_circuit()
    first, second, third = served(circuit, 3, 2, 4)
    whole, part = make_outage(circuit=circuit), make_outage(circuit=circuit, status="PREDICTED")
    make_interruption(outage=whole, transformer=first, customers=3)
    make_interruption(outage=part, transformer=first, customers=3)
    one_meter = first.meters.first()
    make_interruption(
        id=f"{part.pk}|{one_meter.pk}", outage=part, transformer=first, meter=one_meter, customers=1
    )
    other_meter = second.meters.first()
    make_interruption(
        id=f"{part.pk}|{other_meter.pk}", outage=part, transformer=second, meter=other_meter, customers=1
    )
    make_interruption(outage=whole, transformer=third, customers=4, restored_at=MOMENT)
    make_interruption(outage=make_outage(circuit=circuit, status="RESTORED"), transformer=third, customers=4)

    found = state(circuit)

    assert (found.customers, found.customers_out, found.active_outages) == (9, 4, 2)
    assert found.status == "PARTIAL_OUTAGE"


def test_a_circuit_is_out_when_all_its_customers_are() -> None:
    circuit = make_circuit()
    first, second = served(circuit, 1, 2)
    closed = make_customer(meter=make_meter(transformer=first), account_status="CLOSED")
    outage = make_outage(circuit=circuit, estimated_restoration_at=MOMENT + timedelta(hours=2))
    make_interruption(outage=outage, transformer=first, customers=1)
    assert state(circuit).status == "PARTIAL_OUTAGE"
    make_interruption(outage=outage, transformer=second, customers=2)

    found = state(circuit)

    assert closed.account_status == "CLOSED"
    assert (found.status, found.customers, found.customers_out) == ("OUTAGE", 3, 3)
    assert found.outage_started_at == MOMENT
    assert found.estimated_restoration_at == MOMENT + timedelta(hours=2)


@pytest.mark.parametrize(
    ("load_kva", "load_class"),
    [(6_999.9, "NORMAL"), (7_000.0, "WARNING"), (8_500.0, "WARNING"), (8_500.1, "CRITICAL")],
)
def test_the_load_is_classed_by_its_share_of_the_rating(load_kva: float, load_class: str) -> None:
    circuit = make_circuit(rated_mva=10.0)
    (transformer,) = served(circuit, 1)
    make_transformer_load(transformer=transformer, load_kva=load_kva, energy_kwh=load_kva * 0.95)

    found = state(circuit)

    assert found.load_class == load_class
    assert found.loading_pct == pytest.approx(load_kva / 100.0)
    assert found.load_mw == pytest.approx(load_kva * 0.95 / 1000.0)


def test_only_loads_of_the_newest_hour_count_and_coverage_is_over_all_meters() -> None:
    circuit = make_circuit(rated_mva=1.0)
    first, second, silent = served(circuit, 2, 2, 4)
    make_transformer_load(
        transformer=first, load_kva=100.0, loading_pct=80.0, meter_count=2, coverage_pct=100.0
    )
    make_transformer_load(
        transformer=second, load_kva=300.0, loading_pct=120.0, meter_count=2, coverage_pct=50.0
    )
    make_transformer_load(transformer=silent, load_hour=MOMENT - timedelta(hours=1), load_kva=500.0)

    found = state(circuit)

    assert found.loading_pct == pytest.approx(40.0)
    assert (found.transformer_count, found.transformers_with_load) == (3, 2)
    assert (found.overloaded_transformers, found.worst_transformer_id) == (1, second.pk)
    assert found.worst_loading_pct == 120.0
    assert found.load_coverage_pct == pytest.approx((2 * 100 + 2 * 50) / 8)
    assert found.load_hour == MOMENT


def test_a_substation_is_the_sum_of_its_circuits() -> None:
    substation = make_substation(capacity_mva=2.0)
    heavy, light = (make_circuit(substation=substation, rated_mva=1.0) for _ in range(2))
    make_substation()  # feeds none: it has no state
    (unit,), (other,) = served(heavy, 2), served(light, 3)
    make_transformer_load(transformer=unit, load_kva=900.0, energy_kwh=800.0)
    make_transformer_load(transformer=other, load_kva=300.0, energy_kwh=200.0)
    make_interruption(outage=make_outage(circuit=light), transformer=other, customers=3)
    refresh_status()

    found = models.SubstationStatus.objects.get(pk=substation.pk)

    assert (found.circuit_count, found.circuits_out) == (2, 1)
    assert (found.customers, found.customers_out, found.status) == (5, 3, "PARTIAL_OUTAGE")
    assert (found.load_mw, found.load_mva, found.loading_pct) == (1.0, 1.2, 60.0)
    assert (found.worst_circuit_id, found.worst_loading_pct) == (heavy.pk, 90.0)
    assert (found.load_class, found.critical_circuits, found.warning_circuits) == ("CRITICAL", 1, 0)


def test_only_what_changed_is_written_and_announced(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    said: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(status.refreshing, "announce", lambda topic, keys: said.append((topic, list(keys))))
    quiet, changing = make_circuit(), make_circuit()
    with django_capture_on_commit_callbacks(execute=True):
        refresh_status()
    before = models.CircuitStatus.objects.get(pk=quiet.pk).updated_at
    make_outage(circuit=changing)
    with django_capture_on_commit_callbacks(execute=True):
        assert refresh_status() == (changing.pk,)
    with django_capture_on_commit_callbacks(execute=True):
        assert refresh_status() == ()

    assert said == [("circuits", sorted([quiet.pk, changing.pk])), ("circuits", [changing.pk])]
    assert models.CircuitStatus.objects.get(pk=quiet.pk).updated_at == before


def test_a_circuit_that_is_gone_has_no_state() -> None:
    kept, gone = make_circuit(), make_circuit()
    refresh_status()
    models.Circuit.objects.filter(pk=gone.pk).delete()

    assert refresh_status() == (gone.pk,)
    assert list(models.CircuitStatus.objects.values_list("pk", flat=True)) == [kept.pk]
    assert list(models.SubstationStatus.objects.values_list("pk", flat=True)) == [kept.substation_id]


def test_those_asked_for_in_one_transaction_are_computed_together(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[set[str]] = []
    monkeypatch.setattr(
        status.refreshing, "refresh_status", lambda *, circuit_ids: asked.append(set(circuit_ids))
    )
    with django_capture_on_commit_callbacks(execute=True):
        refresh_status_on_commit(["CKT-1"])
        refresh_status_on_commit([])
        refresh_status_on_commit(["CKT-2", "CKT-1"])

    assert asked == [{"CKT-1", "CKT-2"}]
    assert status.refreshing.TOPIC in live.TOPICS
