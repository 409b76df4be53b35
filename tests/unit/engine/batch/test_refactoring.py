"""Factors brought up to date against factors made from nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.batch.refactoring import make_incidence, refactor_changed
from cascade.engine.native.factor import analyse, empty_values, refactor
from grid.powerflow.dc_model import DcModel
from tests.unit.engine.random_networks import random_network
from tests.unit.powerflow.small_cases import triangle


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_factors_do_not_remember_what_they_were_made_from(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = DcModel(random_network(rng))
    pattern = analyse(model)
    n, m = len(pattern.order), len(pattern.low)
    incidence = make_incidence(pattern)
    shunt = np.full(n, model.shunt_mw)  # a shunt everywhere: every set of branches can be factorised
    kept, made_with = empty_values(pattern), np.zeros(m)
    stale, work = np.ones(n, dtype=np.int64), np.empty(n)
    for share_on in (1.0, 0.9, 0.3, 0.95, 1.0):
        weight = np.where(rng.random(m) < share_on, np.abs(model.susceptance_mw), 0.0)
        assert refactor_changed(pattern, incidence, weight, made_with, shunt, kept, stale, work) == -1
        fresh = empty_values(pattern)
        all_stale = np.ones(n, dtype=np.int64)
        made = np.zeros(m)
        assert refactor_changed(pattern, incidence, weight, made, shunt, fresh, all_stale, work) == -1
        plain = empty_values(pattern)
        assert refactor(pattern, weight, shunt, plain, work) == -1
        for name in ("lower", "by_row", "inverse_diagonal"):
            np.testing.assert_array_equal(getattr(kept, name), getattr(fresh, name))
            np.testing.assert_allclose(getattr(kept, name), getattr(plain, name), rtol=1e-9, atol=1e-12)
        assert not stale.any()


def test_a_bad_pivot_is_told_and_the_next_factors_are_whole() -> None:
    model = DcModel(triangle())
    pattern = analyse(model)
    incidence = make_incidence(pattern)
    n, m = len(pattern.order), len(pattern.low)
    values, made_with = empty_values(pattern), np.zeros(m)
    stale, work = np.ones(n, dtype=np.int64), np.empty(n)
    arguments = (made_with, np.zeros(n), values, stale, work)
    assert refactor_changed(pattern, incidence, np.zeros(m), *arguments) == 0
    assert stale.all()
    shunt = np.ones(n)
    weight = np.array(model.susceptance_mw)
    assert refactor_changed(pattern, incidence, weight, made_with, shunt, values, stale, work) == -1
    plain = empty_values(pattern)
    refactor(pattern, weight, shunt, plain, work)
    np.testing.assert_allclose(values.lower, plain.lower, rtol=1e-12)
