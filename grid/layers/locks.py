"""The advisory lock of each layer: one run at a time, on however many machines."""

import zlib

LOCK_CLASS = 0x53594E43
"""First key of the advisory locks of sync; the second is the layer's."""


def lock_key(layer: str) -> int:
    """Return the second key of a layer's advisory lock."""
    return zlib.crc32(layer.encode()) & 0x7FFFFFFF
