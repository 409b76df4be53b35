"""Join drawn circuits and their customers into one fleet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.circuits import GrownCircuit
from grid.forge.customer_mix import CustomerMix
from grid.forge.draft import BREAKER, TIE
from grid.forge.fleet import (
    NONE,
    Circuits,
    Fleet,
    Lines,
    Meters,
    Nodes,
    Poles,
    Switches,
    Transformers,
    from_rows,
)
from grid.forge.numbering import Numbering, number_circuit
from grid.forge.seeds import stream
from grid.forge.sites import Site, Sites
from grid.forge.ties import Tie

METER_M = (7.0, 45.0)
"""Nearest and farthest meter from its transformer."""

_DTYPES: dict[str, Any] = {
    **dict.fromkeys(
        ("x", "y", "lon", "lat", "kv", "length_m", "mean_kw", "peak_kw", "design_kw", "street_angle"),
        np.float64,
    ),
    **dict.fromkeys(("is_cable", "is_open"), np.bool_),
    **dict.fromkeys(("line_class", "kind", "phases"), object),
    "purpose": np.int8,
}
DTYPES: dict[str, Any] = {
    name: _DTYPES.get(name, np.int64)
    for kind in (Circuits, Nodes, Lines, Switches, Transformers, Poles, Meters)
    for name in kind.__dataclass_fields__
}


class _Rows:
    """Collect the rows of every table while circuits are joined."""

    def __init__(self) -> None:
        self.circuits: list[tuple[Any, ...]] = []
        self.nodes: list[tuple[Any, ...]] = []
        self.lines: list[tuple[Any, ...]] = []
        self.switches: list[tuple[Any, ...]] = []
        self.transformers: list[tuple[Any, ...]] = []
        self.poles: list[tuple[Any, ...]] = []
        self.seated: list[tuple[int, IntArray]] = []
        """Per transformer: its substation and the positions of its meters in the substation's mix."""


def assemble(
    *, sites: Sites, grown: list[GrownCircuit], mixes: list[CustomerMix], ties: list[Tie], seed: int
) -> Fleet:
    """Return the fleet.

    Args:
        sites: the substations.
        grown: their circuits, by substation.
        mixes: their customers, by substation.
        ties: what joins circuits; positions refer to ``grown``.
        seed: the configuration's seed.
    """
    rows = _Rows()
    numberings = [
        number_circuit(circuit.draft, [len(meters) > 0 for meters in circuit.meters]) for circuit in grown
    ]
    node_base = np.concatenate([[0], np.cumsum([len(n.order) for n in numberings])]).tolist()
    line_base = np.concatenate([[0], np.cumsum([len(c.draft.spans) for c in grown])]).tolist()
    own_ties: dict[int, list[Tie]] = {}
    for tie in ties:
        own_ties.setdefault(tie.circuit, []).append(tie)
    for index, circuit in enumerate(grown):
        site = sites.chosen[circuit.site]
        numbering = numberings[index]
        line_number = _line_order(circuit, numbering)
        switch_count = _add_circuit(
            rows, index, circuit, numbering, node_base[index], line_base[index], line_number, site
        )
        for offset, tie in enumerate(own_ties.get(index, [])):
            far = grown[tie.other]
            end = node_base[tie.other] + numberings[tie.other].number[far.draft.tail]
            start = node_base[index] + numbering.number[tie.node]
            line = line_base[index] + line_number[tie.span]
            number = switch_count + offset + 1
            rows.switches.append((index, tie.other, number, TIE, line, start, end, True, 0, 0))
    return _finish(rows, sites, mixes, seed)


def _line_order(circuit: GrownCircuit, numbering: Numbering) -> list[int]:
    """Return each span's number: spans are numbered in the order of the nodes they feed."""
    spans = circuit.draft.spans
    order = sorted(range(len(spans)), key=lambda i: numbering.number[spans[i].end])
    number = [0] * len(spans)
    for position, span in enumerate(order):
        number[span] = position
    return number


