"""The rows a network is built from, as plain columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Texts = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Circuits:
    """Circuits and the substations they start in."""

    id: Texts
    substation_id: Texts


@dataclass(frozen=True, kw_only=True)
class Sections:
    """Line sections between two connectivity nodes."""

    id: Texts
    from_node: Texts
    to_node: Texts


@dataclass(frozen=True, kw_only=True)
class Switches:
    """Switches between two connectivity nodes; a breaker begins at the node named as its substation."""

    id: Texts
    kind: Texts
    circuit_id: Texts
    from_node: Texts
    to_node: Texts
    is_open: Sequence[bool]


@dataclass(frozen=True, kw_only=True)
class Transformers:
    """Distribution transformers and the node of their primary side."""

    id: Texts
    circuit_id: Texts
    node: Texts


@dataclass(frozen=True, kw_only=True)
class Meters:
    """Meters, and how many active accounts each serves."""

    id: Texts = field(default_factory=list)
    transformer_id: Texts = field(default_factory=list)
    customer_count: Sequence[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class NetworkColumns:
    """All rows of a network; without meters it knows connectivity only."""

    circuits: Circuits
    sections: Sections
    switches: Switches
    transformers: Transformers
    meters: Meters = field(default_factory=Meters)
