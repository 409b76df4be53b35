"""GraphQL subscriptions of operations: the current state first, then what changes."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import strawberry
import strawberry_django
from channels.db import database_sync_to_async
from django.db.models import Q, QuerySet
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.live import EVERYTHING, News, follow
from flux_site.api.outages import forget_database_away
from flux_site.api.shared import Shared
from flux_site.api.visibility import require_login
from grid import models
from grid.schema.operations import Kpi, kpi_figures
from grid.schema.types.outages import Crew, Outage, WorkOrder
from grid.schema.types.status import CircuitStatus
from grid.selectors.live import CIRCUIT_STATUSES, CREWS, OUTAGES, WORK_ORDERS, Change, Followed, Subject

MIN_INTERVAL_S = 0.2
KPI_INTERVAL_S = 1.0
LOOK_AGAIN_S = 15.0
"""How often the state is read anew while no news arrives, since Redis is away."""

KPI_TOPICS = ("outages", "work_orders", "crews", "circuits", "kpis")


@strawberry.interface(description="What a subscription tells: first the whole current state, then changes.")
class Updates:
    """A message about rows."""

    is_current_state: bool = strawberry.field(description="The first message: what is not in it is past.")
    is_live: bool = strawberry.field(
        description="False while changes are not announced: the state is then read anew every 15 s."
    )
    is_complete: bool = strawberry.field(description="False if there are more rows than a message holds.")
    gone_ids: list[strawberry.ID] = strawberry.field(
        description="Natural keys of rows told of before that are no longer there, or not for you."
    )
    keys: strawberry.Private[tuple[str, ...]]


@strawberry.type(description="Active outages, then each that changes, also to its end.")
class OutageUpdates(Updates):
    """News of outages."""

    @strawberry_django.field(description="The outages to show anew.")
    def outages(self) -> list[Outage]:
        """Return the outages."""
        return _rows(models.Outage, self.keys)


@strawberry.type(description="Work orders not closed, then each that changes.")
class WorkOrderUpdates(Updates):
    """News of work orders."""

    @strawberry_django.field(description="The work orders to show anew.")
    def work_orders(self) -> list[WorkOrder]:
        """Return the work orders."""
        return _rows(models.WorkOrder, self.keys)


@strawberry.type(description="All crews, then each that changes.")
class CrewUpdates(Updates):
    """News of crews."""

    @strawberry_django.field(description="The crews to show anew.")
    def crews(self) -> list[Crew]:
        """Return the crews."""
        return _rows(models.Crew, self.keys)


@strawberry.type(description="The state of all circuits, then of each whose state changes.")
class CircuitStatusUpdates(Updates):
    """News of circuits."""

    @strawberry_django.field(description="The states to show anew.")
    def circuit_statuses(self) -> list[CircuitStatus]:
        """Return the states."""
        return _rows(models.CircuitStatus, self.keys)


@strawberry.type(description="All key figures, whenever one of them has changed.")
class KpiUpdates:
    """News of key figures."""

    is_live: bool = strawberry.field(
        description="False while changes are not announced: the figures are then read anew every 15 s."
    )
    kpis: list[Kpi]


def _rows(model: Any, keys: tuple[str, ...]) -> Any:
    rows: QuerySet[Any] = model.objects.filter(pk__in=keys).order_by("pk")
    return rows


def _narrowed(**wanted: str | None) -> Q:
    return Q(**{name: value for name, value in wanted.items() if value is not None})


async def wait_for_news(news: News) -> set[str]:
    """Return the keys that changed, at once when any did; at times all of them while there is no news."""
    while True:
        changed = await news.wait(LOOK_AGAIN_S)
        if changed:
            return changed
        if not news.is_live:
            return {EVERYTHING}


async def _follow(
    info: Info, subject: Subject, narrow: Q, told: Callable[..., Any]
) -> AsyncGenerator[Any, None]:
    """Yield the current state, then each change, at most one message every ``MIN_INTERVAL_S``."""
    user = await database_sync_to_async(require_login)(info)
    followed = Followed(subject=subject, user=user, narrow=narrow)
    is_first = True
    async with follow(subject.topic) as news:
        changed = {EVERYTHING}
        while True:
            forget_database_away()
            keys = None if EVERYTHING in changed else changed
            change: Change = await database_sync_to_async(followed.look)(keys)
            if is_first or change.keys or change.gone:
                yield told(
                    is_current_state=is_first,
                    is_live=news.is_live,
                    is_complete=change.is_complete,
                    gone_ids=list(change.gone),
                    keys=change.keys,
                )
                is_first = False
            await asyncio.sleep(MIN_INTERVAL_S)
            changed = await wait_for_news(news)


@strawberry.type
class OperationsSubscription:
    """Live operations."""

    @strawberry.subscription(
        extensions=[Shared(), Requires("grid.view_outage")],
        description="Active outages now, then each that changes; of one circuit or substation if named.",
    )
    async def outage_updates(
        self, info: Info, circuit_id: str | None = None, substation_id: str | None = None
    ) -> AsyncGenerator[OutageUpdates, None]:
        """Follow outages."""
        narrow = _narrowed(circuit_id=circuit_id, substation_id=substation_id)
        async for update in _follow(info, OUTAGES, narrow, OutageUpdates):
            yield update

    @strawberry.subscription(
        extensions=[Shared(), Requires("grid.view_workorder")],
        description="Open work orders now, then each that changes; of one circuit or substation if named.",
    )
    async def work_order_updates(
        self, info: Info, circuit_id: str | None = None, substation_id: str | None = None
    ) -> AsyncGenerator[WorkOrderUpdates, None]:
        """Follow work orders."""
        narrow = _narrowed(circuit_id=circuit_id, substation_id=substation_id)
        async for update in _follow(info, WORK_ORDERS, narrow, WorkOrderUpdates):
            yield update

    @strawberry.subscription(
        extensions=[Shared(), Requires("grid.view_crew")],
        description="All crews now, then each crew that changes.",
    )
    async def crew_updates(self, info: Info) -> AsyncGenerator[CrewUpdates, None]:
        """Follow crews."""
        async for update in _follow(info, CREWS, Q(), CrewUpdates):
            yield update

    @strawberry.subscription(
        extensions=[Shared(), Requires("grid.view_circuitstatus")],
        description="The state of circuits now, then each that changes; of one or of a substation if named.",
    )
    async def circuit_status_updates(
        self, info: Info, circuit_id: str | None = None, substation_id: str | None = None
    ) -> AsyncGenerator[CircuitStatusUpdates, None]:
        """Follow the state of circuits."""
        narrow = _narrowed(circuit_id=circuit_id, substation_id=substation_id)
        async for update in _follow(info, CIRCUIT_STATUSES, narrow, CircuitStatusUpdates):
            yield update

    @strawberry.subscription(
        extensions=[Shared(), Requires("grid.view_outage")],
        description="The key figures now, then again whenever one has changed, at most once a second.",
    )
    async def kpi_updates(self, info: Info) -> AsyncGenerator[KpiUpdates, None]:
        """Follow the key figures."""
        user = await database_sync_to_async(require_login)(info)
        told: list[Kpi] | None = None
        async with follow(*KPI_TOPICS) as news:
            while True:
                forget_database_away()
                figures = await database_sync_to_async(kpi_figures)(user)
                if figures != told:
                    yield KpiUpdates(is_live=news.is_live, kpis=figures)
                    told = figures
                await asyncio.sleep(KPI_INTERVAL_S)
                await wait_for_news(news)
