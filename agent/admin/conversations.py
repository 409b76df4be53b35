"""Conversations in the admin: one's own whole; of those of others when they were and how they went.

What somebody else said, and what they were answered, is shown to holders of ``agent.view_all_threads`` alone.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agent.admin.evidence import evidence, markdown
from agent.models import Feedback, FeedbackCategory, Message, MessageRole, Thread
from agent.selectors.conversations import READ_ALL, USE, load_events
from agent.services.forwarding import forward_again, is_of_cortex
from flux_site.admin.display import UNKNOWN, ago, badge, change_url, data_table, link, list_url, number
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError

WITHHELD = "Shown to its owner alone"
TEXT_SHOWN = 100


class ConversationAdmin(ReadOnlyAdmin):
    """What the pages of threads, messages and feedback share: who sees which rows, and whose words."""

    owner_path = ""
    words: tuple[str, ...] = ()  # fields with what somebody said
    list_per_page = 50
    search_help_text = "The owner's name, or a piece of what may be read"

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Who may ask sees their own rows; who may view the model sees that the others are there."""
        return self._sees_all(request) or bool(request.user.has_perm(USE))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the rows in the index to whoever sees some."""
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows the user may see, each with whether its words may be read."""
        own = Q(**{self.owner_path: request.user.pk})
        readable = (
            Value(True)
            if request.user.has_perm(READ_ALL)
            else ExpressionWrapper(own, output_field=BooleanField())
        )
        rows: QuerySet[Any] = super().get_queryset(request).annotate(is_readable=readable)
        return rows if self._sees_all(request) else rows.filter(own)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Offer the search box."""
        return self.words

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search in the owner's name, and in words where the user may read them."""
        owner = self.owner_path.removesuffix("_id")
        for word in search_term.replace("\x00", "").split():
            said = Q(*((f"{field}__icontains", word) for field in self.words), _connector=Q.OR)
            queryset = queryset.filter(
                Q(**{f"{owner}__username__icontains": word}) | (Q(is_readable=True) & said)
            )
        return queryset, False

    def _sees_all(self, request: HttpRequest) -> bool:
        return bool(super().has_view_permission(request))


def thread_link(thread: Thread, *, is_readable: bool) -> SafeString | str:
    """Return a link to a thread, which is called by its title where that may be read."""
    return link(change_url(Thread, thread.pk), thread.title if is_readable else str(thread.pk)[:8])


