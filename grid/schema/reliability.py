"""GraphQL of reliability: the indices of IEEE 1366, from the warehouse."""

from datetime import date

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require, require_login
from grid.schema import reliability_types as types
from grid.selectors import reliability
from grid.selectors.reliability import ReliabilityBucket, ReliabilityIndex
from grid.warehouse.queries import Planned, ReliabilityGroup

_GROUP_PERMISSION = {
    ReliabilityGroup.SUBSTATION: "grid.view_substation",
    ReliabilityGroup.CIRCUIT: "grid.view_circuit",
}
_ALL = types.ReliabilityScope()


@strawberry.type
class ReliabilityQuery:
    """Questions about reliability. Days are the utility's own, first and last included."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="The indices of IEEE 1366 of a period, with and without major event days. From the "
        "warehouse.",
    )
    def reliability(
        self,
        info: Info,
        first_day: date,
        last_day: date,
        scope: types.ReliabilityScope | None = None,
        planned: Planned = Planned.ALL,
    ) -> types.Reliability:
        """Return the report."""
        part = scope or _ALL
        found = reliability.report(
            first_day=first_day,
            last_day=last_day,
            substation_id=part.substation_id,
            circuit_id=part.circuit_id,
            planned=planned,
            user=require_login(info),
        )
        return types.Reliability.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="The indices of each day, month or year of a period. From the warehouse.",
    )
    def reliability_series(
        self,
        info: Info,
        first_day: date,
        last_day: date,
        bucket: ReliabilityBucket = ReliabilityBucket.MONTH,
        scope: types.ReliabilityScope | None = None,
        planned: Planned = Planned.ALL,
    ) -> list[types.ReliabilityPoint]:
        """Return the series."""
        part = scope or _ALL
        found = reliability.series(
            first_day=first_day,
            last_day=last_day,
            bucket=bucket,
            substation_id=part.substation_id,
            circuit_id=part.circuit_id,
            planned=planned,
            user=require_login(info),
        )
        return [types.ReliabilityPoint.of(point) for point in found]

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="The substations or circuits with the worst value of an index, the worst first. From the "
        "warehouse.",
    )
    def reliability_ranking(
        self,
        info: Info,
        by: ReliabilityGroup,
        first_day: date,
        last_day: date,
        index: ReliabilityIndex = ReliabilityIndex.SAIDI,
        with_major_event_days: bool = True,
        planned: Planned = Planned.ALL,
        limit: int = 20,
    ) -> list[types.RankedReliability]:
        """Return the ranking."""
        found = reliability.ranking(
            by=by,
            index=index,
            first_day=first_day,
            last_day=last_day,
            has_major_days=with_major_event_days,
            planned=planned,
            limit=limit,
            user=require(info, _GROUP_PERMISSION[by]),
        )
        return [types.RankedReliability.of(part) for part in found]

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="The major event days of a period, and the thresholds of its years. From the warehouse.",
    )
    def major_event_days(self, info: Info, first_day: date, last_day: date) -> types.MajorEventDays:
        """Return the days."""
        found = reliability.major_days(first_day=first_day, last_day=last_day, user=require_login(info))
        return types.MajorEventDays.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="What caused the sustained interruptions of a period, the most customer minutes first. "
        "From the warehouse.",
    )
    def interruption_causes(
        self,
        info: Info,
        first_day: date,
        last_day: date,
        scope: types.ReliabilityScope | None = None,
        with_major_event_days: bool = True,
        planned: Planned = Planned.ALL,
    ) -> list[types.InterruptionCause]:
        """Return the causes."""
        part = scope or _ALL
        found = reliability.causes(
            first_day=first_day,
            last_day=last_day,
            substation_id=part.substation_id,
            circuit_id=part.circuit_id,
            has_major_days=with_major_event_days,
            planned=planned,
            user=require_login(info),
        )
        return [types.InterruptionCause.of(cause) for cause in found]

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="How many customers had many sustained interruptions (CEMI) and long ones (CELID). From "
        "the warehouse.",
    )
    def customers_experiencing_interruptions(
        self,
        info: Info,
        first_day: date,
        last_day: date,
        hours: float = 8.0,
        scope: types.ReliabilityScope | None = None,
        planned: Planned = Planned.ALL,
    ) -> types.CustomerExperience:
        """Return the shares."""
        part = scope or _ALL
        found = reliability.experience(
            first_day=first_day,
            last_day=last_day,
            substation_id=part.substation_id,
            circuit_id=part.circuit_id,
            planned=planned,
            hours=hours,
            user=require_login(info),
        )
        return types.CustomerExperience.of(found)
