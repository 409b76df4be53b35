"""Which customers a substation serves, so that together they peak at its real demand.

Homes and small business are drawn from distributions of annual energy. What the substation's demand leaves is
carried by large commercial and industrial customers, whose number and size follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray, Int8Array, IntArray
from grid.forge.profiles import CLASS_OF, COMMERCIAL, INDUSTRIAL, RESIDENTIAL, archetype_shares, variability
from grid.forge.sites import Site

HOME, SHOP, CAMPUS, PLANT = 0, 1, 2, 3
"""Kinds of meters: home, small business, large commercial site, industrial plant."""

LIKELY_DEVIATIONS = 2.5
"""The largest of some hundreds of independent deviations: how far a period's peak lies above the mean."""

LEAST_LARGE_KW = 100.0
"""Smaller remainders of demand are left to the common scaling of all meters."""

CLASS_OF_KIND = (RESIDENTIAL, COMMERCIAL, COMMERCIAL, INDUSTRIAL)


@dataclass(frozen=True, slots=True)
class MixParams:
    """Set the customer mix.

    Attributes:
        loss_frac: part of a substation's demand lost in its circuits and transformers.
        home_mwh: mean annual energy of a home (EIA: 1,094 kWh a month in Texas in 2021).
        home_spread: standard deviation of its logarithm.
        shop_mwh: mean annual energy of a small business (order of EIA's mean of Texas commercial accounts,
            which includes large ones).
        shop_spread: standard deviation of its logarithm.
        shop_frac: small businesses among the small meters.
        campus_kw: mean peak of a large commercial site.
        plant_kw: mean peak of an industrial plant, at 12.47 kV and at 34.5 kV.
        campus_frac: part of the large demand that is commercial.
        large_spread: standard deviation of the logarithm of a large customer's size.
        largest_kw: largest customer, at 12.47 kV and at 34.5 kV.
        shared_frac: homes' meters that are master meters of several tenants.
        extra_tenants: mean number of tenants beyond the first behind such a meter; with ``shared_frac`` it
            gives 1.15 customers per meter, the ratio of 686 thousand customers to 597 thousand meters.
        tenant_size: energy of a tenant relative to a home's.
    """

    loss_frac: float = 0.04
    home_mwh: float = 13.1
    home_spread: float = 0.45
    shop_mwh: float = 70.0
    shop_spread: float = 1.0
    shop_frac: float = 0.105
    campus_kw: float = 900.0
    plant_kw: tuple[float, float] = (1200.0, 2800.0)
    campus_frac: float = 0.35
    large_spread: float = 0.6
    largest_kw: tuple[float, float] = (3000.0, 9000.0)
    shared_frac: float = 0.0207
    extra_tenants: float = 8.0
    tenant_size: float = 0.65


@dataclass(frozen=True, eq=False)
class CustomerMix:
    """Hold a substation's meters, in no order yet.

    Attributes:
        kind: HOME, SHOP, CAMPUS or PLANT.
        archetype: index into :data:`grid.forge.profiles.ARCHETYPES`.
        mean_kw: annual energy over 8,760 h.
        peak_kw: largest expected power over the period.
        tenants: customers behind the meter.
    """

    kind: Int8Array
    archetype: IntArray
    mean_kw: FloatArray
    peak_kw: FloatArray
    tenants: IntArray


