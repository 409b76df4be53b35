"""GraphQL of the streams: how they are, the hot readings they brought, and replaying dead letters."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login
from grid.selectors import streaming
from grid.services.streaming import dead_letters
from grid.streaming import ReadingQuality
from grid.streaming.transport import StreamName

StreamKind = strawberry.enum(
    StreamName,
    name="StreamKind",
    description="A stream, by what it carries: meter readings or device events.",
)
RealtimeQuality = strawberry.enum(
    ReadingQuality, name="ReadingQuality", description="How a reading came about."
)


@strawberry.type(description="A reader of a stream that told of itself within the last 15 seconds.")
class StreamConsumer:
    """A consumer."""

    name: str
    started_at: datetime
    beat_at: datetime
    landed_count: int = strawberry.field(description="Records written since it started.")
    dead_count: int = strawberry.field(description="Messages refused since it started.")
    rate_per_s: float | None
    last_error: str | None = strawberry.field(description="What holds it up now.")


@strawberry.type(description="How a stream is doing.")
class StreamStatus:
    """A stream."""

    stream: StreamKind
    backlog_count: int | None = strawberry.field(
        description="Messages sent and not yet landed. Null if the stream does not answer."
    )
    lag_s: float | None = strawberry.field(
        description="How long the oldest of them has waited; 0 if none waits, null if it is not known."
    )
    reason: str | None = strawberry.field(description="Why the backlog is null.")
    rate_per_s: float | None = strawberry.field(
        description="Records landed a second over the last 10 s; null without a consumer."
    )
    dead_count: int = strawberry.field(description="Dead letters kept.")
    last_record_at: datetime | None = strawberry.field(
        description="Newest reading or event that a living consumer wrote; null if none did."
    )
    pending_count: int = strawberry.field(description="Rows that the warehouse does not hold yet.")
    pending_since: datetime | None = strawberry.field(description="Null if none waits.")
    pending_error: str | None = strawberry.field(description="Why they could not be delivered.")
    consumers: list[StreamConsumer]


@strawberry.type(description="A reading of the last 48 hours, as the stream brought it.")
class RealtimeReading:
    """A hot reading."""

    at: datetime = strawberry.field(description="Start of the interval.")
    interval_minutes: int
    usage_kwh: float
    voltage_v: float | None = strawberry.field(description="Null if not measured or without supply.")
    quality: RealtimeQuality
    received_at: datetime


@strawberry.type(description="Dead letters were sent to their streams again.")
class DeadLettersReplayed:
    """A replay."""

    sent_count: int = strawberry.field(description="Those that fail again come back as dead letters.")


@strawberry.input(description="Which dead letters to send again; all without ids and codes.")
class ReplayDeadLettersInput:
    """What to replay."""

    ids: list[int] | None = None
    codes: list[str] | None = strawberry.field(
        default=None, description="Only those refused for one of these reasons, such as UNKNOWN_METER."
    )


ReplayDeadLettersPayload = Annotated[
    DeadLettersReplayed | Fault, strawberry.union("ReplayDeadLettersPayload")
]


@strawberry.type
class StreamingQuery:
    """Questions about the streams."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_streamconsumer")], description="How each stream is doing."
    )
    def stream_status(self, info: Info) -> list[StreamStatus]:
        """Return the states."""
        return [_status(state) for state in streaming.stream_states()]

    @strawberry_django.field(
        extensions=[Requires("grid.view_meter")],
        description="The readings of a meter of the last 48 hours, newest first. From PostGIS.",
    )
    def realtime_readings(
        self, info: Info, meter_id: str, since: datetime | None = None, first: int = 200
    ) -> list[RealtimeReading]:
        """Return the readings."""
        rows = streaming.realtime_readings(
            meter_id=meter_id, since=since, first=first, user=require_login(info)
        )
        return [
            RealtimeReading(
                at=row.reading_at,
                interval_minutes=row.interval_minutes,
                usage_kwh=float(row.usage_kwh),
                voltage_v=None if row.voltage_v is None else float(row.voltage_v),
                quality=ReadingQuality(row.quality),
                received_at=row.received_at,
            )
            for row in rows
        ]


@strawberry.type
class StreamingMutation:
    """Control of the streams."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.replay_streamdeadletter")],
        description="Send dead letters to the end of their streams again.",
    )
    def replay_dead_letters(self, info: Info, input: ReplayDeadLettersInput) -> ReplayDeadLettersPayload:
        """Replay."""

        def send() -> Any:
            count = dead_letters.replay(ids=input.ids, codes=input.codes, user=require_login(info))
            return DeadLettersReplayed(sent_count=count)

        return expected_failures(send)


def _status(state: streaming.StreamState) -> StreamStatus:
    consumers = [StreamConsumer(**vars(consumer)) for consumer in state.consumers]
    return StreamStatus(**{**vars(state), "consumers": consumers})
