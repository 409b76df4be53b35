"""The grown distribution system as arrays, numbered so that what lies behind a device is one slice.

Transformers are numbered substation by substation, circuit by circuit and, in a circuit, in depth-first order
from the breaker; meters follow their transformers and customers their meters. All that is downstream of a
switch or a transformer is therefore a contiguous range of transformers, of meters and of customers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from grid.forge.arrays import BoolArray, FloatArray, Int8Array, IntArray, TextArray
from grid.forge.sites import Site

NONE = -1
"""Stands for "no such thing" in columns of positions."""


@dataclass(eq=False)
class Circuits:
    """Hold the circuits; positions refer to :class:`Fleet`."""

    site: IntArray
    number: IntArray
    kv: FloatArray
    tail: IntArray
    """Node at the end of the backbone."""
    transformer_lo: IntArray
    transformer_hi: IntArray
    design_kw: FloatArray
    """Expected coincident peak of its meters."""
    street_angle: FloatArray
    """Turn of its street grid against east, radians; one for all circuits of a substation."""


@dataclass(eq=False)
class Nodes:
    """Hold the connectivity nodes. ``number`` counts within the circuit."""

    circuit: IntArray
    number: IntArray
    x: FloatArray
    y: FloatArray
    lon: FloatArray
    lat: FloatArray


@dataclass(eq=False)
class Lines:
    """Hold the line sections, each straight between two nodes, ``start`` on the side of the substation."""

    circuit: IntArray
    number: IntArray
    start: IntArray
    end: IntArray
    parent: IntArray
    line_class: TextArray
    phases: TextArray
    is_cable: BoolArray
    length_m: FloatArray
    transformer_lo: IntArray
    transformer_hi: IntArray


@dataclass(eq=False)
class Switches:
    """Hold the switches. ``start`` is NONE at a breaker: the substation's bus."""

    circuit: IntArray
    other_circuit: IntArray
    number: IntArray
    kind: TextArray
    line: IntArray
    start: IntArray
    end: IntArray
    is_open: BoolArray
    transformer_lo: IntArray
    transformer_hi: IntArray


@dataclass(eq=False)
class Transformers:
    """Hold the transformers."""

    circuit: IntArray
    node: IntArray
    line: IntArray
    pole: IntArray
    phases: TextArray
    purpose: Int8Array
    lon: FloatArray
    lat: FloatArray
    meter_lo: IntArray
    meter_hi: IntArray


@dataclass(eq=False)
class Poles:
    """Hold the poles. ``number`` counts within the circuit."""

    circuit: IntArray
    number: IntArray
    node: IntArray
    line: IntArray


@dataclass(eq=False)
class Meters:
    """Hold the meters; :mod:`grid.forge.customer_mix` says what the columns mean."""

    transformer: IntArray
    kind: Int8Array
    archetype: IntArray
    mean_kw: FloatArray
    peak_kw: FloatArray
    tenants: IntArray
    lon: FloatArray
    lat: FloatArray


@dataclass(eq=False)
class Fleet:
    """Hold everything grown."""

    sites: tuple[Site, ...]
    circuits: Circuits
    nodes: Nodes
    lines: Lines
    switches: Switches
    transformers: Transformers
    poles: Poles
    meters: Meters

    @property
    def transformer_site(self) -> IntArray:
        """Substation of each transformer."""
        return self.circuits.site[self.transformers.circuit]

    @property
    def meter_circuit(self) -> IntArray:
        """Circuit of each meter."""
        return self.transformers.circuit[self.meters.transformer]

    @property
    def customer_lo(self) -> IntArray:
        """First customer of each meter, and the number of customers last."""
        return np.concatenate([[0], np.cumsum(self.meters.tenants)]).astype(np.int64)

    def site_transformers(self, site: int) -> slice:
        """Return the range of a substation's transformers."""
        found = self.transformer_site
        return slice(int(np.searchsorted(found, site)), int(np.searchsorted(found, site, side="right")))

    def meter_range(self, transformer_lo: int, transformer_hi: int) -> slice:
        """Return the meters of a range of transformers."""
        if transformer_hi <= transformer_lo:
            return slice(0, 0)
        return slice(
            int(self.transformers.meter_lo[transformer_lo]),
            int(self.transformers.meter_hi[transformer_hi - 1]),
        )


Columns = TypeVar("Columns", Circuits, Nodes, Lines, Switches, Transformers, Poles, Meters)


def stack(kind: type[Columns], parts: Iterable[Columns]) -> Columns:
    """Return parts of one kind joined end to end."""
    found = list(parts)
    joined: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in found]) for field in fields(kind)
    }
    return kind(**joined)


def from_rows(kind: type[Columns], dtypes: dict[str, Any], rows: list[tuple[Any, ...]]) -> Columns:
    """Return columns made of rows whose values stand in field order."""
    names = [field.name for field in fields(kind)]
    values = zip(*rows, strict=True) if rows else ([] for _ in names)
    columns = {name: np.array(column, dtype=dtypes[name]) for name, column in zip(names, values, strict=True)}
    return kind(**columns)
