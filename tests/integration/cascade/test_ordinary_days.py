"""The ordinary day of the utility's own record, worked by hand, and the background of the risk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cascade import models
from cascade.services import risk_now
from grid.selectors.reliability import ordinary_days as module
from grid.selectors.reliability.ordinary_days import OrdinaryDays, ordinary_days
from grid.warehouse import Warehouse
from tests.factories.computed import make_tree_risk
from tests.factories.grid import (
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_substation,
    make_transformer,
    make_zone,
)
from tests.interruption_history import load, noon

pytestmark = pytest.mark.integration

NOW = datetime(2026, 6, 1, 12, 3, 20, tzinfo=UTC)


@pytest.fixture
def recorded(warehouse: Warehouse) -> Warehouse:
    """Two years of interruptions and three more outages of 2025, which has a threshold."""
    load(
        warehouse,
        more=(
            ("DIG", "M-0", noon(datetime(2025, 5, 1).date()), 90.0, "DIG_IN"),
            ("TREE", "M-0", noon(datetime(2025, 6, 1).date()), 45.0, "VEGETATION"),
            ("FAR", "M-12", noon(datetime(2025, 7, 1).date()), 60.0, "ANIMAL"),
        ),
    )
    return warehouse


def test_the_ordinary_day_is_the_mean_of_days_without_major_events(recorded: Warehouse) -> None:
    found = ordinary_days(["Z-A", "Z-B", "Z-C"])

    # 2024 has no threshold, 31 December 2025 is not over, 1 August was a storm, and the
    # day of the planned work was one too.
    assert (str(found.first_day), str(found.last_day)) == ("2025-01-01", "2025-12-30")
    assert (found.day_count, found.major_count, found.reason) == (362, 2, None)
    assert found.zones["Z-A"].customer_hours == pytest.approx(2.25 / 362)
    assert found.zones["Z-A"].by_cause == pytest.approx({"DIG_IN": 1.5 / 362, "VEGETATION": 0.75 / 362})
    assert found.zones["Z-B"].by_cause == pytest.approx({"ANIMAL": 1.0 / 362})
    assert "Z-C" not in found.zones


def test_a_record_that_is_too_short_says_so(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEAST_DAYS", 364)
    load(warehouse)

    found = ordinary_days(["Z-A"])

    assert found == OrdinaryDays(
        zones={},
        reason="362 whole days without a major event are on record in years with a threshold; 364 are "
        "needed.",
    )


def test_the_background_is_what_no_other_part_tells_of(synced: None, recorded: Warehouse) -> None:
    circuit = make_circuit(substation=make_substation(zone=make_zone(id="Z-A")))
    make_customer(meter=make_meter(transformer=make_transformer(line=make_line_section(circuit=circuit))))
    risk_now.take_sample(now=NOW)
    first = models.RiskSample.objects.get()
    make_tree_risk(circuit=circuit, customer_minutes_per_year=0.5 / 362 * 365.0 * 60.0)
    risk_now.take_sample(now=NOW + timedelta(minutes=5))
    second = models.RiskSample.objects.first()

    assert second is not None
    assert first.ordinary_day_h == pytest.approx(2.25 / 362)
    assert first.background_h == pytest.approx(2.25 / 362)  # nothing is known of trees
    assert second.vegetation_h == pytest.approx(0.5 / 362)
    assert second.background_h == pytest.approx(1.75 / 362)  # of 0.75 h by trees 0.5 are expected there
    listed = models.RiskContribution.objects.filter(part="BACKGROUND").values_list("asset_id", flat=True)
    assert list(listed) == ["DIG_IN", "VEGETATION"]
