"""The clients of the servers that answer for us: made once for each event loop, then used again.

A client keeps its connections open, and they belong to the loop that made them; another loop gets a client
of its own. Secrets are read from the settings here and nowhere else, and are no part of any ``repr``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings

from agent.backends.errors import BackendFault

if TYPE_CHECKING:
    from agent.backends.cortex_client import CortexClient
    from agent.backends.cortex_credentials import Credentials
    from agent.backends.openai_chat import ChatBackend

Client = TypeVar("Client")


@dataclass(frozen=True, kw_only=True)
class CortexConnection:
    """Which agent of which account is asked, and who asks."""

    url: str
    agent: tuple[str, str, str]
    role: str = ""
    token_file: Path | None = None
    token: str = field(default="", repr=False)
    account: str = ""
    user: str = ""
    private_key_file: Path | None = None
    passphrase: str = field(default="", repr=False)
    retry_wait_s: float = 0.5

    def credentials(self) -> Credentials:
        """Return what proves who asks.

        Raises:
            BackendFault: if the private key cannot be read.
        """
        from agent.backends.cortex_credentials import AccessToken, KeyPair, OAuthTokenFile

        if self.token_file is not None:
            return OAuthTokenFile(self.token_file)
        if self.token:
            return AccessToken(self.token)
        if self.private_key_file is None:
            raise BackendFault("The settings name no way to sign in.", code="BACKEND_UNAUTHENTICATED")
        try:
            written = self.private_key_file.read_bytes()
        except OSError as error:
            raise BackendFault(
                f"The private key {self.private_key_file} cannot be read: {error.strerror}.",
                code="BACKEND_UNAUTHENTICATED",
            ) from error
        return KeyPair(
            account=self.account,
            user=self.user,
            private_key_pem=written,
            passphrase=self.passphrase.encode() or None,
        )

    def open(self) -> CortexClient:
        """Return a new client.

        Raises:
            BackendFault: if the private key cannot be read.
        """
        from agent.backends.cortex_client import CortexAgent, CortexClient, CortexSettings

        database, schema, name = self.agent
        agent = CortexAgent(database=database, schema=schema, name=name)
        cortex = CortexSettings(url=self.url, agent=agent, role=self.role, retry_wait_s=self.retry_wait_s)
        return CortexClient(cortex, self.credentials())


@dataclass(frozen=True, kw_only=True)
class ChatConnection:
    """Which model of which server is asked."""

    url: str
    model: str
    key: str = field(default="", repr=False)

    def open(self) -> ChatBackend:
        """Return a new back end."""
        from agent.backends.openai_chat import ChatBackend, ChatSettings, open_client

        chat = ChatSettings(url=self.url, model=self.model, key=self.key)
        return ChatBackend(chat, client=open_client(chat))


def cortex_connection() -> CortexConnection:
    """Return the connection to Cortex that the settings name.

    Raises:
        BackendFault: if they name none.
    """
    if not settings.CORTEX_URL or not settings.CORTEX_AGENT:
        raise BackendFault("No Cortex agent is set up.", code="BACKEND_NOT_CONFIGURED")
    database, schema, name = settings.CORTEX_AGENT
    return CortexConnection(
        url=settings.CORTEX_URL,
        agent=(database, schema, name),
        role=settings.CORTEX_ROLE,
        token_file=settings.CORTEX_TOKEN_FILE,
        token=settings.CORTEX_TOKEN,
        account=settings.CORTEX_ACCOUNT,
        user=settings.CORTEX_USER,
        private_key_file=settings.CORTEX_PRIVATE_KEY_FILE,
        passphrase=settings.CORTEX_PRIVATE_KEY_PASSPHRASE,
    )


def chat_connection() -> ChatConnection:
    """Return the connection to the server of the OpenAI protocol that the settings name."""
    return ChatConnection(url=settings.CHAT_URL, model=settings.CHAT_MODEL, key=settings.CHAT_KEY)


def kept(connection: Any, make: Callable[[], Client]) -> Client:
    """Return this event loop's client of a connection; the first call makes it."""
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if connection not in clients:
        clients[connection] = make()
    found: Client = clients[connection]
    return found


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Any, Any]] = WeakKeyDictionary()


async def close_kept() -> None:
    """Close the clients of this event loop, as when it ends."""
    for client in _clients.pop(asyncio.get_running_loop(), {}).values():
        await client.aclose()
