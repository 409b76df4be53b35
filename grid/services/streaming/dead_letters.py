"""Messages that could not be taken: written down with the landing, sent again or deleted by people."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from flux_site.api.errors import BadInput, FluxError, LimitExceeded, NotFound, PermissionRefused
from grid import models
from grid.models.base import granted_zone_ids
from grid.selectors.stream_transport import get_transport
from grid.streaming.codec import MALFORMED
from grid.streaming.sifting import CLOCK_FAULTS, CONFLICTING
from grid.streaming.transport import (
    MAX_PUBLISH,
    DeadLetter,
    StreamFull,
    StreamName,
    Transport,
    TransportUnavailable,
)

MAX_IDS = 5_000
UNKNOWN_METER, UNKNOWN_DEVICE, REFUSED = "UNKNOWN_METER", "UNKNOWN_DEVICE", "REFUSED"
CODES = frozenset({*MALFORMED, *CLOCK_FAULTS, CONFLICTING, UNKNOWN_METER, UNKNOWN_DEVICE, REFUSED})
"""Why a message may be refused."""
_MAX_REASON = 1_000

_WRITE = """
INSERT INTO grid_streamdeadletter AS held
    (stream, digest, message_id, code, reason, body, seen_count, first_at, last_at)
SELECT %(stream)s, digest, message_id, code, reason, body, 1, %(now)s, %(now)s
FROM unnest(%(digests)s::text[], %(ids)s::text[], %(codes)s::text[], %(reasons)s::text[], %(bodies)s::bytea[])
    AS letter (digest, message_id, code, reason, body)
ON CONFLICT (stream, digest) DO UPDATE SET
    seen_count = held.seen_count + (held.message_id <> excluded.message_id)::int,
    message_id = excluded.message_id, code = excluded.code, reason = excluded.reason,
    last_at = excluded.last_at
"""


class StreamUnavailable(FluxError):
    """What carries the streams does not answer."""

    code = "STREAM_UNAVAILABLE"


def write_down(*, stream: StreamName, letters: Sequence[DeadLetter], now: datetime) -> None:
    """Write dead letters into the cache. The same message again counts up; redelivered it changes nothing."""
    by_digest = {hashlib.sha256(letter.message.body).hexdigest(): letter for letter in letters}
    if not by_digest:
        return
    known = by_digest.values()
    values = {
        "stream": stream.value,
        "now": now,
        "digests": list(by_digest),
        "ids": [letter.message.message_id for letter in known],
        "codes": [letter.code for letter in known],
        "reasons": [letter.reason.replace("\x00", "")[:_MAX_REASON] for letter in known],
        "bodies": [letter.message.body for letter in known],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def may_see(user: Any) -> bool:
    """Return whether a user may see dead letters: they belong to no zone, so nobody limited to zones may."""
    return not granted_zone_ids(user)


def replay(
    *,
    ids: Sequence[int] | None = None,
    codes: Sequence[str] | None = None,
    transport: Transport | None = None,
    user: Any | None = None,
) -> int:
    """Send dead letters to the end of their stream and return how many; those that fail again come back.

    A letter is deleted here once the stream holds it. After a crash in between it is sent twice, which
    changes nothing.

    Args:
        ids: which ones; None for all.
        codes: only those with one of these reasons.
        transport: where the streams are; None for that of the settings.
        user: who asks; None for whoever runs commands here.

    Raises:
        PermissionRefused: if the user may not see dead letters.
        BadInput, NotFound: if an id or a code is unknown, or there are too many.
        LimitExceeded: if the stream is full; those before were sent.
        StreamUnavailable: if the transport does not answer.
    """
    if user is not None and not may_see(user):
        raise PermissionRefused("Dead letters belong to no zone; users limited to zones may not send them.")
    target = transport or get_transport()
    rows = _chosen(ids, codes)
    sent = 0
    for stream in StreamName:
        while part := _send_some(target, stream, rows):
            sent += part
    return sent


def delete(*, ids: Sequence[int]) -> int:
    """Delete dead letters for good and return how many there were.

    Raises:
        BadInput, NotFound: if an id is unknown, or there are too many.
    """
    return _chosen(ids, None).delete()[0]


def tidy() -> int:
    """Delete dead letters that nobody decided about for long; return how many."""
    before = timezone.now() - timedelta(days=settings.STREAM_DEAD_KEEP_DAYS)
    return models.StreamDeadLetter.objects.filter(last_at__lt=before).delete()[0]


def _chosen(ids: Sequence[int] | None, codes: Sequence[str] | None) -> QuerySet[models.StreamDeadLetter]:
    rows = models.StreamDeadLetter.objects.all()
    if codes is not None:
        if unknown := sorted(set(codes) - CODES):
            raise BadInput(
                f"There is no reason {unknown[0]!r}; the reasons are {', '.join(sorted(CODES))}.",
                field="codes",
            )
        rows = rows.filter(code__in=codes)
    if ids is None:
        return rows.filter(last_at__lte=timezone.now())
    if not ids or len(ids) > MAX_IDS:
        raise BadInput(f"ids must name 1 to {MAX_IDS:,} dead letters.", field="ids")
    rows = rows.filter(pk__in=ids)
    if missing := sorted(set(ids) - set(rows.values_list("pk", flat=True))):
        raise NotFound(f"There is no dead letter {missing[0]}.", field="ids")
    return rows


@transaction.atomic
def _send_some(transport: Transport, stream: StreamName, rows: QuerySet[models.StreamDeadLetter]) -> int:
    letters = list(
        rows.filter(stream=stream.value)
        .order_by("pk")
        .select_for_update(skip_locked=True)[: MAX_PUBLISH // 2]
    )
    if not letters:
        return 0
    try:
        transport.publish(stream, [bytes(letter.body) for letter in letters])
    except StreamFull as error:
        raise LimitExceeded(f"The stream of {stream} is full: {error}.") from error
    except TransportUnavailable as error:
        raise StreamUnavailable(f"The stream does not answer: {error}") from error
    models.StreamDeadLetter.objects.filter(pk__in=[letter.pk for letter in letters]).delete()
    return len(letters)
