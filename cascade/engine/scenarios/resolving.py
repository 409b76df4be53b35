"""From a scenario and a network to the inputs of a cascade: what fails, how much is demanded, what can run.

Everything drawn is drawn here, by the seed of the scenario, one number per asset whatever the rules say: a
stronger wind or a weaker class breaks what a lesser one broke, and more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.spec import FragileClass, LoadForm, ScenarioSpec, UnitMethod, UnitRule
from cascade.engine.scenarios.weather import failure_probability, field_at, load_of, storm_gust
from grid.powerflow.arrays import BoolArray, FloatArray
from grid.powerflow.network import Network, normalise
from grid.powerflow.places import NetworkPlaces

LINE_SAMPLES = 5
"""Places along a branch at which its wind is read; the strongest counts."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedScenario:
    """Hold what a scenario makes of a network.

    Attributes:
        load_multiplier: factor on every load.
        bus_load_factor: factor on each bus's load, beside that.
        unit_capacity_frac: share of its capacity each unit keeps.
        unit_out: units lost at the start of the cascade.
        branch_out: branches broken by wind.
        bus_out: buses of substations broken by wind.
        substation_out: the substations.
        substation_gust_mps: gust per substation; NaN where unknown.
        substation_temperature_c: temperature per substation; NaN where unknown.
        notes: what is unknown or was assumed, for people.
    """

    load_multiplier: float
    bus_load_factor: FloatArray
    unit_capacity_frac: FloatArray
    unit_out: BoolArray
    branch_out: BoolArray
    bus_out: BoolArray
    substation_out: BoolArray
    substation_gust_mps: FloatArray
    substation_temperature_c: FloatArray
    notes: tuple[str, ...]


def resolve_scenario(*, spec: ScenarioSpec, network: Network, places: NetworkPlaces) -> ResolvedScenario:
    """Return the inputs of a cascade; the same arguments give the same, bit for bit.

    Raises:
        InvalidScenario: if the demand asked for cannot be told from the network.
    """
    notes: list[str] = []
    rng = np.random.Generator(np.random.PCG64(spec.seed))
    luck = {
        name: rng.random(count)
        for name, count in (
            ("substation", len(network.substation_ids)),
            ("branch", network.n_branches),
            ("unit", network.n_units),
        )
    }
    temperature = _temperature(spec, places, notes)
    gust, branch_gust = _gusts(spec, network, places, notes)
    probability = _probabilities(spec, places, gust, branch_gust)
    substation_out = luck["substation"] < probability[FragileClass.SUBSTATION]
    branch_out = luck["branch"] < probability[FragileClass.LINE]
    for wanted, drawn in ((FragileClass.SUBSTATION, substation_out), (FragileClass.LINE, branch_out)):
        if any(rule.asset_class == wanted for rule in spec.fragility):
            notes.append(
                f"Wind: {probability[wanted].sum():.1f} {wanted.value.lower()} failures are expected, "
                f"{int(drawn.sum())} were drawn (seed {spec.seed})."
            )
    capacity_frac, unit_out = _units(spec, network, places, temperature, luck["unit"], notes)
    factor, multiplier = _load(spec, network, temperature, notes)
    return ResolvedScenario(
        load_multiplier=multiplier,
        bus_load_factor=factor,
        unit_capacity_frac=capacity_frac,
        unit_out=unit_out,
        branch_out=branch_out,
        bus_out=_of_substation(network, substation_out, missing=False),
        substation_out=substation_out,
        substation_gust_mps=gust,
        substation_temperature_c=temperature,
        notes=tuple(notes),
    )


def draw_storms(
    *, spec: ScenarioSpec, network: Network, places: NetworkPlaces, count: int
) -> list[tuple[BoolArray, BoolArray, BoolArray]]:
    """Return what fails in each of many draws: branches and buses of substations by wind, and units.

    Draw n depends on the seed of the scenario and n alone, so more draws begin with the same ones.
    """
    temperature = _temperature(spec, places, [])
    gust, branch_gust = _gusts(spec, network, places, [])
    probability = _probabilities(spec, places, gust, branch_gust)
    found = []
    for number in range(count):
        rng = np.random.Generator(np.random.PCG64([spec.seed, number]))
        broken = rng.random(len(network.substation_ids)) < probability[FragileClass.SUBSTATION]
        branch_out = rng.random(network.n_branches) < probability[FragileClass.LINE]
        _, unit_out = _units(spec, network, places, temperature, rng.random(network.n_units), [])
        found.append((branch_out, _of_substation(network, broken, missing=False), unit_out))
    return found


