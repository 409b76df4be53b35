"""What readers think of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from agent.models import Feedback, FeedbackCategory, Message
from agent.selectors import conversations as reading
from agent.services.forwarding import queue_feedback
from flux_site.api.errors import BadInput

MAX_COMMENT = 2_000


@transaction.atomic
def give_feedback(
    *, user: Any, answer_id: str, is_positive: bool, categories: Sequence[str] = (), comment: str = ""
) -> Message:
    """Keep what a user thinks of an answer; what they said of it before is replaced.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        NotFound: if the user has no such answer.
        BadInput: if it is not complete, a category is unknown, or the comment too long.
    """
    reading.check_use(user)
    answer = reading.get_answer(answer_id, user)
    if not answer.is_finished:
        raise BadInput("is still being written", field="answerId")
    unknown = sorted(set(categories) - set(FeedbackCategory.values))
    if unknown:
        allowed = ", ".join(FeedbackCategory.values)
        raise BadInput(f"{unknown[0]!r} is no category; allowed are {allowed}.", field="categories")
    said = comment.replace("\x00", "").strip()
    if len(said) > MAX_COMMENT:
        raise BadInput(
            f"A comment has at most {MAX_COMMENT:,} characters, not {len(said):,}.", field="comment"
        )
    feedback, _ = Feedback.objects.update_or_create(
        answer=answer,
        defaults={
            "is_positive": is_positive,
            "categories": list(dict.fromkeys(categories)),
            "comment": said,
            "updated_at": timezone.now(),
            "forwarded_at": None,
            "forward_fault": "",
        },
    )
    answer.feedback = feedback
    feedback.answer = answer
    queue_feedback(feedback, user=user)
    return answer
