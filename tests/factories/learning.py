"""Learned models in the register."""

import tempfile
from pathlib import Path

from cascade import models
from cascade.ml.tasks import LearningTask
from cascade.services.learning.registry import register
from tests.quick_propagation_model import quick_propagation_model
from tests.quick_risk_model import quick_risk_model


def make_learned_model(limit: float = 1e18, **values: object) -> models.LearnedModel:
    """Put the model into the register and into service; of the same weights there is one row."""
    with tempfile.TemporaryDirectory() as folder:
        quick_risk_model(limit).save(Path(folder))
        row = register(LearningTask.CASCADE_RISK, Path(folder), None)
    for name, value in {"state": models.ModelState.PROMOTED, **values}.items():
        setattr(row, name, value)
    row.save()
    return row


def make_propagation_model(limit: float = 1e18, **values: object) -> models.LearnedModel:
    """Put a model of propagation into the register and into service."""
    with tempfile.TemporaryDirectory() as folder:
        quick_propagation_model(limit).save(Path(folder))
        row = register(LearningTask.PROPAGATION, Path(folder), None)
    for name, value in {"state": models.ModelState.PROMOTED, **values}.items():
        setattr(row, name, value)
    row.save()
    return row
