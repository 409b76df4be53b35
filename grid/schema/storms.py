"""GraphQL of past storms and their replays, from the warehouse."""

from datetime import date, datetime
from typing import Self

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login
from grid.schema.types.outages import RestorationStep
from grid.selectors import storms

_SEE_WEATHER = "grid.view_weatherobservation"


@strawberry.type(
    description="What makes a local day a storm day: more unplanned outages than exp(α + 2.5 β)."
)
class StormRule:
    """The rule."""

    threshold: float | None = strawberry.field(
        description="A day on which more unplanned outages began is a storm day; null without one."
    )
    first_day: date = strawberry.field(description="First of the local days that α and β come from.")
    last_day: date
    day_count: int = strawberry.field(description="Those of them with outages; the others do not count.")
    reason: str | None = strawberry.field(description="Why there is no threshold.")


@strawberry.type(description="A past storm: the unplanned outages that began on storm days in a row.")
class Storm:
    """A storm."""

    first_day: date
    last_day: date
    began_at: datetime = strawberry.field(description="When its first outage began.")
    ended_at: datetime | None = strawberry.field(
        description="When its last customer was back; null while some are not."
    )
    replay_start: datetime = strawberry.field(description="Start of its first local day.")
    replay_end: datetime = strawberry.field(
        description="The hour after its last customer was back, but not after the next storm began, the "
        "record ended, or the longest replay is over."
    )
    outage_count: int
    unknown_outage_count: int = strawberry.field(
        description="Those of its outages whose customers are not on record, and not in the numbers below."
    )
    customer_interruptions: int | None = strawberry.field(
        description="Customers of the sustained interruptions that began on its days, each as often as "
        "interrupted; null if none are on record."
    )
    customer_minutes: float | None = strawberry.field(
        description="Their minutes without supply, up to the end of the record."
    )
    peak_customers_out: int | None = strawberry.field(
        description="The most customers without supply at once by unplanned outages, while the replay lasts; "
        "null if none are on record."
    )
    peak_at: datetime | None = strawberry.field(description="The first moment it was so many.")
    major_event_days: list[date] | None = strawberry.field(
        description="Its days that were major event days; null if that is not known."
    )
    major_event_reason: str | None = strawberry.field(description="Why it is not known.")

    @classmethod
    def of(cls, found: storms.Storm) -> Self:
        """Return the API's view."""
        days = found.major_event_days
        return cls(**(vars(found) | {"major_event_days": None if days is None else list(days)}))


@strawberry.type(description="The storms of a period, the newest first.")
class Storms:
    """Storms."""

    storms: list[Storm]
    rule: StormRule
    first_day: date | None = strawberry.field(
        description="First local day of the period that is on record; null if none is."
    )
    last_day: date | None
    as_of: datetime | None = strawberry.field(description="The newest moment on record.")


@strawberry.type(description="So many customers at a moment.")
class CustomersAt:
    """Customers at a moment."""

    at: datetime
    customers: int


@strawberry.type(
    description="An outage of a replay. Its customers out at a moment are those that lost supply at or "
    "before it, less those restored at or before it."
)
class ReplayedOutage:
    """An outage."""

    outage_id: str
    is_cached: bool = strawberry.field(
        description="Whether `outage` answers it; those long over are on record in the warehouse alone."
    )
    circuit_id: str
    device_kind: str | None = strawberry.field(
        description="SWITCH, TRANSFORMER, METER or CIRCUIT: the deepest known to have failed or opened; null "
        "if only its interruptions are on record."
    )
    device_id: str | None
    cause_code: str | None = strawberry.field(description="One of causeCodes; null: not known.")
    began_at: datetime = strawberry.field(description="When its first customer lost supply.")
    restored_at: datetime | None = strawberry.field(
        description="When its last customer was back; null while some are not."
    )
    lon: float | None = strawberry.field(description="Longitude, degrees; null if not on record.")
    lat: float | None = strawberry.field(description="Latitude, degrees; null if not on record.")
    customers: int | None = strawberry.field(
        description="Customers it interrupted, each as often as it did; null if not on record."
    )
    losses: list[CustomersAt] | None = strawberry.field(
        description="When how many lost supply; null if not on record."
    )
    steps: list[RestorationStep] | None = strawberry.field(
        description="When how many were back; null if not on record."
    )

    @classmethod
    def of(cls, found: storms.ReplayedOutage, *, is_cached: bool) -> Self:
        """Return the API's view."""
        is_known = found.customers is not None
        return cls(
            outage_id=found.outage_id,
            is_cached=is_cached,
            circuit_id=found.circuit_id,
            device_kind=found.device_kind,
            device_id=found.device_id,
            cause_code=found.cause_code,
            began_at=found.began_at,
            restored_at=found.restored_at,
            lon=found.lon,
            lat=found.lat,
            customers=found.customers,
            losses=[CustomersAt(at=each.at, customers=each.customers) for each in found.losses]
            if is_known
            else None,
            steps=[
                RestorationStep(step_number=number, restored_at=step.at, customers_restored=step.customers)
                for number, step in enumerate(found.steps, start=1)
            ]
            if is_known
            else None,
        )


