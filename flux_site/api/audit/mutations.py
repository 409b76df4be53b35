"""The field extension that puts every mutation on record."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.db.models import Model
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types import Info
from strawberry.utils.inspect import in_async_context

from flux_site.api.audit.recording import record_attempt, record_outcome
from flux_site.api.audit.who import who_resolves
from flux_site.api.models import AuditResult, AuditSource
from flux_site.api.operation import Fault
from flux_site.api.principals import Principal
from flux_site.api.reporting import describe
from flux_site.api.visibility import user_of

NAMES_A_TARGET = re.compile(r"(^|_)(ids?|keys?|layers?|outages|digest|file)$")
"""Inputs whose values say what is to be changed. Nothing else of the input is kept: it may hold secrets."""

LONGEST_TARGET = 200
MOST_TARGETS = 1_000


def audited(mutation: type) -> type:
    """Put every field of the mutation type on record; a field added later is on record too."""
    definition: Any = mutation.__strawberry_definition__  # type: ignore[attr-defined]
    for field in definition.fields:
        field.extensions = [*field.extensions, Audited()]  # last, hence outermost: refusals are on record too
    return mutation


class Audited(FieldExtension):
    """Records a mutation before it is carried out, and how it ended after.

    If the first cannot be written the mutation is not carried out; the error is that of the lost database.
    """

    def resolve(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Record, resolve, record; in an async request off the event loop."""
        if in_async_context():
            return self.resolve_async(next_, source, info, **kwargs)
        record_id = self.begin(info, kwargs)
        try:
            result = next_(source, info, **kwargs)
        except BaseException as error:
            self.end_with(record_id, error)
            raise
        self.end(record_id, result)
        return result

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Do the same in an async request."""
        record_id = await sync_to_async(self.begin)(info, kwargs)
        try:
            result = next_(source, info, **kwargs)
            while hasattr(result, "__await__"):
                result = await result
        except BaseException as error:
            await sync_to_async(self.end_with)(record_id, error)
            raise
        await sync_to_async(self.end)(record_id, result)
        return result

    def begin(self, info: Info, arguments: Mapping[str, Any]) -> int | None:
        """Record the attempt; None for a user known only from before PostgreSQL went, who changes nothing."""
        if isinstance(user_of(info), Principal):
            return None
        targets = list(targets_in(arguments))[:MOST_TARGETS]
        if info.field_name == "login":
            targets = known_username(arguments["input"].username)
        return record_attempt(
            who=who_resolves(info), source=AuditSource.GRAPHQL, action=info.field_name, targets=targets
        )

    def end(self, record_id: int | None, result: Any) -> None:
        """Record what the mutation answered."""
        if record_id is None:
            return
        if isinstance(result, Fault):
            record_outcome(record_id, AuditResult.REFUSED, error_code=result.code, error_field=result.field)
        else:
            record_outcome(record_id, AuditResult.DONE, targets=targets_made(result))

    def end_with(self, record_id: int | None, error: BaseException) -> None:
        """Record what the mutation raised."""
        if record_id is None:
            return
        expected = describe(error)
        if expected is None:
            record_outcome(record_id, AuditResult.FAILED, error_code="INTERNAL_ERROR")
        else:
            code, field = expected[1].get("code"), expected[1].get("field")
            record_outcome(record_id, AuditResult.REFUSED, error_code=code, error_field=field)


def known_username(name: str) -> list[str]:
    """Return a name that somebody logs in with, if it is a user's: it might be a password by mistake."""
    is_known = get_user_model().objects.filter(username=name).exists()
    return [f"user:{name}"] if is_known else []


def targets_in(value: Any, name: str = "") -> Iterator[str]:
    """Yield the ids in the arguments of a mutation, however deep, by the names of their fields."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from targets_in(part, str(key))
    elif is_dataclass(value):
        for each in fields(value):
            yield from targets_in(getattr(value, each.name, None), each.name)
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from targets_in(part, name)
    elif isinstance(value, str | int) and not isinstance(value, bool) and NAMES_A_TARGET.search(name):
        yield str(value).replace("\x00", "\N{SYMBOL FOR NULL}")[
            :LONGEST_TARGET
        ]  # no text of PostgreSQL has it


def targets_made(result: Any) -> list[str]:
    """Return the keys of the rows that a mutation answered: the result itself, or those it holds."""
    held = [getattr(result, each.name, None) for each in fields(result)] if is_dataclass(result) else []
    return [str(row.pk) for row in (result, *held) if isinstance(row, Model) and row.pk is not None]
