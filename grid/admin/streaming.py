"""The streams in the admin: who reads them, what waits, events, and dead letters to replay or delete."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, badge, number, pretty_json
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError
from grid import models
from grid.selectors.streaming import stream_states
from grid.services.streaming import dead_letters

_SHOWN_CHARS = 8_000


@admin.register(models.StreamConsumer)
class StreamConsumerAdmin(ReadOnlyAdmin):
    """The readers of the streams; above them how each stream is doing."""

    list_display = (
        "name",
        "stream",
        "beat",
        "landed_count",
        "dead_count",
        "rate",
        "last_record",
        "last_error",
    )
    list_filter = ("stream",)
    search_fields = ("name",)
    search_help_text = "Name"
    change_list_template = "admin/grid/streamconsumer/change_list.html"
    fields = (
        "name",
        "stream",
        "started_at",
        "beat",
        "landed_count",
        "dead_count",
        "rate",
        "last_record",
        "last_error",
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the state of the streams above the list."""
        return super().changelist_view(request, {**(extra_context or {}), "streams": stream_states()})

    @admin.display(description="told of itself", ordering="beat_at")
    def beat(self, row: models.StreamConsumer) -> SafeString | str:
        """Return how long ago it told of itself."""
        return ago(row.beat_at)

    @admin.display(description="rate", ordering="rate_per_s")
    def rate(self, row: models.StreamConsumer) -> str:
        """Return the records it writes a second."""
        return number(row.rate_per_s, "/s", 0)

    @admin.display(description="newest record", ordering="last_record_at")
    def last_record(self, row: models.StreamConsumer) -> SafeString | str:
        """Return how old the newest record is that it wrote."""
        return ago(row.last_record_at)


@admin.register(models.StreamPending)
class StreamPendingAdmin(ReadOnlyAdmin):
    """What PostGIS holds and the warehouse does not yet."""

    list_display = ("id", "stream", "row_count", "landed", "batch_id", "last_error")
    list_filter = ("stream",)
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("batch_id", "last_error")
    search_help_text = "Delivery or error"
    fields = ("stream", "row_count", "landed", "batch_id", "last_error")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out the rows themselves."""
        return super().get_queryset(request).defer("rows")

    @admin.display(description="landed", ordering="landed_at")
    def landed(self, row: models.StreamPending) -> SafeString | str:
        """Return how long ago they were written to PostGIS."""
        return ago(row.landed_at)


@admin.register(models.DeviceEvent)
class DeviceEventAdmin(ReadOnlyAdmin):
    """Events of devices of the last 48 hours."""

    list_display = ("event_id", "event_kind", "device_kind", "device_id", "occurred", "received_at", "zone")
    list_filter = ("event_kind", "device_kind", "occurred_at")
    list_select_related = ("zone",)
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("event_id__exact", "device_id__exact")
    search_help_text = "Id of the event or of the device"
    fields = (
        "event_id",
        "event_kind",
        "device_kind",
        "device_id",
        "occurred_at",
        "received_at",
        "zone",
        "detail_shown",
    )

    @admin.display(description="occurred", ordering="occurred_at")
    def occurred(self, event: models.DeviceEvent) -> SafeString | str:
        """Return how long ago it happened."""
        return ago(event.occurred_at)

    @admin.display(description="detail")
    def detail_shown(self, event: models.DeviceEvent) -> SafeString | str:
        """Return what else the sender said."""
        return "none" if event.detail is None else pretty_json(event.detail)


@admin.register(models.StreamDeadLetter)
class StreamDeadLetterAdmin(ReadOnlyAdmin):
    """Messages that could not be taken."""

    list_display = ("id", "stream", "code_badge", "reason", "seen_count", "last", "start_of_body")
    list_filter = ("stream", "code", "last_at")
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("reason", "message_id__exact", "digest__exact")
    search_help_text = "Reason, or where it stood in the stream"
    actions = ("replay", "delete_for_good")
    fields = (
        "stream",
        "code_badge",
        "reason",
        "message_id",
        "seen_count",
        "first_at",
        "last_at",
        "body_shown",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the letters, or none to a user limited to zones."""
        rows = super().get_queryset(request)
        return rows if dead_letters.may_see(request.user) else rows.none()

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Say who may send letters again."""
        return bool(request.user.has_perm("grid.replay_streamdeadletter"))

    def has_discard_permission(self, request: HttpRequest) -> bool:
        """Say who may delete letters."""
        return bool(request.user.has_perm("grid.delete_streamdeadletter"))

    @admin.action(description="Send the selected messages to their stream again", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Send letters again."""
        try:
            count = dead_letters.replay(ids=_keys(queryset), user=request.user)
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        self.message_user(
            request, f"Messages sent again: {count:,}. Those that fail again come back.", messages.SUCCESS
        )

    @admin.action(description="Delete the selected messages for good", permissions=["discard"])
    def delete_for_good(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete letters."""
        try:
            count = dead_letters.delete(ids=_keys(queryset))
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        self.message_user(request, f"Messages deleted: {count:,}.", messages.SUCCESS)

    @admin.display(description="refused for", ordering="code")
    def code_badge(self, letter: models.StreamDeadLetter) -> SafeString | str:
        """Return the reason for programs."""
        return badge(letter.code)

    @admin.display(description="last came", ordering="last_at")
    def last(self, letter: models.StreamDeadLetter) -> SafeString | str:
        """Return how long ago it last came."""
        return ago(letter.last_at)

    @admin.display(description="message")
    def start_of_body(self, letter: models.StreamDeadLetter) -> str:
        """Return how the message begins."""
        return _text(letter.body, 80)

    @admin.display(description="message")
    def body_shown(self, letter: models.StreamDeadLetter) -> SafeString:
        """Return the message."""
        return format_html("<pre>{}</pre>", _text(letter.body, _SHOWN_CHARS))


def _keys(queryset: QuerySet[Any]) -> list[int]:
    return list(queryset.order_by("pk").values_list("pk", flat=True)[: dead_letters.MAX_IDS + 1])


def _text(body: bytes | memoryview, length: int) -> str:
    text = bytes(body).decode("utf-8", errors="backslashreplace")
    return text if len(text) <= length else f"{text[:length]}…"
