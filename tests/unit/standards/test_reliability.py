"""The indices of IEEE 1366 against examples worked by hand, and against every customer's every minute."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.standards.reliability import (
    NO_CUSTOMERS,
    NO_INTERRUPTIONS,
    NO_TIME,
    Index,
    Indices,
    Interruptions,
    Totals,
    celid,
    cemi,
    indices,
    totals,
    unknown,
)

START = datetime(2026, 3, 1)
YEAR_MIN = 8760.0 * 60.0
NEVER = np.datetime64("NaT")
NOW = np.datetime64(START + timedelta(days=365))


def interruptions(*rows: tuple[float, float | None, int]) -> Interruptions:
    """Return interruptions from start (min after START), length (min, None: not over) and customers."""
    starts = [START + timedelta(minutes=start) for start, _, _ in rows]
    ends = [
        NEVER if length is None else np.datetime64(start + timedelta(minutes=length))
        for start, (_, length, _) in zip(starts, rows, strict=True)
    ]
    return Interruptions(
        started_at=np.array(starts, dtype="datetime64[us]"),
        restored_at=np.array(ends, dtype="datetime64[us]"),
        customers=np.array([customers for *_, customers in rows], dtype=np.int64),
        is_planned=np.zeros(len(rows), dtype=bool),
    )


def test_four_interruptions_of_a_year_worked_by_hand() -> None:
    found = totals(
        interruptions((0, 90, 1000), (600, 240, 250), (5000, 30, 500), (9000, 600, 2000), (20000, 2, 4000)),
        as_of=NOW,
    )

    result = indices(found, customers_served=10_000, period_minutes=YEAR_MIN)

    assert (found.customer_interruptions, found.customer_minutes) == (3750, 1_365_000.0)
    assert result.saifi.value == pytest.approx(0.375)
    assert result.saidi.value == pytest.approx(136.5)
    assert result.caidi.value == pytest.approx(364.0)
    assert result.asai.value == pytest.approx(0.999740297, abs=5e-10)
    assert result.maifi.value == pytest.approx(0.4)


def test_the_feeder_of_2000_customers_that_the_guide_works_through() -> None:
    """Outages of a year as the guide lists them, its SAIFI 1.61, SAIDI 86.11 min, CAIDI 53.57 min."""
    listed = [
        ("03-17 12:12:20", "03-17 12:20:30", 200),
        ("04-15 18:23:56", "04-15 18:24:26", 400),
        ("05-05 00:23:10", "05-05 01:34:29", 600),
        ("06-12 23:17:00", "06-12 23:47:14", 25),
        ("07-06 09:30:10", "07-06 09:31:10", 2000),
        ("08-20 15:45:39", "08-20 20:12:50", 90),
        ("08-31 08:20:00", "08-31 10:20:00", 700),
        ("09-03 17:10:00", "09-03 17:20:00", 1500),
        ("10-27 10:15:00", "10-27 10:55:00", 100),
    ]
    starts, ends = ([f"1994-{row[end]}".replace(" ", "T") for row in listed] for end in (0, 1))
    feeder = Interruptions(
        started_at=np.array(starts, dtype="datetime64[us]"),
        restored_at=np.array(ends, dtype="datetime64[us]"),
        customers=np.array([customers for *_, customers in listed]),
        is_planned=np.zeros(len(listed), dtype=bool),
    )

    result = indices(totals(feeder, as_of=NOW), customers_served=2000, period_minutes=YEAR_MIN)

    assert result.saifi.value == pytest.approx(3215 / 2000)
    assert result.saidi.value == pytest.approx(86.11, abs=0.005)
    assert result.caidi.value == pytest.approx(53.57, abs=0.005)
    assert result.asai.value == pytest.approx(0.999836, abs=5e-7)
    assert result.maifi.value == pytest.approx(2400 / 2000)


def test_an_outage_restored_in_steps_counts_the_minutes_of_each_step() -> None:
    # 1000 customers out; 500 back after 45 min, 200 more after 90, the rest after 180.
    found = totals(interruptions((0, 45, 500), (0, 90, 200), (0, 180, 300)), as_of=NOW)

    assert found == Totals(customer_interruptions=1000, customer_minutes=94_500.0)


def test_customers_restored_within_five_minutes_had_a_momentary_interruption_of_the_same_outage() -> None:
    found = totals(interruptions((0, 4, 600), (0, 60, 100)), as_of=NOW)

    assert found == Totals(
        customer_interruptions=100, customer_minutes=6000.0, momentary_interruptions=600, momentary_events=600
    )


def test_five_minutes_are_momentary_and_any_longer_is_sustained() -> None:
    a_microsecond = 1e-6 / 60.0

    assert totals(interruptions((0, 5.0, 7)), as_of=NOW).momentary_interruptions == 7
    assert totals(interruptions((0, 5.0 + a_microsecond, 7)), as_of=NOW).customer_interruptions == 7


def test_an_interruption_that_is_not_over_counts_up_to_the_moment_of_the_answer() -> None:
    as_of = np.datetime64(START + timedelta(minutes=30))

    found = totals(interruptions((0, None, 10), (28, None, 3), (40, None, 9)), as_of=as_of)

    assert found == Totals(
        customer_interruptions=10, customer_minutes=300.0, momentary_interruptions=12, momentary_events=12
    )


def test_a_leap_year_is_longer() -> None:
    found = Totals(customer_interruptions=1, customer_minutes=60.0)

    common = indices(found, customers_served=1, period_minutes=8760 * 60)
    leap = indices(found, customers_served=1, period_minutes=8784 * 60)

    assert common.asai.value == pytest.approx(1 - 1 / 8760, abs=1e-12)
    assert leap.asai.value == pytest.approx(1 - 1 / 8784, abs=1e-12)
    assert leap.saidi == common.saidi


def test_what_cannot_be_computed_says_why() -> None:
    nobody = indices(Totals(), customers_served=0, period_minutes=YEAR_MIN)
    nothing = indices(Totals(), customers_served=10, period_minutes=YEAR_MIN)
    no_time = indices(Totals(), customers_served=10, period_minutes=0.0)

    assert {index.name: getattr(nobody, index.name).reason for index in fields(Indices)} == {
        "saifi": NO_CUSTOMERS,
        "saidi": NO_CUSTOMERS,
        "caidi": NO_INTERRUPTIONS,
        "asai": NO_CUSTOMERS,
        "maifi": NO_CUSTOMERS,
        "maifi_e": NO_CUSTOMERS,
    }
    assert nothing.caidi == Index(value=None, numerator=0.0, denominator=0.0, reason=NO_INTERRUPTIONS)
    assert (nothing.saifi.value, nothing.asai.value) == (0.0, 1.0)
    assert no_time.asai.reason == NO_TIME
    assert unknown("because").maifi_e == Index(value=None, numerator=0.0, denominator=0.0, reason="because")


def test_customers_with_many_and_with_long_interruptions() -> None:
    # 70 were never interrupted, 20 once, 7 twice, 3 five times.
    often = {1: 20, 2: 7, 5: 3}

    assert [cemi(often, n, customers_served=100).value for n in (1, 2, 3, 5, 6)] == [
        0.3,
        0.1,
        0.03,
        0.03,
        0.0,
    ]
    # "Or longer": those without supply for eight hours to the minute are counted.
    assert celid({479.0: 5, 480.0: 2, 900.0: 1}, 8.0, customers_served=100).value == 0.03
    assert cemi({}, 1, customers_served=0).reason == NO_CUSTOMERS
    with pytest.raises(ValueError, match="n is 0"):
        cemi(often, 0, customers_served=100)
    with pytest.raises(ValueError, match="hours"):
        celid({}, 0.0, customers_served=100)


SPAN = 240
"""Minutes in which the random interruptions lie."""

timelines = st.lists(
    st.tuples(
        st.integers(1, 4),  # customers of a transformer
        st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=5),  # with supply, then without
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(timelines, st.integers(60, SPAN))
def test_the_totals_are_those_of_every_customers_every_minute(
    drawn: list[tuple[int, list[tuple[int, int]]]], end: int
) -> None:
    rows: list[tuple[float, float | None, int]] = []
    supplied: list[np.ndarray] = []
    for customers, spans in drawn:
        line = np.ones(SPAN + 200, dtype=bool)
        at = 0
        for with_supply, without in spans:
            at += with_supply
            if at < end:
                line[at : at + without] = False
                rows.append((at, without if at + without <= end else None, customers))
            at += without
        supplied += [line[:end]] * customers

    as_of = np.datetime64(START + timedelta(minutes=end))
    found = totals(interruptions(*rows), as_of=as_of)

    runs = [[len(list(run)) for is_on, run in groupby(line) if not is_on] for line in supplied]
    sustained = [[length for length in of_one if length > 5] for of_one in runs]
    assert found.customer_interruptions == sum(map(len, sustained))
    assert found.customer_minutes == pytest.approx(sum(map(sum, sustained)))
    assert found.momentary_interruptions == sum(map(len, runs)) - sum(map(len, sustained))
    result = indices(found, customers_served=len(supplied), period_minutes=float(end))
    off = sum(map(sum, sustained))
    assert result.asai.value == pytest.approx(1 - off / (end * len(supplied)))
    for n in (1, 2, 3):
        share = cemi(Counter(map(len, sustained)), n, customers_served=len(supplied)).value
        assert share == sum(len(of_one) >= n for of_one in sustained) / len(supplied)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 3000), st.integers(1, 50)), max_size=20))
def test_totals_of_parts_add_up_to_those_of_the_whole(rows: list[tuple[int, int, int]]) -> None:
    cut = len(rows) // 2
    parts = [totals(interruptions(*part), as_of=NOW) for part in (rows[:cut], rows[cut:])]

    assert parts[0] + parts[1] == totals(interruptions(*rows), as_of=NOW)


@given(st.integers(1, 10**6), st.floats(0.0, 1e9), st.integers(1, 10**6))
def test_the_duration_of_the_system_is_its_frequency_times_that_of_an_interruption(
    interrupted: int, minutes: float, served: int
) -> None:
    found = Totals(customer_interruptions=interrupted, customer_minutes=minutes)
    result = indices(found, customers_served=served, period_minutes=YEAR_MIN)

    assert result.saifi.value is not None
    assert result.caidi.value is not None
    assert result.saidi.value == pytest.approx(result.saifi.value * result.caidi.value)
