"""What can be wrong with the inputs of learned models."""

from __future__ import annotations

from cascade.engine.errors import CascadeInputError


class InvalidTrainingData(CascadeInputError):
    """Report samples that no model can be fitted to."""

    code = "INVALID_TRAINING_DATA"


class BadModelFile(CascadeInputError):
    """Report a model file that is damaged, incomplete, or of another kind, version or set of features."""

    code = "BAD_MODEL_FILE"


class BadDataset(CascadeInputError):
    """Report a stored data set that is damaged or was made by other settings or other code."""

    code = "BAD_DATASET"
