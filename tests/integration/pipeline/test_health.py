"""The health of assets assessed from a warehouse, against figures worked by hand."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import Any

import pytest

from grid.pipeline.health import SOURCES, assess_assets
from grid.standards.asset_health import HealthParams
from grid.warehouse import PartitionedWarehouse
from grid.warehouse.tables import (
    asset_health,
    asset_inspections,
    circuit_metadata,
    grid_poles_infrastructure,
    outage_restoration_tracker,
    transformer_daily_load,
    transformer_metadata,
    work_orders,
)
from tests.warehouse_rows import fill, filled

pytestmark = pytest.mark.integration

NOW = datetime(2025, 7, 2)
"""Half way through the year, so that ages are whole."""

PARAMS = HealthParams()
POINTS = 100 / 9.5


def put(warehouse: PartitionedWarehouse, table: Any, *rows: dict[str, Any]) -> None:
    fill(warehouse, table, [filled(table, row) for row in rows])


def fill_evidence(warehouse: PartitionedWarehouse) -> None:
    """Fill in two circuits of one substation: two transformers, and three poles of the first circuit."""
    put(
        warehouse,
        transformer_metadata,
        *(
            {
                "transformer_id": name,
                "circuit_id": circuit,
                "substation_id": "SUB-1",
                "install_year": year,
                "peak_loading_pct": 60.0,
            }
            for name, circuit, year in (("XFMR-A", "CKT-1", 1995), ("XFMR-B", "CKT-2", None))
        ),
    )
    put(
        warehouse,
        grid_poles_infrastructure,
        *(
            {
                "pole_id": name,
                "circuit_id": "CKT-1",
                "substation_id": "SUB-1",
                "pole_material": "WOOD",
                "install_year": year,
            }
            for name, year in (("POLE-A", 1970), ("POLE-B", 2025), ("POLE-C", None))
        ),
    )
    put(
        warehouse,
        circuit_metadata,
        *(
            {"circuit_id": name, "substation_id": "SUB-1", "length_km": length}
            for name, length in (("CKT-1", 20.0), ("CKT-2", 10.0))
        ),
    )
    put(
        warehouse,
        transformer_daily_load,
        *(
            {
                "transformer_id": "XFMR-A",
                "load_date": day,
                "peak_loading_pct": peak,
                "ageing_h": ageing,
                "aged_hours": 24,
            }
            for day, peak, ageing in (
                (date(2025, 6, 30), 120.0, 12.0),
                (date(2025, 7, 1), 90.0, 36.0),
                (date(2024, 6, 1), 300.0, 999.0),  # more than a year before the newest day
            )
        ),
    )
    put(
        warehouse,
        asset_inspections,
        *(
            {
                "inspection_id": f"INS-{n}",
                "asset_id": asset,
                "condition_code": code,
                "inspected_at": at,
            }
            for n, (asset, code, at) in enumerate(
                [
                    ("XFMR-A", 5, datetime(2010, 1, 1)),
                    ("XFMR-A", 3, datetime(2024, 1, 1)),
                    ("XFMR-A", 5, datetime(2025, 8, 1)),  # after now
                    ("POLE-C", 4, datetime(2025, 1, 1)),
                ]
            )
        ),
    )
    put(
        warehouse,
        work_orders,
        *(
            {
                "work_order_id": f"WO-{n}",
                "asset_id": asset,
                "work_type": kind,
                "status": status,
                "outage_id": outage,
            }
            for n, (asset, kind, status, outage) in enumerate(
                [
                    ("XFMR-A", "REPLACEMENT", "OPEN", None),
                    ("POLE-A", "POLE_INSPECTION", "OPEN", None),
                    ("POLE-A", "REPAIR", "COMPLETED", None),
                    ("POLE-B", "REPAIR", "OPEN", "OUT-1"),
                ]
            )
        ),
    )
    put(
        warehouse,
        outage_restoration_tracker,
        *(
            {
                "outage_id": f"OUT-{n}",
                "circuit_id": circuit,
                "transformer_id": unit,
                "cause_code": cause,
                "status": status,
                "started_at": at,
            }
            for n, (circuit, unit, cause, status, at) in enumerate(
                [
                    ("CKT-1", "XFMR-A", "EQUIPMENT", "RESTORED", datetime(2025, 1, 1)),
                    ("CKT-1", "XFMR-A", "ANIMAL", "RESTORED", datetime(2025, 1, 1)),
                    ("CKT-1", "XFMR-A", "EQUIPMENT", "CANCELLED", datetime(2025, 1, 1)),
                    ("CKT-1", "XFMR-A", "EQUIPMENT", "RESTORED", datetime(2019, 1, 1)),
                    ("CKT-2", None, "OVERLOAD", "RESTORED", datetime(2024, 1, 1)),
                ]
            )
        ),
    )


def assessed(warehouse: PartitionedWarehouse) -> dict[str, dict[str, Any]]:
    rows = assess_assets(warehouse, now=NOW, params=PARAMS).to_pylist()
    return {row["asset_id"]: row for row in rows}


def contributions(row: dict[str, Any]) -> dict[str, tuple[float, float | None]]:
    return {kind: (points, value) for kind, points, value in json.loads(row["contributions"])}


def test_a_transformer_is_assessed_from_all_that_is_known_of_it(warehouse: PartitionedWarehouse) -> None:
    fill_evidence(warehouse)

    row = assessed(warehouse)["XFMR-A"]

    # 30 years of 60, by duty 60 / 1.4; aged 48 h in 48 h, which is 20.5 years: 5.5 already. Then condition 3
    # with an order to replace, and one fault in five years.
    ageing = 5.5
    score = ageing * (1.1 + 0.1 / 1.5) * 1.1
    found = contributions(row)
    assert row["health_score"] == pytest.approx(score, abs=1e-4)
    assert row["health_index"] == pytest.approx(100 * (10 - score) / 9.5, abs=1e-3)
    assert (row["band"], row["confidence_frac"], row["reason"]) == ("HI4", 1.0, None)
    assert (row["asset_kind"], row["circuit_id"], row["substation_id"]) == ("TRANSFORMER", "CKT-1", "SUB-1")
    assert row["as_of"] == NOW
    by_age = 0.5 * math.exp(math.log(11) * found["AGE"][1] / 60)
    assert found["AGE"][1] == pytest.approx(30.0, abs=0.01)
    assert found["AGE"][0] == pytest.approx((0.5 - by_age) * POINTS, abs=1e-4)
    assert found["LOADING"][1] == 120.0
    assert found["AGEING"][1] == pytest.approx(1.0)
    assert (found["INSPECTION"][1], found["WORK_ORDERS"][1], found["FAULTS"][1]) == (3.0, 1.0, 1.0)
    assert 100 + sum(points for points, _ in found.values()) == pytest.approx(row["health_index"], abs=1e-4)
    x = 1.087 * score
    assert row["failures_per_year"] == pytest.approx(0.000078 * (1 + x + x**2 / 2 + x**3 / 6), rel=1e-4)


def test_an_asset_without_evidence_has_no_index_and_says_why(warehouse: PartitionedWarehouse) -> None:
    fill_evidence(warehouse)

    row = assessed(warehouse)["XFMR-B"]

    assert (row["health_index"], row["health_score"], row["band"], row["failures_per_year"]) == (None,) * 4
    assert (row["reason"], row["confidence_frac"]) == ("NO_AGE_OR_INSPECTION", 0.0)
    assert contributions(row)["AGE"] == (0.0, None)


def test_poles_are_assessed_by_age_and_inspection(warehouse: PartitionedWarehouse) -> None:
    fill_evidence(warehouse)

    found = assessed(warehouse)

    assert found["POLE-A"]["health_score"] == pytest.approx(5.5, abs=1e-3)  # 55 years of 55
    assert contributions(found["POLE-A"])["WORK_ORDERS"] == (0.0, 0.0)
    assert found["POLE-B"]["health_index"] == pytest.approx(100.0, abs=0.1)
    assert found["POLE-C"]["health_score"] == 6.5  # of unknown age, but found in condition 4
    assert found["POLE-C"]["confidence_frac"] == pytest.approx(2 / 3)


def test_circuits_and_substations_are_as_healthy_as_what_they_are_made_of(
    warehouse: PartitionedWarehouse,
) -> None:
    fill_evidence(warehouse)

    found = assessed(warehouse)

    members = [found[name] for name in ("XFMR-A", "POLE-A", "POLE-B", "POLE-C")]
    mean = sum(row["health_score"] for row in members) / 4
    circuit = found["CKT-1"]
    assert circuit["health_score"] == pytest.approx(mean, abs=1e-4)
    assert circuit["failures_per_year"] == pytest.approx(sum(row["failures_per_year"] for row in members))
    assert contributions(circuit)["FAULTS"] == (0.0, 0.0)
    assert (found["CKT-2"]["health_index"], found["CKT-2"]["reason"]) == (None, "NO_MEMBERS")
    # One fault on 10 km, over the five years that count: 0.2 per 10 km and year.
    assert contributions(found["CKT-2"])["FAULTS"][1] == pytest.approx(0.2, rel=1e-3)
    assert found["SUB-1"]["health_score"] == pytest.approx(mean, abs=1e-4)
    assert (found["SUB-1"]["circuit_id"], found["SUB-1"]["substation_id"]) == (None, "SUB-1")


def test_tables_never_loaded_are_evidence_unknown(warehouse: PartitionedWarehouse) -> None:
    put(
        warehouse,
        grid_poles_infrastructure,
        {"pole_id": "POLE-A", "circuit_id": "CKT-1", "substation_id": "SUB-1", "install_year": 1995},
    )

    found = assessed(warehouse)

    assert contributions(found["POLE-A"]) == {
        # 30 years of 55: a score of 0.5 times 11 to the power of 30/55.
        "AGE": (
            pytest.approx((0.5 - 0.5 * 11 ** (30 / 55)) * POINTS, abs=0.01),
            pytest.approx(30.0, abs=0.01),
        ),
        "INSPECTION": (0.0, None),
        "WORK_ORDERS": (0.0, None),
    }
    assert found["POLE-A"]["confidence_frac"] == pytest.approx(1 / 3)
    assert contributions(found["XFMR-A"])["FAULTS"] == (0.0, None)


def test_no_outage_on_record_is_no_proof_that_nothing_failed(warehouse: PartitionedWarehouse) -> None:
    fill_evidence(warehouse)
    put(warehouse, outage_restoration_tracker)

    assert contributions(assessed(warehouse)["XFMR-A"])["FAULTS"] == (0.0, None)


def test_the_rows_can_be_written(warehouse: PartitionedWarehouse) -> None:
    fill_evidence(warehouse)
    rows = assess_assets(warehouse, now=NOW, params=PARAMS)

    assert warehouse.replace(asset_health, rows, "assessed") == 8
    assert set(SOURCES) >= {transformer_metadata, asset_inspections}


def test_progress_is_told_and_may_stop_it(warehouse: PartitionedWarehouse) -> None:
    fill_evidence(warehouse)
    steps: list[tuple[float, str]] = []

    assess_assets(warehouse, now=NOW, params=PARAMS, progress=lambda frac, step: steps.append((frac, step)))

    assert steps == sorted(steps)
    assert steps[0][0] == 0.0

    def stop(_frac: float, _step: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assess_assets(warehouse, now=NOW, params=PARAMS, progress=stop)
