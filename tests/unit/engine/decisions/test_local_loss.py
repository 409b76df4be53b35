"""Customers and energy behind failed elements, against counting every customer by himself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.local_loss import (
    LocalLoss,
    SubstationLoss,
    local_mw,
    local_unserved_mwh,
    out_parts,
)

NAMES = ("A", "B", None)
BILLING = ("RESIDENTIAL", "COMMERCIAL")
hours = st.lists(st.integers(0, 48), min_size=3, max_size=3).map(
    lambda each: Durations(**dict(zip(("low_h", "mid_h", "high_h"), sorted(map(float, each)), strict=True)))
)
shares = st.sampled_from((0.25, 0.5, 1.0))
losses = st.dictionaries(
    st.sampled_from(("A", "B")), st.builds(SubstationLoss, share_frac=shares, durations=hours)
)
local = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(BILLING), hours), st.integers(1, 50), max_size=6
)


@given(local=local, losses=losses, others=st.lists(st.integers(0, 50), min_size=4, max_size=4))
def test_each_customer_counts_once(
    local: dict[tuple[str | None, str, Durations], int],
    losses: dict[str, SubstationLoss],
    others: list[int],
) -> None:
    """Behind a failed element with 1, beside it with the share of the substation; hours likewise."""
    customers = {
        name: {
            billing: others[2 * at + kind]
            + sum(count for (own, each, _), count in local.items() if (own, each) == (name, billing))
            for kind, billing in enumerate(BILLING)
        }
        for at, name in enumerate(("A", "B"))
    }
    parts = out_parts(LocalLoss(customers=local), losses, customers)

    share = {name: losses[name].share_frac if name in losses else 0.0 for name in ("A", "B")}
    expected = sum(local.values()) + sum(
        others[2 * at + kind] * share[name] for at, name in enumerate(("A", "B")) for kind in range(2)
    )
    assert sum(part.customers for part in parts) == pytest.approx(expected)

    mid = sum(
        others[2 * at + kind] * share[name] * losses[name].durations.mid_h
        for at, name in enumerate(("A", "B"))
        for kind in range(2)
        if name in losses
    )
    for (name, _, lasts), count in local.items():
        lost = losses.get(name or "")
        chance, supply_h = (0.0, 0.0) if lost is None else (lost.share_frac, lost.durations.mid_h)
        mid += count * ((1 - chance) * lasts.mid_h + chance * max(lasts.mid_h, supply_h))
    assert sum(part.customers * part.durations.mid_h for part in parts) == pytest.approx(mid)


def test_load_counts_where_and_as_long_as_no_substation_counts_it() -> None:
    """A lost a quarter for 4 h. 2 MW of A and 1 MW of nobody's substation are out for 1 h and 10 h each."""
    brief, long = Durations.exactly(1.0), Durations.exactly(10.0)
    found = LocalLoss(load_mw={("A", brief): 2.0, ("A", long): 2.0, (None, long): 1.0})
    losses = {"A": SubstationLoss(share_frac=0.25, durations=Durations.exactly(4.0))}

    assert local_mw(found, losses) == (pytest.approx(1.5 + 1.5 + 1.0), 0)
    by_hand = 2 * 0.75 * 1 + 2 * (0.75 * 10 + 0.25 * (10 - 4)) + 1 * 10
    assert local_unserved_mwh(found, losses).mid == pytest.approx(by_hand)


def test_an_unknown_load_leaves_a_floor_unless_all_of_it_is_counted_already() -> None:
    lasts = Durations.exactly(4.0)
    found = LocalLoss(load_mw={("B", lasts): 1.0}, unknown_loads={("A", lasts): 2})

    figure = local_unserved_mwh(found, {})
    assert (figure.low, figure.mid, figure.high) == (4.0, None, None)
    assert "2 transformers" in figure.reasons[0]
    assert local_mw(found, {}) == (1.0, 2)

    dead = {"A": SubstationLoss(share_frac=1.0, durations=lasts)}
    assert local_unserved_mwh(found, dead).mid == 4.0
    assert local_mw(found, dead) == (1.0, 0)