def _add_circuit(
    rows: _Rows,
    index: int,
    circuit: GrownCircuit,
    numbering: Numbering,
    node_base: int,
    line_base: int,
    line_number: list[int],
    site: Site,
) -> int:
    """Add the rows of one circuit and return its number of switches so far."""
    draft = circuit.draft
    transformer_base, pole_base = len(rows.transformers), len(rows.poles)
    turned = _turn(draft.points, circuit.street_angle)
    lon, lat = site.plane.to_lonlat(turned[:, 0], turned[:, 1])
    for number, node in enumerate(numbering.order):
        x, y = turned[node].tolist()
        rows.nodes.append((index, number, x, y, lon[node], lat[node]))
    pole_at: dict[int, int] = {}
    for node in numbering.order:
        if draft.has_pole[node]:
            pole_at[node] = pole_base + len(pole_at)
            entry = numbering.entry[node]
            line = NONE if entry is None else line_base + line_number[entry]
            rows.poles.append((index, len(pole_at), node_base + numbering.number[node], line))

    spans = sorted(range(len(draft.spans)), key=lambda i: line_number[i])
    for number, i in enumerate(spans):
        span = draft.spans[i]
        above = numbering.entry[span.start]
        (ax, ay), (bx, by) = turned[span.start], turned[span.end]
        rows.lines.append((
            index,
            number + 1,
            node_base + numbering.number[span.start],
            node_base + numbering.number[span.end],
            NONE if above is None else line_base + line_number[above],
            span.line_class,
            span.phases,
            span.is_cable,
            math.hypot(bx - ax, by - ay),
            transformer_base + numbering.first[span.end],
            transformer_base + numbering.beyond[span.end],
        ))  # fmt: skip

    fed_by = {span.start: line_number[i] for i, span in enumerate(draft.spans)}
    count = len(numbering.places)
    head = node_base + numbering.number[0]
    rows.switches.append(
        (
            index,
            NONE,
            1,
            BREAKER,
            line_base + fed_by[0],
            NONE,
            head,
            False,
            transformer_base,
            transformer_base + count,
        )
    )
    for number, switch in enumerate(sorted(draft.switches, key=lambda s: numbering.number[s.end]), start=2):
        rows.switches.append((
            index,
            NONE,
            number,
            switch.kind,
            line_base + fed_by[switch.end] if switch.end in fed_by else NONE,
            node_base + numbering.number[switch.start],
            node_base + numbering.number[switch.end],
            False,
            transformer_base + numbering.first[switch.end],
            transformer_base + numbering.beyond[switch.end],
        ))  # fmt: skip
    for place_index in numbering.places:
        place = draft.places[place_index]
        entry = numbering.entry[place.node]
        pole = pole_at[place.node] if place.on_pole else NONE
        node = node_base + numbering.number[place.node]
        line = NONE if entry is None else line_base + line_number[entry]
        rows.transformers.append(
            (index, node, line, pole, place.phases, place.purpose, lon[place.node], lat[place.node], 0, 0)
        )
        rows.seated.append((circuit.site, circuit.meters[place_index]))
    rows.circuits.append((
        circuit.site,
        circuit.number,
        circuit.kv,
        node_base + numbering.number[draft.tail],
        transformer_base,
        transformer_base + count,
        0.0,
        circuit.street_angle,
    ))  # fmt: skip
    return 1 + len(draft.switches)


def _finish(rows: _Rows, sites: Sites, mixes: list[CustomerMix], seed: int) -> Fleet:
    transformers = from_rows(Transformers, DTYPES, rows.transformers)
    sizes = np.array([len(meters) for _, meters in rows.seated], dtype=np.int64)
    transformers.meter_hi = np.cumsum(sizes)
    transformers.meter_lo = transformers.meter_hi - sizes
    return Fleet(
        sites=sites.chosen,
        circuits=from_rows(Circuits, DTYPES, rows.circuits),
        nodes=from_rows(Nodes, DTYPES, rows.nodes),
        lines=from_rows(Lines, DTYPES, rows.lines),
        switches=from_rows(Switches, DTYPES, rows.switches),
        transformers=transformers,
        poles=from_rows(Poles, DTYPES, rows.poles),
        meters=_meters(rows, sites, mixes, transformers, sizes, seed),
    )


def _meters(
    rows: _Rows,
    sites: Sites,
    mixes: list[CustomerMix],
    transformers: Transformers,
    sizes: IntArray,
    seed: int,
) -> Meters:
    site_of = np.array([site for site, _ in rows.seated], dtype=np.int64)
    transformer = np.repeat(np.arange(len(sizes)), sizes)
    columns: dict[str, list[Any]] = {
        name: [] for name in ("kind", "archetype", "mean_kw", "peak_kw", "tenants")
    }
    lon, lat = [], []
    for site in sites.chosen:
        mine = np.flatnonzero(site_of == site.position)
        order = np.concatenate([rows.seated[i][1] for i in mine.tolist()])
        mix = mixes[site.position]
        for name, values in columns.items():
            values.append(getattr(mix, name)[order])
        at = np.repeat(mine, sizes[mine])
        x, y = _scatter(len(order), stream(seed, "meters", site.substation_id))
        base_x, base_y = site.plane.to_xy(transformers.lon[at], transformers.lat[at])
        found = site.plane.to_lonlat(base_x + x, base_y + y)
        lon.append(found[0])
        lat.append(found[1])
    joined: dict[str, Any] = {name: np.concatenate(values) for name, values in columns.items()}
    return Meters(transformer=transformer, lon=np.concatenate(lon), lat=np.concatenate(lat), **joined)


def _scatter(count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return offsets of meters from their transformer, even over the ring between the two radii."""
    near, far = METER_M
    radius = np.sqrt(rng.uniform(near**2, far**2, count))
    angle = rng.uniform(0.0, 2.0 * math.pi, count)
    return radius * np.cos(angle), radius * np.sin(angle)


def _turn(points: list[tuple[float, float]], angle: float) -> FloatArray:
    """Return points given in street axes in metres east and north."""
    uv = np.array(points)
    c, s = math.cos(angle), math.sin(angle)
    return np.column_stack([c * uv[:, 0] - s * uv[:, 1], s * uv[:, 0] + c * uv[:, 1]])
