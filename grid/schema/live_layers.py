"""The subscription that keeps the map's layers fresh."""

import asyncio
from collections.abc import AsyncGenerator

import strawberry
from channels.db import database_sync_to_async
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.live import follow
from flux_site.api.outages import forget_database_away
from flux_site.api.shared import Shared
from flux_site.api.visibility import require_login
from grid.schema.live import wait_for_news
from grid.selectors.live_layers import TOPICS, FollowedLayers

INTERVAL_S = 1.0
"""Versions are compared at most this often, however much is edited."""


@strawberry.type(description="Layers of the map that changed.")
class MapLayerUpdates:
    """News of layers."""

    is_current_state: bool = strawberry.field(
        description="The first message, which names none: ask mapLayers, unless you did just before."
    )
    is_live: bool = strawberry.field(
        description="False while changes are not announced: the versions are then compared every 15 s."
    )
    keys: list[strawberry.ID] = strawberry.field(
        description="Layers with another dataVersion, tilesVersion or status than before: ask mapLayers."
    )


@strawberry.type
class LayerSubscription:
    """Live layers."""

    @strawberry.subscription(
        extensions=[Shared(), Requires()],
        description="Which map layers changed, by a sync, an edit or new tiles. The first names none.",
    )
    async def map_layer_updates(self, info: Info) -> AsyncGenerator[MapLayerUpdates, None]:
        """Follow the layers of the map."""
        user = await database_sync_to_async(require_login)(info)
        followed = FollowedLayers(user)
        async with follow(*TOPICS) as news:
            is_first = True
            while True:
                forget_database_away()
                keys = await database_sync_to_async(followed.look)()
                if is_first or keys:
                    yield MapLayerUpdates(
                        is_current_state=is_first,
                        is_live=news.is_live,
                        keys=[strawberry.ID(key) for key in keys],
                    )
                is_first = False
                await asyncio.sleep(INTERVAL_S)
                await wait_for_news(news)
