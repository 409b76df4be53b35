"""GraphQL types of conversations with the assistant."""

from datetime import datetime
from enum import Enum
from typing import Any, cast

import strawberry
import strawberry_django
from strawberry import auto
from strawberry.types import Info

from agent.backends.requests import Context
from agent.events import DoneReason, EventKind
from agent.models import Feedback, FeedbackCategory, Message, MessageRole, MessageState, Thread
from agent.selectors import conversations as reading
from agent.selectors.conversations import StoredEvent
from flux_site.api.visibility import user_of
from flux_site.jobs.schema import JSONObject

AssistantEventKind = strawberry.enum(
    EventKind, name="AssistantEventKind", description="The kinds of events of an answer."
)
AssistantDoneReason = strawberry.enum(
    DoneReason,
    name="AssistantDoneReason",
    description="How an answer ended. ASKED_BACK: with a question, often with choices. OUT_OF_SCOPE: nothing "
    "is known of it here. REFUSED: it may not be answered. CANCELLED: it was stopped.",
)
AssistantRole = strawberry.enum(MessageRole, name="AssistantRole", description="Who wrote a message.")
AssistantMessageState = strawberry.enum(
    MessageState, name="AssistantMessageState", description="RUNNING: it is being written."
)
AssistantFeedbackCategory = strawberry.enum(
    FeedbackCategory, name="AssistantFeedbackCategory", description="What an answer was like."
)


@strawberry.enum(
    description="What answers questions: EMBEDDED comes with the product; CORTEX is Snowflake's; OPENAI is a "
    "server of that protocol."
)
class AssistantBackend(Enum):
    """What answers."""

    EMBEDDED = "embedded"
    CORTEX = "cortex"
    OPENAI = "openai"


@strawberry.type(description="An event of an answer.")
class AssistantEvent:
    """An event."""

    seq: int = strawberry.field(description="0 for the answer's first; later events have greater numbers.")

    @strawberry.field(description="Which kind of event it is; it is in the body too.")
    def kind(self) -> AssistantEventKind:
        """Return the kind."""
        return EventKind(cast(StoredEvent, self).kind)

    @strawberry.field(
        description="All that it says. Pieces of text (delta) of one block are to be joined; text is "
        "Markdown, charts are Vega-Lite documents, cells of tables are JSON values."
    )
    def body(self) -> JSONObject:
        """Return the document."""
        return cast(JSONObject, cast(StoredEvent, self).body)


@strawberry_django.type(Feedback, description="What the reader thinks of an answer.")
class AssistantFeedback:
    """Feedback."""

    is_positive: auto
    comment: auto
    updated_at: auto

    @strawberry_django.field(only=["categories"])
    def categories(self) -> list[AssistantFeedbackCategory]:
        """Return the categories."""
        return [FeedbackCategory(each) for each in cast(Feedback, self).categories]


@strawberry_django.type(Message, description="A question or an answer. Each follows its parent.")
class AssistantMessage:
    """A message."""

    id: strawberry.ID
    created_at: datetime

    @strawberry_django.field(only=["role"])
    def role(self) -> AssistantRole:
        """Return who wrote it."""
        return MessageRole(cast(Message, self).role)

    @strawberry_django.field(
        only=["text"], description="Markdown; of an answer that is being written, what there is of it."
    )
    def text(self, info: Info) -> str:
        """Return the text."""
        return str(_with_events(self, info).shown_text)

    @strawberry_django.field(
        only=["parent_id"],
        description="The message it follows; null for the first. Messages with the same parent stand side by "
        "side: a question that was asked otherwise, an answer that was given once more.",
    )
    def parent_id(self) -> strawberry.ID | None:
        """Return the key of the parent."""
        parent = cast(Message, self).parent_id
        return None if parent is None else strawberry.ID(str(parent))

    @strawberry_django.field(only=["state"])
    def state(self) -> AssistantMessageState:
        """Return whether it is complete."""
        return MessageState(cast(Message, self).state)

    @strawberry_django.field(only=["done_reason"], description="Of an answer that is complete.")
    def done_reason(self) -> AssistantDoneReason | None:
        """Return how it ended."""
        reason = cast(Message, self).done_reason
        return DoneReason(reason) if reason else None

    @strawberry_django.field(only=["error_code"], description="Why there is no answer, or no more of it.")
    def error_code(self) -> str | None:
        """Return the code of the error."""
        return cast(Message, self).error_code or None

    @strawberry_django.field(description="Of an answer, in their order.")
    def events(self, info: Info) -> list[AssistantEvent]:
        """Return the events."""
        return list(_with_events(self, info).shown_events)

    @strawberry_django.field(only=["backend"], description="What answered; null for a question.")
    def backend(self) -> AssistantBackend | None:
        """Return the back end."""
        name = cast(Message, self).backend
        return AssistantBackend(name) if name else None

    @strawberry_django.field(
        only=["duration_ms"], description="From the question to the end of the answer; null until then."
    )
    def duration_ms(self) -> float | None:
        """Return the duration."""
        return cast(Message, self).duration_ms

    @strawberry_django.field(
        only=["first_event_ms"], description="From the question to the first event; null until then."
    )
    def first_event_ms(self) -> float | None:
        """Return the time."""
        return cast(Message, self).first_event_ms

    @strawberry_django.field(description="Null: none was given.")
    def feedback(self) -> AssistantFeedback | None:
        """Return the feedback."""
        try:
            return cast(Any, cast(Message, self).feedback)
        except Feedback.DoesNotExist:
            return None


