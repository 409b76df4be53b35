"""Sums of interruptions in the warehouse, worked by hand and against every customer's every minute."""

from __future__ import annotations

import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from grid.warehouse import TableNotLoaded, Warehouse, open_warehouse
from grid.warehouse.queries import (
    InterruptionPeriod,
    InterruptionScope,
    Planned,
    ReliabilityGroup,
    customers_by_circuit,
    customers_by_interruptions,
    daily_interruptions,
    group_names,
    interruption_bounds,
    interruptions_by_cause,
    interruptions_by_group,
    momentary_bounds,
    newest_usage_hour,
)
from grid.warehouse.tables import (
    circuit_hourly_usage,
    momentary_interruptions,
    outage_interruptions,
    outage_restoration_tracker,
)
from tests.integration.warehouse.interruptions import (
    AS_OF,
    EVERYWHERE,
    MAY,
    MAY_4,
    interruption,
    load_customers,
    load_stations,
    momentary,
    outage,
    period,
)
from tests.snowflake_server.process import SnowflakeServer
from tests.warehouse_rows import fill, filled

pytestmark = pytest.mark.integration


def days(
    warehouse: Warehouse, scope: InterruptionScope = EVERYWHERE, at: InterruptionPeriod = MAY
) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in warehouse.select_rows(daily_interruptions(scope, at))]


@pytest.fixture(scope="module", params=["embedded", "snowflake"])
def storm(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    snowflake_server: SnowflakeServer,
) -> Iterator[Warehouse]:
    """A storm: an outage restored in steps, planned work, a false alarm and two recloser sequences."""
    url = f"embedded://{tmp_path_factory.mktemp('storm') / 'warehouse'}?threads=2&memory_limit=500MB"
    if request.param == "snowflake":
        url = snowflake_server.url(f"STORM_{uuid.uuid4().hex[:8].upper()}")
    warehouse = open_warehouse(url, query_timeout_s=30)
    load_stations(warehouse)
    usage = [datetime(2026, 5, 8, 7), datetime(2026, 5, 9, 3)]
    fill(
        warehouse,
        circuit_hourly_usage,
        [filled(circuit_hourly_usage, {"usage_hour": hour, "usage_date": hour.date()}) for hour in usage],
    )
    fill(
        warehouse,
        outage_restoration_tracker,
        [
            outage("OUT-1"),
            outage("OUT-2", planned=True, cause="MAINTENANCE"),
            outage("OUT-3", status="CANCELLED"),
            outage("OUT-4", status="CONFIRMED", cause=None),
        ],
    )
    fill(
        warehouse,
        outage_interruptions,
        [
            interruption("OUT-1", "T-1", 10, 45),
            interruption("OUT-1", "T-2", 20, 180),
            interruption("OUT-1", "T-3", 30, 5),  # back within five minutes
            interruption("OUT-2", "T-4", 7, 60, circuit="CKT-2"),
            interruption("OUT-3", "T-5", 1000, 500),
            interruption("OUT-4", "T-6", 3, None, substation="SUB-2", circuit="CKT-9"),
            interruption("OUT-gone", "T-7", 2, 10),  # an outage that is not on record
            interruption("OUT-1", "T-8", 99, 60, substation="SUB-404"),
            interruption("OUT-1", "T-9", 50, 60, start=datetime(2026, 4, 30, 12)),
        ],
    )
    fill(
        warehouse,
        momentary_interruptions,
        [momentary("MOM-1", 400, 1.5, 3), momentary("MOM-2", 100, 7, 2)],  # the second is a sustained one
    )
    yield warehouse
    warehouse.close()


def test_a_day_worked_by_hand(storm: Warehouse) -> None:
    open_min = (AS_OF - MAY_4) / timedelta(minutes=1)

    assert days(storm) == [
        (
            date(2026, 5, 4),
            False,
            10 + 20 + 3 + 2 + 100,
            10 * 45 + 20 * 180 + 3 * open_min + 2 * 10 + 100 * 7,
            30 + 400 * 3,
            30 + 400,
            3,
            5,
        ),
        (date(2026, 5, 4), True, 7, 7 * 60.0, 0, 0, 0, 1),
    ]


