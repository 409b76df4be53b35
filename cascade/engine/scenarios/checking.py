"""The ranges and dependencies of a scenario's values."""

from __future__ import annotations

from datetime import UTC, datetime

from cascade.engine.conditions import MAX_COST_USD_PER_MWH
from cascade.engine.options import DispatchRule
from cascade.engine.params import MAX_MULTIPLIER, MIN_MULTIPLIER
from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.spec import (
    Flood,
    LoadForm,
    LoadRule,
    PointField,
    RatingForm,
    ScenarioSpec,
    StormTrack,
)

TEMPERATURE_C = (-90.0, 60.0)
WIND_MPS = (0.0, 130.0)
MAX_SEED = 2**63 - 1
MAX_OUTAGES = 5_000
"""Named ones: more than the Texas network has branches. What a storm takes is drawn, or told by its area."""
MAX_TEXT = 2_000
MAX_DEPTH_M = 50.0
MAX_ZONE_CODE = 16
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def check_spec(spec: ScenarioSpec) -> None:
    """Refuse a scenario with a value out of range, or without one that another needs.

    Raises:
        InvalidScenario: naming the place.
    """
    _within("rating_multiplier", spec.rating_multiplier, MIN_MULTIPLIER, MAX_MULTIPLIER)
    if len(spec.outages) > MAX_OUTAGES:
        raise InvalidScenario(
            field="outages", message=f"has {len(spec.outages)} entries; at most {MAX_OUTAGES}"
        )
    if not 0 <= spec.seed <= MAX_SEED:
        raise InvalidScenario(field="seed", message=f"is {spec.seed}; allowed: 0 to {MAX_SEED}")
    _check_load(spec)
    if spec.temperature is not None:
        _check_field("temperature", spec.temperature, *TEMPERATURE_C)
    if spec.wind is not None:
        _check_field("wind", spec.wind, *WIND_MPS)
    if spec.track is not None:
        _check_track(spec.track)
    if spec.fragility and spec.wind is None and spec.track is None:
        raise InvalidScenario(field="fragility", message="needs a wind: give wind or track")
    for n, rule in enumerate(spec.fragility):
        _within(f"fragility[{n}].median_mps", rule.median_mps, 0.1, 500.0)
        _within(f"fragility[{n}].beta", rule.beta, 0.01, 5.0)
    if spec.flood is not None:
        _check_flood(spec.flood)
    for n, unit in enumerate(spec.units):
        _within(f"units[{n}].available_frac", unit.available_frac, 0.0, 1.0)
        for name in ("below_c", "above_c"):
            bound = getattr(unit, name)
            if bound is not None:
                _within(f"units[{n}].{name}", bound, *TEMPERATURE_C)
                if spec.temperature is None:
                    raise InvalidScenario(
                        field=f"units[{n}].{name}", message="needs a temperature field: give temperature"
                    )
    _check_ratings(spec)
    _check_costs(spec)
    for n, source in enumerate(spec.sources):
        if not source.title.strip():
            raise InvalidScenario(field=f"sources[{n}].title", message="is empty")
        if source.url and not source.url.startswith(("http://", "https://")):
            raise InvalidScenario(field=f"sources[{n}].url", message="must begin with https:// or http://")


def _check_flood(flood: Flood) -> None:
    if not flood.has_zones and not flood.areas:
        raise InvalidScenario(
            field="flood", message="is nowhere: give zone_codes, least_annual_chance_pct or areas"
        )
    if not flood.limits:
        raise InvalidScenario(field="flood.limits", message="is empty; name at least one class")
    for n, code in enumerate(flood.zone_codes):
        if not code.strip() or len(code) > MAX_ZONE_CODE:
            raise InvalidScenario(
                field=f"flood.zone_codes[{n}]", message=f"must have 1 to {MAX_ZONE_CODE} characters"
            )
    if flood.least_annual_chance_pct is not None:
        _within("flood.least_annual_chance_pct", flood.least_annual_chance_pct, 0.0, 100.0)
    for n, area in enumerate(flood.areas):
        if len(area.outline) < 3:
            raise InvalidScenario(
                field=f"flood.areas[{n}].outline", message=f"has {len(area.outline)} corners; at least 3"
            )
        for m, place in enumerate(area.outline):
            _check_place(f"flood.areas[{n}].outline[{m}]", place.lat, place.lon)
        if area.depth_m <= 0.0:
            raise InvalidScenario(
                field=f"flood.areas[{n}].depth_m", message=f"is {area.depth_m:g}; allowed: above 0"
            )
        _within(f"flood.areas[{n}].depth_m", area.depth_m, 0.0, MAX_DEPTH_M)
    classes = [limit.asset_class for limit in flood.limits]
    for n, limit in enumerate(flood.limits):
        if limit.asset_class in classes[:n]:
            raise InvalidScenario(
                field=f"flood.limits[{n}].asset_class", message=f"{limit.asset_class} is named twice"
            )
        _within(f"flood.limits[{n}].depth_m", limit.depth_m, 0.0, MAX_DEPTH_M)


