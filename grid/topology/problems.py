"""What was wrong with the rows a network was built from; they are left out or stand alone, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ProblemKind(StrEnum):
    """Why a row has no place in the network."""

    DUPLICATE_ID = "DUPLICATE_ID"
    """A row of this id came before; this one is left out."""
    BOTH_ENDS_AT_ONE_NODE = "BOTH_ENDS_AT_ONE_NODE"
    """The section or switch begins where it ends; it connects nothing."""
    UNKNOWN_CIRCUIT = "UNKNOWN_CIRCUIT"
    """The transformer names a circuit that there is not."""
    UNKNOWN_TRANSFORMER = "UNKNOWN_TRANSFORMER"
    """The meter names a transformer that there is not."""
    NOT_FED = "NOT_FED"
    """The transformer is on no path of closed switches to a substation."""
    CLOSES_LOOP = "CLOSES_LOOP"
    """The closed section or switch makes a loop; the network is traced without it."""


Problems = Mapping[ProblemKind, tuple[str, ...]]
"""Ids of the rows by what is wrong with them."""
