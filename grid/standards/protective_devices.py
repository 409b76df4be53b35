"""Continuous current ratings of distribution switchgear.

Breakers and reclosers: preferred ratings of IEEE Std C37.06 and C37.60. Fuse links: ANSI C37.42 preferred (6
to 200 K) and intermediate sizes.
"""

from __future__ import annotations

BREAKER_A = 1200.0
RECLOSER_A = 800.0
SECTIONALIZER_A = 600.0
TIE_A = 900.0

FUSE_LINKS_A: tuple[float, ...] = (
    6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 65.0, 80.0, 100.0, 140.0, 200.0,
)  # fmt: skip

POWER_FUSES_A: tuple[float, ...] = (250.0, 300.0, 400.0, 600.0)
"""Power fuses (solid material or electronic) for laterals beyond the largest link."""


def fuse_rating_a(load_a: float) -> float:
    """Return the smallest fuse of at least one and a half times the load current, A.

    Raises:
        ValueError: if no fuse is large enough.
    """
    for rating in (*FUSE_LINKS_A, *POWER_FUSES_A):
        if rating >= 1.5 * load_a:
            return rating
    raise ValueError(f"no fuse for a load of {load_a:.0f} A")


def switch_rating_a(preferred_a: float, load_a: float) -> float:
    """Return the smallest of 600, 800, 900, 1200 A, not below ``preferred_a``, that carries the load, A.

    Raises:
        ValueError: if none does.
    """
    for rating in (600.0, 800.0, 900.0, 1200.0):
        if rating >= preferred_a and rating >= load_a:
            return rating
    raise ValueError(f"no switch for a load of {load_a:.0f} A")
