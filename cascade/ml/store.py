"""Files of learned models: written whole or not at all, checked before they are used, and of known code.

Light: web processes import this module.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from cascade.ml.errors import BadModelFile

WEIGHTS, MANIFEST = "weights.safetensors", "manifest.json"
SHIPPED = Path(__file__).resolve().parent / "shipped"
"""Models that come with the product, each in the folder of its task, with its evaluation."""
CODE = ("ml", "engine")
"""Packages of :mod:`cascade` whose code decides what data sets and models are."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{uuid4().hex[:8]}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_model(folder: Path) -> tuple[dict[str, Any], bytes]:
    """Return the manifest of a model of any kind and its weights, whose digest is checked.

    Raises:
        BadModelFile: if there is none, or it is damaged.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        content = (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise BadModelFile(field=str(folder), message=f"holds no whole model: {error.strerror}") from error
    except ValueError as error:
        raise BadModelFile(field=MANIFEST, message="is damaged") from error
    if not isinstance(manifest, dict):
        raise BadModelFile(field=MANIFEST, message="is damaged")
    check_weights(content, manifest.get("weights_sha256"))
    return manifest, content


def check_weights(content: bytes, wanted: object) -> None:
    """Check that weights are those that a manifest names.

    Raises:
        BadModelFile: if they are not.
    """
    if hashlib.sha256(content).hexdigest() != wanted:
        raise BadModelFile(
            field=WEIGHTS, message="is damaged, or not the one that the manifest was written for"
        )


def unpack_model(root: Path, manifest: dict[str, Any], content: bytes) -> Path:
    """Return the folder that holds a model's two files, written once under the digests of both.

    A folder that was changed meanwhile is written anew.

    Args:
        root: where such folders are kept.
        manifest: of the model.
        content: its weights.

    Raises:
        BadModelFile: if the weights are not those of the manifest.
    """
    check_weights(content, manifest.get("weights_sha256"))
    page = json.dumps(manifest, indent=1, sort_keys=True).encode()
    folder = root / hashlib.sha256(page).hexdigest()[:32]
    if _holds(folder / WEIGHTS, content) and _holds(folder / MANIFEST, page):
        return folder
    write_whole(folder / WEIGHTS, content)
    write_whole(folder / MANIFEST, page)
    return folder


def remove_folder(root: Path, folder: Path) -> None:
    """Remove a folder of data below a root; nothing else."""
    if root.resolve() in folder.resolve().parents:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def code_version() -> str:
    """Return a digest of the code that makes data sets, trains and evaluates."""
    sha = hashlib.sha256()
    root = Path(__file__).resolve().parents[1]
    for package in CODE:
        for path in sorted((root / package).rglob("*.py")):
            sha.update(str(path.relative_to(root)).encode())
            sha.update(path.read_bytes())
    return sha.hexdigest()[:16]


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False
