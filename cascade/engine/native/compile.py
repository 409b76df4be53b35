"""How the kernels are compiled, and where the machine code is kept.

Every kernel is compiled at its first call and kept on disk; later processes load it. It is kept where
``NUMBA_CACHE_DIR`` says, else in the ``__pycache__`` beside this file, else in the user's cache folder. Where
none of these can be written to, as in a read-only container without a home, a folder of the system's
temporary folder is used.

The machine code of a kernel contains that of the kernels it calls, but numba looks only at the kernel's own
file to see whether it is out of date. So there is a folder for each state of all the sources.

No kernel is compiled with ``fastmath``: it would allow the compiler to assume that NaN and infinity never
occur, and unknown values are NaN here.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")

LANES = 8
"""Right-hand sides solved side by side: eight doubles fill one AVX-512 register, two AVX2 ones."""


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call, keep the machine code on disk, and let other threads run."""
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast(Callable[P, R], compiled)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small function into the kernels that call it."""
    compiled = numba.njit(inline="always", error_model="numpy")(function)
    return cast(Callable[P, R], compiled)


def sources_digest(folders: Sequence[Path]) -> str:
    """Return a digest of the Python sources in some folders, by name and content."""
    digest = hashlib.sha256()
    for path in sorted(each for folder in folders for each in folder.glob("*.py")):
        digest.update(f"{path.parent.name}/{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def choose_cache_folder(*, source_folder: Path, home: Path | None) -> Path:
    """Return the folder for machine code: the one named, or the first that can be written to."""
    named = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    if named:
        return Path(named)
    if os.access(source_folder, os.W_OK):
        return source_folder / "__pycache__"
    if home is not None and home.is_dir() and os.access(home, os.W_OK):
        return home / ".cache" / "flux" / "numba"
    return Path(tempfile.gettempdir()) / f"flux-numba-{os.getuid()}"


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def _use_cache_folder() -> None:
    here = Path(__file__).parent
    folder = choose_cache_folder(source_folder=here, home=_home())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid() and folder.parent == Path(tempfile.gettempdir()):
        # Another user's machine code is not to be run.
        folder = Path(tempfile.mkdtemp(prefix="flux-numba-"))
    digest = sources_digest([here, here.parent / "batch"])
    numba.config.CACHE_DIR = str(folder / f"kernels-{digest}")  # type: ignore[attr-defined]


_use_cache_folder()
