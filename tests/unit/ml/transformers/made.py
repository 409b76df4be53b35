"""A data set of transformers made from a known rule, for tests of splits, evaluation and lists."""

import numpy as np

from cascade.ml.transformers.dataset import FailureDataset
from cascade.ml.transformers.features import FEATURE_NAMES
from cascade.ml.transformers.lives import UnitSpans

CUT_OFFS = np.array(["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01"], dtype="datetime64[us]")


def made_dataset(*, count: int = 1500, seed: int = 1) -> tuple[FailureDataset, np.ndarray]:
    """Return a data set in which age and peak load raise the chance to fail, and that chance."""
    rng = np.random.default_rng(seed)
    rows = count * len(CUT_OFFS)
    features = rng.normal(size=(rows, len(FEATURE_NAMES))).astype(np.float32)
    age = rng.uniform(0.0, 60.0, count)
    load = rng.uniform(30.0, 130.0, count)
    features[:, FEATURE_NAMES.index("age_years")] = np.tile(age, len(CUT_OFFS))
    features[:, FEATURE_NAMES.index("peak_loading_pct")] = np.tile(load, len(CUT_OFFS))
    chance = np.clip(0.0012 * age + 0.008 * np.maximum(load - 100.0, 0.0), 0.0, 0.5)
    chance = np.tile(chance, len(CUT_OFFS))
    drawn = rng.random(rows)
    outcome = np.stack([drawn < chance * part for part in (0.1, 0.3, 1.0)], axis=1).astype(np.int8)
    cut_off = np.repeat(CUT_OFFS, count)
    place = np.tile(np.array([f"XFMR-{n:04d}" for n in range(count)], dtype=object), len(CUT_OFFS))
    return (
        FailureDataset(
            transformer_id=place,
            unit_id=place + "-U1",
            circuit_id=np.full(rows, "CKT-1", dtype=object),
            cut_off=cut_off,
            features=features,
            evidence_at=cut_off - np.timedelta64(1, "D"),
            outcome=outcome,
            customers=np.full(rows, 8, dtype=np.int64),
        ),
        chance,
    )


def made_spans(dataset: FailureDataset) -> UnitSpans:
    """Return a year of each transformer's life, of those that failed half of it."""
    first = dataset.cut_off == CUT_OFFS[0]
    age = dataset.feature("age_years")[first]
    failed = dataset.of_horizon(365)[first] == 1
    return UnitSpans(dataset.transformer_id[first], age, age + np.where(failed, 0.5, 1.0), failed)
