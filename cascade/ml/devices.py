"""What networks are trained on."""

from __future__ import annotations

from cascade.ml.errors import InvalidTrainingData


def choose_device(wanted: str) -> str:
    """Return ``cuda`` or ``cpu``; of ``auto`` the first where there is one.

    Raises:
        InvalidTrainingData: if cuda is asked for and there is none.
    """
    import torch

    is_there = torch.cuda.is_available()
    if wanted == "cuda" and not is_there:
        raise InvalidTrainingData(field="device", message="is cuda, and this machine has none; allowed: cpu")
    return "cuda" if is_there and wanted != "cpu" else "cpu"
