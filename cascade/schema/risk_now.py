"""GraphQL of the risk of the coming hours: now, as it went, and as it changes."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime

import strawberry
import strawberry_django
from channels.db import database_sync_to_async
from strawberry.types import Info

from cascade import models
from cascade.engine.risk_now.parts import RiskPart as Part
from cascade.engine.risk_now.score import RiskLevel
from cascade.engine.scenarios.spec import Basis
from cascade.selectors import risk_now as selectors
from flux_site.api.guard import Requires
from flux_site.api.live import follow
from flux_site.api.outages import forget_database_away
from flux_site.api.shared import Shared
from flux_site.api.visibility import require_login

MIN_INTERVAL_S = 1.0
LOOK_AGAIN_S = 15.0
"""How often the sample is looked up anew while no news arrives, since Redis is away."""

VIEW = "cascade.view_risksample"

RiskPartEnum = strawberry.enum(
    Part,
    name="RiskPartKind",
    description="OUTAGES: running now. EQUIPMENT: failures of transformers and poles. WEATHER: load above "
    "the ratings of the hour. CONTINGENCIES: losses of single branches of the transmission network. "
    "VEGETATION: trees that fall on lines. BACKGROUND: all other causes, as on the utility's own ordinary "
    "days.",
)
RiskLevelEnum = strawberry.enum(RiskLevel, name="RiskLevel", description="NORMAL, ELEVATED, HIGH, CRITICAL.")
RiskResolutionEnum = strawberry.enum(
    selectors.RiskResolution,
    name="RiskResolution",
    description="How far apart the points of a history are: FIVE_MINUTES (7 days at most), HOUR or DAY (90).",
)


@strawberry.type(description="A number that a contribution is made of.")
class RiskDetail:
    """A detail."""

    name: str = strawberry.field(description="Such as customers_out, failures_per_year, loading_pct.")
    value: float | None = strawberry.field(description="Null: not known.")


@strawberry.type(description="What one asset adds to a part of the risk.")
class RiskContribution:
    """A contribution."""

    kind: str = strawberry.field(
        description="OUTAGE, TRANSFORMER, POLE, CIRCUIT, SUBSTATION, BRANCH, TREE or CAUSE."
    )
    asset_id: str = strawberry.field(description="Its natural key; of a CAUSE its code.")
    customer_hours: float = strawberry.field(description="Expected in 24 h.")
    details: list[RiskDetail] = strawberry.field(description="The numbers that this is made of.")


@strawberry.type(description="A part of the risk.")
class RiskPart:
    """A part."""

    part: RiskPartEnum
    customer_hours: float | None = strawberry.field(
        description="Customer-hours of interruption expected in 24 h; null: not known."
    )
    coverage_frac: float | None = strawberry.field(
        description="Share of the assets it is made of whose numbers are known; null: there are none."
    )
    reason: str | None = strawberry.field(description="Why it is not known.")

    @strawberry_django.field(
        description="What adds most to it, the most first. At most 20 of each zone are kept."
    )
    def contributions(self, info: Info, limit: int = 10) -> list[RiskContribution]:
        """Return the contributions."""
        rows = selectors.contributions(part=Part(str(self.part)), limit=limit, user=require_login(info))
        return [
            RiskContribution(
                kind=row.kind,
                asset_id=row.asset_id,
                customer_hours=row.customer_hours,
                details=[RiskDetail(name=name, value=value) for name, value in sorted(row.details.items())],
            )
            for row in rows
        ]


@strawberry.type(description="A branch of the intact network above its rating of the hour.")
class RiskOverload:
    """An overload."""

    branch_id: str
    flow_mw: float
    rating_mva: float


@strawberry.type(
    description="A transmission network as it stood when the loss of each branch was worked out."
)
class RiskNetwork:
    """A network."""

    interconnect: str
    computed_at: datetime
    load_multiplier: float | None = strawberry.field(
        description="Factor on the loads of the planning base case."
    )
    load_hour: datetime | None = strawberry.field(
        description="Hour of the metered load the factor comes from; null: none is known, it is 1."
    )
    rated_hour: datetime | None = strawberry.field(
        description="Hour of the weather of the ratings; null: none is known, the static ones hold."
    )
    branch_count: int | None = strawberry.field(description="Branches in service, each lost once.")
    rated_count: int | None = strawberry.field(description="Of those, how many have a rating by weather.")
    losing_count: int = strawberry.field(description="Of those, how many cost load when lost.")
    secured_count: int | None = strawberry.field(
        description="Branches whose rating was raised to 1.05 times the intact flow before."
    )
    unsolved_count: int | None = strawberry.field(description="Losses without a unique solution: not known.")
    overloads: list[RiskOverload] = strawberry.field(
        description="Branches of the intact network above their rating, the most loaded first."
    )
    relief_shed_mw: float | None = strawberry.field(
        description="Load that must be shed to relieve them when output is redispatched; null: not known, "
        "since nothing relieves them."
    )
    elapsed_ms: float | None
    reason: str | None = strawberry.field(description="Why it could not be worked out.")


@strawberry.type(description="The interruption that the coming 24 hours are expected to hold.")
class RiskNow:
    """The risk."""

    at: datetime | None = strawberry.field(description="Moment of the sample; null: none was taken yet.")
    score: float | None = strawberry.field(
        description="25·log2(1 + expected / ordinary day), 100 at most; null: not known."
    )
    level: RiskLevelEnum | None
    total_customer_hours: float | None = strawberry.field(description="Sum of the parts that are known.")
    ordinary_day_customer_hours: float | None = strawberry.field(
        description="Mean of a day without major event days on record (IEEE 1366); null: not known."
    )
    ordinary_day_reason: str | None = strawberry.field(description="Why that is not known.")
    customers: int | None = strawberry.field(description="Active accounts of the zones it is about.")
    missing_parts: list[RiskPartEnum] = strawberry.field(description="Parts that are not in the total.")
    reason: str | None = strawberry.field(description="Why there is no score.")
    parts: list[RiskPart]

    @strawberry_django.field(description="The transmission networks behind it; of no zone in particular.")
    def networks(self) -> list[RiskNetwork]:
        """Return the networks."""
        return [_network(row) for row in selectors.networks()]


@strawberry.type(description="A part of the risk at a moment.")
class RiskPartPoint:
    """A part."""

    part: RiskPartEnum
    customer_hours: float | None


@strawberry.type(description="The risk at a moment, or the mean over the span that begins there.")
class RiskPoint:
    """A point."""

    at: datetime
    score: float | None
    level: RiskLevelEnum | None
    total_customer_hours: float | None
    ordinary_day_customer_hours: float | None
    parts: list[RiskPartPoint]


RiskBasisEnum = strawberry.enum(Basis, name="RiskBasis", description="How a figure is known.")


@strawberry.type(description="A rate or limit that the risk rests on.")
class RiskAssumption:
    """An assumption."""

    key: str
    value: float
    unit: str
    basis: RiskBasisEnum
    source: str
    updated_at: datetime


@strawberry.type(description="The risk, whenever a sample has changed it.")
class RiskUpdate:
    """News of the risk."""

    is_live: bool = strawberry.field(
        description="False while changes are not announced: the risk is then read anew every 15 s."
    )
    risk: RiskNow


def _network(row: models.RiskNetwork) -> RiskNetwork:
    shed_mw = None
    if row.is_relievable:
        shed_mw = 0.0 if row.relief is None else row.relief["shed_mw"]
    plain = (
        "interconnect",
        "computed_at",
        "load_multiplier",
        "load_hour",
        "rated_hour",
        "branch_count",
        "rated_count",
        "secured_count",
        "unsolved_count",
        "elapsed_ms",
        "reason",
    )
    return RiskNetwork(
        **{name: getattr(row, name) for name in plain},
        losing_count=len(row.losses),
        overloads=[
            RiskOverload(branch_id=branch_id, flow_mw=flow_mw, rating_mva=rating_mva)
            for branch_id, flow_mw, rating_mva in row.overloads
        ],
        relief_shed_mw=shed_mw,
    )


def _told(found: selectors.RiskNow) -> RiskNow:
    return RiskNow(
        at=found.at,
        score=found.assessment.score,
        level=found.assessment.level,
        total_customer_hours=found.assessment.total,
        ordinary_day_customer_hours=found.ordinary_day,
        ordinary_day_reason=found.ordinary_reason,
        customers=found.customers,
        missing_parts=list(found.assessment.missing),
        reason=found.assessment.reason,
        parts=[RiskPart(**vars(each)) for each in found.parts],
    )


@strawberry.type
class RiskQuery:
    """Questions about the risk."""

    @strawberry_django.field(
        extensions=[Requires(VIEW)],
        description="The customer-hours of interruption that the coming 24 hours are expected to hold, part "
        "by part, and a score against an ordinary day; over the zones the user may see. Sampled every 5 "
        "minutes.",
    )
    def risk_now(self, info: Info) -> RiskNow:
        """Return the risk."""
        return _told(selectors.risk_now(require_login(info)))

    @strawberry_django.field(
        extensions=[Requires(VIEW)],
        description="How the risk went from start to before end, the oldest first; samples are kept 90 days.",
    )
    def risk_history(
        self,
        info: Info,
        start: datetime,
        end: datetime,
        resolution: RiskResolutionEnum = selectors.RiskResolution.HOUR,
    ) -> list[RiskPoint]:
        """Return the history."""
        points = selectors.risk_history(start=start, end=end, resolution=resolution, user=require_login(info))
        return [
            RiskPoint(
                at=point.at,
                score=point.assessment.score,
                level=point.assessment.level,
                total_customer_hours=point.assessment.total,
                ordinary_day_customer_hours=point.ordinary_day,
                parts=[RiskPartPoint(part=part, customer_hours=hours) for part, hours in point.parts.items()],
            )
            for point in points
        ]

    @strawberry_django.field(
        extensions=[Requires("cascade.view_riskassumption")],
        description="The rates and limits that the risk rests on, each with its basis and source.",
    )
    def risk_assumptions(self) -> list[RiskAssumption]:
        """Return the assumptions."""
        return [
            RiskAssumption(
                key=row.key,
                value=row.value,
                unit=row.unit,
                basis=Basis(row.basis),
                source=row.source,
                updated_at=row.updated_at,
            )
            for row in selectors.assumptions()
        ]


@strawberry.type
class RiskSubscription:
    """The risk, followed."""

    @strawberry.subscription(
        extensions=[Shared(), Requires(VIEW)],
        description="The risk now, then again whenever a new sample was taken.",
    )
    async def risk_now(self, info: Info) -> AsyncGenerator[RiskUpdate, None]:
        """Follow the risk."""
        user = await database_sync_to_async(require_login)(info)
        told: selectors.RiskNow | None = None
        async with follow("risk") as news:
            while True:
                forget_database_away()
                found = await database_sync_to_async(selectors.risk_now)(user)
                if found != told:
                    yield RiskUpdate(is_live=news.is_live, risk=_told(found))
                    told = found
                await asyncio.sleep(MIN_INTERVAL_S)
                while not await news.wait(LOOK_AGAIN_S) and news.is_live:
                    pass
