"""The hour of a scenario: what its air lets lines carry, and what its units cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from cascade.engine.conditions import MAX_RATING_FACTOR, Conditions
from cascade.engine.options import DispatchRule
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.spec import RatingForm, RatingRule, ScenarioSpec
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import FloatArray
from grid.powerflow.base_case import RATING_MARGIN
from grid.powerflow.network import Network
from grid.powerflow.places import NetworkPlaces
from grid.standards.branch_rating import BranchRatingParams, ambient_multiplier
from grid.standards.line_rating import solar_hour, sun_on_line_w_per_m2, sun_position

PARAMS = BranchRatingParams()


def moment_of(rule: RatingRule) -> datetime | None:
    """Return the moment that ratings are for; None if the rule names none."""
    return datetime.fromisoformat(rule.at) if rule.at else None


def conditions_of(
    *,
    spec: ScenarioSpec,
    network: Network,
    places: NetworkPlaces,
    substation_temperature_c: FloatArray,
    params: CascadeParams,
    of_hour: Mapping[str, float] | None,
    notes: list[str],
) -> Conditions | None:
    """Return what holds for single branches and units in a scenario; None if everything is as stored.

    Args:
        spec: the scenario.
        network: the network as the run will compute on it: its loads and units scaled.
        places: what its parts are.
        substation_temperature_c: temperature per substation; NaN where unknown.
        params: the settings of the run.
        of_hour: per branch, its rating in the weather of an hour over the stored one; for the form HOUR.
        notes: what is unknown or was assumed is added to them.

    Raises:
        InvalidScenario: naming the place: costs that fit no unit, or a network without unique flows that is
            to be secured.
    """
    cost = None
    if params.dispatch is DispatchRule.MERIT_ORDER:
        cost = _costs(spec, network, places, notes)
    factor: FloatArray | None = None
    if spec.ratings.form is RatingForm.TEMPERATURE:
        factor = _by_temperature(spec.ratings, network, places, substation_temperature_c)
    elif spec.ratings.form is RatingForm.HOUR:
        known = of_hour or {}
        factor = np.array([known.get(each, np.nan) for each in network.branch_ids], dtype=np.float64)
    if factor is not None:
        notes.append(_told(factor, network))
        factor = None if np.isnan(factor).all() else factor
    if spec.ratings.is_secured:
        factor = _secured(network, params, factor, cost, notes)
    if factor is None and cost is None:
        return None
    return Conditions(branch_rating_frac=factor, unit_cost_usd_per_mwh=cost)


def _costs(spec: ScenarioSpec, network: Network, places: NetworkPlaces, notes: list[str]) -> FloatArray:
    """Return the cost of each unit: its own, else that of its fuel, else that of any; NaN: not known."""
    fuels = np.char.lower(np.array(places.unit_fuel, dtype=np.str_))
    cost = np.full(network.n_units, np.nan)
    for rule in reversed([each for each in spec.unit_costs if not each.fuel and not each.unit_id]):
        cost[:] = rule.usd_per_mwh
    for rule in reversed([each for each in spec.unit_costs if each.fuel]):
        cost[fuels == rule.fuel.lower()] = rule.usd_per_mwh
    for n, rule in reversed(list(enumerate(spec.unit_costs))):
        if rule.unit_id:
            if rule.unit_id not in network.unit_index:
                raise InvalidScenario(
                    field=f"unit_costs[{n}].unit_id", message=f"is {rule.unit_id!r}; no unit of the network"
                )
            cost[network.unit_index[rule.unit_id]] = rule.usd_per_mwh
    unknown = np.isnan(cost)
    if unknown.all():
        burnt = ", ".join(sorted({fuel for fuel in places.unit_fuel if fuel})) or "none on record"
        raise InvalidScenario(field="unit_costs", message=f"fit no unit of the network; its fuels: {burnt}")
    if unknown.any():
        notes.append(
            f"Costs: {int(unknown.sum())} of {network.n_units} units have no known cost; "
            "they are raised last and lowered last."
        )
    return cost


def _by_temperature(
    rule: RatingRule, network: Network, places: NetworkPlaces, substation_temperature_c: FloatArray
) -> FloatArray:
    """Return the factor on the rating of each line by the worse of its ends; NaN: not known, or no line.

    The wind stays the conservative one of the stored rating: a scenario tells gusts, and a gust says little
    of the calmest span of a line.
    """
    ends = np.stack([network.bus_substation[network.branch_from], network.bus_substation[network.branch_to]])
    at = np.where(ends >= 0, ends, 0)
    if len(places.substation_lon) == 0:
        return np.full(network.n_branches, np.nan)
    ambient = np.where(ends >= 0, substation_temperature_c[at], np.nan)
    moment = moment_of(rule)
    sun: FloatArray = np.full(at.shape, PARAMS.static_sun_w_per_m2)
    if moment is not None:
        utc = moment.astimezone(UTC)
        sun = sun_on_line_w_per_m2(
            sun_position(
                day_of_year=utc.timetuple().tm_yday,
                solar_hour=solar_hour(utc.hour + utc.minute / 60.0, places.substation_lon[at]),
                latitude_deg=places.substation_lat[at],
            ),
            params=PARAMS.line,
        )
    factor = ambient_multiplier(ambient, sun, params=PARAMS).min(axis=0)  # NaN at either end is NaN
    is_rated_line = places.branch_is_line & (network.rate_mva > 0.0)
    return np.asarray(np.where(is_rated_line, factor, np.nan))


def _told(factor: FloatArray, network: Network) -> str:
    known = factor[~np.isnan(factor)]
    rest = "the others, transformers and unlimited branches among them, keep their stored rating"
    if not len(known):
        return f"Ratings: the weather of no branch is known; {rest}."
    return (
        f"Ratings: {len(known)} of {network.n_branches} branches are rated by their air, at "
        f"{known.min():.2f} to {known.max():.2f} of the stored rating; {rest}."
    )


def _secured(
    network: Network,
    params: CascadeParams,
    factor: FloatArray | None,
    cost: FloatArray | None,
    notes: list[str],
) -> FloatArray | None:
    """Return the factors under which each rated branch bears 1.05 times what it carries with nothing out."""
    before = Conditions(branch_rating_frac=factor, unit_cost_usd_per_mwh=cost)
    state = CascadeState(prepared=prepare(network), params=params, conditions=before)
    intact = state.intact_flows()
    if intact is None:
        raise InvalidScenario(
            field="ratings.is_secured", message="needs a network whose intact power flow has one solution"
        )
    needed_mva = RATING_MARGIN * np.abs(intact[0])
    short = (network.rate_mva > 0.0) & (state.rate_mva < needed_mva)
    notes.append(
        f"Ratings: {int(short.sum())} of {network.n_branches} branches carry more than 1/{RATING_MARGIN:g} "
        f"of their rating with nothing out; they are taken to bear {RATING_MARGIN:g} times that flow."
    )
    if not short.any():
        return factor
    stored_mva = network.rate_mva * params.rating_multiplier
    raised = np.full(network.n_branches, np.nan) if factor is None else factor.copy()
    raised[short] = needed_mva[short] / stored_mva[short]
    worst = float(raised[short].max())
    if worst > MAX_RATING_FACTOR:
        raise InvalidScenario(
            field="ratings.is_secured",
            message=f"would need a rating {worst:.0f} times the stored one; allowed: {MAX_RATING_FACTOR:g}",
        )
    return raised
