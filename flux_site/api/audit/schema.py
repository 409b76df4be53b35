"""GraphQL of the audit log."""

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q, QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django import ComparisonFilterLookup, StrFilterLookup
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api import models
from flux_site.api.guard import Requires
from flux_site.api.ordering import UnknownLast, in_default_order
from flux_site.api.visibility import require

AuditKind = strawberry.enum(
    models.AuditKind,
    description="CHANGE: a change was asked for; PERSONAL_READ: personal data was shown.",
)
AuditSource = strawberry.enum(models.AuditSource, description="GRAPHQL, or WEB: the admin and uploads.")
AuditResult = strawberry.enum(
    models.AuditResult,
    description="DONE; ANSWERED: a page came back, such as a form with errors; REFUSED; FAILED by our fault.",
)


@strawberry_django.filter_type(models.AuditRecord)
class AuditRecordFilter:
    """Filter of the audit log."""

    at: ComparisonFilterLookup[datetime] | None
    action: StrFilterLookup | None
    username: StrFilterLookup | None
    token_name: StrFilterLookup | None

    @strawberry_django.filter_field
    def kind(self, value: AuditKind, prefix: str) -> Q:
        """Keep records of one kind."""
        return Q(**{f"{prefix}kind": value})

    @strawberry_django.filter_field
    def result(self, value: AuditResult, prefix: str) -> Q:
        """Keep changes that ended so."""
        return Q(**{f"{prefix}outcome__result": value})

    @strawberry_django.filter_field(description="Records that name this id, such as that of a customer.")
    def target(self, value: str, prefix: str) -> Q:
        """Keep records that name an id."""
        return Q(**{f"{prefix}targets__contains": [value]})


@strawberry_django.order_type(models.AuditRecord)
class AuditRecordOrder(UnknownLast):
    """Order of the audit log."""

    at: auto
    username: auto
    action: auto


@strawberry_django.type(
    models.AuditRecord, name="AuditRecord", filters=AuditRecordFilter, ordering=AuditRecordOrder
)
class AuditEntry(relay.Node):
    """One change that somebody asked for, or one answer that showed personal data."""

    at: auto
    kind: AuditKind
    source: AuditSource
    action: auto
    username: auto
    token_name: auto
    targets: list[str]
    personal_fields: list[str]

    @strawberry_django.field(only=["client_address"], description="Null: unknown.")
    def client_address(self) -> str | None:
        """Return the address of the client."""
        return self.client_address  # type: ignore[return-value]

    @strawberry_django.field(only=["targets"], description="How many ids there are in targets.")
    def target_count(self) -> int:
        """Return the number of targets."""
        return len(self.targets)

    @strawberry_django.field(
        select_related=["outcome"],
        description="How a change ended; null for a change that was not finished, and for data shown.",
    )
    def result(self) -> AuditResult | None:
        """Return the result."""
        outcome = _outcome(self)
        return models.AuditResult(outcome.result) if outcome else None

    @strawberry_django.field(select_related=["outcome"], description="Why it was refused or failed.")
    def error_code(self) -> str | None:
        """Return the code."""
        outcome = _outcome(self)
        return outcome.error_code if outcome else None

    @strawberry_django.field(select_related=["outcome"], description="The input at fault.")
    def error_field(self) -> str | None:
        """Return the field."""
        outcome = _outcome(self)
        return outcome.error_field if outcome else None

    @strawberry_django.field(
        select_related=["outcome"],
        description="Ids of what was made or changed, as far as answered.",
    )
    def changed(self) -> list[str]:
        """Return the ids."""
        outcome = _outcome(self)
        return outcome.targets if outcome else []

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the records, for those who may see them: also by ``node``."""
        user = require(info, models.AUDIT_PERMISSION)
        return in_default_order(queryset.visible_to(user))  # type: ignore[attr-defined]


def _outcome(entry: Any) -> models.AuditOutcome | None:
    return getattr(entry, "outcome", None)


@strawberry.type
class AuditQuery:
    """Questions about the audit log."""

    audit_log: DjangoCursorConnection[AuditEntry] = strawberry_django.connection(
        extensions=[Requires(models.AUDIT_PERMISSION)],
        description="Every change asked for and every answer that showed personal data, newest first. "
        "Not for users limited to zones, since records belong to none.",
    )
