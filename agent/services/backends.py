"""Which back end answers a user's questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings

from agent.backends.errors import BackendFault
from agent.backends.requests import Backend
from agent.events import Warn
from agent.selectors.documents import VIEW as VIEW_DOCUMENTS
from agent.semantic.loading import semantic_model
from agent.services.checking import Checked
from agent.services.connections import chat_connection, cortex_connection
from agent.services.foreign import ChatServer, CortexBackend, WithNote, WithSpare, breaker_of
from grid.selectors.visibility import granted_zone_ids

BackendName = Literal["embedded", "cortex", "openai"]

LIMITED_ROWS = "LIMITED_ROWS"


@dataclass(frozen=True, kw_only=True)
class ChosenBackend:
    """What answers a user's questions.

    Attributes:
        backend: yields the answer's events; closing its iterator stops it and hangs up.
        name: of what was chosen; where it fails before it says anything the built-in one answers instead,
            with a warning of the code FALLBACK.
        note: what the user should know of the choice, or None. It is also the first event of an answer.
        needs_thread: whether a question should carry ids of the server's: ``thread_id`` of the newest
            ``Done`` of the conversation that has one, and ``parent_message_id``, the ``message_id`` of the
            ``Done`` of the very answer that the question follows (None where that has none). Without a
            ``thread_id`` a first question begins a thread. The history is given in any case.
    """

    backend: Backend
    name: BackendName
    note: str | None = None
    needs_thread: bool = False


def backend_for(user: Any) -> ChosenBackend:
    """Return what answers the questions of a user. Asks the database which zones they may see."""
    from agent.embedded.backend import EmbeddedBackend

    built_in = EmbeddedBackend()
    chosen = settings.ASSISTANT_BACKEND
    if chosen == "openai":
        chat = chat_connection()
        server = WithSpare(
            ChatServer(chat), spare=built_in, name="The model server", breaker=breaker_of(chosen, chat.url)
        )
        return ChosenBackend(backend=Checked(server, user=user), name="openai")
    if chosen != "cortex":
        return ChosenBackend(backend=built_in, name="embedded")
    why_not = _why_not_cortex(user)
    if why_not:
        note = Warn(code=LIMITED_ROWS, message=why_not)
        return ChosenBackend(backend=WithNote(built_in, note), name="embedded", note=why_not)
    try:
        cortex = cortex_connection()
    except BackendFault as fault:
        note = Warn(code="FALLBACK", message=fault.message)
        return ChosenBackend(backend=WithNote(built_in, note), name="embedded", note=fault.message)
    agent = WithSpare(
        CortexBackend(cortex), spare=built_in, name="Snowflake Cortex", breaker=breaker_of(chosen, cortex.url)
    )
    return ChosenBackend(backend=Checked(agent, user=user), name="cortex", needs_thread=True)


def _why_not_cortex(user: Any) -> str | None:
    """Return why Cortex may not answer a user: it sees what its own role sees, not what they may."""
    if granted_zone_ids(user):
        seen = "You see some zones only"
    elif not user.has_perms((*semantic_model().permissions, VIEW_DOCUMENTS)):
        seen = "You may see some kinds of data only"
    else:
        return None
    return f"{seen}, and the agent in Snowflake sees all of them; the built-in assistant answers instead."
