"""Whether the layers an answer rests on have ever been synced."""

from collections.abc import Sequence

from grid import models


def never_synced(layers: Sequence[str]) -> list[str]:
    """Return those of ``layers`` that no sync has ever filled, in the order given."""
    synced = set(
        models.SyncLayer.objects.filter(pk__in=layers, synced_at__isnull=False).values_list("pk", flat=True)
    )
    return [layer for layer in layers if layer not in synced]
