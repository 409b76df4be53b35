"""Models on disk: ``weights.safetensors`` with arrays and ``manifest.json`` with everything else.

Neither runs code when it is read, as a pickle would. The manifest names the digest of the weights, so that a
damaged file, or weights of another model, are refused before a number of them is used.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cascade.ml.errors import BadModelFile

WEIGHTS, MANIFEST = "weights.safetensors", "manifest.json"
FORMAT_VERSION = 1

Arrays = dict[str, npt.NDArray[np.generic]]


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
    _write_whole(folder / WEIGHTS, content)
    _write_whole(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    return digest


def load_model(folder: Path, *, kind: str) -> tuple[dict[str, Any], Arrays]:
    """Return the manifest and the arrays of a model.

    Raises:
        BadModelFile: if there is none, it is damaged or of another kind, or weights and manifest are not of
            one model.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        content = (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise BadModelFile(field=str(folder), message=f"holds no whole model: {error.strerror}") from error
    except ValueError as error:
        raise BadModelFile(field=MANIFEST, message="is damaged") from error
    if not isinstance(manifest, dict):
        raise BadModelFile(field=MANIFEST, message="is damaged")
    for field, wanted in (("format_version", FORMAT_VERSION), ("kind", kind)):
        if manifest.get(field) != wanted:
            raise BadModelFile(field=field, message=f"is {manifest.get(field)!r}; allowed: {wanted!r}")
    if hashlib.sha256(content).hexdigest() != manifest.get("weights_sha256"):
        raise BadModelFile(
            field=WEIGHTS, message="is damaged, or not the one that the manifest was written for"
        )
    try:
        return manifest, dict(load(content))
    except SafetensorError as error:
        raise BadModelFile(field=WEIGHTS, message="is damaged") from error


def part(arrays: Arrays, prefix: str) -> Arrays:
    """Return the arrays whose names begin with a prefix and a slash, without it."""
    return {
        name[len(prefix) + 1 :]: values for name, values in arrays.items() if name.startswith(f"{prefix}/")
    }


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
