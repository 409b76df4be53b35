"""The ranges and dependencies of a scenario's values."""

from __future__ import annotations

from cascade.engine.params import MAX_MULTIPLIER, MIN_MULTIPLIER
from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.spec import LoadForm, LoadRule, PointField, ScenarioSpec, StormTrack

TEMPERATURE_C = (-90.0, 60.0)
WIND_MPS = (0.0, 130.0)
MAX_SEED = 2**63 - 1
MAX_OUTAGES = 500
MAX_TEXT = 2_000


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
    for n, source in enumerate(spec.sources):
        if not source.title.strip():
            raise InvalidScenario(field=f"sources[{n}].title", message="is empty")
        if source.url and not source.url.startswith(("http://", "https://")):
            raise InvalidScenario(field=f"sources[{n}].url", message="must begin with https:// or http://")


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
