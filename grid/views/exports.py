"""``GET /exports/{id}``: the file of an export, whole or a range of its bytes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags
from django.views.decorators.http import require_safe

from flux_site.api.errors import FluxError, NotFound
from grid.services import exports
from grid.views.columns import check_login, error_response

CHUNK_BYTES = 256 * 1024
GONE = 410
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@require_safe
def download(request: HttpRequest, export_id: str) -> HttpResponseBase:
    """Answer with the file; 206 for a range, 416 for one outside it, 410 if it is not there."""
    try:
        check_login(request)
        found = exports.open_download(export_id=_parsed(export_id), user=request.user)
    except FluxError as error:
        response = error_response(error)
        if error.code == "EXPORT_GONE":
            response.status_code = GONE
            del response.headers["Retry-After"]
        return response
    etag = f'"{found.digest}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Vary": "Cookie, Authorization",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name) or "",
    }
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    span = _span(request, etag, found.size_bytes)
    if span is None:
        headers["Content-Range"] = f"bytes */{found.size_bytes}"
        return HttpResponse(status=416, headers=headers)
    start, end = span
    is_part = end - start < found.size_bytes
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size_bytes}"
    headers["Content-Length"] = str(end - start)
    body: Any = () if request.method == "HEAD" else _body(request, found.place, start, end)
    return StreamingHttpResponse(
        body, status=206 if is_part else 200, content_type=found.content_type, headers=headers
    )


def _parsed(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"{text[:80]!r} is no id of an export.", field="id") from None


def _span(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """Return the first byte to send and the one after the last; None for a range outside the file.

    Several ranges, a unit that is not bytes, and a range of another version are answered with the whole.
    """
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or request.headers.get("If-Range", etag) != etag:
        return 0, size
    first, last = match.groups()
    if not first and not last:
        return 0, size
    if not first:
        length = min(int(last), size)
        return (size - length, size) if length else None
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return 0, size
    return (start, end) if start < size else None


def _body(request: HttpRequest, place: Path, start: int, end: int) -> Any:
    """Return the bytes in pieces; the server takes those of a request over ASGI as they are read."""
    pieces = _pieces(place, start, end)
    return _awaited(pieces) if isinstance(request, ASGIRequest) else pieces


def _pieces(place: Path, start: int, end: int) -> Iterator[bytes]:
    with place.open("rb") as file:
        file.seek(start)
        left = end - start
        while left and (piece := file.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece


async def _awaited(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