@strawberry_django.type(Thread, description="A conversation of one's own.")
class AssistantThread:
    """A thread."""

    id: strawberry.ID
    title: auto
    created_at: datetime
    updated_at: datetime = strawberry_django.field(description="When a message came or was completed.")

    @strawberry_django.field()
    def message_count(self) -> int:
        """Return how many messages it has."""
        thread = cast(Any, self)
        known = getattr(thread, "message_count", None)
        return thread.messages.count() if known is None else known  # type: ignore[no-any-return]

    @strawberry_django.field(description="All of the tree, the oldest first.")
    def messages(self, info: Info) -> list[AssistantMessage]:
        """Return the messages."""
        return cast(Any, reading.messages_of(cast(Thread, self), user_of(info)))


@strawberry.type(description="Some conversations, and how many there are in all.")
class AssistantThreadPage:
    """A page."""

    total_count: int
    threads: list[AssistantThread]


@strawberry.type(description="A question and the answer that is being written, in their conversation.")
class AssistantExchange:
    """An exchange."""

    thread: AssistantThread
    question: AssistantMessage
    answer: AssistantMessage


@strawberry.type(description="More of an answer.")
class AssistantAnswerUpdate:
    """News of an answer."""

    events: list[AssistantEvent] = strawberry.field(
        description="Those that were not sent yet, in their order."
    )
    state: AssistantMessageState
    is_finished: bool = strawberry.field(description="Nothing more comes.")
    answer: AssistantMessage


@strawberry.type(description="What the assistant can do, and whether you may have it done.")
class AssistantTool:
    """A tool."""

    name: str
    description: str
    is_allowed: bool


@strawberry.type(description="The assistant as it is for you.")
class AssistantInfo:
    """What there is to know before asking."""

    backend: AssistantBackend = strawberry.field(description="What answers your questions.")
    note: str | None = strawberry.field(description="Why it is this one, where another was set up.")
    tools: list[AssistantTool]
    feedback_categories: list[AssistantFeedbackCategory]
    questions_per_minute: int
    max_question_characters: int


@strawberry.type(description="A question that suggests itself.")
class AssistantSuggestion:
    """A suggestion."""

    question: str
    reason: str = strawberry.field(description="What suggests it.")


@strawberry.input(description='What is before the one who asks: "this transformer", "the last run" mean it.')
class AssistantContextInput:
    """The context."""

    asset_ids: list[str] | None = strawberry.field(default=None, description="Selected, the newest last.")
    run_id: strawberry.ID | None = strawberry.field(default=None, description="The cascade run shown.")
    workspace: str | None = strawberry.field(default=None, description="Where in the application.")

    def read(self) -> Context:
        """Return it as back ends take it."""
        return Context(
            asset_ids=tuple(self.asset_ids or ()),
            run_id=str(self.run_id) if self.run_id else None,
            workspace=self.workspace or None,
        )


def _with_events(message: Any, info: Info) -> Any:
    """Return a message with its events, which are read once, when the first field asks for them."""
    if not hasattr(message, "shown_events"):
        reading.load_events(message, user_of(info))
    return message