def likely_kw(
    archetype: IntArray, mean_kw: FloatArray, tenants: IntArray, relative: FloatArray
) -> FloatArray:
    """Return the power that some meters are likely to reach together at every time: mean plus 2.5 standard
    deviations.

    The variance is that of :func:`grid.forge.profiles.variability`; meters vary independently.

    Args:
        archetype: archetype of each meter.
        mean_kw: annual mean of each meter.
        tenants: customers behind each meter.
        relative: expected relative power of each archetype, (archetypes, times).
    """
    mean = np.bincount(archetype, mean_kw, minlength=len(relative)) @ relative
    square = (mean_kw * variability(CLASS_OF[archetype], tenants)) ** 2
    variance = np.bincount(archetype, square, minlength=len(relative)) @ relative**2
    return np.asarray(mean + LIKELY_DEVIATIONS * np.sqrt(variance))


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Hold some meters while the mix is put together."""

    kind: Int8Array
    archetype: IntArray
    mean_kw: FloatArray
    tenants: IntArray

    def take(self, order: IntArray) -> _Drawn:
        """Return the meters at some positions."""
        return _Drawn(self.kind[order], self.archetype[order], self.mean_kw[order], self.tenants[order])

    def curve(self, relative: FloatArray) -> FloatArray:
        """Return the power they are likely to reach together at every time, kW."""
        return likely_kw(self.archetype, self.mean_kw, self.tenants, relative)


def mix_customers(
    *, site: Site, is_high_voltage: bool, relative: FloatArray, rng: np.random.Generator, params: MixParams
) -> CustomerMix:
    """Draw a substation's meters.

    Args:
        site: the substation.
        is_high_voltage: whether its circuits are 34.5 kV rather than 12.47 kV.
        relative: expected relative power of each archetype over the period, (archetypes, times).
        rng: random stream of the substation.
        params: what customers are like.
    """
    target_kw = site.load_mw * 1000.0 * (1.0 - params.loss_frac)
    meters = _draw_small(site.meters, rng, params)
    left_kw = target_kw - float(meters.curve(relative).max())
    if left_kw > LEAST_LARGE_KW:
        campuses, plants = _count_large(left_kw, site.meters, is_high_voltage, params)
        small = meters.take(rng.permutation(site.meters)[: site.meters - campuses - plants])
        large = _draw_large(campuses, plants, rng, params, is_high_voltage)
        largest_kw = params.largest_kw[is_high_voltage]
        mean_kw = _fit_large(small, large, target_kw, relative, largest_kw)
        meters = _Drawn(
            np.concatenate([small.kind, large.kind]),
            np.concatenate([small.archetype, large.archetype]),
            np.concatenate([small.mean_kw, mean_kw]),
            np.concatenate([small.tenants, large.tenants]),
        )
    return CustomerMix(
        kind=meters.kind,
        archetype=meters.archetype,
        mean_kw=meters.mean_kw,
        peak_kw=meters.mean_kw * relative.max(axis=1)[meters.archetype],
        tenants=meters.tenants,
    )


def _draw_small(count: int, rng: np.random.Generator, params: MixParams) -> _Drawn:
    shops = round(count * params.shop_frac)
    kind = np.repeat(np.array([HOME, SHOP], dtype=np.int8), [count - shops, shops])
    archetype = np.empty(count, dtype=np.int64)
    mean_kw = np.empty(count)
    for which, mwh, spread in (
        (HOME, params.home_mwh, params.home_spread),
        (SHOP, params.shop_mwh, params.shop_spread),
    ):
        at = kind == which
        archetype[at] = _draw_archetypes(CLASS_OF_KIND[which], int(at.sum()), rng)
        size = np.exp(spread * rng.standard_normal(int(at.sum())) - spread**2 / 2.0)
        mean_kw[at] = np.clip(size, 0.1, 12.0) * mwh / 8.76
    shared = (kind == HOME) & (rng.random(count) < params.shared_frac)
    extra = 1 + rng.geometric(1.0 / params.extra_tenants, count)
    tenants = np.where(shared, extra, 1)
    mean_kw *= np.where(shared, params.tenant_size * tenants, 1.0)
    return _Drawn(kind, archetype, mean_kw, tenants)


def _count_large(left_kw: float, meters: int, is_high_voltage: bool, params: MixParams) -> tuple[int, int]:
    """Return the number of large commercial sites and of plants that carry ``left_kw``."""
    campuses = round(left_kw * params.campus_frac / params.campus_kw)
    plants = round(left_kw * (1.0 - params.campus_frac) / params.plant_kw[is_high_voltage])
    if campuses + plants == 0:
        return 1, 0
    most = max(1, int(0.3 * meters))
    if campuses + plants > most:  # a substation with few meters: fewer and larger customers
        campuses = int(campuses * most / (campuses + plants))
        plants = most - campuses
    fewest = int(np.ceil(left_kw / (0.7 * params.largest_kw[is_high_voltage])))
    return campuses, max(plants, fewest - campuses)


def _draw_large(
    campuses: int, plants: int, rng: np.random.Generator, params: MixParams, is_high_voltage: bool
) -> _Drawn:
    """Draw large customers; ``mean_kw`` holds relative sizes until they are fitted."""
    kind = np.repeat(np.array([CAMPUS, PLANT], dtype=np.int8), [campuses, plants])
    archetype = np.concatenate(
        [_draw_archetypes(COMMERCIAL, campuses, rng), _draw_archetypes(INDUSTRIAL, plants, rng)]
    )
    typical = np.where(kind == CAMPUS, params.campus_kw, params.plant_kw[is_high_voltage])
    spread = params.large_spread
    size = typical * np.exp(spread * rng.standard_normal(len(kind)) - spread**2 / 2.0)
    return _Drawn(kind, archetype, size, np.ones(len(kind), dtype=np.int64))


def _fit_large(
    small: _Drawn, large: _Drawn, target_kw: float, relative: FloatArray, largest_kw: float
) -> FloatArray:
    """Return mean powers of the large customers, none peaking beyond ``largest_kw``, that reach the target
    together.

    Bisection on the common scale: the peak of the sum grows with it.
    """
    peak_factor = relative.max(axis=1)[large.archetype]
    archetype = np.concatenate([small.archetype, large.archetype])
    tenants = np.concatenate([small.tenants, large.tenants])
    low, high = 0.0, 1000.0
    mean_kw = large.mean_kw / peak_factor
    for _ in range(40):
        scale = 0.5 * (low + high)
        mean_kw = np.minimum(scale * large.mean_kw, largest_kw) / peak_factor
        likely = likely_kw(archetype, np.concatenate([small.mean_kw, mean_kw]), tenants, relative)
        if likely.max() > target_kw:
            high = scale
        else:
            low = scale
    return np.asarray(np.maximum(mean_kw, 1.0), dtype=np.float64)


def _draw_archetypes(customer_class: int, count: int, rng: np.random.Generator) -> IntArray:
    found, share = archetype_shares(customer_class)
    return rng.choice(found, size=count, p=share)
