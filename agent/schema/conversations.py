"""GraphQL of conversations with the assistant: read, ask, follow, stop, say what one thinks."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, cast

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.conf import settings
from strawberry.types import Info

from agent.models import FeedbackCategory, MessageState
from agent.schema.conversation_types import (
    AssistantAnswerUpdate,
    AssistantBackend,
    AssistantContextInput,
    AssistantExchange,
    AssistantFeedbackCategory,
    AssistantInfo,
    AssistantMessage,
    AssistantSuggestion,
    AssistantThread,
    AssistantThreadPage,
    AssistantTool,
)
from agent.selectors import conversations as reading
from agent.selectors.conversations import MAX_SEARCH, USE
from agent.services import conversations, feedback, informing
from agent.services.conversations import MAX_TITLE, NEWEST, TITLE_CHARACTERS
from agent.services.feedback import MAX_COMMENT
from agent.services.following import follow_answer
from flux_site.api.audit.who import who_resolves
from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.limits import MAX_PAGE
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require


@strawberry.input
class CreateAssistantThreadInput:
    """How it is called."""

    title: str = strawberry.field(description=f"1 to {MAX_TITLE} characters.")


@strawberry.input
class RenameAssistantThreadInput:
    """Which, and how it is called from now on."""

    id: strawberry.ID
    title: str = strawberry.field(description=f"1 to {MAX_TITLE} characters.")


@strawberry.input
class DeleteAssistantThreadInput:
    """Which."""

    id: strawberry.ID


@strawberry.input
class SendAssistantMessageInput:
    """A question and where it stands."""

    text: str = strawberry.field(description=f"1 to {settings.ASSISTANT_MAX_QUESTION} characters.")
    thread_id: strawberry.ID | None = strawberry.field(
        default=None,
        description=f"None: a new one, called by the first {TITLE_CHARACTERS} characters of the question.",
    )
    parent_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The answer that the question follows; null: none, it begins a branch. Left out: "
        "the newest answer that nothing follows. A question is asked otherwise by the parent it had.",
    )
    context: AssistantContextInput | None = None


@strawberry.input
class AssistantAnswerInput:
    """Which answer."""

    answer_id: strawberry.ID


@strawberry.input
class GiveAssistantFeedbackInput:
    """What you think of an answer."""

    answer_id: strawberry.ID
    is_positive: bool
    categories: list[AssistantFeedbackCategory] = strawberry.field(default_factory=list)
    comment: str = strawberry.field(default="", description=f"Up to {MAX_COMMENT} characters.")


@strawberry.type(description="A conversation that is gone, with all its messages.")
class DeletedAssistantThread:
    """What was deleted."""

    id: strawberry.ID


ThreadPayload = Annotated[AssistantThread | Fault, strawberry.union("AssistantThreadPayload")]
DeletedPayload = Annotated[DeletedAssistantThread | Fault, strawberry.union("DeleteAssistantThreadPayload")]
ExchangePayload = Annotated[AssistantExchange | Fault, strawberry.union("AssistantExchangePayload")]
MessagePayload = Annotated[AssistantMessage | Fault, strawberry.union("AssistantMessagePayload")]


@strawberry.type
class ConversationQuery:
    """Questions about the assistant and one's conversations with it."""

    @strawberry_django.field(
        extensions=[Requires(USE)], description="What answers your questions, and what it can do."
    )
    def assistant(self, info: Info) -> AssistantInfo:
        """Return what there is to know before asking."""
        about = informing.assistant_for(require(info, USE))
        return AssistantInfo(
            backend=AssistantBackend(about.backend),
            note=about.note,
            tools=[
                AssistantTool(name=each.name, description=each.description, is_allowed=each.is_allowed)
                for each in about.tools
            ],
            feedback_categories=list(FeedbackCategory),
            questions_per_minute=settings.ASSISTANT_PER_MINUTE,
            max_question_characters=settings.ASSISTANT_MAX_QUESTION,
        )

    @strawberry_django.field(
        extensions=[Requires(USE)], description="Your conversations, that of the newest message first."
    )
    def assistant_threads(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description=f"Words that all stand in the title or a message; {MAX_SEARCH} characters."
            ),
        ] = None,
        first: Annotated[int, strawberry.argument(description=f"1 to {MAX_PAGE}.")] = 30,
        offset: int = 0,
    ) -> AssistantThreadPage:
        """Return a page of threads."""
        user = require(info, USE)
        if not 1 <= first <= MAX_PAGE:
            raise BadInput(f"must be 1 to {MAX_PAGE}", field="first")
        if offset < 0:
            raise BadInput("must not be negative", field="offset")
        return cast(
            AssistantThreadPage, reading.list_threads(user, search=search, first=first, offset=offset)
        )

    @strawberry_django.field(
        extensions=[Requires(USE)],
        description="One of your conversations. There is none (NOT_FOUND) that is somebody else's.",
    )
    def assistant_thread(self, info: Info, id: strawberry.ID) -> AssistantThread | None:
        """Return a thread."""
        return cast(Any, conversations.open_thread(user=require(info, USE), thread_id=str(id)))

    @strawberry_django.field(
        extensions=[Requires(USE)],
        description="Questions that suggest themselves, from what you have before you and from the grid.",
    )
    def assistant_suggestions(
        self, info: Info, context: AssistantContextInput | None = None
    ) -> list[AssistantSuggestion]:
        """Return suggestions."""
        told = (context or AssistantContextInput()).read()
        return [
            AssistantSuggestion(question=each.question, reason=each.reason)
            for each in informing.suggestions_for(require(info, USE), told)
        ]


