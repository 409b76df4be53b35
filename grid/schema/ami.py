"""GraphQL of the analytical questions about meter readings."""

from datetime import date

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require, require_login
from grid.schema import ami_types as types
from grid.schema.usage_bucket import UsageBucket
from grid.selectors import load_profiles, overloads, usage_analytics, voltage_quality
from grid.warehouse.queries import OverloadOrder, PeakMember, UsageGroup

_GROUP_PERMISSION = {
    UsageGroup.TRANSFORMER: "grid.view_transformer",
    UsageGroup.CIRCUIT: "grid.view_circuit",
    UsageGroup.SUBSTATION: "grid.view_substation",
    UsageGroup.CITY: "grid.view_customer",
}
_MEMBER_PERMISSION = {
    PeakMember.TRANSFORMER: "grid.view_transformer",
    PeakMember.CIRCUIT: "grid.view_circuit",
}
_EVERY_METER = types.MeterScope()
_EVERY_TRANSFORMER = types.TransformerScope()


@strawberry.type
class AmiQuery:
    """Questions about the readings of many meters. Days are the utility's own, first and last included."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter", without_database=True)],
        description="What meters used by UTC hour, local day or local month. From the warehouse.",
    )
    def usage_series(
        self,
        info: Info,
        first_day: date,
        last_day: date,
        bucket: UsageBucket = UsageBucket.DAY,
        filters: types.MeterScope | None = None,
    ) -> types.UsageSeries:
        """Return the series."""
        found = usage_analytics.usage_series(
            wanted=(filters or _EVERY_METER).scope(),
            bucket=bucket,
            first_day=first_day,
            last_day=last_day,
            user=require_login(info),
        )
        return types.UsageSeries.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter", without_database=True)],
        description="The groups of meters that used most, the most first. From the warehouse.",
    )
    def usage_breakdown(
        self,
        info: Info,
        by: UsageGroup,
        first_day: date,
        last_day: date,
        limit: int = 20,
        filters: types.MeterScope | None = None,
    ) -> types.UsageBreakdown:
        """Return the groups."""
        found = usage_analytics.usage_breakdown(
            wanted=(filters or _EVERY_METER).scope(),
            group=by,
            first_day=first_day,
            last_day=last_day,
            limit=limit,
            user=require(info, _GROUP_PERMISSION.get(by, "grid.view_meter")),
        )
        return types.UsageBreakdown.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter", without_database=True)],
        description="What meters used in a period against another period. From the warehouse.",
    )
    def usage_comparison(
        self,
        info: Info,
        first_day: date,
        last_day: date,
        base_first_day: date,
        base_last_day: date,
        bucket: UsageBucket = UsageBucket.DAY,
        filters: types.MeterScope | None = None,
    ) -> types.UsageComparison:
        """Return the comparison."""
        found = usage_analytics.usage_comparison(
            wanted=(filters or _EVERY_METER).scope(),
            bucket=bucket,
            current=(first_day, last_day),
            base=(base_first_day, base_last_day),
            user=require_login(info),
        )
        return types.UsageComparison.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter", without_database=True)],
        description="The course of meters' load over working days and weekends. From the warehouse.",
    )
    def load_profile(
        self,
        info: Info,
        first_day: date,
        last_day: date,
        min_coverage_pct: float = 90.0,
        filters: types.MeterScope | None = None,
    ) -> types.LoadProfile:
        """Return the profile."""
        found = load_profiles.profile(
            wanted=(filters or _EVERY_METER).scope(),
            first_day=first_day,
            last_day=last_day,
            min_coverage_pct=min_coverage_pct,
            user=require_login(info),
        )
        return types.LoadProfile.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter", without_database=True)],
        description="How far the hourly peaks of meters, transformers or circuits coincide. From the "
        "warehouse.",
    )
    def coincidence(
        self,
        info: Info,
        members: PeakMember,
        first_day: date,
        last_day: date,
        filters: types.MeterScope | None = None,
    ) -> types.Coincidence:
        """Return the coincidence."""
        found = load_profiles.coincidence(
            wanted=(filters or _EVERY_METER).scope(),
            members=members,
            first_day=first_day,
            last_day=last_day,
            user=require(info, _MEMBER_PERMISSION.get(members, "grid.view_meter")),
        )
        return types.Coincidence(**vars(found))

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter", without_database=True)],
        description="How service voltages keep to the ranges of ANSI C84.1. From the warehouse.",
    )
    def voltage_quality(
        self, info: Info, first_day: date, last_day: date, filters: types.MeterScope | None = None
    ) -> types.VoltageBands:
        """Return the bands."""
        found = voltage_quality.voltage_quality(
            wanted=(filters or _EVERY_METER).scope(),
            first_day=first_day,
            last_day=last_day,
            user=require_login(info),
        )
        return types.VoltageBands.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter", without_database=True)],
        description="The groups of meters with the worst voltages: the largest share of readings outside "
        "range B, then of those outside range A. From the warehouse.",
    )
    def worst_voltages(
        self,
        info: Info,
        by: UsageGroup,
        first_day: date,
        last_day: date,
        limit: int = 20,
        filters: types.MeterScope | None = None,
    ) -> types.VoltageRanking:
        """Return the ranking."""
        found = voltage_quality.worst_voltages(
            wanted=(filters or _EVERY_METER).scope(),
            group=by,
            first_day=first_day,
            last_day=last_day,
            limit=limit,
            user=require(info, _GROUP_PERMISSION.get(by, "grid.view_meter")),
        )
        return types.VoltageRanking.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_transformer", without_database=True)],
        description="The transformers loaded most over a period, and their ageing by IEEE C57.91. From the "
        "warehouse.",
    )
    def overloaded_transformers(
        self,
        info: Info,
        first_day: date,
        last_day: date,
        order_by: OverloadOrder = OverloadOrder.PEAK_LOADING,
        limit: int = 20,
        filters: types.TransformerScope | None = None,
    ) -> list[types.TransformerOverload]:
        """Return the transformers."""
        found = overloads.overloaded_transformers(
            wanted=(filters or _EVERY_TRANSFORMER).scope(),
            first_day=first_day,
            last_day=last_day,
            order=order_by,
            limit=limit,
            user=require_login(info),
        )
        return [types.TransformerOverload.of(each) for each in found]