@strawberry.type(description="The weather of an hour over all stations; null: no station observed it.")
class StormWeather:
    """An hour."""

    at: datetime = strawberry.field(description="Start of the hour.")
    station_count: int
    temperature_c: float | None = strawberry.field(description="Mean of the stations, °C.")
    wind_speed_mps: float | None = strawberry.field(description="Mean of the stations, m/s.")
    wind_speed_max_mps: float | None = strawberry.field(
        description="Of the station with the most, m/s: a mean over the hour, no gust."
    )
    precipitation_mm: float | None = strawberry.field(description="Mean of the stations, mm.")


@strawberry.type(description="The unplanned outages of a time with the steps of their restoration.")
class StormReplay:
    """A replay."""

    start: datetime
    end: datetime
    as_of: datetime | None = strawberry.field(
        description="The newest moment on record: what comes after it is not known."
    )
    outages: list[ReplayedOutage] = strawberry.field(
        description="Those that somebody was without supply by, and those of unknown customers; by beginning."
    )
    unknown_outage_count: int = strawberry.field(description="Those whose customers are not on record.")
    peak_customers_out: int | None = strawberry.field(
        description="The most customers without supply at once; null if nobody is known to have been."
    )
    peak_at: datetime | None = strawberry.field(description="The first moment it was so many.")
    weather: list[StormWeather] | None = strawberry.field(
        description="By the hour, as far as on record; null if your account may not see weather."
    )


@strawberry.type
class StormsQuery:
    """Questions about past storms."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="Past storms of the local days `firstDay` to `lastDay`, by default of the whole record. "
        "From the warehouse.",
    )
    def storms(self, info: Info, first_day: date | None = None, last_day: date | None = None) -> Storms:
        """Return the storms."""
        found = storms.storms(first_day=first_day, last_day=last_day, user=require_login(info))
        return Storms(
            storms=[Storm.of(storm) for storm in found.storms],
            rule=StormRule(**vars(found.rule)),
            first_day=found.first_day,
            last_day=found.last_day,
            as_of=found.as_of,
        )

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="The unplanned outages in force from `start` to `end`, storm or not, and the weather; at "
        "most 31 days and 10,000 outages. From the warehouse.",
    )
    def storm_replay(self, info: Info, start: datetime, end: datetime) -> StormReplay:
        """Return the replay."""
        user = require_login(info)
        found = storms.replay(start=start, end=end, user=user)
        cached = storms.cached_outages(outage_ids=[each.outage_id for each in found.outages], user=user)
        weather = storms.weather_between(start=start, end=end) if user.has_perm(_SEE_WEATHER) else None
        return StormReplay(
            start=found.start,
            end=found.end,
            as_of=found.as_of,
            outages=[ReplayedOutage.of(each, is_cached=each.outage_id in cached) for each in found.outages],
            unknown_outage_count=found.unknown_outage_count,
            peak_customers_out=found.peak_customers_out,
            peak_at=found.peak_at,
            weather=None if weather is None else [StormWeather(**vars(each)) for each in weather],
        )
