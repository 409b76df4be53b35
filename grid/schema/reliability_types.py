"""Types of the questions about reliability."""

from datetime import date, datetime
from typing import Self

import strawberry

from grid.selectors import reliability
from grid.selectors.reliability import DEFINITIONS, ReliabilityBucket, ReliabilityIndex
from grid.standards.major_event_days import Threshold
from grid.standards.reliability import Index, Indices, Totals
from grid.warehouse.queries import Planned, ReliabilityGroup

strawberry.enum(ReliabilityIndex, description="An index of IEEE 1366.")
strawberry.enum(ReliabilityBucket, description="What a period is divided into, by the local calendar.")
strawberry.enum(ReliabilityGroup, description="What is ranked.")
strawberry.enum(
    Planned,
    name="PlannedInterruptions",
    description="ALL, or only those PLANNED, or only UNPLANNED.",
)


@strawberry.input(description="One substation or one circuit; without either the whole system.")
class ReliabilityScope:
    """Which part."""

    substation_id: str | None = None
    circuit_id: str | None = None


@strawberry.type(description="A ratio.")
class ReliabilityValue:
    """The value of an index."""

    value: float | None = strawberry.field(description="Null where it cannot be known; reason says why.")
    numerator: float
    denominator: float
    reason: str | None

    @classmethod
    def of(cls, index: Index) -> Self:
        """Return the API's view."""
        return cls(
            value=index.value, numerator=index.numerator, denominator=index.denominator, reason=index.reason
        )


@strawberry.type(description="An index of IEEE 1366, with and without major event days.")
class ReliabilityIndexReport:
    """An index."""

    key: ReliabilityIndex
    name: str
    unit: str
    definition: str = strawberry.field(description="Numerator, denominator and what is assumed.")
    with_major_event_days: ReliabilityValue
    without_major_event_days: ReliabilityValue

    @classmethod
    def all_of(cls, found: reliability.BothWays) -> list[Self]:
        """Return every index."""
        return [
            cls(
                key=key,
                name=definition.name,
                unit=definition.unit,
                definition=definition.text,
                with_major_event_days=ReliabilityValue.of(getattr(found.with_major, key.lower())),
                without_major_event_days=ReliabilityValue.of(getattr(found.without_major, key.lower())),
            )
            for key, definition in DEFINITIONS.items()
        ]


@strawberry.type(description="The indices of IEEE 1366; null where they cannot be known.")
class ReliabilityIndices:
    """Values alone."""

    saifi: float | None = strawberry.field(description="Sustained interruptions per customer served.")
    saidi_min: float | None = strawberry.field(description="Minutes without supply per customer served.")
    caidi_min: float | None = strawberry.field(description="Minutes of a sustained interruption.")
    asai: float | None = strawberry.field(description="Share of the time with supply, 0 to 1.")
    maifi: float | None = strawberry.field(description="Momentary interruptions per customer served.")
    maifi_e: float | None = strawberry.field(description="Momentary events per customer served.")

    @classmethod
    def of(cls, found: Indices) -> Self:
        """Return the API's view."""
        return cls(
            saifi=found.saifi.value,
            saidi_min=found.saidi.value,
            caidi_min=found.caidi.value,
            asai=found.asai.value,
            maifi=found.maifi.value,
            maifi_e=found.maifi_e.value,
        )


@strawberry.type(description="Sums over customers.")
class InterruptionTotals:
    """What indices are made of."""

    customer_interruptions: int = strawberry.field(
        description="Customers of sustained interruptions, each as often as interrupted."
    )
    customer_minutes: float = strawberry.field(description="Their minutes without supply.")
    momentary_interruptions: int = strawberry.field(
        description="Customers of momentary interruptions, each as often as interrupted."
    )
    momentary_events: int = strawberry.field(description="The same, sequences of a recloser counted once.")

    @classmethod
    def of(cls, found: Totals) -> Self:
        """Return the API's view."""
        return cls(**vars(found))


