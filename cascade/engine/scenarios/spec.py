"""What a scenario says, as frozen data.

Everything a person may edit stands here. What is taken from a publication carries its source; what is assumed
says so (``basis``). Nothing here depends on a network: :mod:`cascade.engine.scenarios.resolving` makes inputs
of a run out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ScenarioKind(StrEnum):
    """What sort of event a scenario is."""

    NORMAL = "NORMAL"
    HEAT = "HEAT"
    WINTER_STORM = "WINTER_STORM"
    HURRICANE = "HURRICANE"
    FLOOD = "FLOOD"
    OUTAGE = "OUTAGE"
    """Named assets fail; nothing else is special."""


class Basis(StrEnum):
    """How a number is known."""

    PUBLISHED = "PUBLISHED"
    MEASURED = "MEASURED"
    """Computed from data this system holds."""
    ASSUMPTION = "ASSUMPTION"
    """Nobody's measurement; replace it by one's own."""


class LoadForm(StrEnum):
    """How the demand of a scenario is given."""

    MULTIPLIER = "MULTIPLIER"
    DEMAND = "DEMAND"
    TEMPERATURE = "TEMPERATURE"


class UnitMethod(StrEnum):
    """How an unavailable share of the units is taken away."""

    DERATE = "DERATE"
    """Every unit keeps the share of its capacity; the intact network is balanced with that."""
    DRAW = "DRAW"
    """Whole units are drawn to fail, by the seed, until the share of the capacity is gone; they are lost at
    the start of the cascade."""


class FragileClass(StrEnum):
    """What wind breaks."""

    SUBSTATION = "SUBSTATION"
    LINE = "LINE"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Hold where a fact comes from.

    Attributes:
        title: the publication.
        url: its address, if it has one.
        fact: what is taken from it.
        measure: name of the quantity, for comparing with a run: demand_mw, shed_mw, unavailable_mw,
            customers_out; empty if it is not to be compared.
        value: the number, in the unit the name says.
        basis: how it is known.
    """

    title: str
    fact: str
    url: str = ""
    measure: str = ""
    value: float | None = None
    basis: Basis = Basis.PUBLISHED


@dataclass(frozen=True, kw_only=True)
class FieldPoint:
    """Hold a value at a place: an observation, or what somebody sets.

    Attributes:
        lat: latitude, degrees.
        lon: longitude, degrees.
        value: in the unit of the field.
        label: which place, and what was observed there.
    """

    lat: float
    lon: float
    value: float
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class PointField:
    """Hold a field by points; between them inverse distance weighting.

    Attributes:
        points: at least one.
        max_distance_km: farther from every point than this the field is unknown.
        basis: how the points are known.
        source: where from.
    """

    points: tuple[FieldPoint, ...]
    max_distance_km: float
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class TrackPoint:
    """Hold a storm's centre at one moment.

    Attributes:
        hour: hours since the first point.
        lat: latitude, degrees.
        lon: longitude, degrees.
        max_wind_mps: largest sustained wind, m/s.
        max_wind_radius_km: distance of it from the centre.
    """

    hour: float
    lat: float
    lon: float
    max_wind_mps: float
    max_wind_radius_km: float


@dataclass(frozen=True, kw_only=True)
class StormTrack:
    """Hold the way of a storm; the wind around it follows a modified Rankine vortex.

    Attributes:
        points: in the order of time, at least one.
        decay_exponent: how the wind falls outside the radius of its maximum.
        gust_factor: gust over sustained wind.
        basis: how it is known.
        source: where from.
    """

    points: tuple[TrackPoint, ...]
    decay_exponent: float = 0.5
    gust_factor: float = 1.0
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class LoadCurve:
    """Hold how demand follows temperature: a line with a flat middle and an arm on either side.

    load(T) = base + heating · max(0, heating_below_c - T) + cooling · max(0, T - cooling_above_c)

    Attributes:
        base: demand between the two temperatures, in any unit.
        heating_per_c: rise per degree below ``heating_below_c``, same unit, >= 0.
        heating_below_c: change point, °C.
        cooling_per_c: rise per degree above ``cooling_above_c``, same unit, >= 0.
        cooling_above_c: change point, °C, not below the other.
        rmse_frac: root of the mean squared error over the mean load; None if it was not fitted.
        sample_count: hours it was fitted to; 0 if none.
        min_c: coldest hour of the sample; None if none.
        max_c: hottest hour of the sample; None if none.
        basis: how it is known.
        source: where from.
    """

    base: float
    heating_per_c: float
    heating_below_c: float
    cooling_per_c: float
    cooling_above_c: float
    rmse_frac: float | None = None
    sample_count: int = 0
    min_c: float | None = None
    max_c: float | None = None
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class LoadRule:
    """Hold how much is demanded.

    Attributes:
        form: which of the following counts.
        multiplier: factor on every load of the planning base case (MULTIPLIER, and on top of TEMPERATURE).
        demand_mw: demand of the whole interconnection (DEMAND).
        curve: demand by temperature (TEMPERATURE); each bus at its own.
        reference_c: the temperature the planning base case stands for (TEMPERATURE).
        basis: how it is known.
        source: where from.
    """

    form: LoadForm = LoadForm.MULTIPLIER
    multiplier: float = 1.0
    demand_mw: float | None = None
    curve: LoadCurve | None = None
    reference_c: float | None = None
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Fragility:
    """Hold how a class of assets breaks in wind: P(fails | v) = Φ(ln(v / median) / beta).

    Attributes:
        asset_class: which class.
        median_mps: gust that breaks half of them, m/s.
        beta: standard deviation of the logarithm.
        min_kv: from this voltage; None: from the lowest.
        max_kv: below this voltage; None: to the highest.
        basis: how it is known.
        source: where from.
    """

    asset_class: FragileClass
    median_mps: float
    beta: float
    min_kv: float | None = None
    max_kv: float | None = None
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class UnitRule:
    """Hold how much of the generating capacity can be had.

    Attributes:
        available_frac: share of the capacity, 0 .. 1.
        fuel: only units of this fuel; empty: of any.
        below_c: only where it is colder than this; None: anywhere.
        above_c: only where it is hotter than this; None: anywhere.
        method: how the rest is taken away.
        basis: how it is known.
        source: where from.
    """

    available_frac: float
    fuel: str = ""
    below_c: float | None = None
    above_c: float | None = None
    method: UnitMethod = UnitMethod.DERATE
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class ScenarioSpec:
    """Hold all that a version of a scenario says.

    Attributes:
        kind: what sort of event.
        outages: ids of what fails first, whatever the weather.
        rating_multiplier: factor on every rating.
        load: the demand.
        temperature: air temperature, °C; None: not said.
        wind: gusts at places, m/s; None: not said.
        track: a storm; None: none. Where both are known the stronger wind counts.
        fragility: what wind breaks; the first that fits an asset counts.
        units: availability of the units; all that fit a unit count, one after another.
        options: further settings of the cascade, by the name of the parameter.
        seed: of everything that is drawn.
        sources: the publications behind it.
    """

    kind: ScenarioKind = ScenarioKind.OUTAGE
    outages: tuple[str, ...] = ()
    rating_multiplier: float = 1.0
    load: LoadRule = field(default_factory=LoadRule)
    temperature: PointField | None = None
    wind: PointField | None = None
    track: StormTrack | None = None
    fragility: tuple[Fragility, ...] = ()
    units: tuple[UnitRule, ...] = ()
    options: dict[str, object] = field(default_factory=dict)
    seed: int = 0
    sources: tuple[Source, ...] = ()
