"""Conversations: threads of one user, a tree of messages, the events of answers, what readers think."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from agent.events import DoneReason


class MessageRole(models.TextChoices):
    """Who wrote a message."""

    USER = "USER", "User"
    ASSISTANT = "ASSISTANT", "Assistant"


class MessageState(models.TextChoices):
    """Whether a message is complete."""

    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"


class FeedbackCategory(models.TextChoices):
    """What an answer was like."""

    WRONG_DATA = "WRONG_DATA", "Wrong data"
    MISUNDERSTOOD = "MISUNDERSTOOD", "Misunderstood"
    INCOMPLETE = "INCOMPLETE", "Incomplete"
    TOO_SLOW = "TOO_SLOW", "Too slow"
    NOT_SAFE = "NOT_SAFE", "Not safe"
    HELPFUL = "HELPFUL", "Helpful"
    OTHER = "OTHER", "Other"


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Queries over threads."""

    def owned_by(self, user: Any) -> "ThreadQuerySet":
        """Return a user's own threads; nobody else's are anybody's business."""
        return self.filter(owner_id=user.pk)


class Thread(models.Model):
    """A conversation of one user."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assistant_threads"
    )
    title = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now, help_text="When a message came or ended.")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-created_at"]
        indexes = [models.Index(fields=["owner", "-updated_at"], name="agent_thread_by_owner")]
        permissions = [
            ("use_assistant", "Can ask the assistant"),
            ("view_all_threads", "Can read the conversations of everybody"),
        ]

    def __str__(self) -> str:
        return self.title


class MessageQuerySet(models.QuerySet["Message"]):
    """Queries over messages."""

    def owned_by(self, user: Any) -> "MessageQuerySet":
        """Return the messages of a user's own threads."""
        return self.filter(thread__owner_id=user.pk)

    def answers(self) -> "MessageQuerySet":
        """Return what the assistant wrote."""
        return self.filter(role=MessageRole.ASSISTANT)

    def running(self) -> "MessageQuerySet":
        """Return the answers that are being written."""
        return self.filter(state=MessageState.RUNNING)


class Message(models.Model):
    """A question, or an answer to one. Each follows its parent; several after one are branches."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    role = models.CharField(max_length=16, choices=MessageRole)
    text = models.TextField(blank=True, help_text="The question; of an answer what it says, once complete.")
    context = models.JSONField(default=dict, help_text="Of a question: what its user had before them.")
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=16, choices=MessageState, default=MessageState.DONE)
    done_reason = models.CharField(
        max_length=16, blank=True, choices=[(each.value, each.value.capitalize()) for each in DoneReason]
    )
    error_code = models.CharField(max_length=64, blank=True, help_text="Why there is no answer.")
    backend = models.CharField(
        max_length=16, blank=True, help_text="What answered: embedded, cortex, openai."
    )
    backend_thread_id = models.CharField(max_length=200, blank=True)
    backend_message_id = models.CharField(max_length=200, blank=True)
    backend_request_id = models.CharField(max_length=200, blank=True)
    tokens = models.PositiveIntegerField(
        null=True, blank=True, help_text="Null where the back end tells none."
    )
    carried = models.JSONField(default=dict, help_text="What the back end needs for what follows.")
    first_event_ms = models.FloatField(
        null=True, blank=True, help_text="From the question to the first event in the database, ms."
    )
    duration_ms = models.FloatField(null=True, blank=True, help_text="From the question to the end, ms.")
    heartbeat_at = models.DateTimeField(
        null=True, blank=True, help_text="Last sign of life of the process that writes it."
    )
    is_stop_requested = models.BooleanField(default=False)
    personal_ids = models.JSONField(default=list, help_text="Customers whose personal data it shows.")
    personal_fields = models.JSONField(default=list, help_text="Which personal data it shows.")

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["thread", "created_at"], name="agent_message_in_thread"),
            models.Index(fields=["heartbeat_at"], condition=Q(state="RUNNING"), name="agent_message_running"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(role="USER") | Q(parent__isnull=False), name="agent_answer_has_question"
            ),
            models.CheckConstraint(
                condition=Q(role="ASSISTANT") | Q(state="DONE"), name="agent_question_is_done"
            ),
            models.CheckConstraint(
                condition=Q(role="USER")
                | Q(state="RUNNING", done_reason="")
                | (Q(state="DONE") & ~Q(done_reason="")),
                name="agent_answer_ends_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more comes."""
        return self.state == MessageState.DONE


class AnswerEvent(models.Model):
    """An event of an answer, as it was emitted; neighbouring pieces of text are joined."""

    answer = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField(help_text="0 for the answer's first.")
    document = models.JSONField()

    class Meta:
        ordering = ["answer", "seq"]
        constraints = [models.UniqueConstraint(fields=["answer", "seq"], name="agent_event_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.document.get('kind')}"


class Feedback(models.Model):
    """What the reader thinks of an answer."""

    answer = models.OneToOneField(
        Message, primary_key=True, on_delete=models.CASCADE, related_name="feedback"
    )
    is_positive = models.BooleanField()
    categories = models.JSONField(default=list)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    forwarded_at = models.DateTimeField(
        null=True, blank=True, help_text="When the back end was told; null where it was not, or takes none."
    )
    forward_fault = models.TextField(blank=True, help_text="Why the back end could not be told.")

    class Meta:
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"{'good' if self.is_positive else 'bad'} {self.answer_id}"
