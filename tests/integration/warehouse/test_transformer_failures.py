"""The records of transformers at a moment, worked by hand on either kind of warehouse, and that nothing later
reaches them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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
    rows_of,
)
from cascade.ml.transformers.evaluation import read_ceiling
from cascade.ml.transformers.lives import read_spans
from cascade.ml.transformers.next_day import day_of, fit_forecaster, next_day
from cascade.ml.transformers.plans import FailurePlan, is_forged, record_span
from cascade.ml.transformers.stored import build_stored, read_stored, stored_digest
from grid.warehouse import Warehouse
from grid.warehouse.queries import transformer_failures as records
from tests.transformer_records import AT, END, LATER, hour, store, write_records

pytestmark = pytest.mark.integration


@pytest.fixture
def records_of(warehouse: Warehouse) -> Warehouse:
    """Three transformers on one circuit, with their past and their future."""
    write_records(warehouse)
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


PLAN = FailurePlan(
    records_from=datetime(2020, 1, 1), known_until=END, test_from=AT, cut_offs=(datetime(2023, 7, 1), AT)
)


def test_a_stored_data_set_is_what_the_records_say(records_of: Warehouse, tmp_path: Path) -> None:
    manifest = build_stored(tmp_path, PLAN, records_of)
    found = read_stored(tmp_path)
    now = rows_of(found.rows, found.rows.cut_off == np.datetime64(AT))

    assert now.features.tolist() == pytest.approx(built(records_of).features, nan_ok=True)
    assert now.outcome.tolist() == built(records_of).outcome.tolist()
    assert now.evidence_at.tolist() == built(records_of).evidence_at.tolist()
    assert found.spans.failed.sum() >= found.spans_before_test.failed.sum()
    truth = found.ceiling[365][found.rows.cut_off == np.datetime64(AT)]
    assert truth.tolist() == pytest.approx([1 - np.exp(-0.7), 1 - np.exp(-0.1), np.nan], nan_ok=True)
    assert manifest["counts"]["365d"]["test"] == {"known": 2, "failed": 1}
    assert found.digest == stored_digest(tmp_path)


def test_a_build_that_was_killed_goes_on_to_the_same_data_set(records_of: Warehouse, tmp_path: Path) -> None:
    """Killed after each of its files in turn; what was half written is written anew."""
    build_stored(tmp_path / "whole", PLAN, records_of)
    for last in range(1, 5):
        folder = tmp_path / f"killed-{last}"

        def stop(done: int, total: int, text: str, last: int = last) -> None:
            if done == last:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build_stored(folder, PLAN, records_of, stop)
        with pytest.raises(BadDataset, match="complete"):
            read_stored(folder)
        (folder / f"moment-{AT:%Y-%m-%d}.parquet").write_bytes(b"PAR1 half")
        build_stored(folder, PLAN, records_of)

        assert stored_digest(folder) == stored_digest(tmp_path / "whole")


def test_a_stored_data_set_that_was_changed_is_refused(records_of: Warehouse, tmp_path: Path) -> None:
    build_stored(tmp_path, PLAN, records_of)
    with pytest.raises(BadDataset, match="another plan"):
        build_stored(tmp_path, replace(PLAN, known_until=END + timedelta(days=1)), records_of)
    path = tmp_path / f"moment-{AT:%Y-%m-%d}.parquet"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)

    with pytest.raises(BadDataset, match="not the file"):
        read_stored(tmp_path)


def test_the_span_of_the_records_ends_at_the_newest_of_them_and_never_later_than_now(
    records_of: Warehouse,
) -> None:
    first, last = record_span(records_of, now=datetime(2030, 1, 1))

    assert first < AT < last
    assert record_span(records_of, now=AT)[1] == AT
    assert is_forged(records_of)


def test_too_few_years_are_refused() -> None:
    with pytest.raises(BadDataset, match="train on"):
        replace(PLAN, cut_offs=(AT,))
    with pytest.raises(BadDataset, match="a year of records"):
        replace(PLAN, known_until=AT + timedelta(days=100))


def test_the_next_day_follows_the_last_whole_one_in_local_time(warehouse: Warehouse) -> None:
    """The newest hour is 16 to 17 UTC on 1 July, noon in Houston: that day is not over, so it is forecast."""
    store(warehouse, "transformer_hourly_load", [hour(datetime(2024, 7, 1, 16), 50.0)], "one")
    wanted = next_day(warehouse, ZoneInfo("America/Chicago"))

    assert (wanted.day, wanted.starts_at) == (date(2024, 7, 1), datetime(2024, 7, 1, 5))
    store(warehouse, "transformer_hourly_load", [hour(datetime(2024, 7, 2, 4), 50.0)], "two")
    assert next_day(warehouse, ZoneInfo("America/Chicago")).day == date(2024, 7, 2)


def test_without_hours_no_day_is_forecast(records_of: Warehouse, warehouse: Warehouse) -> None:
    wanted = day_of(date(2024, 7, 3), ZoneInfo("America/Chicago"))

    with pytest.raises(BadDataset, match="whole days"):
        fit_forecaster(records_of, wanted)