@strawberry.type(description="Threshold of a year for major event days, by the 2.5 beta method of IEEE 1366.")
class MajorEventThreshold:
    """T_MED and where it comes from."""

    year: int
    t_med_min: float | None = strawberry.field(
        description="A day with a SAIDI above it, min, is a major event day; null without one."
    )
    alpha: float | None = strawberry.field(description="Mean of ln(SAIDI) of the days counted.")
    beta: float | None = strawberry.field(description="Sample standard deviation of ln(SAIDI).")
    first_day: date | None = strawberry.field(description="First of the days it comes from.")
    last_day: date | None
    day_count: int = strawberry.field(description="Days with interruptions among them.")
    zero_day_count: int = strawberry.field(description="Days without, which do not count.")
    year_count: int = strawberry.field(description="Calendar years they lie in; the method asks for five.")
    reason: str | None = strawberry.field(description="Why there is no threshold.")

    @classmethod
    def of(cls, limit: Threshold) -> Self:
        """Return the API's view."""
        return cls(**vars(limit))


@strawberry.type(description="The reliability of a part of the system over a period.")
class Reliability:
    """A report."""

    first_day: date
    last_day: date
    customers_served: int = strawberry.field(
        description="Customers with a meter and an active account, as on record now, whatever the period."
    )
    counted_minutes: float = strawberry.field(description="Minutes of the period that are on record.")
    is_partial: bool = strawberry.field(description="Some of the period is not on record.")
    record_first_day: date | None = strawberry.field(
        description="Local day of the first interruption on record, of the whole system."
    )
    as_of: datetime | None = strawberry.field(
        description="The newest moment on record; interruptions not over are counted until then."
    )
    customers_out: int = strawberry.field(
        description="Customers whose interruption began in the period and is not over."
    )
    totals: InterruptionTotals = strawberry.field(description="With major event days.")
    indices: list[ReliabilityIndexReport]
    major_event_days: list[date] = strawberry.field(description="Those of the period, of the whole system.")
    thresholds: list[MajorEventThreshold] = strawberry.field(description="Of each year of the period.")

    @classmethod
    def of(cls, found: reliability.Report) -> Self:
        """Return the API's view."""
        return cls(
            first_day=found.first_day,
            last_day=found.last_day,
            customers_served=found.customers_served,
            counted_minutes=found.counted_minutes,
            is_partial=found.is_partial,
            record_first_day=found.record_first_day,
            as_of=found.as_of,
            customers_out=found.customers_out,
            totals=InterruptionTotals.of(found.totals),
            indices=ReliabilityIndexReport.all_of(found.found),
            major_event_days=list(found.major_days),
            thresholds=[MajorEventThreshold.of(limit) for limit in found.limits],
        )


@strawberry.type(description="The reliability of a day, month or year.")
class ReliabilityPoint:
    """A span of a series."""

    first_day: date
    last_day: date
    is_partial: bool = strawberry.field(description="Some of it is not on record.")
    major_event_day_count: int | None = strawberry.field(description="Null where that is not known.")
    totals: InterruptionTotals = strawberry.field(description="With major event days.")
    with_major_event_days: ReliabilityIndices
    without_major_event_days: ReliabilityIndices

    @classmethod
    def of(cls, found: reliability.Point) -> Self:
        """Return the API's view."""
        return cls(
            first_day=found.first_day,
            last_day=found.last_day,
            is_partial=found.is_partial,
            major_event_day_count=found.major_day_count,
            totals=InterruptionTotals.of(found.totals),
            with_major_event_days=ReliabilityIndices.of(found.found.with_major),
            without_major_event_days=ReliabilityIndices.of(found.found.without_major),
        )


