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


class RatingForm(StrEnum):
    """Which ratings hold in a scenario."""

    STORED = "STORED"
    """Those of the network."""
    TEMPERATURE = "TEMPERATURE"
    """Those of lines follow the temperature of the scenario."""
    HOUR = "HOUR"
    """Those of lines follow the weather on record of an hour."""


class FragileClass(StrEnum):
    """What wind breaks."""

    SUBSTATION = "SUBSTATION"
    LINE = "LINE"
    """A line of the transmission network."""
    POLE = "POLE"
    """A pole of the distribution network: its section fails, and the transformers on it."""
    SPAN = "SPAN"
    """An overhead section of the distribution network, taken as one thing whatever its length."""


class FloodedClass(StrEnum):
    """What water puts out of service."""

    SUBSTATION = "SUBSTATION"
    PAD_TRANSFORMER = "PAD_TRANSFORMER"
    """A distribution transformer that stands on no pole."""


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
class Place:
    """Hold a place on the ground, degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, kw_only=True)
class FloodArea:
    """Hold ground under water of one depth.

    Attributes:
        outline: its corners in order, at least three; the last is joined to the first.
        depth_m: how deep the water stands.
        label: what it is called.
        basis: how it is known.
        source: where from.
    """

    outline: tuple[Place, ...]
    depth_m: float
    label: str = ""
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class FloodLimit:
    """Hold what water does to a class of assets.

    Attributes:
        asset_class: which class.
        depth_m: water deeper than this puts it out of service. 0: any water, also where the depth of a flood
            zone is not on record; above 0 an asset whose depth is not known stays in service.
        basis: how it is known.
        source: where from.
    """

    asset_class: FloodedClass
    depth_m: float = 0.0
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Flood:
    """Hold where water stands, and what it puts out of service.

    Attributes:
        zone_codes: flood zones of the record that are under water, by their FEMA code, such as AE or VE.
        least_annual_chance_pct: of the record, zones that flood at least so often: 1 stands for the hundred
            years' flood. With ``zone_codes``, both must hold. None: whatever the chance.
        areas: further ground under water; where several meet, the deepest counts.
        limits: what the water puts out of service, each class once.
    """

    zone_codes: tuple[str, ...] = ()
    least_annual_chance_pct: float | None = None
    areas: tuple[FloodArea, ...] = ()
    limits: tuple[FloodLimit, ...] = ()

    @property
    def has_zones(self) -> bool:
        """Return whether flood zones of the record are under water."""
        return bool(self.zone_codes) or self.least_annual_chance_pct is not None


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
class RatingRule:
    """Hold which ratings are in force; what a line's weather does to it is told by IEEE Std 738.

    Attributes:
        form: where the rating comes from; a branch whose weather is not known keeps its own.
        at: a moment with its offset, such as 2021-02-15T08:00:00Z. HOUR: in the hour wanted; empty: the
            newest on record when the run is started. TEMPERATURE: where the sun stands; empty: the full sun
            of the stored rating.
        is_secured: whether every rated branch is taken to bear 1.05 times what it carries with nothing out:
            for a demand that was served, on a network that was planned for another.
        basis: how it is known.
        source: where from.
    """

    form: RatingForm = RatingForm.STORED
    at: str = ""
    is_secured: bool = False
    basis: Basis = Basis.ASSUMPTION
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class UnitCost:
    """Hold what a megawatt-hour of some units costs, for merit order.

    Attributes:
        usd_per_mwh: marginal cost.
        fuel: of units of this fuel; empty with an empty ``unit_id``: of all that no other entry names.
        unit_id: of this unit alone; it counts before its fuel.
        basis: how it is known.
        source: where from.
    """

    usd_per_mwh: float
    fuel: str = ""
    unit_id: str = ""
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
        flood: where water stands, and what it puts out of service; None: nowhere.
        units: availability of the units; all that fit a unit count, one after another.
        ratings: which ratings are in force, before ``rating_multiplier``.
        unit_costs: what units cost, for the dispatch MERIT_ORDER among the options.
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
    flood: Flood | None = None
    units: tuple[UnitRule, ...] = ()
    ratings: RatingRule = field(default_factory=RatingRule)
    unit_costs: tuple[UnitCost, ...] = ()
    options: dict[str, object] = field(default_factory=dict)
    seed: int = 0
    sources: tuple[Source, ...] = ()
