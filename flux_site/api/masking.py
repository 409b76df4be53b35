"""Masking of personal data for users who may not see it.

Whatever is shown is noted, and the note is in the audit log before the answer leaves. Where that is
impossible, as without PostgreSQL or on a subscription, it is masked.
"""

from typing import Any

from graphql import OperationType
from strawberry.types import Info

from flux_site.api.audit.personal import note_shown
from flux_site.api.outages import database_was_away
from flux_site.api.principals import Principal
from flux_site.api.visibility import user_of

PII_PERMISSION = "grid.view_customer_pii"


def user_may_see_pii(user: Any) -> bool:
    """Return whether a user may see customers' personal data; nobody may while it cannot be put on record."""
    if isinstance(user, Principal) or database_was_away():
        return False
    return bool(user.has_perm(PII_PERMISSION))


def shows_personal(info: Info, subject_id: str, field: str) -> bool:
    """Return whether a GraphQL answer shows a personal value of somebody; if so, that is noted."""
    if info.operation.operation is OperationType.SUBSCRIPTION or not user_may_see_pii(user_of(info)):
        return False
    return note_shown(field, subject_id)


def mask_name(name: str) -> str:
    """Return the initials of a name: ``Ana Ruiz`` becomes ``A. R.``."""
    return " ".join(f"{part[0]}." for part in name.split() if part)


def mask_address(address: str) -> str:
    """Return an address without its house number: ``12 Elm St`` becomes ``••• Elm St``."""
    number, _, street = address.partition(" ")
    return f"••• {street}" if street and number[:1].isdigit() else "•••"


def mask_contact(contact: str) -> str:
    """Return a phone number or e-mail with all but its last two characters hidden."""
    return "•" * 6 + (contact[-2:] if len(contact) > 2 else "")
