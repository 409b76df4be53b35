"""Writing the audit log, and forgetting what is past its time."""

import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils import timezone

from flux_site.api.audit.personal import PersonalReads
from flux_site.api.audit.who import Who
from flux_site.api.models import AuditKind, AuditOutcome, AuditRecord, AuditResult, AuditSource

logger = logging.getLogger(__name__)

FORGOTTEN_AT_ONCE = 10_000


def record_attempt(*, who: Who, source: AuditSource, action: str, targets: Iterable[str]) -> int:
    """Record that a change is about to be carried out; return the record's key.

    Raises:
        DatabaseError: if it cannot be written; the change must then not be carried out.
    """
    record = AuditRecord.objects.using(DEFAULT_DB_ALIAS).create(
        kind=AuditKind.CHANGE, source=source, action=action[:100], targets=_unique(targets), **asdict(who)
    )
    return int(record.pk)


def record_outcome(
    record_id: int,
    result: AuditResult,
    *,
    error_code: str | None = None,
    error_field: str | None = None,
    targets: Iterable[str] = (),
) -> None:
    """Record how a change ended. The change stands whether or not this can be written."""
    try:
        # A block of its own: the transaction of whoever called may go on after a failure here.
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            AuditOutcome.objects.using(DEFAULT_DB_ALIAS).create(
                record_id=record_id,
                result=result,
                error_code=error_code,
                error_field=error_field and error_field[:100],
                targets=_unique(targets),
            )
    except Exception:  # the change is done or refused by now, and its record says that it was tried
        logger.exception("Unable to record how the change %s ended: %s %s", record_id, result, error_code)


def record_personal_reads(reads: PersonalReads, *, who: Who, source: AuditSource, action: str) -> None:
    """Record whose personal data an answer shows, in one row; nothing if it shows none.

    Raises:
        DatabaseError: if it cannot be written; the answer must then not be given.
    """
    if not reads.ids:
        return
    AuditRecord.objects.using(DEFAULT_DB_ALIAS).create(
        kind=AuditKind.PERSONAL_READ,
        source=source,
        action=action[:100],
        targets=list(reads.ids),
        personal_fields=sorted(reads.fields),
        **asdict(who),
    )


def forget_old_records() -> int:
    """Delete records older than ``AUDIT_KEEP_DAYS``; return how many.

    The database lets nobody delete those of the last 90 days.
    """
    before = timezone.now() - timedelta(days=settings.AUDIT_KEEP_DAYS)
    count = 0
    while True:
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
                cursor.execute("SET LOCAL flux.audit_retention = 'on'")
            old = AuditRecord.objects.using(DEFAULT_DB_ALIAS).filter(at__lt=before).order_by("at")
            ids = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
            _delete(AuditOutcome, record_id__in=ids)
            _delete(AuditRecord, pk__in=ids)
        count += len(ids)
        if len(ids) < FORGOTTEN_AT_ONCE:
            return count


def _delete(model: Any, **which: Any) -> None:
    rows = model.objects.using(DEFAULT_DB_ALIAS).filter(**which)
    rows._raw_delete(DEFAULT_DB_ALIAS)


def _unique(targets: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(targets))
