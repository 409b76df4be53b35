"""Customers without supply, against counting them minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from grid.standards.customers_out import Peak, Spell, customers_out, peak_out

START = datetime(2026, 5, 4)
MINUTES = 120


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


SPELLS = st.lists(
    st.tuples(
        st.integers(-30, MINUTES + 30),
        st.one_of(st.none(), st.integers(0, 90)),
        st.integers(0, 50),
    ),
    max_size=12,
)


def spells_of(drawn: list[tuple[int, int | None, int]]) -> list[Spell]:
    return [
        Spell(moment(began), None if lasted is None else moment(began + lasted), customers)
        for began, lasted, customers in drawn
    ]


def by_the_minute(drawn: list[tuple[int, int | None, int]]) -> list[int]:
    """Return how many are out at each minute, by marking the minutes of every single spell."""
    out = [0] * (MINUTES + 1)
    for began, lasted, customers in drawn:
        end = MINUTES + 1 if lasted is None else began + lasted
        for minute in range(max(began, 0), min(end, MINUTES + 1)):
            out[minute] += customers
    return out


@given(SPELLS)
def test_customers_out_are_those_whose_minutes_are_marked(drawn: list[tuple[int, int | None, int]]) -> None:
    spells = spells_of(drawn)

    found = [customers_out(spells, moment(minute)) for minute in range(MINUTES + 1)]

    assert found == by_the_minute(drawn)


@given(SPELLS)
def test_the_peak_is_the_first_of_the_highest_minutes(drawn: list[tuple[int, int | None, int]]) -> None:
    out = by_the_minute(drawn)
    most = max(out)

    found = peak_out(spells_of(drawn), since=moment(0), until=moment(MINUTES))

    assert found == (Peak(most, moment(out.index(most))) if most > 0 else None)


def test_who_is_back_at_a_moment_is_not_out_at_it() -> None:
    spells = [Spell(moment(0), moment(10), 3), Spell(moment(10), moment(20), 4)]

    assert [customers_out(spells, moment(minute)) for minute in (0, 9, 10, 19, 20)] == [3, 3, 4, 4, 0]
    assert peak_out(spells, since=moment(0), until=moment(30)) == Peak(4, moment(10))
