"""GraphQL of saved views."""

from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api import models, saved_views
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login


@strawberry.type(description="An address of the application that somebody gave a name.")
class SavedView:
    """A saved view."""

    id: strawberry.ID
    name: str
    address: str = strawberry.field(description="Path and query, without the host.")
    is_mine: bool
    is_default: bool = strawberry.field(description="Opens after login; of one's own alone.")
    is_shared: bool = strawberry.field(description="Everybody sees it.")
    owner: str
    updated_at: datetime


@strawberry.input
class SaveViewInput:
    """An address and its name."""

    name: str
    address: str
    is_shared: bool = False


@strawberry.input
class UpdateSavedViewInput:
    """Which view, and what changes; what is left out stays."""

    id: strawberry.ID
    name: str | None = None
    address: str | None = None
    is_shared: bool | None = None
    is_default: bool | None = None


@strawberry.input
class DeleteSavedViewInput:
    """Which view."""

    id: strawberry.ID


@strawberry.type(description="The view is gone.")
class DeletedSavedView:
    """Result of deleting a view."""

    saved_view_id: strawberry.ID


SavedViewPayload = Annotated[SavedView | Fault, strawberry.union("SavedViewPayload")]
DeleteSavedViewPayload = Annotated[DeletedSavedView | Fault, strawberry.union("DeleteSavedViewPayload")]


def _shown(view: models.SavedView, user: object) -> SavedView:
    is_mine = view.user == user
    return SavedView(
        id=strawberry.ID(str(view.pk)),
        name=view.name,
        address=view.address,
        is_mine=is_mine,
        is_default=is_mine and view.is_default,
        is_shared=view.is_shared,
        owner=view.user.get_username(),
        updated_at=view.updated_at,
    )


@strawberry.type
class SavedViewQuery:
    """Questions about saved views."""

    @strawberry_django.field(
        extensions=[Requires()],
        description="The user's own views and those shared with everyone, by name; 1,000 at most.",
    )
    def saved_views(self, info: Info) -> list[SavedView]:
        """Return the views."""
        user = require_login(info)
        rows = models.SavedView.objects.visible_to(user).select_related("user")
        return [_shown(row, user) for row in rows[:1_000]]


@strawberry.type
class SavedViewMutation:
    """Keeping, changing and deleting views."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires()],
        description="Keep an address under a name. Sharing it asks for api.share_savedview.",
    )
    def save_view(self, info: Info, input: SaveViewInput) -> SavedViewPayload:
        """Save a view."""
        user = require_login(info)

        def save() -> SavedView:
            row = saved_views.save(
                user=user, name=input.name, address=input.address, is_shared=input.is_shared
            )
            return _shown(row, user)

        return expected_failures(save)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires()],
        description="Rename, readdress, share or make the default one of the user's own views.",
    )
    def update_saved_view(self, info: Info, input: UpdateSavedViewInput) -> SavedViewPayload:
        """Change a view."""
        user = require_login(info)

        def update() -> SavedView:
            row = saved_views.update(
                user=user,
                view_id=str(input.id),
                name=input.name,
                address=input.address,
                is_shared=input.is_shared,
                is_default=input.is_default,
            )
            return _shown(row, user)

        return expected_failures(update)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires()],
        description="Delete one of the user's own views.",
    )
    def delete_saved_view(self, info: Info, input: DeleteSavedViewInput) -> DeleteSavedViewPayload:
        """Delete a view."""
        user = require_login(info)

        def delete() -> DeletedSavedView:
            saved_views.delete(user=user, view_id=str(input.id))
            return DeletedSavedView(saved_view_id=input.id)

        return expected_failures(delete)
