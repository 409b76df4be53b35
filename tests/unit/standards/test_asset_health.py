"""The health of assets: CNAIM's own figures, cases worked by hand, and what must always hold."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.asset_health import (
    AssetEvidence,
    Evidence,
    HealthParams,
    Missing,
    assess,
    bands,
    combined_factor,
    duty_factor,
    failures_per_year,
    index_of,
    initial_score,
    insulation_life_years,
    pole_life_years,
)

PARAMS = HealthParams()
NAN = math.nan
TRANSFORMER = {
    "age_years": 30.0,
    "life_years": 60.0,
    "peak_loading_pct": 80.0,
    "ageing_rate": 0.1,
    "condition_code": 2.0,
    "inspected_years_ago": 1.0,
    "open_defects": 0.0,
    "faults": 0.0,
}


def evidence(**changed: float) -> AssetEvidence:
    return AssetEvidence(**{name: np.array([value]) for name, value in (TRANSFORMER | changed).items()})


def score(**changed: float) -> float:
    return float(assess(evidence(**changed), params=PARAMS).score[0])


def test_age_alone_leads_to_55_at_the_expected_life_and_no_further() -> None:
    # Half way the score is the geometric mean of 0.5 and 5.5.
    assert initial_score([0.0, 30.0, 60.0, 90.0], 60.0) == pytest.approx(
        [0.5, math.sqrt(0.5 * 5.5), 5.5, 5.5]
    )


def test_duty_is_that_of_the_published_table() -> None:
    found = duty_factor([0.0, 50.0, 50.1, 70.0, 100.0, 100.1, 300.0, NAN])

    assert found.tolist() == [0.9, 0.9, 0.95, 0.95, 1.0, 1.4, 1.4, 1.0]


def test_insulation_lasts_its_normal_life_at_an_ageing_factor_of_1() -> None:
    assert insulation_life_years([1.0, 2.0, 0.0, NAN]) == pytest.approx(
        [180_000 / 8760, 90_000 / 8760, math.inf, math.inf]
    )


def test_factors_combine_by_maximum_and_multiple_increment() -> None:
    # CNAIM: the worst, and the excess of the other over 1.5; of two good ones the best, and so on.
    assert combined_factor([1.4, 1.25, 0.9, 0.9, 1.0], [1.1, 0.9, 1.0, 0.9, 1.0]) == pytest.approx(
        [1.4 + 0.1 / 1.5, 1.25, 0.9, 0.9 - 0.1 / 1.5, 1.0]
    )


def test_the_probability_of_failure_is_the_published_curve() -> None:
    # K [1 + x + x²/2 + x³/6] with x = 1.087 times the score, which counts as 4 at the least.
    x = 1.087 * 8.0
    expected = 0.000285 * (1 + x + x**2 / 2 + x**3 / 6)

    found = failures_per_year([0.5, 4.0, 8.0, NAN], kind="POLE", params=PARAMS)

    assert found[0] == found[1] == pytest.approx(0.000285 * 28.4995, rel=1e-4)
    assert found[2] == pytest.approx(expected)
    assert math.isnan(found[3])
    with pytest.raises(ValueError, match="no curve of failure for a SWITCH"):
        failures_per_year([1.0], kind="SWITCH", params=PARAMS)


def test_bands_are_those_of_the_published_table() -> None:
    found = bands(np.array([0.5, 2.99, 3.0, 5.5, 6.5, 8.0, 10.0, NAN]))

    assert found == ["HI1", "HI1", "HI2", "HI3", "HI4", "HI5", "HI5", None]


def test_the_index_runs_from_100_as_new_to_0_at_the_end_of_life() -> None:
    assert index_of(np.array([0.5, 5.25, 10.0])).tolist() == [100.0, 50.0, 0.0]


def test_lives_of_poles() -> None:
    assert pole_life_years(["WOOD", "Steel", "CONCRETE", "FIBREGLASS", None]).tolist() == [
        55.0,
        50.0,
        60.0,
        80.0,
        55.0,
    ]


def test_a_transformer_worked_by_hand() -> None:
    found = assess(
        evidence(peak_loading_pct=120.0, ageing_rate=0.6, condition_code=4.0, open_defects=1.0, faults=2.0),
        params=PARAMS,
    )

    by_age = 0.5 * math.exp(math.log(11) * 30 / 60)
    by_duty = 0.5 * math.exp(math.log(11) * 30 / (60 / 1.4))
    by_ageing = 0.5 * math.exp(math.log(11) * 30 / min(60 / 1.4, 180_000 / 8760 / 0.6))
    inspected = by_ageing * 1.25
    ordered = by_ageing * (1.25 + 0.1 / 1.5)
    failed = ordered * 1.2
    expected = [by_age - 0.5, by_duty - by_age, by_ageing - by_duty, inspected - by_ageing]
    expected += [ordered - inspected, failed - ordered]
    assert list(found.contributions) == [
        Evidence.AGE,
        Evidence.LOADING,
        Evidence.AGEING,
        Evidence.INSPECTION,
        Evidence.WORK_ORDERS,
        Evidence.FAULTS,
    ]
    for points, step in zip(found.contributions.values(), expected, strict=True):
        assert points[0] == pytest.approx(-step * 100 / 9.5)
    assert found.score[0] == pytest.approx(failed)
    assert found.confidence_frac[0] == 1.0
    assert found.missing == [None]


def test_a_bad_inspection_speaks_for_itself() -> None:
    assert score(age_years=1.0, condition_code=5.0) == 8.0
    assert score(age_years=1.0, condition_code=4.0) == 3.0
    assert score(age_years=1.0, condition_code=5.0, inspected_years_ago=13.0) < 1.0


def test_an_asset_of_unknown_age_is_judged_by_its_inspection() -> None:
    found = assess(
        AssetEvidence(
            age_years=np.full(3, NAN),
            life_years=np.full(3, 55.0),
            condition_code=np.array([4.0, NAN, 1.0]),
            inspected_years_ago=np.array([2.0, NAN, 2.0]),
            open_defects=np.array([1.0, 1.0, NAN]),
        ),
        params=PARAMS,
    )

    assert found.score[0] == 6.5
    assert math.isnan(found.score[1])
    assert found.score[2] == 0.5
    assert found.missing == [None, Missing.NO_AGE_OR_INSPECTION, None]
    assert found.confidence_frac == pytest.approx([2 / 3, 0.0, 1 / 3])
    assert found.contributions[Evidence.AGE].tolist() == [0.0, 0.0, 0.0]


def test_what_is_unknown_lowers_the_confidence_and_contributes_nothing() -> None:
    known, unknown = (
        assess(evidence(ageing_rate=rate, faults=faults), params=PARAMS)
        for rate, faults in ((0.1, 0.0), (NAN, NAN))
    )

    assert unknown.score[0] == known.score[0]
    assert unknown.confidence_frac[0] == pytest.approx(4 / 6)
    assert not unknown.known[Evidence.AGEING][0]
    assert unknown.contributions[Evidence.FAULTS][0] == 0.0


def test_a_circuit_is_as_healthy_as_what_it_is_made_of() -> None:
    found = assess(
        AssetEvidence(member_score=np.array([4.0, 4.0, NAN]), faults=np.array([0.0, 20.0, 0.0])),
        params=PARAMS,
    )

    assert found.score[:2].tolist() == [4.0, 6.0]  # at most half as much again
    assert found.missing[2] == Missing.NO_MEMBERS
    assert found.contributions[Evidence.MEMBERS][0] == pytest.approx(-3.5 * 100 / 9.5)


def test_a_kind_must_be_judged_by_something() -> None:
    with pytest.raises(ValueError, match="age_years"):
        assess(AssetEvidence(faults=np.array([0.0])), params=PARAMS)


def maybe(values: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    return st.one_of(st.just(NAN), values)


CASES = st.fixed_dictionaries(
    {
        "age_years": maybe(st.floats(0.0, 120.0)),
        "life_years": st.sampled_from([25.0, 55.0, 60.0]),
        "peak_loading_pct": maybe(st.floats(0.0, 300.0)),
        "ageing_rate": maybe(st.floats(0.0, 50.0)),
        "condition_code": maybe(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0])),
        "inspected_years_ago": st.floats(0.0, 20.0),
        "open_defects": maybe(st.sampled_from([0.0, 1.0, 3.0])),
        "faults": maybe(st.sampled_from([0.0, 1.0, 2.0, 9.0])),
    }
)


@given(case=CASES)
def test_the_contributions_sum_to_the_index(case: dict[str, float]) -> None:
    found = assess(evidence(**case), params=PARAMS)

    total = 100.0 + sum(float(points[0]) for points in found.contributions.values())
    if found.missing[0] is None:
        assert total == pytest.approx(float(found.index[0]))
        assert 0.5 <= found.score[0] <= 10.0
        assert 0.0 < found.confidence_frac[0] <= 1.0
    else:
        assert (total, found.confidence_frac[0]) == (100.0, 0.0)
        assert math.isnan(found.index[0])


@given(
    case=CASES,
    worse=st.sampled_from(
        ["age_years", "peak_loading_pct", "ageing_rate", "condition_code", "open_defects", "faults"]
    ),
    by=st.floats(0.1, 60.0),
)
def test_older_hotter_worse_found_and_failing_more_is_never_healthier(
    case: dict[str, Any], worse: str, by: float
) -> None:
    step = 1.0 if worse == "condition_code" else by
    more = min(case[worse] + step, 5.0) if worse == "condition_code" else case[worse] + step

    before, after = score(**case), score(**(case | {worse: more}))

    if not math.isnan(before):
        assert after >= before - 1e-12
