"""N-2 screening against one reference power flow per pair."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.native.base import native_base
from cascade.engine.native.pairs import NotScreenable, PairScreening, n2_pairs
from cascade.engine.outages import UnknownAsset
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from grid.powerflow.dcflow import SingularIsland
from tests.unit.engine.native.reference import loadings, reference_state
from tests.unit.engine.random_networks import random_network, tight_network
from tests.unit.engine.texas_case import load_case
from tests.unit.powerflow.small_cases import make_network, triangle

seeds = st.integers(0, 2**32 - 1)
Pair = tuple[int, int]


def pairs_of(first: np.ndarray, second: np.ndarray) -> list[Pair]:
    return [(min(pair), max(pair)) for pair in zip(first.tolist(), second.tolist(), strict=True)]


def agrees_with_reference(
    prepared: Prepared, params: CascadeParams, found: PairScreening, pairs: list[Pair]
) -> int:
    """Check pairs one by one and return how many of them were pending."""
    rows = {pair: row for row, pair in enumerate(pairs_of(found.first, found.second))}
    pending = set(pairs_of(found.pending_first, found.pending_second))
    assert len(rows) == len(found.first)
    assert not pending & set(rows)
    limit = 1.0 + params.overload_tolerance_frac
    n_pending = 0
    for pair in pairs:
        if pair in pending:
            n_pending += 1
            continue
        loading = loadings(prepared, reference_state(prepared, params, list(pair)))
        row = rows.get(pair)
        if abs(loading.max() - limit) > 1e-7:
            assert (row is not None) == (loading.max() > limit), pair
        if row is not None:
            assert found.worst_loading_frac[row] == pytest.approx(loading.max(), abs=1e-7)
            assert loading[found.worst_branch[row]] == pytest.approx(loading.max(), abs=1e-7)
    return n_pending


@settings(max_examples=60)
@given(seeds, st.sampled_from([random_network, tight_network]))
def test_no_pair_is_missed_on_random_networks(seed: int, make: type) -> None:
    prepared = prepare(make(np.random.default_rng(seed)))
    params = CascadeParams(load_multiplier=1.1)
    try:
        found = n2_pairs(native_base(prepared, params))
    except (SingularIsland, NotScreenable):
        return
    every = list(itertools.combinations(range(prepared.network.n_branches), 2))

    agrees_with_reference(prepared, params, found, every)

    assert found.n_pairs == len(every)
    for pair in pairs_of(found.pending_first, found.pending_second):
        # Left undecided only for a reason: both split, or only together, or B is nearly singular.
        if np.all(prepared.network.x_pu > 0.0) and not prepared.model.has_shifts:
            state = reference_state(prepared, params, list(pair))
            assert state.islands.count > prepared.islands.count


def test_texas_pairs() -> None:
    prepared = prepare(load_case("Texas"))
    params = CascadeParams()
    rng = np.random.default_rng(5)
    some = np.sort(rng.choice(prepared.network.n_branches, 400, replace=False))

    found = n2_pairs(native_base(prepared, params), some)

    alone = np.flatnonzero(~found.by_one_alone)
    drawn = [tuple(sorted(rng.choice(some, 2, replace=False).tolist())) for _ in range(60)]
    hits = pairs_of(found.first[alone][:30], found.second[alone][:30])
    assert hits
    assert agrees_with_reference(prepared, params, found, drawn + hits) < 20


def test_a_pair_that_overloads_only_together() -> None:
    # Three equal lines carry 30 MW each of 90; two of them 45; one of them 90. Ratings 50.
    network = make_network(
        loads=[0.0, 90.0],
        branches=[(0, 1), (0, 1), (0, 1)],
        units=[(0, 90.0, 100.0)],
        rates=[50.0, 50.0, 50.0],
    )

    found = n2_pairs(native_base(prepare(network), CascadeParams()))

    assert found.n_pairs == 3
    assert sorted(pairs_of(found.first, found.second)) == [(0, 1), (0, 2), (1, 2)]
    np.testing.assert_allclose(found.worst_loading_frac, 90 / 50, rtol=1e-12)
    assert not found.by_one_alone.any()
    assert len(found.pending_first) == 0


def test_branches_that_split_only_together_are_pending() -> None:
    found = n2_pairs(native_base(prepare(triangle(rate_mva=[200.0, 200.0, 200.0])), CascadeParams()))

    assert sorted(pairs_of(found.pending_first, found.pending_second)) == [(0, 1), (0, 2), (1, 2)]
    assert len(found.first) == 0


def test_fewer_than_two_branches_make_no_pair() -> None:
    base = native_base(prepare(triangle(rate_mva=[1.0, 1.0, 1.0])), CascadeParams())

    assert n2_pairs(base, []).n_pairs == 0
    assert n2_pairs(base, [1, 1]).n_pairs == 0
    assert len(n2_pairs(base, [1]).first) == 0


def test_memory_is_bounded() -> None:
    base = native_base(prepare(triangle(rate_mva=[1.0, 1.0, 1.0])), CascadeParams())

    with pytest.raises(NotScreenable, match="branch_indices"):
        n2_pairs(base, max_bytes=100)
    with pytest.raises(UnknownAsset):
        n2_pairs(base, [9])
