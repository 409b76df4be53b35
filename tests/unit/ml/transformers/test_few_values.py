"""Features of few values, such as yes or no: whether they have moved since training, from deciles alone."""

import numpy as np
import pytest

from cascade.ml.drift import deciles, stability_index


@pytest.mark.parametrize("share", [0.03, 0.35, 0.97])
def test_a_yes_or_no_of_the_same_share_has_not_moved(share: float) -> None:
    rng = np.random.default_rng(1)
    before, now = (rng.random(5000) < share for _ in range(2))
    (reference,) = deciles(before.astype(np.float64)[:, None], ("flag",)).values()

    index = stability_index(reference, now.astype(np.float64))

    assert index is not None
    assert index < 0.02


def test_a_yes_or_no_whose_share_is_another_has_moved() -> None:
    """From 10 % to 60 %: (0.6 - 0.1) ln(0.6 / 0.1) + (0.4 - 0.9) ln(0.4 / 0.9) = 1.30 at full knowledge."""
    rng = np.random.default_rng(2)
    before, now = rng.random(5000) < 0.1, rng.random(5000) < 0.6
    (reference,) = deciles(before.astype(np.float64)[:, None], ("flag",)).values()

    index = stability_index(reference, now.astype(np.float64))

    assert index is not None
    assert index > 0.8


def test_a_number_of_many_values_is_judged_by_its_deciles() -> None:
    """Shifted by one standard deviation; the sum by hand over the ten bins."""
    rng = np.random.default_rng(3)
    before, now = rng.normal(size=20_000), rng.normal(1.0, 1.0, 20_000)
    (reference,) = deciles(before[:, None], ("x",)).values()
    found = np.diff([0.0, *np.searchsorted(np.sort(now), reference, side="right") / 20_000, 1.0])

    index = stability_index(reference, now)

    assert index == pytest.approx(float(np.sum((found - 0.1) * np.log(found / 0.1))), rel=0.01)
