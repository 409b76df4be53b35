"""A batch of messages: each record once, the better of two, the rest with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.streaming import Reading, ReadingQuality, encode_reading
from grid.streaming.sifting import ClockTolerance, Sifted, sift_readings
from grid.streaming.transport import Message

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
TOLERANCE = ClockTolerance()
ORDER = ("ACTUAL", "ESTIMATED", "OUTAGE")


def sift(*bodies: bytes) -> Sifted[Reading]:
    messages = [Message(str(place), body) for place, body in enumerate(bodies)]
    return sift_readings(messages, now=NOW, tolerance=TOLERANCE)


@pytest.mark.parametrize(
    ("offset", "code"),
    [
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, microseconds=1), "FROM_THE_FUTURE"),
        (timedelta(hours=-48), None),
        (timedelta(hours=-48, microseconds=-1), "TOO_OLD"),
        (timedelta(days=36_500), "FROM_THE_FUTURE"),
    ],
)
def test_moments_are_believed_within_the_tolerance(offset: timedelta, code: str | None) -> None:
    sifted = sift(encode_reading(Reading("MTR-1", NOW + offset, 15, 1.0)))

    assert [letter.code for letter in sifted.dead] == ([code] if code else [])
    assert len(sifted.taken) == (0 if code else 1)


meters = st.sampled_from(["MTR-1", "MTR-2"])


@given(st.lists(st.tuples(meters, st.sampled_from(ORDER), st.sampled_from([1.0, 2.0])), max_size=12))
def test_of_each_interval_the_first_of_the_best_quality_counts(found: list[tuple[str, str, float]]) -> None:
    sifted = sift(*(encode_reading(Reading(m, NOW, 15, kwh, None, ReadingQuality(q))) for m, q, kwh in found))

    for meter in ("MTR-1", "MTR-2"):
        own = [(ORDER.index(q), place, kwh) for place, (m, q, kwh) in enumerate(found) if m == meter]
        taken = [reading for _, reading in sifted.taken if reading.meter_id == meter]
        best = [(min(own)[0], min(own)[2])] if own else []
        assert [(ORDER.index(reading.quality), reading.usage_kwh) for reading in taken] == best
    assert {letter.code for letter in sifted.dead} <= {"CONFLICTING"}


def test_a_contradiction_names_the_later_message() -> None:
    first, second = (encode_reading(Reading("MTR-1", NOW, 15, kwh)) for kwh in (1.0, 2.0))

    sifted = sift(first, first, second)

    assert [letter.message.message_id for letter in sifted.dead] == ["2"]