@admin.register(Thread)
class ThreadAdmin(ConversationAdmin):
    """Conversations."""

    owner_path = "owner_id"
    words = ("title",)
    list_display = ("title_shown", "owner", "messages_shown", "created", "updated")
    list_filter = ("updated_at",)
    list_select_related = ("owner",)
    fields = ("title_shown", "owner", "created_at", "updated_at", "messages_shown", "answers", "open_shown")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Thread]:
        """Count the messages."""
        return super().get_queryset(request).annotate(message_count=Count("messages"))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return a thread; its title, which is its first question, only where it may be read."""
        thread: Any = super().get_object(request, object_id, from_field)
        if thread is not None:
            thread.is_own = thread.owner_id == request.user.pk
            if not thread.is_readable:
                thread.title = WITHHELD
        return thread

    @admin.display(description="title", ordering="title")
    def title_shown(self, thread: Any) -> str:
        """Return the title where it may be read."""
        return thread.title if thread.is_readable else WITHHELD

    @admin.display(description="messages", ordering="message_count")
    def messages_shown(self, thread: Any) -> SafeString | str:
        """Return the number of messages, as a link to them."""
        return link(list_url(Message, thread__id__exact=thread.pk), number(thread.message_count))

    @admin.display(description="created", ordering="created_at")
    def created(self, thread: Thread) -> SafeString | str:
        """Return how long ago it began."""
        return ago(thread.created_at)

    @admin.display(description="updated", ordering="updated_at")
    def updated(self, thread: Thread) -> SafeString | str:
        """Return how long ago something was added."""
        return ago(thread.updated_at)

    @admin.display(description="answers")
    def answers(self, thread: Thread) -> SafeString | str:
        """Return how its answers went."""
        rows = thread.messages.answers().order_by("created_at")  # type: ignore[attr-defined]
        return data_table(
            ("When", "Back end", "Ended", "First event", "Took"),
            (
                (
                    link(change_url(Message, each.pk), ago(each.created_at)),
                    each.backend or UNKNOWN,
                    badge(each.done_reason or each.state),
                    number(each.first_event_ms, "ms", digits=0),
                    number(each.duration_ms, "ms", digits=0),
                )
                for each in rows
            ),
        )

    @admin.display(description="conversation")
    def open_shown(self, thread: Any) -> SafeString | str:
        """Return a link to the page where it goes on."""
        if not getattr(thread, "is_own", False):
            return WITHHELD
        return link(f"{reverse('admin:flux_assistant')}?thread={thread.pk}", "Go on with it")


@admin.register(Message)
class MessageAdmin(ConversationAdmin):
    """Questions and answers."""

    owner_path = "thread__owner_id"
    words = ("text",)
    list_display = (
        "when",
        "owner",
        "role",
        "text_shown",
        "backend",
        "ended",
        "first_event",
        "took",
        "liked",
    )
    list_filter = ("role", "backend", "done_reason", "state", "created_at")
    list_select_related = ("thread__owner", "feedback")
    ordering = ("-created_at",)
    fields = (
        "thread_shown",
        "owner",
        "role",
        "created_at",
        "ended",
        "error_code",
        "backend",
        "first_event",
        "took",
        "tokens",
        "liked",
        "text_whole",
        "evidence_shown",
        "backend_thread_id",
        "backend_message_id",
        "backend_request_id",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Leave what back ends keep for themselves, and what shows personal data, where it is."""
        rows = super().get_queryset(request).defer("carried")
        return rows.annotate(is_personal=~Q(personal_ids=[]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return a message with what the user may see of it; personal data shown is on record."""
        message: Any = super().get_object(request, object_id, from_field)
        if message is not None and message.is_readable:
            load_events(message, request.user)
        return message

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let the list be limited to one thread."""
        return lookup == "thread__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="when", ordering="created_at")
    def when(self, message: Message) -> SafeString | str:
        """Return how long ago it was."""
        return ago(message.created_at)

    @admin.display(description="owner", ordering="thread__owner")
    def owner(self, message: Message) -> str:
        """Return whose conversation it is in."""
        return str(message.thread.owner)

    @admin.display(description="thread")
    def thread_shown(self, message: Any) -> SafeString | str:
        """Return a link to the thread."""
        return thread_link(message.thread, is_readable=message.is_readable)

    @admin.display(description="text")
    def text_shown(self, message: Any) -> str:
        """Return the beginning of the text where it may be read by a glance at a list."""
        if not message.is_readable:
            return WITHHELD
        if message.is_personal:
            return "Personal data: open it"
        return message.text[:TEXT_SHOWN] + ("…" if len(message.text) > TEXT_SHOWN else "")

    @admin.display(description="text")
    def text_whole(self, message: Any) -> SafeString | str:
        """Return the text where it may be read."""
        if not message.is_readable:
            return WITHHELD
        if message.role == MessageRole.USER:
            return str(message.shown_text)
        return format_html('<div class="flux-answer-text">{}</div>', markdown(message.shown_text))

    @admin.display(description="evidence")
    def evidence_shown(self, message: Any) -> SafeString | str:
        """Return what an answer rests on."""
        if not message.is_readable:
            return WITHHELD
        return evidence(each.body for each in message.shown_events) or UNKNOWN

    @admin.display(description="ended", ordering="done_reason")
    def ended(self, message: Message) -> SafeString | str:
        """Return how an answer ended, or that it is being written."""
        return UNKNOWN if message.role == MessageRole.USER else badge(message.done_reason or message.state)

    @admin.display(description="first event", ordering="first_event_ms")
    def first_event(self, message: Message) -> str:
        """Return the time to the first event."""
        return number(message.first_event_ms, "ms", digits=0)

    @admin.display(description="took", ordering="duration_ms")
    def took(self, message: Message) -> str:
        """Return the time to the end."""
        return number(message.duration_ms, "ms", digits=0)

    @admin.display(description="feedback", ordering="feedback__is_positive")
    def liked(self, message: Message) -> SafeString | str:
        """Return what the reader thought."""
        found = getattr(message, "feedback", None)
        return UNKNOWN if found is None else link(change_url(Feedback, found.pk), _verdict(found))


class CategoryFilter(admin.SimpleListFilter):
    """Feedback of a category."""

    title = "category"
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the categories."""
        return [(str(value), str(label)) for value, label in FeedbackCategory.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feedback]) -> QuerySet[Feedback]:
        """Return the feedback of the category chosen."""
        return queryset.filter(categories__contains=[self.value()]) if self.value() else queryset


@admin.register(Feedback)
class FeedbackAdmin(ConversationAdmin):
    """What readers think of answers; comments are feedback, so whoever sees the list reads them."""

    owner_path = "answer__thread__owner_id"
    words = ("comment",)
    change_form_template = "admin/agent/feedback/change_form.html"
    list_display = ("when", "verdict", "owner", "categories_shown", "comment_shown", "backend", "forwarded")
    list_filter = ("is_positive", CategoryFilter, "answer__backend", "updated_at")
    list_select_related = ("answer__thread__owner",)
    ordering = ("-updated_at",)
    fields = (
        "answer_shown",
        "owner",
        "verdict",
        "categories_shown",
        "comment",
        "created_at",
        "updated_at",
        "backend",
        "forwarded",
        "forward_fault",
    )
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        """Add the button that forwards feedback again."""
        view = self.admin_site.admin_view(self.forward_view)
        return [path("<uuid:answer_id>/forward/", view, name="agent_feedback_forward"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show feedback with its button, where Snowflake was to be told of it and was not."""
        context = dict(extra_context or {})
        found = self.get_object(request, object_id)
        if found is not None and found.forwarded_at is None and is_of_cortex(found):
            context["forward_url"] = reverse("admin:agent_feedback_forward", args=[found.pk])
        return super().change_view(request, object_id, form_url, context)

    def forward_view(self, request: HttpRequest, answer_id: Any) -> HttpResponseRedirect:
        """Forward feedback again."""
        rows = self.get_queryset(request).filter(pk=answer_id)
        if request.method == "POST" and rows.exists():
            try:
                forward_again(answer_id=answer_id, user=request.user)
            except FluxError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                self.message_user(request, "Snowflake is being told of it.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:agent_feedback_change", args=[answer_id]))

    @admin.display(description="when", ordering="updated_at")
    def when(self, feedback: Feedback) -> SafeString | str:
        """Return how long ago it was said."""
        return ago(feedback.updated_at)

    @admin.display(description="was it right?", ordering="is_positive")
    def verdict(self, feedback: Feedback) -> SafeString | str:
        """Return whether the answer was right."""
        return _verdict(feedback)

    @admin.display(description="owner", ordering="answer__thread__owner")
    def owner(self, feedback: Feedback) -> str:
        """Return who said it."""
        return str(feedback.answer.thread.owner)

    @admin.display(description="answer")
    def answer_shown(self, feedback: Feedback) -> SafeString | str:
        """Return a link to the answer."""
        return link(change_url(Message, feedback.pk), str(feedback.pk)[:8])

    @admin.display(description="because")
    def categories_shown(self, feedback: Feedback) -> str:
        """Return the categories."""
        labels = dict(FeedbackCategory.choices)
        return ", ".join(str(labels.get(each, each)) for each in feedback.categories) or UNKNOWN

    @admin.display(description="comment", ordering="comment")
    def comment_shown(self, feedback: Feedback) -> str:
        """Return the beginning of the comment."""
        return feedback.comment[:TEXT_SHOWN] or UNKNOWN

    @admin.display(description="back end", ordering="answer__backend")
    def backend(self, feedback: Feedback) -> str:
        """Return what answered."""
        return feedback.answer.backend or UNKNOWN

    @admin.display(description="told to Snowflake", ordering="forwarded_at")
    def forwarded(self, feedback: Feedback) -> SafeString | str:
        """Return when the back end was told, or that it could not be."""
        if feedback.forwarded_at is not None:
            return ago(feedback.forwarded_at)
        if feedback.forward_fault:
            return badge("FAILED", "could not be told")
        return badge("QUEUED", "waits") if is_of_cortex(feedback) else UNKNOWN


def _verdict(feedback: Feedback) -> SafeString | str:
    return badge("OK", "right") if feedback.is_positive else badge("FAILED", "not right")
