"""What a back end is asked: the question with what was said before it, as the one who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agent.backends.requests import Backend, Context, Question, Role, Turn
from agent.models import Message, MessageRole
from agent.selectors.conversations import branch_to
from agent.services.backends import backend_for
from agent.tools.registry import tools_for
from agent.tools.spec import Caller
from flux_site.api.masking import user_may_see_pii

MAX_TURNS = 40
MAX_CHARACTERS = 60_000
MAX_TURN_CHARACTERS = 8_000


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A question ready to be asked."""

    backend: Backend
    question: Question


def prepare(answer_id: UUID) -> Prepared | None:
    """Return what to ask for an answer that is to be written; None if it is gone or complete."""
    answer = Message.objects.running().select_related("thread__owner", "parent").filter(pk=answer_id).first()
    if answer is None or answer.parent is None:
        return None
    user = answer.thread.owner
    chosen = backend_for(user)
    context = _context(answer.parent.context)
    before = branch_to(answer.parent, list(answer.thread.messages.all()))[:-1]
    Message.objects.filter(pk=answer_id).update(backend=chosen.name)
    return Prepared(
        backend=chosen.backend,
        question=Question(
            text=answer.parent.text,
            history=turns(before, user),
            tools=tools_for(Caller(user=user, context=context)),
            context=context,
            **_carried(before, is_in_thread=chosen.needs_thread),
        ),
    )


def turns(branch: Sequence[Message], user: Any) -> tuple[Turn, ...]:
    """Return what was said on a branch, the newest at the end, as much of it as a back end takes.

    Questions without an answer are left out, and so are answers that show what the user may not see any more.
    """
    found: list[Turn] = []
    left = MAX_CHARACTERS
    sees_people = user_may_see_pii(user)
    for question, answer in reversed(list(zip(branch[::2], branch[1::2], strict=False))):
        if not answer.text or (answer.personal_ids and not sees_people):
            continue
        said = _shortened(answer.text), _shortened(question.text)
        left -= len(said[0]) + len(said[1])
        if left < 0 or len(found) + 2 > MAX_TURNS:
            break
        found += [Turn(role=Role.ASSISTANT, text=said[0]), Turn(role=Role.USER, text=said[1])]
    return tuple(reversed(found))


def _carried(before: Sequence[Message], *, is_in_thread: bool) -> dict[str, Any]:
    """Return what back ends said of the branch that they need to go on with it: ids and state.

    The thread is the newest that the branch had; the message is that of the very answer that is followed.
    """
    answers = [each for each in before if each.role == MessageRole.ASSISTANT]
    if not answers:
        return {}
    carried: dict[str, Any] = {"state": answers[-1].carried}
    if is_in_thread:
        threads = (each.backend_thread_id for each in reversed(answers) if each.backend_thread_id)
        carried["thread_id"] = next(threads, None)
        carried["parent_message_id"] = answers[-1].backend_message_id or None
    return carried


def _context(document: dict[str, Any]) -> Context:
    return Context(
        asset_ids=tuple(document.get("asset_ids", ())),
        run_id=document.get("run_id"),
        workspace=document.get("workspace"),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_TURN_CHARACTERS else text[: MAX_TURN_CHARACTERS - 2] + " …"
