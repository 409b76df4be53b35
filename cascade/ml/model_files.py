"""Models on disk: ``weights.safetensors`` with arrays and ``manifest.json`` with everything else.

Neither runs code when it is read, as a pickle would. The manifest names the digest of the weights, so that a
damaged file, or weights of another model, are refused before a number of them is used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from cascade.ml.errors import BadModelFile
from cascade.ml.store import MANIFEST, WEIGHTS, read_model, write_whole

if TYPE_CHECKING:
    from torch.nn import Module

FORMAT_VERSION = 1

Arrays = dict[str, npt.NDArray[np.generic]]
Net = TypeVar("Net", bound="Module")


def save_model(
    folder: Path, *, kind: str, arrays: Mapping[str, npt.NDArray[Any]], about: Mapping[str, Any]
) -> str:
    """Write a model and return the digest of its weights.

    The manifest is written last: a folder with a manifest holds a whole model.
    """
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    content = save({name: np.ascontiguousarray(values) for name, values in sorted(arrays.items())})
    digest = hashlib.sha256(content).hexdigest()
    manifest = {
        "format_version": FORMAT_VERSION,
        "kind": kind,
        "weights_sha256": digest,
        **about,
    }
    write_whole(folder / WEIGHTS, content)
    write_whole(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    return digest


def load_model(folder: Path, *, kind: str) -> tuple[dict[str, Any], Arrays]:
    """Return the manifest and the arrays of a model.

    Raises:
        BadModelFile: if there is none, it is damaged or of another kind, or weights and manifest are not of
            one model.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    manifest, content = read_model(folder)
    for field, wanted in (("format_version", FORMAT_VERSION), ("kind", kind)):
        if manifest.get(field) != wanted:
            raise BadModelFile(field=field, message=f"is {manifest.get(field)!r}; allowed: {wanted!r}")
    try:
        return manifest, dict(load(content))
    except SafetensorError as error:
        raise BadModelFile(field=WEIGHTS, message="is damaged") from error


def part(arrays: Arrays, prefix: str) -> Arrays:
    """Return the arrays whose names begin with a prefix and a slash, without it."""
    return {
        name[len(prefix) + 1 :]: values for name, values in arrays.items() if name.startswith(f"{prefix}/")
    }


def check_features(manifest: Mapping[str, Any], wanted: Mapping[str, object]) -> None:
    """Check that a model was trained on the features that this version computes.

    Raises:
        BadModelFile: naming what differs.
    """
    for name, value in wanted.items():
        if manifest.get(name) != value:
            raise BadModelFile(field=name, message="is not what this version computes: train the model anew")


def net_arrays(nets: Sequence[Module]) -> Arrays:
    """Return the weights of networks, each under its number."""
    return {
        f"net{number}/{name}": values.numpy()
        for number, net in enumerate(nets)
        for name, values in net.state_dict().items()
    }


def restored_net(net: Net, arrays: Arrays, number: int) -> Net:
    """Return a network with its weights, ready to predict.

    Raises:
        BadModelFile: if they are those of other settings.
    """
    import torch

    weights = {name: torch.from_numpy(values.copy()) for name, values in part(arrays, f"net{number}").items()}
    try:
        net.load_state_dict(weights)
    except RuntimeError as error:
        raise BadModelFile(field="net", message="does not fit the settings of the manifest") from error
    net.eval()
    return net
