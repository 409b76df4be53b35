"""The list of transformers to see to first: sums by hand from the models it is made with."""

from dataclasses import replace

import numpy as np
import pytest

from cascade.ml.boosting import BoostingParams
from cascade.ml.errors import BadDataset
from cascade.ml.transformers.contributions import explainer
from cascade.ml.transformers.dataset import FailureDataset
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURES
from cascade.ml.transformers.fitting import EvaluationParams, FailureModel, FittedModels, fit_models
from cascade.ml.transformers.maintenance import (
    MaintenanceParams,
    OutageMinutes,
    by_evidence,
    maintenance_list,
    with_new_unit,
)
from cascade.ml.transformers.words import Action
from tests.unit.ml.transformers.made import CUT_OFFS, made_dataset, made_spans

MINUTES = OutageMinutes(failed=240.0, planned=120.0)


@pytest.fixture(scope="module")
def judged() -> tuple[FailureDataset, FittedModels]:
    dataset, _ = made_dataset(count=1000)
    params = EvaluationParams(
        model_seeds=2, boosting=BoostingParams(n_trees=40, max_leaf_nodes=6, min_leaf_samples=40)
    )
    past = np.flatnonzero(dataset.cut_off < CUT_OFFS[3])
    models = fit_models(
        dataset=dataset, rows=past, horizon_days=365, spans=made_spans(dataset), params=params
    )
    return of_last_moment(dataset), models


def of_last_moment(dataset: FailureDataset) -> FailureDataset:
    mine = dataset.cut_off == CUT_OFFS[3]
    names = FailureDataset.__dataclass_fields__
    return FailureDataset(**{name: getattr(dataset, name)[mine] for name in names})


def test_the_worst_come_first_with_what_their_failure_costs(
    judged: tuple[FailureDataset, FittedModels],
) -> None:
    dataset, models = judged
    found = maintenance_list(dataset=dataset, models=models, minutes=MINUTES, count=10)
    chance = models.predict(FailureModel.BOOSTING, dataset.features)
    renewed = models.predict(FailureModel.BOOSTING, with_new_unit(dataset.features.astype(np.float64)))
    gain = 8 * 240.0 * (chance - renewed)

    assert [item.avoided_customer_minutes for item in found] == pytest.approx(sorted(gain, reverse=True)[:10])
    for item in found:
        at = dataset.transformer_id.tolist().index(item.transformer_id)
        assert item.failure_probability == pytest.approx(chance[at])
        assert item.times_mean == pytest.approx(chance[at] / chance.mean())
        assert item.failure_customer_minutes == pytest.approx(8 * 240.0 * chance[at])
        assert item.planned_customer_minutes == 8 * 120.0


def test_contributions_and_the_mean_sum_to_the_log_odds(judged: tuple[FailureDataset, FittedModels]) -> None:
    dataset, models = judged
    every = MaintenanceParams(told=len(FEATURES))
    item = maintenance_list(dataset=dataset, models=models, minutes=MINUTES, count=1, params=every)[0]
    at = dataset.transformer_id.tolist().index(item.transformer_id)
    row = dataset.features[at : at + 1].astype(np.float64)

    mean = np.mean([explainer(trees).mean for trees in models.boosting])
    raw = np.mean([trees.raw(row)[0] for trees in models.boosting])
    assert mean + sum(each.log_odds for each in item.contributions) == pytest.approx(raw)
    sizes = [abs(each.log_odds) for each in item.contributions]
    assert sizes == sorted(sizes, reverse=True)
    told = np.mean([explainer(trees).contributions(row)[0] for trees in models.boosting], axis=0)
    assert {each.feature for each in item.contributions} == {
        name for name, log_odds in zip(FEATURE_NAMES, told, strict=True) if log_odds
    }


def test_a_new_unit_changes_the_unit_and_nothing_else() -> None:
    row = np.full((1, len(FEATURE_NAMES)), 7.0)
    found = dict(zip(FEATURE_NAMES, with_new_unit(row)[0].tolist(), strict=True))

    assert found["age_years"] == found["repairs_per_year"] == 0.0
    assert np.isnan(found["condition_code"])
    assert found["peak_loading_pct"] == found["circuit_faults_per_year"] == 7.0
    assert (row == 7.0).all()


def test_what_speaks_most_decides_what_to_do(judged: tuple[FailureDataset, FittedModels]) -> None:
    dataset, models = judged
    features = np.zeros_like(dataset.features)
    columns = {name: features[:, at] for at, name in enumerate(FEATURE_NAMES)}
    columns["age_years"][:], columns["peak_loading_pct"][:] = 20.0, 60.0
    columns["peak_loading_pct"][0] = 129.0
    columns["age_years"][1:4] = 59.0
    columns["inspection_age_years"][:] = [9.0] * len(features)
    columns["inspection_age_years"][2] = 1.0
    columns["condition_code"][3] = 5.0
    changed = replace(dataset, features=features)
    found = maintenance_list(dataset=changed, models=models, minutes=MINUTES, count=len(features))
    action = {item.transformer_id: item.action for item in found}

    assert action["XFMR-0000"] is Action.REPLACE_LARGER
    assert action["XFMR-0001"] is Action.INSPECT  # seen nine years ago
    assert action["XFMR-0002"] is Action.REPLACE
    assert action["XFMR-0003"] is Action.REPLACE  # known to be bad


def test_unknown_minutes_are_not_zero(judged: tuple[FailureDataset, FittedModels]) -> None:
    dataset, models = judged
    unknown = OutageMinutes(failed=None, planned=None)
    item = maintenance_list(dataset=dataset, models=models, minutes=unknown, count=1)[0]

    assert item.failure_customer_minutes is None
    assert item.avoided_customer_minutes is None
    assert item.planned_customer_minutes is None


def test_evidence_sums_its_features() -> None:
    parts = np.arange(float(len(FEATURES)))

    assert sum(by_evidence(parts).values()) == parts.sum()
    assert by_evidence(parts)["AGE"] == 0.0


def test_several_moments_or_no_place_are_refused(judged: tuple[FailureDataset, FittedModels]) -> None:
    dataset, models = judged
    several, _ = made_dataset(count=5)

    with pytest.raises(BadDataset, match="one moment"):
        maintenance_list(dataset=several, models=models, minutes=MINUTES, count=1)
    with pytest.raises(BadDataset, match="count"):
        maintenance_list(dataset=dataset, models=models, minutes=MINUTES, count=0)
