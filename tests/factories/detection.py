"""Rows of what the detection of outages remembers."""

from datetime import timedelta

from grid import models
from tests.factories.grid import MOMENT, make_switch


def make_circuit_watch(*, circuit: models.Circuit) -> models.CircuitWatch:
    """Create the watch of a circuit that is due in twenty seconds."""
    return models.CircuitWatch.objects.create(
        circuit_id=circuit.pk, reviewed_at=MOMENT, due_at=MOMENT + timedelta(seconds=20), is_watched=True
    )


def make_meter_evidence(*, meter: models.Meter) -> models.MeterEvidence:
    """Create the last gasp of a meter."""
    return models.MeterEvidence.objects.create(meter_id=meter.pk, circuit_id=meter.circuit_id, dark_at=MOMENT)


def make_switch_evidence(*, circuit: models.Circuit) -> models.SwitchEvidence:
    """Create the report of a switch that opened."""
    switch = make_switch(circuit=circuit)
    return models.SwitchEvidence.objects.create(switch_id=switch.pk, circuit_id=circuit.pk, opened_at=MOMENT)
