"""Root fields of sync: the layers of the cache, their age and alerts, running and pausing them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job
from grid.selectors import sync
from grid.services import sync as sync_services


@strawberry.type(description="A layer of the cache and its state.")
class SyncLayer:
    """A sync layer."""

    key: str
    title: str
    status: str = strawberry.field(description="NEVER_SYNCED, FRESH, STALE, RUNNING, FAILED or PAUSED.")
    row_count: int | None
    reject_count: int | None
    synced_at: datetime | None
    confirmed_at: datetime | None = strawberry.field(
        description="When a run or a scheduled check last found it equal to its source."
    )
    age_s: float | None = strawberry.field(description="Time since then, s; null if never synced.")
    max_age_s: float = strawberry.field(description="The age from which it is too old for operations, s.")
    is_too_old: bool | None = strawberry.field(description="Null if never synced.")
    last_run_at: datetime | None
    last_run_mode: str | None = strawberry.field(
        description="How the last run found its rows: FULL, WATERMARK or CHANGES."
    )
    last_fallback_reason: str | None = strawberry.field(
        description="Why the last run read all rows although only changed ones were asked for; else null."
    )
    last_error: str | None
    is_paused: bool
    mode: str = strawberry.field(
        description="How changed rows are found: FULL (all are read), WATERMARK or CHANGES (table history)."
    )
    watermark_at: datetime | None = strawberry.field(
        description="The newest moment among its rows when last synced; null in other modes."
    )
    next_run_at: datetime | None = strawberry.field(
        description="When a schedule next looks at it; null if none does or it is paused."
    )
    source_version: str | None


@strawberry.type(description="A layer that is or was too old for operations.")
class SyncAlert:
    """An alert."""

    layer: str
    raised_at: datetime
    cleared_at: datetime | None = strawberry.field(description="Null while the layer is too old.")
    age_s: float = strawberry.field(description="Its age when the alert was raised, s.")
    max_age_s: float = strawberry.field(description="Its limit when the alert was raised, s.")
    reason: str = strawberry.field(description="PAUSED, RUN_FAILED or NOT_CONFIRMED.")
    detail: str | None = strawberry.field(description="What its newest run said went wrong.")


@strawberry.input
class StartSyncInput:
    """Which layers to sync."""

    layers: list[str] | None = strawberry.field(default=None, description="Keys of layers; null: all.")
    force: bool = strawberry.field(default=False, description="Allow a run that deletes most of a layer.")


@strawberry.input
class PauseSyncLayerInput:
    """Which layer, and whether schedules skip it."""

    layer: str
    is_paused: bool


@strawberry.input
class ReplayRejectsInput:
    """Whose refused rows to try again."""

    layer: str


StartSyncPayload = Annotated[Job | Fault, strawberry.union("StartSyncPayload")]
ReplayRejectsPayload = Annotated[Job | Fault, strawberry.union("ReplayRejectsPayload")]
PauseSyncLayerPayload = Annotated[SyncLayer | Fault, strawberry.union("PauseSyncLayerPayload")]


def _sync_layer(state: sync.LayerState) -> SyncLayer:
    return SyncLayer(
        key=state.key,
        title=state.title,
        status=state.status,
        row_count=state.row_count,
        reject_count=state.reject_count,
        synced_at=state.synced_at,
        confirmed_at=state.confirmed_at,
        age_s=state.age_s,
        max_age_s=state.max_age_s,
        is_too_old=state.is_too_old,
        last_run_at=state.last_run_at,
        last_run_mode=state.last_mode,
        last_fallback_reason=state.last_fallback_reason,
        mode=state.mode.value,
        watermark_at=state.watermark_at,
        next_run_at=state.next_run_at,
        last_error=state.last_error,
        is_paused=state.is_paused,
        source_version=state.source_version,
    )


@strawberry.type
class SyncQuery:
    """The state of the cache."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_synclayer")], description="The layers of the cache and their state."
    )
    def sync_layers(self, info: Info) -> list[SyncLayer]:
        """Return the layers."""
        return [_sync_layer(state) for state in sync.list_layers()]

    @strawberry_django.field(
        extensions=[Requires("grid.view_synclayer")],
        description="Alerts of layers that are or, unless openOnly, were too old; newest first.",
    )
    def sync_alerts(self, info: Info, open_only: bool = True, first: int = 100) -> list[SyncAlert]:
        """Return the alerts."""
        return [
            SyncAlert(
                layer=alert.layer_id,
                raised_at=alert.raised_at,
                cleared_at=alert.cleared_at,
                age_s=alert.age_s,
                max_age_s=alert.max_age_s,
                reason=alert.reason,
                detail=alert.detail or None,
            )
            for alert in sync.newest_alerts(open_only=open_only, first=first)
        ]


@strawberry.type
class SyncMutation:
    """Control of sync."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.change_synclayer")],
        description="Sync layers of the cache from the warehouse, as a job.",
    )
    def start_sync(self, info: Info, input: StartSyncInput) -> StartSyncPayload:
        """Start a sync."""

        def start() -> Any:
            return sync_services.start_sync(layers=input.layers, user=require_login(info), force=input.force)

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.change_synclayer")],
        description="Sync a layer anew, changed or not, so that its refused rows are tried again.",
    )
    def replay_rejects(self, info: Info, input: ReplayRejectsInput) -> ReplayRejectsPayload:
        """Start a sync of the layer."""

        def replay() -> Any:
            user = require_login(info)
            return sync_services.replay_rejects(layers=[input.layer], user=user, field="layer")

        return expected_failures(replay)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.change_synclayer")],
        description="Pause or resume the scheduled sync of a layer.",
    )
    def pause_sync_layer(self, info: Info, input: PauseSyncLayerInput) -> PauseSyncLayerPayload:
        """Pause or resume."""

        def pause() -> Any:
            sync_services.set_paused(layer=input.layer, is_paused=input.is_paused)
            return _sync_layer(next(state for state in sync.list_layers() if state.key == input.layer))

        return expected_failures(pause)
