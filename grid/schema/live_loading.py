"""The subscription that keeps the map's loadings fresh."""

import asyncio
from collections.abc import AsyncGenerator

import strawberry
from channels.db import database_sync_to_async
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.live import EVERYTHING, follow
from flux_site.api.outages import forget_database_away
from flux_site.api.shared import Shared
from flux_site.api.visibility import require_login
from grid.schema.live import MIN_INTERVAL_S, wait_for_news
from grid.selectors.live_loading import LAYERS, MAX_ROWS, FollowedLoadings


@strawberry.type(description="Loadings of transformers that changed, as two lists of the same length.")
class TransformerLoadingUpdates:
    """News of loadings."""

    is_current_state: bool = strawberry.field(
        description="What was told before is void: read the columns of the map layer transformers."
    )
    is_live: bool = strawberry.field(
        description="False while changes are not announced: the loadings are then read anew every 15 s."
    )
    is_complete: bool = strawberry.field(
        description=f"False at first, and where more than {MAX_ROWS:,} changed: the loadings are to be read "
        "as columns of the map layer transformers."
    )
    transformer_ids: list[strawberry.ID]
    loading_pct: list[float | None] = strawberry.field(
        description="Load of the newest hour over the rating, %; null: unknown."
    )


@strawberry.type
class LoadingSubscription:
    """Live loadings."""

    @strawberry.subscription(
        extensions=[Shared(), Requires("grid.view_transformer")],
        description="Loadings of transformers whenever some have changed. The first message holds none.",
    )
    async def transformer_loading_updates(
        self, info: Info
    ) -> AsyncGenerator[TransformerLoadingUpdates, None]:
        """Follow the loadings of transformers."""
        user = await database_sync_to_async(require_login)(info)
        followed = FollowedLoadings(user)
        watched = LAYERS | {EVERYTHING}
        async with follow("layers") as news:
            is_first = True
            changed = {EVERYTHING}
            while True:
                if watched & changed:
                    forget_database_away()
                    change = await database_sync_to_async(followed.look)()
                    if is_first or change.keys or not change.is_complete:
                        yield TransformerLoadingUpdates(
                            is_current_state=is_first,
                            is_live=news.is_live,
                            is_complete=change.is_complete,
                            transformer_ids=[strawberry.ID(key) for key in change.keys],
                            loading_pct=list(change.loading_pct),
                        )
                    is_first = False
                await asyncio.sleep(MIN_INTERVAL_S)
                changed = await wait_for_news(news)
