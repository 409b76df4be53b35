"""What a tool is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from agent.backends.requests import Context, ToolOutcome


class Input(BaseModel):
    """The input of a tool: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, and what they have before them."""

    user: Any
    context: Context = field(default_factory=Context)


@dataclass(frozen=True, kw_only=True)
class ToolSpec:
    """A tool.

    Attributes:
        name: as a model calls it.
        description: what it answers and what it does not, for a model.
        input: the model of its input; its JSON schema is what a language model sees.
        permissions: all are needed; without them the tool is not offered and does not run.
        run: finds the answer, in a thread of its own; raises ``FluxError`` or ``ToolRefused`` where
            it cannot.
        is_read_only: whether it runs in a transaction that cannot write, within a time limit.
    """

    name: str
    description: str
    input: type[Input]
    permissions: tuple[str, ...]
    run: Callable[[Caller, Any], ToolOutcome]
    is_read_only: bool = True