def test_a_scope_counts_its_own(storm: Warehouse) -> None:
    expected = {
        InterruptionScope(circuit_id="CKT-2"): [7],
        InterruptionScope(circuit_id="CKT-1"): [10 + 20 + 2 + 100],
        InterruptionScope(substation_id="SUB-2"): [3],
        InterruptionScope(zone_ids=("Z-2",)): [3],
        InterruptionScope(zone_ids=("Z-2",), circuit_id="CKT-1"): [],
    }

    assert {scope: [row[2] for row in days(storm, scope)] for scope in expected} == expected


def test_an_interruption_of_several_days_belongs_to_the_day_it_began_on_whole(warehouse: Warehouse) -> None:
    load_stations(warehouse)
    fill(warehouse, outage_restoration_tracker, [outage("OUT-1")])
    late = datetime(2026, 5, 5, 4, 30)  # 23:30 of the 4th in Houston
    fill(warehouse, outage_interruptions, [interruption("OUT-1", "T-1", 2, 4000, start=late)])

    assert [row[:4] for row in days(warehouse)] == [(date(2026, 5, 4), False, 2, 8000.0)]
    assert [
        row[0] for row in days(warehouse, at=period(date(2026, 5, 1), date(2026, 5, 31), ZoneInfo("UTC")))
    ] == [date(2026, 5, 5)]


