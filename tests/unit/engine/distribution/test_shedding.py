"""The range of a partial shed against every order of circuits there is."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.distribution.shedding import shed_range

CIRCUITS = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 50), st.booleans()), min_size=1, max_size=5)


def shed(order: tuple[int, ...], load: np.ndarray, need: float) -> list[int]:
    """Return the circuits that are shed in an order until the load is made up for."""
    taken: list[int] = []
    for circuit in order:
        if load[taken].sum() >= need * (1.0 - 1e-9):
            break
        taken.append(circuit)
    return taken


@given(CIRCUITS, st.floats(0.01, 0.99), st.integers(0, 99))
def test_every_order_of_whole_circuits_lies_within_the_range(
    circuits: list[tuple[int, int, bool]], share: float, seed: int
) -> None:
    load = np.array([each[0] for each in circuits], dtype=np.float64)
    customers = np.array([each[1] for each in circuits])
    critical = np.array([int(each[2]) for each in circuits])
    need = share * load.sum()

    found = shed_range(
        load_kva=load, customers=customers, critical=critical, share=share, rng=np.random.default_rng(seed)
    )

    counts = [
        int(customers[shed(order, load, need)].sum()) for order in itertools.permutations(range(len(load)))
    ]
    assert found.fewest <= min(counts)
    assert max(counts) <= found.most <= customers.sum()
    assert found.expected == pytest.approx(share * customers.sum())
    assert found.rotating is not None
    assert load[list(found.rotating)].sum() >= need * (1.0 - 1e-9)
    if critical[list(found.rotating)].any():  # only if the others do not suffice
        assert load[critical == 0].sum() < need
        assert set(np.flatnonzero(critical == 0)) <= set(found.rotating)


def test_the_same_seed_draws_the_same_order_and_the_bounds_are_exact_by_hand() -> None:
    """Loads 10, 20, 30 with 30, 20, 10 customers; 30 of 60 to shed: the fewest is the last one alone, the
    most is all but that one and the last one after it.
    """
    load, customers = np.array([10.0, 20.0, 30.0]), np.array([30, 20, 10])
    none = np.zeros(3, dtype=np.int64)

    first, again = (
        shed_range(load_kva=load, customers=customers, critical=none, share=0.5, rng=np.random.default_rng(3))
        for _ in range(2)
    )

    assert first == again
    assert (first.fewest, first.expected) == (10, 30.0)
    assert 50 <= first.most <= 60


def test_an_unknown_load_leaves_the_widest_range_and_no_rule() -> None:
    found = shed_range(
        load_kva=np.array([10.0, np.nan]),
        customers=np.array([3, 5]),
        critical=np.zeros(2, dtype=np.int64),
        share=0.25,
        rng=np.random.default_rng(0),
    )

    assert (found.fewest, found.expected, found.most, found.rotating) == (0, 2.0, 8, None)
