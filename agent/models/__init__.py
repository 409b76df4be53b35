"""Rows of the assistant."""

from agent.models.conversations import (
    AnswerEvent,
    Feedback,
    FeedbackCategory,
    Message,
    MessageRole,
    MessageState,
    Thread,
)
from agent.models.documents import Document, DocumentFile, DocumentState, Passage

__all__ = [
    "AnswerEvent",
    "Document",
    "DocumentFile",
    "DocumentState",
    "Feedback",
    "FeedbackCategory",
    "Message",
    "MessageRole",
    "MessageState",
    "Passage",
    "Thread",
]
