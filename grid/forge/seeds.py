"""Independent random streams, one per subject, all derived from the one seed of the configuration.

A stream depends only on the seed and its key, never on what was drawn elsewhere: a substation or a day can be
made again, alone and in any order, and is the same to the last bit.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *key: str | int) -> np.random.Generator:
    """Return the random generator of ``key``, e.g. ``stream(seed, "readings", substation, day)``."""
    words = [part & 0xFFFFFFFF if isinstance(part, int) else zlib.crc32(part.encode()) for part in key]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, *words])))