def test_days_are_local_when_clocks_change(warehouse: Warehouse) -> None:
    load_stations(warehouse)
    fill(warehouse, outage_restoration_tracker, [outage("OUT-1")])
    starts = [datetime(2025, 9, 1) + timedelta(minutes=37 * n) for n in range(0, 20_000, 41)]
    rows = [interruption("OUT-1", f"T-{n}", 1, 10, start=start) for n, start in enumerate(starts)]
    fill(warehouse, outage_interruptions, rows)

    for name in ("America/Chicago", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"):
        zone = ZoneInfo(name)
        expected = Counter(start.replace(tzinfo=UTC).astimezone(zone).date() for start in starts)
        found = days(warehouse, at=period(date(2025, 8, 1), date(2027, 1, 31), zone))
        assert {row[0]: row[2] for row in found} == expected, name


def test_without_recloser_sequences_the_rest_is_answered(warehouse: Warehouse) -> None:
    load_stations(warehouse)
    fill(warehouse, outage_restoration_tracker, [outage("OUT-1")])
    fill(warehouse, outage_interruptions, [interruption("OUT-1", "T-1", 2, 60)])

    assert [row[2:6] for row in days(warehouse)] == [(2, 120.0, 0, 0)]
    assert warehouse.select_rows(momentary_bounds()) == [{"first_at": None, "last_ended_at": None}]
    assert warehouse.select_rows(newest_usage_hour()) == [{"usage_hour": None}]


def test_outages_never_loaded_are_not_none(warehouse: Warehouse) -> None:
    load_stations(warehouse)

    with pytest.raises(TableNotLoaded):
        warehouse.select_rows(daily_interruptions(EVERYWHERE, MAY))


def test_what_the_record_covers(storm: Warehouse) -> None:
    assert storm.select_rows(interruption_bounds()) == [
        {
            "first_at": datetime(2026, 4, 30, 12),
            "last_began_at": MAY_4,
            "last_ended_at": MAY_4 + timedelta(minutes=500),
        }
    ]
    assert storm.select_rows(momentary_bounds()) == [
        {"first_at": MAY_4, "last_ended_at": MAY_4 + timedelta(minutes=7)}
    ]
    assert storm.select_rows(newest_usage_hour()) == [{"usage_hour": datetime(2026, 5, 9, 3)}]


def test_groups_with_some_days_apart(storm: Warehouse) -> None:
    april = period(date(2026, 4, 1), date(2026, 5, 31))

    def groups(group: ReliabilityGroup) -> set[tuple[Any, ...]]:
        query = interruptions_by_group(group, EVERYWHERE, april, apart=[date(2026, 5, 4)])
        return {tuple(row.values())[:4] for row in storm.select_rows(query)}

    assert groups(ReliabilityGroup.CIRCUIT) == {
        ("CKT-1", False, False, 50),
        ("CKT-1", False, True, 132),
        ("CKT-2", True, True, 7),
        ("CKT-9", False, True, 3),
    }
    assert groups(ReliabilityGroup.SUBSTATION) == {
        ("SUB-1", False, False, 50),
        ("SUB-1", False, True, 132),
        ("SUB-1", True, True, 7),
        ("SUB-2", False, True, 3),
    }
    assert storm.select_rows(group_names(ReliabilityGroup.CIRCUIT).order_by("group_id")) == [
        {"group_id": "CKT-1", "name": "Feeder 1"},
        {"group_id": "CKT-2", "name": "Feeder 2"},
    ]
    assert [row["name"] for row in storm.select_rows(group_names(ReliabilityGroup.SUBSTATION))] == [
        "Station 1",
        "Station 2",
    ]


def test_causes(storm: Warehouse) -> None:
    rows = storm.select_rows(interruptions_by_cause(EVERYWHERE, MAY, apart=[]))

    assert {tuple(row.values())[:5] for row in rows} == {
        ("TREE", False, False, 1, 30),
        ("MAINTENANCE", True, False, 1, 7),
        (None, False, False, 2, 5),  # not known yet, and an outage that is not on record
    }
    assert {row["cause_code"]: row["customer_minutes"] for row in rows if row["cause_code"]} == {
        "TREE": 10 * 45.0 + 20 * 180.0,
        "MAINTENANCE": 420.0,
    }


def test_customers_served_are_those_with_an_active_account(warehouse: Warehouse) -> None:
    load_stations(warehouse)
    load_customers(
        warehouse,
        {
            "M-1": ("T-1", "CKT-1", "SUB-1", 1),
            "M-2": ("T-1", "CKT-1", "SUB-1", 2),
            "M-3": ("T-2", "CKT-9", "SUB-2", 1),
            "M-4": ("T-9", "CKT-8", "SUB-404", 1),
            "M-5": ("T-2", "CKT-9", "SUB-2", 0),
        },
    )

    rows = warehouse.select_rows(customers_by_circuit().order_by("circuit_id"))

    assert [tuple(row.values()) for row in rows] == [
        ("CKT-1", "SUB-1", "Z-1", 3),
        ("CKT-9", "SUB-2", "Z-2", 1),
    ]


def test_customers_by_interruptions_worked_by_hand(warehouse: Warehouse) -> None:
    load_stations(warehouse)
    load_customers(
        warehouse,
        {
            "M-1": ("T-1", "CKT-1", "SUB-1", 1),
            "M-2": ("T-1", "CKT-1", "SUB-1", 2),
            "M-3": ("T-2", "CKT-1", "SUB-1", 1),
            "M-4": ("T-3", "CKT-1", "SUB-1", 1),
        },
    )
    fill(
        warehouse,
        outage_restoration_tracker,
        [outage("OUT-1"), outage("OUT-2"), outage("OUT-3", planned=True)],
    )
    later = MAY_4 + timedelta(days=2)
    fill(
        warehouse,
        outage_interruptions,
        [
            interruption("OUT-1", "T-1", 3, 300),
            interruption(
                "OUT-2", "T-1", 1, 300, meter="M-1", start=later
            ),  # one service of the same transformer
            interruption("OUT-3", "T-2", 1, 600, start=later),
            interruption("OUT-2", "T-3", 1, 4, start=later),
        ],
    )

    def counts(**more: Any) -> list[tuple[int, ...]]:
        wanted = {"apart": [], "planned": Planned.ALL, "hours": 8.0} | more
        rows = warehouse.select_rows(customers_by_interruptions(EVERYWHERE, MAY, **wanted))
        return [tuple(row.values()) for row in rows]

    # M-2's two accounts and M-3's one were interrupted once, M-1's twice: 600 min, each below eight hours.
    assert counts() == [(1, 3, 1, 1), (2, 1, 0, 1)]
    assert counts(hours=5.0) == [(1, 3, 3, 3), (2, 1, 1, 1)]
    assert counts(planned=Planned.UNPLANNED) == [(1, 2, 0, 0), (2, 1, 0, 1)]
    assert counts(planned=Planned.PLANNED) == [(1, 1, 1, 1)]
    assert counts(apart=[date(2026, 5, 4)]) == [(1, 2, 1, 1)]
    zone_2 = customers_by_interruptions(
        InterruptionScope(zone_ids=("Z-2",)), MAY, apart=[], planned=Planned.ALL, hours=8.0
    )
    assert warehouse.select_rows(zone_2) == []


def test_random_interruptions_against_every_customers_every_minute(warehouse: Warehouse) -> None:
    rng = random.Random(20_260_502)
    load_stations(warehouse)
    meters = {f"M-{n}": (f"T-{n // 3}", f"CKT-{n // 9}", "SUB-1", 1) for n in range(36)}
    load_customers(warehouse, meters)
    minutes_in_all = 6 * 24 * 60
    start = datetime(2026, 5, 2)
    as_of = start + timedelta(minutes=minutes_in_all)
    without = defaultdict(set)  # customer: minutes without supply
    rows, keys = [], []
    for unit in range(12):
        at = 0
        while (at := at + rng.randint(1, 3000)) < minutes_in_all:
            length = rng.choice([1, 3, 5, 6, 30, 400, 2000])
            key, is_open = f"OUT-{len(keys)}", at + length > minutes_in_all
            keys.append(key)
            mine = [meter for meter, (transformer, *_) in meters.items() if transformer == f"T-{unit}"]
            alone = rng.choice(mine) if rng.random() < 0.3 else None
            rows.append(
                interruption(
                    key,
                    f"T-{unit}",
                    1 if alone else 3,
                    None if is_open else length,
                    start=start + timedelta(minutes=at),
                    meter=alone,
                    circuit=f"CKT-{unit // 3}",
                )
            )
            for meter in [alone] if alone else mine:
                without[meter].update(range(at, min(at + length, minutes_in_all)))
            at += length
    fill(warehouse, outage_restoration_tracker, [outage(key) for key in keys])
    fill(warehouse, outage_interruptions, rows)
    week = period(date(2026, 5, 1), date(2026, 5, 9), ZoneInfo("UTC"), as_of=as_of)

    runs = {meter: _runs(minutes) for meter, minutes in without.items()}
    sustained = {meter: [run for run in of_one if len(run) > 5] for meter, of_one in runs.items()}
    by_day: dict[date, list[float]] = defaultdict(lambda: [0, 0.0, 0])
    for of_one in runs.values():
        for run in of_one:
            totals = by_day[(start + timedelta(minutes=run[0])).date()]
            if len(run) > 5:
                totals[0] += 1
                totals[1] += len(run)
            else:
                totals[2] += 1
    assert {row[0]: list(row[2:5]) for row in days(warehouse, at=week)} == dict(by_day)

    query = customers_by_interruptions(EVERYWHERE, week, apart=[], planned=Planned.ALL, hours=10.0)
    met = {tuple(row.values()) for row in warehouse.select_rows(query)}
    often = {count for count in map(len, sustained.values()) if count}
    assert met == {
        (
            count,
            sum(len(of_one) == count for of_one in sustained.values()),
            sum(len(of_one) == count and max(map(len, of_one)) >= 600 for of_one in sustained.values()),
            sum(len(of_one) == count and sum(map(len, of_one)) >= 600 for of_one in sustained.values()),
        )
        for count in often
    }


def _runs(minutes: set[int]) -> list[list[int]]:
    """Return minutes as runs of consecutive ones."""
    runs: list[list[int]] = []
    for minute in sorted(minutes):
        if runs and minute == runs[-1][-1] + 1:
            runs[-1].append(minute)
        else:
            runs.append([minute])
    return runs