@strawberry.type
class ConversationMutation:
    """Asking, and keeping one's conversations."""

    @strawberry_django.mutation(
        handle_django_errors=False, extensions=[Requires(USE)], description="Begin an empty conversation."
    )
    def create_assistant_thread(self, info: Info, input: CreateAssistantThreadInput) -> ThreadPayload:
        """Create a thread."""

        def create() -> Any:
            return conversations.create_thread(user=require(info, USE), title=input.title)

        return expected_failures(create)

    @strawberry_django.mutation(
        handle_django_errors=False, extensions=[Requires(USE)], description="Call a conversation otherwise."
    )
    def rename_assistant_thread(self, info: Info, input: RenameAssistantThreadInput) -> ThreadPayload:
        """Rename a thread."""

        def rename() -> Any:
            return conversations.rename_thread(
                user=require(info, USE), thread_id=str(input.id), title=input.title
            )

        return expected_failures(rename)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(USE)],
        description="Delete a conversation with all its messages; an answer being written is stopped.",
    )
    def delete_assistant_thread(self, info: Info, input: DeleteAssistantThreadInput) -> DeletedPayload:
        """Delete a thread."""

        def delete() -> Any:
            key = conversations.delete_thread(user=require(info, USE), thread_id=str(input.id))
            return DeletedAssistantThread(id=strawberry.ID(str(key)))

        return expected_failures(delete)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(USE)],
        description="Ask a question. The answer begins at once: follow it with assistantAnswer.",
    )
    def send_assistant_message(self, info: Info, input: SendAssistantMessageInput) -> ExchangePayload:
        """Ask."""
        parent = input.parent_id

        def send() -> AssistantExchange:
            exchange = conversations.send_message(
                user=require(info, USE),
                text=input.text,
                thread_id=None if input.thread_id is None else str(input.thread_id),
                parent_id=NEWEST if parent is strawberry.UNSET else None if parent is None else str(parent),
                context=input.context.read() if input.context else None,
            )
            return _exchange(exchange)

        return expected_failures(send)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(USE)],
        description="Have the question of an answer answered once more; both answers stay.",
    )
    def retry_assistant_answer(self, info: Info, input: AssistantAnswerInput) -> ExchangePayload:
        """Answer once more."""

        def retry() -> AssistantExchange:
            user = require(info, USE)
            return _exchange(conversations.retry_answer(user=user, answer_id=str(input.answer_id)))

        return expected_failures(retry)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(USE)],
        description="Stop an answer, within a second; one that is complete stays as it is.",
    )
    def stop_assistant_answer(self, info: Info, input: AssistantAnswerInput) -> MessagePayload:
        """Stop an answer."""

        def stop() -> Any:
            return conversations.stop_answer(user=require(info, USE), answer_id=str(input.answer_id))

        return expected_failures(stop)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(USE)],
        description="Say what you think of an answer, in place of what you said of it before.",
    )
    def give_assistant_feedback(self, info: Info, input: GiveAssistantFeedbackInput) -> MessagePayload:
        """Keep feedback."""

        def give() -> Any:
            return feedback.give_feedback(
                user=require(info, USE),
                answer_id=str(input.answer_id),
                is_positive=input.is_positive,
                categories=[FeedbackCategory(each).value for each in input.categories],
                comment=input.comment,
            )

        return expected_failures(give)


@strawberry.type
class ConversationSubscription:
    """Answers as they are written."""

    @strawberry.subscription(
        extensions=[Requires(USE)],
        description="The events of an answer after number `after` (-1: all), those that are there at once, "
        "the others as they come, until its end. Who lost the connection goes on from the last number.",
    )
    async def assistant_answer(
        self, info: Info, answer_id: strawberry.ID, after: int = -1
    ) -> AsyncGenerator[AssistantAnswerUpdate, None]:
        """Follow an answer."""
        user = await sync_to_async(require)(info, USE)
        updates = follow_answer(answer_id=str(answer_id), user=user, after=after, who=who_resolves(info))
        async with aclosing(updates):
            async for update in updates:
                yield AssistantAnswerUpdate(
                    events=cast(Any, update.events),
                    state=MessageState(update.answer.state),
                    is_finished=update.is_finished,
                    answer=cast(Any, update.answer),
                )


def _exchange(exchange: conversations.Exchange) -> AssistantExchange:
    rows: Any = exchange
    return AssistantExchange(thread=rows.thread, question=rows.question, answer=rows.answer)
