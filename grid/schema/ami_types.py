"""Types of the analytical questions about meter readings."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self

import strawberry

from grid import models
from grid.pipeline.measures import Measure
from grid.selectors import load_profiles, overloads, usage_analytics, voltage_quality
from grid.warehouse.queries import OverloadOrder, PeakMember, Scope, UsageGroup

strawberry.enum(
    UsageGroup,
    description="What readings are summed by. ZONE: load zone of the substation. CITY: that of the customer.",
)
strawberry.enum(PeakMember, description="Whose peaks are set against the peak of their sum.")
strawberry.enum(OverloadOrder, description="By what transformers are ranked, the highest first.")
CustomerClass = strawberry.enum(models.CustomerClass, description="The class of a customer.")  # type: ignore[call-overload]


@strawberry.input(description="The meters that count: those that meet every condition given.")
class MeterScope:
    """Which meters."""

    zone_ids: list[str] | None = strawberry.field(
        default=None, description="Load zones of their substations."
    )
    substation_ids: list[str] | None = None
    circuit_ids: list[str] | None = None
    transformer_ids: list[str] | None = None
    meter_ids: list[str] | None = None
    customer_classes: list[CustomerClass] | None = None  # type: ignore[valid-type]

    def scope(self) -> Scope:
        """Return it as the selectors take it."""
        return Scope(
            zone_ids=_several(self.zone_ids),
            substation_ids=_several(self.substation_ids),
            circuit_ids=_several(self.circuit_ids),
            transformer_ids=_several(self.transformer_ids),
            meter_ids=_several(self.meter_ids),
            customer_classes=_several(self.customer_classes),
        )


def _several(values: Iterable[Any] | None) -> tuple[str, ...]:
    return tuple(str(getattr(value, "value", value)) for value in values or ())


@strawberry.input(description="Transformers: those that meet every condition given.")
class TransformerScope:
    """Which transformers."""

    zone_ids: list[str] | None = strawberry.field(
        default=None, description="Load zones of their substations."
    )
    substation_ids: list[str] | None = None
    circuit_ids: list[str] | None = None
    transformer_ids: list[str] | None = None

    def scope(self) -> Scope:
        """Return it as the selectors take it."""
        return Scope(
            zone_ids=_several(self.zone_ids),
            substation_ids=_several(self.substation_ids),
            circuit_ids=_several(self.circuit_ids),
            transformer_ids=_several(self.transformer_ids),
        )


@strawberry.interface(description="Energy, and how far it can be trusted.")
class MeasuredUse:
    """What every sum of readings says of itself."""

    usage_kwh: float | None = strawberry.field(description="Sum of the readings there are; null without any.")
    meter_count: int = strawberry.field(description="Meters on record now.")
    coverage_pct: float | None = strawberry.field(
        description="Metered time over that of all meters on record; null where it is not known."
    )
    estimated_pct: float | None = strawberry.field(
        description="Share of the readings that are estimated; null without any."
    )
    outage_minutes: float | None = strawberry.field(
        description="Meter-minutes without supply; null without readings."
    )
    is_partial: bool = strawberry.field(
        description="Energy may be missing: coverage is unknown or below 99.95 %."
    )


def _measured(found: Measure) -> dict[str, Any]:
    return dict(vars(found))


@strawberry.type(description="What meters used in one span of time.")
class UsageSpan(MeasuredUse):
    """A span."""

    start: datetime
    end: datetime = strawberry.field(description="First instant after the span.")

    @classmethod
    def of(cls, point: usage_analytics.UsagePoint) -> Self:
        """Return it for the API."""
        return cls(start=point.start, end=point.end, **_measured(point.measure))


@strawberry.type(description="What meters used over a period.")
class UsageSeries(MeasuredUse):
    """A series and its total."""

    points: list[UsageSpan] = strawberry.field(description="Every span of the period, oldest first.")

    @classmethod
    def of(cls, found: usage_analytics.UsageSeries) -> Self:
        """Return it for the API."""
        return cls(points=[UsageSpan.of(point) for point in found.points], **_measured(found.total))


@strawberry.type(description="What a group of meters used.")
class UsageOfGroup(MeasuredUse):
    """A group."""

    key: str | None = strawberry.field(description="Id of the group; null: of meters that have none.")
    name: str | None = strawberry.field(description="Null where the key says it all.")
    share_pct: float | None = strawberry.field(description="Of the use of all groups; null where unknown.")

    @classmethod
    def of(cls, found: usage_analytics.GroupUsage) -> Self:
        """Return it for the API."""
        return cls(key=found.key, name=found.name, share_pct=found.share_pct, **_measured(found.measure))


@strawberry.type(description="The groups that used most.")
class UsageBreakdown:
    """Groups."""

    groups: list[UsageOfGroup]
    group_count: int = strawberry.field(description="Of all groups, listed or not.")
    total_kwh: float | None = strawberry.field(description="Of all groups; null without readings.")

    @classmethod
    def of(cls, found: usage_analytics.UsageBreakdown) -> Self:
        """Return it for the API."""
        groups = [UsageOfGroup.of(group) for group in found.groups]
        return cls(groups=groups, group_count=found.group_count, total_kwh=found.total_kwh)


@strawberry.type(description="What meters used in one of two periods.")
class UsagePeriod(MeasuredUse):
    """A period."""

    first_day: date
    last_day: date
    day_count: int
    kwh_per_day: float | None = strawberry.field(description="Use over the number of days.")

    @classmethod
    def of(cls, found: usage_analytics.PeriodUsage) -> Self:
        """Return it for the API."""
        return cls(
            first_day=found.first_day,
            last_day=found.last_day,
            day_count=found.day_count,
            kwh_per_day=found.kwh_per_day,
            **_measured(found.measure),
        )


@strawberry.type(description="Corresponding spans of two periods.")
class ComparedSpan:
    """A pair of spans."""

    current: UsageSpan | None = strawberry.field(description="Null where the period has no such span.")
    base: UsageSpan | None = strawberry.field(description="Null where the period has no such span.")
    difference_kwh: float | None
    difference_pct: float | None = strawberry.field(description="Null if a use is unknown or the base is 0.")

    @classmethod
    def of(cls, found: usage_analytics.ComparedPoint) -> Self:
        """Return it for the API."""
        return cls(
            current=None if found.current is None else UsageSpan.of(found.current),
            base=None if found.base is None else UsageSpan.of(found.base),
            difference_kwh=found.difference_kwh,
            difference_pct=found.difference_pct,
        )


@strawberry.type(description="The use of one period against that of another.")
class UsageComparison:
    """Two periods."""

    current: UsagePeriod
    base: UsagePeriod
    difference_kwh: float | None = strawberry.field(
        description="Of the whole periods, however long; null where a use is unknown."
    )
    difference_pct: float | None = strawberry.field(
        description="Of the use per day; null if a use is unknown or the base is 0."
    )
    coverage_differs: bool = strawberry.field(
        description="Coverages are unknown or more than one point apart: compare with care."
    )
    points: list[ComparedSpan] = strawberry.field(
        description="Spans by their place in the period: day, and hour of the local clock, or month."
    )

    @classmethod
    def of(cls, found: usage_analytics.UsageComparison) -> Self:
        """Return it for the API."""
        return cls(
            current=UsagePeriod.of(found.current),
            base=UsagePeriod.of(found.base),
            difference_kwh=found.difference_kwh,
            difference_pct=found.difference_pct,
            coverage_differs=found.coverage_differs,
            points=[ComparedSpan.of(point) for point in found.points],
        )


@strawberry.type(description="An hour of the local clock over all working days or all weekends.")
class LoadProfileHour:
    """An hour of the day."""

    is_weekend: bool
    hour: int = strawberry.field(description="0 to 23; a repeated hour of autumn counts twice.")
    mean_kw: float
    p10_kw: float
    p50_kw: float
    p90_kw: float
    max_kw: float
    hour_count: int


@strawberry.type(description="The usual course of a load over the day. Null without an hour that counts.")
class LoadProfile:
    """A profile."""

    hours: list[LoadProfileHour]
    mean_kw: float | None
    peak_kw: float | None = strawberry.field(description="Mean power of the largest hour.")
    peak_at: datetime | None = strawberry.field(description="Start of the first such hour.")
    load_factor_pct: float | None = strawberry.field(description="Mean over peak.")
    meter_count: int = strawberry.field(description="Meters on record now.")
    hour_count: int = strawberry.field(description="Hours that count.")
    left_out_hours: int = strawberry.field(description="Hours of the period that were metered too little.")

    @classmethod
    def of(cls, found: load_profiles.Profile) -> Self:
        """Return it for the API."""
        hours = [LoadProfileHour(**vars(hour)) for hour in found.hours]
        return cls(**(vars(found) | {"hours": hours}))


@strawberry.type(description="The peak of a group against the peaks of its members. Null without readings.")
class Coincidence:
    """A coincidence."""

    member_count: int = strawberry.field(description="Members with readings.")
    member_peaks_kw: float | None = strawberry.field(description="Sum of each member's largest hour.")
    group_peak_kw: float | None = strawberry.field(description="Largest hour of their sum.")
    group_peak_at: datetime | None = strawberry.field(description="Start of the first such hour.")
    coincidence_factor: float | None = strawberry.field(
        description="Peak of the group over the sum of its members' peaks, 0 to 1."
    )


@strawberry.type(
    description="Readings by band of ANSI C84.1, service voltage. Counts are null where no nominal voltage "
    "is known; shares are of the judged readings."
)
class VoltageBands:
    """Counts and shares."""

    below_b_count: float | None
    b_low_count: float | None = strawberry.field(description="Below range A, within range B.")
    in_a_count: float | None = strawberry.field(description="Within range A: 95 to 105 %.")
    b_high_count: float | None = strawberry.field(description="Above range A, within range B.")
    above_b_count: float | None
    below_b_pct: float | None
    b_low_pct: float | None
    in_a_pct: float | None
    b_high_pct: float | None
    above_b_pct: float | None
    judged_count: float = strawberry.field(description="Readings whose band is known.")
    unknown_count: float = strawberry.field(
        description="Readings without a voltage, or of meters without a known nominal voltage."
    )

    @classmethod
    def of(cls, found: voltage_quality.VoltageBands) -> Self:
        """Return it for the API."""
        counts = {name: count for name, count in vars(found).items() if name.endswith("_count")}
        shares = {
            name.replace("_count", "_pct"): found.share_pct(count)
            for name, count in counts.items()
            if name not in {"judged_count", "unknown_count"}
        }
        values: dict[str, Any] = {**counts, **shares}
        return cls(**values)


@strawberry.type(description="The voltages of a group of meters.")
class VoltageOfGroup:
    """A group."""

    key: str | None = strawberry.field(description="Id of the group; null: of meters that have none.")
    name: str | None = strawberry.field(description="Null where the key says it all.")
    meter_count: int = strawberry.field(description="Meters on record now.")
    bands: VoltageBands

    @classmethod
    def of(cls, found: voltage_quality.GroupVoltage) -> Self:
        """Return it for the API."""
        return cls(
            key=found.key,
            name=found.name,
            meter_count=found.meter_count,
            bands=VoltageBands.of(found.bands),
        )


@strawberry.type(description="The groups with the worst voltages.")
class VoltageRanking:
    """A ranking."""

    groups: list[VoltageOfGroup]
    group_count: int = strawberry.field(description="Of all groups, listed or not.")

    @classmethod
    def of(cls, found: voltage_quality.VoltageRanking) -> Self:
        """Return it for the API."""
        return cls(groups=[VoltageOfGroup.of(group) for group in found.groups], group_count=found.group_count)


@strawberry.type(description="A transformer's load over a period. Null where unknown.")
class TransformerOverload:
    """A transformer."""

    asset_id: str
    name: str
    circuit_id: str
    substation_id: str
    rated_kva: float
    energy_kwh: float
    peak_load_kva: float = strawberry.field(description="Of the largest hour.")
    peak_loading_pct: float
    peak_at: datetime = strawberry.field(description="Start of the first such hour.")
    hour_count: int = strawberry.field(description="Hours with readings.")
    hours_over_100: int = strawberry.field(description="Hours loaded above 100 % of the rating.")
    hours_over_120: int
    hours_over_150: int
    coverage_pct: float | None = strawberry.field(
        description="Metered time of its meters over the whole period; below 100 the load is a lower bound."
    )
    peak_hot_spot_c: float | None = strawberry.field(description="Of the winding, by IEEE C57.91.")
    equivalent_ageing_factor: float | None = strawberry.field(
        description="Of IEEE C57.91 over the aged hours: 1 is normal ageing."
    )
    loss_of_life_pct: float | None = strawberry.field(
        description="Of normal insulation life, 180,000 h, lost in the aged hours."
    )
    aged_hours: int = strawberry.field(description="Hours whose hot-spot temperature is known.")

    @classmethod
    def of(cls, found: overloads.Overload) -> Self:
        """Return it for the API."""
        return cls(**vars(found))
