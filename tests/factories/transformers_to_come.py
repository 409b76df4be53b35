"""Rows of predicted failures of transformers, and of their next day."""

from typing import Any

from cascade import models
from tests.factories.grid import MOMENT


def make_learned_model(**fields: Any) -> models.LearnedModel:
    """Create a model of transformer failures in service."""
    weights = models.LearnedWeights.objects.create(
        sha256=f"{models.LearnedWeights.objects.count():064d}", content=b"weights", size_bytes=7
    )
    defaults = {
        "task": "TRANSFORMER_FAILURE",
        "version": models.LearnedModel.objects.count() + 1,
        "algorithm": "BOOSTING",
        "state": models.ModelState.PROMOTED,
        "manifest": {"is_forged": True, "weights_sha256": weights.pk},
        "weights": weights,
    }
    return models.LearnedModel.objects.create(**{**defaults, **fields})


def make_transformer_risk_run(**fields: Any) -> models.TransformerRiskRun:
    """Create a prediction of the failures of one transformer, without a model of 30 days."""
    defaults = {
        "as_of": MOMENT,
        "transformer_count": 1,
        "tiers": {"HIGH": 1},
        "expected_failures": {"30": None, "90": 0.01, "365": 0.04},
        "missing": {"30": "too few failed within 30 days"},
        "base_rate": 0.007,
        "failure_minutes": 290.0,
        "planned_minutes": 130.0,
        "latency_ms": {"read": 10.0, "predict": 1.0, "explain": 2.0, "store": 3.0},
    }
    if "model" not in fields:
        defaults["model"] = make_learned_model()
    return models.TransformerRiskRun.objects.create(**{**defaults, **fields})


def make_transformer_prediction(*, transformer: Any, **fields: Any) -> models.TransformerPrediction:
    """Create what is predicted of a transformer with ten customers."""
    defaults = {
        "zone_id": transformer.zone_id,
        "unit_id": f"{transformer.pk}-U1",
        "rank": 1,
        "tier": "HIGH",
        "probability_30d": None,
        "probability_90d": 0.01,
        "probability_365d": 0.04,
        "times_base_rate": 5.7,
        "renewed_probability": 0.004,
        "customers": 10,
        "age_years": 41.5,
        "peak_loading_pct": 131.0,
        "peak_hot_spot_c": None,
        "failure_minutes": 116.0,
        "avoided_minutes": 104.4,
        "planned_minutes": 1300.0,
        "avoided_rank": 1,
        "action": "REPLACE_LARGER",
        "main_evidence": "LOADING",
        "contributions": [
            {"feature": "over_120_h_per_year", "evidence": "LOADING", "value": 210.0, "log_odds": 0.9},
            {"feature": "condition_code", "evidence": "INSPECTION", "value": None, "log_odds": -0.1},
        ],
    }
    if "run" not in fields:
        defaults["run"] = make_transformer_risk_run()
    return models.TransformerPrediction.objects.create(transformer=transformer, **{**defaults, **fields})


def make_transformer_forecast_run(**fields: Any) -> models.TransformerForecastRun:
    """Create a forecast of a day that is over, on which nothing was too hot."""
    defaults = {
        "day": MOMENT.date(),
        "known_until": MOMENT,
        "transformer_count": 1,
        "unknown_count": 0,
        "overload_pu": 1.0,
        "hot_c": 120.0,
        "expected_overloads": 0.3,
        "expected_hot": 0.01,
        "air": "AS_YESTERDAY",
        "fitted_days": 10,
        "fitted_transformers": 1,
        "latency_ms": {"fit": 10.0, "forecast": 1.0},
        "outcome": {
            "sample_count": 1,
            "overload_count": 1,
            "hot_count": 0,
            "peak_error_pct": [5.0, 8.0],
            "hot_spot_error_k": [3.0, 6.0],
            "overload_precision": [1.0, 1.0],
            "hot_precision": [None, None],
            "overload_skill": 0.1,
            "hot_skill": 0.2,
        },
    }
    return models.TransformerForecastRun.objects.create(**{**defaults, **fields})


def make_transformer_forecast(*, transformer: Any, **fields: Any) -> models.TransformerForecast:
    """Create the next day of a transformer."""
    defaults = {
        "zone_id": transformer.zone_id,
        "peak_pct": 95.0,
        "peak_hour": 17,
        "hot_spot_c": 101.0,
        "overload_probability": 0.3,
        "hot_probability": 0.01,
        "yesterday_peak_pct": 90.0,
        "yesterday_hot_spot_c": 98.0,
        "yesterday_overload_probability": 0.2,
        "yesterday_hot_probability": 0.01,
    }
    if "run" not in fields:
        defaults["run"] = make_transformer_forecast_run()
    return models.TransformerForecast.objects.create(transformer=transformer, **{**defaults, **fields})


def make_transformers_to_come(*, transformer: Any) -> list[Any]:
    """Create what is predicted of a transformer, with the runs that it comes from."""
    prediction = make_transformer_prediction(transformer=transformer)
    forecast = make_transformer_forecast(transformer=transformer)
    return [prediction, prediction.run, forecast, forecast.run]
