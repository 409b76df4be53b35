"""How the kernels are compiled, and where the machine code is kept.

Every kernel is compiled at its first call and kept on disk; later processes load it. numba keeps it where
``NUMBA_CACHE_DIR`` says, else beside the source if it can write there, else in the user's cache folder. Where
none of these can be written to, as in a read-only container without a home, a folder of the system's
temporary folder is used.

No kernel is compiled with ``fastmath``: it would allow the compiler to assume that NaN and infinity never
occur, and unknown values are NaN here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
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


def choose_cache_folder(*, source_folder: Path, home: Path | None) -> Path | None:
    """Return the folder the machine code must be sent to, or None if numba finds a writable one itself."""
    named = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    if named or os.access(source_folder, os.W_OK):
        return None
    if home is not None and home.is_dir() and os.access(home, os.W_OK):
        return None
    return Path(tempfile.gettempdir()) / f"flux-numba-{os.getuid()}"


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def _use_cache_folder() -> None:
    folder = choose_cache_folder(source_folder=Path(__file__).parent, home=_home())
    if folder is None:
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():  # another user's machine code is not to be run
        folder = Path(tempfile.mkdtemp(prefix="flux-numba-"))
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]


_use_cache_folder()
