"""GraphQL of operators' edits on their way to the warehouse."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from grid.selectors.outbox import outbox_state


@strawberry.type(description="Operators' own edits on their way to the warehouse.")
class Outbox:
    """The outbox."""

    pending_count: int = strawberry.field(description="Edits that have not arrived.")
    blocked_count: int = strawberry.field(description="Those that the warehouse refused for what they hold.")
    oldest_recorded_at: datetime | None = strawberry.field(description="Null if none waits.")
    oldest_age_s: float | None = strawberry.field(description="How long the oldest has waited, s.")
    last_delivered_at: datetime | None
    last_error: str | None = strawberry.field(description="Of the oldest edit that has one.")


@strawberry.type
class OutboxQuery:
    """Questions about the outbox."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_outboxevent")],
        description="What waits to be delivered to the warehouse.",
    )
    def outbox(self, info: Info) -> Outbox:
        """Return the state."""
        return Outbox(**vars(outbox_state()))
