"""The field extension of cached lists: never an empty list where the truth is "never synced"."""

import time
from typing import Any

from asgiref.sync import sync_to_async
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types import Info
from strawberry.utils.inspect import in_async_context

from flux_site.api.errors import FluxError
from grid import models
from grid.federation.trace import BackendUse, record


class NeverSynced(FluxError):
    """The cache does not hold this layer yet."""

    code = "NEVER_SYNCED"


class Synced(FieldExtension):
    """Answers from the cache if its layer was ever synced, and records the backend and its time."""

    def __init__(self, layer: str) -> None:
        self.layer = layer

    def check(self) -> None:
        """Raise NeverSynced unless the layer has been filled."""
        if models.SyncLayer.objects.never_synced([self.layer]):
            raise NeverSynced(f"The layer {self.layer!r} has never been synced; run a sync first.")

    def _record(self, info: Info, began: float) -> None:
        ms = (time.perf_counter() - began) * 1000.0
        record(BackendUse(field=info.field_name, backend="postgis", ms=ms))

    def resolve(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Check, resolve and record."""
        if in_async_context():
            return self.resolve_async(next_, source, info, **kwargs)
        began = time.perf_counter()
        self.check()
        result = next_(source, info, **kwargs)
        self._record(info, began)
        return result

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Check, resolve and record, off the event loop."""
        began = time.perf_counter()
        await sync_to_async(self.check)()
        result = next_(source, info, **kwargs)
        while hasattr(result, "__await__"):
            result = await result
        self._record(info, began)
        return result