def _check_load(spec: ScenarioSpec) -> None:
    load: LoadRule = spec.load
    _within("load.multiplier", load.multiplier, MIN_MULTIPLIER, MAX_MULTIPLIER)
    if load.form == LoadForm.DEMAND:
        if load.demand_mw is None:
            raise InvalidScenario(field="load.demand_mw", message="is needed by form DEMAND")
        _within("load.demand_mw", load.demand_mw, 1e-3, 1e7)
    if load.form == LoadForm.TEMPERATURE:
        for name, value in (("curve", load.curve), ("reference_c", load.reference_c)):
            if value is None:
                raise InvalidScenario(field=f"load.{name}", message="is needed by form TEMPERATURE")
        if spec.temperature is None:
            raise InvalidScenario(field="temperature", message="is needed by load form TEMPERATURE")
    if load.reference_c is not None:
        _within("load.reference_c", load.reference_c, *TEMPERATURE_C)
    if load.curve is not None:
        curve = load.curve
        for name in ("heating_below_c", "cooling_above_c"):
            _within(f"load.curve.{name}", getattr(curve, name), *TEMPERATURE_C)
        if curve.base <= 0.0:
            raise InvalidScenario(field="load.curve.base", message=f"is {curve.base:g}; allowed: > 0")
        for name in ("heating_per_c", "cooling_per_c"):
            if getattr(curve, name) < 0.0:
                raise InvalidScenario(field=f"load.curve.{name}", message="is negative; allowed: >= 0")
        if curve.heating_below_c > curve.cooling_above_c:
            raise InvalidScenario(
                field="load.curve.heating_below_c", message="is above cooling_above_c; the arms would cross"
            )


def _check_ratings(spec: ScenarioSpec) -> None:
    rule = spec.ratings
    if rule.form == RatingForm.TEMPERATURE and spec.temperature is None:
        raise InvalidScenario(field="temperature", message="is needed by ratings form TEMPERATURE")
    if not rule.at:
        return
    try:
        moment = datetime.fromisoformat(rule.at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidScenario(
            field="ratings.at", message=f"is {rule.at!r}; write a moment like 2021-02-15T08:00:00Z"
        )
    if not EARLIEST <= moment < LATEST:
        raise InvalidScenario(
            field="ratings.at", message=f"is {rule.at}; allowed: {EARLIEST.date()} to {LATEST.date()}"
        )


def _check_costs(spec: ScenarioSpec) -> None:
    seen: set[tuple[str, str]] = set()
    for n, cost in enumerate(spec.unit_costs):
        place = f"unit_costs[{n}]"
        _within(f"{place}.usd_per_mwh", cost.usd_per_mwh, -MAX_COST_USD_PER_MWH, MAX_COST_USD_PER_MWH)
        if cost.fuel and cost.unit_id:
            raise InvalidScenario(
                field=f"{place}.unit_id", message="is given beside fuel; allowed: one of them"
            )
        of = (cost.fuel.lower(), cost.unit_id)
        if of in seen:
            raise InvalidScenario(field=place, message="is of the same units as an entry before it")
        seen.add(of)
    if spec.options.get("dispatch") == DispatchRule.MERIT_ORDER and not spec.unit_costs:
        raise InvalidScenario(
            field="unit_costs",
            message="is empty; the option dispatch MERIT_ORDER needs what a megawatt-hour of each fuel costs",
        )


def _check_field(name: str, field: PointField, lowest: float, highest: float) -> None:
    if not field.points:
        raise InvalidScenario(field=f"{name}.points", message="is empty; give at least one point")
    _within(f"{name}.max_distance_km", field.max_distance_km, 0.1, 20_040.0)
    for n, point in enumerate(field.points):
        _check_place(f"{name}.points[{n}]", point.lat, point.lon)
        _within(f"{name}.points[{n}].value", point.value, lowest, highest)


def _check_track(track: StormTrack) -> None:
    if not track.points:
        raise InvalidScenario(field="track.points", message="is empty; give at least one point")
    _within("track.decay_exponent", track.decay_exponent, 0.05, 2.0)
    _within("track.gust_factor", track.gust_factor, 1.0, 3.0)
    before = float("-inf")
    for n, point in enumerate(track.points):
        place = f"track.points[{n}]"
        _check_place(place, point.lat, point.lon)
        _within(f"{place}.max_wind_mps", point.max_wind_mps, *WIND_MPS)
        _within(f"{place}.max_wind_radius_km", point.max_wind_radius_km, 1.0, 500.0)
        if point.hour <= before:
            raise InvalidScenario(field=f"{place}.hour", message="is not after that of the point before")
        before = point.hour


def _check_place(path: str, lat: float, lon: float) -> None:
    _within(f"{path}.lat", lat, -90.0, 90.0)
    _within(f"{path}.lon", lon, -180.0, 180.0)


def _within(path: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        raise InvalidScenario(field=path, message=f"is {value:g}; allowed: {lowest:g} to {highest:g}")