def scaled(network: Network, factor: FloatArray | None, capacity_frac: FloatArray | None) -> Network:
    """Return a network with a factor on each positive load and shares of capacities; None: all 1."""
    changes: dict[str, FloatArray] = {}
    if factor is not None:
        changes["bus_load_mw"] = np.where(network.bus_load_mw > 0.0, factor, 1.0) * network.bus_load_mw
    if capacity_frac is not None:
        pmax, p_mw = network.unit_pmax_mw * capacity_frac, network.unit_p_mw
        changes["unit_pmax_mw"] = pmax
        # A pump (output below 0) goes on; a producing unit gives no more than it can.
        changes["unit_p_mw"] = np.where(capacity_frac < 1.0, np.minimum(p_mw, pmax), p_mw)
    return replace(network, **changes)  # type: ignore[arg-type]


def with_flooded(resolved: ResolvedScenario, network: Network, ids: Sequence[str]) -> ResolvedScenario:
    """Return what a scenario makes of a network with some substations under water too.

    Those that the network does not hold are left aside: they are out of service already.
    """
    at = [network.substation_index[key] for key in ids if key in network.substation_index]
    if not at:
        return resolved
    flooded = np.zeros(len(network.substation_ids), dtype=np.bool_)
    flooded[at] = True
    return replace(
        resolved,
        substation_out=resolved.substation_out | flooded,
        bus_out=resolved.bus_out | _of_substation(network, flooded, missing=False),
    )


def _of_substation(network: Network, values: np.ndarray, *, missing: object) -> np.ndarray:
    """Return a value per bus from one per substation."""
    known = network.bus_substation >= 0
    found = np.full(network.n_buses, missing, dtype=values.dtype)
    found[known] = values[network.bus_substation[known]]
    return found


def _temperature(spec: ScenarioSpec, places: NetworkPlaces, notes: list[str]) -> FloatArray:
    if spec.temperature is None:
        return np.full(places.substation_lon.shape, np.nan)
    found = field_at(spec.temperature, lon=places.substation_lon, lat=places.substation_lat)
    unknown = int(np.isnan(found).sum())
    if unknown:
        notes.append(
            f"The temperature of {unknown} of {len(found)} substations is unknown: too far from any point."
        )
    return found


def _gusts(
    spec: ScenarioSpec, network: Network, places: NetworkPlaces, notes: list[str]
) -> tuple[FloatArray, FloatArray]:
    """Return the gust at each substation and the strongest along each branch."""
    at_substation = np.full(len(network.substation_ids), np.nan)
    along = np.full(network.n_branches, np.nan)
    if spec.wind is None and spec.track is None:
        return at_substation, along
    at_substation = gust_at(spec, places.substation_lon, places.substation_lat)
    lon = _of_substation(network, places.substation_lon, missing=np.nan)
    lat = _of_substation(network, places.substation_lat, missing=np.nan)
    start, end = network.branch_from, network.branch_to
    for share in np.linspace(0.0, 1.0, LINE_SAMPLES):
        place_lon = lon[start] + share * (lon[end] - lon[start])
        place_lat = lat[start] + share * (lat[end] - lat[start])
        along = np.fmax(along, gust_at(spec, place_lon, place_lat))
    unknown = int(np.isnan(at_substation).sum())
    if unknown:
        notes.append(
            f"The wind at {unknown} of {len(at_substation)} substations is unknown (too far from any point); "
            "nothing there is broken by it."
        )
    return at_substation, along


