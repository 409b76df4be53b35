"""The part of the environment that says what answers questions, and how many of them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BACKENDS = ("embedded", "cortex", "openai")


@dataclass(frozen=True, kw_only=True)
class AssistantEnvironment:
    """What a deployment decides about the assistant. Secrets are no part of its ``repr``."""

    backend: str
    cortex_url: str
    cortex_agent: tuple[str, str, str] | None
    cortex_role: str
    cortex_token_file: Path | None
    cortex_token: str = field(repr=False)
    cortex_account: str
    cortex_user: str
    cortex_private_key_file: Path | None
    cortex_private_key_passphrase: str = field(repr=False)
    chat_url: str
    chat_model: str
    chat_key: str = field(repr=False)
    per_minute: int
    per_day: int

    def faults(self, *, malformed: Iterable[str] = ()) -> list[str]:
        """Return what is missing for the back end that was chosen; every fault names its variable.

        A variable that was told of as malformed is not told of again as missing.
        """
        told = {fault.split(" ", 1)[0] for fault in malformed}
        return [fault for fault in self._faults() if not told & set(re.findall(r"FLUX_\w+", fault)[:1])]

    def _faults(self) -> list[str]:
        if self.backend == "openai":
            return _missing({"FLUX_CHAT_URL": self.chat_url, "FLUX_CHAT_MODEL": self.chat_model}, "openai")
        if self.backend != "cortex":
            return []
        found = _missing(
            {"FLUX_CORTEX_URL": self.cortex_url, "FLUX_CORTEX_AGENT": self.cortex_agent}, "cortex"
        )
        return found + self._credential_faults()

    def _credential_faults(self) -> list[str]:
        pair = {
            "FLUX_CORTEX_ACCOUNT": self.cortex_account,
            "FLUX_CORTEX_USER": self.cortex_user,
            "FLUX_CORTEX_PRIVATE_KEY_FILE": self.cortex_private_key_file,
        }
        ways = {
            "FLUX_CORTEX_TOKEN_FILE": bool(self.cortex_token_file),
            "FLUX_CORTEX_TOKEN": bool(self.cortex_token),
            "FLUX_CORTEX_PRIVATE_KEY_FILE": any(pair.values()),
        }
        chosen = [name for name, is_set in ways.items() if is_set]
        if len(chosen) > 1:
            return [f"{', '.join(chosen)} are set; set one of them, so that it is clear who asks"]
        if not chosen:
            return [f"{', '.join(ways)}: one of them is needed, since FLUX_ASSISTANT_BACKEND is cortex"]
        return _missing(pair, "cortex, with a key pair") if chosen == ["FLUX_CORTEX_PRIVATE_KEY_FILE"] else []


def parse_backend(text: str) -> str:
    """Return the name of a back end.

    Raises:
        ValueError: if there is none of that name.
    """
    if text not in BACKENDS:
        raise ValueError(f"must be {', '.join(BACKENDS[:-1])} or {BACKENDS[-1]}")
    return text


def parse_agent(text: str) -> tuple[str, str, str] | None:
    """Return the database, schema and name of a Cortex agent; None for none.

    Raises:
        ValueError: if there are not three parts.
    """
    if not text.strip():
        return None
    parts = [part.strip() for part in text.split(".")]
    if len(parts) != 3 or not all(parts):
        raise ValueError("must look like DATABASE.SCHEMA.NAME")
    return parts[0], parts[1], parts[2]


def read_assistant(
    read: Callable[..., Any],
    *,
    parse_url: Callable[[str], str],
    parse_path: Callable[[str], Path | None],
    parse_count: Callable[[str], int],
) -> AssistantEnvironment:
    """Return the assistant's part of the environment; ``read`` notes the faults of single variables."""
    return AssistantEnvironment(
        backend=read("ASSISTANT_BACKEND", parse_backend, "embedded"),
        cortex_url=read("CORTEX_URL", parse_url, ""),
        cortex_agent=read("CORTEX_AGENT", parse_agent, ""),
        cortex_role=read("CORTEX_ROLE", str.strip, ""),
        cortex_token_file=read("CORTEX_TOKEN_FILE", parse_path, ""),
        cortex_token=read("CORTEX_TOKEN", str.strip, ""),
        cortex_account=read("CORTEX_ACCOUNT", str.strip, ""),
        cortex_user=read("CORTEX_USER", str.strip, ""),
        cortex_private_key_file=read("CORTEX_PRIVATE_KEY_FILE", parse_path, ""),
        cortex_private_key_passphrase=read("CORTEX_PRIVATE_KEY_PASSPHRASE", str, ""),
        chat_url=read("CHAT_URL", parse_url, ""),
        chat_model=read("CHAT_MODEL", str.strip, ""),
        chat_key=read("CHAT_KEY", str.strip, ""),
        per_minute=read("ASSISTANT_PER_MINUTE", parse_count, "20"),
        per_day=read("ASSISTANT_PER_DAY", parse_count, "1000"),
    )


def _missing(values: dict[str, Any], backend: str) -> list[str]:
    return [
        f"{name} is not set, and FLUX_ASSISTANT_BACKEND is {backend}"
        for name, value in values.items()
        if not value
    ]
