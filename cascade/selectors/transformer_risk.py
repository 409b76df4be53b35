"""What is predicted of transformers, as it is kept."""

from typing import Any

from django.db.models import F, QuerySet

from cascade import models
from flux_site.api.errors import BadInput

MOST_RUNS = 250


def newest_risk_run() -> models.TransformerRiskRun | None:
    """Return the newest prediction of failures, with its model; None if there is none."""
    return models.TransformerRiskRun.objects.select_related("model").first()


def likeliest_failures(
    *,
    user: Any,
    first: int,
    transformer_id: str | None = None,
    circuit_id: str | None = None,
    substation_id: str | None = None,
) -> tuple[int, list[models.TransformerPrediction]]:
    """Return how many transformers are predicted that a user may see, and the likeliest to fail of them.

    Args:
        user: whose zones count.
        first: how many.
        transformer_id: only this one.
        circuit_id: only those of this circuit.
        substation_id: only those of this substation.

    Raises:
        BadInput: if ``first`` is not 1 to 250.
    """
    if not 1 <= first <= MOST_RUNS:
        raise BadInput(f"first is {first}; it must be 1 to {MOST_RUNS}.", field="first")
    rows = models.TransformerPrediction.objects.visible_to(user).exclude(transformer=None)
    for name, key in (
        ("transformer_id", transformer_id),
        ("transformer__circuit_id", circuit_id),
        ("transformer__substation_id", substation_id),
    ):
        if key is not None:
            rows = rows.filter(**{name: key})
    return rows.count(), list(rows.order_by("rank")[:first])


def forecast_runs(first: int) -> list[models.TransformerForecastRun]:
    """Return forecasts of the next day, the newest first.

    Raises:
        BadInput: if ``first`` is not 1 to 250.
    """
    if not 1 <= first <= MOST_RUNS:
        raise BadInput(f"first is {first}; it must be 1 to {MOST_RUNS}.", field="first")
    return list(models.TransformerForecastRun.objects.all()[:first])


def maintenance(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of some transformers where a new unit is less likely to fail, what avoids most first.

    Where no failure tells how long one lasts, minutes are not known, and the order is that of avoided
    probability times customers, which is the same.
    """
    return rows.filter(customers__gt=0, renewed_probability__lt=F("probability_365d")).order_by(
        "avoided_rank"
    )