def gust_at(spec: ScenarioSpec, lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return the gust at places, of the field and of the storm the stronger; NaN where both are unknown."""
    found = np.full(lon.shape, np.nan)
    if spec.wind is not None:
        found = field_at(spec.wind, lon=lon, lat=lat)
    if spec.track is not None:
        found = np.fmax(found, storm_gust(spec.track, lon=lon, lat=lat))
    return found


def probability_of(
    spec: ScenarioSpec, wanted: FragileClass, gust: FloatArray, voltage_kv: FloatArray
) -> FloatArray:
    """Return the probability that each asset of a class is broken; the first rule that fits it counts."""
    probability = np.zeros(gust.shape)
    free = np.ones(gust.shape, dtype=np.bool_)
    for rule in spec.fragility:
        if rule.asset_class != wanted:
            continue
        fits = free.copy()
        if rule.min_kv is not None:
            fits &= voltage_kv >= rule.min_kv
        if rule.max_kv is not None:
            fits &= voltage_kv < rule.max_kv
        probability[fits] = failure_probability(gust[fits], median_mps=rule.median_mps, beta=rule.beta)
        free &= ~fits
    return probability


def _probabilities(
    spec: ScenarioSpec, places: NetworkPlaces, gust: FloatArray, branch_gust: FloatArray
) -> dict[FragileClass, FloatArray]:
    line = probability_of(spec, FragileClass.LINE, branch_gust, places.branch_kv)
    return {
        FragileClass.SUBSTATION: probability_of(spec, FragileClass.SUBSTATION, gust, places.substation_kv),
        FragileClass.LINE: np.where(places.branch_is_line, line, 0.0),
    }


def _units(
    spec: ScenarioSpec,
    network: Network,
    places: NetworkPlaces,
    temperature: FloatArray,
    luck: FloatArray,
    notes: list[str],
) -> tuple[FloatArray, BoolArray]:
    frac = np.ones(network.n_units)
    out = np.zeros(network.n_units, dtype=np.bool_)
    at = _of_substation(network, temperature, missing=np.nan)[network.unit_bus]
    fuels = np.array(places.unit_fuel)
    for n, rule in enumerate(spec.units):
        fits = _fitting(rule, fuels, at) & (network.unit_pmax_mw > 0.0)
        if rule.method == UnitMethod.DRAW:
            fits &= ~out
        if not fits.any():
            notes.append(f"No unit fits rule {n + 1} of the availability of units.")
        elif rule.method == UnitMethod.DERATE:
            frac[fits] *= rule.available_frac
        else:
            out |= _drawn(fits, network.unit_pmax_mw * frac, 1.0 - rule.available_frac, luck)
    if spec.units:
        whole = float(network.unit_pmax_mw.sum())
        left = float((network.unit_pmax_mw * frac)[~out].sum())
        notes.append(f"Units: {whole - left:,.0f} of {whole:,.0f} MW of capacity cannot be had.")
    return frac, out


def _fitting(rule: UnitRule, fuels: np.ndarray, temperature: FloatArray) -> BoolArray:
    fits = np.ones(fuels.shape, dtype=np.bool_)
    if rule.fuel:
        fits &= np.char.lower(fuels) == rule.fuel.lower()
    if rule.below_c is not None:
        fits &= temperature < rule.below_c
    if rule.above_c is not None:
        fits &= temperature > rule.above_c
    return fits


def _drawn(fits: BoolArray, capacity: FloatArray, gone_frac: float, luck: FloatArray) -> BoolArray:
    """Return the units that fail: in the order of luck until the share is gone, as near to it as whole units
    allow.
    """
    order = np.flatnonzero(fits)[np.argsort(luck[fits], kind="stable")]
    total = np.concatenate([[0.0], np.cumsum(capacity[order])])
    count = int(np.argmin(np.abs(total - gone_frac * total[-1])))
    out = np.zeros(fits.shape, dtype=np.bool_)
    out[order[:count]] = True
    return out


def _load(
    spec: ScenarioSpec, network: Network, temperature: FloatArray, notes: list[str]
) -> tuple[FloatArray, float]:
    """Return the factor per bus and the factor on all."""
    load = spec.load
    same = np.ones(network.n_buses)
    if load.form == LoadForm.MULTIPLIER:
        return same, load.multiplier
    if load.form == LoadForm.DEMAND and load.demand_mw is not None:
        base_mw = float(normalise(network).bus_load_mw.sum())
        if base_mw <= 0.0:
            raise InvalidScenario(field="load.demand_mw", message="the network has no load to scale")
        notes.append(
            f"Load: {load.demand_mw:,.0f} MW asked for, {base_mw:,.0f} MW in the planning base case."
        )
        return same, load.demand_mw / base_mw
    curve, reference_c = load.curve, load.reference_c
    if curve is None or reference_c is None:
        raise InvalidScenario(field="load", message="form TEMPERATURE needs curve and reference_c")
    at = _of_substation(network, temperature, missing=np.nan)
    factor = np.asarray(load_of(curve, at) / load_of(curve, reference_c))
    unknown = np.isnan(factor)
    if unknown.any():
        notes.append(f"Load: {int(unknown.sum())} buses without a known temperature keep their base load.")
    if curve.rmse_frac is not None:
        notes.append(f"Load: the curve misses the hours it was fitted to by {curve.rmse_frac:.1%} (RMSE).")
    known = at[~unknown]
    if curve.min_c is not None and curve.max_c is not None and len(known):
        beyond = int(((known < curve.min_c) | (known > curve.max_c)).sum())
        if beyond:
            notes.append(
                f"Load: {beyond} buses are colder or hotter than any hour the curve was fitted to "
                f"({curve.min_c:g} to {curve.max_c:g} °C); there it is an extrapolation."
            )
    return np.where(unknown, 1.0, factor), load.multiplier
