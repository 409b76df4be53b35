"""The records of transformers at a moment, worked by hand on either kind of warehouse, and that nothing later
reaches them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from cascade.ml.errors import BadDataset
from cascade.ml.transformers.dataset import (
    FAILED,
    SURVIVED,
    UNKNOWN,
    FailureDataset,
    build_dataset,
    quarter_starts,
)
from cascade.ml.transformers.evaluation import read_ceiling, read_spans
from grid.warehouse import Warehouse, tables
from grid.warehouse.queries import transformer_failures as records
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

AT = datetime(2024, 7, 1)
END = datetime(2025, 8, 1)
PLACE = {"latitude": 29.8, "longitude": -95.4}


def unit(name: str, number: int, year: int, **more: Any) -> dict[str, Any]:
    return {
        "unit_id": f"{name}-U{number}",
        "transformer_id": name,
        "rated_kva": 50.0,
        "maker": "A",
        "built_year": year,
        "liquid": "MINERAL_OIL",
        "install_year": year,
        **more,
    }


def outage(number: int, start: datetime, cause: str, **more: Any) -> dict[str, Any]:
    return {
        "outage_id": f"OUT-{number}",
        "circuit_id": "CKT-1",
        "status": "RESTORED",
        "cause_code": cause,
        "is_planned": False,
        "started_at": start,
        "restored_at": start + timedelta(hours=2),
        **PLACE,
        **more,
    }


UNITS = [
    # A failed in 2023 and its new unit fails in November 2024; B is renewed in August 2024; C stands.
    unit("XFMR-A", 1, 1990, removed_at=datetime(2023, 3, 1), removal_reason="FAILED"),
    unit(
        "XFMR-A",
        2,
        2023,
        installed_at=datetime(2023, 3, 1, 6),
        removed_at=datetime(2024, 11, 5),
        removal_reason="FAILED",
    ),
    unit("XFMR-A", 3, 2024, installed_at=datetime(2024, 11, 5, 9)),
    unit("XFMR-B", 1, 1970, maker="B", removed_at=datetime(2024, 8, 10), removal_reason="RENEWED"),
    unit("XFMR-B", 2, 2024, installed_at=datetime(2024, 8, 10, 2)),
    unit("XFMR-C", 1, 2000, liquid="NATURAL_ESTER"),
]
OUTAGES = [
    outage(1, datetime(2022, 7, 1, 12), "EQUIPMENT"),  # of the circuit
    outage(2, datetime(2023, 3, 1), "EQUIPMENT", transformer_id="XFMR-A"),  # of the unit before
    outage(3, datetime(2023, 9, 1), "OVERLOAD", transformer_id="XFMR-A"),
    outage(4, datetime(2024, 2, 1), "LIGHTNING", transformer_id="XFMR-C"),
    outage(5, datetime(2024, 3, 1), "ANIMAL", transformer_id="XFMR-C"),
    outage(6, datetime(2024, 4, 1), "LIGHTNING"),
    outage(7, datetime(2024, 4, 2), "PLANNED_WORK", transformer_id="XFMR-B", is_planned=True),
]
MONTHS = [
    # May 2024 and July 2023 count at the moment, June 2023 is too old.
    ("XFMR-A", date(2023, 6, 1), 720, 200.0, 90.0, 0.5),
    ("XFMR-A", date(2023, 7, 1), 744, 130.0, 50.0, 0.2),
    ("XFMR-A", date(2024, 5, 1), 720, 110.0, 40.0, 0.1),
    ("XFMR-C", date(2024, 5, 1), 744, 70.0, 30.0, 0.01),
]


def seen(number: int, asset: str, code: int, at: datetime) -> dict[str, Any]:
    return {
        "inspection_id": f"I-{number}",
        "asset_kind": "TRANSFORMER",
        "asset_id": asset,
        "condition_code": code,
        "inspected_at": at,
    }


def blink(number: int, at: datetime) -> dict[str, Any]:
    end = at + timedelta(seconds=1)
    return {"momentary_id": f"M-{number}", "circuit_id": "CKT-1", "started_at": at, "ended_at": end}


def place(name: str, phases: str, pole: str | None) -> dict[str, Any]:
    return {
        "transformer_id": name,
        "circuit_id": "CKT-1",
        "phases": phases,
        "pole_id": pole,
        "rated_kva": 50.0,
        "primary_kv": 12.47,
        "customer_count": 7,
    }


def order(number: int, work: str, asset: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "work_order_id": f"WO-{number}",
        "work_type": work,
        "asset_id": asset,
        "created_at": at,
        "status": "COMPLETED",
        "asset_kind": "TRANSFORMER",
        **PLACE,
        **more,
    }


def hour(at: datetime, pct: float) -> dict[str, Any]:
    return {
        "transformer_id": "XFMR-C",
        "load_hour": at,
        "load_date": at.date(),
        "loading_pct": pct,
        "hot_spot_c": 120.0,
        "ageing_factor": 2.0,
    }


def truth(name: str, hazard: float) -> dict[str, Any]:
    return {
        "transformer_id": name,
        "as_of": AT,
        "expected_failures_30d": 0.1 * hazard,
        "expected_failures_90d": 0.3 * hazard,
        "expected_failures_365d": hazard,
    }


LATER = {
    # What came after the moment, or was not over by then: no feature may know it.
    "outage_restoration_tracker": [
        outage(21, AT - timedelta(hours=1), "EQUIPMENT", transformer_id="XFMR-C"),
        outage(22, AT + timedelta(days=3), "OVERLOAD", transformer_id="XFMR-C"),
        outage(23, AT + timedelta(days=3), "LIGHTNING"),
    ],
    "asset_inspections": [seen(9, "XFMR-C", 5, AT + timedelta(days=1))],
    "momentary_interruptions": [blink(9, AT + timedelta(days=1))],
    "transformer_hourly_load": [hour(AT + timedelta(hours=2), 400.0)],
    "transformer_units": [unit("XFMR-C", 2, 2025, installed_at=datetime(2025, 7, 1))],
}


def month(row: tuple[Any, ...]) -> dict[str, Any]:
    name, first, hours, peak, mean, ageing = row
    return {
        "transformer_id": name,
        "load_month": first,
        "hours": hours,
        "peak_loading_pct": peak,
        "mean_loading_pct": mean,
        "hours_over_100_pct": 20.0,
        "hours_over_120_pct": 5.0,
        "hours_over_150_pct": 0.0,
        "peak_hot_spot_c": 100.0 + peak / 10.0,
        "mean_ageing_factor": ageing,
        "mean_voltage_pu": 1.02,
    }


def store(warehouse: Warehouse, name: str, rows: list[dict[str, Any]], batch: str) -> None:
    warehouse.append(getattr(tables, name), table_of(getattr(tables, name), *rows), batch)


@pytest.fixture
def records_of(warehouse: Warehouse) -> Warehouse:
    """Three transformers on one circuit, with their past and their future."""
    rows = {
        "transformer_metadata": [
            place("XFMR-A", "A", "POLE-1"),
            place("XFMR-B", "ABC", None),
            place("XFMR-C", "B", None),
        ],
        "transformer_units": UNITS,
        "outage_restoration_tracker": OUTAGES,
        "transformer_monthly_load": [month(row) for row in MONTHS],
        "transformer_hourly_load": [
            hour(datetime(2024, 6, 3, 14), 160.0),
            hour(datetime(2024, 6, 3, 15), 80.0),
            hour(AT + timedelta(hours=1), 300.0),
        ],
        "asset_inspections": [
            seen(1, "XFMR-A", 5, datetime(2022, 1, 1)),
            seen(2, "XFMR-C", 2, datetime(2020, 1, 1)),
            seen(3, "XFMR-C", 3, datetime(2023, 7, 1)),
        ],
        "momentary_interruptions": [blink(1, datetime(2024, 1, 1))],
        "work_orders": [
            order(1, "TRANSFORMER_REPLACEMENT", "XFMR-A", datetime(2023, 3, 1), outage_id="OUT-2"),
            order(2, "TRANSFORMER_REPLACEMENT", "XFMR-A", datetime(2024, 11, 5)),
            order(3, "OUTAGE_RESTORATION", "XFMR-C", datetime(2024, 9, 5)),
            order(4, "TRANSFORMER_REPLACEMENT", "XFMR-C", datetime(2024, 8, 5), status="CANCELLED"),
        ],
        "t_transformer_true_hazard": [truth("XFMR-A", 0.7), truth("XFMR-B", 0.1)],
    }
    for name, each in rows.items():
        store(warehouse, name, each, name)
    return warehouse


def built(warehouse: Warehouse, at: datetime = AT) -> FailureDataset:
    return build_dataset(warehouse=warehouse, cut_offs=[at], known_until=END)


def test_outcomes_are_those_of_the_units_that_stood_there(records_of: Warehouse) -> None:
    found = built(records_of)

    assert found.unit_id.tolist() == ["XFMR-A-U2", "XFMR-B-U1", "XFMR-C-U1"]
    assert found.of_horizon(30).tolist() == [SURVIVED, SURVIVED, SURVIVED]
    assert found.of_horizon(90).tolist() == [SURVIVED, UNKNOWN, SURVIVED]  # B is renewed after 40 days
    assert found.of_horizon(365).tolist() == [FAILED, UNKNOWN, SURVIVED]
    assert found.customers.tolist() == [7, 7, 7]


def test_what_the_records_do_not_reach_is_unknown(records_of: Warehouse) -> None:
    found = built(records_of, datetime(2025, 1, 1))

    assert found.unit_id.tolist() == ["XFMR-A-U3", "XFMR-B-U2", "XFMR-C-U1"]
    assert (found.of_horizon(90) == SURVIVED).all()
    assert (found.of_horizon(365) == UNKNOWN).all()


def test_features_are_what_was_on_record(records_of: Warehouse) -> None:
    found = built(records_of)
    years = (AT - datetime(2022, 7, 1, 12)) / timedelta(hours=8766)  # since the oldest outage on record

    def feature(name: str) -> list[float]:
        return found.feature(name).tolist()

    def about(*values: float) -> Any:
        return pytest.approx(list(values), rel=1e-4, nan_ok=True)

    nan = float("nan")
    age = (AT - datetime(2023, 3, 1, 6)) / timedelta(hours=8766)
    half = (AT - datetime(2024, 1, 1)) / timedelta(hours=8766)
    assert feature("age_years") == about(age, 2024 + half - 1970.5, 2024 + half - 2000.5)
    assert feature("is_three_phase") == about(0.0, 1.0, 0.0)
    assert feature("is_on_pole") == about(1.0, 0.0, 0.0)
    assert feature("is_natural_ester") == about(0.0, 0.0, 1.0)
    assert feature("peak_loading_pct") == about(130.0, nan, 160.0)
    assert feature("mean_loading_pct") == about((50 * 744 + 40 * 720) / 1464, nan, (30 * 744 + 240) / 746)
    assert feature("over_120_h_per_year") == about(10 * 8766 / 1464, nan, 6 * 8766 / 746)
    assert feature("peak_hot_spot_c") == about(113.0, nan, 120.0)
    ageing = [(0.2 * 744 + 0.1 * 720) / 1464, nan, (0.01 * 744 + 4.0) / 746]
    assert feature("ageing_factor") == about(*ageing)
    assert feature("mean_voltage_pu") == about(1.02, nan, 1.02)
    assert feature("repairs_per_year") == about(1 / years, 0.0, 0.0)
    assert feature("lightning_per_year") == about(0.0, 0.0, 1 / years)
    assert feature("other_faults_per_year") == about(0.0, 0.0, 1 / years)
    assert feature("circuit_faults_per_year") == about(*[2 / years] * 3)
    assert feature("circuit_lightning_per_year") == about(*[1 / years] * 3)
    assert feature("circuit_momentaries_per_year") == about(*[1 / years] * 3)
    assert feature("condition_code") == about(nan, nan, 3.0)  # A's was of the unit before
    # Maker A: U1 failed and U2, C stand: one failure of three; B: none of one; all: one of four.
    assert feature("maker_failure_ratio") == about(
        (1 + 7.5) / 33 / 0.25, 7.5 / 31 / 0.25, (1 + 7.5) / 33 / 0.25
    )
    assert feature("batch_failure_ratio") == about(*[7.5 / 31 / 0.25] * 3)


def test_nothing_later_reaches_a_feature(records_of: Warehouse) -> None:
    before = built(records_of)

    for name, rows in LATER.items():
        store(records_of, name, rows, f"later {name}")
    after = built(records_of)

    assert np.array_equal(before.features, after.features, equal_nan=True)
    assert (after.evidence_at == before.evidence_at).all()


def test_lives_for_the_model_of_age_end_where_they_are_looked_at(records_of: Warehouse) -> None:
    found = read_spans(warehouse=records_of, since=datetime(2022, 7, 2), until=AT)
    rows = sorted(zip(found.transformer_id, found.entry_years.round(2), found.failed, strict=True))

    # A's second unit had not failed by then, and its third and B's second were not there.
    assert rows == [
        ("XFMR-A", 0.0, False),
        ("XFMR-A", 32.0, True),
        ("XFMR-B", 52.0, False),
        ("XFMR-C", 22.0, False),
    ]
    assert found.exit_years.max() == pytest.approx(54.0, abs=0.01)


def test_the_ceiling_is_read_apart_and_unknown_where_it_is_not_told(records_of: Warehouse) -> None:
    found = read_ceiling(warehouse=records_of, dataset=built(records_of), horizon_days=365)

    assert found is not None
    assert found.tolist() == pytest.approx([1 - np.exp(-0.7), 1 - np.exp(-0.1), np.nan], nan_ok=True)


def test_minutes_of_failures_and_of_planned_outages_are_told_apart(records_of: Warehouse) -> None:
    query = records.outage_minutes_of_units(datetime(2020, 1, 1), AT)

    assert [tuple(row.values()) for row in records_of.select_rows(query)] == [
        ("FAILED", 1, 120.0),
        ("PLANNED", 1, 120.0),
    ]


def test_no_unit_on_record_is_refused(records_of: Warehouse) -> None:
    with pytest.raises(BadDataset, match="cut_offs"):
        build_dataset(warehouse=records_of, cut_offs=[], known_until=END)


def test_quarters_are_those_of_the_calendar() -> None:
    assert quarter_starts(datetime(2023, 10, 2), datetime(2024, 7, 1)) == [
        datetime(2024, 1, 1),
        datetime(2024, 4, 1),
        datetime(2024, 7, 1),
    ]
