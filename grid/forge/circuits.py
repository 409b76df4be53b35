"""The circuits of one substation: how many, at which voltage, who is on which, and how they are drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import IntArray
from grid.forge.circuit_layout import Wanted, draw_circuit
from grid.forge.customer_mix import CAMPUS, HOME, SHOP, CustomerMix, MixParams, mix_customers
from grid.forge.draft import LARGE, SINGLE, THREE, Draft
from grid.forge.seeds import stream
from grid.forge.service_areas import sectors, service_area
from grid.forge.sites import Site, Sites

LOW_KV, HIGH_KV = 12.47, 34.5
"""The two primary voltages of the Houston area."""

HIGH_VOLTAGE_FROM_MW = 40.0
"""Substations above this demand have 34.5 kV circuits: at 12.47 kV they would need more than five."""

PLANNED_MW = {LOW_KV: 8.0, HIGH_KV: 20.0}
"""Demand planned per circuit: about 60 % of what 600 A carry at 12.47 kV and at 34.5 kV."""

USUAL_CIRCUITS = 8
"""A substation gets more only if its circuits would otherwise exceed :data:`MOST_MW`."""

MOST_MW = {LOW_KV: 12.0, HIGH_KV: 36.0}
"""Largest demand of one circuit: what the largest conductor carries, with a margin of a fifth."""

SHOPS_PER_TRANSFORMER = 2.6
MOST_HOMES_PER_TRANSFORMER = 14

STREET_TURN = 0.20
"""Street grids are turned against north by up to this, radians."""


@dataclass(eq=False)
class GrownCircuit:
    """Hold one drawn circuit and the meters at each of its transformer places.

    Attributes:
        site: position of its substation.
        number: 1 for the substation's first.
        kv: primary voltage.
        street_angle: turn of its axes.
        draft: what was drawn.
        meters: positions in the substation's mix, per place of the draft; an empty place carries no
            transformer.
    """

    site: int
    number: int
    kv: float
    street_angle: float
    draft: Draft
    meters: list[IntArray]


def circuit_voltage_kv(load_mw: float) -> float:
    """Return the primary voltage of a substation's circuits."""
    return HIGH_KV if load_mw > HIGH_VOLTAGE_FROM_MW else LOW_KV


def circuit_count(load_mw: float) -> int:
    """Return the number of a substation's circuits."""
    kv = circuit_voltage_kv(load_mw)
    return max(min(USUAL_CIRCUITS, math.ceil(load_mw / PLANNED_MW[kv])), math.ceil(load_mw / MOST_MW[kv]), 1)


def grow_circuits(
    *,
    site: Site,
    sites: Sites,
    relative: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    seed: int,
    mix: MixParams,
) -> tuple[CustomerMix, list[GrownCircuit]]:
    """Draw a substation's customers and its circuits.

    Args:
        site: the substation.
        sites: the substations around.
        relative: expected relative power of each archetype over the period.
        seed: the configuration's seed.
        mix: what customers are like.
    """
    rng = stream(seed, "circuits", site.substation_id)
    kv = circuit_voltage_kv(site.load_mw)
    customers = mix_customers(
        site=site, is_high_voltage=kv == HIGH_KV, relative=relative, rng=rng, params=mix
    )
    count = circuit_count(site.load_mw)
    shares = _split(customers, count, rng)
    wanted = _transformers_wanted(site, customers, shares)
    angle = float(rng.uniform(-STREET_TURN, STREET_TURN))
    grown = []
    for index, sector in enumerate(sectors(service_area(site, sites), count, rng)):
        draft = draw_circuit(sector=sector, street_angle=angle, wanted=wanted[index], rng=rng)
        meters = _seat(customers, shares[index], draft, rng)
        grown.append(GrownCircuit(site.position, index + 1, kv, angle, draft, meters))
    return customers, grown


def _split(customers: CustomerMix, count: int, rng: np.random.Generator) -> list[IntArray]:
    """Deal the meters out to circuits: each large one to the least loaded circuit, the small ones evenly."""
    load = np.zeros(count)
    circuit = np.empty(len(customers.kind), dtype=np.int64)
    small = np.flatnonzero(customers.kind <= SHOP)
    weight = rng.uniform(0.85, 1.15, count)
    circuit[small] = rng.choice(count, size=len(small), p=weight / weight.sum())
    load += np.bincount(circuit[small], customers.peak_kw[small], minlength=count)
    large = np.flatnonzero(customers.kind >= CAMPUS)
    for meter in large[np.argsort(-customers.peak_kw[large], kind="stable")].tolist():
        circuit[meter] = int(np.argmin(load))
        load[circuit[meter]] += customers.peak_kw[meter]
    return [np.flatnonzero(circuit == index) for index in range(count)]


def _transformers_wanted(site: Site, customers: CustomerMix, shares: list[IntArray]) -> list[Wanted]:
    """Share the substation's transformers: one per large customer, the rest by meters of small ones."""
    kinds = [customers.kind[share] for share in shares]
    large = [int((kind >= CAMPUS).sum()) for kind in kinds]
    shops = [int((kind == SHOP).sum()) for kind in kinds]
    homes = [int((kind == HOME).sum()) for kind in kinds]
    least = math.ceil(sum(homes) / MOST_HOMES_PER_TRANSFORMER) + math.ceil(sum(shops) / 4.0)
    rest = max(site.transformers - sum(large), least)
    for_shops = min(round(sum(shops) / SHOPS_PER_TRANSFORMER), rest // 2)
    found = []
    for index, kind in enumerate(kinds):
        three = _part(for_shops, shops[index], sum(shops))
        single = _part(rest - for_shops, homes[index], sum(homes))
        if len(kind) and not large[index] and not three and not single:
            single = 1
        found.append(Wanted(large[index], min(three, shops[index]), min(single, homes[index])))
    return found


def _part(total: int, part: int, whole: int) -> int:
    return min(part, max(1, round(total * part / whole))) if part else 0


def _seat(customers: CustomerMix, share: IntArray, draft: Draft, rng: np.random.Generator) -> list[IntArray]:
    """Put a circuit's meters at its transformer places; every purpose falls back on the others' places."""
    meters: list[IntArray] = [np.zeros(0, dtype=np.int64) for _ in draft.places]
    kind = customers.kind[share]
    places = {
        purpose: [i for i, place in enumerate(draft.places) if place.purpose == purpose]
        for purpose in (LARGE, THREE, SINGLE)
    }
    for place, meter in zip(places[LARGE], share[kind >= CAMPUS].tolist(), strict=True):
        meters[place] = np.array([meter], dtype=np.int64)
    shops, homes = rng.permutation(share[kind == SHOP]), rng.permutation(share[kind == HOME])
    for group, first, second in ((shops, THREE, SINGLE), (homes, SINGLE, THREE)):
        hosts = places[first] or places[second] or places[LARGE]
        if not len(group):
            continue
        hosts = hosts[: len(group)]
        sizes = 1 + rng.multinomial(len(group) - len(hosts), _uneven(len(hosts), rng))
        for place, seated in zip(hosts, np.split(group, np.cumsum(sizes)[:-1]), strict=True):
            meters[place] = np.concatenate([meters[place], seated])
    return meters


def _uneven(count: int, rng: np.random.Generator) -> list[float]:
    weight = rng.gamma(10.0, 1.0, count)
    return list(weight / weight.sum())