@strawberry.type(description="The reliability of a substation or circuit.")
class RankedReliability:
    """A part of the system."""

    asset_id: str
    name: str | None = strawberry.field(description="Null if it is not on record any more.")
    customers_served: int
    totals: InterruptionTotals = strawberry.field(description="With major event days.")
    with_major_event_days: ReliabilityIndices
    without_major_event_days: ReliabilityIndices

    @classmethod
    def of(cls, found: reliability.RankedPart) -> Self:
        """Return the API's view."""
        return cls(
            asset_id=found.key,
            name=found.name,
            customers_served=found.customers_served,
            totals=InterruptionTotals.of(found.totals),
            with_major_event_days=ReliabilityIndices.of(found.found.with_major),
            without_major_event_days=ReliabilityIndices.of(found.found.without_major),
        )


@strawberry.type(description="A day whose SAIDI was above the threshold of its year.")
class MajorEventDay:
    """A major event day."""

    day: date
    saidi_min: float
    t_med_min: float
    totals: InterruptionTotals

    @classmethod
    def of(cls, found: reliability.MajorDay) -> Self:
        """Return the API's view."""
        return cls(
            day=found.day,
            saidi_min=found.saidi_min,
            t_med_min=found.t_med_min,
            totals=InterruptionTotals.of(found.totals),
        )


@strawberry.type(description="The major event days of a period, and the thresholds of its years.")
class MajorEventDays:
    """Major event days."""

    days: list[MajorEventDay]
    thresholds: list[MajorEventThreshold]

    @classmethod
    def of(cls, found: reliability.MajorDays) -> Self:
        """Return the API's view."""
        return cls(
            days=[MajorEventDay.of(day) for day in found.days],
            thresholds=[MajorEventThreshold.of(limit) for limit in found.limits],
        )


@strawberry.type(description="What a cause did, by sustained interruptions.")
class InterruptionCause:
    """A cause."""

    cause_code: str | None = strawberry.field(
        description="Null: the cause is not known yet; UNKNOWN: it was looked for and not found."
    )
    outage_count: int
    customer_interruptions: int
    customer_minutes: float
    minutes_share: float | None = strawberry.field(description="Of the minutes of all causes, 0 to 1.")

    @classmethod
    def of(cls, found: reliability.Cause) -> Self:
        """Return the API's view."""
        return cls(
            cause_code=found.code,
            outage_count=found.outage_count,
            customer_interruptions=found.customer_interruptions,
            customer_minutes=found.customer_minutes,
            minutes_share=found.minutes_share,
        )


@strawberry.type(description="CEMI_n: the share of customers served with n or more sustained interruptions.")
class MultipleInterruptions:
    """CEMI_n."""

    n: int
    customers: ReliabilityValue


@strawberry.type(description="How sustained interruptions fell on customers.")
class CustomerExperiences:
    """CEMI and CELID."""

    cemi: list[MultipleInterruptions] = strawberry.field(
        description="For n from 1 up to the most that anybody had, 20 at most."
    )
    celid_s: ReliabilityValue = strawberry.field(
        description="Share of the customers served who had an interruption of the hours asked for or longer."
    )
    celid_t: ReliabilityValue = strawberry.field(
        description="Share of those without supply for the hours asked for or longer, all in all."
    )

    @classmethod
    def of(cls, found: reliability.Experiences) -> Self:
        """Return the API's view."""
        return cls(
            cemi=[
                MultipleInterruptions(n=number, customers=ReliabilityValue.of(index))
                for number, index in enumerate(found.cemi, start=1)
            ],
            celid_s=ReliabilityValue.of(found.celid_s),
            celid_t=ReliabilityValue.of(found.celid_t),
        )


@strawberry.type(description="How interruptions fell on customers, with and without major event days.")
class CustomerExperience:
    """Both ways."""

    customers_served: int
    with_major_event_days: CustomerExperiences
    without_major_event_days: CustomerExperiences

    @classmethod
    def of(cls, found: reliability.Experience) -> Self:
        """Return the API's view."""
        return cls(
            customers_served=found.customers_served,
            with_major_event_days=CustomerExperiences.of(found.with_major),
            without_major_event_days=CustomerExperiences.of(found.without_major),
        )
